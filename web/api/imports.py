"""What other systems know of customers, under /api/v1: rows about one account, and whole files.

Rows about an account are strict JSON and all of one request go in together; the same rows again change nothing.
A file is the body itself, CSV or XLSX; its type is in Content-Type, how it is written in the arguments.
"""

import tempfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from flask import Response, current_app, request
from pydantic import BaseModel, Field

from relationship.activities import RecordKind, RecordRef
from relationship.desk.bring_in import Open, Outcome, bring_in, look, of_cells, of_file
from relationship.desk.take_up import take_up
from relationship.house import House
from relationship.importing.faults import Fault as RowFault
from relationship.importing.faults import FileRefused
from relationship.importing.kinds import SPECS, ImportKind
from relationship.importing.opening import MEBIBYTE, Source, safe_name
from relationship.importing.options import ENCODINGS, Dates, Options
from relationship.importing.values import LARGEST_COUNT
from relationship.importing.words import Direction, EventKind, HealthStatus, Survey
from relationship.store.importing import import_runs
from relationship.store.importing.import_runs import Counts, KeptFault, NewRun, Run, State
from relationship.store.importing.staging import By
from relationship.store.privacy.audit import Action
from settings.rules.form import Form
from web import audit
from web.api import asked
from web.api.document import documented
from web.api.problems import Fault, Refused
from web.api.rooms import answer, room
from web.house import house
from web.identity.members import Member, member
from web.importing import import_words

blueprint = room("imports", __name__)

MOST_ROWS = 5_000
LONGEST_ROWS_BYTES = 8 * MEBIBYTE
LONGEST_FILE_BYTES = 128 * MEBIBYTE
MOST_FAULTS = 1_000
_CHUNK = 1_048_576
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MEDIA = ("text/csv", "text/tab-separated-values", "text/plain", "application/octet-stream", _WORKBOOK)

Amount = Annotated[int, Field(ge=0, le=LARGEST_COUNT, strict=True)]
Line = Annotated[str, Field(max_length=200)]
Text = Annotated[str, Field(max_length=4_000)]


class UsageRow(Form):
    """Use on one day; at least one figure. What is left out stays as it is."""

    day: date
    active_users: Amount | None = None
    logins: Amount | None = None
    features_used: Amount | None = None
    premium_features: Amount | None = None
    seats: Amount | None = None


class EventRow(Form):
    """Something that happened. reference: your own id; without one, day, kind and text make it the same again."""

    day: date
    kind: EventKind
    direction: Direction | None = None
    text: Text = ""
    source: Line = ""
    reference: Line = ""


class AnswerRow(Form):
    """One answer to a survey. contact: mail address or GUID of a contact of the account."""

    day: date
    kind: Survey
    score: Annotated[float, Field(ge=0, le=100)]
    contact: Line = ""
    comment: Text = ""
    source: Line = ""
    reference: Line = ""


class HealthRow(Form):
    """Health fields as another system knows them; what is left out stays as it is."""

    score: Annotated[int, Field(ge=0, le=100, strict=True)] | None = None
    status: HealthStatus | None = None
    churn: Annotated[bool, Field(strict=True)] | None = None


class UsageRows(Form):
    rows: Annotated[list[UsageRow], Field(min_length=1, max_length=MOST_ROWS)]


class EventRows(Form):
    rows: Annotated[list[EventRow], Field(min_length=1, max_length=MOST_ROWS)]


class AnswerRows(Form):
    rows: Annotated[list[AnswerRow], Field(min_length=1, max_length=MOST_ROWS)]


class HealthRows(Form):
    rows: Annotated[list[HealthRow], Field(min_length=1, max_length=1)]


class FileQuery(Form):
    """How the file is written, where that cannot be seen; preview: only tell what would change."""

    preview: bool = False
    dates: Dates = Dates.ISO
    decimal: Literal["", "comma", "point"] = ""
    delimiter: Literal["", "comma", "semicolon", "tab"] = ""
    empty: Literal["keep", "clear"] = "keep"
    as_of: date | None = None
    name: Line = ""


