"""Files that an import takes as they are: the empty one to start from, and what is kept, to be edited and sent back."""

import csv
import io
from collections.abc import Iterable, Sequence

from relationship.importing.kinds import SPECS, ImportKind, KindSpec

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


# The words of the examples as a French file has them; imports take them in both languages.
_FRENCH = {
    "at_risk": "À risque",
    "false": "non",
    "headcount": "effectif",
    "new_need": "nouveau besoin",
    "down": "baisse",
    "Press": "Veille",
    "40 posts cut in Lyon": "40 postes supprimés à Lyon",
    "Wants a second site": "Veut équiper un second site",
    "The support answers at once.": "L’assistance répond tout de suite.",
}


def csv_template(kind: ImportKind, language: str) -> bytes:
    """Titles and two lines of examples."""
    return csv_file(kind, _examples(SPECS[kind], language), language)


def xlsx_template(kind: ImportKind, language: str) -> bytes:
    """The same as a workbook."""
    return xlsx_file(kind, _examples(SPECS[kind], language), language)


def csv_file(kind: ImportKind, lines: Iterable[Sequence[str]], language: str) -> bytes:
    """These lines under the titles; UTF-8 with a mark, semicolons in French, as spreadsheets there expect."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if language == "fr" else ",", lineterminator="\r\n")
    writer.writerow(titles(kind, language))
    writer.writerows(lines)
    return ("\ufeff" + text.getvalue()).encode()


def xlsx_file(kind: ImportKind, lines: Iterable[Sequence[str]], language: str) -> bytes:
    """The same as a workbook; every cell is text, so that no spreadsheet changes a date or a number."""
    import xlsxwriter

    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(kind.value)
        text, title = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "num_format": "@"})
        sheet.set_column(0, len(SPECS[kind].columns) - 1, 22, text)
        sheet.freeze_panes(1, 0)
        for row, cells in enumerate([titles(kind, language), *lines]):
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell, text if row else title)
    return file.getvalue()


def titles(kind: ImportKind, language: str) -> list[str]:
    """The first line of a file of this kind."""
    return [column.titles.get(language, column.titles["en"]) for column in SPECS[kind].columns]


def _examples(spec: KindSpec, language: str) -> list[list[str]]:
    words = _FRENCH if language == "fr" else {}
    cells = [[column.examples[place] for column in spec.columns] for place in range(2)]
    return [[words.get(cell, cell) for cell in line] for line in cells]
