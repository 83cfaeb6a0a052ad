"""The list of accounts to watch or to celebrate: scores, health fields, value at stake, days to renewal."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.store.crm.record_tables import Record
from relationship.store.customers.score_tables import ACCOUNT_HEALTH, ACCOUNT_SCORE
from relationship.store.lists.list_filters import OWNER, WITH_OWNER, owner_name
from relationship.store.lists.searching import folded_holds
from relationship.store.reading.reading_scope import Scope, may_be_read, owned_by
from relationship.store.tables import table

_record = table(Record)
MOST_OWNERS = 200


class Wanted(StrEnum):
    """WATCH: something speaks for looking at the account; CELEBRATE: a high score and none of that; ALL: every account
    that is scored or has a field. See `Limits`."""

    WATCH = "watch"
    CELEBRATE = "celebrate"
    ALL = "all"


class Sort(StrEnum):
    """STAKE: the largest value first; RENEWAL: the next one first; HEALTH: the lowest first; CHURN, UPSELL: the
    highest first; NAME. What is not told stands at the end."""

    STAKE = "stake"
    RENEWAL = "renewal"
    HEALTH = "health"
    CHURN = "churn"
    UPSELL = "upsell"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Limits:
    """watch_below, celebrate_from: of the lower one of computed score and score in force; churn_from: a risk of churn
    that is high. Watched are also the flag, an escalated status, and values that contradict each other."""

    watch_below: int = 50
    celebrate_from: int = 80
    churn_from: int = 60


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What the list is narrowed to; None and '' do not narrow. owner: a systemuser;  status: of the fields in force;
    renewal: first and last day;  least, most: value at stake;  words: of the name, or of the account number"""

    owner: str = ""
    owner_key: str | None = None
    segment: str = ""
    status: str = ""
    renewal: tuple[date | None, date | None] = (None, None)
    least: float | None = None
    most: float | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One account. health, churn_risk, upsell: today's scores, None while too little is known; score, status, churn:
    the health fields in force; stake: revenue of a year, else its open opportunities that the reader may see."""

    account_id: int
    guid: str
    name: str
    number: str
    owner: str
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
    conn: Connection,
    wanted: Wanted,
    *,
    limits: Limits,
    scope: Scope,
    narrowed: Narrowed = Narrowed(),
    sort: Sort = Sort.STAKE,
    place: int = 0,
    size: int,
    by_fields: bool = True,
) -> CustomerPage:
    """Accounts within the reader's scope. Amounts of different currencies are compared in the own one.

    place  how many to leave out;  by_fields: whether the health fields in force count; without them neither which
    accounts are listed nor their order tells anything of these fields
    """
    source, deals, scores = _joined(conn, scope)
    # In the organisation's own currency, to compare; it is shown in its own.
    stake = sa.func.coalesce(
        _record.c.arr / sa.func.coalesce(_record.c.exchange_rate, 1.0), deals.c.value / deals.c.rate
    )
    fields = ACCOUNT_HEALTH.c
    computed = scores["health"].c.value
    lowest = _lower(computed, fields.score) if by_fields else computed
    query = (
        sa.select(
            _record.c.id,
            _record.c.guid,
            _record.c.name,
            _record.c.account_number,
            owner_name,
            _record.c.segment,
            _record.c.currency,
            _record.c.arr,
            _record.c.renewal_on,
            *(scores[name].c.value for name in scores),
            fields.score,
            fields.status,
            fields.churn,
            fields.contradicts,
            deals.c.value.label("open_value"),
            deals.c.currency.label("open_currency"),
            sa.func.count().over(),
        )
        .select_from(source)
        .where(
            _record.c.kind == RecordKind.ACCOUNT.value,
            _record.c.status == "active",
            may_be_read(scope, RecordKind.ACCOUNT),
            _which(wanted, limits, lowest, scores["churn"].c.value, by_fields=by_fields),
            *_narrowing(narrowed, stake),
        )
        .order_by(*_order(sort, stake, lowest, scores), _record.c.id)
        .limit(size)
        .offset(place)
    )
    rows = conn.execute(query).all()
    return CustomerPage(tuple(CustomerRow(*row[:-1]) for row in rows), rows[0][-1] if rows else 0)


def owners(conn: Connection, *, scope: Scope) -> dict[str, str]:
    """Who owns active accounts that the reader may see: names by systemuser, in the order of the names."""
    query = (
        sa.select(_record.c.owner_guid, owner_name)
        .select_from(_record.join(OWNER, WITH_OWNER))
        .where(
            _record.c.kind == RecordKind.ACCOUNT.value,
            _record.c.status == "active",
            may_be_read(scope, RecordKind.ACCOUNT),
        )
        .distinct()
        .order_by(_record.c.owner_guid)
        .limit(MOST_OWNERS)
    )
    return dict(sorted(((guid, name) for guid, name in conn.execute(query)), key=lambda one: one[1].casefold()))


def _joined(conn: Connection, scope: Scope) -> tuple[sa.FromClause, sa.CTE, dict[str, sa.FromClause]]:
    """Accounts with their fields, owner, open deals and scores of the last day; then the deals and the scores."""
    last = conn.scalar(sa.select(sa.func.max(ACCOUNT_SCORE.c.day)))
    scores: dict[str, sa.FromClause] = {name: ACCOUNT_SCORE.alias(name) for name in ("health", "churn", "upsell")}
    sums = (
        sa.select(
            _record.c.account_guid,
            _record.c.currency,
            sa.func.sum(_record.c.value).label("value"),
            sa.func.coalesce(sa.func.max(_record.c.exchange_rate), 1.0).label("rate"),
        )
        .where(
            _record.c.kind == RecordKind.OPPORTUNITY.value,
            _record.c.status == "open",
            _record.c.account_guid.is_not(None),
            _record.c.value.is_not(None),
            may_be_read(scope, RecordKind.OPPORTUNITY),
        )
        .group_by(_record.c.account_guid, _record.c.currency)
        .cte("sums")
    )
    # Of several currencies the one with most: amounts of different ones are never added.
    largest = ((sums.c.value / sums.c.rate).desc(), sums.c.currency)
    rank = sa.func.row_number().over(partition_by=sums.c.account_guid, order_by=largest)
    ranked = sa.select(*sums.c, rank.label("place")).cte("ranked")
    deals = sa.select(*(ranked.c[column.name] for column in sums.c)).where(ranked.c.place == 1).cte("deals")
    source: sa.FromClause = _record.outerjoin(ACCOUNT_HEALTH, ACCOUNT_HEALTH.c.account_id == _record.c.id)
    source = source.outerjoin(OWNER, WITH_OWNER)
    for name, alias in scores.items():
        of_today = sa.and_(alias.c.account_id == _record.c.id, alias.c.score == name, alias.c.day == last)
        source = source.outerjoin(alias, of_today)
    return source.outerjoin(deals, deals.c.account_guid == _record.c.guid), deals, scores


def _lower(one: sa.ColumnElement[Any], other: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The lower one of two scores; that which is told where the other is not."""
    return sa.case(
        (one.is_(None), other),
        (other.is_(None), one),
        (one < other, one),
        else_=other,
    )


