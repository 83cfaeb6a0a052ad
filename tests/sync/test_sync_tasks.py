"""To Do and Planner over real TLS: only what points to a CRM record is an activity."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sync_world import NOW, House, config_for, mail, world

from relationship.activities import Kind
from relationship.store.database import Store
from relationship.store.sources import sources
from simulator import identity
from simulator.faults import Fault, FaultKind
from simulator.server import Running, start
from simulator.world import Source

TASKS = r"tasks/delta$"
DAY = timedelta(days=1)


@pytest.fixture
def running() -> Iterator[Running]:
    with start(world([mail("m0", "tor", ["ines"])])) as found:
        yield found


@pytest.fixture
def tasks(running):
    return running.organisation.tasks


def done(house: House) -> list[tuple[str, str, str | None, list[str]]]:
    """Day, status, kind of the record and people of every task."""
    lines = [json.loads(line) for line in house.dump().splitlines()]
    people: dict[str, list[str]] = {}
    for line in lines:
        if line[0] == "party":
            people.setdefault(line[1], []).append(line[3])
    found = [line for line in lines if line[0] == "activity" and line[2] == "task"]
    return sorted((line[3][:10], line[5], line[7], sorted(people.get(line[1], []))) for line in found)


def user(person: str) -> str:
    return f"user:{identity.msgraph_user(person)}"


def contact(person: str) -> str:
    return f"contact:{identity.contact(person)}"


def test_a_task_about_a_record_is_planned_when_due_and_done_when_completed(house, tasks, undisturbed):
    task = tasks.add("ines", "Rappeler", about=["o1", "tor"], due=NOW + 3 * DAY)
    assert house.sync().troubles == ()
    assert done(house) == [("2026-06-20", "planned", "opportunity", [contact("tor"), user("ines")])]
    tasks.complete(task.id, at=NOW - DAY)
    house.sync()
    assert done(house) == [("2026-06-16", "done", "opportunity", [contact("tor"), user("ines")])]
    tasks.reopen(task.id)
    house.sync()
    assert done(house)[0][:2] == ("2026-06-20", "planned")
    tasks.change(task.id, about=["nordlys"])
    house.sync()
    assert done(house) == [("2026-06-20", "planned", "account", [user("ines")])]
    assert house.dump() == undisturbed()
    tasks.delete(task.id)
    house.sync()
    assert done(house) == []


def test_a_task_without_record_and_flagged_mail_are_no_activities(house, running, tasks):
    tasks.add("ines", "Café", due=NOW + DAY)
    running.organisation.flag("m0", "ines")
    assert house.sync().troubles == ()
    assert done(house) == []


def test_a_list_that_goes_takes_its_tasks_along(house, tasks, undisturbed):
    tasks.add_list("ines", "Salon")
    tasks.add("ines", "Stand", about=["tor"], due=NOW + DAY, into="Salon")
    house.sync()
    assert len(done(house)) == 1
    tasks.delete_list("ines", "Salon")
    house.sync()
    assert done(house) == []
    assert house.dump() == undisturbed()


def test_a_shared_task_is_one_from_everybody_it_is_assigned_to(house, tasks, undisturbed):
    task = tasks.planner.share("ines", "Dossier", ["ines", "omar"], at=NOW - 4 * DAY, due=NOW + DAY, about=["o1"])
    assert house.sync().troubles == ()
    assert done(house) == [("2026-06-18", "planned", "opportunity", sorted([user("ines"), user("omar")]))]
    tasks.planner.advance(task.id, 100, at=NOW - DAY)
    house.sync()
    assert done(house) == [("2026-06-16", "done", "opportunity", sorted([user("ines"), user("omar")]))]
    assert house.dump() == undisturbed()


def test_a_second_run_asks_once_per_list_and_writes_nothing(house, running, tasks, writes):
    tasks.add("ines", "Rappeler", about=["tor"], due=NOW + DAY)
    tasks.planner.share("ines", "Dossier", ["omar"], at=NOW - DAY, due=NOW + DAY, about=["o1"])
    tasks.planner.share("ines", "Sans suite", ["omar"], at=NOW - DAY)
    house.sync()
    writes.since_last()
    running.services.traffic.clear()
    assert house.sync().written == 0
    assert not writes.since_last()
    asked = [entry for entry in running.services.traffic.entries if "todo" in entry.path or "planner" in entry.path]
    assert len(asked) == 4 * (2 + 1)  # everybody's lists, one list each, the shared tasks


@pytest.mark.parametrize("status", [401, 403])
def test_an_organisation_that_lets_nobody_read_tasks_is_asked_once_a_day(status, house, running, tasks):
    tasks.refused_with = status
    report = house.sync()
    assert (report.mailboxes_ok, report.exit_code) == (4, 0)
    with house.store.reading() as conn:
        states = {(row.key.partition("/")[0], row.state, row.reason) for row in sources.all_sources(conn)}
    assert {("todo", "unavailable", "no_permission"), ("planner", "unavailable", "no_permission")} <= states
    tasks.refused_with = None
    tasks.add("ines", "Rappeler", about=["tor"], due=NOW + DAY)
    house.sync()
    assert done(house) == []
    house.now += DAY
    house.sync()
    assert len(done(house)) == 1


@pytest.mark.parametrize("kind", [FaultKind.REPEATED_ITEM, FaultKind.OLD_PAGE, FaultKind.UPDATE_FIRST])
def test_what_delta_rounds_do_changes_nothing(kind, house, running, tasks, undisturbed):
    for number in range(5):
        tasks.add("ines", f"Rappeler {number}", about=["tor"], due=NOW + number * DAY)
    running.services.faults.add(Fault(kind, path=TASKS, times=100))
    house.sync()
    assert len(done(house)) == 5
    running.organisation.expire_tokens("ines")
    house.sync()
    assert house.dump() == undisturbed()


def test_a_task_in_the_crm_too_is_one(store: Store):
    both = replace(mail("t1", "ines", ["tor"], days_ago=2), kind=Kind.TASK, source=Source.BOTH, regarding_id="o1")
    with start(world([both])) as running:
        house = House(config_for(running), store, running)
        assert house.sync().troubles == ()
        found = done(house)
        house.close()
    assert [(day, status, kind) for day, status, kind, _ in found] == [("2026-06-15", "done", "opportunity")]
