"""Orders: which fault strikes where, as a file says it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from relationship.errors import FixSettings

# Faults of the process, its database and its clock: nothing a service could do.
OUTSIDE = ("F53", "F54", "F55", "F56")
_NAME = re.compile(r"F(0[1-9]|[1-5]\d)$")
_WHERE = frozenset({"fault", "mailbox", "path", "request", "times", "page", "round", "byte", "seconds"})
_NUMBERS = ("request", "times", "page", "round")
_FORM = 'Write {"faults": [{"fault": "F20", "request": 7}]}; docs/fault-plans.md explains every key.'


@dataclass(frozen=True, slots=True)
class Order:
    """One fault and its place.

    mailbox: person id, address or GUID; a number chooses the n-th user; None means any, for acts the first
    path: regular expression, None for the usual one of the fault
    request, times, page, round, byte, seconds: see `faults.Place`; None where the order does not say
    options: what else the fault lets one choose
    """

    fault: str
    mailbox: str | int | None = None
    path: str | None = None
    request: int = 1
    times: int | None = None
    page: int | None = None
    round: int | None = None
    byte: int | None = None
    seconds: float = 0.0
    options: Mapping[str, object] = field(default_factory=dict)

    def text(self, name: str, default: str) -> str:
        return str(self.options.get(name, default))

    def number(self, name: str, default: int) -> int:
        value = self.options.get(name, default)
        return value if isinstance(value, int) else default

    def as_json(self) -> dict[str, object]:
        """The order as it stands in a file."""
        said = {name: getattr(self, name) for name in ("mailbox", "path", "times", "page", "round", "byte", "seconds")}
        kept = {name: value for name, value in said.items() if value not in (None, 0.0)}
        return {"fault": self.fault, "request": self.request, **kept, **self.options}


def read_orders(path: Path) -> tuple[Order, ...]:
    """The orders of a file; FixSettings when it is not one."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise _bad(path, f"cannot be read as JSON ({error})") from error
    listed = found.get("faults") if isinstance(found, dict) else found
    if not isinstance(listed, list):
        raise _bad(path, 'has no list under "faults"')
    return tuple(order_from(path, place, entry) for place, entry in enumerate(listed, 1))


def order_from(path: Path, place: int, entry: object) -> Order:
    """One order of a file, checked. place: from 1, for the message."""
    if not isinstance(entry, dict) or not isinstance(entry.get("fault"), str):
        raise _bad(path, f"entry {place} names no fault")
    name = entry["fault"]
    if not _NAME.match(name):
        raise _bad(path, f"entry {place}: there is no fault {name}")
    if name in OUTSIDE:
        raise _bad(path, f"entry {place}: {name} strikes the program itself, not the simulated organisation")
    for number in _NUMBERS:
        if number in entry and (type(entry[number]) is not int or entry[number] < 1):
            raise _bad(path, f"entry {place}: {number} is not a whole number from 1")
    if "byte" in entry and (type(entry["byte"]) is not int or entry["byte"] < 0):
        raise _bad(path, f"entry {place}: byte is not a whole number from 0")
    if not isinstance(entry.get("seconds", 0), int | float):
        raise _bad(path, f"entry {place}: seconds is not a number")
    if not isinstance(entry.get("mailbox"), str | int | None):
        raise _bad(path, f"entry {place}: mailbox is neither a name nor a number")
    try:
        re.compile(entry.get("path") or "")
    except (re.error, TypeError) as error:
        raise _bad(path, f"entry {place}: path is not a regular expression ({error})") from error
    where = {key: value for key, value in entry.items() if key in _WHERE}
    return Order(**where, options={key: value for key, value in entry.items() if key not in _WHERE})


def _bad(path: Path, what: str) -> FixSettings:
    return FixSettings(f"The fault plan {path.name} {what}.", next_step=_FORM, code="bad_fault_plan")
