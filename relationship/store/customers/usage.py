"""Use of the product by account: days as they were told, and their sums by week and month.

`add_up` keeps the sums in line with the days; whoever writes days calls it in the same transaction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy import Connection

from relationship.clock import day_of, number_of
from relationship.store.chunks import in_chunks
from relationship.store.customers.customer_tables import USAGE_DAY, USAGE_SPAN

WEEK, MONTH = "week", "month"
FIGURES = ("active_users", "logins", "features_used", "premium_features", "seats")
_SUMMED = ("days", "active_users", "active_days", "logins", "features_used", "premium_features", "seats")


@dataclass(frozen=True, slots=True)
class UsageFigures:
    """One day of one account; None where it was not told. See `customer_tables.UsageDay`."""

    day: int
    active_users: int | None
    logins: int | None
    features_used: int | None
    premium_features: int | None
    seats: int | None


@dataclass(frozen=True, slots=True)
class UsageSpans:
    """Sums of many accounts as arrays of one length, by account, then by start.

    account_id, start   whole numbers; start: the day number of a Monday or of the first of a month
    days, active_days   whole numbers; the other arrays are floats, nan where nothing was told
    active_users        sum over its days: divided by active_days it is the mean of a day
    logins              sum; features_used, premium_features, seats: the most on one day
    last_login_day      nan without any
    """

    account_id: NDArray[np.int64]
    start: NDArray[np.int64]
    days: NDArray[np.int64]
    active_users: NDArray[np.float64]
    active_days: NDArray[np.int64]
    logins: NDArray[np.float64]
    features_used: NDArray[np.float64]
    premium_features: NDArray[np.float64]
    seats: NDArray[np.float64]
    last_login_day: NDArray[np.float64]


def days_of(conn: Connection, account_id: int, *, since: int, until: int) -> list[UsageFigures]:
    """The days of one account from `since` to `until`, both included, oldest first."""
    query = (
        sa.select(USAGE_DAY.c.day, *(USAGE_DAY.c[name] for name in FIGURES))
        .where(USAGE_DAY.c.account_id == account_id, USAGE_DAY.c.day.between(since, until))
        .order_by(USAGE_DAY.c.day)
    )
    return [UsageFigures(*row) for row in conn.execute(query)]


def spans(
    conn: Connection, span: str, *, since: int, until: int, account_ids: Sequence[int] | None = None
) -> UsageSpans:
    """The weeks or months that start from `since` to `until`; account_ids: None for all accounts.

    A span that is not over yet is there with the days it has.
    """
    names = ("account_id", "start", *_SUMMED, "last_login_day")
    query = (
        sa.select(*(USAGE_SPAN.c[name] for name in names))
        .where(USAGE_SPAN.c.span == span, USAGE_SPAN.c.start.between(since, until))
        .order_by(USAGE_SPAN.c.account_id, USAGE_SPAN.c.start)
    )
    rows: list[Any] = []
    if account_ids is None:
        rows += conn.execute(query).all()
    else:
        for chunk in in_chunks(sorted(account_ids)):
            rows += conn.execute(query.where(USAGE_SPAN.c.account_id.in_(chunk))).all()
    columns = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(names, ())
    whole = {name: np.array(columns[name], dtype=np.int64) for name in ("account_id", "start", "days", "active_days")}
    told = {name: np.array(columns[name], dtype=np.float64) for name in names if name not in whole}
    return UsageSpans(
        account_id=whole["account_id"],
        start=whole["start"],
        days=whole["days"],
        active_users=told["active_users"],
        active_days=whole["active_days"],
        logins=told["logins"],
        features_used=told["features_used"],
        premium_features=told["premium_features"],
        seats=told["seats"],
        last_login_day=told["last_login_day"],
    )


def within(found: UsageSpans, *, since: int, until: int) -> UsageSpans:
    """Those that start from `since` to `until`."""
    rows = (found.start >= since) & (found.start <= until)
    return UsageSpans(*(getattr(found, name)[rows] for name in UsageSpans.__slots__))


def last_days(conn: Connection) -> dict[int, int]:
    """The last day with any figure, by account: how fresh the use of an account is."""
    query = sa.select(USAGE_DAY.c.account_id, sa.func.max(USAGE_DAY.c.day)).group_by(USAGE_DAY.c.account_id)
    return dict(conn.execute(query).all())


def add_up(conn: Connection, touched: sa.FromClause) -> None:
    """Work out the sums of all weeks and months in which `touched` (account_id, day) has a day.

    touched  a table of this transaction; its rows need not be single
    """
    _name_days(conn, touched)
    calendar = sa.table("usage_calendar", sa.column("day"), sa.column("week"), sa.column("month"))
    for span, start in ((WEEK, calendar.c.week), (MONTH, calendar.c.month)):
        hit = (
            sa.select(touched.c.account_id, start.label("start"))
            .join_from(touched, calendar, calendar.c.day == touched.c.day)
            .distinct()
            .cte(f"hit_{span}")
        )
        _sum(conn, span, hit, calendar, start)


def _sum(conn: Connection, span: str, hit: sa.CTE, calendar: Any, start: Any) -> None:
    gone = sa.delete(USAGE_SPAN).where(
        USAGE_SPAN.c.span == span,
        sa.tuple_(USAGE_SPAN.c.account_id, USAGE_SPAN.c.start).in_(sa.select(hit.c.account_id, hit.c.start)),
    )
    conn.execute(gone)
    summed = (
        sa.select(
            hit.c.account_id,
            sa.literal(span),
            hit.c.start,
            sa.func.count(),
            sa.func.sum(USAGE_DAY.c.active_users),
            sa.func.count(USAGE_DAY.c.active_users),
            sa.func.sum(USAGE_DAY.c.logins),
            sa.func.max(USAGE_DAY.c.features_used),
            sa.func.max(USAGE_DAY.c.premium_features),
            sa.func.max(USAGE_DAY.c.seats),
            sa.func.max(sa.case((USAGE_DAY.c.logins > 0, USAGE_DAY.c.day))),
        )
        .join_from(hit, calendar, start == hit.c.start)
        .join(USAGE_DAY, sa.and_(USAGE_DAY.c.account_id == hit.c.account_id, USAGE_DAY.c.day == calendar.c.day))
        .group_by(hit.c.account_id, hit.c.start)
    )
    conn.execute(sa.insert(USAGE_SPAN).from_select(["account_id", "span", "start", *_SUMMED, "last_login_day"], summed))


def _name_days(conn: Connection, touched: sa.FromClause) -> None:
    """A calendar of all days in the weeks and months of the touched ones."""
    first, last = conn.execute(sa.select(sa.func.min(touched.c.day), sa.func.max(touched.c.day))).one()
    conn.exec_driver_sql("DROP TABLE IF EXISTS usage_calendar")
    conn.exec_driver_sql(
        "CREATE TEMPORARY TABLE usage_calendar (day INTEGER PRIMARY KEY, week INTEGER NOT NULL, month INTEGER NOT NULL)"
    )
    if first is None:
        return
    calendar = sa.table("usage_calendar", sa.column("day"), sa.column("week"), sa.column("month"))
    conn.execute(sa.insert(calendar), list(_calendar(day_of(first), day_of(last))))


def _calendar(first: date, last: date) -> Iterable[dict[str, int]]:
    """Every day from the first of the month and week of `first` to the end of those of `last`."""
    begin = min(monday_of(first), first.replace(day=1))
    end = last + timedelta(days=31)
    for number in range(number_of(begin), number_of(end) + 1):
        day = day_of(number)
        yield {"day": number, "week": number_of(monday_of(day)), "month": number_of(day.replace(day=1))}


def monday_of(day: date) -> date:
    """The Monday of the week.

    >>> monday_of(date(2026, 6, 17))
    datetime.date(2026, 6, 15)
    """
    return day - timedelta(days=day.weekday())
