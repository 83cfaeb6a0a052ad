"""The scheduler: which jobs, how often, and that a failing one stops nothing."""

from pathlib import Path

import pytest
from apscheduler.schedulers.blocking import BlockingScheduler

from relationship import schedule
from relationship.config import load_config
from relationship.errors import Reconnect, SyncIsOff, TryLater
from relationship.house import House, open_house
from relationship.store.lease import lease


@pytest.fixture
def house(database_url: str):
    with open_house(load_config(mode="test", database_url=database_url, tenant_id="fjord")) as opened:
        yield opened


@pytest.mark.parametrize(
    "error",
    [
        TryLater("Microsoft asks for patience.", next_step="Nothing to do."),
        Reconnect("The secret expired.", next_step="Make a new one."),
        SyncIsOff("Reading is off.", next_step="Set the scope."),
    ],
)
def test_a_job_that_fails_does_not_stop_the_others(house: House, error: Exception):
    def fails(_house: House, _microsoft: object) -> None:
        raise error

    schedule.attempt(fails, house, None)


def test_while_reading_is_off_the_scheduler_waits_without_a_word(house: House, capsys):
    for job in (schedule.cycle, schedule.hinted_cycle, schedule.compare, schedule.renew_subscriptions):
        schedule.attempt(job, house, None)
    assert capsys.readouterr().err == ""


def test_f54_a_cycle_waits_for_the_next_one_while_another_process_is_at_work(house: House, monkeypatch):
    ran: list[str] = []
    monkeypatch.setattr(schedule, "sync", lambda *_, **__: ran.append("sync"))
    monkeypatch.setattr(schedule, "rated", lambda *_: ran.append("rated"))
    with open_house(house.config) as other, lease(other.store, schedule.SYNC):
        schedule.attempt(schedule.cycle, house, None)
        assert ran == []
    schedule.attempt(schedule.cycle, house, None)
    assert ran == ["sync", "rated"]


def test_hints_are_followed_every_minute_and_the_rest_in_its_time(tmp_path: Path, monkeypatch):
    jobs: dict[str, str] = {}

    def add(_scheduler: object, _attempt: object, trigger: str, **words: object) -> None:
        given = {name: value for name, value in words.items() if name in ("minutes", "hours", "days")}
        jobs[str(words["id"])] = " ".join(f"{value} {name}" for name, value in given.items())

    monkeypatch.setattr(BlockingScheduler, "add_job", add)
    monkeypatch.setattr(BlockingScheduler, "start", lambda _scheduler: None)
    monkeypatch.setattr(schedule, "attempt", lambda *_: None)
    config = load_config(mode="test", database_url=f"sqlite:///{tmp_path}/relationship.db", tenant_id="fjord")
    schedule.run_forever(config, every_minutes=15)
    assert jobs == {
        "cycle": "15 minutes",
        "hinted_cycle": "1 minutes",
        "renew_subscriptions": "1 hours",
        "compare": "7 days",
        "apply_retention": "1 days",
    }
