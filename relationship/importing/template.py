"""The empty file to start from, for each kind: as CSV and as XLSX."""

import csv
import io

from relationship.importing.kinds import SPECS, ImportKind, KindSpec

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def csv_template(kind: ImportKind, language: str) -> bytes:
    """Titles and two lines of examples; UTF-8 with a mark, semicolons in French, as spreadsheets there expect."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if language == "fr" else ",", lineterminator="\r\n")
    writer.writerows(_lines(SPECS[kind], language))
    return ("\ufeff" + text.getvalue()).encode()


def xlsx_template(kind: ImportKind, language: str) -> bytes:
    """The same as a workbook; every cell is text, so that no spreadsheet changes a date or a number."""
    import xlsxwriter

    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet(kind.value)
        text, title = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "num_format": "@"})
        for row, cells in enumerate(_lines(SPECS[kind], language)):
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell, text if row else title)
        sheet.set_column(0, len(SPECS[kind].columns) - 1, 22, text)
        sheet.freeze_panes(1, 0)
    return file.getvalue()


def _lines(spec: KindSpec, language: str) -> list[list[str]]:
    titles = [column.titles.get(language, column.titles["en"]) for column in spec.columns]
    return [titles, *([column.examples[place] for column in spec.columns] for place in range(2))]
