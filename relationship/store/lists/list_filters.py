"""What a list of records may be narrowed to and sorted by, as conditions and sort keys."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from relationship.activities import RecordKind
from relationship.store.crm.record_tables import Colleague, Membership, Record
from relationship.store.customers.account_figures import CHURN, UPSELL, in_force, latest, warmth
from relationship.store.lists.searching import folded_holds
from relationship.store.ratings.rating_tables import Health
from relationship.store.reading.reading_scope import Scope, may_be_read, owned_by
from relationship.store.tables import table
from relationship.store.verbatims.verbatim_moods import COLD_UNTIL, WARM_FROM

_record = table(Record)
_health = table(Health)
ACCOUNT = _record.alias("account")
OWNER = table(Colleague).alias("owner")

NO_RATING = "none"
_FAR = date(9999, 12, 31)
_LONG_AGO = date(1, 1, 1)


class Column(StrEnum):
    """What the list can be sorted by."""

    NAME = "name"
    ACCOUNT = "account"
    OWNER = "owner"
    TEAM = "team"
    SEGMENT = "segment"
    STAGE = "stage"
    SCORE = "score"
    TREND = "trend"
    VALUE = "value"
    CLOSE = "close"
    LAST = "last"
    NEXT = "next"
    FALLS = "falls"
    HEALTH = "health"
    STATUS_OF_HEALTH = "health_status"
    LEAVING = "leaving"
    ARR = "arr"
    RENEWAL = "renewal"
    CHURN = "churn"
    UPSELL = "upsell"
    MOOD = "mood"


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; empty sets and None mean "all".

    ratings      good, fair, poor, none (without a score)
    trends       improving, steady, declining
    states       as in `Health.state`
    statuses     as in the CRM: open, won, lost; active, inactive; open, qualified, disqualified
    owner_key    only what this colleague owns;  seller_key: only opportunities in whose sales team this one is
    team         name of the business unit;  segment: name of the segment;  account: GUID of the account
    words        each must occur in the name of the record or of its account
    closing      closing dates from the first to the second day, either may be None
    worth        values from the first to the second number, either may be None; of accounts the revenue of a year;
                 both in the organisation's own currency
    active       last activity from the first instant on, or before the second; without any activity counts as before
    falls_until  only what falls to a lower rating by this day if nothing happens
    planned      only with, or only without, a next activity
    healths      of accounts: statuses of the health fields in force;  leaving: whether they are at risk for churn
    renewal      renewal dates from the first to the second day, either may be None
    churn_from, upsell_from   least risk of churn and least upsell score
    mood         of accounts: 'warm', 'calm', 'cold', or 'none' for those that said nothing within a year
    """

    ratings: frozenset[str] = frozenset()
    trends: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    owner_key: str | None = None
    seller_key: str | None = None
    team: str = ""
    segment: str = ""
    account: str = ""
    words: tuple[str, ...] = ()
    closing: tuple[date | None, date | None] = (None, None)
    worth: tuple[float | None, float | None] = (None, None)
    active: tuple[datetime | None, datetime | None] = (None, None)
    falls_until: date | None = None
    planned: bool | None = None
    healths: frozenset[str] = frozenset()
    leaving: bool | None = None
    renewal: tuple[date | None, date | None] = (None, None)
    churn_from: int | None = None
    upsell_from: int | None = None
    mood: str = ""


rating_of_row = sa.func.coalesce(_health.c.rating, NO_RATING)
WITH_ACCOUNT = sa.and_(ACCOUNT.c.kind == RecordKind.ACCOUNT.value, ACCOUNT.c.guid == _record.c.account_guid)
WITH_OWNER = OWNER.c.systemuser_guid == _record.c.owner_guid
owner_name = sa.func.coalesce(sa.func.nullif(OWNER.c.crm_name, ""), OWNER.c.name, "")
account_name = sa.func.coalesce(ACCOUNT.c.name, "")


