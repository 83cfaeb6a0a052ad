"""Alerts: who is concerned reads, confirms, handles them or calls them false; mails to customers are released here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from relationship.access import AppRole
from relationship.activities import RecordKind
from relationship.desk import decide_alert
from relationship.letters import alert_letters
from relationship.store.alerts import alerts as store
from relationship.store.alerts.alerts import Raised, State
from relationship.store.knows import reading_introduction
from web.alerts import alert_words
from web.house import house
from web.identity import rights
from web.identity.members import for_readers, member
from web.languages import language

blueprint = Blueprint("alerts", __name__, url_prefix="/alerts")

PAGE = 50
# So many are looked at to fill a page with those that may be shown.
MOST_LOOKS = 8
# Who may read what nobody could assign to an account yet.
READS_UNASSIGNED = frozenset({AppRole.SALES_ADMIN, AppRole.CUSTOMER_SUCCESS, AppRole.SALES_MANAGER})


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a text. marked: it says what the rule was looking for."""

    text: str
    marked: bool


def seen(found: Sequence[Raised]) -> list[Raised]:
    """Those that the person who is signed in may see: of accounts that they may read in the CRM, never of somebody
    else's own rule."""
    me = member()
    readable = rights.among([one.account for one in found if one.account])
    return [
        one
        for one in found
        if one.rule_owner in ("", me.oid)
        and (one.account in readable if one.account else bool(me.roles & READS_UNASSIGNED))
    ]


def page_of(
    *, before: int | None, states: Iterable[str], rule_id: int | None, account: str, mine: bool, limit: int = PAGE
) -> tuple[list[Raised], int | None]:
    """A page of alerts, newest first, and where the next begins (None: there is none)."""
    rows: list[Raised] = []
    for _ in range(MOST_LOOKS):
        with house().store.reading() as conn:
            found = store.page(
                conn,
                limit=limit + 1,
                before=before,
                states=list(states),
                rule_id=rule_id,
                account_guid=account,
                mine=member().oid if mine else "",
            )
        shown = seen(found[:limit])
        rows += shown
        if len(found) <= limit:
            return rows, None
        before = found[limit - 1].id
        if len(rows) >= limit:
            break
    return rows, before


@blueprint.get("")
@for_readers
def listed() -> str:
    """The alerts: mine or all, by what became of them."""
    state = request.args.get("state", "open")
    chosen = {"open": ("new", "confirmed"), "all": ()}.get(state, (state,))
    if state not in ("open", "all", *alert_words.STATES):
        abort(422)
    mine = request.args.get("whose", "mine") != "all"
    rule_id, before = request.args.get("rule", type=int), request.args.get("before", type=int)
    if max(rule_id or 0, before or 0) > store.HIGHEST_ID:
        abort(422)
    account = request.args.get("account", "")
    rows, following = page_of(before=before, states=chosen, rule_id=rule_id, account=account, mine=mine)
    return render_template(
        "alerts/list.html",
        rows=rows,
        following=following,
        state=state,
        mine=mine,
        rule_id=rule_id,
        account=account,
        alert_words=alert_words,
        reason=lambda because: alert_letters.reason(because, language()),
    )


@blueprint.get("/<int:number>")
@for_readers
def one(number: int) -> str:
    alert = _mine_to_see(number)
    with house().store.reading() as conn:
        told = store.tellings(conn, number)
        letter = store.letter(conn, number)
        names = reading_introduction.colleague_names(
            conn, [row.target[7:] for row in told if row.target.startswith("person/")]
        )
    return render_template(
        "alerts/one.html",
        alert=alert,
        pieces=pieces(alert),
        told=told,
        names=names,
        letter=letter,
        may_release=bool(member().roles & READS_UNASSIGNED),
        alert_words=alert_words,
        reason=lambda because: alert_letters.reason(because, language()),
    )


@blueprint.post("/<int:number>")
@for_readers
def decide(number: int) -> Response:
    """Confirm, handled, false alarm, or open again."""
    _mine_to_see(number)
    state = request.form.get("state", "")
    if state not in alert_words.STATES:
        abort(422)
    me = member()
    note = " ".join(request.form.get("note", "").split())
    decide_alert.decide(house(), number, State(state), by=(me.oid, me.name), note=note)
    flash("", "alert_decided")
    return redirect(url_for("alerts.one", number=number), 303)


@blueprint.post("/<int:number>/letter")
@for_readers
def letter(number: int) -> Response:
    """Release the mail to the customer as it was edited, or discard it."""
    _mine_to_see(number)
    me = member()
    if not me.roles & READS_UNASSIGNED:
        abort(403)
    if "discard" in request.form:
        decide_alert.discard(house(), number, by=me.oid)
    else:
        subject = " ".join(request.form.get("subject", "").split())
        body = request.form.get("body", "").strip()
        if not subject or not body:
            abort(422)
        decide_alert.release(house(), number, subject=subject, body=body, by=me.oid)
    return redirect(url_for("alerts.one", number=number), 303)


def pieces(alert: Raised) -> list[Piece]:
    """The text, cut where the rule found what it was looking for."""
    text = alert.text[:20_000]
    found: list[Piece] = []
    last = 0
    for start, end in sorted({span for one in alert.because for span in one.spans}):
        if start < last or end > len(text):
            continue
        found += [Piece(text[last:start], marked=False), Piece(text[start:end], marked=True)]
        last = end
    return [one for one in (*found, Piece(text[last:], marked=False)) if one.text]


def _mine_to_see(number: int) -> Raised:
    """The alert; what may not be seen is not there."""
    with house().store.reading() as conn:
        found = store.of_ids(conn, [number])
    if found and found[0].account:
        rights.may_open(RecordKind.ACCOUNT, found[0].account.guid)
    if not found or not seen(found):
        abort(404)
    return found[0]
