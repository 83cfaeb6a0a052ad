"""Ratings in the columns of the simulated CRM: only what changed, only rows that exist, never lost."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from sync_world import NOW, House, config_for

from relationship.desk import write_back
from relationship.desk.change_rules import change_rules
from relationship.desk.rate import rate_all
from relationship.desk.write_back import Turn
from relationship.errors import TryLater
from relationship.health.crm_codes import Codes
from relationship.house import House as DeskHouse
from relationship.store import rules, tables
from relationship.store.crm import write_back as stored
from relationship.store.crm.record_tables import Record
from relationship.store.crm.write_back import ToTell
from relationship.store.database import Store
from relationship.store.ratings.rating_tables import Health
from relationship.sync.outward import crm_columns
from relationship.sync.outward.write_back import write
from relationship.terminal.writing_back import estimated_minutes
from simulator.dataverse import Limits
from simulator.server import Running

REACH = ("tenant_id", "client_id", "client_secret", "authority_url", "msgraph_url", "dataverse_url", "ca_file")
TABLES = ("opportunity", "contact", "lead", "account")


@dataclass
class World:
    """A rated house beside a CRM with the columns."""

    reading: House
    desk: DeskHouse
    running: Running

    def turn(self, **options: Any) -> Turn:
        return write_back.turn(self.desk, self.channel, **options)

    @property
    def channel(self) -> Any:
        return self.reading.microsoft.dataverse

    def columns(self) -> dict[str, tuple[Any, ...]]:
        """Score, state and trend of every record that has any of them, by GUID."""
        truth = self.running.services.crm.truth()
        names = ("rel_healthscore", "rel_healthstate", "rel_healthtrend")
        told = {guid: tuple(row.get(n) for n in names) for t in TABLES for guid, row in truth[t].items()}
        return {guid: found for guid, found in told.items() if found != (None, None, None)}

    def ratings(self) -> dict[str, int | None]:
        record, health = tables.table(Record), tables.table(Health)
        query = sa.select(record.c.guid, health.c.score).join(health, health.c.record_id == record.c.id)
        with self.desk.store.reading() as conn:
            return dict(conn.execute(query).all())

    def lower_one(self) -> str:
        """One account is rated anew, to another score; its GUID."""
        record, health = tables.table(Record), tables.table(Health)
        with self.desk.store.transaction() as conn:
            query = sa.select(record.c.id, record.c.guid).where(record.c.kind == "account").order_by(record.c.id)
            number, guid = conn.execute(query).first()
            stamp = stored.latest_round(conn) + 1
            conn.execute(sa.update(health).where(health.c.record_id == number).values(score=1, stamp=stamp))
            conn.execute(sa.text("UPDATE rating_round SET stamp = :stamp"), {"stamp": stamp})
        return str(guid)

    def progress(self) -> stored.Progress:
        with self.desk.store.reading() as conn:
            return stored.progress(conn)


@pytest.fixture
def rated(running: Running, store: Store) -> Iterator[World]:
    config = config_for(running, crm_write=True)
    reading = House(config, store, running)
    assert reading.sync().troubles == ()
    desk = DeskHouse(config, store, lambda: NOW)
    rate_all(desk)
    yield World(reading, desk, running)
    reading.close()


@pytest.fixture
def world(rated: World) -> World:
    list(crm_columns.provision(rated.channel, "rel"))
    assert rated.reading.sync().troubles == ()
    return rated


def test_every_rating_stands_in_the_crm(world: World):
    assert world.turn() == Turn(told=6, refused=0, is_over=True)
    assert {guid: told[0] for guid, told in world.columns().items()} == world.ratings()
    truth = world.running.services.crm.truth()["opportunity"]
    assert {row["rel_healthupdatedon"] for row in truth.values()} == {"2026-06-17T09:00:00Z"}


def test_only_what_changed_is_written(world: World):
    world.turn()
    sent = world.channel.requests_sent
    assert world.turn() == Turn(0, 0, is_over=True)
    assert world.channel.requests_sent == sent
    before, version = world.columns(), world.running.services.crm.version
    guid = world.lower_one()
    assert world.turn().told == 1
    assert world.running.services.crm.version == version + 1
    assert {g for g, told in world.columns().items() if told != before[g]} == {guid}


def test_our_own_writing_comes_back_and_changes_nothing(world: World):
    kept = world.reading.dump()
    world.turn()
    report = world.reading.sync()
    assert (report.rows, report.written) == (6, 0)
    assert world.reading.dump() == kept
    rated = rate_all(world.desk)
    assert (rated.activities, rated.changed) == (0, 0)
    assert world.turn() == Turn(0, 0, is_over=True)


def test_a_turn_ends_soon_and_the_next_goes_on(world: World):
    assert world.turn(most=4) == Turn(4, 0, is_over=False)
    assert (world.progress().told, world.progress().to_tell) == (4, 2)
    assert world.turn(most=4).is_over
    assert len(world.columns()) == 6


def test_a_record_that_is_gone_is_left_out_and_never_made(world: World):
    crm = world.running.services.crm
    guid = next(iter(crm.truth()["account"]))
    crm.delete("account", guid)
    assert world.turn() == Turn(5, 1, is_over=True)
    assert guid not in crm.truth()["account"]
    assert world.progress().refused == 1


def test_columns_that_are_not_there_stop_the_turn_with_the_next_step(rated: World):
    turn = rated.turn()
    assert (turn.told, turn.is_over, turn.trouble.code) == (0, False, "columns_missing")
    assert rated.progress().trouble == "columns_missing"
    list(crm_columns.provision(rated.channel, "rel"))
    assert rated.turn() == Turn(6, 0, is_over=True)
    assert rated.progress().trouble == ""


def test_columns_that_are_known_late_are_written_by_a_later_turn(world: World):
    world.running.services.crm.own.late_writes = 6
    assert world.turn().trouble.code == "columns_missing"
    assert world.turn().told == 6


def test_a_table_that_may_not_be_written_does_not_stop_the_others(world: World):
    own = world.running.services.crm.own
    own.writable.discard("contact")
    turn = world.turn()
    assert (turn.told, turn.is_over, turn.trouble.code) == (3, False, "write_not_permitted")
    own.writable.add("contact")
    assert world.turn() == Turn(3, 0, is_over=True)


def test_a_refused_row_is_counted_and_offered_again_when_it_changes(world: World):
    record, health = tables.table(Record), tables.table(Health)
    accounts = sa.select(record.c.id).where(record.c.kind == "account")
    with world.desk.store.transaction() as conn:
        number = conn.scalar(accounts.order_by(record.c.id))
        conn.execute(sa.update(health).where(health.c.record_id == number).values(score=101))
    assert world.turn() == Turn(5, 1, is_over=True)
    assert world.turn() == Turn(0, 0, is_over=True)
    world.lower_one()
    assert world.turn() == Turn(1, 0, is_over=True)


def test_whoever_asks_us_to_slow_down_is_asked_nothing_and_loses_nothing(world: World):
    protection = world.running.services.protection
    user = world.channel.fetch_one("/WhoAmI", scope="test")["UserId"]
    protection.block(user, 90.0)
    turn = world.turn()
    assert (turn.told, world.progress().trouble) == (0, "silence_asked")
    early, sent = protection.too_early, world.channel.requests_sent
    assert world.turn().trouble.code == "silence_asked"
    assert (protection.too_early, world.channel.requests_sent) == (early, sent)
    assert world.progress().to_tell == 6


def test_what_was_answered_before_the_limit_is_noted_and_the_rest_is_left(world: World):
    protection = world.running.services.protection
    user = world.channel.fetch_one("/WhoAmI", scope="test")["UserId"]
    used = protection.limits.requests - protection.remaining(user)[0]
    protection.limits = Limits(requests=used + 4)
    turn = world.turn()
    found = world.progress()
    assert (turn.told, found.told, found.to_tell, found.trouble) == (3, 3, 3, "silence_asked")
    # The fourth was written, but its answer was lost with those after it: it is written again later.
    assert len(world.columns()) == 4


class Answering:
    """A channel that answers every batch with these statuses."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = statuses
        self.silence: list[float] = []

    def post_batch(self, body: bytes, **_options: Any) -> tuple[str, bytes]:
        head = "--r\r\nContent-Type: application/http\r\n\r\nHTTP/1.1"
        parts = [f"{head} {status} Said\r\nRetry-After: 12\r\n\r\n\r\n" for status in self.statuses]
        return "multipart/mixed; boundary=r", "".join([*parts, "--r--\r\n"]).encode()

    def keep_silent(self, scope: str, seconds: float) -> None:
        self.silence.append(seconds)


