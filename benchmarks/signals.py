"""Detection of signals over 10,000 accounts with two years of data: reading, detecting, keeping.

    python benchmarks/signals.py [--accounts 10000] [--only sqlite|postgresql]

Of each account: use of the product on every day of two years (7.3 million rows, with their sums), 200 contact days,
three contacts with 60 each, two open opportunities with 60 each and four moves, an event on every third. Printed are
the seconds of the first detection (everything is new) and of the second (nothing is), what of the second is reading
and what is the pure part, and the ratio of the whole to the pure part.
"""

import argparse
import time
from datetime import UTC, date, datetime, timedelta

import numpy as np
import sqlalchemy as sa
from new_rules import database

from relationship.clock import number_of
from relationship.health.contact_days import ContactDays
from relationship.signals.detect import next_round, states
from relationship.signals.thresholds import Thresholds
from relationship.store import tables
from relationship.store.customers import contact_standings, usage
from relationship.store.customers.customer_tables import ACCOUNT_EVENT, STAGE_DAY, USAGE_DAY
from relationship.store.database import Store
from relationship.store.ratings import bases
from relationship.store.ratings.bases import Bases
from relationship.store.signals import signal_facts, signals

NOW = datetime(2026, 6, 17, 9, tzinfo=UTC)
TODAY = number_of(date(2026, 6, 17))
YEARS = 730
RECORD = tables.table(tables.Record)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--accounts", type=int, default=10_000)
    options.add_argument("--only", choices=["sqlite", "postgresql"])
    wanted = options.parse_args()
    for kind in [wanted.only] if wanted.only else ["sqlite", "postgresql"]:
        with database(kind) as store:
            fill(store, wanted.accounts)
            first = detect(store)[0]
            second, read, pure = detect(store)
            print(
                f"{kind:<12} {wanted.accounts} accounts: first {first:.1f} s, again {second:.1f} s "
                f"(read {read:.1f} s, pure {pure:.1f} s), ratio {second / pure:.1f}"
            )


def detect(store: Store) -> tuple[float, float, float]:
    """Seconds of the whole, of reading the facts, of the pure part."""
    began = time.perf_counter()
    with store.transaction(alone=True) as conn:
        contact_standings.note_changes(conn, today=TODAY)
        before_reading = time.perf_counter()
        facts = signal_facts.facts(conn, Thresholds(), today=TODAY, rated=True)
        read = time.perf_counter() - before_reading
        before_detecting = time.perf_counter()
        found = next_round(facts, Thresholds(), signals.standing(conn))
        pure = time.perf_counter() - before_detecting
        opened, _ended = signals.save(conn, found, day=TODAY, at=NOW)
        signals.save_states(conn, states(facts), day=TODAY)
    print(f"  {len(found.found)} signals, {opened} new")
    return time.perf_counter() - began, read, pure


def fill(store: Store, accounts: int) -> None:
    random = np.random.default_rng(20_260_617)
    created = date(2024, 1, 8)
    with store.transaction(alone=True) as conn:
        rows = []
        for number in range(accounts):
            rows.append(record("account", f"a{number}", f"a{number}", created) | {"contact_guid": f"c{number}-0"})
            rows += [record("contact", f"c{number}-{one}", f"a{number}", created) for one in range(3)]
            rows += [
                record("opportunity", f"o{number}-{one}", f"a{number}", created)
                | {"value": 50_000.0, "probability": 60, "close_on": created + timedelta(days=900)}
                for one in range(2)
            ]
        conn.execute(sa.insert(RECORD), rows)
        ids = {kind: of_kind(conn, kind) for kind in ("account", "contact", "opportunity")}
        for kind, days in (("account", 200), ("contact", 60), ("opportunity", 60)):
            bases.save(conn, basis(random, ids[kind], days, number_of(created)), stamp=1)
        moves(conn, ids["opportunity"])
        event = {"key": "e", "day": TODAY - 9, "kind": "budget", "direction": "down", "added_at": NOW}
        conn.execute(sa.insert(ACCOUNT_EVENT), [{"account_id": one, **event} for one in ids["account"][::3]])
    with store.transaction(alone=True) as conn:
        use(conn)


def record(kind: str, guid: str, account: str, created: date) -> dict[str, object]:
    status = "open" if kind == "opportunity" else "active"
    return {
        "kind": kind, "guid": guid, "name": guid, "status": status, "created_on": created, "account_guid": account,
        "contact_guid": None, "value": None, "probability": None, "close_on": None, "stage": "1",
    }  # fmt: skip


def of_kind(conn: sa.Connection, kind: str) -> list[int]:
    return list(conn.scalars(sa.select(RECORD.c.id).where(RECORD.c.kind == kind).order_by(RECORD.c.id)))


def basis(random: np.random.Generator, ids: list[int], per_record: int, created: int) -> Bases:
    """So many contact days of each record within two years."""
    size = len(ids) * per_record
    days = ContactDays.from_arrays(
        record=np.repeat(np.arange(len(ids)), per_record),
        kind=random.integers(0, 3, size),
        day=TODAY - random.integers(0, YEARS, size),
        ours=random.integers(0, 2, size),
        theirs=random.integers(0, 2, size),
    )
    return Bases(
        record_ids=np.array(ids),
        created=np.full(len(ids), created),
        closed=np.zeros(len(ids), dtype=np.bool_),
        closed_day=np.full(len(ids), bases.NO_DAY),
        degraded=np.zeros(len(ids), dtype=np.bool_),
        packed=bases.pack(days, records=len(ids)),
    )


def moves(conn: sa.Connection, deals: list[int]) -> None:
    rows = [
        {
            "record_id": deal, "day": TODAY - 100 + 20 * step, "stage": str(step // 2), "probability": 60 - step,
            "value": 50_000.0 + step, "close_on": date(2026, 8, 1) + timedelta(days=10 * step), "source": "crm",
        }
        for deal in deals
        for step in range(4)
    ]  # fmt: skip
    conn.execute(sa.insert(STAGE_DAY), rows)


def use(conn: sa.Connection) -> None:
    """Every account on every day, falling for every fifth."""
    first = TODAY - YEARS
    conn.exec_driver_sql(
        "INSERT INTO usage_day (account_id, day, active_users, logins, features_used, premium_features, seats) "
        "WITH RECURSIVE span(day) AS (SELECT " + str(first) + " UNION ALL SELECT day + 1 FROM span WHERE day < "
        f"{TODAY - 1}) SELECT r.id, s.day, 10 + (r.id * s.day) % 5, "
        f"CASE WHEN r.id % 5 = 0 AND s.day > {TODAY - 80} THEN 6 ELSE 20 + (r.id + s.day) % 7 END, 8, 2, 20 "
        "FROM record r CROSS JOIN span s WHERE r.kind = 'account'"
    )
    usage.add_up(conn, USAGE_DAY.select().subquery("all_days"))


if __name__ == "__main__":
    main()
