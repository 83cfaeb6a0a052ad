"""What the ledger of changes adds to rating: rounds of 20,000 opportunities, with and without it.

    python benchmarks/ledger.py [--records 20000] [--days 50] [--repeats 3]

Nobody is in contact any more, so that ratings fall every day: far more changes than an organisation has. Printed are
the least processor time of each step, what the ledger adds to it and how many changes it wrote. The bar is +30 % where
less than a tenth of the records change.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from unittest import mock

from rating import TODAY, WINDOW_BEGAN, contact_days, created_days, fill

from relationship.clock import frozen_clock
from relationship.config import Config
from relationship.desk import rerating
from relationship.desk.change_rules import change_rules
from relationship.desk.rate import rate_all
from relationship.house import House
from relationship.store import deployment
from relationship.store.database import open_store
from relationship.store.migrate import migrate
from relationship.store.ratings import rating_changes
from settings.rules import BandsForm, HealthSection, Rules

DAY_ZERO = date(1970, 1, 1)
NOW = datetime.combine(DAY_ZERO + timedelta(days=TODAY), datetime.min.time(), UTC) + timedelta(hours=9)
LIMITS = {"good from 62": (62, 40), "good from 65": (65, 40), "70 and 30": (70, 30)}


@dataclass
class Spent:
    """Seconds and changes by the name of the step."""

    seconds: dict[str, float] = field(default_factory=dict)
    changes: dict[str, int] = field(default_factory=dict)


def steps(house: House) -> dict[str, Callable[[], object]]:
    """What is measured, in order: the first rating, the days after it, other limits."""

    def day(later: int) -> Callable[[], object]:
        return lambda: rate_all(replace(house, clock=frozen_clock(NOW + timedelta(days=later))))

    def limits(good: int, fair: int, version: int) -> Callable[[], object]:
        wanted = Rules(health=HealthSection(bands=BandsForm(good=good, fair=fair)))
        return lambda: change_rules(house, wanted, expected_version=version, by="bench", by_name="Bench")

    found = {"first rating": day(0), **{f"{later} days later": day(later) for later in (1, 2, 3)}}
    return found | {name: limits(*pair, version) for version, (name, pair) in enumerate(LIMITS.items())}


def run(records: int, per_record: int, *, ledger: bool) -> Spent:
    """All steps on a fresh database."""
    spent = Spent()
    with tempfile.TemporaryDirectory(prefix="ledger-") as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'rated.db'}")
        migrate(store)
        fill(store, contact_days(records, per_record), created_days(records))
        with store.transaction() as conn:
            conn.exec_driver_sql("INSERT INTO stale_record SELECT id FROM record")
            read_from = DAY_ZERO + timedelta(days=WINDOW_BEGAN)
            deployment.ensure(conn, tenant_id="bench", time_zone="Europe/Paris", read_from=read_from)
        house = House(Config(mode="test", tenant_id="bench", _env_file=None), store, frozen_clock(NOW))
        known = 0
        for name, step in steps(house).items():
            began = time.process_time()
            if ledger:
                step()
            else:
                with mock.patch.object(rerating, "announce"):
                    step()
            spent.seconds[name] = time.process_time() - began
            with store.reading() as conn:
                latest = rating_changes.latest_id(conn)
            spent.changes[name], known = latest - known, latest
        store.close()
    return spent


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("--records", type=int, default=20_000)
    arguments.add_argument("--days", type=int, default=50, help="contact days per record")
    arguments.add_argument("--repeats", type=int, default=3)
    chosen = arguments.parse_args()
    without, with_it = [], []
    for _ in range(chosen.repeats):
        without.append(run(chosen.records, chosen.days, ledger=False))
        with_it.append(run(chosen.records, chosen.days, ledger=True))
    print(f"{chosen.records:,} records; least processor time of {chosen.repeats} rounds")
    print(f"{'':<16}{'without':>12}{'with':>12}{'adds':>8}{'changes':>10}")
    for name in with_it[0].seconds:
        slow, fast = (min(one.seconds[name] for one in some) for some in (with_it, without))
        added = f"{slow / fast - 1:+.0%}"
        print(f"{name:<16}{fast * 1000:>9.0f} ms{slow * 1000:>9.0f} ms{added:>8}{with_it[0].changes[name]:>10,}")


if __name__ == "__main__":
    main()
