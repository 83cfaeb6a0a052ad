"""What lies before a day, and its removal: whole days at a time, so that no day is ever left half."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store import tables
from relationship.store.activities.activity_tables import Activity, ContactDay, Sighting
from relationship.store.knows import tie_days

_activity = tables.table(Activity)
_sighting = tables.table(Sighting)
_day = tables.table(ContactDay)

# Nobody is known by these any more: no activity, no record, no colleague.
FORGOTTEN = """
FROM address WHERE colleague_id IS NULL
AND NOT EXISTS (SELECT 1 FROM activity_party p WHERE p.address_id = address.id)
AND NOT EXISTS (SELECT 1 FROM record_side s WHERE s.address_id = address.id)
AND NOT EXISTS (SELECT 1 FROM record_address r WHERE r.address = address.address)
AND address NOT IN (SELECT c.address FROM colleague_address c)
"""


@dataclass(frozen=True, slots=True)
class Removed:
    """How many rows of each sort. customer_facts: customers' texts, answers, events and days of use."""

    activities: int = 0
    sightings: int = 0
    contact_days: int = 0
    customer_facts: int = 0

    def __add__(self, other: "Removed") -> "Removed":
        return Removed(
            self.activities + other.activities,
            self.sightings + other.sightings,
            self.contact_days + other.contact_days,
            self.customer_facts + other.customer_facts,
        )


def days_before(conn: Connection, day: int) -> list[tuple[int, int]]:
    """The days before this one that have activities, oldest first, each with how many."""
    query = (
        sa.select(_activity.c.day, sa.func.count())
        .where(_activity.c.day < day)
        .group_by(_activity.c.day)
        .order_by(_activity.c.day)
    )
    return [(number, count) for number, count in conn.execute(query)]


def count(conn: Connection, *, activities_before: int, contact_days_before: int) -> Removed:
    """What would be removed."""
    old = sa.select(_activity.c.key).where(_activity.c.day < activities_before)
    return Removed(
        activities=conn.scalar(sa.select(sa.func.count()).where(_activity.c.day < activities_before)) or 0,
        sightings=conn.scalar(sa.select(sa.func.count()).where(_sighting.c.activity_key.in_(old))) or 0,
        contact_days=conn.scalar(sa.select(sa.func.count()).where(_day.c.day < contact_days_before)) or 0,
    )


def remove_days(conn: Connection, first: int, last: int, *, contact_days_before: int) -> Removed:
    """Remove the activities of these days with every copy, and their contact days if they lie before a day.

    What is derived is not worked out again: contact days that are kept stay as they were counted. The days of
    ties, which name people, go with the activities.
    """
    within = f"SELECT id FROM activity WHERE day BETWEEN {int(first)} AND {int(last)}"
    keys = f"SELECT key FROM activity WHERE day BETWEEN {int(first)} AND {int(last)}"
    copies = conn.exec_driver_sql(f"DELETE FROM sighting WHERE activity_key IN ({keys})").rowcount
    conn.exec_driver_sql(f"DELETE FROM stale_activity WHERE key IN ({keys})")
    conn.exec_driver_sql(f"DELETE FROM record_activity WHERE activity_id IN ({within})")
    tie_days.remove(conn, first, last)
    # The people on them go with them (ON DELETE CASCADE).
    gone = conn.exec_driver_sql(f"DELETE FROM activity WHERE day BETWEEN {int(first)} AND {int(last)}").rowcount
    forgotten = remove_contact_days(conn, min(last + 1, contact_days_before), first=first)
    return Removed(gone, copies, forgotten)


def remove_contact_days(conn: Connection, before: int, *, first: int | None = None) -> int:
    """Remove the contact days before a day (from `first` on); the records that had them are rated again."""
    since = "" if first is None else f" AND day >= {int(first)}"
    conn.exec_driver_sql(
        f"INSERT INTO stale_record (record_id) SELECT DISTINCT record_id FROM contact_day WHERE day < {int(before)}{since} "
        "ON CONFLICT (record_id) DO NOTHING"
    )
    return conn.exec_driver_sql(f"DELETE FROM contact_day WHERE day < {int(before)}{since}").rowcount


def count_forgotten(conn: Connection) -> int:
    """Addresses that nothing names any more."""
    return int(conn.exec_driver_sql(f"SELECT COUNT(*) {FORGOTTEN}").scalar_one())


def remove_forgotten(conn: Connection) -> int:
    return conn.exec_driver_sql(f"DELETE {FORGOTTEN}").rowcount
