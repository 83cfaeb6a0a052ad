"""The pages of custom reports: the list, one report, building one, keeping it, and taking it out as a file."""

from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from relationship.activities import RecordKind, RecordRef
from relationship.desk import keep_report
from relationship.reports.columns import COLUMNS, NUMBERS, Topic
from relationship.reports.definition import MOST_CONDITIONS, MOST_FIGURES, OPS, Definition, How
from relationship.store.reports import reports as store
from relationship.store.reports.reports import Kept
from web.house import house
from web.identity import rights
from web.identity.members import for_readers, member
from web.reports import report_files, report_form, report_words
from web.reports.report_form import Read
from web.reports.report_work import hidden, worked_out
from web.texts import _

blueprint = Blueprint("reports", __name__, url_prefix="/reports")

MOST_LINES_SHOWN = 200
LONGEST_ADDRESS = 6_000


@blueprint.get("")
@for_readers
def page() -> str:
    """All reports that the reader may open."""
    with house().store.reading() as conn:
        kept = store.kept(conn, member().oid)
    return render_template(
        "reports/list.html", kept=kept, texts=report_words, removed=request.args.get("removed", type=int)
    )


@blueprint.get("/build")
@for_readers
def build() -> str:
    """Choose what a report shows; the address holds all of it."""
    found = report_form.read(request.args)
    own = _own(request.args.get("report", type=int))
    template = "builder.html" if request.headers.get("HX-Target") == "report-builder" else "build.html"
    return render_template(f"reports/{template}", own=own, **_offered(found), **_worked(found.definition))


@blueprint.post("")
@for_readers
def save() -> AnyResponse:
    """Keep the report of the form's arguments: under a name, or in place of one of theirs."""
    definition = _sent()
    number = request.form.get("report", type=int)
    if request.form.get("act") == "edit" and number is not None:
        if not keep_report.edit(house(), member().oid, number, definition):
            abort(404)
    else:
        name = request.form.get("name", "")
        number = keep_report.keep(house(), member().oid, member().name, name, definition)
        if number is None:
            flash("name", "report_refused")
            return redirect(f"{url_for('reports.build')}?{report_form.address(definition)}", 303)
    return redirect(url_for("reports.show", number=number), 303)


@blueprint.get("/<int:number>")
@for_readers
def show(number: int) -> str:
    kept = _open(number)
    return render_template(
        "reports/report.html",
        kept=kept,
        address=report_form.address(kept.definition),
        **_worked(kept.definition),
    )


@blueprint.post("/<int:number>")
@for_readers
def change(number: int) -> AnyResponse:
    """Rename, share, duplicate, remove or take back a report: `act` says which."""
    oid = member().oid
    match request.form.get("act"):
        case "rename":
            if not keep_report.rename(house(), oid, number, request.form.get("name", "")):
                if _own(number) is None:
                    abort(404)
                flash("renamed", "report_refused")
        case "share" | "keep_private" as act:
            _done(keep_report.share(house(), oid, number, with_all=act == "share"))
        case "duplicate":
            name = _("Copy of %(name)s", name=_open(number).name)
            copy = keep_report.duplicate(house(), oid, member().name, number, name)
            if copy is None:
                abort(422)
            return redirect(url_for("reports.show", number=copy), 303)
        case "remove":
            _done(keep_report.remove(house(), oid, number))
            return redirect(url_for("reports.page", removed=number), 303)
        case "take_back":
            _done(keep_report.take_back(house(), oid, number))
        case _:
            abort(422)
    return redirect(url_for("reports.show", number=number), 303)


@blueprint.get("/build.<any(csv, xlsx, pdf):form>")
@for_readers
def file(form: str) -> Response | tuple[str, int]:
    """The report of the address as a file; `name` stands in it."""
    definition = report_form.read(request.args).definition
    number = request.args.get("report", type=int)
    name = _open(number).name if number is not None else _("Report on accounts")
    worked = worked_out(definition)
    if worked.is_waiting:
        rights.need_figures(RecordKind.ACCOUNT)
        rights.need_figures(RecordKind.OPPORTUNITY)
    if worked.table is None:
        abort(403)
    if len(worked.table.lines) > report_files.most_lines(form):
        return render_template("reports/too_long.html", form=form, most=report_files.most_lines(form)), 422
    return report_files.sent(worked.definition, worked.table, form=form, name=name)


def _worked(definition: Definition) -> dict[str, Any]:
    """The first lines as the page shows them, every account asked of the CRM."""
    worked = worked_out(definition)
    lines: list[Any] = []
    if worked.table:
        lines = list(worked.table.lines[:MOST_LINES_SHOWN])
        seen = rights.among(RecordRef(RecordKind.ACCOUNT, line.guid) for line in lines if line.guid)
        lines = [line for line in lines if not line.guid or RecordRef(RecordKind.ACCOUNT, line.guid) in seen]
    return {
        "worked": worked,
        "table": worked.table,
        "lines": lines,
        "numbers": report_words.numbers(worked.table) if worked.table else frozenset(),
        "texts": report_words,
        "most_shown": MOST_LINES_SHOWN,
        "files": report_form.address(definition),
    }


def _offered(found: Read) -> dict[str, Any]:
    """What the form offers to choose from."""
    unseen = hidden()
    columns = [column for column in COLUMNS.values() if column.key not in unseen]
    definition = found.definition
    figures = [
        (f"{how}:{column.key}", how, column.key)
        for column in columns
        if column.kind in NUMBERS
        for how in How
        if how is How.MEAN or column.has_sum
    ]
    return {
        "definition": definition,
        "typed": found.typed,
        "topics": [(topic, [one for one in columns if one.topic is topic]) for topic in Topic],
        "all_columns": columns,
        "groups": [one.key for one in columns if one.groups],
        "figures": figures,
        "chosen_figures": {one.key for one in definition.figures},
        "ops": OPS,
        "columns_by_key": COLUMNS,
        "room_for_filters": len(found.typed) < MOST_CONDITIONS,
        "most_figures": MOST_FIGURES,
        "moved": _moved,
        "address": report_form.address(definition),
        "with_columns": lambda keys: report_form.address(definition.model_copy(update={"columns": keys, "sort": ""})),
    }


def _moved(columns: tuple[str, ...], key: str, by: int) -> tuple[str, ...]:
    """The columns with one moved by so many places; 0 takes it out."""
    order = [one for one in columns if one != key]
    if by:
        order.insert(max(columns.index(key) + by, 0), key)
    return tuple(order)


def _sent() -> Definition:
    pairs = parse_qsl(request.form.get("arguments", "")[:LONGEST_ADDRESS], keep_blank_values=True)
    return report_form.read(MultiDict(pairs)).definition


def _open(number: int) -> Kept:
    with house().store.reading() as conn:
        found = store.one(conn, member().oid, number)
    if found is None:
        abort(404)
    return found


def _own(number: int | None) -> Kept | None:
    """A report of the reader's own; None for any other."""
    if number is None:
        return None
    with house().store.reading() as conn:
        found = store.one(conn, member().oid, number)
    return found if found and found.is_own else None


def _done(done: bool) -> None:
    if not done:
        abort(404)
