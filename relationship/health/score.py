"""The health score: the one function that knows the formula (published in docs/health.md).

Works on arrays over all records at once; a single record is length 1 and gives the same bits.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from relationship.activities import KINDS
from relationship.health.contact_days import NO_DAY, Floats, Ints
from relationship.health.rules import WEIGHT_DEFAULT, Band, Bands, Frequency, HealthRules
from relationship.health.sums import HALF_LIFE_DAYS, DaySums, fade

# The score of whoever has exactly the contact that the expected frequency builds up, both ways.
PAR_SCORE = 60
PAR_ODDS = 1.5  # 60 : 40
# A relationship is measured over two weeks at least: before that there is no rhythm to speak of.
SHORTEST_SPAN_DAYS = 14
NO_SCORE = -1

# Codes of the bands in arrays, as in the health columns of the CRM.
BANDS: tuple[Band, ...] = (Band.GOOD, Band.FAIR, Band.POOR)
GOOD, FAIR, POOR, NO_BAND = 0, 1, 2, -1


@dataclass(frozen=True, slots=True, eq=False)
class ScoreArrays:
    """The score and every quantity on the way to it; one entry per record (letters as in docs/health.md).

    volume V, ours O, theirs I, mutual m   weighted, faded contact days
    par P                                  volume that the expected frequency has built up when it is due
    quiet g                                working days since the last contact day, each 7/5 of a day
    volume_factor, mutuality_factor, lateness_factor   their product is exp(Z - Z*); 1 means "as expected"
    exact   0 .. 100 before rounding, nan without a contact day;  score  rounded, NO_SCORE without one
    """

    volume: Floats
    ours: Floats
    theirs: Floats
    mutual: Floats
    par: Floats
    quiet: Floats
    volume_factor: Floats
    mutuality_factor: Floats
    lateness_factor: Floats
    exact: Floats
    score: Ints


def working_days(after: int | Ints, until: int | Ints) -> Any:
    """Mondays to Fridays after one day, up to and including another; ints or arrays of day numbers.

    >>> friday, monday = 20616, 20619  # 2026-06-12 and 2026-06-15
    >>> int(working_days(friday, monday))
    1
    """
    return _weekdays_up_to(until) - _weekdays_up_to(after)


def _weekdays_up_to(day: int | Ints) -> Any:
    since_monday = np.asarray(day, dtype=np.int64) + 3  # 1970-01-01 was a Thursday
    weeks = since_monday // 7
    return weeks * 5 + np.minimum(since_monday - weeks * 7 + 1, 5)


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Where n records stand on a day, before any rule is applied: what a preview of new rules keeps.

    any, ours, theirs  faded contact days by kind, shape (..., n, 4)
    quiet              g: working days since the last contact day × 7/5; nan without a contact day
    built              1 - 0.5^(days / 60) for the days that both the record and the read window cover,
                       at least SHORTEST_SPAN_DAYS
    """

    any: Floats
    ours: Floats
    theirs: Floats
    quiet: Floats
    built: Floats


def standing(sums: DaySums, *, today: int | Ints, created: int | Ints, window_began: int) -> Standing:
    """What `exact_scores` needs of sums and days; arguments as there."""
    age = np.asarray(fade(today))[..., np.newaxis]
    quiet = working_days(sums.last_day, today) * 7 / 5
    covered = np.maximum(today - np.maximum(created, window_began), SHORTEST_SPAN_DAYS)
    return Standing(
        any=sums.any * age,
        ours=sums.ours * age,
        theirs=sums.theirs * age,
        quiet=np.where(sums.last_day == NO_DAY, np.nan, quiet),
        built=np.broadcast_to(_built(covered), quiet.shape),
    )