@pytest.mark.parametrize("late", [429, 503])
def test_one_row_that_has_to_wait_keeps_its_turn_and_silences_the_rest(late: int):
    rows = [ToTell(n, "account", f"guid-{n}", Codes(50, 1, 3)) for n in range(3)]
    channel = Answering(204, late, 404)
    told = write(channel, rows, prefix="rel", at=NOW)
    assert told.rows == [(rows[0], ""), (rows[2], "gone")]
    assert isinstance(told.stopped, TryLater)
    assert channel.silence == [12.0]


@pytest.mark.slow
@pytest.mark.parametrize("place", ["write_back.answered:1", "write_back.noted:2"])
def test_a_kill_loses_nothing(world: World, database_url: str, place: str):
    told = {name: getattr(world.running, name) for name in REACH}
    told |= {"mode": "test", "database_url": database_url, "now": NOW.isoformat(), "crm_write": "on"}
    environment = {**os.environ, **{f"RELATIONSHIP_{name.upper()}": str(value) for name, value in told.items()}}
    command = [sys.executable, "-m", "relationship.cli", "crm", "write"]
    killed = subprocess.run(command, env={**environment, "RELATIONSHIP_FAIL_AT": place}, capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    assert world.progress().to_tell > 0
    again = subprocess.run(command, env=environment, capture_output=True)
    assert again.returncode == 0, again.stderr
    assert (world.progress().told, world.progress().to_tell) == (6, 0)
    assert {guid: told[0] for guid, told in world.columns().items()} == world.ratings()


def test_new_rules_are_followed_and_switching_off_clears_the_columns(world: World):
    world.turn()
    with world.desk.store.reading() as conn:
        version, present = rules.current(conn)
    off = present.model_copy(update={"health": present.health.model_copy(update={"enabled": False})})
    saved = change_rules(world.desk, off, expected_version=version, by="test", by_name="Test")
    assert world.turn() == Turn(6, 0, is_over=True)
    assert world.columns() == {}
    change_rules(world.desk, present, expected_version=saved.version, by="test", by_name="Test")
    assert world.turn().told == 6
    assert {guid: told[0] for guid, told in world.columns().items()} == world.ratings()


def test_everything_can_be_told_again(world: World):
    world.turn()
    write_back.tell_all_again(world.desk)
    assert world.turn() == Turn(6, 0, is_over=True)


def test_a_hundred_thousand_records_take_an_hour_and_a_half_at_what_microsoft_grants():
    # 6,000 requests in five minutes, of which nine tenths are used: 100,000 / 1,080 a minute.
    assert estimated_minutes(100_000) == 93
