"""Rules of alerts: the list with what became of their alerts, the ready-made ones, the builder, addresses outside."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from itertools import pairwise
from typing import Any, ParamSpec, TypeVar

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from relationship.desk import alert_rules as desk
from relationship.desk.alert_rules import NotSaved, Person, may_edit, may_write
from relationship.store import rules as stored
from relationship.store.alerts import alert_facts, alerts
from relationship.store.alerts import alert_rules as store
from relationship.store.alerts.alert_rules import Kept, Version
from relationship.store.crm import colleagues, mail_refusals
from relationship.store.privacy.audit import Action
from relationship.verbatims import names
from relationship.verbatims.alerts.cases import BY_KEY, CASES
from relationship.verbatims.alerts.conditions import CHOICES
from relationship.verbatims.alerts.rule import AlertRule
from relationship.verbatims.catalogue import Theme
from relationship.verbatims.word_lists import words_of
from web import audit
from web.alerts import alert_form, alert_trial, alert_words
from web.alerts.alert_form import Typed
from web.house import house
from web.identity.members import for_readers, member
from web.languages import language
from web.verbatims import verbatim_words

blueprint = Blueprint("alert_rules", __name__, url_prefix="/alerts/rules")

P = ParamSpec("P")
R = TypeVar("R")
# Ready-made rules that do something beside telling one person by mail are for the organisation.
OWN_CASES = frozenset({"Q-2", "Q-3", "Q-4", "Q-5", "Q-5b", "Q-6", "Q-9"})
# What a rule of one's own cannot do.
_NOTHING_ELSE = {
    "owner": False, "task": False, "note": False, "risk": "", "list_into": None, "folder": False, "endpoints": (),
    "lists": (), "perimeters": [], "fallback": "",
}  # fmt: skip


def for_writers(view: Callable[P, R]) -> Callable[P, R | Response]:
    """A page for those who may have rules: 403 for everybody else."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        if not may_write(member().reader):
            abort(403)
        return view(*args, **kwargs)

    return for_readers(guarded)


def is_admin() -> bool:
    """Whether who is signed in writes the organisation's rules and lists."""
    return _person().is_admin


