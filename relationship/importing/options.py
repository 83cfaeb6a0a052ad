"""How a file is to be read, where that cannot be known from the file itself."""

from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum

import orjson


class Dates(StrEnum):
    """How days are written beside 2026-06-17, which is always understood."""

    ISO = "iso"
    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"
    SERIAL = "excel"


# What may be declared, and the codec that reads it. What people call Latin-1 is Windows-1252 in truth.
ENCODINGS = {
    "utf-8": "utf-8",
    "utf-16": "utf-16",
    "latin-1": "cp1252",
    "iso-8859-1": "cp1252",
    "windows-1252": "cp1252",
    "iso-8859-15": "iso8859-15",
}
DELIMITERS = {"semicolon": ";", "comma": ",", "tab": "\t"}
DECIMALS = {"comma": ",", "point": "."}


@dataclass(frozen=True, slots=True)
class Options:
    """encoding: a key of ENCODINGS, '' means UTF-8;  delimiter: a key of DELIMITERS, '' finds it out;
    decimal: a key of DECIMALS, '' takes what cannot be misread;  clear_empty: an empty cell clears the stored value;
    as_of: the day of all lines of a file without a date column."""

    encoding: str = ""
    delimiter: str = ""
    dates: Dates = Dates.ISO
    decimal: str = ""
    clear_empty: bool = False
    as_of: date | None = None

    def __post_init__(self) -> None:
        if self.encoding and self.encoding not in ENCODINGS:
            raise ValueError("encoding")
        if self.delimiter and self.delimiter not in DELIMITERS:
            raise ValueError("delimiter")
        if self.decimal and self.decimal not in DECIMALS:
            raise ValueError("decimal")

    @property
    def codec(self) -> str:
        return ENCODINGS[self.encoding or "utf-8"]

    def as_json(self) -> str:
        return orjson.dumps(asdict(self)).decode()

    @classmethod
    def from_json(cls, text: str) -> "Options":
        values = orjson.loads(text)
        day = values.pop("as_of", None)
        return cls(
            **values | {"dates": Dates(values.get("dates", "iso"))}, as_of=date.fromisoformat(day) if day else None
        )
