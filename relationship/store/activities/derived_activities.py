"""One activity from the copies of an item in many mailboxes.

It is worked out from the best copy: the lowest `standing` among its fields (0 where it has none), then the newest
by the source's own time, then the smallest source key, then item id; so neither order nor repetition matters. What
another copy alone knows is added (`SHARED`). When the last sighting goes, the activity is `gone` and the next
rating removes it from counts and scores.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship import failpoints
from relationship.activities import Activity
from relationship.clock import day_number
from relationship.store import tables
from relationship.store.activities import activity_tables
from relationship.store.activities.activity_tables import ActivityParty, Sighting, StaleActivity
from relationship.store.activities.people import ensure_addresses
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Address
from relationship.store.upsert import insert_new, upsert

Fields = dict[str, Any]
# The activity that the fields of an item are; anything else is none.
Read = Callable[[Fields], object]
# Of these fields the first copy that has one speaks for all; lists are united.
SHARED = ("regarding", "minutes")
UNITED = ("declined", "guests")

# standing, minus the source's own time, source key, item id
_Rank = tuple[int, float, str, str]

_sighting = tables.table(Sighting)
_activity = tables.table(activity_tables.Activity)
_party = tables.table(ActivityParty)
_source = tables.table(tables.Source)
_address = tables.table(Address)


def derive_activities(conn: Connection, keys: Iterable[str], *, read: Read, zone: ZoneInfo) -> int:
    """Work out the activities with these keys from their sightings; returns how many rows were written.

    Changed ones are noted in `stale_activity`; those without a sighting become `gone`.
    """
    wanted = sorted(keys)
    canonical = _canonical(conn, wanted, read)
    rows = [_activity_row(activity, zone) for activity in canonical.values()]
    current = _parties(conn, canonical)
    changed = {key for key, activity in canonical.items() if _wanted_parties(activity) != current.get(key)}
    known = _rows_of(conn, canonical)
    changed |= {row["key"] for row in rows if known.get(row["key"]) != row}
    gone = [key for key in _alive(conn, wanted) if key not in canonical]

    written = upsert(conn, activity_tables.Activity, [row for row in rows if row["key"] in changed], key=["key"])
    failpoints.passage("store.activities.saved")
    written += _replace_parties(conn, [canonical[key] for key in canonical if key in changed])
    for chunk in in_chunks(gone):
        written += conn.execute(sa.update(_activity).where(_activity.c.key.in_(chunk)).values(status="gone")).rowcount
    stale = sorted(changed | set(gone))
    insert_new(conn, StaleActivity, [{"key": key} for key in stale], key=["key"])
    return written


def _canonical(conn: Connection, keys: Sequence[str], read: Read) -> dict[str, Activity]:
    copies: dict[str, list[tuple[_Rank, Fields]]] = {}
    for chunk in in_chunks(keys):
        query = (
            sa.select(
                _sighting.c.activity_key,
                _sighting.c.modified_at,
                _source.c.key,
                _sighting.c.item_id,
                _sighting.c.content,
            )
            .join(_source, _source.c.id == _sighting.c.source_id)
            .where(_sighting.c.activity_key.in_(chunk))
        )
        for key, modified_at, source, item_id, content in conn.execute(query):
            fields = orjson.loads(content)
            newness = -modified_at.timestamp() if modified_at else 0.0
            rank = (fields.get("standing", 0), newness, source, item_id)
            copies.setdefault(key, []).append((rank, fields))
    found: dict[str, Activity] = {}
    for key, ranked in copies.items():
        activity = read(_best(ranked))
        if isinstance(activity, Activity):
            found[key] = activity
    return found


def _best(ranked: list[tuple[_Rank, Fields]]) -> Fields:
    """The fields of the best copy, with what other copies alone know."""
    if len(ranked) == 1:
        return ranked[0][1]
    ordered = [fields for _, fields in sorted(ranked, key=itemgetter(0))]
    best = dict(ordered[0])
    for name in SHARED:
        known = [fields[name] for fields in ordered if fields.get(name) is not None]
        if known:
            best[name] = known[0]
    for name in UNITED:
        together = {value for fields in ordered for value in fields.get(name) or ()}
        if together:
            best[name] = sorted(together)
    return best


def _activity_row(activity: Activity, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "key": activity.key,
        "kind": activity.kind.value,
        "at": activity.at,
        "day": day_number(activity.at, zone),
        "status": activity.status.value,
        "minutes": activity.minutes,
        "regarding_kind": activity.regarding.kind.value if activity.regarding else None,
        "regarding_guid": activity.regarding.guid if activity.regarding else None,
    }


def _rows_of(conn: Connection, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    columns = [column for column in _activity.c if column.name != "id"]
    found: dict[str, dict[str, Any]] = {}
    for chunk in in_chunks(sorted(keys)):
        for row in conn.execute(sa.select(*columns).where(_activity.c.key.in_(chunk))).mappings():
            found[row["key"]] = dict(row)
    return found


def _alive(conn: Connection, keys: Sequence[str]) -> list[str]:
    alive: list[str] = []
    for chunk in in_chunks(keys):
        query = sa.select(_activity.c.key).where(_activity.c.key.in_(chunk), _activity.c.status != "gone")
        alive += conn.scalars(query).all()
    return alive


def _wanted_parties(activity: Activity) -> set[tuple[str, str]]:
    return {(party.address, party.role.value) for party in activity.parties}


def _parties(conn: Connection, keys: Iterable[str]) -> dict[str, set[tuple[str, str]]]:
    found: dict[str, set[tuple[str, str]]] = {}
    for chunk in in_chunks(sorted(keys)):
        query = (
            sa.select(_activity.c.key, _address.c.address, _party.c.role)
            .join(_party, _party.c.activity_id == _activity.c.id)
            .join(_address, _address.c.id == _party.c.address_id)
            .where(_activity.c.key.in_(chunk))
        )
        for key, spelled, role in conn.execute(query):
            found.setdefault(key, set()).add((spelled, role))
    return found


def _replace_parties(conn: Connection, activities: Sequence[Activity]) -> int:
    if not activities:
        return 0
    addresses = ensure_addresses(conn, {party.address for a in activities for party in a.parties})
    ids: dict[str, int] = {}
    for chunk in in_chunks([activity.key for activity in activities]):
        ids |= {
            key: number
            for number, key in conn.execute(
                sa.select(_activity.c.id, _activity.c.key).where(_activity.c.key.in_(chunk))
            )
        }
    for numbers in in_chunks(sorted(ids.values())):
        conn.execute(sa.delete(_party).where(_party.c.activity_id.in_(numbers)))
    rows = [
        {"activity_id": ids[activity.key], "address_id": addresses[spelled], "role": role}
        for activity in activities
        for spelled, role in sorted(_wanted_parties(activity))
    ]
    return insert_new(conn, ActivityParty, rows, key=["activity_id", "address_id", "role"])
