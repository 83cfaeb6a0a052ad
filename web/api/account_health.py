"""The health fields and the scores of an account under /api/v1."""

from datetime import date, datetime
from typing import Annotated, Literal

from flask import Response
from pydantic import BaseModel, Field

from relationship.access import HealthRight
from relationship.clock import day_of
from relationship.desk.type_health import Typist, type_fields
from relationship.errors import Conflict
from relationship.store.customers import account_health, account_scores, health_changes
from relationship.store.customers.account_scores import ScoreRow
from relationship.store.customers.health_changes import HealthChange
from settings.rules.form import Form
from web.api import asked
from web.api.document import documented
from web.api.problems import Fault, Refused
from web.api.rooms import answer, room
from web.customers.health_told import HealthTold, as_text, changes_allowed, health_told
from web.house import house, today
from web.identity.members import Member, member
from web.nouns import ACCOUNTS
from web.records import record_page

blueprint = room("account_health", __name__)

Points = Annotated[int, Field(ge=0, le=100)]
Status = Literal["healthy", "at_risk", "escalated"]
Source = Literal["computed", "crm", "imported", "typed"]
YEAR_DAYS = 365


class FieldsBody(BaseModel):
    """Values of one source; null: not told."""

    score: Points | None
    status: Status | None
    at_risk_for_churn: bool | None


class SourcesBody(BaseModel):
    """Whose value is in force; null without a value."""

    score: Source | None
    status: Source | None
    at_risk_for_churn: Source | None


class ToldBody(BaseModel):
    typed: FieldsBody
    imported: FieldsBody
    crm: FieldsBody
    computed: FieldsBody


class AccountHealthBody(FieldsBody):
    """What is in force, whose value it is, and what every source tells.

    A source that tells a score but no status (or flag) also stands for the one that follows from its score;
    `followed` names the fields in force that came about so.
    """

    sources: SourcesBody
    followed: list[Literal["status", "at_risk_for_churn"]]
    contradictions: list[str] = Field(description="Codes of what does not fit together; docs/customer-health.md.")
    told: ToldBody
    version: int


class AccountHealthChange(Form):
    """What is typed in. A field that is not sent stays; null clears what was typed, and the next source counts."""

    score: Annotated[int, Field(ge=0, le=100, strict=True)] | None = None
    status: Status | None = None
    at_risk_for_churn: Annotated[bool, Field(strict=True)] | None = None


class ReasonBody(BaseModel):
    """measure: what the points were given for, -1 to 1 (signals 0 to 1); null where nobody told anything."""

    reason: str
    points: int
    measure: float | None


class DayBody(BaseModel):
    """worked_out_later: on a later day, from what was known then."""

    day: date
    value: Points
    worked_out_later: bool


class ScoreBody(BaseModel):
    """The points of the reasons add up to the value. learned: by the accepted model, not by the published rule."""

    score: Literal["health", "churn", "upsell"]
    day: date
    value: Points
    learned: bool
    reasons: list[ReasonBody]
    last_12_months: list[DayBody]


class ChangeBody(BaseModel):
    """One change of a value in force. before, after: like '62', 'at_risk', 'true'; null: nothing was in force.

    followed: it follows from the score of the source; cause: a source told another value, other thresholds (limits),
    or another order of the sources
    """

    at: datetime
    field: Literal["score", "status", "at_risk_for_churn"]
    before: str | None
    after: str | None
    source_before: Source | None
    source: Source | None
    followed: bool
    cause: Literal["source", "limits", "order"]
    by: str


class HealthHistoryBody(BaseModel):
    changes: list[ChangeBody]


class AccountScoresBody(BaseModel):
    """Empty while too little is known of the account."""

    scores: list[ScoreBody]


@blueprint.get("/accounts/<guid>/health")
@documented({200: AccountHealthBody, 304: None}, problems=(403, 404), tag="account health")
def health_of(guid: str) -> Response:
    """The health fields of an account

    Score, status and flag as they are in force by the order of precedence, and what each source tells.
    """
    _lister()
    with house().store.reading() as conn:
        found = record_page.relationship(conn, ACCOUNTS, guid, shown=True)
        told = health_told(conn, found.record.id)
    return answer(_body(told), version=told.version)


