"""The list of accounts to watch or to celebrate: scores, health fields, value at stake, days to renewal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.store.customers.score_tables import ACCOUNT_HEALTH, ACCOUNT_SCORE
from relationship.store.reading.reading_scope import Scope, may_be_read
from relationship.store.tables import Record, table

_record = table(Record)


class Wanted(StrEnum):
    """WATCH: a low health score, the flag, or a status that is escalated; CELEBRATE: a high score and none of these;
    ALL: every account that is scored or has a field."""

    WATCH = "watch"
    CELEBRATE = "celebrate"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One account. health, churn_risk, upsell: today's scores, None while too little is known; score, status, churn:
    the health fields in force; stake: revenue of a year, else its open opportunities that the reader may see."""

    account_id: int
    guid: str
    name: str
    owner_guid: str | None
    segment: str
    currency: str
    arr: float | None
    renewal_on: date | None
    health: int | None
    churn_risk: int | None
    upsell: int | None
    score: int | None
    status: str | None
    churn: bool | None
    contradicts: str | None
    open_value: float | None
    open_currency: str | None

    @property
    def stake_currency(self) -> str:
        return self.currency if self.arr is not None else self.open_currency or ""

    @property
    def stake(self) -> float | None:
        return self.arr if self.arr is not None else self.open_value


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """rows: of one page, the largest stake first; total: how many there are within the scope."""

    rows: Sequence[CustomerRow]
    total: int


def customers(
    conn: Connection, wanted: Wanted, *, watch_below: int, celebrate_from: int, scope: Scope, place: int, size: int
) -> CustomerPage:
    """Accounts within the reader's scope, by value at stake. Amounts of different currencies stand as they are.

    watch_below, celebrate_from   of the score in force;  place: how many to leave out
    """
    last = sa.select(sa.func.max(ACCOUNT_SCORE.c.day)).scalar_subquery()
    scores = {name: ACCOUNT_SCORE.alias(name) for name in ("health", "churn", "upsell")}
    deals = (
        sa.select(
            _record.c.account_guid,
            sa.func.sum(_record.c.value).label("value"),
            sa.func.max(_record.c.currency).label("currency"),
        )
        .where(
            _record.c.kind == RecordKind.OPPORTUNITY.value,
            _record.c.status == "open",
            _record.c.account_guid.is_not(None),
            may_be_read(scope, RecordKind.OPPORTUNITY),
        )
        .group_by(_record.c.account_guid)
        .cte("deals")
    )
    source: sa.FromClause = _record.outerjoin(ACCOUNT_HEALTH, ACCOUNT_HEALTH.c.account_id == _record.c.id)
    for name, alias in scores.items():
        of_today = sa.and_(alias.c.account_id == _record.c.id, alias.c.score == name, alias.c.day == last)
        source = source.outerjoin(alias, of_today)
    source = source.outerjoin(deals, deals.c.account_guid == _record.c.guid)
    stake = sa.func.coalesce(_record.c.arr, deals.c.value, 0.0)
    query = (
        sa.select(
            _record.c.id,
            _record.c.guid,
            _record.c.name,
            _record.c.owner_guid,
            _record.c.segment,
            _record.c.currency,
            _record.c.arr,
            _record.c.renewal_on,
            *(scores[name].c.value for name in scores),
            ACCOUNT_HEALTH.c.score,
            ACCOUNT_HEALTH.c.status,
            ACCOUNT_HEALTH.c.churn,
            ACCOUNT_HEALTH.c.contradicts,
            deals.c.value.label("open_value"),
            deals.c.currency.label("open_currency"),
            sa.func.count().over(),
        )
        .select_from(source)
        .where(
            _record.c.kind == RecordKind.ACCOUNT.value,
            _record.c.status == "active",
            may_be_read(scope, RecordKind.ACCOUNT),
            _which(wanted, watch_below, celebrate_from),
        )
        .order_by(sa.desc(stake), _record.c.id)
        .limit(size)
        .offset(place)
    )
    rows = conn.execute(query).all()
    return CustomerPage(tuple(CustomerRow(*row[:-1]) for row in rows), rows[0][-1] if rows else 0)


def _which(wanted: Wanted, watch_below: int, celebrate_from: int) -> sa.ColumnElement[bool]:
    fields = ACCOUNT_HEALTH.c
    watched = sa.or_(
        sa.func.coalesce(fields.score < watch_below, sa.false()),
        sa.func.coalesce(fields.churn, sa.false()),
        sa.func.coalesce(fields.status == "escalated", sa.false()),
    )
    if wanted is Wanted.WATCH:
        return watched
    if wanted is Wanted.CELEBRATE:
        return sa.and_(fields.score >= celebrate_from, sa.not_(watched))
    return fields.account_id.is_not(None)


def open_value(conn: Connection, account_guid: str, *, scope: Scope) -> tuple[float | None, str]:
    """The open opportunities of an account that the reader may see, in the currency of the largest; None without."""
    total = sa.func.sum(_record.c.value)
    query = (
        sa.select(total, _record.c.currency)
        .where(
            _record.c.account_guid == account_guid,
            _record.c.kind == RecordKind.OPPORTUNITY.value,
            _record.c.status == "open",
            _record.c.value.is_not(None),
            may_be_read(scope),
        )
        .group_by(_record.c.currency)
        .order_by(total.desc())
        .limit(1)
    )
    row = conn.execute(query).one_or_none()
    return (row[0], row[1]) if row else (None, "")
