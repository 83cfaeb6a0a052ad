"""Lists: who is on them, by name; addresses of accounts chosen, entries added and taken off, the whole as a file."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from relationship.activities import RecordRef
from relationship.addresses import typed as typed_address
from relationship.clock import day_of
from relationship.desk import alert_rules as desk
from relationship.desk.alert_rules import MOST_ON_A_LIST, NotSaved
from relationship.store.alerts import alert_lists, alert_rules
from relationship.store.alerts.alert_lists import OnList
from relationship.store.privacy.audit import Action
from web import audit
from web.alerts import alert_words
from web.alerts.alert_rules import for_writers, is_admin
from web.export import written
from web.house import house, today
from web.identity import rights
from web.identity.members import member
from web.languages import language
from web.lists.list_fields import FileColumn
from web.lists.list_files import TYPES
from web.texts import _

blueprint = Blueprint("alert_lists", __name__, url_prefix="/alerts/rules/lists")

PAGE = 200
LONGEST_BAD = 100


@blueprint.post("")
@for_writers
def new_list() -> Answer:
    _administrators_only()
    is_mailing = request.form.get("kind") == "mailing"
    try:
        number = desk.make_list(house(), request.form.get("name", ""), is_mailing=is_mailing, language=language())
    except NotSaved as error:
        return redirect(url_for("alert_rules.listed", fault=error.code), 303)
    _noted(number)
    return redirect(url_for("alert_lists.one_list", number=number), 303)


@blueprint.get("/<int:number>")
@for_writers
def one_list(number: int) -> str:
    return _page(number, fault=request.args.get("fault", ""))


def _page(number: int, *, fault: str = "", typed: str = "", bad: str = "") -> str:
    """typed: the addresses as they were sent, when they were not taken; bad: the first of them that is none."""
    with house().store.reading() as conn:
        found = alert_lists.one(conn, number)
        if found is None:
            abort(404)
        rows = alert_lists.entries(conn, number, limit=PAGE + 1, after=request.args.get("after", ""))
        choices = alert_lists.choices(conn, {row.account_id for row in rows if row.account_id and not row.address})
        filled_by = [kept.rule.name for kept in alert_rules.all_rules(conn) if kept.rule.list_into == number]
    shown = _shown(rows[:PAGE])
    return render_template(
        "alerts/one_list.html",
        one=found,
        open_entries=[row for row in shown if not row.address],
        entries=[row for row in shown if row.address],
        refused_entries=sum(row.is_refused for row in shown),
        hidden_entries=len(rows[:PAGE]) - len(shown),
        choices=choices,
        filled_by=filled_by,
        following=rows[PAGE - 1].key if len(rows) > PAGE else None,
        is_admin=is_admin(),
        fault=fault,
        typed=typed,
        bad=bad,
        alert_words=alert_words,
    )


@blueprint.get("/<int:number>.<any(csv, xlsx):form>")
@for_writers
def file(number: int, form: str) -> Response:
    """Everybody on it whom the person may read and who takes mails to many, with account, address and why."""
    with house().store.reading() as conn:
        found = alert_lists.one(conn, number)
        if found is None:
            abort(404)
        rows = alert_lists.entries(conn, number, limit=MOST_ON_A_LIST + 1)
    columns = [
        FileColumn(_("Account"), lambda row: row.account_name),
        FileColumn(_("Name"), lambda row: row.name),
        FileColumn(_("E-mail address"), lambda row: row.address),
        FileColumn(_("Rule"), lambda row: row.rule_name),
        FileColumn(_("Added on"), lambda row: row.added_at.astimezone(house().config.zone).date()),
    ]
    shown = [row for row in _shown(rows) if not row.is_refused]
    content = written(shown, columns, form=form, title=found.name, language=language())
    audit.note(Action.EXPORT, f"alert-list/{number}", actor=member().oid, result=str(len(shown)))
    word = _("list")
    name = f"{word}-{number}-{day_of(today())}.{form}"
    return send_file(content, mimetype=TYPES[form], as_attachment=True, download_name=name)


@blueprint.post("/<int:number>")
@for_writers
def change_list(number: int) -> Answer:
    """Put addresses on it or take one off; for administrators: rename, let alerts go to it, remove."""
    form = request.form
    lines = form.get("addresses", "").replace(",", "\n").replace(";", "\n").splitlines()
    try:
        _do(number, form, lines)
    except NotSaved as error:
        if "addresses" in form:
            bad = next((line.strip() for line in lines if line.strip() and not typed_address(line)), "")
            return make_response(_page(number, fault=error.code, typed=form["addresses"], bad=bad[:LONGEST_BAD]), 422)
        return redirect(url_for("alert_lists.one_list", number=number, fault=error.code), 303)
    _noted(number)
    if "remove" in form:
        return redirect(url_for("alert_rules.listed", removed_list=number), 303)
    return redirect(url_for("alert_lists.one_list", number=number), 303)


def _do(number: int, form: MultiDict[str, str], lines: list[str]) -> None:
    """What the form of a list asks for; NotSaved when it cannot be."""
    if "take_off" in form:
        _take_off(number, form["take_off"])
    elif form.get("act") == "choose":
        _choose(number, form.getlist("choose"))
    elif "addresses" in form:
        desk.put_on_list(house(), number, lines)
    elif "remove" in form:
        _administrators_only()
        desk.remove_list(house(), number)
    else:
        _administrators_only()
        chosen = "en" if form.get("language") == "en" else "fr"
        desk.change_list(house(), number, form.get("name", ""), is_mailing="is_mailing" in form, language=chosen)


@blueprint.post("/<int:number>/back")
@for_writers
def bring_back(number: int) -> Answer:
    _administrators_only()
    try:
        desk.bring_list_back(house(), number)
    except NotSaved:
        abort(404)
    _noted(number)
    return redirect(url_for("alert_lists.one_list", number=number), 303)


def _shown(rows: Sequence[OnList]) -> list[OnList]:
    """Those whose account the person may read, or that somebody typed; a contact that may not be read stays an
    address."""
    refs: list[RecordRef] = [ref for row in rows for ref in (row.account, row.contact) if ref]
    readable = rights.among(refs)
    return [
        row if row.contact in readable else _nameless(row) for row in rows if not row.account or row.account in readable
    ]


def _nameless(row: OnList) -> OnList:
    return replace(row, contact=None, name="")


def _take_off(number: int, key: str) -> None:
    with house().store.transaction() as conn:
        alert_rules.take_off_list(conn, number, key)


def _choose(number: int, chosen: Sequence[str]) -> None:
    """chosen: the key of an entry and the address for it, a blank between; only addresses of the account's contacts."""
    wanted: dict[str, Any] = {}
    for one in chosen:
        key, _blank, address = one.partition(" ")
        if address:
            wanted.setdefault(key, []).append(address)
    with house().store.transaction() as conn:
        rows = [row for row in alert_lists.entries(conn, number, limit=MOST_ON_A_LIST) if row.key in wanted]
        offered = alert_lists.choices(conn, {row.account_id for row in rows if row.account_id})
        for row in _shown(rows):
            known = {choice.address for choice in offered.get(row.account_id or 0, ())}
            if not row.address and known.issuperset(wanted[row.key]):
                alert_lists.choose(conn, number, row, wanted[row.key], at=house().clock())


def _administrators_only() -> None:
    if not is_admin():
        abort(403)


def _noted(number: int) -> None:
    audit.note(Action.RULES, f"alert-list/{number}", actor=member().oid, result="saved")
    flash("", "alert_list_changed")
