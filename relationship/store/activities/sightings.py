"""The copies of an item in many mailboxes: every one is a sighting, merged from the pages that told of it.

Which activity the copies of one item are is worked out from them (`derived_activities`), in the transaction that
keeps them. The activity lives as long as one sighting does.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship import failpoints
from relationship.activities import Activity
from relationship.excluded import without
from relationship.store import tables
from relationship.store.activities import activity_tables
from relationship.store.activities.activity_tables import Sighting
from relationship.store.activities.derived_activities import derive_activities
from relationship.store.chunks import in_chunks
from relationship.store.knows import pair_days
from relationship.store.knows.pair_days import Internal
from relationship.store.privacy import excluded_names
from relationship.store.sources import quarantine
from relationship.store.sources.cursors import Place
from relationship.store.upsert import upsert

Fields = dict[str, Any]
NEVER = datetime.min.replace(tzinfo=UTC)


class Verdict(Enum):
    """What `read` says of an item that is no activity of ours."""

    DROP = "drop"  # not kept at all: internal, draft, machine, outside the window …
    INCOMPLETE = "incomplete"  # so far only a part of it arrived
    CONTEXT = "context"  # kept because others are completed from it: a series


@dataclass(frozen=True, slots=True)
class Piece:
    """One row of a page: the fields it carried (absent = unchanged, None = cleared), already parsed.

    internal  what its people, of whom nothing is kept, have to be counted for
    """

    item_id: str
    container: str
    fields: Fields
    modified_at: datetime | None = None
    internal: Internal | None = None


# What the fields of an item are; what is internal is counted for its people and dropped.
Found = Activity | Verdict | Internal
Read = Callable[[Fields], Found]

_sighting = tables.table(Sighting)
_activity = tables.table(activity_tables.Activity)
_source = tables.table(tables.Source)


@dataclass(slots=True)
class _Copy:
    """A sighting while a page is applied to it."""

    container: str
    fields: Fields
    modified_at: datetime | None
    activity_key: str | None
    round: int


def apply_page(
    conn: Connection,
    source_id: int,
    container: str,
    pieces: Sequence[Piece],
    removed_ids: Sequence[str],
    *,
    place: Place,
    read: Read,
    zone: ZoneInfo,
) -> int:
    """Apply one page of a delta round; returns how many rows were written. Twice is harmless.

    A removal counts only while the sighting still lies in `container`: the item may have moved on.
    """
    wanted = {piece.item_id for piece in pieces} | set(removed_ids)
    before = _load(conn, source_id, wanted)
    after: dict[str, _Copy | None] = {}
    for piece in pieces:
        after[piece.item_id] = _merged(after.get(piece.item_id, before.get(piece.item_id)), piece, place)
    quarantine.clear(conn, source_id, sorted(removed_ids))
    for item_id in removed_ids:
        copy = after.get(item_id, before.get(item_id))
        if copy is not None and copy.container == container:
            after[item_id] = None
    pair_days.count(conn, [piece.internal for piece in pieces if piece.internal is not None], zone=zone)
    return _store(conn, source_id, before, after, read=read, zone=zone)


def end_full_round(
    conn: Connection, source_id: int, container: str, place: Place, *, read: Read, zone: ZoneInfo
) -> int:
    """Remove what a complete full round did not bring; returns how many rows were written."""
    query = sa.select(_sighting.c.item_id).where(
        _sighting.c.source_id == source_id,
        _sighting.c.container == container,
        _sighting.c.round < place.round,
    )
    return remove_items(conn, source_id, list(conn.scalars(query)), read=read, zone=zone)


def remove_container(conn: Connection, source_id: int, container: str, *, read: Read, zone: ZoneInfo) -> int:
    """Remove everything that lies in a container that is no longer read."""
    query = sa.select(_sighting.c.item_id).where(_sighting.c.source_id == source_id, _sighting.c.container == container)
    return remove_items(conn, source_id, list(conn.scalars(query)), read=read, zone=zone)


def remove_items(conn: Connection, source_id: int, item_ids: Sequence[str], *, read: Read, zone: ZoneInfo) -> int:
    """Remove sightings by item id, wherever they lie."""
    before = _load(conn, source_id, set(item_ids))
    return _store(conn, source_id, before, dict.fromkeys(before), read=read, zone=zone)


@dataclass(frozen=True, slots=True)
class Held:
    """A sighting as it is kept. round: of the full round that last brought it."""

    item_id: str
    container: str
    round: int
    fields: Fields


def held(
    conn: Connection, source_id: int, item_ids: Iterable[str] | None = None, *, container: str | None = None
) -> dict[str, Held]:
    """What is kept of these items of a source, or of all, or of all in one container, by item id."""
    if item_ids is None:
        query = sa.select(_sighting.c.item_id).where(_sighting.c.source_id == source_id)
        if container is not None:
            query = query.where(_sighting.c.container == container)
        item_ids = conn.scalars(query).all()
    copies = _load(conn, source_id, item_ids)
    return {item_id: Held(item_id, copy.container, copy.round, copy.fields) for item_id, copy in copies.items()}


def since(conn: Connection, source_id: int, container: str, at: datetime | None) -> set[str]:
    """The ids of the items in a container whose activity is of this instant or later (of all when None)."""
    query = (
        sa.select(_sighting.c.item_id)
        .join(_activity, _activity.c.key == _sighting.c.activity_key)
        .where(_sighting.c.source_id == source_id, _sighting.c.container == container)
    )
    return set(conn.scalars(query if at is None else query.where(_activity.c.at >= at)))


def move(conn: Connection, source_id: int, item_ids: Sequence[str], container: str) -> int:
    """Put sightings into another container; returns how many were moved."""
    moved = 0
    for chunk in in_chunks(sorted(item_ids)):
        moved += conn.execute(
            sa.update(_sighting)
            .where(_sighting.c.source_id == source_id, _sighting.c.item_id.in_(chunk))
            .values(container=container)
        ).rowcount
    return moved


def judge_again(conn: Connection, items: Mapping[int, Sequence[str]], *, read: Read, zone: ZoneInfo) -> int:
    """Judge items by what is left out now, without asking their sources (ids); returns how many rows were written."""
    written, keys = 0, set[str]()
    for source_id, item_ids in sorted(items.items()):
        before = _load(conn, source_id, item_ids)
        kept, theirs = _keep(conn, source_id, before, dict(before), read=read, zone=zone)
        written += kept
        keys |= theirs
    return written + derive_activities(conn, keys, read=read, zone=zone)


def withdraw(conn: Connection, source_ids: Sequence[int], *, read: Read, zone: ZoneInfo) -> int:
    """Remove sources with all that is known from them; activities stay where another source has a copy.

    Returns how many rows were written.
    """
    written, keys = 0, set[str]()
    for chunk in in_chunks(sorted(source_ids)):
        theirs = sa.select(_sighting.c.activity_key).where(
            _sighting.c.source_id.in_(chunk), _sighting.c.activity_key.is_not(None)
        )
        keys |= {str(key) for key in conn.scalars(theirs.distinct())}
        written += conn.execute(sa.delete(_sighting).where(_sighting.c.source_id.in_(chunk))).rowcount
        # Places, folders and what was put aside go with the source (ON DELETE CASCADE).
        written += conn.execute(sa.delete(_source).where(_source.c.id.in_(chunk))).rowcount
    return written + derive_activities(conn, keys, read=read, zone=zone)


def _load(conn: Connection, source_id: int, item_ids: Iterable[str]) -> dict[str, _Copy]:
    found: dict[str, _Copy] = {}
    columns = _sighting.c
    for chunk in in_chunks(sorted(item_ids)):
        query = sa.select(
            columns.item_id,
            columns.container,
            columns.content,
            columns.modified_at,
            columns.activity_key,
            columns.round,
        ).where(columns.source_id == source_id, columns.item_id.in_(chunk))
        for item_id, container, content, modified_at, key, number in conn.execute(query):
            found[item_id] = _Copy(container, orjson.loads(content), modified_at, key, number)
    return found


def _merged(copy: _Copy | None, piece: Piece, place: Place) -> _Copy | None:
    if copy is None:
        if not piece.fields:
            return None  # a flag change of an item we do not keep
        return _Copy(piece.container, dict(piece.fields), piece.modified_at, None, place.round)
    older = piece.modified_at is not None and copy.modified_at is not None and piece.modified_at < copy.modified_at
    moved = piece.container != copy.container
    return _Copy(
        container=copy.container if older else piece.container,
        fields={**piece.fields, **copy.fields} if older else {**copy.fields, **piece.fields},
        modified_at=max(copy.modified_at or NEVER, piece.modified_at or NEVER)
        if copy.modified_at or piece.modified_at
        else None,
        activity_key=copy.activity_key,
        round=place.round if place.full or moved else copy.round,
    )


def _store(
    conn: Connection,
    source_id: int,
    before: Mapping[str, _Copy],
    after: Mapping[str, _Copy | None],
    *,
    read: Read,
    zone: ZoneInfo,
) -> int:
    written, keys = _keep(conn, source_id, before, after, read=read, zone=zone)
    if written:
        written += derive_activities(conn, keys, read=read, zone=zone)
    return written


def _keep(
    conn: Connection,
    source_id: int,
    before: Mapping[str, _Copy],
    after: Mapping[str, _Copy | None],
    *,
    read: Read,
    zone: ZoneInfo,
) -> tuple[int, set[str]]:
    """Keep copies, without those who are left out; returns how many rows were written and the keys they concern."""
    left_out = excluded_names.among_items(conn, (copy.fields for copy in after.values() if copy is not None))
    rows: list[dict[str, Any]] = []
    gone: list[str] = []
    keys: set[str] = set()
    internal: list[Internal] = []
    for item_id, copy in after.items():
        old = before.get(item_id)
        fields = without(copy.fields, left_out) if copy is not None else None
        found = read(fields) if fields is not None else Verdict.DROP
        if isinstance(found, Internal):
            # Where somebody was left out, what remains does not tell how many people were on it.
            if copy is not None and fields is copy.fields:
                internal.append(found)
            found = Verdict.DROP
        if old is not None and old.activity_key is not None:
            keys.add(old.activity_key)
        if copy is None or found is Verdict.DROP:
            if old is not None:
                gone.append(item_id)
            continue
        key = found.key if isinstance(found, Activity) else None
        if key is not None:
            keys.add(key)
        rows.append(
            {
                "source_id": source_id,
                "item_id": item_id,
                "container": copy.container,
                "activity_key": key,
                "content": orjson.dumps(fields, option=orjson.OPT_SORT_KEYS).decode(),
                "modified_at": copy.modified_at,
                "round": copy.round,
            }
        )
    written = upsert(conn, Sighting, rows, key=["source_id", "item_id"])
    for chunk in in_chunks(gone):
        written += conn.execute(
            sa.delete(_sighting).where(_sighting.c.source_id == source_id, _sighting.c.item_id.in_(chunk))
        ).rowcount
    # A thin row (a flag change) of an item that cannot be read does not make it readable.
    quarantine.clear(conn, source_id, [row["item_id"] for row in rows])
    pair_days.count(conn, internal, zone=zone)
    failpoints.passage("store.sightings.saved")
    return written, keys
