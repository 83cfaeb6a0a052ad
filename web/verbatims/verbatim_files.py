"""The pages on which a survey or a file of reviews comes in: send it, say what its columns are, see what was taken."""

from flask import Blueprint, Flask, abort, render_template, request
from flask_login import current_user
from werkzeug.exceptions import RequestEntityTooLarge

from relationship.desk.bring_verbatims import Brought, bring_verbatims, look, of_bytes
from relationship.errors import RelationshipError
from relationship.importing.faults import FileRefused
from relationship.importing.opening import MEBIBYTE, safe_name
from relationship.importing.options import ENCODINGS, Dates, Options
from relationship.importing.survey import SCALES, ColumnRoles, Role, Seen, wrong
from relationship.store.verbatims import verbatim_files
from relationship.store.verbatims.verbatims import Source
from web.house import house
from web.identity.members import for_importers, member
from web.importing import import_words

blueprint = Blueprint("verbatim_files", __name__, url_prefix="/verbatims/import")

LONGEST_FILE_BYTES = 16 * MEBIBYTE
_FORM_BYTES = 64 * 1024
MOST_FAULTS_SHOWN = 50


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
def upload() -> str | tuple[str, int]:
    """Keep the file and ask what its columns are."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _start("file"), 422
    body, name = file.read(), safe_name(file.filename)
    options = _options()
    try:
        seen, roles, source = look(house(), of_bytes(body, name), options)
    except RelationshipError as error:
        return _start("refused", error), 422
    with house().store.transaction() as conn:
        key = verbatim_files.keep(conn, name, body, at=house().clock(), by=member().oid)
    return _columns(key, name, seen, roles, source)


@blueprint.post("/<uuid:key>")
@for_importers
def take(key: object) -> str | tuple[str, int]:
    """Take the file over with the roles as they were chosen."""
    with house().store.reading() as conn:
        found = verbatim_files.waiting(conn, str(key), by=member().oid)
    if found is None:
        abort(404)
    name, body = found
    options = _options()
    try:
        seen, roles, source = look(house(), of_bytes(body, name), options)
        chosen = ColumnRoles(tuple(_role(f"role-{place}") for place in range(len(seen.titles))), _scale(roles.scale))
        source = _source(source)
        if fault := wrong(chosen.roles):
            return _columns(str(key), name, seen, chosen, source, fault), 422
        done = bring_verbatims(
            house(), of_bytes(body, name), options, chosen, Source(source), by=member().oid, by_name=member().name
        )
    except RelationshipError as error:
        return _start("refused", error), 422
    with house().store.transaction() as conn:
        verbatim_files.forget(conn, str(key))
    return _done(name, done)


def _start(fault: str, error: RelationshipError | None = None) -> str:
    return render_template(
        "verbatims/file.html",
        fault=fault,
        said=_said(error),
        most_mib=LONGEST_FILE_BYTES // MEBIBYTE,
        encodings=ENCODINGS,
    )


def _said(error: RelationshipError | None) -> str:
    if isinstance(error, FileRefused):
        return import_words.of_run(error.code, line=error.line, detail=error.detail)
    return str(error) if error else ""


def _columns(key: str, name: str, seen: Seen, roles: ColumnRoles, source: str, fault: str = "") -> str:
    return render_template(
        "verbatims/columns.html",
        key=key,
        name=name,
        seen=seen,
        roles=roles,
        source=source,
        fault=fault,
        scales=list(SCALES),
        dates=request.form.get("dates", ""),
        encoding=request.form.get("encoding", ""),
    )


def _done(name: str, done: Brought) -> str:
    return render_template("verbatims/taken.html", name=name, done=done, faults=done.faults[:MOST_FAULTS_SHOWN])


def _options() -> Options:
    """How the file is written. Anything odd counts as not said."""
    dates, encoding = request.form.get("dates", ""), request.form.get("encoding", "")
    return Options(
        encoding=encoding if encoding in ENCODINGS else "",
        dates=Dates(dates) if dates in set(Dates) else Dates.ISO,
    )


def _role(name: str) -> Role:
    value = request.form.get(name, "")
    return Role(value) if value in set(Role) else Role.BLANK


def _scale(usual: str) -> str:
    value = request.form.get("scale", "")
    return value if value in SCALES else usual


def _source(usual: str) -> str:
    value = request.form.get("source", "")
    return value if value in set(Source) else usual
