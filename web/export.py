"""The filtered list as CSV, for spreadsheets: UTF-8 with a mark, semicolons in French, no formula ever."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l

from relationship.activities import RecordKind
from relationship.store.record_lists import RecordRow
from web import words
from web.formats import stage
from web.house import house

MOST_ROWS = 50_000
# A cell that starts so is run as a formula by spreadsheets.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def neutral(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula.

    >>> neutral("=1+1"), neutral("Nordwind")
    ("'=1+1", 'Nordwind')
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv_lines(rows: Iterable[RecordRow], *, kind: RecordKind, language: str) -> Iterator[str]:
    """The lines of the file, the first with the byte order mark that Excel needs for accents."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";" if language == "fr" else ",", lineterminator="\r\n")
    columns = _COLUMNS[kind]
    writer.writerow([str(column.title) for column in columns])
    yield "\ufeff" + _drained(buffer)
    for row in rows:
        writer.writerow([neutral(cell) for cell in (column.text(row, language) for column in columns)])
        yield _drained(buffer)


def _drained(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


@dataclass(frozen=True, slots=True)
class _Column:
    """text: of a row, for a reader of this language."""

    title: object
    text: Callable[[RecordRow, str], str]


def _value(row: RecordRow, language: str) -> str:
    value = "" if row.value is None else f"{row.value:.2f}"
    return value.replace(".", ",") if language == "fr" else value


def _day(at: datetime | None) -> str:
    return at.astimezone(house().config.zone).date().isoformat() if at else ""


_ACCOUNT = _Column(_l("Account"), lambda row, _: row.account)
_OWNER = _Column(_l("Owner"), lambda row, _: row.owner)
_STATUS = _Column(_l("Status"), lambda row, _: str(words.STATUSES.get(row.status, row.status)))
_JOB_TITLE = _Column(_l("Job title"), lambda row, _: row.job_title)
_SEGMENT = _Column(_l("Segment"), lambda row, _: row.segment)
_RATED = (
    _Column(
        _l("Rating"),
        lambda row, _: str(words.RATINGS[row.rating] if row.rating else words.STATES.get(row.state, row.state)),
    ),
    _Column(_l("Health score"), lambda row, _: "" if row.score is None else str(row.score)),
    _Column(_l("Trend"), lambda row, _: str(words.TRENDS[row.trend]) if row.trend else ""),
)
_ACTIVE = (
    _Column(_l("Last activity"), lambda row, _: _day(row.last_activity_at)),
    _Column(_l("Next activity"), lambda row, _: _day(row.next_activity_at)),
)


def _named(title: object) -> _Column:
    return _Column(title, lambda row, _: row.name)


_COLUMNS = {
    RecordKind.OPPORTUNITY: (
        _named(_l("Opportunity")),
        _ACCOUNT,
        _OWNER,
        _Column(_l("Stage"), lambda row, _: stage(row.stage)),
        _STATUS,
        *_RATED,
        _Column(_l("Value"), _value),
        _Column(_l("Currency"), lambda row, _: row.currency),
        _Column(_l("Closing date"), lambda row, _: row.close_on.isoformat() if row.close_on else ""),
        *_ACTIVE,
    ),
    RecordKind.CONTACT: (_named(_l("Contact")), _JOB_TITLE, _ACCOUNT, _OWNER, _STATUS, *_RATED, *_ACTIVE),
    RecordKind.LEAD: (_named(_l("Lead")), _JOB_TITLE, _OWNER, _STATUS, *_RATED, *_ACTIVE),
    RecordKind.ACCOUNT: (_named(_l("Account")), _SEGMENT, _OWNER, _STATUS, *_RATED, *_ACTIVE),
}
