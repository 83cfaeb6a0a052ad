"""Alerts and their rules under /api/v1: read them, say what became of them, write rules, try one on last month."""

from datetime import date, datetime
from typing import Annotated, Literal

from flask import Response
from pydantic import BaseModel, Field

from relationship.clock import day_of
from relationship.desk import alert_rules as desk
from relationship.desk import decide_alert
from relationship.desk.alert_rules import NotSaved, Person, may_edit, may_write
from relationship.store.alerts import alert_rules as kept_rules
from relationship.store.alerts import alerts as store
from relationship.store.alerts.alert_rules import Kept
from relationship.store.alerts.alerts import Raised, State
from relationship.verbatims.alerts.rule import AlertRule
from settings.rules.form import Form
from web.alerts import alert_trial, alert_words, alerts
from web.api import asked
from web.api.document import documented
from web.api.problems import Fault, Refused
from web.api.rooms import answer, room
from web.house import house
from web.identity.members import Member
from web.lists import cursors

blueprint = room("alerts", __name__)

TAG = "alerts"
CURSOR = "api/alerts"


class AlertQuery(Form):
    """Which alerts, newest first. mine: only those the caller is told of."""

    state: Literal["new", "confirmed", "handled", "false_alarm"] | None = None
    rule: Annotated[int, Field(ge=1, le=store.HIGHEST_ID)] | None = None
    account: Annotated[str, Field(max_length=36)] = ""
    mine: bool = False
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(max_length=500, description="`next` of the page before.")] = ""


class AlertReasonBody(BaseModel):
    """A condition that held. places: [start, end] of the words in the text that say so."""

    what: str
    found: str
    negative: bool
    places: list[tuple[int, int]]


class AlertBody(BaseModel):
    """One alert. account: GUID, null while nobody knows whose words they are."""

    id: int
    rule: int
    rule_name: str
    verbatim: int
    account: str | None
    account_name: str
    day: date
    emotion: str
    text: str
    because: list[AlertReasonBody]
    state: State
    raised_at: datetime
    decided_at: datetime | None
    decided_by: str
    note: str


class AlertsBody(BaseModel):
    """next: cursor of the following page, null on the last. A page may hold fewer than `limit`."""

    items: list[AlertBody]
    next: str | None


class AlertDecision(Form):
    state: Literal["new", "confirmed", "handled", "false_alarm"]
    note: Annotated[str, Field(max_length=decide_alert.LONGEST_NOTE)] = ""


class AlertRuleWish(Form):
    """A rule as it is to be. enabled: it acts on what comes in from then on."""

    rule: AlertRule
    enabled: bool = Field(default=False, strict=True)


class AlertRuleBody(BaseModel):
    """own: it tells the caller alone;  alerts: how many are in each state."""

    id: int
    version: int
    enabled: bool
    own: bool
    saved_at: datetime
    rule: AlertRule
    alerts: dict[str, int]


class AlertRulesBody(BaseModel):
    items: list[AlertRuleBody]


class TriedBody(BaseModel):
    """What a rule would have raised last month. count: of verbatims that the caller may read; examples: the latest."""

    tried: int
    count: int
    examples: list[int]


@blueprint.get("/alerts")
@documented({200: AlertsBody}, query=AlertQuery, problems=(400,), tag=TAG)
def listed() -> Response:
    """Alerts that the caller may see, newest first, by cursor"""
    asked.reader()
    wish = asked.query(AlertQuery)
    rows, following = alerts.page_of(
        before=_place(wish.cursor),
        states=[wish.state] if wish.state else [],
        rule_id=wish.rule,
        account=wish.account,
        mine=wish.mine,
        limit=wish.limit,
    )
    place = str(following) if following is not None else None
    return answer(AlertsBody(items=[_body(one) for one in rows], next=cursors.sealed(place, of=CURSOR)))


@blueprint.get("/alerts/<int:number>")
@documented({200: AlertBody}, problems=(404,), tag=TAG)
def one(number: int) -> Response:
    """One alert with the words that raised it"""
    asked.reader()
    return answer(_body(_seen(number)))


@blueprint.post("/alerts/<int:number>/state")
@documented({200: AlertBody}, body=AlertDecision, problems=(404,), tag=TAG)
def decide(number: int) -> Response:
    """Say what became of an alert; it counts for its rule"""
    caller = asked.reader()
    wish = asked.body(AlertDecision)
    _seen(number)
    decide_alert.decide(house(), number, State(wish.state), by=(caller.oid, caller.name), note=wish.note)
    return answer(_body(_seen(number)))


