"""Reading the files of a world: each value is checked where it stands, and a fault names its place."""

import csv
import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from sys import intern
from typing import Any, TypeVar

from relationship.errors import FixSettings

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
WORLD_FILES = "world.json, accounts.csv.gz, people.csv.gz, opportunities.csv.gz, activities.csv.gz"


def fault(path: Path, place: str, what: str, next_step: str) -> FixSettings:
    where = f"{path.name}, {place}" if place else path.name
    return FixSettings(f"The world cannot be read: {where}: {what}.", next_step=next_step, code="bad_world")


def records(path: Path, columns: str, build: Callable[["Row"], T]) -> Iterator[T]:
    """The rows of one CSV file, built one by one; damage anywhere is told with its line."""
    wanted = columns.split(",")
    line = 1
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
            lines = csv.reader(text, strict=True)
            header = next(lines, [])
            missing = [column for column in wanted if column not in header]
            if missing:
                raise fault(
                    path,
                    "line 1",
                    f"column {missing[0]} is missing",
                    f"Give the file this header: {columns}.",
                )
            places = {column: header.index(column) for column in wanted}
            seen: set[str] = set()
            for cells in lines:
                line = lines.line_num
                if len(cells) != len(header):
                    raise fault(
                        path,
                        f"line {line}",
                        f"has {len(cells)} cells instead of {len(header)}",
                        "Give every row one cell per column; quote cells that hold a comma.",
                    )
                yield build(Row(path, line, cells, places, seen))
    except FileNotFoundError as error:
        raise _missing(path) from error
    except IsADirectoryError as error:
        raise fault(path, "", "is a folder", "Put the gzip-compressed CSV file in its place.") from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise fault(
            path, f"after line {line}", "is not whole gzip data", "Compress the CSV file with gzip again."
        ) from error
    except UnicodeDecodeError as error:
        raise fault(path, f"after line {line}", "is not UTF-8", "Save it as UTF-8, compress again.") from error
    except csv.Error as error:
        raise fault(
            path,
            f"after line {line}",
            f"is not CSV ({error})",
            "Quote cells as in RFC 4180, compress again.",
        ) from error


def _missing(path: Path) -> FixSettings:
    return fault(path, "", "the file does not exist", f"Name a folder that holds {WORLD_FILES}.")


@dataclass(slots=True)
class Row:
    """One row of a file; every reading names the place of what is wrong."""

    path: Path
    line: int
    cells: list[str]
    places: Mapping[str, int]
    seen: set[str]

    def text(self, column: str) -> str:
        return self.cells[self.places[column]]

    def bad(self, column: str, what: str, next_step: str) -> FixSettings:
        return fault(self.path, f"line {self.line}, column {column}", what, next_step)

    def required(self, column: str) -> str:
        cell = self.text(column)
        if not cell:
            raise self.bad(column, "is empty", "Fill the cell.")
        return cell

    def new_id(self, column: str) -> str:
        cell = intern(self.required(column))
        if cell in self.seen:
            raise self.bad(column, f"the id {cell} occurs twice", "Give every row an id of its own.")
        self.seen.add(cell)
        return cell

    def several(self, column: str) -> tuple[str, ...]:
        cell = self.text(column)
        return tuple(cell.split(";")) if cell else ()

    def known(self, column: str, known: Mapping[str, object]) -> str:
        return self._known(column, self.required(column), known)

    def known_or_none(self, column: str, known: Mapping[str, object]) -> str | None:
        cell = self.text(column)
        return self._known(column, cell, known) if cell else None

    def known_several(self, column: str, known: Mapping[str, object]) -> tuple[str, ...]:
        return tuple(self._known(column, name, known) for name in self.several(column))

    def _known(self, column: str, name: str, known: Mapping[str, object]) -> str:
        if name not in known:
            raise self.bad(column, f"the id {name} is unknown", "Name an id that stands in its own file.")
        return intern(name)

    def one_of(self, column: str, values: type[E]) -> E:
        try:
            return values(self.text(column))
        except ValueError as error:
            choice = ", ".join(values)
            raise self.bad(column, "is not an allowed value", f"Write one of: {choice}.") from error

    def whole_number(self, column: str) -> int | None:
        cell = self.text(column)
        if cell and not (cell.isascii() and cell.isdigit()):
            raise self.bad(column, "is not a whole number", "Write digits only, or leave it empty.")
        return int(cell) if cell else None

    def number(self, column: str) -> float | None:
        cell = self.text(column)
        if not cell:
            return None
        if not cell.isascii() or not cell.replace(".", "", 1).isdigit():
            raise self.bad(column, "is not a number", "Write digits and a point, or leave it empty.")
        return float(cell)

    def day(self, column: str) -> date | None:
        cell = self.text(column)
        try:
            return date.fromisoformat(cell) if cell else None
        except ValueError as error:
            raise self.bad(column, "is not a day", "Write it as 2026-06-17.") from error

    def required_day(self, column: str) -> date:
        self.required(column)
        day = self.day(column)
        assert day is not None  # noqa: S101  # the cell is not empty
        return day

    def instant(self, column: str) -> datetime:
        instant = _instant(self.text(column))
        if instant is None:
            raise self.bad(
                column,
                "is not an instant",
                "Write it in UTC, as 2026-06-17T09:00:00Z.",
            )
        return instant


def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant.astimezone(UTC) if instant.tzinfo else None


class Description:
    """`world.json`: what is said about the world as a whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise _missing(path) from error
        except UnicodeDecodeError as error:
            raise fault(path, "", "is not UTF-8", "Save the file as UTF-8.") from error
        except json.JSONDecodeError as error:
            place = f"line {error.lineno}, column {error.colno}"
            raise fault(path, place, f"is not JSON ({error.msg})", "Correct the file there.") from error
        if not isinstance(found, dict):
            raise fault(path, "line 1", "is not an object", "Write the keys of the world between braces.")
        self.values: dict[str, Any] = found

    def bad(self, key: str, what: str, next_step: str) -> FixSettings:
        return fault(self.path, f"key {key}", what, next_step)

    def text(self, key: str) -> str:
        value = self.values.get(key)
        if not isinstance(value, str) or not value:
            raise self.bad(key, "is missing or not a text", "Give it as a text between quotes.")
        return value

    def instant(self, key: str) -> datetime:
        instant = _instant(self.text(key))
        if instant is None:
            raise self.bad(key, "is not an instant", "Write it in UTC, as 2026-06-17T09:00:00Z.")
        return instant

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.values.get(key, [])
        if not is_texts(value):
            raise self.bad(key, "is not a list of texts", 'Write it as ["one", "two"], or leave the key out.')
        return tuple(value)


def is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)
