"""The pages of imports: choose a file, see what it would change, take it over, look at what was taken over."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask import Blueprint, Flask, Response, abort, current_app, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import Connection
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from relationship.desk.bring_verbatims import ALERTS, Columns
from relationship.desk.stage_verbatims import OLD_DAYS
from relationship.house import House
from relationship.importing.kinds import SPECS, VERBATIMS, ImportKind
from relationship.importing.opening import MEBIBYTE, safe_name
from relationship.importing.options import DELIMITERS, ENCODINGS, Dates, Options
from relationship.importing.template import XLSX, csv_template, xlsx_template
from relationship.store.importing import import_names, import_runs
from relationship.store.importing.import_runs import AT_WORK, NewRun, Run, State
from relationship.store.importing.staging import By, Sample
from web.export import neutral
from web.identity import rights
from web.identity.members import for_importers, member
from web.importing import import_words, import_work
from web.languages import language

blueprint = Blueprint("imports", __name__, url_prefix="/imports")

# A million lines of use are 70 MiB.
LONGEST_FILE_BYTES = 128 * MEBIBYTE
_FORM_BYTES = 64 * 1024
MOST_FAULTS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Entered:
    """The form as it was sent, and what is wrong with it: 'file' or 'as_of', '' for nothing."""

    kind: str = ImportKind.USAGE.value
    values: Mapping[str, str] | None = None
    fault: str = ""

    def value(self, name: str) -> str:
        return (self.values or {}).get(name, "")


def install(app: Flask) -> None:
    """Let files in, for whom imports are; must run before anything reads a form."""

    @app.before_request
    def room_for_files() -> None:
        if request.endpoint == "imports.upload" and current_user.is_authenticated and member().imports:
            request.max_content_length = LONGEST_FILE_BYTES + _FORM_BYTES

    app.jinja_env.globals["import_words"] = import_words


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> tuple[str, int]:
    return _start(Entered(fault="too_large")), 413


@blueprint.get("")
@for_importers
def start() -> str:
    wanted = request.args.get("kind", "")
    return _start(Entered(wanted if wanted in SPECS else ImportKind.USAGE.value))


@blueprint.post("")
@for_importers
def upload() -> AnyResponse | tuple[str, int]:
    """Keep the file and check it; the next page shows what it would change."""
    values = {
        name: request.form.get(name, "") for name in ("dates", "decimal", "encoding", "delimiter", "empty", "as_of")
    }
    kind = request.form.get("kind", "")
    if kind not in SPECS:
        abort(422)
    file: FileStorage | None = request.files.get("file")
    if file is None or not file.filename:
        return _start(Entered(kind, values, "file")), 422
    options = _options(values)
    if options is None:
        return _start(Entered(kind, values, "as_of")), 422
    by = _by()
    new = NewRun(ImportKind(kind), State.CHECKING, "page", options, by, safe_name(file.filename))
    key = import_work.keep(_house(), new, file.stream)
    import_work.begin(_house(), _known(key), by, member().health_rights)
    return redirect(url_for("imports.run", key=key), 303)


@blueprint.get("/<uuid:key>")
@for_importers
def run(key: object) -> str | AnyResponse:
    """One import: how far it is, what it would change, or what it changed."""
    found = _known(str(key))
    if found.state is State.COLUMNS:
        return redirect(url_for("verbatim_files.columns", key=key))
    template = "imports/state.html" if request.headers.get("HX-Request") else "imports/run.html"
    with _house().store.reading() as conn:
        samples = import_runs.samples(conn, found.id)
        shown = _readable(conn, samples)
        return render_template(
            template,
            run=found,
            spec=SPECS.get(found.kind, VERBATIMS),
            is_survey=found.kind is ImportKind.VERBATIMS,
            old_days=OLD_DAYS,
            at_work=found.state in AT_WORK,
            faults=import_runs.faults(conn, found.id, limit=MOST_FAULTS_SHOWN),
            samples=shown,
            withheld=len(shown) < len(samples),
        )


@blueprint.post("/<uuid:key>/confirm")
@for_importers
def confirm(key: object) -> AnyResponse:
    """Take the file over; a second click finds it at work already."""
    with _house().store.transaction() as conn:
        _choose_alerts(conn, str(key))
        moved = import_runs.move(conn, str(key), State.RUNNING, only_from=(State.CHECKED,), at=_house().clock())
    found = _known(str(key))
    if moved:
        import_work.begin(_house(), found, _by(), member().health_rights)
    return redirect(url_for("imports.run", key=key), 303)


@blueprint.post("/<uuid:key>/cancel")
@for_importers
def cancel(key: object) -> AnyResponse:
    _known(str(key))
    with _house().store.transaction() as conn:
        if import_runs.move(conn, str(key), State.CANCELLED, only_from=(State.CHECKED,), at=_house().clock()):
            import_runs.forget_file(conn, str(key))
    return redirect(url_for("imports.start"), 303)


@blueprint.get("/<uuid:key>/rejected.csv")
@for_importers
def rejected(key: object) -> Response:
    """The rejected lines with what is wrong, to correct and import again."""
    found = _known(str(key))
    with _house().store.reading() as conn:
        faults = import_runs.faults(conn, found.id, limit=None, rejected=True)
    lines: dict[int, tuple[tuple[str, ...], list[str]]] = {}
    for fault in faults:
        lines.setdefault(fault.line, (fault.cells, []))[1].append(import_words.of_line(fault.code, fault.detail))
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if language() == "fr" else ",", lineterminator="\r\n")
    writer.writerow([*map(neutral, found.header), gettext("Line"), gettext("What to do")])
    for line, (cells, sentences) in lines.items():
        whole = [*cells, *[""] * (len(found.header) - len(cells))]
        writer.writerow([*map(neutral, whole), str(line), " ".join(sentences)])
    name = f"{found.kind.value}-{found.started_at:%Y-%m-%d}-rejected.csv"
    return _file(("\ufeff" + text.getvalue()).encode(), "text/csv; charset=utf-8", name)


@blueprint.get("/template/<kind>.<form>")
@for_importers
def template(kind: str, form: str) -> Response:
    if kind not in SPECS or form not in ("csv", "xlsx"):
        abort(404)
    if form == "xlsx":
        return _file(xlsx_template(ImportKind(kind), language()), XLSX, f"{kind}.xlsx")
    return _file(csv_template(ImportKind(kind), language()), "text/csv; charset=utf-8", f"{kind}.csv")


def _readable(conn: Connection, samples: Sequence[Sample]) -> list[Sample]:
    """Those about records that the reader may see, and about customers whom nobody knows. Of several records of one
    name all must be readable."""
    refs = import_names.records_called(conn, {one.name for one in samples if one.name})
    seen = rights.among(ref for several in refs.values() for ref in several)
    return [one for one in samples if not one.name or (one.name in refs and refs[one.name] <= seen)]


def _start(entered: Entered) -> str:
    with _house().store.reading() as conn:
        return render_template(
            "imports/start.html",
            entered=entered,
            kinds=[kind.value for kind in SPECS],
            specs={kind.value: spec for kind, spec in SPECS.items()},
            most_mib=LONGEST_FILE_BYTES // MEBIBYTE,
            runs=import_runs.runs(conn),
        )


def _choose_alerts(conn: Connection, key: str) -> None:
    """Which texts of a survey alert rules look at, as the form says; a run that waits no more stays as it is."""
    found = import_runs.run(conn, key)
    alerts = request.form.get("alerts", "")
    if found and found.kind is ImportKind.VERBATIMS and found.state is State.CHECKED and alerts in ALERTS:
        columns = replace(Columns.from_json(found.columns), alerts=alerts)
        import_runs.say_columns(conn, key, columns.as_json(), found.options)


def _options(values: Mapping[str, str]) -> Options | None:
    """How the file is to be read; None for a day that is none. Anything else odd counts as not said."""
    day = None
    if text := values["as_of"].strip():
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return None
    return Options(
        encoding=values["encoding"] if values["encoding"] in ENCODINGS else "",
        delimiter=values["delimiter"] if values["delimiter"] in DELIMITERS else "",
        dates=Dates(values["dates"]) if values["dates"] in set(Dates) else Dates.ISO,
        decimal=values["decimal"] if values["decimal"] in ("comma", "point") else "",
        clear_empty=values["empty"] == "clear",
        as_of=day,
    )


def _known(key: str) -> Run:
    with _house().store.reading() as conn:
        found = import_runs.run(conn, key)
    if found is None:
        abort(404)
    return found


def _by() -> By:
    return By(_house().clock(), member().oid, member().name)


def _house() -> House:
    found: House = current_app.extensions["house"]
    return found


def _file(body: bytes, media: str, name: str) -> Response:
    response = Response(body, content_type=media)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
