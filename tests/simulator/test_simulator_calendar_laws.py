"""Whoever follows the delta of a calendar or of tasks ends with exactly what is there, whatever happens."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulated import ORIGIN, DeltaReader, DirectGraph, meeting, task, world

from simulator.faults import HARMLESS, Fault, FaultKind, seeded
from simulator.msgraph.event_rows import event_id
from simulator.organisation import Organisation

BEGIN, END = datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
WINDOW = "startDateTime=2026-04-01T00:00:00Z&endDateTime=2026-06-01T00:00:00Z"
PEOPLE = ("ines", "omar")
ROLES = ("Calendars.Read", "Tasks.Read.All")
NUMBERS = st.integers(0, 30)

# Days from the first of March to the end of June: on both sides of the window and in it.
days = st.integers(0, 120)
calendar_acts = st.lists(
    st.one_of(
        st.tuples(st.just("arrange"), days),
        st.tuples(st.just("series"), days),
        st.tuples(st.just("reschedule"), NUMBERS, days),
        st.tuples(st.just("respond"), NUMBERS),
        st.tuples(st.just("cancel"), NUMBERS),
        st.tuples(st.just("delete"), NUMBERS, st.sampled_from((*PEOPLE, None))),
        st.tuples(st.just("reinvite"), NUMBERS, st.sampled_from((("omar", "tor"), ("tor",), ("zoe",)))),
        st.tuples(st.just("read"), NUMBERS),
    ),
    max_size=20,
)


def day(number: int) -> datetime:
    return datetime(2026, 3, 1, 9, tzinfo=UTC) + timedelta(days=number)


def act(organisation: Organisation, given_act: tuple[Any, ...]) -> None:
    calendars = organisation.calendars
    if given_act[0] == "arrange":
        calendars.arrange("ines", ["tor", "omar"], at=day(given_act[1]))
        return
    if given_act[0] == "series":
        calendars.arrange_series("omar", ["tor", "ines"], at=day(given_act[1]), count=4)
        return
    known = sorted(calendars.meetings)
    if not known:
        return
    name = known[given_act[1] % len(known)]
    match given_act[0]:
        case "reschedule" if calendars.meeting(name).pattern is None:
            calendars.reschedule(name, at=day(given_act[2]))
        case "respond":
            calendars.respond(name, "tor", "declined")
        case "cancel":
            calendars.cancel(name)
        case "delete":
            calendars.delete(name, given_act[2])
        case "reinvite" if calendars.meeting(name).pattern is None:
            calendars.reinvite(name, given_act[2])


def fetched(graph: DirectGraph, link: str, prefer: str) -> dict[str, Any] | None:
    """A page, or None when this answer is one to ask for again."""
    answer = graph.answer(link, prefer=prefer)
    return answer.body if answer.status == 200 and answer.raw is None and not answer.is_reset else None


def in_window(graph: DirectGraph, key: str, *, immutable: bool = False) -> dict[str, str]:
    """Id and start of everything in the window, by looking at the calendar itself."""
    calendar = graph.organisation.calendars.of(key)
    meetings = [entry.meeting for entry in calendar.entries.values()]
    inside = [m for m in meetings if m.pattern is None and m.at < END and m.end > BEGIN]
    series = {m.series_id for m in inside}
    inside += [m for m in meetings if m.pattern is not None and m.id in series]
    return {event_id(calendar, m.id, immutable=immutable): m.at.isoformat()[:19] for m in inside}


def told(reader: DeltaReader) -> dict[str, str]:
    return {name: row["start"]["dateTime"][:19] for name, row in reader.rows.items()}


@given(
    acts=calendar_acts, size=st.integers(1, 6), immutable=st.booleans(), seed=st.integers(0, 9_999),
    faults=st.integers(0, 6),
)  # fmt: skip
def test_following_the_links_of_a_calendar_ends_with_what_lies_in_the_window(
    acts: list[tuple[Any, ...]], size: int, immutable: bool, seed: int, faults: int
):
    start = [meeting(f"w{n}", "ines", "tor", "omar", at=day(10 + 14 * n), conversation_id="s1") for n in range(5)]
    graph = DirectGraph(Organisation(world(*start, meeting("e1", "tor", "omar", at=day(33)))), roles=ROLES)
    graph.plan.add(*seeded(seed, count=faults, within=40))
    prefer = f"odata.maxpagesize={size}" + (', IdType="ImmutableId"' if immutable else "")
    readers = {
        key: DeltaReader(
            lambda link: fetched(graph, link, prefer),
            f"{ORIGIN}/users/{key}@fjord.example/calendarView/delta?{WINDOW}",
        )
        for key in PEOPLE
    }
    for one in acts:
        if one[0] == "read":
            readers[PEOPLE[one[1] % 2]].read()
        else:
            act(graph.organisation, one)
    for key, reader in readers.items():
        reader.read()
        assert told(reader) == in_window(graph, key, immutable=immutable)


@given(acts=calendar_acts, size=st.integers(1, 4))
def test_changes_between_two_pages_are_told_at_the_latest_in_the_next_round(acts: list[tuple[Any, ...]], size: int):
    start = [meeting(f"w{n}", "ines", "tor", "omar", at=day(10 + 14 * n), conversation_id="s1") for n in range(5)]
    graph = DirectGraph(Organisation(world(*start)), roles=ROLES)
    pending = [one for one in acts if one[0] != "read"]

    def fetch(link: str) -> dict[str, Any]:
        page = graph.json(link, prefer=f"odata.maxpagesize={size}")
        if pending:
            act(graph.organisation, pending.pop(0))
        return page

    reader = DeltaReader(fetch, f"{ORIGIN}/users/ines@fjord.example/calendarView/delta?{WINDOW}")
    reader.read()
    while pending:
        reader.read()
    reader.read()
    assert told(reader) == in_window(graph, "ines")


task_acts = st.lists(
    st.tuples(st.sampled_from(("add", "complete", "reopen", "change", "delete", "read")), NUMBERS), max_size=25
)


@given(acts=task_acts, size=st.integers(1, 5), seed=st.integers(0, 9_999), faults=st.integers(0, 5))
def test_following_the_links_of_a_task_list_ends_with_its_tasks(
    acts: list[tuple[str, int]], size: int, seed: int, faults: int
):
    made = [task(f"t{n}", "ines", "tor", at=day(n)) for n in range(6)]
    graph = DirectGraph(Organisation(world(*made)), roles=ROLES)
    graph.plan.add(*seeded(seed, count=faults, within=30))
    tasks = graph.organisation.tasks
    where = tasks.of("ines").find("defaultList")
    reader = DeltaReader(
        lambda link: fetched(graph, link, f"odata.maxpagesize={size}"),
        f"{ORIGIN}/users/ines@fjord.example/todo/lists/{where.id}/tasks/delta",
    )
    for name, number in acts:
        known = sorted(where.tasks)
        if name == "read":
            reader.read()
        elif name == "add":
            tasks.add("ines", f"Tâche {number}", about=["lina"])
        elif known:
            task_id = known[number % len(known)]
            match name:
                case "complete":
                    tasks.complete(task_id, at=day(number))
                case "reopen":
                    tasks.reopen(task_id)
                case "change":
                    tasks.change(task_id, title=f"Autre {number}", about=["tor"])
                case "delete":
                    tasks.delete(task_id)
    reader.read()
    there = {one.id: (one.title, "completed" if one.completed_at else "notStarted") for one in where.tasks.values()}
    assert {name: (row["title"], row["status"]) for name, row in reader.rows.items()} == there


@pytest.mark.parametrize("kind", HARMLESS)
def test_every_harmless_fault_leaves_the_end_of_a_calendar_unchanged(kind: FaultKind):
    start = [meeting(f"w{n}", "ines", "tor", at=day(40 + 7 * n), conversation_id="s1") for n in range(5)]
    graph = DirectGraph(Organisation(replace(world(*start), time_zone="Europe/Paris")), roles=ROLES)
    graph.plan.add(Fault(kind, first=2, times=2, amount=3))
    reader = DeltaReader(
        lambda link: fetched(graph, link, "odata.maxpagesize=2"),
        f"{ORIGIN}/users/ines@fjord.example/calendarView/delta?{WINDOW}",
    )
    for name in ("w0", "w1", "w2"):
        reader.read()
        graph.organisation.calendars.respond(name, "tor", "tentativelyAccepted")
    reader.read()
    assert told(reader) == in_window(graph, "ines")


def test_one_meeting_has_one_identity_in_every_calendar():
    start = [meeting(f"w{n}", "ines", "tor", "omar", at=day(40 + 7 * n), conversation_id="s1") for n in range(5)]
    graph = DirectGraph(Organisation(world(*start)), roles=ROLES)
    uids = {}
    for key in PEOPLE:
        rows = graph.json(f"/users/{key}@fjord.example/calendarView?{WINDOW}&$top=50&$select=iCalUId")["value"]
        uids[key] = [row["iCalUId"] for row in rows]
        assert len(rows) == 5
    assert uids["ines"] == uids["omar"]
    assert len(set(uids["ines"])) == 5
