"""The score of relationship health of many records on a day of the past."""

import numpy as np

from relationship.health.contact_days import ContactDays, Floats, Ints
from relationship.health.rules import HealthRules
from relationship.health.score import exact_scores
from relationship.health.states import has_score
from relationship.health.sums import day_sums


def scores_on(
    days: ContactDays,
    *,
    records: int,
    day: int,
    created: Ints,
    window_began: int,
    rules: HealthRules,
    frequency: Ints | None = None,
) -> Floats:
    """What `rating.rate` gives as score on that day with today's rules, nan without one; shape (n,).

    days  the contact days of n records; later ones than `day` are left out
    """
    as_of = np.full(records, day, dtype=np.int64)
    sums = day_sums(days.known_on(as_of), records=records, until=as_of)
    found = exact_scores(
        sums, today=as_of, created=created, window_began=window_began, rules=rules, frequency=frequency
    )
    shown = has_score(sums.last_day, window_began=window_began)
    return np.where(shown, found.score.astype(np.float64), np.nan)
