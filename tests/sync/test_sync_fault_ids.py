"""Faults by their ids that have no other home: a flood, odd mail, broken lines, two schedulers, database and clock."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection
from sync_world import NOW, House, Undisturbed, config_for

from relationship.desk.rate import rate_all
from relationship.errors import StorageTrouble
from relationship.store.database import Store, open_store
from relationship.sync.wire.connection import connect
from simulator.fault_plans.orders import Order
from simulator.organisation import Organisation
from simulator.server import Running


def parties(house: House) -> str:
    """The lines of the dump that say who is on what."""
    return "\n".join(line for line in house.dump().splitlines() if line.startswith('["party"'))


@pytest.mark.slow
def test_f12_a_mailbox_with_more_than_five_thousand_mails_is_read_to_the_end(house: House, running: Running):
    house.microsoft = connect(house.config, mail_page_size=1_000)
    house.sync()
    before = len(house.activities())
    running.services.order(Order("F12", mailbox="ines", options={"mails": 5_200}))
    assert house.sync().troubles == ()
    assert len(house.activities()) == before + 5_200


@pytest.mark.parametrize("status", [503, 504])
def test_f18_an_empty_answer_of_a_busy_service_costs_one_more_request_each(
    status: int, house: House, running: Running, undisturbed: Undisturbed
):
    house.sync()
    quiet = house.sync().requests
    running.services.order(Order("F18", request=3, times=4, options={"status": status}))
    report = house.sync()
    assert report.troubles == ()
    assert report.requests == quiet + 4
    assert house.dump() == undisturbed()


@pytest.mark.parametrize("status", [200, 502])
def test_f19_a_page_of_html_is_never_taken_for_an_answer(
    status: int, house: House, running: Running, undisturbed: Undisturbed
):
    running.services.order(
        Order("F19", request=2, times=2, options={"status": status}),
        Order("F19", path="^domains$", options={"status": status}),
        Order("F19", path=r"mailFolders/delta$", request=3, options={"status": status}),
    )
    assert house.sync().troubles == ()
    assert house.dump() == undisturbed()


def test_f21_a_line_that_is_cut_at_any_request_is_taken_up_again(
    house: House, running: Running, undisturbed: Undisturbed
):
    for first in (1, 2, 7, 20, 33):
        running.services.order(Order("F21", path="", request=first))
    assert house.sync().troubles == ()
    assert house.dump() == undisturbed()


def test_f30_what_no_text_may_hold_is_cleaned_alike_on_both_databases(
    house: House, running: Running, undisturbed: Undisturbed
):
    running.services.order(Order("F30", request=5, mailbox="ines"))
    house.sync()
    report = house.sync()
    assert report.troubles == ()
    assert "tor@brise.example" in parties(house)
    assert "\\u0000" not in house.dump()
    assert house.dump() == undisturbed()


def test_f31_a_mail_to_five_hundred_people_is_no_correspondence(
    house: House, running: Running, undisturbed: Undisturbed
):
    house.sync()
    before = house.dump()
    running.services.order(Order("F31", mailbox="ines"))
    report = house.sync()
    assert report.rows == 1
    assert "lecteur" not in house.dump()
    assert house.dump() == before == undisturbed()


@pytest.mark.parametrize("what", ["newsletter", "no-reply"])
def test_f33_what_is_sent_to_everybody_or_by_nobody_is_no_touch(
    what: str, house: House, running: Running, undisturbed: Undisturbed
):
    house.sync()
    before = house.dump()
    running.services.order(Order("F33", mailbox="ines", options={"what": what}))
    assert house.sync().rows == 1
    assert house.dump() == before == undisturbed()


def test_f34_a_mail_to_a_list_names_nobody_but_the_list(house: House, running: Running, undisturbed: Undisturbed):
    house.sync()
    before = set(parties(house).splitlines())
    running.services.order(Order("F34", mailbox="ines", options={"what": "list"}))
    house.sync()
    added = set(parties(house).splitlines()) - before
    assert sorted(line.rsplit(",", 2)[1:] for line in added) == [
        ['"from"', '"eva@nordlys.example"]'],
        ['"to"', '"tous@fjord.example"]'],
    ]
    assert house.dump() == undisturbed()


def test_f34_who_got_a_blind_copy_is_not_shown(house: House, running: Running, undisturbed: Undisturbed):
    house.sync()
    before = house.dump()
    running.services.order(Order("F34", mailbox="ines", options={"what": "bcc"}))
    assert house.sync().rows == 1
    assert house.dump() == before == undisturbed()


def test_f54_two_schedulers_at_once_keep_everything_once(
    house: House, running: Running, database_url: str, undisturbed: Undisturbed
):
    other = House(config_for(running), open_store(database_url), running)
    failures: list[BaseException] = []

    def work(mine: House) -> None:
        try:
            for _ in range(2):
                mine.sync()
                rate_all(mine)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(one,)) for one in (house, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    other.close()
    other.store.close()
    assert failures == []
    assert house.sync().troubles == ()
    rate_all(house)
    assert unrated(house.dump()) == unrated(undisturbed())


# What a rating makes of the rest.
DERIVED = ('["health"', '["contact_day"', '["tie_day"')


def unrated(dump: str) -> list[str]:
    return [line for line in dump.splitlines() if not line.startswith(DERIVED)]


def test_f55_a_database_that_another_process_holds_for_a_moment_is_waited_for(
    house: House, database_url: str, undisturbed: Undisturbed
):
    other = open_store(database_url)
    held = threading.Event()
    released: list[float] = []

    def hold() -> None:
        with other.transaction(alone=True) as conn:
            if conn.dialect.name == "postgresql":
                conn.exec_driver_sql("LOCK TABLE sighting IN ACCESS EXCLUSIVE MODE")
            held.set()
            time.sleep(1.5)
            released.append(time.monotonic())

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    assert house.sync().troubles == ()
    ended = time.monotonic()
    holder.join()
    assert ended > released[0]
    other.close()
    assert house.dump() == undisturbed()


@pytest.mark.parametrize("last", [2, 9, 25, 40])
def test_f55_a_commit_whose_outcome_is_unknown_is_safely_repeated(
    last: int, house: House, store: Store, undisturbed: Undisturbed, monkeypatch: pytest.MonkeyPatch
):
    """The transaction was committed, but the answer that says so never came."""
    commits = 0
    transaction = store.transaction

    @contextmanager
    def unsure(*, alone: bool = False) -> Iterator[Connection]:
        nonlocal commits
        with transaction(alone=alone) as conn:
            yield conn
        commits += 1
        if commits == last:
            raise StorageTrouble("The connection was lost.", next_step="Run it again.", code="database_unreachable")

    monkeypatch.setattr(store, "transaction", unsure)
    with pytest.raises(StorageTrouble):
        house.sync()
    monkeypatch.undo()
    assert house.sync().troubles == ()
    assert house.dump() == undisturbed()


def test_f55_a_database_that_drops_its_connections_stops_the_run_and_the_next_goes_on(
    house: House, store: Store, undisturbed: Undisturbed
):
    """PostgreSQL ends the sessions of the run; SQLite finds no room for another page."""
    is_postgres = store.engine.dialect.name == "postgresql"
    struck = False

    def strike(conn: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        nonlocal struck
        if struck or not statement.lstrip().upper().startswith("INSERT INTO SIGHTING"):
            return
        struck = True
        if is_postgres:
            with sa.create_engine(store.engine.url, poolclass=sa.pool.NullPool).connect() as killer:
                killer.exec_driver_sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
        else:
            pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
            conn.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    sa.event.listen(store.engine, "before_cursor_execute", strike)
    with pytest.raises(StorageTrouble) as told:
        house.sync()
    assert told.value.next_step
    sa.event.remove(store.engine, "before_cursor_execute", strike)
    store.engine.dispose()
    assert house.sync().troubles == ()
    assert house.dump() == undisturbed()


def test_f56_a_clock_that_jumps_loses_nothing_and_keeps_nothing_twice(
    house: House, organisation: Organisation, undisturbed: Undisturbed
):
    house.sync()
    for hours in (26, -3, 72, 0):
        house.now = NOW + timedelta(hours=hours)
        organisation.deliver("tor", ["ines"], at=NOW - timedelta(hours=abs(hours) + 1))
        assert house.sync().troubles == ()
    assert len(house.activities()) == 37 + 4
    assert house.dump() == undisturbed()


@pytest.mark.parametrize("minutes", [-45, 45])
def test_f56_a_sign_in_service_with_another_clock_is_no_trouble(
    minutes: int, house: House, running: Running, undisturbed: Undisturbed
):
    running.services.registration.clock_offset = minutes * 60.0
    assert house.sync().troubles == ()
    assert house.dump() == undisturbed()


def test_f56_a_mail_from_the_future_is_kept_once_and_counts_when_its_day_has_come(
    house: House, organisation: Organisation, undisturbed: Undisturbed
):
    organisation.deliver("tor", ["ines"], at=NOW + timedelta(hours=30), received_at=NOW)
    house.sync()
    rate_all(house)
    assert len(house.activities()) == 38
    house.now = NOW + timedelta(hours=48)
    house.sync()
    rate_all(house)
    assert len(house.activities()) == 38
