"""JSON read strictly: what two programs could understand differently is refused, never guessed. Pure.

UTF-8 without a mark, every key once, finite numbers, text without U+0000 and lone surrogates, at most `DEEPEST`
levels and `LONGEST_NUMBER` digits. Memory is bounded by the size of the body, which the caller limits.
"""

import json
import math
import re
from dataclasses import dataclass
from typing import Any, NoReturn

DEEPEST = 60
# Whole numbers that every program holds exactly have 15 digits; database keys may have 19.
LONGEST_NUMBER = 18

_SURROGATE = re.compile("[\ud800-\udfff]")

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Odd(Exception):
    """What is wrong with a body. malformed: it is no JSON as everybody reads it; else it holds what is not allowed.

    line, column: from 1, 0 where not known
    """

    code: str
    malformed: bool
    path: Path = ()
    line: int = 0
    column: int = 0


class _LongNumber:
    """Stands where a number has too many digits, until its path is known."""


def parse(body: bytes) -> Any:
    """The value of a JSON text; raises Odd.

    >>> parse(b'{"a": [1, 2.5, "x"]}')
    {'a': [1, 2.5, 'x']}
    """
    if not body.strip():
        raise Odd("empty_body", malformed=True)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Odd("malformed_text", malformed=True) from None
    try:
        value = json.loads(
            text, object_pairs_hook=_once, parse_int=_whole, parse_float=_finite, parse_constant=_no_constant
        )
    except RecursionError:
        raise Odd("too_deep", malformed=True) from None
    except json.JSONDecodeError as error:
        raise Odd("malformed_json", malformed=True, line=error.lineno, column=error.colno) from None
    _look_through(value)
    return value


def odd_text(text: str) -> str | None:
    """The code of what no text may hold, None when all is well."""
    if "\x00" in text:
        return "zero_sign"
    return "lone_surrogate" if _SURROGATE.search(text) else None


def _look_through(value: Any) -> None:
    """Refuse what no JSON of ours may hold, without recursion; paths are built for containers only."""
    _allow((), value)
    waiting: list[tuple[Path, Any]] = [((), value)] if isinstance(value, dict | list) else []
    while waiting:
        path, container = waiting.pop()
        if len(path) >= DEEPEST:
            raise Odd("too_deep", malformed=True)
        for key, one in container.items() if isinstance(container, dict) else enumerate(container):
            if isinstance(key, str):
                _allow((*path, key), key)
            if isinstance(one, dict | list):
                waiting.append(((*path, key), one))
            elif isinstance(one, str | _LongNumber):
                _allow((*path, key), one)


def _allow(path: Path, one: Any) -> None:
    if isinstance(one, _LongNumber):
        raise Odd("number_too_large", malformed=False, path=path)
    if isinstance(one, str) and (code := odd_text(one)):
        raise Odd(code, malformed=False, path=path)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise Odd("duplicate_key", malformed=True, path=(next(name for name in names if names.count(name) > 1),))
    return found


def _whole(digits: str) -> int | _LongNumber:
    return int(digits) if len(digits.lstrip("-")) <= LONGEST_NUMBER else _LongNumber()


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise Odd("not_a_number", malformed=True)
    return number


def _no_constant(_name: str) -> NoReturn:
    raise Odd("not_a_number", malformed=True)
