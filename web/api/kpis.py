"""The key figures of a record under /api/v1: what its page shows, as numbers. `docs/kpis.md` defines each."""

from datetime import date, datetime
from typing import Annotated, Literal

from flask import Response, request
from pydantic import BaseModel, Field

from relationship.activities import KINDS
from relationship.clock import day_of
from relationship.graph.visibility import CountBand
from relationship.health.kpis.deals import Pace
from relationship.health.kpis.replies import Answers
from web.api import asked
from web.api.document import documented
from web.api.problems import Fault, Refused
from web.api.rooms import answer, room
from web.house import house
from web.nouns import BY_ADDRESS, OPPORTUNITIES
from web.records import kpis, record_page
from web.records.kpis import Figures, Reach, SeenColleague
from web.records.similar import Similar, similar

blueprint = room("kpis", __name__)

Kind = Literal["email", "meeting", "call", "task"]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]


class TrafficBody(BaseModel):
    """Activities of one kind, each once: sent is what we began, received what the customer began."""

    kind: Kind
    sent: Count
    received: Count


class TimeBody(BaseModel):
    """ours: of all of us together; with_customer: meetings and answered calls; without_length: those in neither."""

    ours_minutes: float
    with_customer_minutes: float
    without_length: Count


class AnswersBody(BaseModel):
    """How one side answered the other's e-mails. median_hours: nights and weekends included; null without an answer."""

    asked: Count
    answered: Count
    rate: Share | None
    median_hours: float | None


class LatestBody(BaseModel):
    """from_us, from_customer: whose act it was; a meeting is of both."""

    kind: Kind
    at: datetime
    from_us: bool
    from_customer: bool


class NextBody(BaseModel):
    kind: Kind | None
    at: datetime


class DayBody(BaseModel):
    """How many activities of each kind took place on a day; days without any are left out."""

    day: date
    email: Count
    meeting: Count
    call: Count
    task: Count


class ContactedBody(BaseModel):
    guid: str
    name: str
    emails: Count
    meetings: Count
    calls: Count


class ColleagueInTouchBody(BaseModel):
    """days: with contact, in bands; last_contact: a month. exact_days and last_day: of the caller alone."""

    name: str
    days: Literal["under_5", "5_to_19", "20_and_more"]
    last_contact: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]
    is_caller: bool
    exact_days: Count | None
    last_day: date | None


class NeglectedBody(BaseModel):
    """days: since the last contact, null for never."""

    guid: str
    name: str
    job_title: str
    days: Count | None


class ReachBody(BaseModel):
    """known: people of the record; alive: those with contact within `alive_within_days` days of silence; neglected:
    the first ten of `neglected_total`."""

    known: Count
    alive: Count
    alive_within_days: float
    neglected_total: Count
    neglected: list[NeglectedBody]


class KpisBody(BaseModel):
    """since, until: the period, both days included.

    replies_by_us           null where it would be the figure of one colleague
    most_contacted, reach   null for a contact or lead, which is one person; reach also for a closed record
    waits                   whether these two are null because what the caller may read is still being read
    most_contacted_by       null for roles that see no colleague's contacts
    """

    since: date
    until: date
    traffic: list[TrafficBody]
    emails_sent_per_received: float | None
    time: TimeBody
    replies_by_us: AnswersBody | None
    replies_by_customer: AnswersBody
    last_activity: LatestBody | None
    next_activity: NextBody | None
    days: list[DayBody]
    most_contacted: list[ContactedBody] | None
    most_contacted_by: list[ColleagueInTouchBody] | None
    reach: ReachBody | None
    waits: bool


class PaceBody(BaseModel):
    """Activities in 30 days."""

    emails: float
    meetings: float
    calls: float


class SimilarBody(BaseModel):
    """won, lost: how many similar ones, at most 100 of each; the paces are null below 30 of either.

    segment, currency, least, most: what they have in common with this one, null where that was not asked
    """

    won: Count
    lost: Count
    segment: str | None
    currency: str | None
    least: float | None
    most: float | None
    own: PaceBody | None
    typical_won: PaceBody | None
    typical_lost: PaceBody | None


@blueprint.get("/<several>/<guid>/kpis")
@documented({200: KpisBody, 304: None}, problems=(404,), tag="key figures")
def figures_of(several: str, guid: str) -> Response:
    """The key figures of a record

    several: opportunities, contacts, leads or accounts. Of the last 90 days; no argument narrows them.
    """
    caller = asked.reader()
    noun = BY_ADDRESS.get(several)
    if noun is None:
        raise Refused(404, Fault("not_found"))
    with house().store.reading() as conn:
        found = record_page.relationship(conn, noun, guid, shown=True)
        figures = kpis.figures(conn, found.record, found.days, found.rules, as_of=found.as_of, reader=caller)
    return _tagged(_body(figures, found.record.next_activity_at, found.record.next_kind))


