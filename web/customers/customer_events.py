"""Events at one customer: what is known, and a form for what only a person knows."""

from collections.abc import Sequence
from datetime import date

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from relationship.activities import RecordKind, RecordRef
from relationship.clock import day_of, number_of
from relationship.desk.bring_in import bring_in, of_cells
from relationship.desk.take_up import take_up
from relationship.errors import TryLater
from relationship.house import House
from relationship.importing.kinds import LONGEST_REFERENCE, ImportKind
from relationship.importing.options import Options
from relationship.importing.words import DIRECTED
from relationship.store.customers import account_events
from relationship.store.customers.account_events import AccountEventRow
from relationship.store.importing import import_runs
from relationship.store.importing.import_runs import NewRun, State
from relationship.store.importing.staging import By
from relationship.store.privacy import audit
from relationship.store.privacy.audit import Act, Action
from web.customers import event_words
from web.house import house, today
from web.identity import rights
from web.identity.members import for_importers, for_readers, member
from web.nouns import ACCOUNTS
from web.records import record_page

blueprint = Blueprint("customer_events", __name__)

LONGEST_TEXT, LONGEST_SOURCE = 1_000, 200
MOST_SHOWN = 100
# What was removed is kept in the visit until the next page, so that it can be noted again.
_REMOVED = "removed_event"


@blueprint.get("/accounts/<guid>/events")
@for_readers
def page(guid: str) -> str:
    """Everything that is known to have happened at the customer, newest first, and the form."""
    return _page(guid, {"day": day_of(today()).isoformat()}, "")


@blueprint.post("/accounts/<guid>/events")
@for_readers
def add(guid: str) -> Response | str | tuple[str, int]:
    """Note an event; whoever may open the account in the CRM may say what happened there."""
    key = guid.lower()
    rights.may_open(RecordKind.ACCOUNT, key)
    typed = {
        "day": request.form.get("day", "").strip(),
        "kind": request.form.get("kind", ""),
        "direction": request.form.get("direction", ""),
        "text": _plain("text", LONGEST_TEXT),
        "source": _plain("source", LONGEST_SOURCE),
    }
    if wrong := _wrong(typed):
        return _page(guid, typed, wrong), 422
    try:
        _bring_in(key, {**typed, "reference": _plain("reference", LONGEST_REFERENCE)})
    except TryLater:
        return _page(guid, typed, "busy"), 503
    flash("", "event_added")
    return redirect(url_for("customer_events.page", guid=key), 303)


@blueprint.post("/accounts/<guid>/events/<int:number>/remove")
@for_importers
def remove(guid: str, number: int) -> Response:
    """Take an event away that was entered by mistake; the next page offers to note it again."""
    whole = _whole()
    with whole.store.reading() as conn:
        found = record_page.relationship(conn, ACCOUNTS, guid)
        event = account_events.by_id(conn, found.record.id, number)
        if event is not None and not readable(conn, [event]):
            abort(404)
    if event is not None:
        act = Act(whole.clock(), member().oid, Action.IMPORT, f"event/{number}", "removed")
        with whole.store.transaction() as conn:
            account_events.remove(conn, found.record.id, number)
            audit.add(conn, whole.audit_keys(), [act])
        take_up(whole, [found.record.id])
        session[_REMOVED] = _as_typed(event)
    flash("", "event_removed")
    return redirect(url_for("customer_events.page", guid=found.record.guid), 303)


def _as_typed(event: AccountEventRow) -> dict[str, str] | None:
    """What notes the event again; None for one that the form cannot tell whole."""
    if event.record_id is not None or len(event.text) > LONGEST_TEXT or len(event.source) > LONGEST_SOURCE:
        return None
    prefix, _, reference = event.key.partition(":")
    return {
        "day": day_of(event.day).isoformat(),
        "kind": event.kind,
        "direction": event.direction,
        "text": event.text,
        "source": event.source,
        "reference": reference if prefix == "ref" else "",
    }


def readable(conn: Connection, events: Sequence[AccountEventRow]) -> list[AccountEventRow]:
    """Those of the events of an account that the reader may see: of the whole of it, and of opportunities that the CRM
    lets them read."""
    deals = account_events.opportunities(conn, events)
    seen = rights.among({RecordRef(RecordKind.OPPORTUNITY, one) for one in deals.values()})
    return [
        one
        for one in events
        if one.record_id is None or RecordRef(RecordKind.OPPORTUNITY, deals.get(one.record_id, "")) in seen
    ]


def _page(guid: str, typed: dict[str, str], wrong: str) -> str:
    with house().store.reading() as conn:
        found = record_page.relationship(conn, ACCOUNTS, guid, shown=True)
        events = readable(conn, account_events.of_account(conn, found.record.id, until=today(), limit=MOST_SHOWN))
    return render_template(
        "signals/events.html",
        record=found.record,
        events=events,
        typed=typed,
        removed=session.pop(_REMOVED, None),
        wrong=wrong,
        today=day_of(today()),
        event_words=event_words,
        longest={"text": LONGEST_TEXT, "source": LONGEST_SOURCE},
    )


def _plain(name: str, longest: int) -> str:
    text = "".join(sign if sign.isprintable() else " " for sign in request.form.get(name, ""))
    return " ".join(text.split())[:longest]


def _wrong(typed: dict[str, str]) -> str:
    """What cannot be taken over as it was typed; '' when all is well."""
    try:
        day = number_of(date.fromisoformat(typed["day"]))
    except ValueError:
        return "day"
    if day > today():
        return "future"
    if typed["kind"] not in event_words.EVENTS:
        return "kind"
    if typed["direction"] not in event_words.DIRECTION_CHOICES:
        return "direction"
    if typed["kind"] in set(DIRECTED) and not typed["direction"]:
        return "direction"
    return ""


def _bring_in(guid: str, typed: dict[str, str]) -> None:
    """By the same door as files and the API, so that the same event twice is one."""
    whole = _whole()
    by = By(whole.clock(), member().oid, member().name)
    options = Options()
    title, cells = ["account", *typed], [guid, *typed.values()]
    opened = of_cells(whole, ImportKind.EVENTS, title, [(1, cells)], options)
    with whole.store.transaction() as conn:
        key = import_runs.start(conn, NewRun(ImportKind.EVENTS, State.RUNNING, "page", options, by, ""))
    take_up(whole, bring_in(whole, key, opened, options=options, by=by).touched)


def _whole() -> House:
    found: House = current_app.extensions["house"]
    return found
