"""Teams and segments of records: contacts and opportunities take their account's segment, a change is rated."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from store_builders import FIRST, NEXT, opportunity, people

from relationship.activities import RecordKind
from relationship.store import tables
from relationship.store.activities.activity_tables import StaleRecord
from relationship.store.crm import records
from relationship.store.crm.record_tables import Record
from relationship.store.crm.records import RecordRow
from relationship.store.database import Store
from relationship.store.reading.reading_segments import Segment, Team, segments, teams
from relationship.store.sources.cursors import Place

NORTH, SOUTH = "bu-north", "bu-south"
_record = tables.table(Record)


def account(guid: str = "a1", segment: str = "PME", **columns: Any) -> RecordRow:
    return RecordRow(RecordKind.ACCOUNT, guid, guid, "active", date(2024, 6, 17), segment=segment, **columns)


def save(store: Store, *rows: RecordRow, removed: tuple[str, ...] = (), kind: RecordKind | None = None) -> None:
    """As at the end of a rating, nothing is stale before."""
    with store.transaction() as conn:
        conn.execute(sa.delete(StaleRecord))
        records.save(conn, kind or rows[0].kind, rows, removed, place=NEXT)


def segment_of(store: Store, guid: str) -> str:
    with store.reading() as conn:
        return str(conn.scalar(sa.select(_record.c.segment).where(_record.c.guid == guid)))


def stale(store: Store) -> set[str]:
    query = sa.select(_record.c.guid).where(_record.c.id.in_(sa.select(tables.table(StaleRecord).c.record_id)))
    with store.reading() as conn:
        return set(conn.scalars(query))


@pytest.fixture(autouse=True)
def _an_organisation(store: Store) -> None:
    with store.transaction() as conn:
        people(conn)


def test_contacts_and_opportunities_take_the_segment_of_their_account(store: Store):
    save(store, account(segment="ETI"))
    assert [segment_of(store, guid) for guid in ("a1", "o1", "c-tor", "c-una")] == ["ETI"] * 4


def test_an_opportunity_that_arrives_before_its_account_gets_the_segment_afterwards(store: Store):
    save(store, opportunity("o2", account_guid="a2"))
    assert segment_of(store, "o2") == ""
    save(store, account("a2", "Grand compte"))
    assert segment_of(store, "o2") == "Grand compte"


def test_an_opportunity_that_arrives_after_its_account_has_the_segment_at_once(store: Store):
    save(store, account(segment="ETI"))
    save(store, opportunity("o2"))
    assert segment_of(store, "o2") == "ETI"


def test_a_change_of_the_segment_is_rated_again_for_all_that_take_it(store: Store):
    save(store, account(segment="ETI"))
    save(store, account(segment="PME"))
    assert stale(store) == {"a1", "o1", "c-tor", "c-una"}
    assert segment_of(store, "o1") == "PME"


def test_a_change_of_another_column_of_the_account_leaves_its_opportunities_alone(store: Store):
    save(store, account(segment="ETI"))
    save(store, account(segment="ETI", contact_guid="c-una"))
    assert stale(store) == {"a1"}


def test_an_opportunity_moved_to_another_account_takes_that_one_s_segment(store: Store):
    save(store, account(segment="ETI"), account("a2", "PME"))
    save(store, opportunity("o1", account_guid="a2"))
    assert segment_of(store, "o1") == "PME"
    save(store, opportunity("o1", account_guid=None))
    assert segment_of(store, "o1") == ""


@pytest.mark.parametrize("way", ["told", "by a full round"])
def test_when_the_account_goes_its_segment_goes(store: Store, way: str):
    save(store, account(segment="ETI"))
    if way == "told":
        save(store, removed=("a1",), kind=RecordKind.ACCOUNT)
    else:
        with store.transaction() as conn:
            conn.execute(sa.delete(StaleRecord))
            records.end_full_round(conn, RecordKind.ACCOUNT, Place(round=9, full=True))
    assert segment_of(store, "o1") == segment_of(store, "c-tor") == ""
    assert {"o1", "c-tor"} <= stale(store)


def test_reading_the_same_rows_again_writes_nothing(store: Store):
    rows = [opportunity("o1", team_guid=NORTH, team_name="Nord")]
    save(store, account(segment="ETI"))
    save(store, *rows)
    with store.transaction() as conn:
        assert records.save(conn, RecordKind.OPPORTUNITY, rows, [], place=NEXT) == 0
        assert records.save(conn, RecordKind.ACCOUNT, [account(segment="ETI")], [], place=NEXT) == 0


def test_a_record_that_moves_to_another_team_is_rated_again(store: Store):
    save(store, opportunity("o1", team_guid=NORTH, team_name="Nord"), opportunity("o2", team_guid=NORTH))
    save(store, opportunity("o1", team_guid=SOUTH, team_name="Sud"))
    assert stale(store) == {"o1"}


def test_many_opportunities_at_once_get_their_segment(store: Store):
    """So many that PostgreSQL copies them."""
    save(store, account(segment="ETI"))
    save(store, *(opportunity(f"m{number:03}") for number in range(250)))
    with store.reading() as conn:
        assert segments(conn) == (Segment("ETI", 251),)


def test_a_lead_has_a_segment_of_its_own(store: Store):
    save(store, RecordRow(RecordKind.LEAD, "l1", "Lea", "open", date(2026, 1, 1), segment="PME"))
    assert segment_of(store, "l1") == "PME"


def test_teams_and_segments_are_listed_with_their_open_opportunities(store: Store):
    save(store, account(segment="PME"), account("a2", "ETI", team_guid=SOUTH, team_name="Sud"), account("a3", ""))
    save(
        store,
        opportunity("o1", team_guid=NORTH, team_name="Nord"),
        opportunity("o2", team_guid=NORTH, team_name="Nord", account_guid="a2"),
        opportunity("o3", team_guid=NORTH, team_name="Nord", status="won"),
        opportunity("o4", account_guid="a3"),
    )
    with store.reading() as conn:
        assert teams(conn) == (Team(NORTH, "Nord", 2), Team(SOUTH, "Sud", 0))
        assert segments(conn) == (Segment("ETI", 1), Segment("PME", 1))


def test_without_teams_and_segments_the_lists_are_empty(store: Store):
    with store.reading() as conn:
        assert (teams(conn), segments(conn)) == ((), ())


def test_the_first_place_is_no_other_case(store: Store):
    """A full round from the start hands segments on as a later one does."""
    with store.transaction() as conn:
        records.save(conn, RecordKind.ACCOUNT, [account(segment="ETI")], [], place=FIRST)
    assert segment_of(store, "o1") == "ETI"
