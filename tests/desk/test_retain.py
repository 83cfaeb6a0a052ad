"""Retention: what happened too long ago goes by the day it happened, and does not come back."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from store_builders import ANNE, BRUNO, NOW, STRANGER, TOR, UNA, deliver, mail, mailbox, people

from relationship import failpoints
from relationship.clock import Clock
from relationship.config import Config
from relationship.desk import retain as module
from relationship.desk.rate import rate_all
from relationship.desk.retain import Retained, retain
from relationship.store import deployment
from relationship.store.database import Store
from relationship.store.dump import dump
from relationship.store.privacy.retention import Removed

OLD, YOUNG = (120, 90, 61), (59, 12, 3)


@dataclass
class House:
    config: Config
    store: Store

    @property
    def clock(self) -> Clock:
        return lambda: NOW

    def vault(self) -> Any:
        raise AssertionError("retention needs no token")


def config(**said: Any) -> Config:
    return Config(mode="test", tenant_id="t", _env_file=None, **said)


def filled(store: Store, *days_ago: int, window: int = 400) -> None:
    """Anne wrote Tor and a stranger on each of these days, in two mailboxes."""
    with store.transaction() as conn:
        deployment.ensure(
            conn, tenant_id="t", time_zone="Europe/Paris", read_from=(NOW - timedelta(days=window)).date()
        )
        people(conn)
        for number in days_ago:
            for owner in ("anne", "bruno"):
                pieces = [mail(f"{owner}/m{number}", ANNE, TOR, BRUNO, days_ago=number)]
                if number > 60:
                    pieces.append(mail(f"{owner}/s{number}", ANNE, STRANGER, TOR, days_ago=number))
                deliver(conn, mailbox(conn, owner), *pieces)


@pytest.fixture
def house(store: Store) -> House:
    filled(store, *OLD, *YOUNG)
    made = House(config(retain_days=60), store)
    rate_all(made)
    return made


def dumped(store: Store) -> str:
    with store.reading() as conn:
        return dump(conn)


def lines(store: Store, section: str) -> list[list[Any]]:
    return [line[1:] for line in map(json.loads, dumped(store).splitlines()) if line[0] == section]


def days_ago(store: Store, section: str, column: int) -> set[int]:
    today = NOW.date().toordinal() - date(1970, 1, 1).toordinal()
    return {today - row[column] for row in lines(store, section)}


def test_what_happened_longer_ago_goes_with_every_copy_and_its_contact_days(house):
    report = retain(house)

    assert days_ago(house.store, "activity", 3) == days_ago(house.store, "contact_day", 3) == set(YOUNG)
    assert len(lines(house.store, "sighting")) == 2 * len(YOUNG)
    assert (report.before, report.removed.activities, report.removed.sightings) == (date(2026, 4, 18), 6, 12)
    assert report.removed.contact_days == 3 * 3  # the deal, its contact, the account
    assert report.addresses == 1


def test_who_is_named_by_nothing_any_more_is_forgotten(house):
    retain(house)
    with house.store.reading() as conn:
        left = set(conn.exec_driver_sql("SELECT address FROM address").scalars())
    assert STRANGER not in left
    assert {ANNE, TOR, UNA} <= left


def test_the_end_is_that_of_a_database_that_never_read_further_back(house, sqlite_template, tmp_path):
    import shutil

    from relationship.store.database import open_store

    retain(house)
    rate_all(house)
    path = tmp_path / "young.db"
    shutil.copyfile(sqlite_template, path)
    young = House(house.config, open_store(f"sqlite:///{path}"))
    filled(young.store, *YOUNG, window=60)
    rate_all(young)
    assert dumped(house.store) == dumped(young.store)
    young.store.close()


def test_the_read_window_moves_with_it_and_never_back(house):
    retain(house)
    assert lines(house.store, "organisation")[0][2] == "2026-04-18"
    house.config = config(retain_days=100)
    retain(house)
    assert lines(house.store, "organisation")[0][2] == "2026-04-18"


def test_a_second_time_removes_nothing(house):
    retain(house)
    before = dumped(house.store)
    assert retain(house).removed == Removed()
    assert dumped(house.store) == before


def test_a_dry_run_counts_the_same_and_touches_nothing(house):
    before = dumped(house.store)
    would = retain(house, dry_run=True)
    assert dumped(house.store) == before
    assert would.removed == retain(house).removed


def test_without_a_retention_everything_stays(house):
    house.config = config()
    before = dumped(house.store)
    assert retain(house) == Retained()
    assert dumped(house.store) == before


def test_contact_days_may_be_kept_longer_and_count(house):
    scores = lines(house.store, "health")
    house.config = config(retain_days=60, retain_days_aggregates=100)
    retain(house)
    rate_all(house)
    assert days_ago(house.store, "activity", 3) == set(YOUNG)
    assert days_ago(house.store, "contact_day", 3) == {90, 61, *YOUNG}
    assert lines(house.store, "organisation")[0][2:] == ["2026-04-18", "", "2026-03-09"]
    assert lines(house.store, "health") != scores


def test_where_nothing_older_is_left_the_contact_days_begin_where_reading_began(house):
    scores = [row[:8] for row in lines(house.store, "health")]
    house.config = config(retain_days=60, retain_days_aggregates=900)
    retain(house)
    rate_all(house)
    assert lines(house.store, "organisation")[0][4] == "2025-05-13"
    assert [row[:8] for row in lines(house.store, "health")] == scores


def test_the_day_is_that_of_the_organisation(store):
    filled(store)
    with store.transaction() as conn:
        late = datetime(2026, 4, 17, 22, 30, tzinfo=UTC).isoformat()  # half past midnight on the 18th in Paris
        early = datetime(2026, 4, 17, 21, 30, tzinfo=UTC).isoformat()
        deliver(conn, mailbox(conn, "anne"), mail("m1", ANNE, TOR, at=late), mail("m2", ANNE, TOR, at=early))
    retain(House(config(retain_days=60), store))
    assert days_ago(store, "activity", 3) == {60}


@pytest.mark.parametrize("batch", [1, 2, 1_000])
def test_the_end_does_not_depend_on_the_size_of_a_step(batch, house, monkeypatch):
    monkeypatch.setattr(module, "BATCH", batch)
    assert retain(house).removed == Removed(6, 12, 9)
    assert days_ago(house.store, "activity", 3) == set(YOUNG)


class KilledError(Exception):
    """Stands for the end of the process: the transaction under way is lost."""


@pytest.mark.parametrize("place", range(1, 9))
def test_killed_at_any_place_no_day_is_half_and_the_next_run_ends_the_same(place, house, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 2)
    passed: list[str] = []

    def passage(name: str) -> None:
        passed.append(name)
        if len(passed) == place:
            raise KilledError(name)

    monkeypatch.setattr(failpoints, "passage", passage)
    with pytest.raises(KilledError):
        retain(house)
    monkeypatch.setattr(failpoints, "passage", lambda _: None)
    whole = days_ago(house.store, "activity", 3)
    assert days_ago(house.store, "contact_day", 3) == whole
    retain(house)
    assert days_ago(house.store, "activity", 3) == days_ago(house.store, "contact_day", 3) == set(YOUNG)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"retain_days": 0}, "1 to 36500"),
        ({"retain_days": -1}, "1 to 36500"),
        ({"retain_days": 36_501}, "1 to 36500"),
        ({"retain_days": "unlimited"}, "integer"),
        ({"retain_days_aggregates": 90}, "needs retain_days"),
        ({"retain_days": 90, "retain_days_aggregates": 60}, "not below"),
    ],
)
def test_b51_an_impossible_retention_is_refused(said, reason):
    with pytest.raises(ValidationError, match=reason):
        config(**said)


def test_an_empty_setting_keeps_everything():
    assert config(retain_days="").retain_days is None
