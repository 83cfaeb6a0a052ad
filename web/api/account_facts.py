"""What was told about an account, under /api/v1: its use of the product, events, answers to surveys."""

from datetime import date, datetime
from typing import Annotated

from flask import Response
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from relationship.activities import RecordKind, RecordRef
from relationship.clock import day_of, number_of
from relationship.importing.words import Direction, EventKind, Survey
from relationship.store.customers import account_events, satisfaction, usage
from settings.rules.form import Form
from web.api import asked
from web.api.document import documented
from web.api.problems import Fault, Refused
from web.api.rooms import answer, room
from web.customers import customer_events
from web.house import house, today
from web.identity import rights
from web.nouns import ACCOUNTS
from web.records import record_page

blueprint = room("account_facts", __name__)

YEAR_DAYS = 365
LONGEST_DAYS = 1_100


class SpanQuery(Form):
    """since, until: days, both included; at first the last 365 days, at most 1,100 of them."""

    since: date | None = None
    until: date | None = None


class UsageDayBody(BaseModel):
    """Use on one day; null: not told."""

    day: date
    active_users: int | None
    logins: int | None
    features_used: int | None
    premium_features: int | None
    seats: int | None


class UsageBody(BaseModel):
    """The days with any figure, oldest first."""

    since: date
    until: date
    days: list[UsageDayBody]


class EventBody(BaseModel):
    """One event. direction: '' where it has none; opportunity: GUID of the one that it is about, null for the whole
    account; added_by: '' for what a field of the CRM told."""

    id: int
    day: date
    kind: EventKind
    direction: Direction
    text: str
    source: str
    opportunity: str | None
    added_at: datetime
    added_by: str


class EventsBody(BaseModel):
    """Oldest first, without those of opportunities that the caller may not see."""

    since: date
    until: date
    items: list[EventBody]


class AnswerBody(BaseModel):
    """One answer to a survey. share: the score on a scale of 0 to 100; contact: GUID, null where nobody says or the
    caller may not see it."""

    day: date
    kind: Survey
    score: float
    share: Annotated[float, Field(ge=0, le=100)]
    contact: str | None
    comment: str
    source: str
    added_at: datetime


class AnswersBody(BaseModel):
    """Oldest first."""

    since: date
    until: date
    items: list[AnswerBody]


@blueprint.get("/accounts/<guid>/usage")
@documented({200: UsageBody}, query=SpanQuery, problems=(404,), tag="imports")
def usage_of(guid: str) -> Response:
    """How much an account used the product, day by day."""
    since, until = _span()
    with house().store.reading() as conn:
        days = usage.days_of(conn, _account(conn, guid), since=since, until=until)
    told = [UsageDayBody(day=day_of(one.day), **{name: getattr(one, name) for name in usage.FIGURES}) for one in days]
    return answer(UsageBody(since=day_of(since), until=day_of(until), days=told))


@blueprint.get("/accounts/<guid>/events")
@documented({200: EventsBody}, query=SpanQuery, problems=(404,), tag="imports")
def events_of(guid: str) -> Response:
    """What happened at an account, from files, people, other systems and fields of the CRM."""
    since, until = _span()
    with house().store.reading() as conn:
        rows = account_events.between(conn, since=since, until=until, account_ids=[_account(conn, guid)])
        rows = customer_events.readable(conn, rows)
        deals = account_events.opportunities(conn, rows)
    items = [
        EventBody(
            id=row.id,
            day=day_of(row.day),
            kind=EventKind(row.kind),
            direction=Direction(row.direction),
            text=row.text,
            source=row.source,
            opportunity=deals.get(row.record_id or 0),
            added_at=row.added_at,
            added_by=row.added_by_name,
        )
        for row in rows
    ]
    return answer(EventsBody(since=day_of(since), until=day_of(until), items=items))


@blueprint.get("/accounts/<guid>/satisfaction")
@documented({200: AnswersBody}, query=SpanQuery, problems=(404,), tag="imports")
def answers_of(guid: str) -> Response:
    """What people of an account answered to surveys."""
    since, until = _span()
    with house().store.reading() as conn:
        rows = satisfaction.between(conn, since=since, until=until, account_ids=[_account(conn, guid)])
    seen = rights.among({RecordRef(RecordKind.CONTACT, row.contact_guid) for row in rows if row.contact_guid})
    items = [
        AnswerBody(
            day=day_of(row.day),
            kind=Survey(row.kind),
            score=row.score,
            share=row.share,
            contact=_seen(row.contact_guid, seen),
            comment=row.comment,
            source=row.source,
            added_at=row.added_at,
        )
        for row in rows
    ]
    return answer(AnswersBody(since=day_of(since), until=day_of(until), items=items))


def _span() -> tuple[int, int]:
    asked.reader()
    wish = asked.query(SpanQuery)
    until = number_of(wish.until) if wish.until else today()
    since = number_of(wish.since) if wish.since else until - YEAR_DAYS
    if not 0 <= until - since < LONGEST_DAYS:
        raise Refused(422, Fault("span_too_long", "since", {"detail": LONGEST_DAYS}))
    return since, until


def _account(conn: Connection, guid: str) -> int:
    """The account, if the caller may read it; 404 else."""
    return record_page.relationship(conn, ACCOUNTS, guid, shown=True).record.id


def _seen(guid: str | None, seen: frozenset[RecordRef]) -> str | None:
    return guid if guid and RecordRef(RecordKind.CONTACT, guid) in seen else None
