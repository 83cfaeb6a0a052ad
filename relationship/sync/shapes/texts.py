"""Names and ids from outside, cleaned the same way for every database."""

import re

# NUL, control characters and lone surrogates: PostgreSQL refuses the first, UTF-8 the last.
_UNWANTED = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


def clean(raw: object, *, longest: int = 300) -> str:
    """Text without control characters and lone surrogates, "" for what is no text.

    >>> clean("Ines\\x00 Okafor\\ud800")
    'Ines Okafor'
    """
    return _UNWANTED.sub("", raw).strip()[:longest] if isinstance(raw, str) else ""


def is_clean(raw: object) -> bool:
    """Whether an id can be kept as it is."""
    return isinstance(raw, str) and raw != "" and _UNWANTED.search(raw) is None
