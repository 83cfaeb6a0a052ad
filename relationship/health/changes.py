"""When a change of rating or of trend is announced, and what caused it. Pure; docs/health.md tells the rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from relationship.health.contact_days import Bools, Floats, Ints
from relationship.health.rating import Ratings
from relationship.health.rules import Bands
from relationship.health.score import NO_SCORE
from relationship.health.states import STATES, State
from relationship.health.trend import NO_TREND, TREND_POINTS

# A score that dances around a limit announces nothing.
ANNOUNCED_PAST_LIMIT = 2
TREND_MINIMA = (TREND_POINTS, -TREND_POINTS)
# Activities reach us some days late; what is older was added, not new.
NEWS_DAYS = 3


class What(StrEnum):
    RATING = "rating"
    TREND = "trend"


class Cause(StrEnum):
    """silence     days passed without anything that would have held it
    activity    something happened in the last days
    rules       the organisation's rules changed
    owner       the record has another owner, so other activities count
    correction  what is known of earlier days changed: a mailbox was added, an activity corrected or removed
    """

    SILENCE = "silence"
    ACTIVITY = "activity"
    RULES = "rules"
    OWNER = "owner"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True, eq=False)
class Announced:
    """What was last announced of n records: indices into BANDS and TRENDS, NO_BAND and NO_TREND for nothing yet."""

    band: Ints
    trend: Ints


@dataclass(frozen=True, slots=True)
class News:
    """What happened to a record between two ratings.

    lately, earlier  contact days were added: of the last NEWS_DAYS before the rating before or later; older ones
    gone             contact days went;  owner, rules: these changed
    """

    lately: bool = False
    earlier: bool = False
    gone: bool = False
    owner: bool = False
    rules: bool = False


def announced_levels(previous: Ints, value: Floats, minima: Sequence[float], *, within: tuple[float, float]) -> Ints:
    """The level to announce of n values: the previous one until the value is two points past the limit.

    previous  level last announced, 0 the highest; negative for none: then the level of the value itself
    value     nan where there is none: the previous level stays
    minima    of all levels but the lowest, falling
    within    least and greatest value there is: no limit lies so close to them that it cannot be passed
    returns   shape (n,)

    Rising takes the minimum of the higher level + 2, falling the minimum of the level - 2. A jump over two limits
    is announced as far as it is past them.

    >>> announced_levels(np.array([0, 0, -1]), np.array([59.0, 58, 59]), (60, 40), within=(0, 100)).tolist()
    [0, 1, 1]
    """
    least, greatest = within
    rises_to, falls_to, plain = (np.zeros(len(value), dtype=np.int64) for _ in range(3))
    for minimum in minima:
        plain += value < minimum
        rises_to += value < min(minimum + ANNOUNCED_PAST_LIMIT, greatest)
        falls_to += value <= max(minimum - ANNOUNCED_PAST_LIMIT, least)
    held = np.maximum(np.minimum(previous, rises_to), falls_to)
    return np.where(np.isnan(value), previous, np.where(previous < 0, plain, held))


def announced(previous: Announced, found: Ratings, bands: Bands) -> Announced:
    """What is announced of n records after these ratings.

    Nothing changes for records that are closed, without a score, or fed by a broken source: the silence may be ours.
    The rounded score decides about the rating; of the trend, its points before rounding.
    """
    trusted = is_announced(found)
    score = np.where(trusted, found.score, np.nan)
    moved = np.where(trusted & (found.trend != NO_TREND), found.trend_points, np.nan)
    return Announced(
        announced_levels(previous.band, score, (bands.good, bands.fair), within=(0, 100)),
        announced_levels(previous.trend, moved, TREND_MINIMA, within=(-100, 100)),
    )


def is_announced(found: Ratings) -> Bools:
    """Whose changes are announced; shape (n,)."""
    rated: Bools = (found.state == STATES.index(State.RATED)) & ~found.closed & (found.score != NO_SCORE)
    return rated


def changed(before: Ints, after: Ints) -> Bools:
    """Where one level follows another; a first one is no change.

    >>> changed(np.array([-1, 0, 1]), np.array([0, 0, 2])).tolist()
    [False, False, True]
    """
    moved: Bools = (before >= 0) & (after != before)
    return moved


def cause_of(news: News, *, what: What, rose: bool) -> Cause:
    """The one cause to name. Something new never lowers a score, and silence never raises one (laws of the score).

    A trend may rise in silence: a decline runs out.

    >>> cause_of(News(lately=True), what=What.RATING, rose=True).value
    'activity'
    >>> cause_of(News(lately=True), what=What.RATING, rose=False).value
    'silence'
    """
    if news.rules:
        return Cause.RULES
    if news.owner and (news.lately or news.earlier or news.gone):
        return Cause.OWNER
    if rose and news.lately:
        return Cause.ACTIVITY
    if rose and (news.earlier or what is What.RATING):
        return Cause.CORRECTION
    if news.gone and not rose:
        return Cause.CORRECTION
    return Cause.SILENCE
