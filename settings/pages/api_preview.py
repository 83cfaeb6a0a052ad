"""What a change would do before it is saved: for the pipeline, and for one opportunity."""

from datetime import date

from flask import Response
from pydantic import BaseModel, Field

from relationship.activities import RecordKind
from relationship.clock import day_of
from relationship.health.explanation import Explanation
from relationship.health.rules import HealthRules
from relationship.store import rules as stored
from relationship.store.ratings import pipeline as pipelines
from settings import preview
from settings.pages import permitted
from settings.rules import HealthSection
from web.api import asked
from web.api.document import documented
from web.api.problems import Fault, Refused
from web.api.rooms import answer, room
from web.house import house
from web.identity import rights

blueprint = room("settings_preview", __name__)

# 5,000 overrides of each kind have room in it.
LONGEST_SECTION_BYTES = 2 * 1024 * 1024


class ValueBody(BaseModel):
    currency: str
    value: float


class ShareBody(BaseModel):
    """share: of all open opportunities, 0 to 1; values: what those of the band are worth, by currency."""

    count: int
    share: float
    values: list[ValueBody]


class BandBody(BaseModel):
    """band: good, fair, poor, or none for those without a score."""

    band: str
    before: ShareBody
    after: ShareBody


class MoveBody(BaseModel):
    from_: str = Field(alias="from")
    to: str
    count: int


class SideBody(BaseModel):
    score: int | None
    band: str


class WhyBody(BaseModel):
    """term: volume, mutuality, lateness, frequency, limits or switch; kind: of activity, for volume; points: by how
    much it moves the score."""

    term: str
    kind: str | None
    points: int


class ChangedBody(BaseModel):
    guid: str
    name: str
    account: str
    value: float | None
    currency: str
    before: SideBody
    after: SideBody
    why: WhyBody


class ChangesBody(BaseModel):
    """total: opportunities whose band changes; by_move: most frequent first; rows: the 50 of largest value."""

    total: int
    by_move: list[MoveBody]
    rows: list[ChangedBody]


class EffectBody(BaseModel):
    """version: of the rules in force; as_of: day of the ratings, null before the first; opportunities: open ones."""

    version: int
    as_of: date | None
    opportunities: int
    bands: list[BandBody]
    changes: ChangesBody


class DayBody(BaseModel):
    """Activities of one kind on one day, from each side."""

    kind: str
    day: date
    ours: int
    theirs: int


class KindBody(BaseModel):
    kind: str
    points: int


class TermBody(BaseModel):
    """points above or below 60; by_kind: of the volume; days: the contact days behind it, latest first."""

    name: str
    points: int
    by_kind: list[KindBody]
    days: list[DayBody]


class TermsBody(BaseModel):
    """The points of the terms add up to score - 60. quiet, expected_days: days since the last contact (working days
    times 7/5), and those between two contacts that are expected of this record; frequency: their code."""

    score: int
    band: str
    frequency: int
    expected_days: float
    quiet: float
    terms: list[TermBody]


class OpportunityEffectBody(BaseModel):
    """null: no score, for nothing is known yet or relationship health is off."""

    before: TermsBody | None
    after: TermsBody | None


@blueprint.post("/settings/preview")
@documented({200: EffectBody}, body=HealthSection, whole=True, tag="preview")
def pipeline() -> Response:
    """What a section of relationship health would do

    Over all open opportunities; saving the section leaves exactly these bands. Nothing is written.
    """
    asked.rules_admin()
    proposed = asked.body(HealthSection, most_bytes=LONGEST_SECTION_BYTES, whole=True)
    return answer(EffectBody.model_validate(permitted.effect(preview.preview(house(), proposed)).body()))


@blueprint.post("/settings/preview/opportunity/<guid>")
@documented({200: OpportunityEffectBody}, body=HealthSection, whole=True, problems=(404,), tag="preview")
def opportunity(guid: str) -> Response:
    """The terms of one opportunity under the rules in force and under a proposed section"""
    asked.rules_admin()
    proposed = asked.body(HealthSection, most_bytes=LONGEST_SECTION_BYTES, whole=True)
    rights.may_open(RecordKind.OPPORTUNITY, guid)
    with house().store.reading() as conn:
        _version, present = stored.current(conn)
        rated = pipelines.current(house().store, conn)
        found = rated and preview.effect_of(conn, rated, guid, present.health, proposed)
    if not found:
        raise Refused(404, Fault("not_found"))
    return answer(
        OpportunityEffectBody(
            before=_terms(found.before, found.rules_before), after=_terms(found.after, found.rules_after)
        )
    )


def _terms(explanation: Explanation | None, rules: HealthRules) -> TermsBody | None:
    if explanation is None:
        return None
    return TermsBody(
        score=explanation.score,
        band=rules.bands.of(explanation.score).value,
        frequency=rules.frequency,
        expected_days=explanation.expected,
        quiet=explanation.quiet,
        terms=[
            TermBody(
                name=term.name.value,
                points=term.points,
                by_kind=[KindBody(kind=part.kind.value, points=part.points) for part in term.by_kind],
                days=[
                    DayBody(kind=one.kind.value, day=day_of(one.day), ours=one.ours, theirs=one.theirs)
                    for one in term.days
                ],
            )
            for term in explanation.terms
        ],
    )
