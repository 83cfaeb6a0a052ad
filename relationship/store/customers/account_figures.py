"""What a list of accounts shows of them as customers: contract, health fields in force, risk of churn and upsell.

The expressions belong to a query over `record`: each looks one account up by its key, so a list that neither sorts nor
narrows by them pays nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Record
from relationship.store.customers.score_tables import ACCOUNT_HEALTH, ACCOUNT_SCORE
from relationship.store.tables import table
from relationship.store.verbatims.mood_tables import ACCOUNT_MOOD

_record = table(Record)
CHURN, UPSELL = "churn", "upsell"


@dataclass(frozen=True, slots=True)
class CustomerFigures:
    """arr: a year in `currency`; score, status, leaving: the health fields in force ("at risk for churn" is leaving),
    contradicts: whether they or their sources contradict each other;
    churn, upsell: scores 0 to 100; mood, emotion: °C and strongest emotion of the last verbatims. None: not told."""

    renewal_on: date | None = None
    arr: float | None = None
    currency: str = ""
    score: int | None = None
    status: str | None = None
    leaving: bool | None = None
    churn: int | None = None
    upsell: int | None = None
    mood: float | None = None
    emotion: str | None = None
    contradicts: bool = False


def latest(score: str) -> sa.ScalarSelect[int]:
    """The newest value of a score of the account in `record`."""
    query = sa.select(ACCOUNT_SCORE.c.value).where(
        ACCOUNT_SCORE.c.account_id == _record.c.id, ACCOUNT_SCORE.c.score == score
    )
    return query.order_by(ACCOUNT_SCORE.c.day.desc()).limit(1).correlate(_record).scalar_subquery()


def in_force(field: str) -> sa.ScalarSelect[object]:
    """A health field in force, 'score', 'status' or 'churn', of the account in `record`."""
    query = sa.select(ACCOUNT_HEALTH.c[field]).where(ACCOUNT_HEALTH.c.account_id == _record.c.id)
    return query.correlate(_record).scalar_subquery()


def warmth() -> sa.ScalarSelect[float]:
    """The mood, in °C, of the account in `record`."""
    query = sa.select(ACCOUNT_MOOD.c.temperature).where(ACCOUNT_MOOD.c.account_id == _record.c.id)
    return query.correlate(_record).scalar_subquery()


def customers(conn: Connection, account_ids: Sequence[int]) -> dict[int, CustomerFigures]:
    """The figures of these accounts."""
    joined = _record.outerjoin(ACCOUNT_HEALTH, ACCOUNT_HEALTH.c.account_id == _record.c.id).outerjoin(
        ACCOUNT_MOOD, ACCOUNT_MOOD.c.account_id == _record.c.id
    )
    health = ACCOUNT_HEALTH.c
    query = sa.select(
        _record.c.id,
        _record.c.renewal_on,
        _record.c.arr,
        _record.c.currency,
        health.score,
        health.status,
        health.churn,
        latest(CHURN),
        latest(UPSELL),
        ACCOUNT_MOOD.c.temperature,
        ACCOUNT_MOOD.c.emotion,
        sa.func.coalesce(health.contradicts != "", sa.false()),
    ).select_from(joined)
    found: dict[int, CustomerFigures] = {}
    for chunk in in_chunks(account_ids):
        for number, *values in conn.execute(query.where(_record.c.id.in_(chunk))):
            found[number] = CustomerFigures(*values)
    return found