@blueprint.patch("/accounts/<guid>/health")
@documented(
    {200: AccountHealthBody}, body=AccountHealthChange, versioned=True, problems=(403, 404), tag="account health"
)
def change_health(guid: str) -> Response:
    """Type health fields of an account in, or clear what was typed

    Send If-Match with the ETag of the fields. What does not change writes nothing and keeps the version.
    """
    caller = _lister()
    change = asked.body(AccountHealthChange)
    with house().store.reading() as conn:
        found = record_page.relationship(conn, ACCOUNTS, guid, shown=True)
        told = health_told(conn, found.record.id)
    expected = asked.expected_version(told.version)
    names = {"at_risk_for_churn": "churn"}
    values = {
        names.get(name, name): as_text(names.get(name, name), getattr(change, name)) for name in change.model_fields_set
    }
    if not changes_allowed(told, values):
        raise Refused(403, Fault("wrong_role"))
    try:
        by = Typist(caller.oid, caller.name)
        type_fields(house(), found.record.id, values, expected_version=expected, by=by)
    except Conflict as error:
        raise asked.stale(error.version) from None
    with house().store.reading() as conn:
        told = health_told(conn, found.record.id)
    return answer(_body(told), version=told.version)


@blueprint.get("/accounts/<guid>/health/history")
@documented({200: HealthHistoryBody}, problems=(403, 404), tag="account health")
def history_of(guid: str) -> Response:
    """Every change of the health fields in force

    The newest first, at most 200: what each field was and became, whose value it is, and why it changed.
    """
    _lister()
    with house().store.reading() as conn:
        found = record_page.relationship(conn, ACCOUNTS, guid, shown=True)
        changes = health_changes.of_account(conn, found.record.id)
    return answer(HealthHistoryBody(changes=[_change(one) for one in changes]))


@blueprint.get("/accounts/<guid>/scores")
@documented({200: AccountScoresBody}, problems=(404,), tag="account health")
def scores_of(guid: str) -> Response:
    """The three scores of an account with their reasons, and how they stood in the last twelve months"""
    asked.reader()
    with house().store.reading() as conn:
        found = record_page.relationship(conn, ACCOUNTS, guid, shown=True)
        number = found.record.id
        latest = account_scores.latest(conn, account_ids=[number]).get(number, {})
        curve = account_scores.curve(conn, number, since=today() - YEAR_DAYS)
    return answer(AccountScoresBody(scores=[_score(one, curve) for one in latest.values()]))


def _lister() -> Member:
    asked.reader()
    if not member().may(HealthRight.LIST):
        raise Refused(403, Fault("wrong_role"))
    return member()


def _body(told: HealthTold) -> AccountHealthBody:
    found = told.found
    return AccountHealthBody.model_validate(
        {
            "score": found.score,
            "status": found.status,
            "at_risk_for_churn": found.churn,
            "sources": {
                "score": found.score_source or None,
                "status": found.status_source or None,
                "at_risk_for_churn": found.churn_source or None,
            },
            "followed": ["at_risk_for_churn" if one == "churn" else one for one in found.followed],
            "contradictions": list(found.contradicts),
            "told": {source: _told(told, source) for source in account_health.SOURCES},
            "version": told.version,
        }
    )


def _told(told: HealthTold, source: str) -> dict[str, object]:
    found = {field: told.told[field, source].value for field, name in told.told if name == source}
    score, churn = found.get("score"), found.get("churn")
    return {
        "score": None if score is None else int(score),
        "status": found.get("status"),
        "at_risk_for_churn": None if churn is None else churn == "true",
    }


def _change(one: HealthChange) -> ChangeBody:
    return ChangeBody.model_validate(
        {
            "at": one.at,
            "field": "at_risk_for_churn" if one.field == "churn" else one.field,
            "before": one.before,
            "after": one.after,
            "source_before": one.source_before or None,
            "source": one.source or None,
            "followed": one.followed,
            "cause": one.cause,
            "by": one.by_name,
        }
    )


def _score(one: ScoreRow, curve: list[ScoreRow]) -> ScoreBody:
    return ScoreBody(
        score=one.score.value,
        day=day_of(one.day),
        value=one.value,
        learned=one.learned,
        reasons=[ReasonBody(reason=r.name, points=r.points, measure=r.measure) for r in one.reasons],
        last_12_months=[
            DayBody(day=day_of(day.day), value=day.value, worked_out_later=day.told_on is not None)
            for day in curve
            if day.score is one.score
        ],
    )