@blueprint.get("/alert-rules")
@documented({200: AlertRulesBody}, tag=TAG)
def rules() -> Response:
    """The organisation's rules, and the caller's own"""
    caller = _writer()
    with house().store.reading() as conn:
        counts = store.counts(conn)
        found = [kept for kept in kept_rules.all_rules(conn) if kept.owner_key in ("", caller.oid)]
    return answer(AlertRulesBody(items=[_rule(kept, counts.get(kept.id, {})) for kept in found]))


@blueprint.post("/alert-rules")
@documented({201: AlertRuleBody}, body=AlertRuleWish, tag=TAG)
def add_rule() -> Response:
    """Write a rule: the organisation's by sales administrators, one's own by everybody else in customer success"""
    caller = _writer()
    return _saved(caller, asked.body(AlertRuleWish), None, status=201)


@blueprint.get("/alert-rules/<int:number>")
@documented({200: AlertRuleBody}, problems=(404,), tag=TAG)
def rule(number: int) -> Response:
    """One rule, with its version as ETag"""
    caller = _writer()
    kept = _kept(number)
    if kept.owner_key not in ("", caller.oid):
        raise Refused(404, Fault("not_found"))
    return _told(kept)


@blueprint.put("/alert-rules/<int:number>")
@documented({200: AlertRuleBody}, body=AlertRuleWish, versioned=True, problems=(404,), tag=TAG)
def change_rule(number: int) -> Response:
    """Put another version in force"""
    caller = _writer()
    kept = _kept(number)
    if not may_edit(caller.reader, kept):
        raise Refused(404, Fault("not_found"))
    asked.expected_version(kept.version)
    return _saved(caller, asked.body(AlertRuleWish), kept, status=200)


@blueprint.post("/alert-rules/try")
@documented({200: TriedBody}, body=AlertRuleWish, tag=TAG)
def tried() -> Response:
    """What a rule would have raised on last month's verbatims"""
    _writer()
    wish = asked.body(AlertRuleWish)
    with house().store.reading() as conn:
        count, matching, examples = alert_trial.tried_rule(conn, wish.rule)
    return answer(TriedBody(tried=count, count=matching, examples=[heard.id for heard, _ in examples]))


def _writer() -> Member:
    caller = asked.reader()
    if not may_write(caller.reader):
        raise Refused(403, Fault("wrong_role"))
    return caller


def _saved(caller: Member, wish: AlertRuleWish, kept: Kept | None, *, status: int) -> Response:
    try:
        number = desk.save(
            house(),
            wish.rule,
            enabled=wish.enabled,
            person=Person(caller.reader, caller.name),
            number=kept.id if kept else None,
            version=kept.version if kept else None,
        )
    except NotSaved as error:
        if kept is not None and error.code == "overtaken":
            raise asked.stale(_kept(kept.id).version) from None
        raise Refused(422, Fault(error.code, "rule")) from None
    return _told(_kept(number), status=status)


def _told(kept: Kept, *, status: int = 200) -> Response:
    with house().store.reading() as conn:
        counts = store.counts(conn).get(kept.id, {})
    response = answer(_rule(kept, counts), status=status)
    response.headers["ETag"] = asked.etag(kept.version)
    return response


def _kept(number: int) -> Kept:
    with house().store.reading() as conn:
        found = kept_rules.one(conn, number)
    if found is None:
        raise Refused(404, Fault("not_found"))
    return found


def _seen(number: int) -> Raised:
    with house().store.reading() as conn:
        found = alerts.seen(store.of_ids(conn, [number]))
    if not found:
        raise Refused(404, Fault("not_found"))
    return found[0]


def _place(cursor: str) -> int | None:
    try:
        place = cursors.opened(cursor, of=CURSOR)
        return None if place is None else int(place)
    except ValueError:
        raise Refused(400, Fault("bad_cursor", "cursor")) from None


def _body(one: Raised) -> AlertBody:
    return AlertBody(
        id=one.id,
        rule=one.rule_id,
        rule_name=one.rule_name,
        verbatim=one.verbatim_id,
        account=one.account.guid if one.account else None,
        account_name=one.account_name,
        day=day_of(one.day),
        emotion=one.emotion,
        text=one.text,
        because=[
            AlertReasonBody(what=each.what, found=each.found, negative=each.negative, places=list(each.spans))
            for each in one.because
        ],
        state=one.state,
        raised_at=one.raised_at,
        decided_at=one.decided_at,
        decided_by=one.decided_by_name,
        note=str(alert_words.NOTES.get(one.note, one.note)),
    )


def _rule(kept: Kept, counts: dict[str, int]) -> AlertRuleBody:
    return AlertRuleBody(
        id=kept.id,
        version=kept.version,
        enabled=kept.enabled,
        own=bool(kept.owner_key),
        saved_at=kept.saved_at,
        rule=kept.rule,
        alerts=counts,
    )
