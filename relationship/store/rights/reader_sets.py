"""The sets of records that people may read in the CRM: kept for some minutes, replaced row by row.

What differs from the set before is written, no more: a reading that found what was known writes one row.
Times are real ones. What is here decides nothing: `relationship/access.py` says how old a set may be.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind, RecordRef
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Record
from relationship.store.reading.reading_scope import KeptSet, Scope, may_be_read
from relationship.store.rights.rights_tables import (
    READER_RECORD,
    READER_SET,
    RIGHTS_CHANGE,
    ReaderRecord,
    ReaderSet,
    RightsChange,
)
from relationship.store.tables import table
from relationship.store.upsert import upsert, upsert_columns

_record = table(Record)

# Nobody's set counts for so long; what was not asked for again is cleared away.
KEPT_FOR = timedelta(days=1)


def sets_of(conn: Connection, reader_key: str, *, since: datetime) -> dict[RecordKind, KeptSet]:
    """The reader's sets that were read at `since` or later."""
    s = READER_SET.c
    overtaken = sa.exists().where(RIGHTS_CHANGE.c.at >= s.read_at)
    newcomers = sa.select(sa.func.coalesce(sa.func.max(_record.c.id), 0)).scalar_subquery() > s.up_to
    query = sa.select(s.kind, s.all_but, s.up_to, s.size, s.read_at, overtaken, newcomers).where(
        s.reader_key == reader_key, s.read_at >= since
    )
    found: dict[RecordKind, KeptSet] = {}
    for kind, all_but, up_to, size, read_at, is_overtaken, has_newcomers in conn.execute(query):
        found[RecordKind(kind)] = KeptSet(all_but, up_to, size, read_at, bool(is_overtaken), bool(has_newcomers))
    return found


def highest_id(conn: Connection) -> int:
    """Of all records that are kept, whatever their kind."""
    return conn.scalar(sa.select(sa.func.max(_record.c.id))) or 0


def ids_by_guid(conn: Connection, kind: RecordKind) -> dict[str, int]:
    """Every record of one kind that is kept."""
    query = sa.select(_record.c.guid, _record.c.id).where(_record.c.kind == kind.value)
    # Past the rows of SQLAlchemy: a hundred thousand of them keep every page of the process waiting.
    cursor: Any = conn.execute(query).cursor
    return dict(cursor.fetchall())


def replace(
    conn: Connection,
    reader_key: str,
    kind: RecordKind,
    *,
    readable: Collection[int],
    known: Collection[int],
    up_to: int,
    at: datetime,
) -> None:
    """Keep what the reader may read: the smaller side of it, the readable or the others.

    known   all ids of the kind when it was read
    up_to   the highest id of any record then
    at      when the reading began
    """
    may, all_ids = set(readable), set(known)
    others = all_ids - may
    all_but = len(others) < len(may)
    wanted = others if all_but else may
    before = conn.scalar(
        sa.select(READER_SET.c.all_but).where(READER_SET.c.reader_key == reader_key, READER_SET.c.kind == kind.value)
    )
    present = _ids(conn, reader_key, kind)
    if before is not None and bool(before) is not all_but:
        _drop(conn, reader_key, kind, present)
        present = set()
    _drop(conn, reader_key, kind, present - wanted)
    added = sorted(wanted - present)
    key = ("reader_key", "kind", "record_id")
    columns: dict[str, Sequence[Any]] = {
        "reader_key": [reader_key] * len(added),
        "kind": [kind.value] * len(added),
        "record_id": added,
    }
    upsert_columns(conn, ReaderRecord, columns, key=key, keep=key)
    row = {
        "reader_key": reader_key,
        "kind": kind.value,
        "all_but": all_but,
        "up_to": up_to,
        "size": len(wanted),
        "read_at": at,
    }
    upsert(conn, ReaderSet, [row], key=["reader_key", "kind"])


def within(conn: Connection, refs: Iterable[RecordRef], *, scope: Scope) -> frozenset[RecordRef]:
    """Which of some records lie inside the scope."""
    found: set[RecordRef] = set()
    wanted = list(refs)
    for kind in {ref.kind for ref in wanted}:
        guids = [ref.guid for ref in wanted if ref.kind is kind]
        query = sa.select(_record.c.guid).where(
            _record.c.kind == kind.value, _record.c.guid.in_(guids), may_be_read(scope, kind)
        )
        found |= {RecordRef(kind, guid) for guid in conn.scalars(query)}
    return frozenset(found)


def forget(conn: Connection, reader_key: str) -> None:
    """Everything that is kept of one reader."""
    for one in (READER_RECORD, READER_SET):
        conn.execute(sa.delete(one).where(one.c.reader_key == reader_key))


def clear(conn: Connection, *, now: datetime) -> None:
    """What nobody asked for any more."""
    old = sa.select(READER_SET.c.reader_key, READER_SET.c.kind).where(READER_SET.c.read_at < now - KEPT_FOR)
    conn.execute(sa.delete(READER_RECORD).where(sa.tuple_(READER_RECORD.c.reader_key, READER_RECORD.c.kind).in_(old)))
    conn.execute(sa.delete(READER_SET).where(READER_SET.c.read_at < now - KEPT_FOR))


def note_changes(conn: Connection, ids: Sequence[int], *, at: datetime) -> None:
    """Sets read before `at` do not hold for these records any more."""
    if not ids:
        return
    conn.execute(sa.delete(RIGHTS_CHANGE).where(RIGHTS_CHANGE.c.at < at - KEPT_FOR))
    upsert(conn, RightsChange, [{"record_id": number, "at": at} for number in ids], key=["record_id"])


def _ids(conn: Connection, reader_key: str, kind: RecordKind) -> set[int]:
    query = sa.select(READER_RECORD.c.record_id).where(
        READER_RECORD.c.reader_key == reader_key, READER_RECORD.c.kind == kind.value
    )
    cursor: Any = conn.execute(query).cursor
    return {number for (number,) in cursor.fetchall()}


def _drop(conn: Connection, reader_key: str, kind: RecordKind, ids: Collection[int]) -> None:
    for chunk in in_chunks(sorted(ids)):
        conn.execute(
            sa.delete(READER_RECORD).where(
                READER_RECORD.c.reader_key == reader_key,
                READER_RECORD.c.kind == kind.value,
                READER_RECORD.c.record_id.in_(chunk),
            )
        )
