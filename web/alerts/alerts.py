"""Alerts: who is concerned reads, confirms, handles them or calls them false, one by one or many at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from relationship.access import AppRole
from relationship.activities import RecordKind
from relationship.desk import decide_alert
from relationship.desk.alert_rules import may_edit, may_write
from relationship.store.alerts import alert_groups, alert_rules
from relationship.store.alerts import alerts as store
from relationship.store.alerts.alert_groups import Group
from relationship.store.alerts.alerts import Raised, State
from web.alerts import alert_words, telling
from web.house import house
from web.identity import rights
from web.identity.members import for_readers, member
from web.verbatims.highlighted import cut

blueprint = Blueprint("alerts", __name__, url_prefix="/alerts")

PAGE = 50
# So many are looked at to fill a page with those that may be shown.
MOST_LOOKS = 8
# So many are decided in one go; of an account with more the rest stays, and the page shows it.
MOST_AT_ONCE = 300
# Who may read what nobody could assign to an account yet.
READS_UNASSIGNED = frozenset({AppRole.SALES_ADMIN, AppRole.CUSTOMER_SUCCESS, AppRole.SALES_MANAGER})
OPEN = ("new", "confirmed")
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a text. says: the conditions that found what they looked for in it, in words."""

    text: str
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What of the alerts is asked for. by: 'alert' one by one, 'account' joined by customer."""

    state: str
    mine: bool
    rule_id: int | None
    account: str
    before: int | None
    by: str

    @property
    def states(self) -> tuple[str, ...]:
        return {"open": OPEN, "all": ()}.get(self.state, (self.state,))

    def arguments(self, **changes: Any) -> dict[str, Any]:
        """Of the address of the same list, from its beginning."""
        return {
            "whose": "mine" if self.mine else "all",
            "state": self.state,
            "rule": self.rule_id,
            "account": self.account or None,
            "by": "account" if self.by == "account" else None,
        } | changes


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
    """The alerts: mine or all, by what became of them, one by one or by account."""
    wish = wish_of(request.args)
    groups: list[Group] = []
    rows: list[Raised] = []
    if wish.by == "account":
        groups, following = _groups(wish)
        with house().store.reading() as conn:
            latest = {one.id: one for one in store.of_ids(conn, [group.latest for group in groups])}
    else:
        rows, following = page_of(
            before=wish.before, states=wish.states, rule_id=wish.rule_id, account=wish.account, mine=wish.mine
        )
        latest = {}
    with house().store.reading() as conn:
        names = alert_rules.names_of(conn, owners=["", member().oid])
    return render_template(
        "alerts/list.html",
        wish=wish,
        rows=rows,
        groups=groups,
        latest=latest,
        following=following,
        rules=names,
        account_name=_account_name(wish, rows, groups),
        done=_done_lately(),
        may_write=may_write(member().reader),
        alert_words=alert_words,
    )


@blueprint.post("/decide")
@for_readers
def decide_many() -> Response:
    """What became of those that were ticked, or of all that are listed of the accounts that were ticked."""
    state = request.form.get("state", "")
    if state not in alert_words.STATES:
        abort(422)
    wish = wish_of(request.form)
    numbers = [int(one) for one in request.form.getlist("number") if one.isdecimal() and len(one) < 11]
    with house().store.reading() as conn:
        found = {one.id: one for one in store.of_ids(conn, numbers[:MOST_AT_ONCE])}
    for guid in request.form.getlist("of"):
        found |= {one.id: one for one in _of_account(wish, guid)}
    before = [one for one in seen(list(found.values())) if one.state.value != state][:MOST_AT_ONCE]
    note = " ".join(request.form.get("note", "").split())
    for one in before:
        decide_alert.decide(house(), one.id, State(state), by=(member().oid, member().name), note=note)
    done = ".".join(f"{one.id}{'c' if one.state is State.CONFIRMED else ''}" for one in before)
    return redirect(url_for("alerts.listed", **wish.arguments(done=done or "0", decided=state)), 303)


@blueprint.post("/again")
@for_readers
def again() -> Response:
    """Take a decision about many back: each is again what it was, new or confirmed."""
    wish = wish_of(request.form)
    states = _numbered(request.form.get("done", ""))
    with house().store.reading() as conn:
        found = store.of_ids(conn, list(states))
    for one in seen(found):
        decide_alert.decide(house(), one.id, states[one.id], by=(member().oid, member().name))
    return redirect(url_for("alerts.listed", **wish.arguments()), 303)


@blueprint.get("/<int:number>")
@for_readers
def one(number: int) -> str:
    alert = _mine_to_see(number)
    with house().store.reading() as conn:
        rule = alert_rules.one(conn, alert.rule_id)
        letter = store.letter(conn, number)
        lines = telling.lines(conn, house(), number)
        may_release = decide_alert.may_release(conn, alert, member().reader) if letter else False
    return render_template(
        "alerts/one.html",
        alert=alert,
        pieces=pieces(alert),
        lines=lines,
        letter=letter,
        letter_line=next((line for line in lines if line.sort == "letter"), None),
        refused=request.args.get("refused", ""),
        me=member(),
        may_release=may_release,
        rule_number=alert.rule_id if rule and may_edit(member().reader, rule) else None,
        alert_words=alert_words,
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
    flash(state, "alert_decided")
    return redirect(url_for("alerts.one", number=number), 303)


@blueprint.post("/<int:number>/letter")
@for_readers
def letter(number: int) -> Response:
    """Release the mail to the customer as it was edited, or discard it."""
    alert = _mine_to_see(number)
    me = member()
    with house().store.reading() as conn:
        if not decide_alert.may_release(conn, alert, me.reader):
            abort(403)
    refused = ""
    if "discard" in request.form:
        decide_alert.discard(house(), number, by=me.oid, by_name=me.name)
    else:
        subject = " ".join(request.form.get("subject", "").split())
        body = request.form.get("body", "").strip()
        if not subject or not body:
            abort(422)
        done = decide_alert.release(house(), number, subject=subject, body=body, by=me.oid, by_name=me.name)
        refused = "" if done == "released" else done
        if not refused:
            flash("", "alert_letter_released")
    return redirect(url_for("alerts.one", number=number, refused=refused or None, _anchor="letter-title"), 303)


def pieces(alert: Raised) -> list[Piece]:
    """The text, cut wherever a condition begins or ends to find what it was looking for. Nothing is left out."""
    text = alert.text[:20_000]
    found = [
        (start, end, alert_words.reason(because))
        for because in alert.because
        for start, end in because.spans
        if 0 <= start < end <= len(text)
    ]
    return [Piece(text[first:last], says) for first, last, says in cut(0, len(text), found)]


def wish_of(values: Any) -> Wish:
    """What the query of an address, or a form, asks for; 422 for what there is not."""
    state = values.get("state_shown", values.get("state", "open"))
    if state not in ("open", "all", *alert_words.STATES):
        abort(422)
    rule_id, before = values.get("rule", type=int), values.get("before", type=int)
    if not all(0 <= (one or 0) <= store.HIGHEST_ID for one in (rule_id, before)):
        abort(422)
    return Wish(
        state=state,
        mine=values.get("whose", "mine") != "all",
        rule_id=rule_id,
        account=values.get("account", ""),
        before=before,
        by="account" if values.get("by") == "account" else "alert",
    )


def _groups(wish: Wish) -> tuple[list[Group], int | None]:
    """A page of accounts with their alerts, those that may be shown, and where the next begins."""
    me = member()
    rows: list[Group] = []
    before = wish.before
    for _ in range(MOST_LOOKS):
        with house().store.reading() as conn:
            found = alert_groups.by_account(
                conn,
                owners=["", me.oid],
                states=wish.states,
                rule_id=wish.rule_id,
                account_guid=wish.account,
                mine=me.oid if wish.mine else "",
                before=before,
                limit=PAGE + 1,
            )
        readable = rights.among([group.account for group in found[:PAGE] if group.account])
        rows += [
            group
            for group in found[:PAGE]
            if (group.account in readable if group.account else bool(me.roles & READS_UNASSIGNED))
        ]
        if len(found) <= PAGE:
            return rows, None
        before = found[PAGE - 1].latest
        if len(rows) >= PAGE:
            break
    return rows, before


def _of_account(wish: Wish, guid: str) -> list[Raised]:
    """Of one account all alerts that the list counts, up to as many as are decided in one go."""
    with house().store.reading() as conn:
        return store.page(
            conn,
            limit=MOST_AT_ONCE,
            states=list(wish.states),
            rule_id=wish.rule_id,
            account_guid="" if guid == UNKNOWN else guid,
            unassigned=guid == UNKNOWN,
            mine=member().oid if wish.mine else "",
        )


def _account_name(wish: Wish, rows: Sequence[Raised], groups: Sequence[Group]) -> str:
    """Of the account that the list is narrowed to, as far as the list itself tells it."""
    if not wish.account:
        return ""
    names = [one.account_name for one in rows] + [one.account_name for one in groups]
    return next(filter(None, names), "")


def _done_lately() -> dict[str, Any] | None:
    """What was decided about many just now, to be said and taken back."""
    state, done = request.args.get("decided", ""), request.args.get("done", "")
    if state not in alert_words.STATES:
        return None
    return {"count": len(_numbered(done)), "state": state, "done": done}


def _numbered(text: str) -> dict[int, State]:
    """'12.15c' as {12: NEW, 15: CONFIRMED}."""
    found = {}
    for part in text.split(".")[:MOST_AT_ONCE]:
        number = part.removesuffix("c")
        if number.isdecimal() and len(number) < 11 and number != "0":
            found[int(number)] = State.CONFIRMED if part.endswith("c") else State.NEW
    return found


def _mine_to_see(number: int) -> Raised:
    """The alert; what may not be seen is not there."""
    with house().store.reading() as conn:
        found = store.of_ids(conn, [number])
    if found and found[0].account:
        rights.may_open(RecordKind.ACCOUNT, found[0].account.guid)
    if not found or not seen(found):
        abort(404)
    return found[0]
