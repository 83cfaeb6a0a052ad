"""What other systems of the demo's company know: the same each time, and stories that one recognises."""

import csv
import statistics
from datetime import date
from pathlib import Path

import pytest

from simulator.demo_world import DEFAULT_NOW, generate, write_facts
from simulator.demo_world.facts import story_of
from simulator.world import World, WorldStatus


@pytest.fixture(scope="module")
def world() -> World:
    return generate(scale=1.0, now=DEFAULT_NOW)


def rows(folder: Path, kind: str) -> list[dict[str, str]]:
    with (folder / "imports" / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_same_world_gives_the_same_files_and_every_story_is_told(world: World, tmp_path: Path):
    for name in ("one", "two"):
        write_facts(world, tmp_path / name)
    for path in (tmp_path / "one" / "imports").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / "imports" / path.name).read_bytes()
    told = {story_of(account).name for account in world.accounts if account.renewal_on}
    assert told == {"steady", "growth", "decline", "silent", "champion gone", "urgent"}


def test_use_falls_by_a_third_two_months_running_where_the_customer_turns_away_and_grows_where_he_does_not(
    world: World, tmp_path: Path
):
    write_facts(world, tmp_path)
    today = world.now.date().toordinal()
    months: dict[str, dict[int, list[int]]] = {}
    for row in rows(tmp_path, "usage"):
        age = (today - date.fromisoformat(row["day"]).toordinal()) // 30
        months.setdefault(row["account"], {}).setdefault(age, []).append(int(row["active_users"]))
    stories = {account.id: story_of(account).name for account in world.accounts}
    mean = {key: {age: statistics.mean(users) for age, users in by.items()} for key, by in months.items()}
    for key, by in mean.items():
        if stories[key] == "decline":
            assert by[0] <= 0.75 * by[1] <= 0.75 * 0.8 * by[2]
        if stories[key] == "silent":
            assert by[0] == 0
        if stories[key] == "growth":
            assert by[0] > 1.1 * by[6]


def test_the_export_of_one_customer_stands_still_while_those_of_others_go_on(world: World, tmp_path: Path):
    write_facts(world, tmp_path)
    last: dict[str, date] = {}
    for row in rows(tmp_path, "usage"):
        last[row["account"]] = date.fromisoformat(row["day"])
    ages = sorted((world.now.date() - day).days for day in last.values())
    assert ages[-1] > 14
    assert ages[-2] == ages[0] == 1


def test_whoever_spoke_for_a_customer_left_and_a_new_director_has_not_answered_yet(world: World):
    new = [person for person in world.people if person.account_id and person.job_title.endswith(" des opérations")]
    stories = {account.id: story_of(account).name for account in world.accounts}
    unmet = {person.id for person in new if not any(person.id == a.from_id for a in world.activities)}
    unmet = {person.id for person in new if person.id in unmet and stories[person.account_id or ""] == "champion gone"}
    assert unmet
    written = [a for a in world.activities if unmet & {*a.to_ids, *a.cc_ids}]
    assert len(written) >= len(unmet)


def test_a_customer_who_fell_silent_calls_the_monthly_meeting_off(world: World):
    called_off = [a for a in world.activities if a.subject == "Point mensuel" and a.status is WorldStatus.CANCELLED]
    stories = {account.id: story_of(account).name for account in world.accounts}
    accounts = {person.id: person.account_id for person in world.people}
    for activity in called_off:
        assert "silent" in {stories.get(accounts[person] or "") for person in activity.to_ids}
    assert len(called_off) >= 2
