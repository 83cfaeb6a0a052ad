"""What the scores of accounts are computed from, for all active accounts at once or for those of a day of the past."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.clock import day_of, number_of
from relationship.signals.scores import GROUP_OF, Group, ScoreFacts, combined
from relationship.store.crm.record_tables import Record
from relationship.store.customers import usage
from relationship.store.customers.customer_tables import SATISFACTION
from relationship.store.customers.usage import UsageSpans
from relationship.store.ratings.rating_tables import Health
from relationship.store.signals.signal_tables import SignalRecord
from relationship.store.tables import table

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RECENT_WEEKS, EARLIER_WEEKS = 4, 8
# Fewer weeks with figures than these say nothing about a change.
LEAST_RECENT, LEAST_EARLIER = 2, 4
SATISFACTION_DAYS = 180
FEW = 500
OUTCOME_DAYS = 730
DAYS_PER_YEAR = 365.25

_record = table(Record)
_health = table(Health)
_signal = table(SignalRecord)


@dataclass(frozen=True, slots=True, eq=False)
class AccountsOfDay:
    """account_ids: ascending, shape (n,); facts: theirs."""

    account_ids: Ints
    facts: ScoreFacts


def of_one(conn: Connection, account_id: int, *, today: int) -> ScoreFacts:
    """Of one account, for its page."""
    query = sa.select(_health.c.score).where(_health.c.record_id == account_id, _health.c.state == "rated")
    score = conn.execute(query).scalar()
    engagement = np.array([np.nan if score is None else float(score)])
    return of_day(conn, np.array([account_id], dtype=np.int64), day=today, engagement=engagement)


def active_accounts(conn: Connection) -> list[int]:
    """The ids of the accounts that are customers now, ascending."""
    query = sa.select(_record.c.id).where(
        _record.c.kind == RecordKind.ACCOUNT.value, _record.c.status == "active"
    )  # fmt: skip
    return sorted(conn.execute(query).scalars())


def of_some(conn: Connection, account_ids: Sequence[int], *, today: int) -> AccountsOfDay:
    """Of those of these accounts that are active."""
    wanted = set(account_ids)
    ids = np.array([number for number in active_accounts(conn) if number in wanted], dtype=np.int64)
    query = sa.select(_health.c.record_id, _health.c.score).where(
        _health.c.state == "rated", _health.c.score.is_not(None), _health.c.record_id.in_(ids.tolist())
    )
    engagement = _placed(ids, conn.execute(query).all())
    return AccountsOfDay(ids, of_day(conn, ids, day=today, engagement=engagement))


def of_today(conn: Connection, *, today: int) -> AccountsOfDay:
    """Of all active accounts; engagement is the rating that is stored."""
    ids = np.array(active_accounts(conn), dtype=np.int64)
    query = sa.select(_health.c.record_id, _health.c.score).where(
        _health.c.state == "rated", _health.c.score.is_not(None)
    )
    engagement = _placed(ids, conn.execute(query).all())
    return AccountsOfDay(ids, of_day(conn, ids, day=today, engagement=engagement))


def of_day(
    conn: Connection,
    ids: Ints,
    *,
    day: int,
    engagement: Floats,
    signals: Iterable[tuple[int, str, float]] | None = None,
    weeks: UsageSpans | None = None,
) -> ScoreFacts:
    """The facts of these accounts as they were known at the end of a day.

    ids  ascending;  engagement: their scores of relationship health on that day, nan without one
    signals  open on that day, as (account id, detector, strength); None: those that are stored
    weeks    of use, more than enough of them, read already
    """
    level, change = _use(conn, ids, day, weeks)
    won, lost = (_closed(conn, ids, day, status) for status in ("won", "lost"))
    return ScoreFacts(
        use_level=level,
        use_change=change,
        engagement=engagement,
        satisfaction=_satisfaction(conn, ids, day),
        years=_years(conn, ids, day),
        won=won,
        lost=lost,
        burden=_burden(ids, _stored_signals(conn, ids, day) if signals is None else signals),
    )


def _only(column: sa.ColumnElement[int], ids: Ints) -> sa.ColumnElement[bool]:
    """For a few accounts the query asks for these alone; for many it reads all and what is not ours is left out."""
    return column.in_(ids.tolist()) if len(ids) <= FEW else sa.true()


def _placed(ids: Ints, rows: Any, *, missing: float = np.nan) -> Floats:
    """Numbers by id as an array along `ids`; ids that are not among them are left out."""
    found = np.full(len(ids), missing)
    if rows and len(ids):
        pairs = np.array([(number, value) for number, value in rows], dtype=np.float64)
        numbers = pairs[:, 0].astype(np.int64)
        place = np.minimum(np.searchsorted(ids, numbers), len(ids) - 1)
        ours = ids[place] == numbers
        found[place[ours]] = pairs[ours, 1]
    return found


def _use(conn: Connection, ids: Ints, day: int, weeks: UsageSpans | None) -> tuple[Floats, Floats]:
    """How much of the seats is in use, and the change of use; both from whole weeks that are over."""
    monday = number_of(usage.monday_of(day_of(day)))
    since = monday - 7 * (RECENT_WEEKS + EARLIER_WEEKS)
    if weeks is None:
        few = ids.tolist() if len(ids) <= FEW else None
        found = usage.spans(conn, usage.WEEK, since=since, until=monday - 7, account_ids=few)
    else:
        found = usage.within(weeks, since=since, until=monday - 7)
    place = np.searchsorted(ids, found.account_id)
    ours = np.isin(found.account_id, ids)
    recent = found.start >= monday - 7 * RECENT_WEEKS

    def total(values: Floats, which: Any) -> Floats:
        kept = which & ours & ~np.isnan(values)
        return np.bincount(place[kept], weights=values[kept], minlength=len(ids)).astype(np.float64)

    ones = np.ones(len(place))

    def changed(values: Floats) -> Floats:
        told = ~np.isnan(values)
        now_weeks, then_weeks = total(ones, recent & told), total(ones, ~recent & told)
        with np.errstate(divide="ignore", invalid="ignore"):
            now, then = total(values, recent) / now_weeks, total(values, ~recent) / then_weeks
            enough = (now_weeks >= LEAST_RECENT) & (then_weeks >= LEAST_EARLIER) & (then > 0)
            return np.where(enough, now / then - 1.0, np.nan)

    by_people, by_logins = changed(found.active_users), changed(found.logins)
    with np.errstate(divide="ignore", invalid="ignore"):
        people = total(found.active_users, recent) / total(found.active_days.astype(np.float64), recent)
        seats = np.full(len(ids), np.nan)
        paid = ours & ~np.isnan(found.seats) & (found.seats > 0)
        seats[place[paid]] = found.seats[paid]
        level = people / seats
    return level, np.where(np.isnan(by_people), by_logins, by_people)


def _satisfaction(conn: Connection, ids: Ints, day: int) -> Floats:
    query = (
        sa.select(SATISFACTION.c.account_id, sa.func.avg(SATISFACTION.c.share))
        .where(SATISFACTION.c.day.between(day - SATISFACTION_DAYS, day), _only(SATISFACTION.c.account_id, ids))
        .group_by(SATISFACTION.c.account_id)
    )
    return _placed(ids, conn.execute(query).all())


def _years(conn: Connection, ids: Ints, day: int) -> Floats:
    query = sa.select(_record.c.id, _record.c.created_on).where(
        _record.c.kind == RecordKind.ACCOUNT.value, _only(_record.c.id, ids)
    )
    rows = [(number, (day - number_of(created)) / DAYS_PER_YEAR) for number, created in conn.execute(query)]
    return _placed(ids, rows)


def _closed(conn: Connection, ids: Ints, day: int, status: str) -> Floats:
    account = _record.alias("account")
    until = day_of(day)
    query = (
        sa.select(account.c.id, sa.func.count())
        .join_from(account, _record, _record.c.account_guid == account.c.guid)
        .where(
            account.c.kind == RecordKind.ACCOUNT.value,
            _record.c.kind == RecordKind.OPPORTUNITY.value,
            _record.c.status == status,
            _record.c.closed_on.between(until - timedelta(days=OUTCOME_DAYS), until),
            _only(account.c.id, ids),
        )
        .group_by(account.c.id)
    )
    return _placed(ids, conn.execute(query).all(), missing=0.0)


def _stored_signals(conn: Connection, ids: Ints, day: int) -> list[Any]:
    """Signals that were open at the end of the day."""
    over = datetime.combine(day_of(day) + timedelta(days=1), datetime.min.time(), UTC)
    query = sa.select(_signal.c.account_id, _signal.c.detector, _signal.c.strength).where(
        _signal.c.account_id.is_not(None),
        _only(_signal.c.account_id, ids),
        _signal.c.first_seen <= day,
        sa.or_(_signal.c.ended_at.is_(None), _signal.c.ended_at >= over),
    )
    return list(conn.execute(query).all())


def _burden(ids: Ints, signals: Iterable[Any]) -> dict[Group, Floats]:
    """Strengths of signals taken together, by group."""
    known = set(ids.tolist())
    rows = [row for row in signals if row[0] in known and row[1] in GROUP_OF]
    found: dict[Group, Floats] = {}
    for group in Group:
        ours = [(number, strength) for number, detector, strength in rows if GROUP_OF[detector] is group]
        place = np.searchsorted(ids, np.array([number for number, _ in ours], dtype=np.int64))
        strengths = np.array([strength for _, strength in ours], dtype=np.float64)
        found[group] = combined(place, strengths, count=len(ids))
    return found
