"""Columns that the organisation added to its CRM: read where they are, left out where they are not."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sync_world import NOW, House, config_for, world

from relationship.clock import frozen_clock
from relationship.config import load_config
from relationship.desk.detect import detect_all
from relationship.errors import FixSettings
from relationship.house import House as DetectionHouse
from relationship.store import tables
from relationship.store.crm import stage_days
from relationship.store.crm.record_tables import Record
from relationship.store.customers import account_events, account_health
from relationship.store.signals import signals
from relationship.sync.checks import doctor
from relationship.sync.checks.findings import Mark
from relationship.sync.shapes.own_columns import OwnColumns, health_fields
from relationship.sync.wire.connection import connect
from simulator import identity
from simulator.server import Running, start

COLUMNS = "renewal=new_renewalon, arr=new_arr, competitor=new_competitor"
NORDLYS, O1 = identity.account("nordlys"), identity.opportunity("o1")
_record = tables.table(Record)


@pytest.fixture
def running() -> Iterator[Running]:
    plain = world(mails=[])
    renewed = tuple(
        replace(one, renewal_on=date(2026, 9, 30), domain="nordlys.example", employees=400)
        if one.id == "nordlys"
        else replace(one, renewal_on=None)
        for one in plain.accounts
    )
    with start(replace(plain, accounts=renewed)) as found:
        yield found


def row(house: House, guid: str, *names: str) -> tuple[Any, ...]:
    with house.store.reading() as conn:
        return tuple(conn.execute(sa.select(*(_record.c[name] for name in names)).where(_record.c.guid == guid)).one())


def standings(house: House) -> list[tuple[str, float | None]]:
    with house.store.reading() as conn:
        number = conn.scalar(sa.select(_record.c.id).where(_record.c.guid == O1))
        return [(one.stage, one.value) for one in stage_days.histories(conn)[number or 0]]


def test_renewal_revenue_and_stages_are_read_and_each_change_of_a_stage_is_kept(house: House):
    house.config = config_for(house.running, crm_columns=COLUMNS)
    assert house.sync().troubles == ()
    found = row(house, NORDLYS, "account_number", "domain", "renewal_on", "currency")
    assert found == ("nordlys", "nordlys.example", date(2026, 9, 30), "EUR")
    assert row(house, NORDLYS, "arr")[0] > 0
    before = standings(house)
    house.running.services.crm.update("opportunity", O1, {"salesstage": 3, "estimatedvalue": 99_000.0})
    house.sync()
    assert standings(house)[-1] == ("close", 99_000.0)
    assert standings(house) != before
    house.sync()
    assert len(standings(house)) <= len(before) + 1


def told(house: House) -> dict[str, list[tuple[str, str, str]]]:
    """By detector what the events behind its open signal say: direction, text and source."""
    detect_all(DetectionHouse(house.config, house.store, frozen_clock(NOW)))
    with house.store.reading() as conn:
        rows = signals.open_of(conn)
        events = {event.id: event for event in account_events.between(conn, since=0, until=99_999)}
    return {
        row.detector: [
            (event.direction, event.text, event.source)
            for fact in row.evidence
            if fact.what == "event" and (event := events[fact.ref or 0])
        ]
        for row in rows
    }


def test_what_changes_in_fields_of_the_crm_is_an_event_with_its_source_and_a_signal_once(house: House):
    """The number of employees, an own column for the budget, and the standard fields of a deal."""
    crm = house.running.services.crm
    house.config = config_for(house.running, crm_columns="budget=creditlimit, strategy=tickersymbol")
    crm.update("account", NORDLYS, {"creditlimit": 1000.0})
    house.sync()
    known = told(house)
    assert {"H-R7", "H-R8", "H-R9", "H-O6", "H-P5", "H-P6"}.isdisjoint(known)
    crm.update("account", NORDLYS, {"numberofemployees": 361, "creditlimit": 899.0, "tickersymbol": "Merged"})
    crm.update("opportunity", O1, {"purchasetimeframe": 2})
    house.sync()
    assert "H-R7" not in told(house)  # from 400 to 361 is less than a tenth
    crm.update("account", NORDLYS, {"numberofemployees": 360})
    crm.update("opportunity", O1, {"need": 0, "budgetstatus": 3, "purchasetimeframe": 1})
    house.sync()
    found = told(house)
    assert found["H-R7"] == [("down", "400 → 360", "Dynamics 365 (numberofemployees)")]
    assert [(direction, source) for direction, _text, source in found["H-R8"]] == [
        ("down", "Dynamics 365 (creditlimit)")
    ]
    assert found["H-R9"] == [("", "Merged", "Dynamics 365 (tickersymbol)")]
    assert [(direction, source) for direction, _text, source in found["H-O6"]] == [
        ("up", "Dynamics 365 (budgetstatus)")
    ]
    assert {source for _direction, _text, source in found["H-P5"]} == {"Dynamics 365 (purchasetimeframe)"}
    assert [source for _direction, _text, source in found["H-P6"]] == ["Dynamics 365 (need)"]
    house.sync()
    assert told(house) == found


def test_a_column_that_is_not_there_stops_nothing_and_the_doctor_says_so(house: House):
    house.config = config_for(house.running, crm_columns="renewal=new_renewalon, arr=new_shoesize")
    assert house.sync().troubles == ()
    with house.store.reading() as conn:
        assert set(conn.scalars(sa.select(tables.table(tables.Quarantine).c.reason))) == {"no_own_column"}
    assert row(house, NORDLYS, "renewal_on", "arr") == (date(2026, 9, 30), None)
    with closing(connect(house.config)) as microsoft:
        marks = {one.part: one.mark for one in doctor.examine(house.config, microsoft, lambda: house.store)}
    assert (marks["column renewal"], marks["column arr"]) == (Mark.GOOD, Mark.WARNING)


@pytest.mark.parametrize("text", ["renewal", "shoe=new_size", "arr=x y; drop", "arr=new_a, arr=new_b", "=new_a"])
def test_a_setting_that_names_no_column_is_refused(text: str):
    with pytest.raises(FixSettings, match="RELATIONSHIP_CRM_COLUMNS"):
        load_config(mode="test", crm_columns=text)


def test_health_fields_of_the_crm_are_taken_where_they_are_ours():
    own = OwnColumns("health_score=a,health_status=b,churn=c")

    def shown(found, name):
        return str(found.get(f"{name}@shown", found.get(name, "")))

    assert health_fields({"a": 62.4, "b": 2, "b@shown": "À risque", "c": False}, own, shown) == (
        ("score", "62"),
        ("status", account_health.STATUSES[1]),
        ("churn", "false"),
    )
    assert health_fields({"a": 620, "b": "?", "c": None}, own, shown) == (
        ("score", None),
        ("status", None),
        ("churn", None),
    )
    assert health_fields({"a": 62}, OwnColumns(""), shown) == ()
