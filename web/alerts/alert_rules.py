"""Rules of alerts: the list with what became of their alerts, the ready-made ones, the builder, lists and addresses."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from relationship.clock import day_of
from relationship.desk import alert_rules as desk
from relationship.desk.alert_rules import NotSaved, Person, may_edit, may_write
from relationship.letters import alert_letters
from relationship.store import rules as stored
from relationship.store.alerts import alert_facts, alerts
from relationship.store.alerts import alert_rules as store
from relationship.store.alerts.alert_facts import Heard
from relationship.store.alerts.alert_rules import Kept
from relationship.store.crm import colleagues
from relationship.store.privacy.audit import Action
from relationship.verbatims.alerts.cases import BY_KEY, CASES
from relationship.verbatims.alerts.conditions import CHOICES, Because, judge
from relationship.verbatims.alerts.rule import AlertRule
from relationship.verbatims.word_lists import words_of
from web import audit
from web.alerts import alert_form, alert_words
from web.alerts.alert_form import Typed
from web.house import house, today
from web.identity import rights
from web.identity.members import for_readers, member
from web.languages import language
from web.verbatims import verbatim_words

blueprint = Blueprint("alert_rules", __name__, url_prefix="/alerts/rules")

P = ParamSpec("P")
R = TypeVar("R")
TRIED_DAYS = 31
# So many verbatims are tried at most, and so many that match are shown.
MOST_TRIED, MOST_SHOWN = 5_000, 10


def for_writers(view: Callable[P, R]) -> Callable[P, R | Response]:
    """A page for those who may have rules: 403 for everybody else."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        if not may_write(member().reader):
            abort(403)
        return view(*args, **kwargs)

    return for_readers(guarded)


@blueprint.get("")
@for_writers
def listed() -> str:
    me = member()
    with house().store.reading() as conn:
        rules = [kept for kept in store.all_rules(conn) if kept.owner_key in ("", me.oid)]
        counts = alerts.counts(conn)
        return render_template(
            "alerts/rules.html",
            rules=rules,
            counts=counts,
            may_edit=lambda kept: may_edit(me.reader, kept),
            cases=CASES,
            used={kept.rule.case for kept in rules},
            lists=store.lists(conn),
            confirmed=store.confirmed(conn),
            unconfirmed=_unconfirmed(conn, rules),
            is_admin=_person().is_admin,
            shown=language(),
            fault=request.args.get("fault", ""),
            alert_words=alert_words,
        )


@blueprint.get("/<key>")
@for_writers
def edit(key: str) -> str:
    """One rule; 'new' and the key of a ready-made one begin another."""
    with house().store.reading() as conn:
        kept, rule, enabled = _shown(conn, key)
        addresses = _addresses(conn)
        if rule is None:
            values = alert_form.typed_values({"owner": ["1"], "urgent": []}) | {"owner": _person().is_admin}
        else:
            values = alert_form.values_of(rule, enabled=enabled, addresses=addresses)
        if rule is None or (kept is None and not _person().is_admin):
            own = addresses.get(member().oid, "")
            values |= {"to": own} if not _person().is_admin else {}
            values |= (
                {} if _person().is_admin else {"owner": False, "task": False, "letter_subject": "", "letter_body": ""}
            )
        return _editor(conn, key, kept, Typed(values, None))


@blueprint.post("/<key>")
@for_writers
def save(key: str) -> str | Response | tuple[str, int]:
    """Save, or show the form again after a button that adds or removes a line, or with what cannot be saved."""
    with house().store.reading() as conn:
        kept, _rule, _enabled = _shown(conn, key)
        found = alert_form.read(request.form.to_dict(flat=False), _by_address(conn))
        if request.form.get("act", "save") != "save":
            return _editor(conn, key, kept, Typed(found.values, None))
        if found.made is None:
            return _editor(conn, key, kept, found), 422
    try:
        number = desk.save(
            house(),
            found.made,
            enabled=found.values["enabled"],
            person=_person(),
            number=kept.id if kept else None,
            version=request.form.get("version", type=int) if kept else None,
        )
    except NotSaved as error:
        with house().store.reading() as conn:
            return _editor(conn, key, kept, Typed(found.values, None, (error.code,))), 422
    audit.note(Action.RULES, f"alert-rule/{number}", actor=member().oid, result="saved")
    flash("", "alert_rule_saved")
    return redirect(url_for("alert_rules.edit", key=str(number)), 303)


@blueprint.post("/<int:number>/remove")
@for_writers
def remove(number: int) -> Response:
    try:
        desk.remove(house(), number, person=_person())
    except NotSaved:
        abort(404)
    audit.note(Action.RULES, f"alert-rule/{number}", actor=member().oid, result="removed")
    return redirect(url_for("alert_rules.listed"), 303)


@blueprint.post("/try")
@for_writers
def tried() -> str:
    """What the typed rule would have raised last month."""
    with house().store.reading() as conn:
        found = alert_form.read(request.form.to_dict(flat=False), _by_address(conn))
        return render_template("alerts/tried.html", **_effect(conn, found))


@blueprint.post("/addresses")
@for_writers
def addresses() -> Response:
    """Confirm an address outside, or take one back."""
    address = request.form.get("address", "")
    return _done(
        lambda: (
            desk.withdraw(house(), address, person=_person())
            if "withdraw" in request.form
            else desk.confirm(house(), [address], person=_person())
        )
    )


@blueprint.post("/lists")
@for_writers
def new_list() -> Response:
    return _done(lambda: desk.make_list(house(), request.form.get("name", "")))