def scores_under(rules: HealthRules, at: Standing, frequency: Ints | None = None) -> ScoreArrays:
    """The scores of records under some rules: the formula itself.

    frequency  expected frequency of each record (codes of `Frequency`, shape (n,)) where it is not the same
               for all, `rules.frequency`

    Z - Z* of docs/health.md is the logarithm of the product of the three factors here: the same number with
    a square root in place of four logarithms.
    """
    code = np.asarray(rules.frequency if frequency is None else frequency)
    expected = _EXPECTED[code]
    weights = [rules.weights.of(kind) / WEIGHT_DEFAULT for kind in KINDS]
    volume, ours, theirs = (_weighted(days, weights) for days in (at.any, at.ours, at.theirs))
    mutual = np.minimum(ours, theirs)
    par = np.maximum(at.built, _BUILT_AT_ONCE[code]) / _DECAY[code]
    from_par = 1 + par
    volume_factor = (1 + np.minimum(volume, par + 2 * mutual)) / from_par
    mutuality_factor = np.sqrt((1 + mutual) / from_par)
    lateness_factor = expected / np.maximum(at.quiet, expected)
    odds = PAR_ODDS * volume_factor * mutuality_factor * lateness_factor
    exact = 100 * odds / (1 + odds)
    score = np.rint(np.fmax(exact, NO_SCORE)).astype(np.int16)
    return ScoreArrays(
        volume, ours, theirs, mutual, par, at.quiet,
        volume_factor, mutuality_factor, lateness_factor, exact, score,
    )  # fmt: skip


def _built(covered: Any) -> Any:
    return 1 - np.exp2(covered / -HALF_LIFE_DAYS)


# By code of `Frequency`, looked up, so that a record gives the same bits alone and among others: E; what E days
# have built up; what decays of it in E days.
_EXPECTED = np.array([np.nan, *(frequency.days for frequency in Frequency)])
_BUILT_AT_ONCE = np.array([np.nan, *(float(_built(frequency.days)) for frequency in Frequency)])
_DECAY = np.array([np.nan, *(2 ** (frequency.days / HALF_LIFE_DAYS) - 1 for frequency in Frequency)])


def _weighted(days: Floats, weights: list[float]) -> Floats:
    # Not a matrix product: its rounding depends on how many records there are.
    total: Floats = days[..., 0] * weights[0]
    for kind in range(1, len(weights)):
        total += days[..., kind] * weights[kind]
    return total


def exact_scores(
    sums: DaySums,
    *,
    today: int | Ints,
    created: int | Ints,
    window_began: int,
    rules: HealthRules,
    frequency: Ints | None = None,
) -> ScoreArrays:
    """The score of n records on `today`.

    sums          of the contact days up to `today` (`day_sums`); kept sums serve as long as no day is added
    today         day number, or one per record (a closed record is scored on the day it was closed)
    created       day each record was created in the CRM
    window_began  first day the organisation's read window covers
    frequency     expected frequency of each record, where it is not the same for all (see `scores_under`)
    returns       shape (n,), or (days, n) for `weekly_sums` with `today` of shape (days, 1) or (days, n)

    Source of the formula: docs/health.md.

    >>> from relationship.health.contact_days import ContactDays
    >>> from relationship.health.sums import day_sums
    >>> today = 20621  # Wednesday 2026-06-17
    >>> yesterday = day_sums(ContactDays.of_record([("email", today - 1, 0, 1)]), records=1, until=today)
    >>> found = exact_scores(yesterday, today=today, created=today - 14, window_began=today - 400,
    ...                      rules=HealthRules())
    >>> round(float(found.exact[0]), 2), int(found.score[0])
    (39.24, 39)
    """
    return scores_under(rules, standing(sums, today=today, created=created, window_began=window_began), frequency)


def band_codes(score: Ints, bands: Bands) -> Ints:
    """GOOD, FAIR or POOR for every score, NO_BAND for NO_SCORE; the shape of `score`.

    >>> from numpy import array
    >>> band_codes(array([60, 59, 39, NO_SCORE]), Bands()).tolist()
    [0, 1, 2, -1]
    """
    codes = (score < bands.good).astype(np.int8) + (score < bands.fair)
    return np.where(score == NO_SCORE, NO_BAND, codes)
