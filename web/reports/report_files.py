"""A report as a file: CSV, XLSX and PDF, with the lines, columns and totals that the page shows."""

import io
from collections.abc import Callable
from typing import Any

import structlog
from flask import Response, send_file

from relationship.clock import day_of
from relationship.reports.columns import COLUMNS, Kind
from relationship.reports.definition import Definition
from relationship.reports.table import Line, ReportTable, Value
from relationship.store.privacy.audit import Action
from web import audit, formats
from web.export import MOST_ROWS, written
from web.house import today
from web.identity.members import member
from web.languages import language
from web.lists.list_fields import FileColumn
from web.lists.list_files import MANY_ROWS, TYPES
from web.reports import report_words
from web.reports.report_pdf import Sheet, pdf
from web.texts import _

log = structlog.get_logger()
# A PDF is for reading.
MOST_LINES_OF_PDF = 3_000


def most_lines(form: str) -> int:
    return MOST_LINES_OF_PDF if form == "pdf" else MOST_ROWS


def sent(definition: Definition, table: ReportTable, *, form: str, name: str) -> Response:
    """The file as an answer; it stands in the audit log."""
    audit.note(Action.EXPORT, "report", actor=member().oid, result=f"{len(table.lines)} rows")
    if table.accounts >= MANY_ROWS:
        log.warning("large_export", list="report", rows=table.accounts)
    if form == "pdf":
        file: Any = io.BytesIO(pdf(_sheet(definition, table, name)))
    else:
        file = written(table.lines, columns(table), form=form, title=name, language=language())
    word = _("report")
    download = f"{word}-{day_of(today())}.{form}"
    types = {**TYPES, "pdf": "application/pdf"}
    return send_file(file, mimetype=types[form], as_attachment=True, download_name=download)


def columns(table: ReportTable) -> list[FileColumn]:
    """The columns of a file; of money in lines of accounts the currency stands beside it."""
    found = []
    for place, head in enumerate(table.heads):
        found.append(FileColumn(report_words.title(head), _value(table, place)))
        if head.key in COLUMNS and COLUMNS[head.key].kind is Kind.MONEY and head.how is None:
            currency = _("Currency")
            found.append(FileColumn(f"{report_words.title(head)} – {currency}", _currency(place)))
    return found


def _value(table: ReportTable, place: int) -> Callable[[Line], Any]:
    head = table.heads[place]
    is_group = place == 0 and table.is_grouped

    def value(line: Line) -> Value:
        found = line.values[place]
        if is_group:
            return report_words.group_text(head, found)
        if isinstance(found, bool | str):
            return "" if found == "" else report_words.text(head, found)
        return round(found, 2) if isinstance(found, float) else found

    return value


def _currency(place: int) -> Callable[[Line], Any]:
    return lambda line: line.currencies[place] if line.values[place] is not None else ""


def _sheet(definition: Definition, table: ReportTable, name: str) -> Sheet:
    filters = "; ".join(report_words.conditions(definition))
    notes = [
        _("As of %(day)s", day=formats.day(today(), "long")),
        _("Filters: %(filters)s", filters=filters) if filters else _("All accounts that you may read"),
        report_words.counted(table.accounts),
        *(_("%(name)s: %(value)s", name=title, value=value) for title, value in report_words.totals(table)),
    ]
    return Sheet(
        title=name,
        notes=notes,
        heads=[report_words.title(head) for head in table.heads],
        lines=[report_words.cells(table, line) for line in table.lines],
        numbers=report_words.numbers(table),
        totals=report_words.total_cells(table),
        page=_("Page %d"),
    )
