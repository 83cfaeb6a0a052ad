"""The lines of the first sheet of an XLSX workbook, cells as the texts a CSV file would have."""

import csv
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError

from relationship.importing.csv_lines import Line
from relationship.importing.faults import FileRefused
from relationship.importing.opening import Source
from relationship.importing.options import Options

# Beside its header. A workbook is read ten times slower than the same lines of CSV: more would take minutes.
MOST_LINES = 300_000

# What a file that does not hold what it promises makes openpyxl raise.
_SPOILT = (
    zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, IndexError, AttributeError, ParseError, EOFError,
    OSError,
)  # fmt: skip
# A formula that no spreadsheet has worked out yet: no value, and it is not one that comes to an empty text.
_UNSOLVED = re.compile(
    rb'<c r="[A-Z]+(\d+)"((?:\s[^<>]*)?)>\s*<f(?:\s[^<>]*)?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>'
)
_EMPTY_TEXT = b't="str"'
_CHUNK = 1_048_576
_LOOKS_GROUPED = re.compile(r"[+-]?\d{1,3}\.\d{3}")


def lines(source: Source, options: Options) -> Iterator[Line]:
    """Each row of the first sheet with its number; blank rows are left out."""
    import openpyxl

    if not openpyxl.DEFUSEDXML:
        raise FileRefused("spoilt_workbook")
    with source.open() as file:
        try:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            sheet: Any = book.worksheets[0]
            sheet.reset_dimensions()
            unsolved = _first_unsolved(source, sheet._worksheet_path)
        except _SPOILT:
            raise FileRefused("spoilt_workbook") from None
        if unsolved:
            raise FileRefused("formula_without_result", line=unsolved)
        rows = sheet.iter_rows(values_only=True)
        line, width = 0, 0
        while True:
            try:
                row = next(rows)
            except StopIteration:
                break
            except _SPOILT:
                raise FileRefused("spoilt_workbook") from None
            line += 1
            if line > MOST_LINES + 1:
                raise FileRefused("workbook_too_long", detail=MOST_LINES)
            cells = [_text(value, options) for value in row]
            while cells and not cells[-1]:
                cells.pop()
            if not cells:
                continue
            if any(len(cell) > csv.field_size_limit() for cell in cells):
                raise FileRefused("cell_too_long", line=line, detail=csv.field_size_limit())
            # A sheet has no ragged rows: empty cells at the end are not kept in the file.
            width = width or len(cells)
            yield line, cells + [""] * (width - len(cells))
        book.close()


def _first_unsolved(source: Source, part: str) -> int:
    """The line of the first formula of a sheet that has no result, 0 without one: its cell would pass for empty."""
    with source.open() as file, zipfile.ZipFile(file) as archive, archive.open(part) as sheet:
        rest = b""
        while chunk := sheet.read(_CHUNK):
            text = rest + chunk
            for found in _UNSOLVED.finditer(text):
                if _EMPTY_TEXT not in found[2]:
                    return int(found[1])
            # A cell that goes on in the next part; none of ours is longer than what may be kept of it.
            rest = text[max(text.rfind(b"<c "), len(text) - _CHUNK) :]
    return 0


def _text(value: object, options: Options) -> str:
    """A cell as text; true numbers and dates stay unmistakable."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return _number(value, options)
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _number(value: float, options: Options) -> str:
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = repr(value)
    if _LOOKS_GROUPED.fullmatch(text):
        text += "0"
    return text.replace(".", ",") if options.decimal == "comma" else text
