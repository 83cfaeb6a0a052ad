"""A report with every column over 10,000 accounts: seconds on SQLite, and as a ratio to reading their bare rows.

python benchmarks/reports.py [ACCOUNTS]
"""

import random
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from relationship.clock import number_of
from relationship.reports.columns import COLUMNS
from relationship.reports.definition import Definition
from relationship.reports.table import work_out
from relationship.store import tables
from relationship.store.crm.record_tables import Record
from relationship.store.customers.customer_tables import USAGE_SPAN
from relationship.store.customers.score_tables import ACCOUNT_HEALTH, ACCOUNT_SCORE
from relationship.store.database import Store, open_store
from relationship.store.migrate import migrate
from relationship.store.reading.reading_scope import Reach, Scope
from relationship.store.reports.report_facts import Days, frame

TODAY = date(2026, 6, 17)
_record = tables.table(Record)


def fill(store: Store, accounts: int) -> None:
    """Accounts with a score for each of 60 days, two months of use, three opportunities each."""
    dice, today = random.Random(7), number_of(TODAY)
    common = {"status": "active", "created_on": date(2024, 1, 1), "folded": ""}
    with store.transaction() as conn:
        rows = [
            {**common, "id": n, "kind": "account", "guid": f"a{n}", "name": f"Account {n}", "arr": dice.random() * 1e5,
             "currency": "EUR", "segment": f"Segment {n % 12}", "renewal_on": date(2026, 9, 1 + n % 28)}
            for n in range(1, accounts + 1)
        ]  # fmt: skip
        conn.execute(sa.insert(_record), rows)
        deals = [
            {**common, "kind": "opportunity", "guid": f"d{n}", "name": f"Deal {n}", "status": "open", "value": 1_000.0,
             "currency": "EUR", "account_guid": f"a{1 + n % accounts}"}
            for n in range(3 * accounts)
        ]  # fmt: skip
        conn.execute(sa.insert(_record), deals)
        health = [
            {"account_id": n, "score": n % 101, "status": "healthy", "churn": False, "stamp": 1}
            for n in range(1, accounts + 1)
        ]
        conn.execute(sa.insert(ACCOUNT_HEALTH), health)
        for score in ("churn", "upsell"):
            values = [
                {"account_id": n, "score": score, "day": today - back, "value": dice.randrange(101), "reasons": "[]"}
                for n in range(1, accounts + 1)
                for back in range(60)
            ]
            conn.execute(sa.insert(ACCOUNT_SCORE), values)
        months = [
            {"account_id": n, "span": "month", "start": number_of(start), "days": 20, "active_users": 200,
             "active_days": 20, "logins": dice.randrange(1000), "seats": 40}
            for n in range(1, accounts + 1)
            for start in (date(2026, 4, 1), date(2026, 5, 1))
        ]  # fmt: skip
        conn.execute(sa.insert(USAGE_SPAN), months)


def measure(store: Store) -> None:
    scope, days = Scope(Reach.UNCHECKED), Days(TODAY, ZoneInfo("Europe/Paris"))
    every = tuple(COLUMNS)[:20], tuple(COLUMNS)[20:]
    with store.reading() as conn:
        began = time.perf_counter()
        probe = conn.execute(sa.select(_record.c.id, _record.c.name, _record.c.guid)).all()
        bare = time.perf_counter() - began
        for columns in (*every, ("name",)):
            definition = Definition(columns=columns, group="" if len(columns) > 1 else "segment", sort="")
            began, worked = time.perf_counter(), time.process_time()
            needed = frozenset(COLUMNS) if len(columns) > 1 else definition.needs
            found = work_out(definition, frame(conn, needed, scope=scope, days=days))
            took, busy = time.perf_counter() - began, time.process_time() - worked
            print(
                f"{len(needed)} columns, {found.accounts} accounts: {took:.2f} s ({busy:.2f} s of them at work), "
                f"{took / bare:.1f} × reading {len(probe)} bare rows"
            )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        opened = open_store(f"sqlite:///{Path(folder) / 'reports.db'}")
        migrate(opened)
        fill(opened, int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
        measure(opened)
        opened.close()
