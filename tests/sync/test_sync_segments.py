"""Teams and segments are read from the CRM; a column that is not there stops nothing."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from sync_world import NOW, House, config_for, world

from relationship.store import tables
from relationship.store.activities.activity_tables import StaleRecord
from relationship.store.crm.record_tables import Record
from relationship.store.dump import dump
from relationship.store.reading.reading_segments import Segment, Team, segments, teams
from relationship.sync.checks import doctor
from relationship.sync.checks.findings import Mark
from relationship.sync.readers.reconcile import reconcile_once
from relationship.sync.shapes import dataverse
from relationship.sync.wire.connection import connect
from simulator import identity
from simulator.dataverse.schema import FIRST_OWN_CHOICE, SEGMENT
from simulator.server import Running, start
from simulator.world import BusinessUnit, Person, Side, World

O1, NORDLYS = identity.opportunity("o1"), identity.account("nordlys")
NORTH, SOUTH = (identity.business_unit("fjord.example", name) for name in ("Nord", "Sud"))
WHOLE = identity.business_unit("fjord.example")
# The choices are numbered in the order of their names.
ETI, PME = FIRST_OWN_CHOICE, FIRST_OWN_CHOICE + 1
_record, _cursor = tables.table(Record), tables.table(tables.Cursor)


def divided() -> World:
    """Ines in one business unit, Omar in another, the rest in none; Nordlys a PME, Granit an ETI; one lead."""
    plain = world(mails=[])
    named = {"granit": "ETI", "nordlys": "PME"}
    return replace(
        plain,
        people=(*plain.people, Person("lea", "lea@other.example", "Lea", Side.LEAD, None, "", ())),
        accounts=tuple(replace(account, segment=named[account.id]) for account in plain.accounts),
        business_units=(BusinessUnit("Nord", ("ines",)), BusinessUnit("Sud", ("omar",))),
    )


@pytest.fixture
def running() -> Iterator[Running]:
    with start(divided()) as found:
        yield found


@pytest.fixture
def house(house: House) -> House:
    configure(house, SEGMENT)
    return house


def configure(house: House, column: str) -> None:
    house.config = config_for(house.running, segment_column=column)


def found(house: House, guid: str, *columns: str) -> tuple[Any, ...]:
    with house.store.reading() as conn:
        row = conn.execute(sa.select(*(_record.c[name] for name in columns)).where(_record.c.guid == guid)).one()
        return tuple(row)


def listed(house: House) -> tuple[list[str], list[str]]:
    with house.store.reading() as conn:
        return [team.name for team in teams(conn)], [segment.name for segment in segments(conn)]


def set_aside(house: House) -> list[str]:
    with house.store.reading() as conn:
        return list(conn.scalars(sa.select(tables.table(tables.Quarantine).c.reason)))


def reads_of(house: House, table: str) -> list[int]:
    """The statuses of the answers to our reading of a table."""
    return [one.status for one in house.running.services.traffic.entries if one.path.endswith(f"v9.2/{table}")]


def stale(house: House) -> set[str]:
    query = sa.select(_record.c.guid).where(_record.c.id.in_(sa.select(tables.table(StaleRecord).c.record_id)))
    with house.store.reading() as conn:
        return set(conn.scalars(query))


def rated(house: House) -> None:
    with house.store.transaction() as conn:
        conn.execute(sa.delete(StaleRecord))


def test_records_belong_to_the_business_unit_of_their_owner_and_the_segment_of_their_account(house: House):
    assert house.sync().troubles == ()
    assert found(house, O1, "team_guid", "team_name", "segment") == (NORTH, "Nord", "PME")
    assert found(house, identity.contact("tor"), "team_name", "segment") == ("Nord", "PME")
    assert found(house, identity.contact("paul"), "segment") == ("ETI",)
    with house.store.reading() as conn:
        assert Team(NORTH, "Nord", 1) in teams(conn)
        assert segments(conn) == (Segment("ETI", 0), Segment("PME", 1))


def test_who_is_in_no_business_unit_is_in_the_organisation_itself(house: House):
    house.running.services.crm.change_owner("opportunity", O1, identity.system_user("lina"))
    house.sync()
    assert found(house, O1, "team_guid", "team_name") == (WHOLE, "fjord")


def test_a_new_owner_in_another_unit_is_rated_in_the_next_round(house: House):
    house.sync()
    rated(house)
    house.running.services.crm.change_owner("opportunity", O1, identity.system_user("omar"))
    house.sync()
    assert found(house, O1, "team_guid", "team_name") == (SOUTH, "Sud")
    assert O1 in stale(house)


def test_a_new_segment_of_an_account_is_rated_in_the_next_round_for_all_that_take_it(house: House):
    house.sync()
    rated(house)
    house.running.services.crm.update("account", NORDLYS, {SEGMENT: ETI})
    house.sync()
    assert found(house, O1, "segment") == found(house, NORDLYS, "segment") == ("ETI",)
    assert {O1, NORDLYS, identity.contact("tor"), identity.contact("eva")} <= stale(house)


def test_an_emptied_segment_is_none(house: House):
    house.sync()
    house.running.services.crm.update("account", NORDLYS, {SEGMENT: None})
    house.sync()
    assert found(house, O1, "segment") == ("",)


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [("industrycode", 7, "7"), ("tickersymbol", "Grand\x00 compte", "Grand compte"), ("creditonhold", True, "Yes")],
)
def test_a_column_without_labels_is_shown_as_it_stands(house: House, column: str, value: Any, shown: str):
    house.running.services.crm.update("account", NORDLYS, {column: value})
    configure(house, column)
    house.sync()
    assert found(house, O1, "segment") == (shown,)


def test_a_lead_has_the_segment_of_its_own_column(house: House):
    lead = identity.lead("lea")
    house.running.services.crm.update("lead", lead, {SEGMENT: PME})
    house.sync()
    assert found(house, lead, "segment") == ("PME",)
    assert set_aside(house) == []


def test_a_column_that_only_accounts_have_is_no_fault(house: House):
    house.running.services.crm.update("account", NORDLYS, {"tickersymbol": "NORD"})
    configure(house, "tickersymbol")
    report = house.sync()
    assert (report.troubles, report.tables_ok, set_aside(house)) == ((), 10, [])
    assert found(house, O1, "segment") == ("NORD",)
    assert found(house, identity.lead("lea"), "segment") == ("",)


def test_a_column_that_nobody_has_stops_nothing_and_is_said(house: House):
    configure(house, "new_misspelt")
    report = house.sync()
    assert (report.troubles, report.tables_ok, report.exit_code) == ((), 10, 0)
    assert listed(house) == (["fjord", "Nord"], [])
    assert set_aside(house) == ["no_segment_column"]


def test_a_missing_column_costs_one_request_in_ten_minutes(house: House):
    configure(house, "new_misspelt")
    house.sync()
    for minutes, statuses in ((0, [200]), (5, [200]), (11, [400, 200])):
        house.running.services.traffic.clear()
        house.now = NOW.replace(minute=minutes)
        house.sync()
        assert reads_of(house, "accounts") == statuses


def test_once_the_column_is_named_right_the_segments_arrive(house: House):
    configure(house, "new_misspelt")
    house.sync()
    rated(house)
    configure(house, SEGMENT)
    house.now = NOW.replace(minute=11)
    house.sync()
    assert (listed(house)[1], set_aside(house)) == (["ETI", "PME"], [])
    assert O1 in stale(house)


def test_another_column_is_read_for_all_accounts_at_once(house: House):
    house.running.services.crm.update("account", NORDLYS, {"sic": "Énergie"})
    house.sync()
    configure(house, "sic")
    house.sync()
    assert listed(house)[1] == ["Énergie"]


def test_without_a_column_there_are_no_segments_any_more(house: House):
    house.sync()
    configure(house, "")
    house.sync()
    assert (listed(house)[1], set_aside(house)) == ([], [])


def test_a_column_deleted_in_the_crm_leaves_the_accounts_readable(house: House, monkeypatch: pytest.MonkeyPatch):
    from simulator.dataverse.schema import Table

    house.sync()
    knows = Table.knows
    monkeypatch.setattr(Table, "knows", lambda table, column: column != SEGMENT and knows(table, column))
    house.running.services.crm.update("account", NORDLYS, {"name": "Nordlys AS"})
    assert house.sync().troubles == ()
    assert found(house, NORDLYS, "name", "segment") == ("Nordlys AS", "")
    assert set_aside(house) == ["no_segment_column"]


def test_a_database_from_before_teams_reads_its_records_anew_once(house: House):
    house.sync()
    truth = house.dump()
    with house.store.transaction() as conn:
        conn.exec_driver_sql("UPDATE record SET team_guid = NULL, team_name = '', segment = ''")
        older = sa.func.replace(_cursor.c.delta_link, ",_owningbusinessunit_value", "")
        conn.execute(sa.update(_cursor).values(delta_link=sa.func.replace(older, f",{SEGMENT}", "")))
    house.sync()
    assert house.dump() == truth
    house.running.services.traffic.clear()
    house.sync()
    assert reads_of(house, "opportunities") == [200]


def test_a_column_that_is_read_for_something_else_is_no_segment(house: House):
    configure(house, "name")
    house.sync()
    assert listed(house)[1] == []


def test_the_comparison_mends_a_segment_and_a_team(house: House):
    house.sync()
    with house.store.reading() as conn:
        truth = dump(conn)
    with house.store.transaction() as conn:
        conn.exec_driver_sql(
            "UPDATE record SET segment = 'X', team_name = 'Y' WHERE kind IN ('account', 'opportunity')"
        )
    reconcile_once(house, microsoft=house.microsoft)
    assert house.dump() == truth


def test_values_as_people_see_them_are_asked_for_only_where_a_team_is_read():
    asked = {table.entity_set for table in (dataverse.SYSTEM_USERS, dataverse.CONNECTIONS) if table.shown}
    assert asked == set()
    for table in (dataverse.ACCOUNTS, dataverse.CONTACTS, dataverse.LEADS, dataverse.OPPORTUNITIES):
        assert table.shown
        assert "FormattedValue" in dataverse.headers(5, track=True, shown=table.shown)["Prefer"]
    assert "FormattedValue" not in dataverse.headers(5, track=True)["Prefer"]


Examine = Callable[[str], tuple[Mark, str, str]]


@pytest.fixture
def examine(house: House) -> Examine:
    def look(column: str) -> tuple[Mark, str, str]:
        config = config_for(house.running, segment_column=column)
        with closing(connect(config)) as microsoft:
            parts = {one.part: one for one in doctor.examine(config, microsoft, lambda: house.store)}
        return parts["segments"].mark, parts["segments"].told, parts["segments"].next_step

    return look


def test_the_doctor_says_where_segments_are(examine: Examine):
    assert examine(SEGMENT) == (Mark.GOOD, "Accounts name their segment in new_segment.", "")


@pytest.mark.parametrize("column", ["new_misspelt", "name"])
def test_the_doctor_names_the_variable_of_a_wrong_column(examine: Examine, column: str):
    mark, told, next_step = examine(column)
    assert mark is Mark.WARNING
    assert column in told
    assert "RELATIONSHIP_SEGMENT_COLUMN" in next_step
