"""What the tests of the health room share: a fixed day, builders, and the formula a second time.

`reference` is the published formula written down literally, one record at a time, in plain Python with
logarithms and numpy's own business-day count: the yardstick that shares no line with the product.
"""

from math import exp, log

import numpy as np
from hypothesis import strategies as st

from relationship.activities import KINDS
from relationship.health.contact_days import ContactDays
from relationship.health.rules import Bands, Frequency, HealthRules, Weights
from relationship.health.score import ScoreArrays, exact_scores
from relationship.health.sums import day_sums

TODAY = 20_621  # Wednesday 2026-06-17
WINDOW_BEGAN = TODAY - 400
DEFAULTS = HealthRules()

Row = tuple[str, int, int, int]  # kind, day, ours, theirs


def mutual(ages, kind="email") -> list[Row]:
    return [(kind, TODAY - age, 1, 1) for age in ages]


def from_us(ages, kind="email") -> list[Row]:
    return [(kind, TODAY - age, 1, 0) for age in ages]


def from_them(ages, kind="email") -> list[Row]:
    return [(kind, TODAY - age, 0, 1) for age in ages]


def together(records) -> ContactDays:
    """The contact days of several records, each a list of rows, through arrays."""
    index = {kind.value: number for number, kind in enumerate(KINDS)}
    rows = [(number, index[kind], *rest) for number, one in enumerate(records) for kind, *rest in one]
    record, kind, day, ours, theirs = np.array(rows, dtype=np.int64).reshape(-1, 5).T
    return ContactDays.from_arrays(record=record, kind=kind, day=day, ours=ours, theirs=theirs)


def scores(rows, *, age, today=TODAY, window_began=WINDOW_BEGAN, rules=DEFAULTS) -> ScoreArrays:
    """The product's scores of one record created `age` days before TODAY."""
    sums = day_sums(ContactDays.of_record(rows), records=1, until=today)
    created = np.array([TODAY - age])
    return exact_scores(sums, today=today, created=created, window_began=window_began, rules=rules)


def exact(rows, **situation) -> float:
    return float(scores(rows, **situation).exact[0])


def reference(rows, *, age, today=TODAY, window_began=WINDOW_BEGAN, rules=DEFAULTS) -> float:
    """The score before rounding, straight from the formula."""
    expected = rules.frequency.days
    kept = {(kind, day) for kind, day, _, _ in rows if day <= today}
    sides = {
        (kind, day): (
            any(o for k, d, o, _ in rows if (k, d) == (kind, day)),
            any(t for k, d, _, t in rows if (k, d) == (kind, day)),
        )
        for kind, day in kept
    }

    def total(side) -> float:
        return sum(
            getattr(rules.weights, kind) / 6 * 0.5 ** ((today - day) / 60)
            for (kind, day), both in sides.items()
            if side(both)
        )

    volume, ours, theirs = total(any), total(lambda both: both[0]), total(lambda both: both[1])
    weaker = min(ours, theirs)
    span = max(14, expected, min(today - (TODAY - age), today - window_began))
    q = 0.5 ** (expected / 60)
    par = q * (1 - q ** (span / expected)) / (1 - q)
    last = np.datetime64(max(day for _, day in kept), "D")
    quiet = 7 / 5 * int(np.busday_count(last + 1, np.datetime64(today, "D") + 1))
    z = log(1 + min(volume, par + 2 * weaker)) + log(1 + weaker) / 2 - log(1 + max(0, quiet - expected) / expected)
    x = 1.5 * exp(z - 1.5 * log(1 + par))
    return 100 * x / (1 + x)


kinds = st.sampled_from([kind.value for kind in KINDS])
sides = st.sampled_from([(1, 0), (0, 1), (1, 1), (3, 2)])
row = st.builds(
    lambda kind, age, side: (kind, TODAY - age, *side), kinds, st.integers(0, 500) | st.integers(0, 30), sides
)
histories = st.lists(row, min_size=1, max_size=25)
ages = st.integers(0, 900)
weights = st.builds(Weights, *[st.integers(3, 9)] * 4)
bands = st.integers(2, 100).flatmap(lambda good: st.builds(Bands, st.just(good), st.integers(1, good - 1)))
rules = st.builds(HealthRules, weights, st.sampled_from(Frequency), bands)