@blueprint.get("/lists/<int:number>")
@for_writers
def one_list(number: int) -> str:
    with house().store.reading() as conn:
        found = next((one for one in store.lists(conn) if one.id == number), None)
        if found is None:
            abort(404)
        return render_template(
            "alerts/one_list.html",
            one=found,
            entries=store.entries(conn, number),
            fault=request.args.get("fault", ""),
            alert_words=alert_words,
        )


@blueprint.post("/lists/<int:number>")
@for_writers
def change_list(number: int) -> Response:
    """Rename it, put addresses on it, take one off, or remove it."""
    form = request.form
    if "remove" in form:
        return _done(lambda: desk.remove_list(house(), number))
    if "take_off" in form:
        with house().store.transaction() as conn:
            store.take_off_list(conn, number, form["take_off"])
        return redirect(url_for("alert_rules.one_list", number=number), 303)
    act = (
        (lambda: desk.rename_list(house(), number, form["name"]))
        if "name" in form
        else lambda: desk.put_on_list(house(), number, form.get("addresses", "").replace(",", "\n").splitlines())
    )
    return _done(act, back=url_for("alert_rules.one_list", number=number))


def tried_rule(conn: Connection, rule: AlertRule) -> tuple[int, int, list[tuple[Heard, tuple[Because, ...]]]]:
    """(tried, matching, those that the person may read, latest first) of the verbatims of last month."""
    ids = alert_facts.ids_between(conn, since=today() - TRIED_DAYS, until=today(), limit=MOST_TRIED)
    profile = alerts.profile(conn)
    heard = {one.id: one for one in alert_facts.heard(conn, ids, today=today(), profile=profile)}
    matching = [
        (heard[number], verdict.because)
        for number in ids
        if number in heard and (verdict := judge(rule.when, heard[number].facts)).matches
    ]
    readable = rights.among([one.account for one, _ in matching if one.account])
    may = [row for row in matching if row[0].account is None or row[0].account in readable]
    return len(ids), len(may), may[:MOST_SHOWN]


def _effect(conn: Connection, found: Typed) -> dict[str, object]:
    counted = tried_rule(conn, found.made) if found.made is not None else (0, None, [])
    return {
        "tried": counted[0],
        "count": counted[1],
        "examples": counted[2],
        "most": MOST_TRIED,
        "since": day_of(today() - TRIED_DAYS),
        "faults": found.faults,
        "alert_words": alert_words,
        "reason": lambda because: alert_letters.reason(because, language()),
    }


def _editor(conn: Connection, key: str, kept: Kept | None, found: Typed) -> str:
    counted = Typed(found.values, kept.rule if kept and not found.faults and request.method == "GET" else None)
    return render_template(
        "alerts/rule.html",
        key=key,
        kept=kept,
        found=found,
        values=found.values,
        case=BY_KEY.get(found.values.get("case", "")),
        known={
            "theme": [(path, title) for title, path in verbatim_words.themes()],
            **{sort: [(one, alert_words.value(one)) for one in words_of(name)] for sort, name in _FILES.items()},
            **{what: [(one, alert_words.value(one)) for one in words] for what, words in CHOICES.items()},
        },
        lists=store.lists(conn),
        endpoints=stored.current(conn)[1].actions.endpoints,
        versions=store.versions(conn, kept.id) if kept else [],
        counts=alerts.counts(conn).get(kept.id, {}) if kept else {},
        own_only=bool(kept.owner_key) if kept else not _person().is_admin,
        has_folder=house().config.alert_folder is not None,
        has_profile=(profile := alerts.profile(conn)) is not None and profile.is_of_use,
        shown=language(),
        **{name: value for name, value in _effect(conn, counted).items() if name != "faults"},
    )


_FILES = {"sensitivity": "sensitivities", "moment": "moments"}


def _shown(conn: Connection, key: str) -> tuple[Kept | None, AlertRule | None, bool]:
    """The rule of an address: one that is kept, a ready-made one, or none yet."""
    if key == "new":
        return None, None, False
    if key in BY_KEY:
        return None, BY_KEY[key].started(language()), False
    kept = store.one(conn, int(key)) if key.isdecimal() and len(key) < 10 else None
    if kept is None or not may_edit(member().reader, kept):
        abort(404)
    return kept, kept.rule, kept.enabled


def _unconfirmed(conn: Connection, rules: list[Kept]) -> list[str]:
    """Addresses outside that rules name and nobody confirmed."""
    numbers = frozenset().union(*(kept.rule.recipients.lists for kept in rules)) if rules else frozenset()
    on_lists = [one for found in store.addresses_of(conn, numbers).values() for one in found]
    named = frozenset().union(on_lists, *(kept.rule.all_addresses() for kept in rules))
    return sorted(named - set(store.confirmed(conn)))


def _addresses(conn: Connection) -> dict[str, str]:
    """One mail address of each colleague, by key."""
    return {key: min(found) for key, found in colleagues.addresses_by_key(conn).items() if found}


def _by_address(conn: Connection) -> dict[str, str]:
    return {address: key for key, found in colleagues.addresses_by_key(conn).items() for address in found}


def _person() -> Person:
    return Person(member().reader, member().name)


def _done(act: Callable[[], Any], back: str = "") -> Response:
    """Do it and go back, with what could not be done."""
    try:
        act()
    except NotSaved as error:
        separator = "&" if "?" in back else "?"
        return redirect(f"{back}{separator}fault={error.code}" if back else url_for(".listed", fault=error.code), 303)
    audit.note(Action.RULES, "alert-lists", actor=member().oid, result="saved")
    return redirect(back or url_for("alert_rules.listed"), 303)
