"""Read window and retention as the rules say, a source read again, and the commands that set them."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from crm_sync_world import FILED
from store_builders import may_read
from sync_world import NOW, House, config_for, some_mail, some_of_each, world

from relationship.desk.rate import rate_all
from relationship.desk.retain import retain, would_remove
from relationship.errors import FixSettings
from relationship.store import deployment, rules
from relationship.store.sources.read_again import read_again
from relationship.terminal import scoping
from settings.rules import Rules, Sources
from simulator import identity
from simulator.server import Running, start

INES = identity.msgraph_user("ines")


def agreed(**days: int) -> Rules:
    return Rules(sources=Sources(everyone=True, consulted_on=date(2026, 6, 1), **days))


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    together = sorted([*some_mail(), *some_of_each(), *FILED], key=lambda one: (one.at, one.id))
    with start(world(together)) as found:
        yield found


@pytest.fixture
def house(running, store) -> Iterator[House]:
    made = House(config_for(running), store, running, rules=agreed(read_window_days=20))
    yield made
    made.close()


def oldest(house: House) -> int:
    """How many days ago the oldest activity kept was."""
    with house.store.reading() as conn:
        return NOW.date().toordinal() - date(1970, 1, 1).toordinal() - conn.exec_driver_sql(
            "SELECT MIN(day) FROM activity WHERE status <> 'gone'"
        ).scalar_one()  # fmt: skip


def activities(house: House) -> list[str]:
    return house.activities()


def test_the_window_of_the_rules_comes_before_the_environments(house):
    house.sync()
    assert oldest(house) <= 20
    with house.store.reading() as conn:
        assert deployment.load(conn).read_from == NOW.date() - timedelta(days=20)


def test_a_wider_window_reads_what_lies_further_back_and_a_narrower_one_removes_it(house):
    house.sync()
    short = activities(house)
    may_read(house.store, agreed(read_window_days=50))
    assert house.sync().troubles == ()
    assert 20 < oldest(house) <= 50
    assert house.sync().written == 0
    may_read(house.store, agreed(read_window_days=20))
    assert house.sync().troubles == ()
    assert activities(house) == short
    rate_all(house)
    assert house.sync().written == 0


def test_b51_what_a_shorter_retention_removes_is_counted_before(house):
    may_read(house.store, agreed(read_window_days=60))
    house.sync()
    rate_all(house)
    count = would_remove(house, 10, None)
    assert count.activities > 0
    assert would_remove(house, None, None).activities == 0
    assert would_remove(house, 365, None).activities == 0
    assert would_remove(house, 10, 365).contact_days == 0 < count.contact_days
    assert would_remove(house, None, None, read_window_days=10) == count
    before = house.dump()
    may_read(house.store, agreed(read_window_days=60, retain_days=10))
    removed = retain(house).removed
    assert (removed.activities, removed.sightings) == (count.activities, count.sightings)
    assert house.dump() != before
    rate_all(house)
    kept = activities(house)
    house.sync()
    assert activities(house) == kept


def test_a_source_is_read_again_and_heals_what_was_lost(house):
    house.sync()
    whole = house.dump()
    key = f"mailbox/{INES}"
    with house.store.transaction() as conn:
        conn.exec_driver_sql(f"DELETE FROM sighting WHERE source_id IN (SELECT id FROM source WHERE key = '{key}')")
    assert house.dump() != whole
    assert house.sync().written == 0
    with house.store.transaction() as conn:
        assert read_again(conn, key)
        assert not read_again(conn, "mailbox/nobody")
    assert house.sync().troubles == ()
    assert house.dump() == whole


@pytest.mark.parametrize("prefix", ["calendar/", "todo/", "planner/"])
def test_every_sort_of_source_can_be_read_again(house, prefix):
    house.sync()
    whole = house.dump()
    with house.store.transaction() as conn:
        conn.exec_driver_sql(
            f"DELETE FROM sighting WHERE source_id IN (SELECT id FROM source WHERE key = '{prefix}{INES}')"
        )
        assert read_again(conn, prefix + INES)
    assert house.sync().troubles == ()
    assert house.dump() == whole


@pytest.mark.parametrize("key", ["calls/records", "calls/pstn", "dataverse/phonecalls", "directory/users"])
def test_the_organisations_sources_can_be_read_again_too(house, key):
    house.sync()
    whole = house.dump()
    with house.store.transaction() as conn:
        conn.exec_driver_sql(f"DELETE FROM sighting WHERE source_id IN (SELECT id FROM source WHERE key = '{key}')")
        assert read_again(conn, key)
    assert house.sync().troubles == ()
    assert house.dump() == whole


def test_the_command_sets_scope_and_date_one_after_the_other_and_says_what_holds(running, database_url, capsys):
    config = config_for(running, database_url=database_url)

    def scope(**said) -> str:
        usual = {"everyone": False, "group_ids": (), "consulted_on": None}
        scoping.set_scope(config, **(usual | said))
        return " ".join(capsys.readouterr().err.split())

    assert scope() == "Scope: nobody; no date of the consultation yet. Reading is off."
    assert "Reading is off" in scope(everyone=True)
    assert scope(consulted_on=date(2026, 6, 1)) == (
        "Scope: everybody; consulted on 2026-06-01. Reading is on (0 mailboxes known so far)."
    )
    assert scope(group_ids=("g2", "g1")).startswith("Scope: 2 groups; consulted on 2026-06-01.")
    from relationship.house import open_house

    with open_house(config) as house, house.store.reading() as conn:
        version, present = rules.current(conn)
        [newest] = rules.versions(conn, limit=1)
    assert (version, present.sources.groups, present.sources.everyone) == (3, ("g1", "g2"), False)
    assert newest.saved_by_name == "command line"
    with pytest.raises(FixSettings):
        scoping.read_source_again(config, "mailbox/nobody")