@blueprint.get("/opportunities/<guid>/similar")
@documented({200: SimilarBody, 304: None}, problems=(404,), tag="key figures")
def beside_similar(guid: str) -> Response:
    """An opportunity beside similar ones that were won and lost

    Medians over the organisation, whatever the caller may read; only from 30 won and 30 lost.
    """
    asked.reader()
    with house().store.reading() as conn:
        found = record_page.relationship(conn, OPPORTUNITIES, guid, shown=True)
        compared = similar(conn, found.record, as_of=found.as_of)
    return _tagged(_similar(compared))


def _tagged(body: BaseModel) -> Response:
    """The answer with an ETag of its content, and 304 for who has it already."""
    response = answer(body)
    response.add_etag()
    response.make_conditional(request)
    return response


def _body(figures: Figures, next_at: datetime | None, next_kind: str | None) -> KpisBody:
    latest = figures.latest
    return KpisBody(
        since=day_of(figures.since),
        until=day_of(figures.until),
        traffic=[TrafficBody(kind=one.kind.value, sent=one.sent, received=one.received) for one in figures.traffic],
        emails_sent_per_received=figures.ratio,
        time=TimeBody(
            ours_minutes=figures.effort.ours,
            with_customer_minutes=figures.effort.with_them,
            without_length=figures.effort.without_length,
        ),
        replies_by_us=_answers(figures.by_us) if figures.by_us else None,
        replies_by_customer=_answers(figures.by_them),
        last_activity=LatestBody.model_validate(
            {"kind": latest.kind, "at": latest.at, "from_us": latest.ours, "from_customer": latest.theirs}
        )
        if latest
        else None,
        next_activity=NextBody.model_validate({"kind": next_kind, "at": next_at}) if next_at else None,
        days=_days(figures),
        most_contacted=None
        if figures.most is None
        else [
            ContactedBody(guid=one.guid, name=one.name, emails=one.emails, meetings=one.meetings, calls=one.calls)
            for one in figures.most
        ],
        most_contacted_by=None if figures.by is None else [_colleague(one) for one in figures.by],
        reach=_reach(figures.reach) if figures.reach else None,
        waits=figures.waits,
    )


def _answers(one: Answers) -> AnswersBody:
    return AnswersBody(asked=one.asked, answered=one.answered, rate=one.rate, median_hours=one.hours)


def _days(figures: Figures) -> list[DayBody]:
    counts: dict[int, dict[str, int]] = {}
    for day, kind, count in figures.days:
        counts.setdefault(day, dict.fromkeys((one.value for one in KINDS), 0))[kind] = count
    return [DayBody.model_validate({"day": day_of(day), **counts[day]}) for day in sorted(counts)]


def _colleague(one: SeenColleague) -> ColleagueInTouchBody:
    year, month = one.last_month
    bands: dict[CountBand, Literal["under_5", "5_to_19", "20_and_more"]] = {
        CountBand.UNDER_5: "under_5",
        CountBand.FROM_5_TO_19: "5_to_19",
        CountBand.FROM_20: "20_and_more",
    }
    return ColleagueInTouchBody(
        name=one.name,
        days=bands[one.band],
        last_contact=f"{year:04}-{month:02}",
        is_caller=one.is_reader,
        exact_days=one.days,
        last_day=None if one.last_day is None else day_of(one.last_day),
    )


def _reach(found: Reach) -> ReachBody:
    return ReachBody(
        known=found.breadth.known,
        alive=found.breadth.alive,
        alive_within_days=found.breadth.within_days,
        neglected_total=found.total,
        neglected=[
            NeglectedBody(guid=one.guid, name=one.name, job_title=one.job_title, days=one.days) for one in found.people
        ],
    )


def _similar(found: Similar) -> SimilarBody:
    compared, like = found.comparison, found.like
    return SimilarBody(
        won=compared.won,
        lost=compared.lost,
        segment=like.segment,
        currency=like.currency,
        least=like.least,
        most=like.most,
        own=_pace(compared.own),
        typical_won=_pace(compared.typical_won),
        typical_lost=_pace(compared.typical_lost),
    )


def _pace(one: Pace | None) -> PaceBody | None:
    return PaceBody(emails=one.emails, meetings=one.meetings, calls=one.calls) if one else None
