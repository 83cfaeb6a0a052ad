"""What changed about the records themselves: their owner, the stage and the sales team of an opportunity; noted as the
reading brings it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.store import tables
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Colleague, Record
from relationship.store.ratings.rating_change_tables import RECORD_CHANGE, RecordChange
from relationship.store.upsert import insert_new

OWNER, STAGE, TEAM = "owner", "stage", "team"

_record = tables.table(Record)
_before = tables.table(Colleague).alias("owner_before")
_after = tables.table(Colleague).alias("owner_after")


class Arriving(Protocol):
    """A record as it arrives (`records.RecordRow`)."""

    @property
    def guid(self) -> str: ...
    @property
    def owner_guid(self) -> str | None: ...
    @property
    def stage(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Event:
    """One change of a record. before, after: names of the owners, '' where unknown or none; or stages."""

    day: int
    what: str
    before: str
    after: str


def note(conn: Connection, kind: RecordKind, rows: Sequence[Arriving]) -> None:
    """Note whose owner or stage is another one than is kept; before the rows are kept. Twice is harmless."""
    arriving = {row.guid: row for row in rows}
    for chunk in in_chunks(sorted(arriving)):
        query = sa.select(_record.c.id, _record.c.guid, _record.c.owner_guid, _record.c.stage).where(
            _record.c.kind == kind.value, _record.c.guid.in_(chunk)
        )
        found = [
            change
            for number, guid, owner, stage in conn.execute(query.order_by(_record.c.id))
            for change in _changes(number, (owner or "", stage), arriving[guid])
        ]
        insert_new(conn, RecordChange, found, key=["id"])


def _changes(number: int, kept: tuple[str, str], row: Arriving) -> Iterator[dict[str, Any]]:
    owner, stage = kept
    if owner != (row.owner_guid or ""):
        yield {"record_id": number, "what": OWNER, "before": owner, "after": row.owner_guid or ""}
    if stage and row.stage and stage != row.stage:
        yield {"record_id": number, "what": STAGE, "before": stage, "after": row.stage}


def note_teams(conn: Connection, changes: Sequence[tuple[str, str, str]]) -> None:
    """Note who left a sales team or joined one: opportunity, and the systemuser before and after, '' for nobody."""
    ids: dict[str, int] = {}
    for chunk in in_chunks(sorted({guid for guid, _, _ in changes})):
        query = sa.select(_record.c.guid, _record.c.id).where(
            _record.c.kind == "opportunity", _record.c.guid.in_(chunk)
        )
        ids |= dict(conn.execute(query).all())
    rows = [
        {"record_id": ids[guid], "what": TEAM, "before": before, "after": after}
        for guid, before, after in changes
        if guid in ids
    ]
    insert_new(conn, RecordChange, rows, key=["id"])


def with_new_owner(conn: Connection) -> frozenset[int]:
    """The records whose owner changed since the last rating."""
    query = sa.select(RECORD_CHANGE.c.record_id).where(RECORD_CHANGE.c.day.is_(None), RECORD_CHANGE.c.what == OWNER)
    return frozenset(conn.scalars(query))


def give_day(conn: Connection, day: int) -> None:
    """What came since the last rating happened on this day, as far as we know."""
    conn.execute(sa.update(RECORD_CHANGE).where(RECORD_CHANGE.c.day.is_(None)).values(day=day))


def events(conn: Connection, record_id: int, *, since_day: int) -> tuple[Event, ...]:
    """The changes of one record from a day on, oldest first."""

    def named(side: sa.FromClause, kept: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
        name = sa.func.coalesce(sa.func.nullif(side.c.crm_name, ""), side.c.name, "")
        return sa.case((RECORD_CHANGE.c.what == OWNER, name), else_=kept)

    joined = RECORD_CHANGE.outerjoin(_before, _before.c.systemuser_guid == RECORD_CHANGE.c.before).outerjoin(
        _after, _after.c.systemuser_guid == RECORD_CHANGE.c.after
    )
    query = (
        sa.select(
            RECORD_CHANGE.c.day,
            RECORD_CHANGE.c.what,
            named(_before, RECORD_CHANGE.c.before),
            named(_after, RECORD_CHANGE.c.after),
        )
        .select_from(joined)
        .where(
            RECORD_CHANGE.c.record_id == record_id,
            RECORD_CHANGE.c.day >= since_day,
            RECORD_CHANGE.c.what.in_([OWNER, STAGE]),
        )
        .order_by(RECORD_CHANGE.c.id)
    )
    return tuple(Event(*row) for row in conn.execute(query))
