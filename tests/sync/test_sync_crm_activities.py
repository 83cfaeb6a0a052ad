"""E-mails, calls, meetings and tasks of the CRM, read over TLS. Expected values: dataverse contract, sections 9, 10."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from crm_sync_world import EVA, INES, O1, PAUL, TOR, acts, days, filed_world, kept, lines, parties, sightings
from sync_world import NOW, House

from relationship.activities import Kind
from simulator import identity
from simulator.dataverse import Ref
from simulator.server import Running, start


@pytest.fixture
def running() -> Iterator[Running]:
    with start(filed_world()) as found:
        yield found


def test_every_kind_and_state_is_kept_as_the_contract_says(house: House):
    report = house.sync()

    assert (report.troubles, report.tables_ok) == ((), 10)
    assert kept(house) == {
        ("email", 9): ("done", None, None),
        ("email", 8): ("done", None, None),
        ("call", 7): ("done", 12, None),
        ("call", 6): ("done", 0, None),
        ("call", -2): ("planned", None, None),
        ("meeting", 5): ("done", 45, None),
        ("meeting", 2): ("done", 30, None),
        ("meeting", -4): ("planned", 30, None),
        ("task", 3): ("done", None, O1),
        ("task", -1): ("planned", None, PAUL),
    }


def test_who_the_crm_knows_stands_there_by_id(house):
    house.sync()
    omar = identity.system_user("omar")
    assert parties(house, "email", 9) == {
        ("from", f"systemuser:{INES}"), ("to", f"contact:{TOR}"), ("cc", f"systemuser:{omar}"),
    }  # fmt: skip
    assert parties(house, "task", -1) == {("from", f"systemuser:{omar}"), ("to", f"contact:{PAUL}")}


def test_what_counts_for_a_contact_comes_from_all_four_tables(house):
    house.sync()
    assert days(house, "contact", TOR) >= {
        ("email", 9, 1, 0), ("call", 7, 1, 1), ("meeting", 5, 1, 1), ("meeting", 2, 1, 1),
    }  # fmt: skip
    assert days(house, "contact", EVA) == {("email", 8, 0, 1), ("meeting", 5, 1, 1)}
    assert ("task", 3, 1, 0) in days(house, "opportunity", O1)


def test_who_the_crm_does_not_know_stands_there_by_address(house, running):
    acts(running).create(
        Kind.EMAIL, sender="neu@else.example", to=["ines@fjord.example"], message_id="<n@else.example>"
    )
    house.sync()
    assert parties(house, "email", 0) == {("from", "neu@else.example"), ("to", f"systemuser:{INES}")}


def test_neither_subject_nor_text_is_asked_for(house, running):
    running.services.traffic.clear()
    house.sync()
    assert "Objet" not in house.dump()


def test_a_second_run_writes_nothing_and_asks_once_per_table(house, running, writes):
    house.sync()
    running.services.traffic.clear()
    writes.since_last()

    report = house.sync()

    asked = running.services.traffic.by_path
    assert [asked[f"api/data/v9.2/{name}"] for name in ("emails", "phonecalls", "appointments", "tasks")] == [
        1,
        1,
        1,
        1,
    ]
    assert not writes.since_last()
    assert (report.written, report.rows) == (0, 0)


def test_both_databases_hold_the_same_activities(house, undisturbed):
    house.sync()
    assert house.dump() == undisturbed()


def test_what_is_older_than_the_read_window_is_not_kept(house, running):
    acts(running).create(
        Kind.CALL, sender="ines@fjord.example", to=["tor@nordlys.example"], at=NOW - timedelta(days=500), minutes=5
    )
    house.sync()
    assert ("call", 500) not in kept(house)


def test_a_colleague_whom_somebody_made_a_contact_is_inside(house, running):
    crm = running.services.crm
    contact = crm.create("contact", {"fullname": "Lina Privée", "emailaddress1": "privee@fjord.example"})
    crm.update("contact", TOR, {"_parentcustomerid_value": None})
    acts(running).create(Kind.CALL, sender="ines@fjord.example", to=["privee@fjord.example"], minutes=5)
    assert crm.has("contact", contact)
    house.sync()
    assert ("call", 0) not in kept(house)


def test_a_new_domain_of_ours_makes_its_activities_internal(house, running, undisturbed):
    house.sync()
    organisation = running.organisation
    object.__setattr__(organisation.world, "domains", (*organisation.world.domains, "nordlys.example"))
    organisation.new_user("Ada", "ada@fjord.example")

    house.sync()

    # An open task about Paul of another company is left, and what is filed by one of ours alone.
    assert set(kept(house)) == {("task", -1), ("task", 3)}
    assert house.dump() == undisturbed()


def test_more_than_twenty_outsiders_are_a_crowd(house, running):
    crowd = [f"p{number}@else.example" for number in range(21)]
    acts(running).create(Kind.MEETING, sender="ines@fjord.example", to=crowd, at=NOW - timedelta(days=1), minutes=30)
    house.sync()
    assert ("meeting", 1) not in kept(house)


def test_a_call_filed_by_one_of_ours_counts_without_anybody_named(house, running):
    call = acts(running).create(
        Kind.CALL, sender="ines@fjord.example", to=[], at=NOW - timedelta(days=1), minutes=5,
        regarding=Ref("opportunity", O1),
    )  # fmt: skip
    house.sync()
    assert kept(house)["call", 1] == ("done", 5, O1)
    assert ("call", 1, 1, 1) in days(house, "opportunity", O1)
    acts(running).delete(call)
    house.sync()
    assert ("call", 1) not in kept(house)


def test_a_row_that_cannot_be_read_stands_aside_until_it_changes(house, running):
    crm = running.services.crm
    crm.update("task", identity.activity("did"), {"actualend": None, "scheduledend": None})
    house.sync()
    assert [row[2] for row in lines(house, "quarantine")] == ["no_time"]
    assert len(kept(house)) == 9
    acts(running).complete(identity.activity("did"), at=NOW - timedelta(days=3))
    house.sync()
    assert lines(house, "quarantine") == []
    assert ("task", 3) in kept(house)


def test_a_table_that_may_not_be_read_stops_no_other(house, running):
    from simulator.faults import Fault, FaultKind

    refused = Fault(FaultKind.REFUSED, path="v9.2/phonecalls", times=99, status=403, code="0x80040220")
    running.services.faults.add(refused)
    report = house.sync()
    assert [(trouble.key, trouble.reason) for trouble in report.troubles] == [
        ("dataverse/phonecalls", "privilege_missing")
    ]
    assert {kind for kind, _ in kept(house)} == {"email", "meeting", "task"}
    running.services.faults.clear()
    assert house.sync().troubles == ()
    assert ("call", 7) in kept(house)


def test_of_a_private_appointment_nothing_is_kept(house, running):
    house.sync()
    running.services.crm.update("appointment", identity.activity("met"), {"ismapiprivate": True})
    house.sync()
    assert ("meeting", 5) not in kept(house)
    assert sightings(house).count("dataverse/appointments") == 2


def test_each_table_is_a_source_of_its_own(house):
    house.sync()
    assert {key: sightings(house).count(key) for key in set(sightings(house))} == {
        "dataverse/emails": 2, "dataverse/phonecalls": 3, "dataverse/appointments": 3, "dataverse/tasks": 2,
    }  # fmt: skip


def test_many_changes_are_asked_for_in_addresses_that_are_short_enough(house, running, monkeypatch, undisturbed):
    from relationship.sync.readers import crm_activities

    monkeypatch.setattr(crm_activities, "MOST_KEYS_ASKED", 2)
    for number in range(7):
        acts(running).create(
            Kind.CALL, sender="ines@fjord.example", to=["tor@nordlys.example"], minutes=5,
            at=NOW - timedelta(days=20, hours=number),
        )  # fmt: skip
    house.sync()
    monkeypatch.undo()
    assert house.dump() == undisturbed()
    assert len([1 for row in lines(house, "activity") if row[1] == "call"]) == 10


def test_two_hundred_keys_fit_into_an_address():
    from relationship.sync.shapes.dataverse_activities import MOST_KEYS_ASKED, TABLES

    guids = [identity.guid("activity", str(number)) for number in range(MOST_KEYS_ASKED)]
    longest = max(len(table.rows_link("https://fjord.crm12.dynamics.com/api/data/v9.2", guids)) for table in TABLES)
    assert longest <= 32 * 1024
