"""Named queries of opportunities that resemble one and were won or lost."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import Kind, RecordKind, Status
from relationship.clock import number_of
from relationship.health.kpis.deals import PERIOD_DAYS, SIZE_FACTOR, Deal, period
from relationship.store.chunks import in_chunks
from relationship.store.excluded_names import left_out_by_name
from relationship.store.reading_record import RatedRecord
from relationship.store.tables import Record, RecordActivity, table

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


def own_deal(conn: Connection, found: RatedRecord, until: int) -> Deal:
    """The opportunity itself, measured until a day (day number)."""
    days = period(number_of(found.created_on), until)
    counts = _counts(conn, [found.id], {found.id: (until - days + 1, until)})
    return _deal(days, counts.get(found.id, {}))


def closed_deals(conn: Connection, found: RatedRecord, like: Likeness, status: str, *, until: date) -> list[Deal]:
    """The latest similar opportunities that were won (or lost) by a day, without the one itself.

    Only those whose whole period was read, and none of what is left out.
    """
    r = _record.c
    query = sa.select(r.id, r.created_on, r.closed_on).where(
        r.kind == RecordKind.OPPORTUNITY.value,
        r.status == status,
        r.closed_on.is_not(None),
        r.closed_on <= until,
        r.id != found.id,
        ~left_out_by_name(r.kind, r.guid),
    )
    if found.read_from is not None:
        query = query.where(r.closed_on >= found.read_from + timedelta(days=PERIOD_DAYS - 1))
    if like.segment is not None:
        query = query.where(r.segment == like.segment)
    if like.currency is not None:
        query = query.where(r.currency == like.currency, r.value.between(like.least, like.most))
    closed = conn.execute(query.order_by(r.closed_on.desc(), r.id.desc()).limit(MOST_SIMILAR)).all()
    lengths = {number: period(number_of(made), number_of(ended)) for number, made, ended in closed}
    ends = {number: number_of(ended) for number, _, ended in closed}
    counts = _counts(conn, list(ends), {number: (ends[number] - lengths[number] + 1, ends[number]) for number in ends})
    return [_deal(lengths[number], counts.get(number, {})) for number in ends]


def _deal(days: int, counts: dict[str, int]) -> Deal:
    return Deal(days, *(counts.get(kind.value, 0) for kind in (Kind.EMAIL, Kind.MEETING, Kind.CALL)))


def _counts(conn: Connection, numbers: list[int], periods: dict[int, tuple[int, int]]) -> dict[int, dict[str, int]]:
    """Activities by kind of each record within its own period (day numbers, both included)."""
    found: dict[int, dict[str, int]] = {}
    for chunk in in_chunks(numbers, 400):
        asked = sa.values(
            sa.column("record_id", sa.Integer),
            sa.column("since", sa.Integer),
            sa.column("until", sa.Integer),
            name="asked",
        ).data([(number, *periods[number]) for number in chunk])
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
