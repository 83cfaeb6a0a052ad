"""In which order work is worth doing: what a relationship is worth, times how soon it is lost.

Our own decision, kept as simple as it can be told: urgency is the most pressing of three reasons, and what closes
soon presses more. Nothing here rates people.
"""

from dataclasses import dataclass

from relationship.health.rules import Bands

FALL_HORIZON_DAYS = 30  # a fall further off than that presses nobody yet
STEEP_POINTS = 20.0  # a trend that loses so many points is as steep as counts
NEAR_CLOSE_DAYS, FAR_CLOSE_DAYS = 30, 180
FAR_CLOSE_PART = 0.3


@dataclass(frozen=True, slots=True)
class Standing:
    """One rated record today.

    score           0..100
    days_to_fall    until its rating falls if nothing happens, None when it cannot
    trend_points    mean of the last four weekly scores minus the four before, None without a trend
    days_to_close   until the planned close, negative when overdue, None without a date
    """

    score: int
    days_to_fall: int | None = None
    trend_points: float | None = None
    days_to_close: int | None = None


def urgency(standing: Standing, bands: Bands) -> float:
    """How pressing a record is, from 0 (nothing to do) to 1.

    The largest of: how far the score lies below Good, how near the next fall is (within 30 days), how steeply the
    score declines; times a factor from 1 (closes within 30 days, or overdue) to 0.3 (in 180 days or later, or never).

    >>> from relationship.health.rules import Bands
    >>> urgency(Standing(score=30, days_to_close=10), Bands())
    0.5
    >>> urgency(Standing(score=80), Bands())
    0.0
    """
    below = max(0.0, (bands.good - standing.score) / bands.good)
    falls = 0.0
    if standing.days_to_fall is not None:
        falls = max(0.0, 1 - max(standing.days_to_fall, 0) / FALL_HORIZON_DAYS)
    steep = min(1.0, max(0.0, -(standing.trend_points or 0.0)) / STEEP_POINTS)
    return max(below, falls, steep) * _close_factor(standing.days_to_close)


def _close_factor(days: int | None) -> float:
    if days is None or days >= FAR_CLOSE_DAYS:
        return FAR_CLOSE_PART
    if days <= NEAR_CLOSE_DAYS:
        return 1.0
    way = (days - NEAR_CLOSE_DAYS) / (FAR_CLOSE_DAYS - NEAR_CLOSE_DAYS)
    return 1.0 - way * (1.0 - FAR_CLOSE_PART)