def _which(
    wanted: Wanted,
    limits: Limits,
    lowest: sa.ColumnElement[Any],
    churn_risk: sa.ColumnElement[Any],
    *,
    by_fields: bool,
) -> sa.ColumnElement[bool]:
    fields = ACCOUNT_HEALTH.c
    signs = [lowest < limits.watch_below, churn_risk >= limits.churn_from]
    if by_fields:
        signs += [fields.churn, fields.status == "escalated", fields.contradicts != ""]
    watched = sa.or_(*(sa.func.coalesce(sign, sa.false()) for sign in signs))
    if wanted is Wanted.WATCH:
        return watched
    if wanted is Wanted.CELEBRATE:
        return sa.and_(lowest >= limits.celebrate_from, sa.not_(watched))
    return fields.account_id.is_not(None) if by_fields else lowest.is_not(None)


def _narrowing(wanted: Narrowed, stake: sa.ColumnElement[Any]) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.owner:
        yield _record.c.owner_guid == wanted.owner
    if wanted.owner_key is not None:
        yield owned_by(wanted.owner_key)
    if wanted.segment:
        yield _record.c.segment == wanted.segment
    if wanted.status:
        yield ACCOUNT_HEALTH.c.status == wanted.status
    for column, (first, last) in ((_record.c.renewal_on, wanted.renewal), (stake, (wanted.least, wanted.most))):
        if first is not None:
            yield column >= first
        if last is not None:
            yield column <= last
    for word in wanted.words:
        yield sa.or_(folded_holds(_record.c.folded, word), folded_holds(sa.func.lower(_record.c.account_number), word))


def _order(
    sort: Sort, stake: sa.ColumnElement[Any], lowest: sa.ColumnElement[Any], scores: Mapping[str, sa.FromClause]
) -> tuple[sa.ColumnElement[Any], ...]:
    match sort:
        case Sort.NAME:
            return (_record.c.folded,)
        case Sort.RENEWAL:
            return _record.c.renewal_on.is_(None), _record.c.renewal_on
        case Sort.HEALTH:
            return lowest.is_(None), lowest
        case Sort.CHURN | Sort.UPSELL:
            value = scores[sort.value].c.value
            return value.is_(None), sa.desc(value)
    return stake.is_(None), sa.desc(stake)


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


def sees_all_deals(conn: Connection, account_guid: str, *, scope: Scope) -> bool:
    """Whether the reader may see every opportunity of an account, so that a count of them may be told."""
    withheld = sa.select(_record.c.id).where(
        _record.c.account_guid == account_guid,
        _record.c.kind == RecordKind.OPPORTUNITY.value,
        sa.not_(may_be_read(scope, RecordKind.OPPORTUNITY)),
    )
    return not conn.scalar(sa.select(withheld.exists()))
