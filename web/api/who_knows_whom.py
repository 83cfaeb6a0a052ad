"""Who knows whom under /api/v1: look for somebody, and see which colleague can introduce the caller.

Windows, bands and months are fixed: no argument narrows them, so no two answers can be subtracted.
"""

from datetime import date
from typing import Annotated, Literal

from flask import Response
from pydantic import BaseModel, Field

from relationship.clock import day_of
from relationship.graph.visibility import VisibleTie
from relationship.knowing import KnownPerson, Way
from relationship.store.knows import reading_targets
from relationship.store.knows.reading_targets import Target
from settings.rules.form import Form
from web.api import asked
from web.api.document import documented
from web.api.problems import Fault, Refused
from web.api.rooms import answer, room
from web.house import house
from web.identity import rights
from web.knows import tie_words, who_knows
from web.knows.who_knows import Answer

blueprint = room("who_knows_whom", __name__)

MOST_FOUND = 50
LONGEST_SEARCH = 100

Kind = Literal["contact", "lead", "account", "opportunity"]
Strength = Literal["strong", "medium", "weak"]


class SearchQuery(Form):
    query: Annotated[
        str, Field(min_length=1, max_length=LONGEST_SEARCH, description="Words of a name; all must occur.")
    ]
    limit: Annotated[int, Field(ge=1, le=MOST_FOUND)] = 20


class TargetBody(BaseModel):
    """Somebody, or some company, that the caller may read."""

    kind: Kind
    guid: str
    name: str
    job_title: str
    account: str


class TargetsBody(BaseModel):
    items: list[TargetBody]


class PersonBody(BaseModel):
    kind: Kind
    guid: str
    name: str


class ColleagueBody(BaseModel):
    """key: what a request for an introduction names."""

    key: str
    name: str


class OwnTieBody(BaseModel):
    """The caller's own tie, exactly. days: with contact in the last 90."""

    person: PersonBody
    strength: Strength
    days: int
    last_contact: date
    kinds: list[str]


class TieBody(BaseModel):
    """A colleague's tie, coarsely. days: with contact in the last 90, in three bands; last_contact: a month."""

    strength: Strength
    days: Literal["under_5", "5_to_19", "20_and_more"]
    last_contact: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]


class OddsBody(BaseModel):
    """How often requests over ties as strong and paths as long succeed, of all together, with the 95 % interval."""

    chance: float
    low: float
    high: float


class WayBody(BaseModel):
    """colleagues: one or two, the first is asked. tie: of the last of them with the person. to_first: the caller's
    tie with the first, null without one. why: sentences in the caller's language; reasons: their codes."""

    colleagues: list[ColleagueBody]
    person: PersonBody
    tie: TieBody
    to_first: Strength | None
    busy: bool
    reasons: list[str]
    why: list[str]
    odds: OddsBody | None = Field(description="Null before fifty requests have ended.")


class WhoKnowsBody(BaseModel):
    """own: the caller's ties, first; ways: at most five, best first; others: whom else to try; people: for an account
    or opportunity the best way to each person."""

    target: TargetBody
    own: list[OwnTieBody]
    ways: list[WayBody]
    others: list[WayBody]
    people: list[WayBody]


@blueprint.get("/who-knows-whom")
@documented({200: TargetsBody}, query=SearchQuery, tag="who knows whom")
def search() -> Response:
    """Contacts, leads and accounts by name

    Only those that the caller may read; accounts first, then by name.
    """
    caller = asked.reader()
    wish = asked.query(SearchQuery)
    with house().store.reading() as conn:
        refuse_when_off(who_knows.offered(conn).enabled)
        found = reading_targets.search(conn, wish.query, scope=caller.scope, limit=wish.limit)
    seen = rights.among(one.ref for one in found)
    return answer(TargetsBody(items=[_target(one) for one in found if one.ref in seen]))


@blueprint.get("/who-knows-whom/<kind>/<guid>")
@documented({200: WhoKnowsBody}, problems=(404,), tag="who knows whom")
def who(kind: str, guid: str) -> Response:
    """Which colleague can introduce the caller

    kind: contact, lead, account or opportunity. Ranked for the caller; every look is written down. Nobody, and
    somebody who does not take part, read the same.
    """
    caller = asked.reader()
    ref = who_knows.record(kind, guid)
    with house().store.reading() as conn:
        refuse_when_off(who_knows.offered(conn).enabled)
    found = who_knows.answer(caller, ref) if ref else None
    if found is None:
        raise Refused(404, Fault("not_found"))
    return answer(
        WhoKnowsBody(
            target=_target(found.target),
            own=[_own(own.person, own.tie) for own in found.known.own],
            ways=[_way(way, found) for way in found.known.ways],
            others=[_way(way, found) for way in found.known.others],
            people=[_way(way, found) for way in found.people],
        )
    )


def refuse_when_off(enabled: bool) -> None:
    """403 while the organisation's rules do not offer it."""
    if not enabled:
        raise Refused(403, Fault("introductions_off"))


def _target(one: Target) -> TargetBody:
    return TargetBody(kind=one.kind.value, guid=one.guid, name=one.name, job_title=one.job_title, account=one.account)


def _person(one: KnownPerson) -> PersonBody:
    return PersonBody(kind=one.kind.value, guid=one.guid, name=one.name)


def _own(person: KnownPerson, tie: VisibleTie) -> OwnTieBody:
    return OwnTieBody(
        person=_person(person),
        strength=tie.word.value,
        days=tie.recent_days or 0,
        last_contact=day_of(tie.last_day or 0),
        kinds=[kind.value for kind in tie.recent_kinds or ()],
    )


def _way(way: Way, found: Answer) -> WayBody:
    odds = found.odds_of(way)
    year, month = way.tie.last_month
    return WayBody(
        colleagues=[ColleagueBody(key=one.key, name=one.name) for one in way.colleagues],
        person=_person(way.person),
        tie=TieBody(strength=way.word.value, days=way.tie.recent_band.value, last_contact=f"{year:04}-{month:02}"),
        to_first=way.to_first.value if way.to_first else None,
        busy=way.busy,
        reasons=[reason.value for reason in way.reasons],
        why=tie_words.why(way),
        odds=OddsBody(chance=round(odds.chance, 2), low=round(odds.low, 2), high=round(odds.high, 2)) if odds else None,
    )
