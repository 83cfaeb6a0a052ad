"""The bare counter of contact among colleagues: what is internal leaves a number, and nothing else."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from counter_world import (
    ANNE,
    BRUNO,
    CEM,
    INSIDE,
    box,
    colleagues_of,
    counted,
    mail,
)
from store_builders import NEXT, NOW

from relationship.activities import Kind
from relationship.store.activities import sightings
from relationship.store.activities.sightings import Verdict
from relationship.store.database import Store
from relationship.store.knows import preferences
from relationship.store.knows.pair_days import Internal
from relationship.store.knows.preferences import Choice
from relationship.store.privacy.exclusion_tables import ExcludedAddress
from relationship.store.upsert import insert_new
from relationship.sync.shapes import call_rows, events
from relationship.sync.shapes.disposition import mail_reader
from relationship.sync.shapes.events import Owner, event_reader

PARIS = ZoneInfo("Europe/Paris")
READ = mail_reader(INSIDE, read_from=None, zone=PARIS)
TENANT = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def conn(store: Store):
    with store.transaction() as connection:
        colleagues_of(connection)
        yield connection


def deliver(conn, *pieces, removed=(), folder="folder/inbox"):
    sightings.apply_page(
        conn, box(conn), "folder/inbox", list(pieces), list(removed), place=NEXT, read=READ, zone=PARIS
    )


def rows_in(conn, name: str) -> int:
    return conn.exec_driver_sql(f"SELECT COUNT(*) FROM {name}").scalar_one()


def test_an_internal_mail_is_counted_for_its_sender_and_neither_item_nor_copy_is_kept(conn):
    deliver(conn, mail("m1", ANNE, BRUNO))
    assert counted(conn) == {("anne", "bruno", "email", 0): (1, 0)}
    assert [rows_in(conn, name) for name in ("sighting", "activity", "activity_party", "address")] == [0, 0, 0, 0]


def test_of_a_day_the_most_personal_mail_of_each_side_counts_in_whatever_order_and_however_often(conn):
    pieces = [mail("m1", ANNE, BRUNO, CEM), mail("m2", ANNE, BRUNO), mail("m3", BRUNO, ANNE, CEM)]
    deliver(conn, *pieces)
    first = counted(conn)
    assert first["anne", "bruno", "email", 0] == (1, 2)
    for piece in (*reversed(pieces), *pieces):
        deliver(conn, piece)
    assert counted(conn) == first


def test_a_list_of_ours_is_one_of_the_others_and_no_pair(conn):
    deliver(conn, mail("m1", ANNE, BRUNO, "all@fjord.example"))
    assert counted(conn) == {("anne", "bruno", "email", 0): (2, 0)}


def test_more_than_twenty_others_are_a_crowd(conn):
    deliver(conn, mail("m1", ANNE, BRUNO, *(f"p{number}@fjord.example" for number in range(20))))
    assert counted(conn) == {}
    deliver(conn, mail("m2", ANNE, BRUNO, *(f"p{number}@fjord.example" for number in range(19))))
    assert counted(conn) == {("anne", "bruno", "email", 0): (20, 0)}


def test_a_mail_with_a_colleague_who_is_left_out_is_not_counted_for_anybody(conn):
    insert_new(conn, ExcludedAddress, [{"address": CEM}], key=["address"])
    deliver(conn, mail("m1", ANNE, BRUNO, CEM))
    assert counted(conn) == {}


def test_a_mail_whose_outsider_is_left_out_is_not_taken_for_internal(conn):
    insert_new(conn, ExcludedAddress, [{"address": "lawyer@law.example"}], key=["address"])
    deliver(conn, mail("m1", ANNE, BRUNO, "lawyer@law.example"))
    assert counted(conn) == {}


def test_a_colleague_who_opted_out_has_no_row_and_loses_those_there_were(conn):
    deliver(conn, mail("m1", ANNE, BRUNO), mail("m2", ANNE, CEM))
    preferences.save(conn, "bruno", Choice(opted_out_at=NOW))
    assert counted(conn) == {("anne", "cem", "email", 0): (1, 0)}
    deliver(conn, mail("m3", BRUNO, ANNE, CEM))
    assert counted(conn) == {("anne", "cem", "email", 0): (1, 0)}


def test_a_deletion_does_not_take_a_day_back(conn):
    deliver(conn, mail("m1", ANNE, BRUNO))
    deliver(conn, removed=["m1"])
    assert counted(conn) == {("anne", "bruno", "email", 0): (1, 0)}


# Meetings and calls, by their shapes

MEETING = {
    "id": "e1",
    "type": "singleInstance",
    "start": {"dateTime": "2026-06-15T09:00:00", "timeZone": "UTC"},
    "end": {"dateTime": "2026-06-15T10:00:00", "timeZone": "UTC"},
    "isAllDay": False,
    "isCancelled": False,
    "sensitivity": "normal",
    "iCalUId": "uid-1",
    "isOrganizer": True,
    "organizer": {"emailAddress": {"address": ANNE}},
    "attendees": [{"type": "required", "emailAddress": {"address": BRUNO}, "status": {"response": "accepted"}}],
}


def judged(row, *, now=NOW):
    read = event_reader(READ, INSIDE, read_from=date(2025, 1, 1), zone=PARIS, now=now)
    return read(events.event(row, "", Owner(frozenset({ANNE})), INSIDE).fields)


def test_an_internal_meeting_counts_once_it_was_held():
    assert isinstance(judged(MEETING), Internal)
    assert judged(MEETING, now=datetime(2026, 6, 15, 9, 30, tzinfo=UTC)) is Verdict.DROP


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"isCancelled": True}, id="cancelled"),
        pytest.param({"sensitivity": "private"}, id="private"),
        pytest.param({"attendees": []}, id="nobody else was invited"),
        pytest.param(
            {"attendees": [{"emailAddress": {"address": BRUNO}, "status": {"response": "declined"}}]},
            id="the only other one declined",
        ),
    ],
)
def test_an_internal_meeting_that_brought_nobody_together_does_not_count(changes):
    assert judged(MEETING | changes) is Verdict.DROP


def test_the_people_of_an_internal_series_are_told_for_its_occurrences_and_a_private_series_tells_none():
    series = MEETING | {"id": "s1", "type": "seriesMaster"}
    found = events.internal_series(series, Owner(frozenset({ANNE})), INSIDE)
    assert found is not None
    assert found["attendees"] == [[BRUNO, "to"]]
    assert events.internal_series(series | {"sensitivity": "private"}, Owner(frozenset()), INSIDE) is None
    assert events.event(series, "", Owner(frozenset()), INSIDE).fields["attendees"] is None


def call(*users: str, failed: bool = False):
    people = [{"identity": {"user": {"id": user, "tenantId": TENANT}}} for user in users]
    session = {"caller": people[0]} | ({"failureInfo": {"stage": "callSetup"}} if failed else {})
    return {
        "id": "c1",
        "version": 1,
        "startDateTime": "2026-06-15T09:00:00Z",
        "endDateTime": "2026-06-15T09:05:00Z",
        "participants_v2": people,
        "sessions": [session],
    }


def test_an_internal_call_is_counted_and_kept_without_people():
    piece = call_rows.record(call("anne", "bruno"), TENANT)
    assert piece.internal is not None
    assert (piece.internal.kind, piece.internal.is_one_sided) == (Kind.CALL, False)
    assert {party.address for party in piece.internal.parties} == {"user:anne", "user:bruno"}
    assert (piece.fields["left_out"], piece.fields["from"], piece.fields["to"]) == (True, None, None)


def test_an_internal_call_nobody_answered_comes_from_the_caller():
    piece = call_rows.record(call("anne", "bruno", failed=True), TENANT)
    assert piece.internal is not None
    assert piece.internal.is_one_sided


def test_a_call_of_one_person_is_not_counted():
    assert call_rows.record(call("anne"), TENANT).internal is None


def test_the_day_is_that_of_the_organisation(conn):
    late = (NOW - timedelta(days=1)).replace(hour=22, minute=30).isoformat()  # half past midnight in Paris
    deliver(conn, mail("m1", ANNE, BRUNO, sent_at=late))
    assert counted(conn) == {("anne", "bruno", "email", 0): (1, 0)}
