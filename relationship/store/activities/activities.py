"""What becomes of activities by time alone."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import Kind, Status
from relationship.store import tables
from relationship.store.activities.activity_tables import Activity, Sighting, StaleActivity, StaleRecord
from relationship.store.chunks import in_chunks
from relationship.store.ratings.rating_tables import Health
from relationship.store.upsert import insert_new

# Only a calendar says that a meeting takes place; one that the CRM alone knows is held when it is completed there.
CALENDARS = "calendar/"

_activity = tables.table(Activity)
_sighting = tables.table(Sighting)
_source = tables.table(tables.Source)
_health = tables.table(Health)


def note_past(conn: Connection, now: datetime) -> int:
    """Planned meetings that are over become held; returns how many.

    They are noted as stale, and so are the records whose next activity has begun. Twice is harmless.
    """
    over = [key for key, at, minutes in _begun(conn, now) if at + timedelta(minutes=minutes or 0) <= now]
    for chunk in in_chunks(over):
        conn.execute(sa.update(_activity).where(_activity.c.key.in_(chunk)).values(status=Status.DONE.value))
    insert_new(conn, StaleActivity, [{"key": key} for key in over], key=["key"])
    begun = conn.scalars(sa.select(_health.c.record_id).where(_health.c.next_activity_at < now).order_by("record_id"))
    insert_new(conn, StaleRecord, [{"record_id": number} for number in begun], key=["record_id"])
    return len(over)


def _begun(conn: Connection, now: datetime) -> list[tuple[str, datetime, int | None]]:
    """Key, start and length of the planned meetings of calendars that have begun."""
    in_a_calendar = (
        sa.select(_sighting.c.id)
        .join(_source, _source.c.id == _sighting.c.source_id)
        .where(_sighting.c.activity_key == _activity.c.key, _source.c.key.startswith(CALENDARS, autoescape=True))
        .exists()
    )
    query = sa.select(_activity.c.key, _activity.c.at, _activity.c.minutes).where(
        _activity.c.kind == Kind.MEETING.value,
        _activity.c.status == Status.PLANNED.value,
        _activity.c.at <= now,
        in_a_calendar,
    )
    return [(key, at, minutes) for key, at, minutes in conn.execute(query.order_by(_activity.c.key))]
