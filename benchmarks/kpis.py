"""The key figures of an account with 50,000 activities in two years, beside those of one with 500.

    python benchmarks/kpis.py [--activities 50000] [--repeats 7] [--only sqlite|postgresql]

Printed as the least of the repeats, in milliseconds, of the whole answer of `/api/v1/accounts/<guid>/kpis` (rights,
record, days of contact, figures, JSON), with their ratio. A busy machine slows both; only slow code moves the ratio.
SQLite works in our process, so its times are CPU time of our thread; those of PostgreSQL are what passes.
"""

import argparse
import random
import sys
import time
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from new_rules import database

from relationship.store.activities.activity_tables import Activity, ActivityParty, StaleActivity
from relationship.store.crm.record_tables import Address

sys.path += [str(Path(__file__).parents[1] / "tests" / part) for part in ("web", "web/records")]

import records_builder as made
from web_builder import NOW, TODAY
from web_site import Site, site_over

from relationship.clock import number_of
from relationship.desk.rate import rate_all
from relationship.store import tables
from relationship.store.chunks import in_chunks
from relationship.store.database import Store
from relationship.store.upsert import insert_new

DAYS = 730
FEW = 500


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--activities", type=int, default=50_000)
    options.add_argument("--repeats", type=int, default=7)
    options.add_argument("--only", choices=["sqlite", "postgresql"])
    wanted = options.parse_args()
    for kind in [wanted.only] if wanted.only else ["sqlite", "postgresql"]:
        taken = {}
        for many in (FEW, wanted.activities):
            with database(kind) as store:
                taken[many] = measure(store, kind, many, wanted.repeats)
                print(f"{kind:<12} {many:>7} activities {taken[many]:>8.1f} ms")
        print(f"{kind:<12} ratio {taken[wanted.activities] / taken[FEW]:.1f}")


def measure(store: Store, kind: str, many: int, repeats: int) -> float:
    site = site_over(store)
    made.fill(site)
    add(site, many)
    client = site.as_()
    clock = time.thread_time if kind == "sqlite" else time.perf_counter
    taken = []
    for _ in range(repeats):
        began = clock()
        answer = client.get(f"/api/v1/accounts/{made.account(made.BREVENT)}/kpis")
        taken.append((clock() - began) * 1000)
        assert answer.status_code == 200
    return min(taken)


def add(site: Site, many: int) -> None:
    """Mails, meetings and calls between everybody of us and the two contacts of one account."""
    chance = random.Random(1)
    with site.store.transaction() as conn:
        address = tables.table(Address).c
        numbers = dict(conn.execute(sa.select(address.address, address.id)).all())
        them = [numbers[f"contact{n}@clients.example"] for n in (made.AURELIE, made.BASTIEN)]
        us = [numbers[made.seller(n)] for n in range(6)]
        acts, parties = [], []
        for number in range(10_000, 10_000 + many):
            ago = chance.randrange(DAYS)
            kind = chance.choices(["email", "meeting", "call"], [80, 13, 7])[0]
            pair = [chance.choice(us), chance.choice(them)]
            chance.shuffle(pair)
            acts.append(
                {
                    "id": number,
                    "key": f"act/{number}",
                    "kind": kind,
                    "at": NOW - timedelta(days=ago, minutes=chance.randrange(400)),
                    "day": number_of(TODAY) - ago,
                    "status": "done",
                    "minutes": None if kind == "email" else chance.choice([15, 30, 60]),
                }
            )
            parties += [
                {"activity_id": number, "address_id": who, "role": role}
                for who, role in zip(pair, ("from", "to"), strict=True)
            ]
        for chunk in in_chunks(acts):
            insert_new(conn, Activity, chunk, key=["key"])
            insert_new(conn, StaleActivity, [{"key": one["key"]} for one in chunk], key=["key"])
        for chunk in in_chunks(parties):
            insert_new(conn, ActivityParty, chunk, key=["activity_id", "address_id", "role"])
    rate_all(site.app.extensions["house"])
    with site.store.transaction() as conn:
        conn.exec_driver_sql("ANALYZE")


if __name__ == "__main__":
    main()
