"""The ledger of announced changes of ratings and trends, and what was last announced of each record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.health.changes import Announced
from relationship.health.contact_days import Ints
from relationship.health.score import BANDS, NO_BAND
from relationship.health.trend import NO_TREND, TRENDS
from relationship.store import tables
from relationship.store.activities.activity_tables import ContactDay
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Record
from relationship.store.privacy.excluded_names import left_out_by_name
from relationship.store.ratings.rating_change_tables import ANNOUNCED, RATING_CHANGE, AnnouncedRating, RatingChange
from relationship.store.reading.reading_scope import Scope, may_be_read
from relationship.store.upsert import Columns, upsert_columns

_record = tables.table(Record)
_day = tables.table(ContactDay)


@dataclass(frozen=True, slots=True)
class Change:
    """One announced change; see `rating_change_tables.RatingChange`. kinds: of the activities behind it."""

    id: int
    kind: RecordKind
    guid: str
    name: str
    owner_guid: str | None
    day: int
    noted_at: datetime
    what: str
    before: str
    after: str
    score_before: int
    score_after: int
    cause: str
    kinds: tuple[str, ...]
    rules_version: int


@dataclass(frozen=True, slots=True, eq=False)
class Last:
    """What was last announced of n records, with the score at that time; -1 for nothing yet. Shape (n,)."""

    said: Announced
    score: Ints
    trend_score: Ints


def last_announced(conn: Connection, record_ids: Ints, *, everything: bool) -> Last:
    """What was last announced of these records (ascending); everything: they are all there are."""
    columns = ANNOUNCED.c
    band = sa.case({band.value: code for code, band in enumerate(BANDS)}, value=columns.rating, else_=NO_BAND)
    trend = sa.case({trend.value: code for code, trend in enumerate(TRENDS)}, value=columns.trend, else_=NO_TREND)
    query = sa.select(columns.record_id, band, trend, columns.score, sa.func.coalesce(columns.trend_score, -1))
    if everything:
        rows = _rows(conn, query)
    else:
        chunks = [_rows(conn, query.where(columns.record_id.in_(chunk))) for chunk in in_chunks(record_ids.tolist())]
        rows = np.concatenate(chunks) if chunks else np.empty((0, 5), dtype=np.int64)
    found = np.full((4, len(record_ids)), -1, dtype=np.int64)
    place = np.searchsorted(record_ids, rows[:, 0])
    here = (place < len(record_ids)) & (record_ids[np.minimum(place, len(record_ids) - 1)] == rows[:, 0])
    found[:, place[here]] = rows[here, 1:].T
    return Last(Announced(found[0], found[1]), found[2], found[3])


def _rows(conn: Connection, query: sa.Select[Any]) -> Ints:
    cursor: Any = conn.execute(query).cursor
    return np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 5)


def announce(conn: Connection, columns: Columns) -> None:
    """Remember what is announced now (columns of `AnnouncedRating`)."""
    upsert_columns(conn, AnnouncedRating, columns, key=["record_id"])


def add(conn: Connection, columns: Columns) -> None:
    """Write changes into the ledger (columns of `RatingChange` but for the id)."""
    upsert_columns(conn, RatingChange, columns, key=["id"], keep=list(columns))


def forget(conn: Connection, record_ids: Sequence[int]) -> None:
    """Nothing is kept of these records any more, so nothing is kept of what became of their ratings either."""
    for chunk in in_chunks(record_ids):
        for target in (RATING_CHANGE, ANNOUNCED):
            conn.execute(sa.delete(target).where(target.c.record_id.in_(chunk)))


def forget_the_empty(conn: Connection) -> None:
    """The same for all records without a contact day."""
    for target in (RATING_CHANGE, ANNOUNCED):
        kept = sa.select(sa.literal(1)).where(_day.c.record_id == target.c.record_id)
        conn.execute(sa.delete(target).where(~kept.exists()))


def begin_anew(conn: Connection) -> None:
    """The next rating of every record is its first: while health was switched off nothing was followed."""
    conn.execute(sa.delete(ANNOUNCED))


def latest_id(conn: Connection) -> int:
    """The id of the latest change ever noted, 0 before the first."""
    return conn.scalar(sa.select(sa.func.max(RATING_CHANGE.c.id))) or 0


def after(conn: Connection, last_id: int, *, limit: int) -> list[Change]:
    """The changes after one, oldest first: for whoever acts on each once. Records that are left out are not in it."""
    return _changes(conn, _readable().where(RATING_CHANGE.c.id > last_id).order_by(RATING_CHANGE.c.id).limit(limit))


def of_record(conn: Connection, record_id: int, *, limit: int, before: int | None = None) -> list[Change]:
    """The changes of one record, newest first; before: only those with a smaller id."""
    return _changes(conn, _newest(before, limit).where(RATING_CHANGE.c.record_id == record_id))


def of_records(conn: Connection, record_ids: Sequence[int], *, since: int, limit: int) -> list[Change]:
    """The changes of these records from a day number on, newest first."""
    query = _newest(None, limit).where(RATING_CHANGE.c.record_id.in_(record_ids), RATING_CHANGE.c.day >= since)
    return _changes(conn, query)


def page(
    conn: Connection,
    *,
    scope: Scope,
    limit: int,
    before: int | None = None,
    kind: RecordKind | None = None,
    what: str | None = None,
) -> list[Change]:
    """The changes of all records that may be read, newest first; before: only those with a smaller id."""
    query = _newest(before, limit).where(
        sa.or_(*(sa.and_(_record.c.kind == one.value, may_be_read(scope, one)) for one in RecordKind))
    )
    if kind is not None:
        query = query.where(_record.c.kind == kind.value)
    if what is not None:
        query = query.where(RATING_CHANGE.c.what == what)
    return _changes(conn, query)


def _newest(before: int | None, limit: int) -> sa.Select[Any]:
    query = _readable().order_by(RATING_CHANGE.c.id.desc()).limit(limit)
    return query if before is None else query.where(RATING_CHANGE.c.id < before)


def _readable() -> sa.Select[Any]:
    c, r = RATING_CHANGE.c, _record.c
    return (
        sa.select(
            c.id, r.kind, r.guid, r.name, r.owner_guid, c.day, c.noted_at, c.what, c.before, c.after,
            c.score_before, c.score_after, c.cause, c.kinds, c.rules_version,
        )
        .select_from(RATING_CHANGE.join(_record, _record.c.id == c.record_id))
        .where(sa.not_(left_out_by_name(r.kind, r.guid)))
    )  # fmt: skip


def _changes(conn: Connection, query: sa.Select[Any]) -> list[Change]:
    return [_change(row) for row in conn.execute(query)]


def _change(row: Any) -> Change:
    number, kind, *rest, kinds, version = row
    fields: list[Any] = [*rest, tuple(kinds.split()), version]
    return Change(number, RecordKind(kind), *fields)
