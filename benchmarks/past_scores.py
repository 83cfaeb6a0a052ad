"""Scores of the 52 past Mondays of 10,000 accounts: detection replayed and three scores of each on every one.

    python benchmarks/past_scores.py [--accounts 10000] [--only sqlite|postgresql] [--profile]

The accounts are those of `signals.py` (use on every day of two years, 200 contact days, three contacts, two open
opportunities). Printed are the seconds of the whole, of a second run with nothing due, and the ratio of the whole to
52 times the scoring of today, which does no detection.
"""

import argparse
import cProfile
import pstats
import time

import sqlalchemy as sa
from new_rules import database
from signals import NOW, fill

from relationship.clock import frozen_clock
from relationship.config import Config
from relationship.desk.score import score_all
from relationship.desk.score_past import WEEKS, score_past
from relationship.house import House
from relationship.store import deployment
from relationship.store.activities.activity_tables import ContactDay
from relationship.store.database import Store
from relationship.store.ratings import bases
from relationship.store.tables import table

KINDS = ("email", "meeting", "call", "task")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--accounts", type=int, default=10_000)
    options.add_argument("--only", choices=["sqlite", "postgresql"])
    options.add_argument("--profile", action="store_true")
    wanted = options.parse_args()
    for kind in [wanted.only] if wanted.only else ["sqlite", "postgresql"]:
        with database(kind) as store:
            fill(store, wanted.accounts)
            contact_days(store)
            house = House(Config(_env_file=None, mode="test", tenant_id="t"), store, frozen_clock(NOW))
            today = measured(lambda house=house: score_all(house))
            profile = cProfile.Profile()
            if wanted.profile:
                profile.enable()
            worked = time.process_time()
            whole = measured(lambda house=house: score_past(house))
            worked = time.process_time() - worked
            profile.disable()
            if wanted.profile:
                pstats.Stats(profile).sort_stats("cumulative").print_stats(35)
            again = measured(lambda house=house: score_past(house))
            print(
                f"{kind:<12} {wanted.accounts} accounts × {WEEKS} weeks: {whole:.0f} s ({worked:.0f} s at work), "
                f"nothing due {again:.2f} s; scores of today {today:.1f} s, ratio {whole / (WEEKS * today):.1f}"
            )


def measured(act: object) -> float:
    began = time.perf_counter()
    act()  # type: ignore[operator]  # a row of a table of measurements
    return time.perf_counter() - began


def contact_days(store: Store) -> None:
    """The days that the bases hold, as rows."""
    with store.transaction(alone=True) as conn:
        deployment.ensure(conn, tenant_id="t", time_zone="Europe/Paris", read_from=None)
        found = bases.load(conn)
        days = bases.unpack(found.packed)
        rows = zip(
            found.record_ids[days.record].tolist(), days.kind.tolist(), days.day.tolist(), days.ours.tolist(),
            days.theirs.tolist(), strict=True,
        )  # fmt: skip
        insert = sa.insert(table(ContactDay))
        names = ("record_id", "kind", "day", "ours", "theirs")
        batch = [dict(zip(names, (number, KINDS[kind], *rest), strict=True)) for number, kind, *rest in rows]
        for start in range(0, len(batch), 50_000):
            conn.execute(insert, batch[start : start + 50_000])


if __name__ == "__main__":
    main()
