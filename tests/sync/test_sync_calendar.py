"""Calendars over real TLS: what becomes a meeting, what the service is known to do, and that nothing is lost.

The end depends on truth and policy only: the dump equals that of an undisturbed reading. Tests of a fault are
named after its id.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sync_world import NOW, House, config_for, mail, world

from relationship.activities import Kind
from relationship.desk.rate import rate_all
from relationship.store.database import Store
from relationship.store.sources import sources
from relationship.store.sources.sources import all_sources
from relationship.sync.readers import calendars
from simulator.faults import Fault, FaultKind
from simulator.mailbox import MailboxState
from simulator.server import Running, start
from simulator.world import Source

VIEW = r"calendarView/delta$"
DAY = timedelta(days=1)


@pytest.fixture
def running() -> Iterator[Running]:
    """Two mails only, so that the calendars are what is read."""
    with start(world([mail("m0", "tor", ["ines"])])) as found:
        yield found


@pytest.fixture
def calendar(running):
    return running.organisation.calendars


def meetings(house: House) -> dict[str, tuple[str, list[str]]]:
    """Status and sorted people of every meeting, by its start."""
    lines = [json.loads(line) for line in house.dump().splitlines()]
    people: dict[str, list[str]] = {}
    for line in lines:
        if line[0] == "party":
            people.setdefault(line[1], []).append(line[3].partition("@")[0])
    found = [line for line in lines if line[0] == "activity" and line[2] == "meeting"]
    return {line[3][:16]: (line[5], sorted(people.get(line[1], []))) for line in found}


def at(days: float) -> datetime:
    return NOW.replace(hour=8) + days * DAY


def key(days: float) -> str:
    return f"{at(days):%Y-%m-%dT%H:%M}"


def test_a_meeting_in_two_calendars_is_one_held_when_over_and_planned_before(house, calendar):
    calendar.arrange("ines", ["tor", "omar"], at=at(-3), minutes=45)
    calendar.arrange("tor", ["ines"], at=at(3), optional=["eva"])
    calendar.arrange("ines", ["omar"], at=at(-2))
    assert house.sync().troubles == ()
    assert meetings(house) == {
        key(-3): ("done", ["ines", "omar", "tor"]),
        key(3): ("planned", ["eva", "ines", "tor"]),
    }


def test_a_second_run_asks_once_per_calendar_and_writes_nothing(house, running, calendar, writes):
    calendar.arrange("ines", ["tor", "omar"], at=at(-3))
    calendar.arrange_series("omar", ["eva"], at=at(-20), count=6)
    house.sync()
    writes.since_last()
    running.services.traffic.clear()
    assert house.sync().written == 0
    assert not writes.since_last()
    asked = [request for request in running.services.traffic.entries if "calendarView" in request.path]
    assert len(asked) == 4


def test_a_series_is_as_many_meetings_as_it_has_occurrences(house, calendar):
    calendar.arrange_series("ines", ["tor"], at=at(-21), count=6)
    house.sync()
    found = [meetings(house)[key(days)] for days in range(-21, 15, 7)]
    assert found == [("done", ["ines", "tor"])] * 4 + [("planned", ["ines", "tor"])] * 2


def test_a_series_that_gets_another_guest_has_her_on_every_occurrence(house, calendar, undisturbed):
    series = calendar.arrange_series("ines", ["tor"], at=at(-7), count=3)
    house.sync()
    calendar.reinvite(series.id, ["tor", "eva"])
    for number in range(1, 4):
        calendar.reinvite(f"{series.id}-{number}", ["tor", "eva"])
    house.sync()
    assert {tuple(people) for _, people in meetings(house).values()} == {("eva", "ines", "tor")}
    assert house.dump() == undisturbed()


def test_an_internal_series_leaves_no_people_and_one_that_opens_up_is_found(house, calendar, undisturbed):
    series = calendar.arrange_series("ines", ["omar"], at=at(-7), count=3)
    house.sync()
    assert meetings(house) == {}
    assert "omar@" not in "".join(line for line in house.dump().splitlines() if "party" in line)
    calendar.reinvite(series.id, ["omar", "tor"])
    for number in range(1, 4):
        calendar.reinvite(f"{series.id}-{number}", ["omar", "tor"])
    house.sync()
    assert len(meetings(house)) == 3
    assert house.dump() == undisturbed()


def test_f39_an_occurrence_deleted_without_a_word_is_found_when_its_series_changes(house, calendar, undisturbed):
    series = calendar.arrange_series("ines", ["tor", "omar"], at=at(-21), count=5)
    house.sync()
    calendar.delete(f"{series.id}-2", leaves_trace=False)
    assert house.sync().written == 0
    calendar.reschedule(f"{series.id}-4", at=at(2))
    house.sync()
    assert sorted(meetings(house)) == sorted([key(-21), key(-7), key(2), key(7)])
    assert house.dump() == undisturbed()


def test_f39_reading_a_calendar_anew_finds_it_too(house, calendar, undisturbed):
    series = calendar.arrange_series("ines", ["tor"], at=at(-21), count=3)
    house.sync()
    calendar.delete(f"{series.id}-2", leaves_trace=False)
    with house.store.transaction() as conn:
        for source in all_sources(conn):
            if source.key.startswith(calendars.SOURCE):
                calendars.begin_anew(conn, sources.ensure(conn, [source.key])[source.key])
    house.sync()
    assert sorted(meetings(house)) == sorted([key(-21), key(-7)])
    assert house.dump() == undisturbed()


def test_f40_cancelled_and_declined_meetings_are_not_held_and_tentative_ones_are(house, calendar, undisturbed):
    cancelled = calendar.arrange("ines", ["tor", "omar"], at=at(-5))
    refused_outside = calendar.arrange("ines", ["tor"], at=at(-4))
    refused_by_us = calendar.arrange("tor", ["ines"], at=at(-3))
    one_of_ours_refused = calendar.arrange("tor", ["ines", "omar"], at=at(-2))
    tentative = calendar.arrange("tor", ["ines"], at=at(-1))
    house.sync()
    assert {status for status, _ in meetings(house).values()} == {"done"}
    calendar.cancel(cancelled.id)
    calendar.respond(refused_outside.id, "tor", "declined")
    calendar.respond(refused_by_us.id, "ines", "declined")
    calendar.respond(one_of_ours_refused.id, "omar", "declined")
    calendar.respond(tentative.id, "ines", "tentativelyAccepted")
    house.sync()
    found = meetings(house)
    assert [found[key(-day)][0] for day in (5, 4, 3)] == ["cancelled"] * 3
    assert found[key(-2)] == ("done", ["ines", "tor"])
    assert found[key(-1)] == ("done", ["ines", "tor"])
    assert house.dump() == undisturbed()


def test_f41_removed_without_being_gone_deletes_nothing(house, running, calendar, undisturbed):
    calendar.arrange("ines", ["tor"], at=at(-3))
    series = calendar.arrange_series("ines", ["tor"], at=at(-9), count=2)
    house.sync()
    before = meetings(house)
    calendar.arrange("ines", ["tor"], at=at(400))  # outside the window: told as removed, never known
    calendar.describe(series.id, show_as="free")
    running.services.faults.add(Fault(FaultKind.DELETE_FIRST, path=VIEW, times=10))
    running.services.faults.add(Fault(FaultKind.UNKNOWN_REMOVED, path=VIEW, times=10))
    house.sync()
    assert meetings(house) == before
    assert house.dump() == undisturbed()


def test_a_deleted_meeting_is_gone_once_no_calendar_has_it(house, calendar, undisturbed):
    meeting = calendar.arrange("ines", ["tor", "omar"], at=at(-3))
    house.sync()
    calendar.delete(meeting.id, "ines")
    house.sync()
    assert len(meetings(house)) == 1
    calendar.delete(meeting.id, "omar")
    house.sync()
    assert meetings(house) == {}
    assert house.dump() == undisturbed()


def test_f42_a_meeting_moved_across_the_edge_of_the_window_and_back_is_one(house, calendar, undisturbed):
    meeting = calendar.arrange("ines", ["tor", "omar"], at=at(-3))
    series = calendar.arrange_series("ines", ["eva"], at=at(10), count=2)
    house.sync()
    for days in (300, -2, -500, -1):
        calendar.reschedule(meeting.id, at=at(days))
        calendar.reschedule(f"{series.id}-1", at=at(days + 0.25))
        house.sync()
        assert len(meetings(house)) == (3 if abs(days) < 100 else 1)
        assert house.dump() == undisturbed()


def test_f43_nine_o_clock_in_paris_is_the_right_instant_on_both_sides_of_a_change(house, calendar):
    calendar.arrange_series(
        "ines", ["tor"], at=datetime(2026, 3, 20, 8, tzinfo=UTC), count=3, zone="Europe/Paris"
    )  # fmt: skip
    night = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # 02:30 does not exist in Paris that night
    calendar.arrange("ines", ["eva"], at=night, zone="Europe/Paris")
    house.sync()
    assert sorted(meetings(house)) == [
        "2026-03-20T08:00", "2026-03-27T08:00", "2026-03-29T01:30", "2026-04-03T07:00",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["tzone://Microsoft/Custom", ""])
def test_f44_an_unknown_zone_is_read_as_utc_and_flagged(name, house, running, calendar):
    calendar.arrange("ines", ["tor"], at=at(-3))
    running.services.faults.add(Fault(FaultKind.ODD_ZONE, path=VIEW, times=100, code=name or "tzone:"))
    house.sync()
    assert meetings(house) == {key(-3): ("done", ["ines", "tor"])}
    assert [line for line in house.dump().splitlines() if "unknown_zone" in line]


@pytest.mark.parametrize("name", ["Romance Standard Time", "Eastern Standard Time", "Europe/Paris"])
def test_f44_a_zone_nobody_asked_for_is_mapped(name, house, running, calendar, undisturbed):
    calendar.arrange("ines", ["tor"], at=at(-3))
    running.services.faults.add(Fault(FaultKind.ODD_ZONE, path=VIEW, times=100, code=name))
    house.sync()
    assert meetings(house) == {key(-3): ("done", ["ines", "tor"])}
    assert house.dump() == undisturbed()


def test_an_all_day_meeting_lies_on_the_day_of_its_own_zone(house, calendar):
    midnight = datetime(2026, 6, 9, 22, tzinfo=UTC)
    calendar.arrange("ines", ["tor"], at=midnight, minutes=1440, is_all_day=True, zone="Europe/Paris")
    house.sync()
    assert meetings(house) == {"2026-06-09T22:00": ("done", ["ines", "tor"])}


def test_nothing_is_kept_of_a_private_meeting_and_one_made_private_is_forgotten(house, calendar, undisturbed):
    calendar.arrange("ines", ["tor"], at=at(-3), sensitivity="private")
    meeting = calendar.arrange("ines", ["tor"], at=at(-2), sensitivity="confidential")
    house.sync()
    assert list(meetings(house)) == [key(-2)]
    calendar.describe(meeting.id, sensitivity="private")
    house.sync()
    assert meetings(house) == {}
    assert '["sighting","calendar' not in house.dump()
    assert house.dump() == undisturbed()


def test_hidden_attendees_are_known_from_the_organisers_calendar(house, calendar):
    calendar.arrange("ines", ["omar", "tor", "eva"], at=at(-3), hides_attendees=True)
    house.sync()
    assert meetings(house) == {key(-3): ("done", ["eva", "ines", "omar", "tor"])}


def test_a_calendar_without_rights_degrades_alone(house, running, calendar):
    calendar.arrange("ines", ["tor"], at=at(-3))
    omar = running.organisation.user("omar").id
    running.services.faults.add(
        Fault(FaultKind.REFUSED, path=VIEW, mailbox=omar, times=9, status=403, code="ErrorAccessDenied")
    )
    report = house.sync()
    assert (report.mailboxes_ok, report.exit_code) == (4, 0)
    with house.store.reading() as conn:
        states = {row.key: row.state for row in all_sources(conn)}
    assert states.pop(f"calendar/{omar}") == "unavailable"
    assert set(states.values()) == {"healthy"}
    running.services.traffic.clear()
    house.sync()
    assert not [r for r in running.services.traffic.entries if "calendarView" in r.path and omar in r.path]


def test_a_lost_place_is_read_anew_without_losing_or_doubling(house, running, calendar, undisturbed):
    calendar.arrange_series("ines", ["tor"], at=at(-21), count=5)
    gone = calendar.arrange("ines", ["eva"], at=at(-4))
    house.sync()
    running.organisation.expire_tokens("ines")
    calendar.delete(gone.id, leaves_trace=False)
    house.sync()
    assert len(meetings(house)) == 5
    assert house.dump() == undisturbed()


@pytest.mark.parametrize(
    ("kind", "times"),
    [
        (FaultKind.EMPTY_PAGES, 1),
        (FaultKind.REPEATED_ITEM, 100),
        (FaultKind.OLD_PAGE, 100),
        (FaultKind.UPDATE_FIRST, 100),
    ],
)
def test_what_delta_rounds_do_changes_nothing(kind, times, house, running, calendar, undisturbed):
    calendar.arrange_series("ines", ["tor", "omar"], at=at(-21), count=9)
    running.services.faults.add(Fault(kind, path=VIEW, times=times))
    house.sync()
    calendar.arrange("eva", ["ines"], at=at(-2))
    running.services.faults.add(Fault(kind, path=VIEW, times=times))
    house.sync()
    assert len(meetings(house)) == 10
    assert house.dump() == undisturbed()


def test_a_new_window_takes_the_place_of_an_old_one_without_a_gap(house, running, calendar):
    calendar.arrange_series("ines", ["tor"], at=at(-21), count=6)
    calendar.arrange("ines", ["eva"], at=at(200))
    house.sync()
    assert len(meetings(house)) == 6
    house.now = NOW + timedelta(days=40)
    house.sync()
    assert len(meetings(house)) == 7
    with house.store.reading() as conn:
        [source] = [row for row in all_sources(conn) if row.key.endswith(house.running.organisation.user("ines").id)][
            :1
        ]
    assert source.containers == 2  # the new window and the mark of who is inside


def test_a_calendar_may_be_left_out(running, store: Store, calendar):
    calendar.arrange("ines", ["tor"], at=at(-3))
    house = House(config_for(running, sources="mail"), store, running)
    assert house.sync().troubles == ()
    assert meetings(house) == {}
    house.close()


def test_a_mailbox_that_is_off_has_no_calendar_either(house, running):
    running.organisation.set_mailbox("lina", MailboxState.UNAVAILABLE)
    assert house.sync().exit_code == 0


def test_f58_a_meeting_of_a_series_in_the_calendar_and_the_crm_is_one(store: Store):
    held = [
        replace(
            mail(f"w{number}", "ines", ["tor"], days_ago=7 * number + 1),
            kind=Kind.MEETING,
            minutes=30,
            regarding_id="o1",
            source=Source.BOTH,
            conversation_id="s1",
        )
        for number in range(4)
    ]
    with start(world(held)) as running:
        house = House(config_for(running), store, running)
        assert house.sync().troubles == ()
        lines = [json.loads(line) for line in house.dump().splitlines()]
        house.close()
    found = [line for line in lines if line[0] == "activity" and line[2] == "meeting"]
    assert [line[5] for line in found] == ["done"] * 4
    assert {line[7] for line in found} == {"opportunity"}
    assert calendars.SOURCE in {line[1].partition("/")[0] + "/" for line in lines if line[0] == "sighting"}


def test_the_next_meeting_of_an_opportunity_is_shown_until_it_is_held_and_then_counts(house, calendar):
    calendar.arrange("ines", ["tor"], at=at(3), minutes=30)
    house.sync()
    rate_all(house)
    assert _health(house)[-1] == "2026-06-20T08:00:00.000000Z"
    house.now = at(3) + timedelta(minutes=31)
    rate_all(house)
    assert _health(house)[-2:] == ["2026-06-20T08:00:00.000000Z", None]
    assert '"opportunity","69632e1e-a125-5037-8c95-326fb7716eb8","meeting",20624,1,1]' in house.dump()
    assert rate_all(house).changed == 0


def _health(house: House) -> list[object]:
    lines = [json.loads(line) for line in house.dump().splitlines()]
    [found] = [line for line in lines if line[:2] == ["health", "opportunity"]]
    return found