def in_own_currency(amount: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """An amount of a record in the organisation's own currency, by which those of several currencies are compared;
    one whose rate of exchange nobody tells counts as it is."""
    return amount / sa.func.coalesce(_record.c.exchange_rate, 1.0)


def listed(
    kind: RecordKind,
    scope: Scope,
    filters: Filters,
    *,
    account: bool = False,
    owner: bool = False,
    by_name: bool = False,
) -> sa.Select[Any]:
    """The filtered records; names of accounts and owners are joined only where they are asked for.

    by_name  they will be read in the order of their names, of which the first are enough
    """
    joined = _record.outerjoin(_health, _health.c.record_id == _record.c.id)
    if account:
        joined = joined.outerjoin(ACCOUNT, WITH_ACCOUNT)
    if owner:
        joined = joined.outerjoin(OWNER, WITH_OWNER)
    return (
        sa.select(_record.c.id)
        .select_from(joined)
        .where(_record.c.kind == kind.value, may_be_read(scope, kind), *_conditions(kind, filters, by_name=by_name))
    )


def ordered(kind: RecordKind, scope: Scope, filters: Filters, column: Column, *, descending: bool) -> sa.Select[Any]:
    """The same in an order that no two rows share; rows without the sorted value come last."""
    key = _sort_key(column, descending=descending)
    found = listed(
        kind,
        scope,
        filters,
        account=column is Column.ACCOUNT,
        owner=column is Column.OWNER,
        by_name=column is Column.NAME,
    )
    return found.order_by(sa.desc(key) if descending else sa.asc(key), _record.c.id)


def _conditions(kind: RecordKind, filters: Filters, *, by_name: bool) -> Iterator[sa.ColumnElement[bool]]:
    record, health = _record.c, _health.c
    for column, chosen in (
        # As an expression it leads no database away from the index that holds the names in their order.
        (sa.func.coalesce(record.status, "") if by_name else record.status, filters.statuses),
        (rating_of_row, filters.ratings),
        (health.trend, filters.trends),
        (health.state, filters.states),
    ):
        if chosen:
            yield column == next(iter(chosen)) if len(chosen) == 1 else column.in_(sorted(chosen))
    if filters.owner_key is not None:
        yield owned_by(filters.owner_key)
    if filters.seller_key is not None:
        yield sold_by(filters.seller_key) if kind is RecordKind.OPPORTUNITY else sa.false()
    for column, wanted in (
        (record.team_name, filters.team),
        (record.segment, filters.segment),
        (record.account_guid, filters.account),
    ):
        if wanted:
            yield column == wanted
    yield from _between(record.close_on, *filters.closing)
    yield from _between(in_own_currency(record.arr if kind is RecordKind.ACCOUNT else record.value), *filters.worth)
    yield from _as_customers(filters)
    since, before = filters.active
    if since is not None:
        yield health.last_activity_at >= since
    if before is not None:
        yield sa.or_(health.last_activity_at.is_(None), health.last_activity_at < before)
    if filters.falls_until is not None:
        yield health.falls_on <= filters.falls_until
    if filters.planned is not None:
        missing = health.next_activity_at.is_(None)
        yield sa.not_(missing) if filters.planned else missing
    for word in filters.words:
        yield _record.c.id.in_(_holding(kind, word))


def _as_customers(filters: Filters) -> Iterator[sa.ColumnElement[bool]]:
    """What narrows accounts by their contract, health fields and scores."""
    if filters.healths:
        yield in_force("status").in_(sorted(filters.healths))
    if filters.leaving is not None:
        yield in_force("churn").is_(filters.leaving)
    yield from _between(_record.c.renewal_on, *filters.renewal)
    yield from _between(latest(CHURN), filters.churn_from, None)
    yield from _between(latest(UPSELL), filters.upsell_from, None)
    if filters.mood:
        yield _of_mood(filters.mood)


def _of_mood(mood: str) -> sa.ColumnElement[bool]:
    warm, cold = warmth() >= WARM_FROM, warmth() <= COLD_UNTIL
    match mood:
        case "warm":
            return warm
        case "cold":
            return cold
        case "none":
            return warmth().is_(None)
        case _:
            return sa.and_(sa.not_(warm), sa.not_(cold))


def sold_by(colleague_key: str) -> sa.ColumnElement[bool]:
    """Opportunities in whose sales team this colleague is, of the CRM's connections."""
    team, known = table(Membership).c, table(Colleague).c
    himself = sa.select(known.systemuser_guid).where(known.key == colleague_key).scalar_subquery()
    theirs = sa.select(team.opportunity_guid).where(team.member == "systemuser", team.member_guid == himself)
    return _record.c.guid.in_(theirs)


def _between(column: sa.ColumnElement[Any], first: object, last: object) -> Iterator[sa.ColumnElement[bool]]:
    if first is not None:
        yield column >= first
    if last is not None:
        yield column <= last


def _holding(kind: RecordKind, word: str) -> sa.Select[tuple[int]]:
    """The records of a kind whose name, or whose account's name, holds the word: read from one index alone. Accounts
    are found by their number too."""
    named = _record.alias("named")
    company = _record.alias("named_account")
    companies = sa.select(company.c.guid).where(
        company.c.kind == RecordKind.ACCOUNT.value, folded_holds(company.c.folded, word)
    )
    found = folded_holds(named.c.folded, word)
    if kind in (RecordKind.OPPORTUNITY, RecordKind.CONTACT):
        found = sa.or_(found, named.c.account_guid.in_(companies))
    if kind is RecordKind.ACCOUNT:
        found = sa.or_(found, folded_holds(sa.func.lower(named.c.account_number), word))
    return sa.select(named.c.id).where(named.c.kind == kind.value, found)


def _sort_key(column: Column, *, descending: bool) -> sa.ColumnElement[Any]:
    """The expression to sort by; a missing value stands at the end, whatever the direction."""
    c, h = _record.c, _health.c
    missing_text = "" if descending else "\uffff"
    missing_score = -1 if descending else 101
    missing_number = -1e15 if descending else 1e15
    missing_date = _LONG_AGO if descending else _FAR
    keys: dict[Column, sa.ColumnElement[Any]] = {
        Column.NAME: c.folded,
        Column.ACCOUNT: sa.func.coalesce(sa.func.nullif(ACCOUNT.c.folded, ""), missing_text),
        Column.OWNER: _text_key(owner_name, missing_text),
        Column.TEAM: _text_key(c.team_name, missing_text),
        Column.SEGMENT: _text_key(c.segment, missing_text),
        Column.STAGE: _text_key(c.stage, missing_text),
        Column.SCORE: sa.func.coalesce(h.score, missing_score),
        Column.TREND: sa.func.coalesce(h.trend_points, float(-1000 if descending else 1000)),
        Column.VALUE: sa.func.coalesce(in_own_currency(c.value), missing_number),
        Column.CLOSE: sa.func.coalesce(c.close_on, missing_date),
        Column.LAST: sa.func.coalesce(h.last_activity_at, _instant(missing_date)),
        Column.NEXT: sa.func.coalesce(h.next_activity_at, _instant(missing_date)),
        Column.FALLS: sa.func.coalesce(h.falls_on, missing_date),
        Column.HEALTH: sa.func.coalesce(in_force("score"), missing_score),
        Column.STATUS_OF_HEALTH: _severity(missing_score),
        Column.LEAVING: sa.case(
            (in_force("churn").is_(True), 1), (in_force("churn").is_(False), 0), else_=missing_score
        ),
        Column.ARR: sa.func.coalesce(in_own_currency(c.arr), missing_number),
        Column.RENEWAL: sa.func.coalesce(c.renewal_on, missing_date),
        Column.CHURN: sa.func.coalesce(latest(CHURN), missing_score),
        Column.UPSELL: sa.func.coalesce(latest(UPSELL), missing_score),
        Column.MOOD: sa.func.coalesce(warmth(), missing_number),
    }
    return keys[column].label("sort_key")


def _severity(missing: int) -> sa.ColumnElement[int]:
    """The health status in force as a number, the worst the largest."""
    return sa.case({"healthy": 1, "at_risk": 2, "escalated": 3}, value=in_force("status"), else_=missing)


def _text_key(text: sa.ColumnElement[str], missing: str) -> sa.ColumnElement[str]:
    return sa.func.coalesce(sa.func.nullif(sa.func.lower(text), ""), missing)


def _instant(day: date) -> sa.BindParameter[datetime]:
    return sa.literal(datetime(day.year, day.month, day.day, tzinfo=UTC), _health.c.last_activity_at.type)