class RowFaultBody(BaseModel):
    """line: of the file, or the number of the row from 1; rejected: false for a flag on a row that was taken."""

    line: int
    column: str
    code: str
    detail: str
    rejected: bool


class ImportBody(BaseModel):
    """added + changed + same + rejected + silent + left_out = read. key: '' for a preview. faults: the first thousand.
    silent, left_out, unknown, old: of verbatims: lines without a text, of people of whom nothing is kept; of those
    taken, how many are of nobody known, and how many were said long ago."""

    key: str
    kind: ImportKind
    state: State
    file_name: str = ""
    started_at: datetime | None = None
    started_by: str = ""
    reason: str = ""
    read: int
    added: int
    changed: int
    same: int
    rejected: int
    flagged: int
    silent: int = 0
    left_out: int = 0
    unknown: int = 0
    old: int = 0
    faults: list[RowFaultBody]


class ImportsBody(BaseModel):
    """The newest first, without their faults."""

    items: list[ImportBody]


@blueprint.post("/accounts/<guid>/usage")
@documented({200: ImportBody}, body=UsageRows, problems=(404,), tag="imports")
def add_usage(guid: str) -> Response:
    """Tell how much an account used the product, day by day."""
    return _rows(guid, ImportKind.USAGE, asked.body(UsageRows, most_bytes=LONGEST_ROWS_BYTES).rows)


@blueprint.post("/accounts/<guid>/events")
@documented({200: ImportBody}, body=EventRows, problems=(404,), tag="imports")
def add_events(guid: str) -> Response:
    """Tell what happened at an account."""
    return _rows(guid, ImportKind.EVENTS, asked.body(EventRows, most_bytes=LONGEST_ROWS_BYTES).rows)


@blueprint.post("/accounts/<guid>/satisfaction")
@documented({200: ImportBody}, body=AnswerRows, problems=(404,), tag="imports")
def add_satisfaction(guid: str) -> Response:
    """Add answers of an account to surveys."""
    return _rows(guid, ImportKind.SATISFACTION, asked.body(AnswerRows, most_bytes=LONGEST_ROWS_BYTES).rows)


@blueprint.post("/accounts/<guid>/health-fields")
@documented({200: ImportBody}, body=HealthRows, problems=(404,), tag="imports")
def set_health_fields(guid: str) -> Response:
    """Set the health fields of an account as another system knows them."""
    return _rows(guid, ImportKind.HEALTH, asked.body(HealthRows).rows)


