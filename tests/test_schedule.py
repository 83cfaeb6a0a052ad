"""The scheduler: which jobs, how often, and that a failing one stops nothing."""

from pathlib import Path

import pytest
from apscheduler.schedulers.blocking import BlockingScheduler
from store_builders import may_read
from structlog.testing import capture_logs

from relationship import schedule
from relationship.config import load_config
from relationship.desk import read_now
from relationship.errors import Reconnect, SyncIsOff, TryLater
from relationship.house import House, open_house
from relationship.store.lease import lease
from relationship.store.sources import sync_wishes
from relationship.store.sources.sync_wishes import Wish


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


def test_while_reading_is_off_the_scheduler_waits_without_an_alarm(house: House, capsys):
    for job in (
        schedule.cycle,
        schedule.hinted_cycle,
        schedule.wished_cycle,
        schedule.compare,
        schedule.renew_subscriptions,
    ):
        with capture_logs() as lines:
            schedule.attempt(job, house, None)
        assert {line["log_level"] for line in lines} <= {"info"}
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


def test_a_new_day_is_scored_once_and_past_weeks_while_a_cycle_is_at_work(house: House, monkeypatch):
    ran: list[str] = []
    monkeypatch.setattr(schedule, "scored", lambda *_, **__: ran.append("today"))
    monkeypatch.setattr(schedule, "past_scored", lambda *_, **__: ran.append("past"))
    for is_done in (False, True):
        monkeypatch.setattr(schedule, "is_scored_today", lambda _house, is_done=is_done: is_done)
        schedule.attempt(schedule.keep_scored, house, None)
    with lease(house.store, schedule.SYNC):
        schedule.attempt(schedule.keep_past_scored, house, None)
    with lease(house.store, schedule.PAST):
        schedule.attempt(schedule.keep_past_scored, house, None)
    assert ran == ["today", "past"]


def test_hints_are_followed_every_minute_and_the_rest_in_its_time(tmp_path: Path, monkeypatch):
    jobs: dict[str, str] = {}

    def add(_scheduler: object, _attempt: object, trigger: str, **words: object) -> None:
        given = {name: value for name, value in words.items() if name in ("seconds", "minutes", "hours", "days")}
        jobs[str(words["id"])] = " ".join(f"{value} {name}" for name, value in given.items())

    monkeypatch.setattr(BlockingScheduler, "add_job", add)
    monkeypatch.setattr(BlockingScheduler, "start", lambda _scheduler: None)
    monkeypatch.setattr(schedule, "attempt", lambda *_: None)
    config = load_config(mode="test", database_url=f"sqlite:///{tmp_path}/relationship.db", tenant_id="fjord")
    schedule.run_forever(config, every_minutes=15)
    assert jobs == {
        "cycle": "15 minutes",
        "hinted_cycle": "1 minutes",
        "wished_cycle": "3 seconds",
        "write_back": "30 seconds",
        "deliver_waiting": "20 seconds",
        "renew_subscriptions": "1 hours",
        "follow_introductions": "5 minutes",
        "understand_words": "1 minutes",
        "keep_scored": "10 minutes",
        "keep_past_scored": "1 minutes",
        "compare": "7 days",
        "apply_retention": "1 days",
        "keep_account_moods": "1 minutes",
        "learn_from_lost": "6 hours",
    }


@pytest.fixture
def may_read_house(house: House) -> House:
    may_read(house.store)
    return house


def latest(house: House) -> Wish:
    with house.store.reading() as conn:
        found = sync_wishes.latest(conn)
    assert found is not None
    return found


def test_a_wish_to_read_now_is_followed_once(may_read_house: House, monkeypatch):
    ran: list[str] = []
    monkeypatch.setattr(schedule, "sync", lambda *_, **__: ran.append("sync"))
    monkeypatch.setattr(schedule, "rated", lambda *_: ran.append("rated"))
    schedule.attempt(schedule.wished_cycle, may_read_house, None)
    assert ran == []
    read_now.ask(may_read_house)
    read_now.ask(may_read_house)
    assert latest(may_read_house).is_waiting
    for _look in range(2):
        schedule.attempt(schedule.wished_cycle, may_read_house, None)
    assert ran == ["sync", "rated"]
    assert (latest(may_read_house).is_over, latest(may_read_house).reason) == (True, "")


def test_a_wish_that_fails_says_why_and_is_not_tried_for_ever(may_read_house: House, monkeypatch):
    ran: list[str] = []

    def fails(*_: object, **__: object) -> None:
        ran.append("sync")
        raise Reconnect("The secret expired.", next_step="Make a new one.", code="secret_expired")

    monkeypatch.setattr(schedule, "sync", fails)
    read_now.ask(may_read_house)
    for _look in range(2):
        schedule.attempt(schedule.wished_cycle, may_read_house, None)
    assert ran == ["sync"]
    assert latest(may_read_house).reason == "secret_expired"


def test_a_wish_waits_while_another_process_is_at_work(may_read_house: House, monkeypatch):
    ran: list[str] = []
    monkeypatch.setattr(schedule, "sync", lambda *_, **__: ran.append("sync"))
    monkeypatch.setattr(schedule, "rated", lambda *_: None)
    read_now.ask(may_read_house)
    with open_house(may_read_house.config) as other, lease(other.store, schedule.SYNC):
        schedule.attempt(schedule.wished_cycle, may_read_house, None)
    assert latest(may_read_house).is_waiting
    schedule.attempt(schedule.wished_cycle, may_read_house, None)
    assert ran == ["sync"]


def test_a_wish_made_while_one_is_followed_is_followed_after_it(may_read_house: House, monkeypatch):
    def sync(*_: object, **__: object) -> None:
        read_now.ask(may_read_house)

    monkeypatch.setattr(schedule, "sync", sync)
    monkeypatch.setattr(schedule, "rated", lambda *_: None)
    read_now.ask(may_read_house)
    schedule.attempt(schedule.wished_cycle, may_read_house, None)
    assert latest(may_read_house).is_waiting


def test_nothing_is_wished_while_reading_is_off(house: House):
    with pytest.raises(SyncIsOff):
        read_now.ask(house)
    with house.store.reading() as conn:
        assert sync_wishes.latest(conn) is None
