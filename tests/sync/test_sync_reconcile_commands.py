"""What the commands `reconcile` and `retain` say at a terminal."""

from collections.abc import Iterator

import pytest
from crm_sync_world import acts, filed_world
from store_builders import may_read
from sync_world import House, config_for

from relationship.terminal.rounds import reconcile_round, retain_round, sync_round
from simulator import identity
from simulator.server import Running, start


@pytest.fixture
def running() -> Iterator[Running]:
    with start(filed_world()) as found:
        yield found


@pytest.fixture
def config(running, store, database_url):
    may_read(store)
    made = config_for(running, database_url=database_url)
    assert sync_round(made) == 0
    return made


def said(capsys) -> str:
    return " ".join(capsys.readouterr().err.split())


def test_a_comparison_says_what_was_found_for_each_source(running, config, capsys):
    acts(running).delete(identity.activity("made"))
    capsys.readouterr()
    assert reconcile_round(config, days=30) == 0
    text = said(capsys)
    assert "dataverse/phonecalls 2 0 0 1 0" in text
    assert "1 differed and were healed" in text
    assert "@" not in text
    assert reconcile_round(config, days=30) == 0
    assert "0 differed" in said(capsys)


def test_retention_says_what_would_go_and_what_went(running, config, capsys):
    capsys.readouterr()
    retain_round(config, dry_run=False)
    assert said(capsys) == "Neither the rules nor RELATIONSHIP_RETAIN_DAYS say how long: everything is kept."
    short = config_for(running, database_url=config.database_url, retain_days=6)
    retain_round(short, dry_run=True)
    assert said(capsys).startswith("Would remove 3 activities before 2026-06-11 with 3 copies")
    retain_round(short, dry_run=False)
    assert said(capsys).startswith("Removed 3 activities before 2026-06-11 with 3 copies")


def test_what_retention_removed_does_not_come_back_with_the_next_sync_or_comparison(running, store, capsys):
    house = House(config_for(running, retain_days=6), store, running)
    house.sync()
    from relationship.desk.retain import retain
    from relationship.sync.readers.reconcile import reconcile_once

    retain(house)
    before = house.dump()
    house.sync()
    running.services.crm.expire_tokens()
    running.organisation.expire_tokens()
    house.sync()
    reconcile_once(house, days=400, microsoft=house.microsoft)
    assert house.dump() == before
    house.close()
