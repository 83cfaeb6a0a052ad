"""Rating 100,000 opportunities with 50 contact days each (5 million rows): arrays, kept sums, the store.

    python benchmarks/rating.py [--records 100000] [--days 50] [--repeats 7] [--store]

All ways run in one process on the same seeded rows and give the same scores, which is checked first.
Printed are medians, and how many times faster each way is than three pandas group-bys of the same rows:

    all   everything that a rating needs: sums per kind and side, last contact day, number of contact days
    sums  the same without the number of contact days (so without the mark "provisional")
    bare  weighted sums per record and the last contact day only: the least a score needs; other weights need
          all of it again
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from relationship.activities import KINDS
from relationship.health.contact_days import ContactDays
from relationship.health.rating import rate
from relationship.health.rules import Bands, Frequency, HealthRules, Weights
from relationship.health.score import Standing, band_codes, exact_scores, scores_under, standing
from relationship.health.states import states
from relationship.health.sums import contact_day_counts, day_sums
from relationship.store import tables
from relationship.store.activities.contact_days import load
from relationship.store.crm.record_tables import Record
from relationship.store.database import Store, open_store
from relationship.store.migrate import migrate

TODAY = 20_621
WINDOW_DAYS = 400
WINDOW_BEGAN = TODAY - WINDOW_DAYS
RULES = HealthRules()
CHANGES = {
    "weights": HealthRules(weights=Weights(email=4, meeting=9, call=7, task=3)),
    "frequency": HealthRules(frequency=Frequency.FORTNIGHTLY),
    "bands": HealthRules(bands=Bands(good=70, fair=30)),
}


def contact_days(records: int, per_record: int) -> ContactDays:
    """`per_record` different pairs of kind and day for every record, from us, from them or both."""
    random = np.random.default_rng(20_260_617)
    cells = len(KINDS) * WINDOW_DAYS
    chosen = np.concatenate(
        [
            np.sort(random.random((len(part), cells)).argpartition(per_record, axis=1)[:, :per_record], axis=1)
            for part in np.array_split(np.arange(records), max(records // 2000, 1))
        ]
    )
    side = random.integers(1, 4, records * per_record)
    return ContactDays.from_arrays(
        record=np.repeat(np.arange(records), per_record),
        kind=chosen.ravel() // WINDOW_DAYS,
        day=TODAY - chosen.ravel() % WINDOW_DAYS,
        ours=side & 1,
        theirs=side >> 1,
    )


def created_days(records: int) -> np.ndarray:
    return TODAY - np.random.default_rng(7).integers(20, 800, records)


def frame(days: ContactDays) -> pd.DataFrame:
    return pd.DataFrame(
        {"record": days.record, "kind": days.kind, "day": days.day, "ours": days.ours, "theirs": days.theirs}
    )


def with_arrays(days: ContactDays, created: np.ndarray) -> np.ndarray:
    """Score, band, state and the provisional mark of every record; returns the exact scores."""
    n = len(created)
    sums = day_sums(days, records=n, until=TODAY)
    counts = contact_day_counts(days, records=n, until=TODAY)
    rest = {"today": TODAY, "created": created, "window_began": WINDOW_BEGAN}
    scores = exact_scores(sums, **rest, rules=RULES)
    band_codes(scores.score, RULES.bands)
    none = np.zeros(n, dtype=np.bool_)
    states(sums.last_day, counts, **rest, degraded=none, has_planned=none)
    return scores.exact


def with_bare_arrays(days: ContactDays, created: np.ndarray) -> np.ndarray:
    """The score alone."""
    sums = day_sums(days, records=len(created), until=TODAY)
    rest = {"today": TODAY, "created": created, "window_began": WINDOW_BEGAN}
    return exact_scores(sums, **rest, rules=RULES).exact


def with_group_by(rows: pd.DataFrame, created: np.ndarray, *, counted: bool) -> np.ndarray:
    if counted:
        rows[["record", "day"]].drop_duplicates().groupby("record").size()
    value = 0.5 ** ((TODAY - rows.day) / 60)
    valued = rows.assign(any=value, us=value * (rows.ours > 0), them=value * (rows.theirs > 0))
    sums = valued.groupby(["record", "kind"]).agg(
        any=("any", "sum"), us=("us", "sum"), them=("them", "sum"), last=("day", "max")
    )
    kinds = sums[["any", "us", "them"]].unstack(fill_value=0.0)
    weights = np.array([RULES.weights.of(kind) / 6 for kind in KINDS])
    volume, ours, theirs = (kinds[side].to_numpy() @ weights for side in ("any", "us", "them"))
    return formula(volume, ours, theirs, sums["last"].groupby(level=0).max().to_numpy(), created)


def with_bare_group_by(rows: pd.DataFrame, created: np.ndarray) -> np.ndarray:
    weights = np.array([RULES.weights.of(kind) / 6 for kind in KINDS])
    value = 0.5 ** ((TODAY - rows.day) / 60) * weights[rows.kind]
    valued = rows.assign(any=value, us=value * (rows.ours > 0), them=value * (rows.theirs > 0))
    sums = valued.groupby("record").agg(any=("any", "sum"), us=("us", "sum"), them=("them", "sum"), last=("day", "max"))
    return formula(*(sums[name].to_numpy() for name in ("any", "us", "them", "last")), created)


def formula(
    volume: np.ndarray, ours: np.ndarray, theirs: np.ndarray, last: np.ndarray, created: np.ndarray
) -> np.ndarray:
    """The published formula a second time, as somebody with pandas at hand would write it."""
    expected = RULES.frequency.days
    weaker = np.minimum(ours, theirs)
    span = np.maximum(max(14, expected), np.minimum(TODAY - created, TODAY - WINDOW_BEGAN))
    q = 0.5 ** (expected / 60)
    par = q * (1 - q ** (span / expected)) / (1 - q)
    after = last.astype("datetime64[D]") + 1
    quiet = 7 / 5 * np.busday_count(after, np.datetime64(TODAY, "D") + 1)
    late = np.maximum(0, quiet - expected) / expected
    z = np.log1p(np.minimum(volume, par + 2 * weaker)) + np.log1p(weaker) / 2 - np.log1p(late)
    x = 1.5 * np.exp(z - 1.5 * np.log1p(par))
    return 100 * x / (1 + x)


def rated_again(kept: Standing, rules: HealthRules) -> np.ndarray:
    """Scores and bands under other rules, from what is kept; no contact day is touched."""
    return band_codes(scores_under(rules, kept).score, rules.bands)


def times(ways: dict[str, Callable[[], object]], repeats: int) -> dict[str, list[float]]:
    """Seconds of each way in each of the rounds; in a round every way runs once, so that a busy machine
    slows all of them."""
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(repeats):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            spent[name].append(time.perf_counter() - began)
    return spent


def show(name: str, seconds: list[float], *references: list[float]) -> None:
    faster = "".join(
        f"{statistics.median(slow / fast for slow, fast in zip(reference, seconds, strict=False)):>9.1f}"
        for reference in references
    )
    print(f"{name:<50}{statistics.median(seconds) * 1000:>10.1f} ms{faster}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("--records", type=int, default=100_000)
    arguments.add_argument("--days", type=int, default=50, help="contact days per record")
    arguments.add_argument("--repeats", type=int, default=7)
    arguments.add_argument("--store", action="store_true", help="also rate from a SQLite database (some minutes)")
    chosen = arguments.parse_args()

    n = chosen.records
    days, created = contact_days(n, chosen.days), created_days(n)
    rows = frame(days)
    exact = with_arrays(days, created)
    assert np.array_equal(with_bare_arrays(days, created), exact)
    assert np.allclose(with_group_by(rows, created, counted=True), exact)
    assert np.allclose(with_bare_group_by(rows, created), exact)
    rest = {"today": TODAY, "created": created, "window_began": WINDOW_BEGAN}
    sums = day_sums(days, records=n, until=TODAY)
    kept = standing(sums, **rest)
    ways: dict[str, Callable[[], object]] = {
        "pandas group-by, all": lambda: with_group_by(rows, created, counted=True),
        "pandas group-by, sums": lambda: with_group_by(rows, created, counted=False),
        "pandas group-by, bare": lambda: with_bare_group_by(rows, created),
        "product: sums, score, band, state": lambda: with_arrays(days, created),
        "product: sums and score alone": lambda: with_bare_arrays(days, created),
        "product: everything (trend and forecast too)": lambda: rate(days, records=n, **rest, rules=RULES),
        "kept sums, another day: score": lambda: exact_scores(sums, **rest, rules=RULES),
        "kept sums, other weights: score and band": lambda: rated_again(kept, CHANGES["weights"]),
        "kept sums, other frequency: score and band": lambda: rated_again(kept, CHANGES["frequency"]),
        "kept sums, other bands: score and band": lambda: rated_again(kept, CHANGES["bands"]),
    }
    spent = times(ways, chosen.repeats)
    references = list(spent.values())[:3]
    print(f"{n:,} records, {len(days):,} contact days; medians of {chosen.repeats} rounds")
    print(f"{'':<50}{'time':>13}{'× all':>9}{'× sums':>9}{'× bare':>9}")
    for name, seconds in spent.items():
        show(name, seconds, *references)
    if chosen.store:
        for name, seconds in from_store(days, created).items():
            show(name, seconds, *references)


def from_store(days: ContactDays, created: np.ndarray) -> dict[str, list[float]]:
    """Rate all records of a SQLite database in one set-based pass: read every contact day, then rate."""
    records = len(created)
    ids = list(range(1, records + 1))
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'rating.db'}")
        migrate(store)
        fill(store, days, created)

        def read() -> ContactDays:
            with store.reading() as conn:
                return load(conn, ids, everything=True)

        def rated() -> object:
            rest = {"today": TODAY, "created": created, "window_began": WINDOW_BEGAN}
            return rate(read(), records=records, **rest, rules=RULES)

        found = times({"SQLite: contact days read": read, "SQLite: contact days read, everything rated": rated}, 3)
        store.close()
    return found


def fill(store: Store, days: ContactDays, created: np.ndarray) -> None:
    """The rows as the product keeps them."""
    born = (created.astype("datetime64[D]")).astype(str).tolist()
    opportunities = [
        {"id": number, "kind": "opportunity", "guid": f"{number:032x}", "created_on": date.fromisoformat(day)}
        for number, day in enumerate(born, start=1)
    ]
    names = [kind.value for kind in KINDS]
    columns = (days.record + 1, days.kind, days.day, days.ours, days.theirs)
    with store.transaction() as conn:
        conn.execute(tables.table(Record).insert(), opportunities)
        for start in range(0, len(days), 500_000):
            part = zip(*(column[start : start + 500_000].tolist() for column in columns), strict=True)
            conn.exec_driver_sql(
                "INSERT INTO contact_day (record_id, kind, day, ours, theirs) VALUES (?, ?, ?, ?, ?)",
                [(record, names[kind], day, ours, theirs) for record, kind, day, ours, theirs in part],
            )


if __name__ == "__main__":
    main()
