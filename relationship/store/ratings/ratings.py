"""What a rating needs from the database, and where it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store import tables
from relationship.store.activities.activity_tables import StaleRecord
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Record
from relationship.store.ratings.rating_tables import Health
from relationship.store.upsert import upsert

_health = tables.table(Health)
_record = tables.table(Record)
_stale = tables.table(StaleRecord)

# Status words of records that nobody works on any more; the last score is kept.
CLOSED = ("won", "lost", "qualified", "disqualified")

# The state of every record while relationship health is switched off.
SWITCHED_OFF = "switched_off"

# What the rules decide of a rating, beside its state.
RULED = ("score", "exact", "rating", "trend", "trend_points", "falls_on", "falls_to")

TO_RATE = """
SELECT r.id, r.kind, r.guid, r.segment, r.team_guid, r.created_on, r.status, r.closed_on,
    (SELECT MAX(a.at) FROM record_activity l JOIN activity a ON a.id = l.activity_id
        WHERE l.record_id = r.id AND l.status = 'done') AS last_at,
    (SELECT MIN(a.at) FROM record_activity l JOIN activity a ON a.id = l.activity_id
        WHERE l.record_id = r.id AND l.status = 'planned' AND a.at >= :now) AS next_at
FROM record r {which} ORDER BY r.id
"""

# A mailbox or calendar that feeds the record is broken: its colleague stands on our side of it.
DEGRADED = """
SELECT DISTINCT s.record_id FROM source o
JOIN colleague c ON o.key IN ('mailbox/' || c.key, 'calendar/' || c.key)
JOIN address d ON d.colleague_id = c.id
JOIN record_side s ON s.address_id = d.id AND s.side = 'us'
WHERE o.state = 'degraded'
"""


@dataclass(frozen=True, slots=True)
class ToRate:
    """A record as its rating needs it; last_at, next_at: its last done and next planned activity.

    kind, guid, segment, team_guid  what decides the frequency expected of it
    """

    record_id: int
    kind: str
    guid: str
    segment: str
    team_guid: str | None
    created_on: date
    closed: bool
    closed_on: date | None
    last_at: datetime | None
    next_at: datetime | None


def degraded(conn: Connection) -> frozenset[int]:
    """The records that a broken mailbox feeds."""
    return frozenset(record_id for (record_id,) in conn.exec_driver_sql(DEGRADED))


def to_rate(conn: Connection, *, now: datetime, everything: bool) -> list[ToRate]:
    """The records to rate, by id: those noted as stale, or all of them."""
    which = "" if everything else "WHERE r.id IN (SELECT record_id FROM stale_record)"
    query = sa.text(TO_RATE.format(which=which)).bindparams(sa.bindparam("now", now, tables.UtcDateTime))
    typed = query.columns(
        id=sa.Integer,
        kind=sa.String,
        guid=sa.String,
        segment=sa.String,
        team_guid=sa.String,
        created_on=sa.Date,
        status=sa.String,
        closed_on=sa.Date,
        last_at=tables.UtcDateTime,
        next_at=tables.UtcDateTime,
    )
    return [
        ToRate(number, kind, guid, segment, team, created_on, status in CLOSED, closed_on, last_at, next_at)
        for number, kind, guid, segment, team, created_on, status, closed_on, last_at, next_at in conn.execute(typed)
    ]


def stale(conn: Connection) -> list[int]:
    """The records noted to be rated again, by id."""
    return list(conn.scalars(sa.select(_stale.c.record_id).order_by(_stale.c.record_id)))


def note_stale(conn: Connection, record_ids: Sequence[int]) -> None:
    """Ask for these records to be rated again."""
    upsert(conn, StaleRecord, [{"record_id": number} for number in record_ids], key=["record_id"])


def save(conn: Connection, rows: Sequence[dict[str, Any]]) -> int:
    """Keep ratings (columns of `Health`); returns how many rows changed."""
    return upsert(conn, Health, rows, key=["record_id"], along=["stamp", "rules_version"])


def with_only_plans(conn: Connection) -> list[int]:
    """The records without a score that have a planned activity."""
    return list(
        conn.scalars(
            sa.select(_health.c.record_id).where(_health.c.score.is_(None), _health.c.next_activity_at.is_not(None))
        )
    )


def switch_off(conn: Connection, *, stamp: int, version: int) -> int:
    """Show no rating of any record any more; returns how many were shown. What they rest on is kept."""
    nothing: dict[str, None] = dict.fromkeys(RULED)
    off = sa.update(_health).where(_health.c.state != SWITCHED_OFF)
    return conn.execute(off.values(**{**nothing, "state": SWITCHED_OFF}, stamp=stamp, rules_version=version)).rowcount


def changed_since(conn: Connection, stamp: int) -> list[int]:
    """The records whose rating a round after this one changed, by id: what others have to be told."""
    return list(
        conn.scalars(sa.select(_health.c.record_id).where(_health.c.stamp > stamp).order_by(_health.c.record_id))
    )


def rated(conn: Connection, record_ids: Sequence[int]) -> None:
    """These records are up to date."""
    for chunk in in_chunks(record_ids):
        conn.execute(sa.delete(_stale).where(_stale.c.record_id.in_(chunk)))


def forget_stale(conn: Connection) -> None:
    conn.execute(sa.delete(_stale))


def open_by_rating(conn: Connection) -> dict[str, int]:
    """How many open opportunities have each rating; those without one count under their state."""
    word = sa.func.coalesce(_health.c.rating, _health.c.state)
    query = (
        sa.select(word, sa.func.count())
        .join(_record, _record.c.id == _health.c.record_id)
        .where(_record.c.kind == "opportunity", _record.c.status == "open")
        .group_by(word)
        .order_by(word)
    )
    return dict(conn.execute(query).all())
