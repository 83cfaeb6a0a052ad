"""How ratings came along, under /api/v1: curves, announced changes, and whom an account rests on."""

from collections.abc import Container
from datetime import date, datetime
from typing import Annotated, Literal

from flask import Response
from pydantic import BaseModel, Field

from relationship.activities import RecordKind, RecordRef
from relationship.clock import day_of
from relationship.health.changes import Cause, What
from relationship.health.shares import Standing
from relationship.store.ratings import rating_changes
from relationship.store.ratings.rating_changes import Change
from settings.rules.form import Form
from web.api import asked
from web.api.document import documented
from web.api.problems import Fault, Refused
from web.api.rooms import answer, room
from web.house import house
from web.identity import rights
from web.lists import cursors
from web.nouns import ACCOUNTS, NOUNS, Noun
from web.ratings import change_words, curve_events
from web.ratings.curve_events import EventKind
from web.records import account_page, record_page
from web.records.share_words import ShareLine

blueprint = room("ratings", __name__)

PAGE_SIZE, LARGEST_PAGE = 50, 200
MOST_PEOPLE = 200
_BY_ADDRESS = {noun.several: noun for noun in NOUNS.values()}

Kind = Literal["opportunity", "contact", "lead", "account"]
Rating = Literal["good", "fair", "poor"]
Score = Annotated[int, Field(ge=0, le=100)]
CauseName = Literal["silence", "activity", "rules", "owner", "correction"]
StandingName = Literal["carries", "carried", "alive", "unanswered", "silent", "never"]


class RatingChangesQuery(Form):
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = PAGE_SIZE
    cursor: Annotated[str, Field(max_length=500, description="`next` of the page before.")] = ""


class AllRatingChangesQuery(RatingChangesQuery):
    kind: Kind | None = None
    what: Literal["rating", "trend"] | None = None


class RatingChangeBody(BaseModel):
    """One announced change. what: of the rating (good, fair, poor) or of the trend (improving, steady, declining).

    day          of the rating;  noted_at  when it was noted
    activities   the kinds behind the cause `activity` or `owner`
    why          the cause as a sentence in the caller's language
    """

    id: int
    kind: Kind
    guid: str
    name: str
    day: date
    noted_at: datetime
    what: Literal["rating", "trend"]
    before: str
    after: str
    score_before: Score
    score_after: Score
    cause: CauseName
    activities: list[str]
    rules_version: int
    why: str


class RatingChangesBody(BaseModel):
    """Newest first. next: cursor of the following page, null on the last. A page may hold fewer than `limit`: what
    the caller may not read is left out."""

    items: list[RatingChangeBody]
    next: str | None


class CurvePointBody(BaseModel):
    day: date
    score: Score
    rating: Rating


class CurveEventBody(BaseModel):
    """title, detail: in the caller's language."""

    day: date
    kind: EventKind
    title: str
    detail: str


class CurveBody(BaseModel):
    """Weekly, oldest first, with today's rules; empty while there is no score."""

    points: list[CurvePointBody]
    events: list[CurveEventBody]


class PersonShareBody(BaseModel):
    """percent, points: whole numbers that add up to 100 and to the score over people, others and nobody."""

    guid: str
    name: str
    job_title: str
    percent: Annotated[int, Field(ge=0, le=100)]
    points: Score
    standing: StandingName
    last_contact: date | None
    reason: str


class RemainderBody(BaseModel):
    percent: Annotated[int, Field(ge=0, le=100)]
    points: Score


class AccountSharesBody(BaseModel):
    """score: null without one; alive: how many of the known contacts are; others: people beyond the first 200;
    nobody: what no contact was on that the caller may open."""

    as_of: date
    score: Score | None
    known: int
    alive: int
    people: list[PersonShareBody]
    others: RemainderBody
    nobody: RemainderBody


@blueprint.get("/changes")
@documented({200: RatingChangesBody}, query=AllRatingChangesQuery, tag="ratings")
def changes() -> Response:
    """Announced changes of ratings and trends

    Of all records that the caller may read; newest first, by cursor. Each change is told once, when the score is two
    points past the limit.
    """
    caller = asked.reader()
    wish = asked.query(AllRatingChangesQuery)
    kind = RecordKind(wish.kind) if wish.kind else None
    name = f"changes:{wish.kind}:{wish.what}"
    with house().store.reading() as conn:
        before = _place(wish.cursor, name)
        found = rating_changes.page(
            conn, scope=caller.scope, limit=wish.limit + 1, before=before, kind=kind, what=wish.what
        )
    refs = {RecordRef(one.kind, one.guid) for one in found[: wish.limit]}
    return answer(_page(found, wish.limit, name, seen=rights.among(refs)))


