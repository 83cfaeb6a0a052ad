"""The pages on which a survey or a file of reviews comes in: send it, say what its columns are; the rest is an import
like all others (`web/importing/imports.py`)."""

import io
from dataclasses import replace

from flask import Blueprint, Flask, abort, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from relationship.desk import bring_verbatims
from relationship.desk.bring_verbatims import Columns, of_bytes
from relationship.errors import RelationshipError
from relationship.importing.faults import FileRefused
from relationship.importing.kinds import ImportKind
from relationship.importing.opening import MEBIBYTE, safe_name
from relationship.importing.options import DELIMITERS, ENCODINGS, Dates, Options
from relationship.importing.survey_roles import SCALES, ColumnRoles, Role
from relationship.store.importing import import_runs
from relationship.store.importing.import_runs import NewRun, Run, State
from relationship.store.importing.staging import By
from relationship.store.verbatims.verbatims import Source
from web.house import house
from web.identity.members import for_importers, member
from web.importing import import_words, import_work
from web.verbatims import verbatim_days

blueprint = Blueprint("verbatim_files", __name__, url_prefix="/verbatims/import")

LONGEST_FILE_BYTES = 16 * MEBIBYTE
_FORM_BYTES = 64 * 1024
RUNS_SHOWN = 20


def install(app: Flask) -> None:
    """Let files in, for whom imports are; must run before anything reads a form."""

    @app.before_request
    def room_for_surveys() -> None:
        if request.endpoint == "verbatim_files.upload" and current_user.is_authenticated and member().imports:
            request.max_content_length = LONGEST_FILE_BYTES + _FORM_BYTES


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> tuple[str, int]:
    return _start("too_large"), 413


@blueprint.get("")
@for_importers
def start() -> str:
    return _start("")


@blueprint.post("")
@for_importers
def upload() -> AnyResponse | tuple[str, int]:
    """Keep the file and ask what its columns are."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _start("file"), 422
    body, name = file.read(), safe_name(file.filename)
    try:
        columns, options = bring_verbatims.look(house(), of_bytes(body, name), _options(Options()))
    except RelationshipError as error:
        return _start("refused", error), 422
    by = By(house().clock(), member().oid, member().name)
    new = NewRun(ImportKind.VERBATIMS, State.COLUMNS, "page", options, by, name, columns=columns.as_json())
    key = import_work.keep(house(), new, io.BytesIO(body))
    return redirect(url_for("verbatim_files.columns", key=key), 303)


@blueprint.get("/<uuid:key>")
@for_importers
def columns(key: object) -> str | AnyResponse:
    """What the columns of a file that waits are."""
    run = _run(str(key))
    if run.state is not State.COLUMNS:
        return redirect(url_for("imports.run", key=run.key))
    return _columns(run, Columns.from_json(run.columns), run.options)


@blueprint.post("/<uuid:key>")
@for_importers
def say(key: object) -> AnyResponse | str | tuple[str, int]:
    """Check the file with its columns as they were chosen; or show it again in another encoding."""
    run = _run(str(key))
    if run.state is not State.COLUMNS:
        return redirect(url_for("imports.run", key=run.key), 303)
    found, options = Columns.from_json(run.columns), _options(run.options)
    if (options.encoding, options.delimiter) != (run.options.encoding, run.options.delimiter):
        return _read_anew(run, options)
    chosen = _chosen(found)
    if fault := chosen.fault():
        return _columns(run, chosen, options, fault), 422
    if bring_verbatims.say(house(), run.key, chosen, options, by=member().oid):
        by = By(house().clock(), member().oid, member().name)
        import_work.begin(house(), _run(run.key), by, member().health_rights)
    return redirect(url_for("imports.run", key=run.key), 303)


@blueprint.post("/<uuid:key>/again")
@for_importers
def again(key: object) -> AnyResponse:
    """Back to the columns: the file is still there."""
    with house().store.transaction() as conn:
        import_runs.ask_again(conn, str(key), at=house().clock())
    return redirect(url_for("verbatim_files.columns", key=_run(str(key)).key), 303)


def _read_anew(run: Run, options: Options) -> AnyResponse | tuple[str, int]:
    with house().store.reading() as conn:
        body = b"".join(import_runs.file_pieces(conn, run.key))
    try:
        columns, read = bring_verbatims.look(house(), of_bytes(body, run.file_name), options)
    except RelationshipError as error:
        return _columns(run, Columns.from_json(run.columns), run.options, said=_said(error)), 422
    with house().store.transaction() as conn:
        import_runs.say_columns(conn, run.key, columns.as_json(), read)
    return redirect(url_for("verbatim_files.columns", key=run.key), 303)


def _start(fault: str, error: RelationshipError | None = None) -> str:
    with house().store.reading() as conn:
        runs = import_runs.runs(conn, limit=RUNS_SHOWN, kind=ImportKind.VERBATIMS)
    return render_template(
        "verbatims/file.html",
        fault=fault,
        said=_said(error),
        most_mib=LONGEST_FILE_BYTES // MEBIBYTE,
        encodings=ENCODINGS,
        runs=runs,
    )


def _said(error: RelationshipError | None) -> str:
    if isinstance(error, FileRefused):
        return import_words.of_run(error.code, line=error.line, detail=error.detail)
    return str(error) if error else ""


def _columns(run: Run, columns: Columns, options: Options, fault: str = "", *, said: str = "") -> str:
    return render_template(
        "verbatims/columns.html",
        run=run,
        columns=columns,
        options=options,
        fault=fault,
        said=said,
        scales=list(SCALES),
        days=verbatim_days.choices(columns.days, options.dates),
    )


def _run(key: str) -> Run:
    with house().store.reading() as conn:
        found = import_runs.run(conn, key)
    if found is None or found.kind is not ImportKind.VERBATIMS:
        abort(404)
    return found


def _chosen(present: Columns) -> Columns:
    """The form over what was proposed; anything odd counts as not said."""
    roles = tuple(_role(f"role-{place}", role) for place, role in enumerate(present.roles.roles))
    scale, source = request.form.get("scale", ""), request.form.get("source", "")
    return replace(
        present,
        roles=ColumnRoles(roles, scale if scale in SCALES else present.roles.scale),
        source=source if source in set(Source) else present.source,
    )


def _options(present: Options) -> Options:
    dates, decimal = request.form.get("dates", ""), request.form.get("decimal", present.decimal)
    encoding = request.form.get("encoding", present.encoding)
    delimiter = request.form.get("delimiter", present.delimiter)
    return replace(
        present,
        encoding=encoding if encoding in ENCODINGS else "",
        delimiter=delimiter if delimiter in DELIMITERS else "",
        dates=Dates(dates) if dates in set(Dates) else present.dates,
        decimal=decimal if decimal in ("comma", "point") else "",
    )


def _role(name: str, present: Role) -> Role:
    value = request.form.get(name, present.value)
    return Role(value) if value in set(Role) else present
