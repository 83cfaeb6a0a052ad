"""The basis of every rating: packed contact days and what else no rule decides. New rules read only this."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.health.contact_days import NO_DAY, Bools, ContactDays, Ints
from relationship.store.chunks import in_chunks
from relationship.store.ratings.rating_tables import BASIS, ROUND, RatingBasis, RatingRound
from relationship.store.upsert import upsert

# A packed contact day is one little-endian number of 32 bits: kind (2 bits), day moved to be positive (28),
# whether it has an activity from us (1) and from them (1). In the order of kind and day they are ascending.
_PACKED = np.dtype("<u4")
_DAY_OFFSET = 1 << 27
_DAY_MASK = (1 << 28) - 1

_COLUMNS = (
    BASIS.c.record_id,
    BASIS.c.created,
    BASIS.c.closed,
    sa.func.coalesce(BASIS.c.closed_day, sa.literal_column(str(NO_DAY))),
    BASIS.c.degraded,
    BASIS.c.days,
)


@dataclass(frozen=True, slots=True)
class Round:
    """What the stored ratings are for; see `rating_tables.RatingRound`."""

    stamp: int
    as_of: int
    window_began: int
    rules_version: int


@dataclass(frozen=True, slots=True, eq=False)
class Bases:
    """Of n records, by ascending id. closed_day: NO_DAY without one; packed: the contact days of each."""

    record_ids: Ints
    created: Ints
    closed: Bools
    closed_day: Ints
    degraded: Bools
    packed: list[bytes]

    def take(self, places: Ints) -> "Bases":
        return Bases(
            self.record_ids[places],
            self.created[places],
            self.closed[places],
            self.closed_day[places],
            self.degraded[places],
            [self.packed[place] for place in places.tolist()],
        )

    def rated_on(self, as_of: int) -> Ints:
        """The day number that each record is rated for on a day."""
        never = np.iinfo(np.int64).max
        return np.minimum(as_of, np.where(self.closed & (self.closed_day != NO_DAY), self.closed_day, never))


def round_of(conn: Connection) -> Round | None:
    """The latest round; None before the first."""
    columns = ROUND.c
    row = conn.execute(
        sa.select(columns.stamp, columns.as_of, columns.window_began, columns.rules_version)
    ).one_or_none()
    return Round(*row) if row else None


def save_round(conn: Connection, found: Round) -> None:
    row = {
        "id": 1,
        "stamp": found.stamp,
        "as_of": found.as_of,
        "window_began": found.window_began,
        "rules_version": found.rules_version,
    }
    upsert(conn, RatingRound, [row], key=["id"])


def load(conn: Connection, *, after_stamp: int = -1) -> Bases:
    """The basis of every record, or of those that rounds after a stamp wrote."""
    query = sa.select(*_COLUMNS).order_by(BASIS.c.record_id)
    if after_stamp >= 0:
        query = query.where(BASIS.c.stamp > after_stamp)
    return _bases(_raw(conn, query))


def of_records(conn: Connection, record_ids: Sequence[int]) -> Bases:
    """The basis of these records (ascending), of those that have one."""
    rows: list[Any] = []
    for chunk in in_chunks(record_ids):
        rows += _raw(conn, sa.select(*_COLUMNS).where(BASIS.c.record_id.in_(chunk)).order_by(BASIS.c.record_id))
    return _bases(rows)


def count(conn: Connection) -> int:
    return int(conn.execute(sa.select(sa.func.count(BASIS.c.stamp))).scalar_one())


def missing(conn: Connection) -> list[int]:
    """Records that have no basis yet."""
    return list(
        conn.exec_driver_sql(
            "SELECT r.id FROM record r WHERE NOT EXISTS (SELECT 1 FROM rating_basis b WHERE b.record_id = r.id)"
        ).scalars()
    )


def marked_degraded(conn: Connection) -> frozenset[int]:
    """The records that were last rated under the warning of a broken source."""
    return frozenset(conn.scalars(sa.select(BASIS.c.record_id).where(BASIS.c.degraded)))


def save(conn: Connection, found: Bases, *, stamp: int) -> None:
    """Keep the basis of these records, written by the round `stamp`."""
    columns: Iterable[Any] = zip(
        found.record_ids.tolist(),
        found.created.tolist(),
        found.closed.tolist(),
        found.closed_day.tolist(),
        found.degraded.tolist(),
        found.packed,
        strict=True,
    )
    rows = [
        {
            "record_id": number,
            "stamp": stamp,
            "created": created,
            "closed": closed,
            "closed_day": None if closed_day == NO_DAY else closed_day,
            "degraded": degraded,
            "days": days,
        }
        for number, created, closed, closed_day, degraded, days in columns
    ]
    for chunk in in_chunks(rows, 20_000):
        upsert(conn, RatingBasis, chunk, key=["record_id"])


def pack(days: ContactDays, *, records: int) -> list[bytes]:
    """The contact days of each of n records as bytes; how many activities a day had is left out.

    >>> days = ContactDays.of_record([("email", 20621, 2, 0)])
    >>> unpack(pack(days, records=1)).day.tolist()
    [20621]
    """
    number = (
        (days.kind.astype(np.uint32) << 30)
        | ((days.day.astype(np.int64) + _DAY_OFFSET).astype(np.uint32) << 2)
        | ((days.ours > 0).astype(np.uint32) << 1)
        | (days.theirs > 0)
    )
    body = number.astype(_PACKED).tobytes()
    ends = (np.searchsorted(days.record, np.arange(records + 1)) * _PACKED.itemsize).tolist()
    return [body[start:end] for start, end in pairwise(ends)]


def unpack(packed: Sequence[bytes]) -> ContactDays:
    """The contact days of the records in this order, each with 0 or 1 for whether there was an activity."""
    lengths = np.fromiter(map(len, packed), dtype=np.int64, count=len(packed)) // _PACKED.itemsize
    number = np.frombuffer(b"".join(packed), dtype=_PACKED)
    return ContactDays(
        record=np.repeat(np.arange(len(packed)), lengths),
        kind=(number >> 30).astype(np.int8),
        day=((number >> 2) & _DAY_MASK).astype(np.int32) - _DAY_OFFSET,
        ours=(number >> 1 & 1).astype(np.int8),
        theirs=(number & 1).astype(np.int8),
    )


def difference(before: Sequence[bytes], after: Sequence[bytes]) -> tuple[ContactDays, ContactDays]:
    """What came to the contact days of n records and what went, each with the side that it is about.

    >>> came, went = difference([b""], pack(ContactDays.of_record([("email", 20621, 2, 0)]), records=1))
    >>> came.day.tolist(), came.ours.tolist(), len(went)
    ([20621], [1], 0)
    """
    old, new = _marks(unpack(before)), _marks(unpack(after))
    return _unmarked(np.setdiff1d(new, old)), _unmarked(np.setdiff1d(old, new))


def _marks(days: ContactDays) -> Ints:
    """One number per contact day and side: record, kind, day moved to be positive, side."""
    kind_and_day = days.kind.astype(np.int64) << 28 | days.day.astype(np.int64) + _DAY_OFFSET
    marks = (days.record.astype(np.int64) << 30 | kind_and_day) << 1
    return np.concatenate([marks[days.ours > 0], marks[days.theirs > 0] | 1])


def _unmarked(marks: Ints) -> ContactDays:
    return ContactDays(
        record=marks >> 31,
        kind=marks >> 29 & 3,
        day=(marks >> 1 & _DAY_MASK) - _DAY_OFFSET,
        ours=1 - (marks & 1),
        theirs=marks & 1,
    )


def _raw(conn: Connection, query: sa.Select[Any]) -> list[Any]:
    # Straight from the driver: the values need no conversion, and there may be a hundred thousand rows.
    cursor: Any = conn.execute(query).cursor
    rows: list[Any] = cursor.fetchall()
    return rows


def _bases(rows: list[Any]) -> Bases:
    head = np.array([(row[0], row[1], row[2], row[3], row[4]) for row in rows], dtype=np.int64).reshape(-1, 5)
    return Bases(
        record_ids=head[:, 0],
        created=head[:, 1],
        closed=head[:, 2].astype(np.bool_),
        closed_day=head[:, 3],
        degraded=head[:, 4].astype(np.bool_),
        packed=[row[5] for row in rows],
    )
