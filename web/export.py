"""The filtered list as CSV, for spreadsheets: UTF-8 with a mark, semicolons in French, no formula ever."""

import csv
import io
from collections.abc import Iterable, Iterator

from relationship.store.opportunities import OpportunityRow
from web import words
from web.formats import stage
from web.house import house
from web.texts import _

MOST_ROWS = 50_000
# A cell that starts so is run as a formula by spreadsheets.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def neutral(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula.

    >>> neutral("=1+1"), neutral("Nordwind")
    ("'=1+1", 'Nordwind')
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv_lines(rows: Iterable[OpportunityRow], *, language: str) -> Iterator[str]:
    """The lines of the file, the first with the byte order mark that Excel needs for accents."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";" if language == "fr" else ",", lineterminator="\r\n")
    writer.writerow(_header())
    yield "\ufeff" + _drained(buffer)
    for row in rows:
        writer.writerow([neutral(cell) for cell in _cells(row, language)])
        yield _drained(buffer)


def _header() -> list[str]:
    return [
        _("Opportunity"),
        _("Account"),
        _("Owner"),
        _("Stage"),
        _("Status"),
        _("Rating"),
        _("Health score"),
        _("Trend"),
        _("Value"),
        _("Currency"),
        _("Closing date"),
        _("Last activity"),
        _("Next activity"),
    ]


def _cells(row: OpportunityRow, language: str) -> list[str]:
    zone = house().config.zone
    value = "" if row.value is None else f"{row.value:.2f}"
    return [
        row.name,
        row.account,
        row.owner,
        stage(row.stage),
        str(words.STATUSES.get(row.status, row.status)),
        str(words.RATINGS[row.rating] if row.rating else words.STATES.get(row.state, row.state)),
        "" if row.score is None else str(row.score),
        str(words.TRENDS[row.trend]) if row.trend else "",
        value.replace(".", ",") if language == "fr" else value,
        row.currency,
        row.close_on.isoformat() if row.close_on else "",
        *(at.astimezone(zone).date().isoformat() if at else "" for at in (row.last_activity_at, row.next_activity_at)),
    ]


def _drained(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