@blueprint.post("/imports/<kind>")
@documented({200: ImportBody}, query=FileQuery, problems=(404, 413, 415), tag="imports")
def add_file(kind: str) -> Response:
    """Bring in a whole file: all lines that are not rejected, or nothing. The charset of Content-Type counts."""
    _importer()
    wanted = _kind(kind)
    query = asked.query(FileQuery)
    options = Options(_encoding(), query.delimiter, query.dates, query.decimal, query.empty == "clear", query.as_of)
    with tempfile.NamedTemporaryFile() as file:
        size = 0
        while chunk := request.stream.read(_CHUNK):
            size += len(chunk)
            if size > LONGEST_FILE_BYTES:
                raise Refused(413, Fault("file_too_large", "", {"detail": LONGEST_FILE_BYTES // MEBIBYTE}))
            file.write(chunk)
        file.flush()
        path = Path(file.name)
        source = Source(lambda: path.open("rb"), size, query.name)
        opened = of_file(_house(), wanted, source, options)
        return _done(wanted, opened, options, name=safe_name(query.name), preview=query.preview)


@blueprint.get("/imports")
@documented({200: ImportsBody}, tag="imports")
def list_imports() -> Response:
    """The newest imports: who, when, how many."""
    _importer()
    with house().store.reading() as conn:
        return answer(ImportsBody(items=[_body(run) for run in import_runs.runs(conn)]))


@blueprint.get("/imports/<uuid:key>")
@documented({200: ImportBody}, problems=(404,), tag="imports")
def show_import(key: object) -> Response:
    """One import with what was wrong with which line."""
    _importer()
    with house().store.reading() as conn:
        run = import_runs.run(conn, str(key))
        if run is None:
            raise Refused(404, Fault("not_found"))
        return answer(_body(run, import_runs.faults(conn, run.id, limit=MOST_FAULTS)))


def _rows(guid: str, kind: ImportKind, rows: Sequence[BaseModel]) -> Response:
    _importer()
    if not house().door.opens(member().reader, RecordRef(RecordKind.ACCOUNT, guid)):
        raise Refused(404, Fault("not_found"))
    named = list(type(rows[0]).model_fields)
    lines = [
        (number, [guid, *(_cell(getattr(row, name)) for name in named)]) for number, row in enumerate(rows, start=1)
    ]
    options = Options()
    return _done(kind, of_cells(_house(), kind, ["account", *named], lines, options), options)


def _done(kind: ImportKind, opened: Open, options: Options, *, name: str = "", preview: bool = False) -> Response:
    try:
        if preview:
            found = look(_house(), opened, options=options, rights=member().health_rights)
            return answer(_outcome(kind, found, State.CHECKED, name=name))
        by = By(house().clock(), member().oid, member().name)
        with house().store.transaction() as conn:
            key = import_runs.start(conn, NewRun(kind, State.RUNNING, "api", options, by, name))
        found = bring_in(_house(), key, opened, options=options, by=by, rights=member().health_rights)
        take_up(_house(), found.touched)
        return answer(_outcome(kind, found, State.DONE, name=name, by=by))
    except FileRefused as error:
        figures = {"line": error.line, "detail": error.detail}
        raise Refused(error.status, Fault(error.code, "", figures)) from None


def _outcome(kind: ImportKind, found: Outcome, state: State, *, name: str, by: By | None = None) -> ImportBody:
    """by: who started the run, None for a preview."""
    return ImportBody(
        key=found.key,
        kind=kind,
        state=state,
        file_name=name,
        started_at=by.at if by else None,
        started_by=by.name if by else "",
        faults=[_row_fault(fault) for fault in found.faults[:MOST_FAULTS]],
        **_counts(found.counts),
    )


def _body(run: Run, faults: Sequence[KeptFault] = ()) -> ImportBody:
    return ImportBody(
        key=run.key,
        kind=run.kind,
        state=run.state,
        file_name=run.file_name,
        started_at=run.started_at,
        started_by=run.started_by_name,
        reason=run.reason,
        faults=[_row_fault(fault) for fault in faults],
        **_counts(run.counts),
    )


def _counts(counts: Counts) -> dict[str, Any]:
    return {name: getattr(counts, name) for name in Counts.__slots__}


def _row_fault(fault: RowFault | KeptFault) -> RowFaultBody:
    return RowFaultBody(
        line=fault.line,
        column=fault.column,
        code=fault.code,
        detail=import_words.of_line(fault.code, fault.detail),
        rejected=fault.is_rejected,
    )


def _cell(value: object) -> str:
    """A value as a file would write it."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() else f"{value:.4f}"
        case date():
            return value.isoformat()
        case Direction():
            return str(value) or "none"
        case _:
            return str(value)


def _importer() -> Member:
    caller = member()
    if not caller.imports:
        audit.note(Action.ACCESS, str(request.endpoint), actor=caller.oid, result="refused")
        raise Refused(403, Fault("wrong_role"))
    return caller


def _kind(text: str) -> ImportKind:
    if text not in SPECS:
        raise Refused(404, Fault("not_found"))
    return ImportKind(text)


def _encoding() -> str:
    if request.mimetype not in _MEDIA:
        raise Refused(415, Fault("media_type"))
    charset = request.mimetype_params.get("charset", "").lower()
    if charset and charset not in ENCODINGS:
        raise Refused(415, Fault("media_type"))
    request.max_content_length = LONGEST_FILE_BYTES + 1
    return charset


def _house() -> House:
    found: House = current_app.extensions["house"]
    return found
