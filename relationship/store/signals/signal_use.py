"""The use of the product as detectors take it: whole months and regular log-ins of many accounts as arrays."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.clock import day_of, number_of
from relationship.signals.facts import MONTHS, WEEKS_BEFORE_LAST_LOGIN, Bools, Floats, Ints, Use
from relationship.store.crm.record_tables import Record
from relationship.store.customers import usage
from relationship.store.customers.customer_tables import USAGE_DAY, USAGE_SPAN
from relationship.store.customers.usage import UsageSpans
from relationship.store.signals.signal_places import among, is_few, places
from relationship.store.tables import table

# Weeks in which the last log-in and those before it are looked for.
_WEEKS = 32
# From so many told days a week on, a day that is not told is a gap in the data and not a day without use.
_EVERY_DAY = 6.5

_record = table(Record)


@dataclass(frozen=True, slots=True, eq=False)
class UseOf:
    """broken: nothing came for longer than it should; missing: nothing ever came."""

    use: Use
    broken: Bools
    missing: Bools


def use_of(
    conn: Connection,
    ids: Ints,
    *,
    today: int,
    stale_days: int,
    months: UsageSpans | None = None,
    weeks: UsageSpans | None = None,
) -> UseOf:
    """The use of these accounts (ids ascending) up to today; months, weeks: more than enough of them, read already.

    Where files leave days without use out, an account that is not named is not in use as long as news of others
    comes; where they name every day, an account of which nothing comes is broken.
    """
    starts = np.array(_months_before(day_of(today)), dtype=np.int64)
    since, until = int(starts[0]), int(starts[-1])
    if months is None:
        few = ids.tolist() if is_few(ids) else None
        months = usage.spans(conn, usage.MONTH, since=since, until=until, account_ids=few)
    else:
        months = usage.within(months, since=since, until=until)
    last, newest = _last_days(conn, ids, today)
    every_day = _names_every_day(conn, today)
    known = ~np.isnan(last)
    late = known & (today - np.nan_to_num(last, nan=0.0) > stale_days)
    broken = late & (every_day or bool(today - newest > stale_days))
    if weeks is None:
        last_login, login_weeks = _log_ins(conn, ids, today)
    else:
        last_login, login_weeks = _log_ins_among(weeks, ids, today)
    figures = _matrices(months, ids, starts, every_day=every_day)
    found = Use(start=starts, last_login=last_login, login_weeks=login_weeks, **figures)
    return UseOf(found, broken, ~known)


def _months_before(today: date) -> list[int]:
    """The first days of the last whole months, oldest first."""
    found: list[int] = []
    first = today.replace(day=1)
    for _ in range(MONTHS):
        first = (first - timedelta(days=1)).replace(day=1)
        found.append(number_of(first))
    return found[::-1]


def _last_days(conn: Connection, ids: Ints, today: int) -> tuple[Floats, float]:
    """The last day with figures of each, nan without; and of all accounts, whichever are looked at."""
    day = (
        sa.select(sa.func.max(USAGE_DAY.c.day))
        .where(USAGE_DAY.c.account_id == _record.c.id, USAGE_DAY.c.day <= today)
        .scalar_subquery()
    )
    rows = conn.execute(sa.select(_record.c.id, day).where(_record.c.kind == "account")).all()
    known = {number: day for number, day in rows if day is not None}
    last = np.array([known.get(number, np.nan) for number in ids.tolist()], dtype=np.float64)
    return last, max(known.values(), default=np.nan)


def _names_every_day(conn: Connection, today: int) -> bool:
    """Whether files name days without use too: a week told has no log-in, or nearly every day of a week is told."""
    week, days = USAGE_SPAN.c, USAGE_SPAN.c.days
    query = sa.select(
        sa.func.max(sa.case((sa.and_(week.logins == 0, days > 0), 1), else_=0)),
        sa.func.avg(sa.case((week.start + 7 <= today, days * 1.0))),
    ).where(_lately(today))
    has_zero, mean_days = conn.execute(query).one()
    return mean_days is None or bool(has_zero) or float(mean_days) >= _EVERY_DAY


def _lately(today: int) -> sa.ColumnElement[bool]:
    week = USAGE_SPAN.c
    return sa.and_(week.span == usage.WEEK, week.start.between(today - 7 * _WEEKS, today))


def _log_ins(conn: Connection, ids: Ints, today: int) -> tuple[Floats, Ints]:
    """The last log-in of each account, nan without any, and in how many of the weeks up to it somebody came in."""
    week = USAGE_SPAN.c
    told = sa.and_(_lately(today), week.last_login_day.is_not(None), among(week.account_id, ids))
    last = (
        sa.select(week.account_id, sa.func.max(week.last_login_day).label("day"))
        .where(told)
        .group_by(week.account_id)
        .subquery()
    )
    query = (
        sa.select(last.c.account_id, last.c.day, sa.func.count())
        .join_from(USAGE_SPAN, last, last.c.account_id == week.account_id)
        .where(told, week.start > last.c.day - 7 * WEEKS_BEFORE_LAST_LOGIN)
        .group_by(last.c.account_id, last.c.day)
    )
    rows = np.array([tuple(row) for row in conn.execute(query)], dtype=np.int64).reshape(-1, 3)
    place, there = places(ids, rows[:, 0])
    days, weeks = np.full(len(ids), np.nan), np.zeros(len(ids), dtype=np.int64)
    days[place[there]], weeks[place[there]] = rows[there, 1], rows[there, 2]
    return days, weeks


def _log_ins_among(weeks: UsageSpans, ids: Ints, today: int) -> tuple[Floats, Ints]:
    """The same from weeks that were read already, all of them over by today."""
    place, there = places(ids, weeks.account_id)
    told = there & (weeks.start >= today - 7 * _WEEKS) & (weeks.start <= today) & ~np.isnan(weeks.last_login_day)
    row, start = place[told], weeks.start[told]
    days = np.full(len(ids), np.nan)
    np.fmax.at(days, row, weeks.last_login_day[told])
    counted = row[start > days[row] - 7 * WEEKS_BEFORE_LAST_LOGIN]
    return days, np.bincount(counted, minlength=len(ids)).astype(np.int64)


def _matrices(months: UsageSpans, ids: Ints, starts: Ints, *, every_day: bool) -> dict[str, Floats]:
    place, there = places(ids, months.account_id)
    column = np.minimum(np.searchsorted(starts, months.start), len(starts) - 1)
    row, column = place[there], column[there]
    length = np.diff(np.append(starts, _following(int(starts[-1]))))[column].astype(np.float64)
    days, active_days = months.days[there].astype(np.float64), months.active_days[there].astype(np.float64)
    # A month of which half is not told is not told.
    enough = days * 2 >= length if every_day else np.ones(len(row), dtype=np.bool_)
    told_days = np.maximum(days if every_day else length, 1)
    told_active = np.maximum(active_days if every_day else length, 1)
    figures = {
        "logins": months.logins[there] / told_days,
        "active_users": months.active_users[there] / told_active,
        "features_used": months.features_used[there],
        "premium_features": months.premium_features[there],
        "seats": months.seats[there],
    }
    found: dict[str, Floats] = {}
    for name, values in figures.items():
        matrix = np.full((len(ids), len(starts)), np.nan)
        matrix[row, column] = np.where(enough, values, np.nan)
        found[name] = matrix
    if not every_day:
        for name in ("logins", "active_users"):
            found[name] = _quiet_is_zero(found[name])
    return found


def _quiet_is_zero(matrix: Floats) -> Floats:
    """Months without a figure are months without use, from the first with one on."""
    begun = np.cumsum(~np.isnan(matrix), axis=1) > 0
    return np.where(np.isnan(matrix) & begun, 0.0, matrix)


def _following(start: int) -> int:
    return number_of((day_of(start) + timedelta(days=32)).replace(day=1))