@blueprint.get("")
@for_writers
def listed() -> str:
    me = member()
    removed = request.args.get("removed", type=int)
    with house().store.reading() as conn:
        rules = [kept for kept in store.all_rules(conn) if kept.owner_key in ("", me.oid)]
        gone = store.removed(conn, removed) if removed else None
        confirmed, unconfirmed = store.confirmed(conn), _unconfirmed(conn, rules)
        return render_template(
            "alerts/rules.html",
            rules=rules,
            counts=alerts.counts(conn),
            may_edit=lambda kept: may_edit(me.reader, kept),
            cases=[case for case in CASES if is_admin() or case.key in OWN_CASES],
            used=_used(rules),
            lists=store.lists(conn),
            confirmed=confirmed,
            unconfirmed=unconfirmed,
            refused=mail_refusals.addresses(conn, {*confirmed, *unconfirmed}, bulk=True),
            is_admin=is_admin(),
            removed=gone if gone and may_edit(me.reader, gone) else None,
            removed_list=request.args.get("removed_list", type=int),
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
        if rule is None:
            values = alert_form.typed_values({"owner": ["1"], "task_when": ["confirmed"]})
        else:
            values = alert_form.values_of(rule, enabled=enabled, addresses=_addresses(conn))
        if not is_admin() and kept is None:
            letters = alert_form.typed_values({})["letters"]
            values |= {**_NOTHING_ELSE, "letters": letters, "to": _addresses(conn).get(member().oid, "")}
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
    _noted(f"alert-rule/{number}", "saved")
    return _to_the_rule(number, "saved")


@blueprint.post("/<int:number>/restore")
@for_writers
def restore(number: int) -> Response:
    """Put an earlier version in force again."""
    try:
        desk.restore(house(), number, request.form.get("version", 0, type=int), person=_person())
    except NotSaved as error:
        return redirect(url_for("alert_rules.listed", fault=error.code), 303)
    _noted(f"alert-rule/{number}", "restored")
    return _to_the_rule(number, "restored")


@blueprint.post("/<int:number>/remove")
@for_writers
def remove(number: int) -> Response:
    try:
        desk.remove(house(), number, person=_person())
    except NotSaved:
        abort(404)
    _noted(f"alert-rule/{number}", "removed")
    return redirect(url_for("alert_rules.listed", removed=number), 303)


@blueprint.post("/<int:number>/back")
@for_writers
def bring_back(number: int) -> Response:
    """Take a removal back."""
    try:
        desk.bring_back(house(), number, person=_person())
    except NotSaved as error:
        return redirect(url_for("alert_rules.listed", fault=error.code), 303)
    _noted(f"alert-rule/{number}", "restored")
    return _to_the_rule(number, "back")


@blueprint.post("/try")
@for_writers
def tried() -> str:
    """What the typed rule would have raised last month."""
    with house().store.reading() as conn:
        found = alert_form.read(request.form.to_dict(flat=False), _by_address(conn))
        return render_template("alerts/tried.html", **alert_trial.effect(conn, found.made), faults=found.faults)


@blueprint.post("/addresses")
@for_writers
def addresses() -> Response:
    """Confirm an address outside, with the language of its mails, or take one back."""
    address = request.form.get("address", "")
    try:
        if "withdraw" in request.form:
            desk.withdraw(house(), address, person=_person())
        else:
            wanted = request.form.get("language", "")
            chosen = wanted if wanted in alert_words.LANGUAGES else ""
            desk.confirm(house(), [address], person=_person(), language=chosen)
    except NotSaved as error:
        return redirect(url_for("alert_rules.listed", fault=error.code), 303)
    _noted("alert-addresses", "saved")
    return redirect(url_for("alert_rules.listed", _anchor="outside-title"), 303)


def _editor(conn: Connection, key: str, kept: Kept | None, found: Typed) -> str:
    tries = kept.rule if kept and not found.faults and request.method == "GET" else None
    counts = alerts.counts(conn).get(kept.id, {}) if kept else {}
    right = counts.get("confirmed", 0) + counts.get("handled", 0)
    judged = right + counts.get("false_alarm", 0)
    lists = store.lists(conn)
    asked = {one["what"] for group in found.values["groups"] for one in group["conditions"]}
    return render_template(
        "alerts/rule.html",
        key=key,
        kept=kept,
        found=found,
        values=found.values,
        case=BY_KEY.get(found.values.get("case", "")),
        known=_known(conn),
        lists=lists,
        mailing=[one for one in lists if one.is_mailing],
        endpoints=stored.current(conn)[1].actions.endpoints,
        versions=_changed(store.versions(conn, kept.id)) if kept else [],
        counts=counts,
        hit_rate=right / judged if judged else None,
        own_only=bool(kept.owner_key) if kept else not is_admin(),
        has_folder=house().config.takes_files,
        has_profile=(profile := alerts.profile(conn)) is not None and profile.is_of_use,
        asks_likeness=bool(asked & {"likeness", "like_lost"}),
        shown=language(),
        **alert_trial.effect(conn, tries),
    )


_FILES = {"sensitivity": "sensitivities", "moment": "moments"}
MOST_OFFERED = 40


def _known(conn: Connection) -> dict[str, Any]:
    """What there is to choose from, by what is asked."""
    perimeters = alert_facts.perimeter_values(conn)
    return {
        "theme": _branches("", verbatim_words.catalogue().themes),
        **{sort: [(one, names.name(sort, one, language())) for one in words_of(name)] for sort, name in _FILES.items()},
        **{what: [(one, alert_words.value(one)) for one in words] for what, words in CHOICES.items()},
        **{what: [(one, one) for one in perimeters.get(what, ())[:MOST_OFFERED]] for what in alert_words.PERIMETERS},
    }


def _branches(above: str, themes: Sequence[Theme]) -> list[dict[str, Any]]:
    """The themes under a path, each with those below it."""
    here = [one for one in themes if one.path.rpartition("/")[0] == above]
    return [
        {"path": one.path, "title": one.names[language()], "below": _branches(one.path, themes)} for one in here
    ]  # fmt: skip


def _changed(versions: Sequence[Version]) -> list[tuple[Version, list[object]]]:
    """Each version, newest first, with the parts of the rule that differ from the one before."""
    found: list[tuple[Version, list[object]]] = []
    for newer, older in pairwise([*versions, None]):
        if newer is not None:
            found.append((newer, _differences(newer.rule, older.rule) if older else []))
    return found


def _differences(newer: AlertRule, older: AlertRule) -> list[object]:
    parts = [title for title, fields in alert_words.PARTS.items() if _of(newer, fields) != _of(older, fields)]
    return parts or [alert_words.NO_PART]


def _of(rule: AlertRule, fields: frozenset[str]) -> dict[str, Any]:
    return rule.model_dump(include=set(fields))


def _used(rules: Sequence[Kept]) -> Mapping[str, Kept]:
    """The rule that somebody made of each ready-made one and may open: their own before the organisation's."""
    mine = [kept for kept in rules if may_edit(member().reader, kept)]
    return {kept.rule.case: kept for kept in sorted(mine, key=lambda one: (one.enabled, one.id))}


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
    numbers = frozenset().union(*(kept.rule.told_lists() for kept in rules)) if rules else frozenset()
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


def _noted(what: str, result: str) -> None:
    audit.note(Action.RULES, what, actor=member().oid, result=result)


def _to_the_rule(number: int, what: str) -> Response:
    flash(what, "alert_rule_saved")
    return redirect(url_for("alert_rules.edit", key=str(number)), 303)
