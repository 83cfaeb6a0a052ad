"""How the score moves: the weekly curve and the trend."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from relationship.health.contact_days import NO_DAY, Bools, ContactDays, Floats, Ints
from relationship.health.rules import Band, HealthRules
from relationship.health.score import BANDS, NO_SCORE, ScoreArrays, band_codes, exact_scores
from relationship.health.sums import DaySums, weekly_sums

CURVE_WEEKS = 52
TREND_POINTS = 5.0  # a smaller move counts as steady
RECENT_WEEKS = 4
FEWEST_EARLIER_WEEKS = 2


class Trend(StrEnum):
    IMPROVING = "improving"
    STEADY = "steady"
    DECLINING = "declining"


# Codes of the trend in arrays, as in the health columns of the CRM.
TRENDS: tuple[Trend, ...] = (Trend.IMPROVING, Trend.STEADY, Trend.DECLINING)
NO_TREND = -1


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One weekly point: the day number, the rounded score, the score before rounding and its band."""

    day: int
    score: int
    exact: float
    band: Band


@dataclass(frozen=True, slots=True, eq=False)
class WeeklyScores:
    """Shape (weeks, n), oldest first. `present`: the point exists (it lies neither before the record was
    created, nor before the read window, nor before the first contact day)."""

    day: Ints
    scores: ScoreArrays
    present: Bools


def weekly_scores(
    days: ContactDays,
    *,
    records: int,
    today: int | Ints,
    created: Ints,
    window_began: int,
    rules: HealthRules,
    weeks: int,
    frequency: Ints | None = None,
    earlier: DaySums | None = None,
) -> WeeklyScores:
    """The scores of n records on `today` and on the same weekday of the weeks before.

    Each point is what the product would have shown on that day with today's rules and today's contact days.
    frequency: as in `exact_scores`; earlier: as in `weekly_sums`.
    """
    sums = weekly_sums(days, records=records, until=today, weeks=weeks, earlier=earlier)
    back = 7 * np.arange(weeks - 1, -1, -1)[:, np.newaxis]
    day = np.broadcast_to(np.asarray(today) - back, (weeks, records))
    scores = exact_scores(sums, today=day, created=created, window_began=window_began, rules=rules, frequency=frequency)
    present = (sums.last_day != NO_DAY) & (day >= np.maximum(created, window_began))
    return WeeklyScores(day, scores, present)


def trends(weekly: WeeklyScores) -> tuple[Ints, Floats]:
    """The trend of n records from their last eight weekly scores (before rounding).

    returns  index into TRENDS or NO_TREND, and the mean of the last four minus the mean of the four before
             (nan without a trend); shape (n,)

    All of the last four points must exist and at least two of the four before: a mean of one is no mean.
    A record with five weeks of history thus has a trend, a younger one has none.
    """
    exact = np.where(weekly.present, weekly.scores.exact, 0.0)
    later, earlier = exact[-RECENT_WEEKS:], exact[-2 * RECENT_WEEKS : -RECENT_WEEKS]
    later_count = weekly.present[-RECENT_WEEKS:].sum(axis=0)
    earlier_count = weekly.present[-2 * RECENT_WEEKS : -RECENT_WEEKS].sum(axis=0)
    enough = (later_count == RECENT_WEEKS) & (earlier_count >= FEWEST_EARLIER_WEEKS)
    moved = later.sum(axis=0) / RECENT_WEEKS - earlier.sum(axis=0) / np.maximum(earlier_count, 1)
    codes = np.where(moved >= TREND_POINTS, 0, np.where(moved <= -TREND_POINTS, 2, 1))
    return np.where(enough, codes, NO_TREND), np.where(enough, moved, np.nan)


def curve(
    days: ContactDays,
    *,
    today: int,
    created: int,
    window_began: int,
    rules: HealthRules,
    weeks: int = CURVE_WEEKS,
) -> tuple[CurvePoint, ...]:
    """The weekly points of a single record, oldest first: today and back to `weeks` weeks before.

    Absent points (see `WeeklyScores`) are left out; () for a record without contact days.

    >>> from relationship.health.contact_days import ContactDays
    >>> days = ContactDays.of_record([("call", 20600, 1, 1)])
    >>> found = curve(days, today=20621, created=20500, window_began=20200, rules=HealthRules())
    >>> [(point.day, point.score) for point in found]
    [(20600, 13), (20607, 12), (20614, 6), (20621, 4)]
    """
    weekly = weekly_scores(
        days,
        records=1,
        today=today,
        created=np.array([created]),
        window_began=window_began,
        rules=rules,
        weeks=weeks + 1,
    )
    bands = band_codes(weekly.scores.score, rules.bands)
    rows: Any = zip(
        weekly.day[:, 0].tolist(),
        weekly.scores.score[:, 0].tolist(),
        weekly.scores.exact[:, 0].tolist(),
        bands[:, 0].tolist(),
        weekly.present[:, 0].tolist(),
        strict=True,
    )
    return tuple(
        CurvePoint(day, score, exact, BANDS[band])
        for day, score, exact, band, present in rows
        if present and score != NO_SCORE
    )
