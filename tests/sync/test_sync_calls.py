"""Calls over real TLS: Teams, the telephone network, late and newer versions, and whoever nobody can name."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sync_world import NOW, House, config_for, mail, world

from relationship.activities import Kind
from relationship.store.database import Store
from relationship.store.sources.sources import all_sources
from relationship.sync.readers.reconcile import reconcile_once
from simulator import identity
from simulator.faults import Fault, FaultKind
from simulator.server import Running, start
from simulator.world import Source, WorldActivity

RECORDS = r"callRecords$"
HOUR = timedelta(hours=1)


@pytest.fixture
def running() -> Iterator[Running]:
    with start(world([mail("m0", "tor", ["ines"])])) as found:
        yield found


@pytest.fixture
def telephone(running):
    return running.organisation.calls


def called(house: House) -> dict[str, tuple[int, list[str]]]:
    """Minutes and people of every call, by its start; first who called."""
    lines = [json.loads(line) for line in house.dump().splitlines()]
    people: dict[str, list[tuple[str, str]]] = {}
    for line in lines:
        if line[0] == "party":
            people.setdefault(line[1], []).append((line[2], line[3]))
    return {
        line[3][:16]: (line[6], [address for _, address in sorted(people[line[1]])])
        for line in lines
        if line[0] == "activity" and line[2] == "call"
    }


def tel(person: str) -> str:
    return f"tel:{identity.phone(person)}"


def user(person: str) -> str:
    return f"user:{identity.msgraph_user(person)}"


@pytest.mark.parametrize("network", ["pstn", "direct"])
def test_a_telephone_call_told_twice_is_one_from_caller_to_called(network, house, telephone):
    telephone.record_call("ines", ["tor"], at=NOW - 30 * HOUR, minutes=12, network=network)
    telephone.record_call("eva", ["omar"], at=NOW - 20 * HOUR, minutes=0.5, network=network)
    assert house.sync().troubles == ()
    assert called(house) == {
        "2026-06-16T03:00": (12, [user("ines"), tel("tor")]),
        "2026-06-16T13:00": (1, [tel("eva"), user("omar")]),
    }


def test_a_call_nobody_answered_lasts_no_minute(house, telephone):
    telephone.record_call("ines", ["tor"], at=NOW - 30 * HOUR, minutes=0)
    house.sync()
    assert called(house) == {"2026-06-16T03:00": (0, [user("ines"), tel("tor")])}


def test_a_second_run_asks_three_times_and_writes_nothing(house, running, telephone, writes):
    telephone.record_call("ines", ["tor"], at=NOW - 30 * HOUR)
    telephone.record_call("ines", ["omar"], at=NOW - 29 * HOUR, network="teams")
    telephone.record_call("ines", ["eva"], at=NOW - 28 * HOUR, network="teams")
    house.sync()
    writes.since_last()
    running.services.traffic.clear()
    assert house.sync().written == 0
    assert not writes.since_last()
    assert len([entry for entry in running.services.traffic.entries if "callRecords" in entry.path]) == 3


def test_f57_a_late_record_and_a_newer_version_are_one_call_in_its_newest_state(house, telephone):
    record = telephone.record_call("ines", ["tor"], at=NOW - 30 * HOUR, minutes=3)
    telephone.hold_back(last=1)
    house.sync()
    assert called(house) == {}
    house.now += HOUR
    telephone.release()
    house.sync()
    assert [minutes for minutes, _ in called(house).values()] == [3]
    telephone.revise(record.id, minutes=25)
    house.now += HOUR
    house.sync()
    assert [minutes for minutes, _ in called(house).values()] == [25]
    telephone.revise(record.id, at=NOW - 30 * HOUR + timedelta(seconds=2))
    house.now += HOUR
    house.sync()
    assert list(called(house)) == ["2026-06-16T03:00"]


@pytest.mark.parametrize("network", ["pstn", "direct"])
def test_f57_a_record_that_comes_days_late_is_found_by_the_comparison(network, house, telephone):
    record = telephone.record_call("ines", ["tor"], at=NOW - 120 * HOUR, minutes=3, network=network)
    telephone.hold_back(last=1)
    house.sync()
    telephone.release()
    house.sync()
    assert called(house) == {}
    log = "calls/pstn" if network == "pstn" else "calls/direct-routing"
    first = reconcile_once(house, microsoft=house.microsoft)
    assert {one.key: one.missing for one in first.findings if one.differs} == {"calls/records": 1, log: 1}
    assert [minutes for minutes, _ in called(house).values()] == [3]
    telephone.revise(record.id, minutes=25)
    reconcile_once(house, microsoft=house.microsoft)
    assert [minutes for minutes, _ in called(house).values()] == [25]
    last = reconcile_once(house, microsoft=house.microsoft)
    assert not [finding for finding in last.findings if finding.differs]
    assert {one.key for one in last.findings if one.compared} >= {"calls/records", log}


def test_f57_an_anonymous_caller_is_nobody(house, telephone):
    telephone.record_call("ines", [], at=NOW - 30 * HOUR, anonymous=1, network="teams")
    telephone.record_call("ines", ["tor"], at=NOW - 20 * HOUR, anonymous=1)
    house.sync()
    assert called(house) == {"2026-06-16T13:00": (5, [user("ines"), tel("tor")])}
    assert "Invité" not in house.dump()


def test_a_call_over_teams_with_somebody_of_another_organisation_names_nobody(house, telephone):
    telephone.record_call("ines", ["tor"], at=NOW - 30 * HOUR, network="teams")
    house.sync()
    assert called(house) == {}


def test_the_group_call_of_a_meeting_is_the_meeting(house, running, telephone):
    meeting = running.organisation.calendars.arrange("ines", ["tor"], at=NOW - 30 * HOUR)
    telephone.record_meeting(meeting.id)
    house.sync()
    assert called(house) == {}
    assert house.dump().count('["activity"') == 2


def test_a_right_that_is_missing_closes_one_source_only(house, running, telephone):
    telephone.record_call("ines", ["tor"], at=NOW - 30 * HOUR)
    running.services.faults.add(Fault(FaultKind.REFUSED, path=r"getPstnCalls", times=9, status=403, code="Forbidden"))
    report = house.sync()
    assert report.exit_code == 0
    assert len(called(house)) == 1
    with house.store.reading() as conn:
        states = {row.key: row.state for row in all_sources(conn) if row.key.startswith("calls/")}
    assert states == {"calls/records": "healthy", "calls/pstn": "unavailable", "calls/direct-routing": "healthy"}


def test_more_calls_than_a_page_holds_are_all_read(house, telephone):
    for number in range(70):
        telephone.record_call("ines", ["tor"], at=NOW - timedelta(minutes=10 * number + 30))
    house.sync()
    assert len(called(house)) == 70


def test_calls_may_be_left_out(running, store: Store, telephone):
    telephone.record_call("ines", ["tor"], at=NOW - 30 * HOUR)
    house = House(config_for(running, sources="mail,calendar"), store, running)
    house.sync()
    assert called(house) == {}
    assert not [entry for entry in running.services.traffic.entries if re.search("callRecords|todo", entry.path)]
    house.close()


def _call(name: str, caller: str, other: str, days: float) -> WorldActivity:
    return replace(
        mail(name, caller, [other], days_ago=days), kind=Kind.CALL, minutes=7, source=Source.BOTH, regarding_id="o1"
    )


def test_f58_a_call_in_teams_and_in_the_crm_is_one(store: Store):
    names = [f"c{number}" for number in range(12)]
    with start(world([_call(name, "ines", "tor", 2 + place) for place, name in enumerate(names)])) as running:
        by_phone = {record.activity_id for record in running.organisation.calls.truth() if record.network != "teams"}
        assert by_phone
        house = House(config_for(running), store, running)
        assert house.sync().troubles == ()
        found = called(house)
        house.close()
    assert len(found) == 12
