"""F58: the same meeting in a calendar and in the CRM is one activity; what each alone knows is kept."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from crm_sync_world import EVA, O1, TOR, acts, days, filed, filed_world, kept, parties, sightings
from sync_world import NOW, House, Undisturbed

from relationship.activities import Kind
from simulator import identity
from simulator.dataverse import Ref
from simulator.server import Running, start
from simulator.world import Source, WorldStatus


def both(name: str, *to: str, **said):
    return filed(name, Kind.MEETING, "ines", *to, source=Source.BOTH, **said)


@pytest.fixture
def running() -> Iterator[Running]:
    meetings = (
        both("held", "tor", cc_ids=("omar",), days_ago=5, minutes=45, regarding_id="o1"),
        both("weekly-1", "eva", days_ago=9, conversation_id="s7", regarding_id="o1"),
        both("weekly-2", "eva", days_ago=2, conversation_id="s7"),
        both("ahead", "tor", days_ago=-3, status=WorldStatus.PLANNED, regarding_id="o1"),
    )
    with start(filed_world(meetings)) as found:
        yield found


def test_f58_one_meeting_from_both_systems_is_one_activity(house: House):
    house.sync()
    assert kept(house) == {
        ("meeting", 5): ("done", 45, O1),
        ("meeting", 9): ("done", 30, O1),
        ("meeting", 2): ("done", 30, None),
        ("meeting", -3): ("planned", 30, O1),
    }
    assert sightings(house).count("dataverse/appointments") == 4
    assert len([key for key in sightings(house) if key.startswith("calendar/")]) >= 5
    assert ("meeting", 5, 1, 1) in days(house, "opportunity", O1)
    assert days(house, "contact", EVA) == {("meeting", 9, 1, 1), ("meeting", 2, 1, 1)}


def test_f58_the_order_in_which_the_systems_are_read_does_not_matter(house, running, undisturbed: Undisturbed):
    from sync_world import config_for

    house.config = config_for(running, sources="mail,calendar")
    house.sync()
    assert kept(house)["meeting", 5] == ("done", 45, None)
    house.config = config_for(running)
    house.sync()
    assert kept(house)["meeting", 5] == ("done", 45, O1)
    assert house.dump() == undisturbed()


def test_f58_the_calendar_knows_who_was_there_and_the_crm_what_it_was_about(house, running):
    running.organisation.now = NOW + timedelta(hours=1)
    running.services.crm.update("appointment", identity.activity("held"), {})
    house.sync()
    assert {address for _, address in parties(house, "meeting", 5)} == {
        "ines@fjord.example", "tor@nordlys.example", "omar@fjord.example",
    }  # fmt: skip
    assert kept(house)["meeting", 5][2] == O1


def test_f58_a_meeting_deleted_in_the_calendars_lives_on_in_the_crm_and_the_other_way_round(house, running):
    house.sync()
    running.organisation.calendars.delete("held")
    house.sync()
    assert kept(house)["meeting", 5] == ("done", 45, O1)
    assert ("to", f"contact:{TOR}") in parties(house, "meeting", 5)
    acts(running).delete(identity.activity("weekly-2"))
    house.sync()
    assert kept(house)["meeting", 2] == ("done", 30, None)
    acts(running).delete(identity.activity("held"))
    house.sync()
    assert ("meeting", 5) not in kept(house)


def test_f58_a_meeting_filed_elsewhere_later_follows(house, running):
    house.sync()
    acts(running).move(identity.activity("held"), Ref("contact", EVA))
    house.sync()
    assert kept(house)["meeting", 5] == ("done", 45, EVA)
    assert ("meeting", 5, 1, 1) in days(house, "contact", EVA)
    acts(running).move(identity.activity("held"), None)
    house.sync()
    assert kept(house)["meeting", 5] == ("done", 45, None)
    assert ("meeting", 5, 1, 1) not in days(house, "contact", EVA)


def test_an_open_appointment_that_only_the_crm_knows_is_not_held_by_the_clock_alone(house, running):
    acts(running).create(
        Kind.MEETING, sender="ines@fjord.example", to=["tor@nordlys.example"], minutes=30,
        at=NOW - timedelta(days=12), status=WorldStatus.PLANNED,
    )  # fmt: skip
    house.sync()
    assert kept(house)["meeting", 12] == ("planned", 30, None)
    assert ("meeting", 12, 1, 1) not in days(house, "contact", TOR)
