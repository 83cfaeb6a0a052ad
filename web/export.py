"""A list as a file for spreadsheets: CSV (UTF-8 with a mark, semicolons in French) and XLSX. No formula, ever."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import IO, Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from web.lists.list_fields import FileColumn, Value

MOST_ROWS = 50_000
# A cell that starts so is run as a formula by spreadsheets.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
IN_MEMORY_BYTES = 4 * 1024 * 1024
# What a cell of a sheet holds at most, says Excel.
LONGEST_CELL = 32_767
DEFAULT_WIDTH, NAME_WIDTH = 16, 36


def neutral(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula.

    >>> neutral("=1+1"), neutral("Nordwind")
    ("'=1+1", 'Nordwind')
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv_lines(rows: Iterable[object], columns: Sequence[FileColumn], *, language: str) -> Iterator[str]:
    """The lines of the file, the first with the byte order mark that Excel needs for accents."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";" if language == "fr" else ",", lineterminator="\r\n")
    writer.writerow([str(column.title) for column in columns])
    yield "\ufeff" + _drained(buffer)
    for row in rows:
        writer.writerow([_text(column.value(row), language) for column in columns])
        yield _drained(buffer)


def written(
    rows: Iterable[object], columns: Sequence[FileColumn], *, form: str, title: str, language: str
) -> IO[bytes]:
    """The whole file, in memory only while it is small: whoever gets it gets all of it, and a failure is told as one.

    form  csv or xlsx;  title: of the sheet
    """
    file: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES)  # noqa: SIM115  # whoever sends it closes it
    if form == "xlsx":
        _write(file, rows, columns, title)
    else:
        for line in csv_lines(rows, columns, language=language):
            file.write(line.encode())
    file.seek(0)
    return file


def _write(file: IO[bytes], rows: Iterable[object], columns: Sequence[FileColumn], title: str) -> None:
    # Row by row to a temporary file: a sheet of any length takes the same memory. Texts are texts, whatever they
    # begin with; days and numbers are such.
    with Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(_sheet_name(title))
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, 0, NAME_WIDTH)
        sheet.set_column(1, len(columns) - 1, DEFAULT_WIDTH)
        for place, column in enumerate(columns):
            sheet.write_string(0, place, str(column.title), bold)
        last = 0
        for last, row in enumerate(rows, start=1):
            for place, column in enumerate(columns):
                _write_cell(sheet, last, place, column.value(row), day)
        sheet.autofilter(0, 0, last, len(columns) - 1)


def _write_cell(sheet: Worksheet, line: int, place: int, value: Value, day: Any) -> None:
    if isinstance(value, str):
        if value:
            sheet.write_string(line, place, neutral(value)[:LONGEST_CELL])
    elif isinstance(value, date):
        sheet.write_datetime(line, place, value, day)
    elif value is not None:
        sheet.write_number(line, place, value)


def _sheet_name(title: str) -> str:
    """A name that Excel takes: no brackets, slashes, colons; at most 31 signs."""
    return "".join(sign for sign in title if sign not in "[]:*?/\\")[:31] or "1"


def _text(value: Value, language: str) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        text = f"{value:.2f}"
        return text.replace(".", ",") if language == "fr" else text
    if isinstance(value, date):
        return value.isoformat()
    return neutral(value) if isinstance(value, str) else str(value)


def _drained(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