@blueprint.get("/<several>/<guid>/changes")
@documented({200: RatingChangesBody}, query=RatingChangesQuery, problems=(404,), tag="ratings")
def changes_of(several: str, guid: str) -> Response:
    """Announced changes of one record

    several: opportunities, contacts, leads or accounts.
    """
    noun = _noun(several)
    wish = asked.query(RatingChangesQuery)
    name = f"changes:{noun.kind}:{guid.lower()}"
    with house().store.reading() as conn:
        found = record_page.relationship(conn, noun, guid, shown=True)
        rows = rating_changes.of_record(conn, found.record.id, limit=wish.limit + 1, before=_place(wish.cursor, name))
    return answer(_page(rows, wish.limit, name, seen={RecordRef(noun.kind, found.record.guid)}))


@blueprint.get("/<several>/<guid>/curve")
@documented({200: CurveBody}, problems=(404,), tag="ratings")
def curve(several: str, guid: str) -> Response:
    """The health score of one record over 52 weeks, with what happened on the way

    several: opportunities, contacts, leads or accounts.
    """
    noun = _noun(several)
    asked.no_arguments()
    with house().store.reading() as conn:
        found = record_page.relationship(conn, noun, guid, shown=True)
        happened = curve_events.events(conn, found.record.id, found.days, found.points)
    return answer(
        CurveBody(
            points=[
                CurvePointBody(day=day_of(one.day), score=one.score, rating=one.band.value) for one in found.points
            ],
            events=[
                CurveEventBody(day=day_of(one.day), kind=one.kind, title=one.title, detail=one.detail)
                for one in happened
            ],
        )
    )


@blueprint.get("/accounts/<guid>/shares")
@documented({200: AccountSharesBody}, problems=(404,), tag="ratings")
def shares(guid: str) -> Response:
    """Whom the relationship with an account rests on

    The share of each contact in the score, with the reason; the largest first.
    """
    asked.reader()
    asked.no_arguments()
    with house().store.reading() as conn:
        found = record_page.relationship(conn, ACCOUNTS, guid, shown=True)
        people, _ = account_page.readable_people(conn, found, limit=MOST_PEOPLE)
    divided = people.found
    return answer(
        AccountSharesBody(
            as_of=day_of(found.as_of),
            score=found.record.score,
            known=len(divided.people),
            alive=divided.alive,
            people=[_share(one) for one in people.rows],
            others=RemainderBody(percent=people.rest_percent, points=people.rest_points),
            nobody=RemainderBody(percent=divided.nobody.percent, points=divided.nobody.points),
        )
    )


def _noun(several: str) -> Noun:
    asked.reader()
    noun = _BY_ADDRESS.get(several)
    if noun is None:
        raise Refused(404, Fault("not_found"))
    return noun


def _place(cursor: str, name: str) -> int | None:
    try:
        place = cursors.opened(cursor, of=name)
        return None if place is None else int(place)
    except ValueError:
        raise Refused(400, Fault("bad_cursor", "cursor")) from None


def _page(found: list[Change], limit: int, name: str, *, seen: Container[RecordRef]) -> RatingChangesBody:
    """found: one more than asked for, where there are more."""
    place = str(found[limit - 1].id) if len(found) > limit else None
    shown = [_change(one) for one in found[:limit] if RecordRef(one.kind, one.guid) in seen]
    return RatingChangesBody(items=shown, next=cursors.sealed(place, of=name))


def _change(one: Change) -> RatingChangeBody:
    return RatingChangeBody(
        id=one.id,
        kind=one.kind.value,
        guid=one.guid,
        name=one.name,
        day=day_of(one.day),
        noted_at=one.noted_at,
        what=What(one.what).value,
        before=one.before,
        after=one.after,
        score_before=one.score_before,
        score_after=one.score_after,
        cause=Cause(one.cause).value,
        activities=list(one.kinds),
        rules_version=one.rules_version,
        why=change_words.line(one).why,
    )


def _share(one: ShareLine) -> PersonShareBody:
    return PersonShareBody(
        guid=one.person.guid,
        name=one.person.name,
        job_title=one.person.job_title,
        percent=one.share.percent,
        points=one.share.points,
        standing=(one.share.standing or Standing.NEVER).value,
        last_contact=None if one.last_day is None else day_of(one.last_day),
        reason=one.reason,
    )
