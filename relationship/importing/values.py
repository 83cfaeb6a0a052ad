"""One cell as a value: each reader takes a text that is not empty, and raises `Bad`."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from relationship.clock import number_of
from relationship.importing.faults import Bad
from relationship.importing.options import Dates
from relationship.importing.words import plain

Reader = Callable[[str], object]

LARGEST_COUNT = 50_000_000  # a month of it still fits an integer column on every database
LARGEST_MONEY = 1e15
LONGEST_TEXT = 4_000
# Spreadsheets count days from here; the serial 60 is a day that never was (Microsoft's specification of XLSX).
SERIAL_ZERO = date(1899, 12, 30)
FIRST_SERIAL, LAST_SERIAL = 61, 2_958_465

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_MIDNIGHT = re.compile(r"[T ]00:00(:00(\.0+)?)?$")
_WITH_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d")
_THREE_PARTS = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_SHORT_YEAR = re.compile(r"\d{1,4}[/.\-]\d{1,2}[/.\-]\d{1,4}")
_SERIAL = re.compile(r"\d{4,7}(\.0+)?")
_SPACES = re.compile(r"[ \u00a0\u202f\u2009']")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}([ \u00a0\u202f\u2009']\d{3})+([.,]\d+)?")
_UNCLEAN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def day(dates: Dates) -> Reader:
    """A reader of days, as day numbers, for files that write them in this way."""

    def read(text: str) -> int:
        cut = _MIDNIGHT.sub("", text)
        if found := _ISO.fullmatch(cut):
            return _number(int(found[1]), int(found[2]), int(found[3]))
        if _WITH_TIME.match(text):
            raise Bad("date_has_time")
        if _SERIAL.fullmatch(text):
            return _serial(text, dates)
        parts = _THREE_PARTS.fullmatch(cut)
        if parts and dates is Dates.DAY_FIRST:
            return _number(int(parts[3]), int(parts[2]), int(parts[1]))
        if parts and dates is Dates.MONTH_FIRST:
            return _number(int(parts[3]), int(parts[1]), int(parts[2]))
        raise Bad("date_ambiguous" if _SHORT_YEAR.fullmatch(cut) else "date_malformed")

    return read


def count(decimal: str) -> Reader:
    """A reader of whole numbers from 0."""

    def read(text: str) -> int:
        if text.isdigit() and text.isascii() and len(text) <= 7:
            return int(text)
        found = _figure(text, decimal)
        if found < 0:
            raise Bad("number_negative")
        if found != int(found):
            raise Bad("number_not_whole")
        if found > LARGEST_COUNT:
            raise Bad("number_too_large")
        return int(found)

    return read


def amount(decimal: str) -> Reader:
    """A reader of numbers from 0, with decimals."""

    def read(text: str) -> float:
        found = _figure(text, decimal)
        if found < 0:
            raise Bad("number_negative")
        if found > LARGEST_MONEY:
            raise Bad("number_too_large")
        return found

    return read


def score(decimal: str) -> Reader:
    """A whole number from 0 to 100, as text: how health scores are kept."""
    whole = count(decimal)

    def read(text: str) -> str:
        found = whole(text)
        if not isinstance(found, int) or found > 100:
            raise Bad("beyond_scale", "0–100")
        return str(found)

    return read


def percent(decimal: str) -> Reader:
    """A whole number from 0 to 100, perhaps with a % sign."""
    whole = count(decimal)

    def read(text: str) -> int:
        found = whole(text.removesuffix("%").strip())
        if not isinstance(found, int) or found > 100:
            raise Bad("beyond_scale", "0–100")
        return found

    return read


def word(words: Mapping[str, str], code: str) -> Reader:
    """A word of a closed list, by any of its spellings."""

    def read(text: str) -> str:
        found = words.get(plain(text))
        if found is None:
            raise Bad(code)
        return found

    return read


def text_up_to(longest: int) -> Reader:
    """A text as it stands, without blanks around it; what looks like a formula or markup is text like any other."""

    def read(text: str) -> str:
        if _UNCLEAN.search(text):
            raise Bad("text_unclean")
        if len(text) > longest:
            raise Bad("text_too_long", longest)
        return text

    return read


def _figure(text: str, decimal: str) -> float:
    """A number whose decimal sign is known, or cannot be misread: 12.5 and 12,5 are clear, 1,234 is not."""
    bare = _SPACES.sub("", text) if _GROUPED.fullmatch(text) else text
    if decimal:
        other = "." if decimal == "comma" else ","
        bare = re.sub(rf"(?<=\d){re.escape(other)}(?=\d{{3}}(\D|$))", "", bare)
        if other in bare:
            raise Bad("number_malformed")
    elif re.fullmatch(r"[+-]?\d{1,3}([.,]\d{3})+", bare):
        raise Bad("number_ambiguous")
    bare = bare.replace(",", ".")
    if not _PLAIN_NUMBER.fullmatch(bare) or not bare.isascii() or len(bare) > 40:
        raise Bad("number_malformed")
    return float(bare)


def _serial(text: str, dates: Dates) -> int:
    if dates is not Dates.SERIAL:
        raise Bad("date_serial")
    number = int(float(text))
    if not FIRST_SERIAL <= number <= LAST_SERIAL:
        raise Bad("date_malformed")
    return number_of(SERIAL_ZERO + timedelta(days=number))


def _number(year: int, month: int, day: int) -> int:
    try:
        return number_of(date(year, month, day))
    except ValueError:
        raise Bad("date_malformed") from None
