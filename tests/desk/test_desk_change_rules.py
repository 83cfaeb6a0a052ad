"""Rules and ratings change together, from a version that is in force, or not at all."""

import os
import signal
import threading

import pytest
from store_builders import ANNE, FIRST, NOW, TOR, deliver, mail, mailbox, opportunity, people

from relationship import failpoints
from relationship.activities import RecordKind
from relationship.clock import frozen_clock
from relationship.config import Config
from relationship.desk.change_rules import change_rules
from relationship.desk.rate import rate_all
from relationship.errors import Conflict
from relationship.house import House
from relationship.store import deployment, rules, tables
from relationship.store.crm import records
from relationship.store.database import open_store
from relationship.store.dump import dump
from relationship.store.ratings import bases, ratings
from relationship.store.ratings.rating_tables import Health
from settings.rules import BandsForm, HealthSection, Introductions, Rules

HEALTH = tables.table(Health)
RARE = Rules(health=HealthSection(frequency=5))
OFF = Rules(health=HealthSection(enabled=False))


@pytest.fixture
def house(store) -> House:
    house = House(Config(mode="test", tenant_id="fjord", _env_file=None), store, frozen_clock(NOW))
    with store.transaction() as conn:
        deployment.ensure(conn, tenant_id="fjord", time_zone="Europe/Paris", read_from=None)
        people(conn)
        records.save(conn, RecordKind.OPPORTUNITY, [opportunity("o2", contact_guid="c-una")], [], place=FIRST)
        pairs = [
            (mail(f"out{n}", ANNE, TOR, days_ago=7 * n), mail(f"in{n}", TOR, ANNE, days_ago=7 * n)) for n in range(9)
        ]
        deliver(conn, mailbox(conn, "anne"), *(one for pair in pairs for one in pair))
    rate_all(house)
    return house


def save(house: House, wanted: Rules, *, version: int):
    return change_rules(house, wanted, expected_version=version, by="anne", by_name="Anne", note="why not")


def state(house: House) -> tuple[int, str]:
    with house.store.reading() as conn:
        return rules.current(conn)[0], dump(conn)


def scores(house: House) -> list[int | None]:
    with house.store.reading() as conn:
        return list(conn.scalars(HEALTH.select().with_only_columns(HEALTH.c.score).order_by(HEALTH.c.record_id)))


def test_saving_rates_everything_anew_at_once_and_the_next_round_has_nothing_to_do(house):
    before = scores(house)
    saved = save(house, RARE, version=0)
    assert saved.version == 1
    assert saved.changed == sum(old != new for old, new in zip(before, scores(house), strict=True)) > 0
    again = rate_all(house)
    assert (again.records, again.changed) == (0, 0)
    with house.store.reading() as conn:
        (found,) = rules.versions(conn, limit=5)
    assert (found.saved_by, found.saved_by_name, found.note, found.saved_at) == ("anne", "Anne", "why not", NOW)


def test_the_second_of_two_admins_is_told_and_nothing_is_written(house):
    save(house, RARE, version=0)
    kept = state(house)
    with pytest.raises(Conflict) as told:
        save(house, Rules(health=HealthSection(frequency=1)), version=0)
    assert told.value.version == 1
    assert state(house) == kept


def test_of_many_admins_at_once_one_saves_and_all_others_are_told(house):
    ended: list[str] = []

    def admin(frequency: int) -> None:
        try:
            ended.append(str(save(house, Rules(health=HealthSection(frequency=frequency)), version=0).version))
        except Conflict as conflict:
            ended.append(f"told {conflict.version}")

    threads = [threading.Thread(target=admin, args=(frequency,)) for frequency in (1, 2, 4, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["1", "told 1", "told 1", "told 1"]


def test_rules_equal_to_those_in_force_keep_their_version(house):
    assert save(house, Rules(), version=0).version == 0


def test_another_section_rates_nothing(house):
    kept = scores(house)
    assert save(house, Rules(introductions=Introductions(enabled=False)), version=0).changed == 0
    assert scores(house) == kept


def test_limits_alone_write_only_the_records_that_change(house):
    with house.store.reading() as conn:
        latest = bases.round_of(conn)
    changed = save(house, Rules(health=HealthSection(bands=BandsForm(good=61, fair=40))), version=0).changed
    with house.store.reading() as conn:
        assert len(ratings.changed_since(conn, latest.stamp)) == changed < len(scores(house))


def test_a_round_in_progress_does_not_bring_old_rules_back(house):
    """A rating round that began before the save ends after it: the rules in force are read where it writes."""
    with house.store.transaction() as conn:
        deliver(conn, mailbox(conn, "anne"), mail("late", ANNE, TOR, days_ago=1))
    rounds = [threading.Thread(target=rate_all, args=(house,)) for _ in range(2)]
    for one in rounds:
        one.start()
    save(house, RARE, version=0)
    for one in rounds:
        one.join()
    kept = state(house)
    with house.store.transaction() as conn:
        conn.exec_driver_sql("DELETE FROM rating_round")
    rate_all(house)
    assert state(house) == kept


def test_switched_off_nothing_is_shown_and_nothing_is_rated_until_it_is_on_again(house):
    before = scores(house)
    save(house, OFF, version=0)
    with house.store.reading() as conn:
        shown = conn.execute(HEALTH.select()).all()
    assert {(row.state, row.score, row.rating, row.trend, row.falls_on) for row in shown} == {
        ("switched_off", None, None, None, None)
    }
    with house.store.transaction() as conn:
        deliver(conn, mailbox(conn, "anne"), mail("meanwhile", TOR, ANNE))
    assert rate_all(house).records == 0
    save(house, Rules(), version=1)
    assert scores(house) == before  # one more mail on a day that had one changes no score
    kept = state(house)
    with house.store.transaction() as conn:
        conn.exec_driver_sql("DELETE FROM rating_round")
    rate_all(house)
    assert state(house) == kept


def test_killed_while_saving_leaves_all_of_it_or_nothing(house, database_url):
    before = state(house)
    places = ("desk.change_rules.saved", "desk.rerating.rescored", "desk.change_rules.rated", "desk.change_rules.done")
    for place in places:
        assert _ended_at(database_url, place) == -signal.SIGKILL
        if place == "desk.change_rules.done":
            break
        assert state(house) == before
    version, kept = state(house)
    assert version == 1
    assert kept != before[1]
    assert rate_all(house).changed == 0
    assert state(house) == (1, kept)


def _ended_at(url: str, place: str) -> int:
    """How a child process that saves ends when it is killed at a place."""
    child = os.fork()
    if child == 0:
        try:
            failpoints.arm(f"{place}:1")
            store = open_store(url)
            save(
                House(Config(mode="test", tenant_id="fjord", _env_file=None), store, frozen_clock(NOW)), RARE, version=0
            )
            os._exit(0)
        except BaseException:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)
