"""What counts of calls, and what becomes of planned meetings by time alone, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from store_builders import ANNE, BRUNO, NEXT, NOW, PARIS, TOR, days_of, deliver, mail, mailbox, people, read

from relationship.activities import Activity
from relationship.store import tables
from relationship.store.activities import activities, activity_tables, contact_days, sides, sightings
from relationship.store.activities.activity_tables import StaleRecord
from relationship.store.database import Store
from relationship.store.ratings.rating_tables import Health
from relationship.store.sources import sources


@pytest.fixture
def conn(store: Store):
    with store.transaction() as connection:
        people(connection)
        yield connection


def lasting(fields):
    """As the builders' reader, with a length."""
    found = read(fields)
    return replace(found, minutes=fields.get("minutes")) if isinstance(found, Activity) else found


def keep(conn, source_key, *pieces):
    source = sources.ensure(conn, [source_key])[source_key]
    sightings.apply_page(conn, source, "", list(pieces), [], place=NEXT, read=lasting, zone=PARIS)


def counted(conn):
    sides.refresh(conn)
    contact_days.refresh(conn)
    return days_of(conn, "opportunity", "o1")


def test_an_unanswered_call_is_the_callers_act_and_an_answered_one_both_sides(conn):
    keep(
        conn,
        "calls/records",
        mail("c1", ANNE, TOR, kind="call", days_ago=4, minutes=0),
        mail("c2", TOR, ANNE, kind="call", days_ago=3, minutes=0),
        mail("c3", TOR, ANNE, kind="call", days_ago=2, minutes=1),
        mail("c4", TOR, ANNE, kind="call", days_ago=1),
    )
    assert counted(conn) == [("call", 4, 1, 0), ("call", 3, 0, 1), ("call", 2, 1, 1), ("call", 1, 1, 1)]


def test_an_unanswered_call_filed_under_the_opportunity_is_the_callers_too(conn):
    filed = ("opportunity", "o1")
    keep(
        conn,
        "dataverse/phonecalls",
        mail("c1", BRUNO, TOR, kind="call", days_ago=4, minutes=0, regarding=filed),
        mail("c2", TOR, BRUNO, kind="call", days_ago=3, minutes=0, regarding=filed),
        mail("c3", BRUNO, TOR, kind="call", days_ago=2, minutes=9, regarding=filed),
    )
    assert counted(conn) == [("call", 4, 1, 0), ("call", 3, 0, 1), ("call", 2, 1, 1)]


def planned(conn):
    keep(
        conn,
        "calendar/anne",
        mail("over", ANNE, TOR, kind="meeting", days_ago=-1, minutes=30, status="planned"),
        mail("going-on", ANNE, TOR, kind="meeting", days_ago=-1.98, minutes=60, status="planned"),
        mail("ahead", ANNE, TOR, kind="meeting", days_ago=-5, minutes=30, status="planned"),
    )
    keep(conn, "dataverse/tasks", mail("late", ANNE, TOR, kind="task", days_ago=-1, status="planned"))
    keep(conn, "dataverse/appointments", mail("open", ANNE, TOR, kind="meeting", days_ago=-1, status="planned"))


def test_a_planned_meeting_is_held_once_it_is_over_and_nothing_else_is(conn):
    planned(conn)
    assert counted(conn) == []
    assert activities.note_past(conn, NOW + timedelta(days=2)) == 1
    assert counted(conn) == [("meeting", -1, 1, 1)]
    assert activities.note_past(conn, NOW + timedelta(days=2)) == 0
    assert activities.note_past(conn, NOW + timedelta(days=9)) == 2


def test_a_record_whose_next_activity_has_begun_is_rated_again(conn):
    planned(conn)
    counted(conn)
    row = {"as_of": 0, "rules_version": 0, "state": "rated", "closed": False, "recent": False}
    at = NOW + timedelta(days=1)
    conn.execute(sa.insert(Health).values(record_id=1, next_activity_at=at, **row))
    conn.execute(sa.delete(StaleRecord))
    activities.note_past(conn, NOW)
    assert conn.execute(sa.select(StaleRecord)).all() == []
    activities.note_past(conn, at + timedelta(minutes=1))
    assert conn.execute(sa.select(StaleRecord)).all() == [(1,)]


def test_what_another_copy_alone_knows_is_added_to_the_best_one(conn):
    source = mailbox(conn, "anne")
    deliver(conn, source, mail("a/m1", ANNE, TOR, days_ago=1, standing=-1))
    deliver(conn, mailbox(conn, "bruno"), mail("b/m1", ANNE, TOR, days_ago=1, regarding=("opportunity", "o1")))
    found = conn.execute(sa.select(tables.table(activity_tables.Activity).c.regarding_guid)).scalars().all()
    assert found == ["o1"]
