"""Named queries of opportunities that resemble one and were won or lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import Kind, RecordKind, Status
from relationship.clock import number_of
from relationship.health.kpis.deals import PERIOD_DAYS, SIZE_FACTOR, Deal, period
from relationship.store.activities.activity_tables import RecordActivity
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Record
from relationship.store.privacy.excluded_names import left_out_by_name
from relationship.store.reading.reading_record import RatedRecord
from relationship.store.tables import table

# The latest so many of either group: enough for a median, and what a page can wait for.
MOST_SIMILAR = 100

_record = table(Record)
_link = table(RecordActivity)


@dataclass(frozen=True, slots=True)
class Likeness:
    """What similar opportunities share with one; None for what is not asked.

    least, most: their value, in the currency
    """

    segment: str | None = None
    currency: str | None = None
    least: float | None = None
    most: float | None = None


def likeness(found: RatedRecord) -> Likeness:
    """What is asked of opportunities to resemble this one: its segment and its size, as far as it has them."""
    segment = found.segment or None
    if not found.value or found.value < 0:
        return Likeness(segment)
    return Likeness(segment, found.currency, found.value / SIZE_FACTOR, found.value * SIZE_FACTOR)


@dataclass(frozen=True, slots=True)
class Lifetime:
    """An opportunity from the day it was made until it was closed (an open one: until today); day numbers."""

    record_id: int
    created: int
    until: int

    @property
    def days(self) -> int:
        return period(self.created, self.until)


def closed(
    conn: Connection, found: RatedRecord, like: Likeness, status: str, *, until: date, read_from: date | None
) -> list[Lifetime]:
    """The latest similar opportunities that were won (or lost) by a day, without the one itself.

    read_from  the first day whose activities are kept, None for all: only those whose whole period was read

    None of what is left out.
    """
    r = _record.c
    query = sa.select(r.id, r.created_on, r.closed_on).where(
        r.kind == RecordKind.OPPORTUNITY.value,
        r.status == status,
        r.closed_on <= until,
        r.id != found.id,
        ~left_out_by_name(r.kind, r.guid),
    )
    if read_from is not None:
        query = query.where(r.closed_on >= read_from + timedelta(days=PERIOD_DAYS - 1))
    if like.segment is not None:
        query = query.where(r.segment == like.segment)
    if like.currency is not None:
        query = query.where(r.currency == like.currency, r.value.between(like.least, like.most))
    rows = conn.execute(query.order_by(r.closed_on.desc(), r.id.desc()).limit(MOST_SIMILAR))
    return [Lifetime(number, number_of(created_on), number_of(closed_on)) for number, created_on, closed_on in rows]


def deals(conn: Connection, lifetimes: Sequence[Lifetime]) -> list[Deal]:
    """What took place on each of these opportunities in its period, in the same order."""
    periods = {one.record_id: (one.until - one.days + 1, one.until) for one in lifetimes}
    counts = _counts(conn, periods)
    return [_deal(one.days, counts.get(one.record_id, {})) for one in lifetimes]


def _deal(days: int, counts: dict[str, int]) -> Deal:
    return Deal(days, *(counts.get(kind.value, 0) for kind in (Kind.EMAIL, Kind.MEETING, Kind.CALL)))


def _counts(conn: Connection, periods: dict[int, tuple[int, int]]) -> dict[int, dict[str, int]]:
    """Activities by kind of each record within its own period (day numbers, both included)."""
    found: dict[int, dict[str, int]] = {}
    for chunk in in_chunks(list(periods), 400):
        asked = _periods([(number, *periods[number]) for number in chunk])
        query = (
            sa.select(asked.c.record_id, _link.c.kind, sa.func.count())
            .select_from(asked.join(_link, _link.c.record_id == asked.c.record_id))
            .where(_link.c.status == Status.DONE.value, _link.c.day.between(asked.c.since, asked.c.until))
            .group_by(asked.c.record_id, _link.c.kind)
        )
        rows: Any = conn.execute(query)
        for number, kind, count in rows:
            found.setdefault(number, {})[kind] = count
    return found


def _periods(rows: list[tuple[int, int, int]]) -> sa.CTE:
    """Records with their periods, as a table."""
    columns = [sa.column(name, sa.Integer) for name in ("record_id", "since", "until")]
    return sa.values(*columns, name="periods").data(rows).cte("asked")
