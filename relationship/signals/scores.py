"""Customer health, churn risk and openness to more, 0 to 100: published sums of points over all accounts at once.

Facts in, points out. An input that nobody told gives exactly 0 points, which is its neutral middle, and its measure
stays nan, so that whoever shows the score can say so. The formulas and a worked example: `docs/customer-health.md`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Score(StrEnum):
    HEALTH = "health"
    CHURN = "churn"
    UPSELL = "upsell"


class Group(StrEnum):
    """What a signal speaks of: three groups of risks, four of openings."""

    USE_FALLS = "use_falls"
    RELATIONSHIP = "relationship"
    CONTEXT = "context"
    USE_GROWS = "use_grows"
    NEEDS = "needs"
    FAVOURABLE = "favourable"
    BUDGET = "budget"


RISKS = (Group.USE_FALLS, Group.RELATIONSHIP, Group.CONTEXT)

GROUP_OF: Mapping[str, Group] = {
    **dict.fromkeys(("H-R1", "H-R2", "H-R3"), Group.USE_FALLS),
    **dict.fromkeys(("H-R4", "H-R5", "H-R6"), Group.RELATIONSHIP),
    **dict.fromkeys(("H-X2.champion", "H-X2.decider", "H-X2.rarer", "H-X2.slower"), Group.RELATIONSHIP),
    **dict.fromkeys(("H-X2.fewer", "H-X2.cancelled"), Group.RELATIONSHIP),
    **dict.fromkeys(("H-R7", "H-R8", "H-R9", "H-X1", "H-X3", "H-X4", "H-X5"), Group.CONTEXT),
    **dict.fromkeys(("H-O1", "H-O2"), Group.USE_GROWS),
    **dict.fromkeys(("H-O3", "H-O5"), Group.NEEDS),
    "H-O4": Group.FAVOURABLE,
    "H-O6": Group.BUDGET,
}

START, LIMITS = "start", "limits"
USE_LEVEL, USE_CHANGE = "use_level", "use_change"
ENGAGEMENT, SATISFACTION = "engagement", "satisfaction"
TENURE, OUTCOMES = "tenure", "outcomes"
RISK_SIGNALS, EARLY_SIGNALS = "risks", "signals"

# A share of paid seats in daily use at which use is neither good nor bad, and how far from it is as far as it counts.
LEVEL_MIDDLE, LEVEL_REACH = 0.5, 0.3
# A change of use by 30 % counts in full: the fall that the trade calls a strong signal.
CHANGE_REACH = 0.3
# In years: a customer of one year is neutral, one of four years counts in full.
TENURE_MIDDLE, TENURE_REACH = 1.0, 3.0

# Points for a measure of +1 and for one of -1, by score; measures of signals run from 0 to 1.
HEALTH_POINTS: Mapping[str, tuple[float, float]] = {
    USE_LEVEL: (7, -7),
    USE_CHANGE: (8, -8),
    ENGAGEMENT: (15, -15),
    SATISFACTION: (12, -12),
    TENURE: (4, -4),
    OUTCOMES: (4, -4),
    RISK_SIGNALS: (-30, 0),
}
CHURN_POINTS: Mapping[str, tuple[float, float]] = {
    EARLY_SIGNALS: (35, 0),
    USE_CHANGE: (-5, 20),
    Group.CONTEXT: (20, 0),
    TENURE: (-5, 5),
    OUTCOMES: (-5, 5),
}
UPSELL_POINTS: Mapping[str, tuple[float, float]] = {
    USE_LEVEL: (10, -5),
    USE_CHANGE: (10, -5),
    Group.USE_GROWS: (20, 0),
    Group.NEEDS: (25, 0),
    Group.FAVOURABLE: (10, 0),
    Group.BUDGET: (15, 0),
}
POINTS: Mapping[Score, Mapping[str, tuple[float, float]]] = {
    Score.HEALTH: HEALTH_POINTS,
    Score.CHURN: CHURN_POINTS,
    Score.UPSELL: UPSELL_POINTS,
}
STARTS: Mapping[Score, int] = {Score.HEALTH: 50, Score.CHURN: 15, Score.UPSELL: 10}


@dataclass(frozen=True, slots=True, eq=False)
class ScoreFacts:
    """What is known of n accounts; floats of shape (n,), nan where nothing was told.

    use_level     people who use the product on a day, as a share of the seats paid for, 0 or more
    use_change    use of the last four weeks compared with the eight before, -1 or more (-0.3: down by 30 %)
    engagement    the score of relationship health, 0 to 100;  satisfaction: mean of the answers, 0 to 100
    years         since the account was created in the CRM
    won, lost     opportunities closed within two years (never nan)
    burden        by group of signals, their strengths taken together, 0 to 1 (see `combined`; never nan)
    """

    use_level: Floats
    use_change: Floats
    engagement: Floats
    satisfaction: Floats
    years: Floats
    won: Floats
    lost: Floats
    burden: Mapping[Group, Floats]


@dataclass(frozen=True, slots=True, eq=False)
class ScoreArrays:
    """One score of n accounts: value, shape (n,); for each of k reasons its points and its measure, shape (k, n).

    points add up to the value exactly;  measure: -1 to 1, or 0 to 1 of signals; nan where nothing was told
    """

    score: Score
    value: Ints
    reasons: tuple[str, ...]
    points: Ints
    measure: Floats

    def only(self, which: Bools) -> "ScoreArrays":
        """The same for some of the accounts."""
        return replace(self, value=self.value[which], points=self.points[:, which], measure=self.measure[:, which])


def combined(account: Ints, strength: Floats, *, count: int) -> Floats:
    """Strengths of signals (0 to 1) taken together by account: 1 - (1-s1)(1-s2)…; 0 without any.

    One more signal never lowers it, and it never passes 1.

    >>> combined(np.array([0, 0]), np.array([0.5, 0.5]), count=2).tolist()
    [0.75, 0.0]
    """
    left = np.ones(count)
    np.multiply.at(left, account, 1.0 - np.clip(strength, 0.0, 1.0))
    return 1.0 - left


def measures(facts: ScoreFacts) -> dict[str, Floats]:
    """Every input on its scale from -1 (bad) over 0 (neutral) to 1 (good), signals from 0 to 1; nan: not told."""
    closed = facts.won + facts.lost
    outcomes = np.where(closed > 0, (facts.won - facts.lost) / (closed + 1.0), np.nan)
    risks = 1.0 - np.prod([1.0 - facts.burden[group] for group in RISKS], axis=0)
    early = (1.0 - facts.burden[Group.USE_FALLS]) * (1.0 - facts.burden[Group.RELATIONSHIP])
    return {
        USE_LEVEL: np.clip((facts.use_level - LEVEL_MIDDLE) / LEVEL_REACH, -1, 1),
        USE_CHANGE: np.clip(facts.use_change / CHANGE_REACH, -1, 1),
        ENGAGEMENT: (facts.engagement - 50.0) / 50.0,
        SATISFACTION: (facts.satisfaction - 50.0) / 50.0,
        TENURE: np.clip((facts.years - TENURE_MIDDLE) / TENURE_REACH, -1, 1),
        OUTCOMES: outcomes,
        RISK_SIGNALS: risks,
        EARLY_SIGNALS: 1.0 - early,
        **{group.value: facts.burden[group] for group in Group},
    }


def is_known(facts: ScoreFacts) -> Bools:
    """Whether an account is scored at all: something is known of its use, its contacts, its satisfaction, or there
    is a signal. How old it is says nothing alone."""
    told = [facts.use_level, facts.use_change, facts.engagement, facts.satisfaction]
    known: Bools = np.any(~np.isnan(told), axis=0) | np.any([facts.burden[group] > 0 for group in Group], axis=0)
    return known


def scores(facts: ScoreFacts) -> dict[Score, ScoreArrays]:
    """All three scores of n accounts by the published rule.

    Source: our own decision, docs/customer-health.md; the inputs are those that the trade names.
    """
    found = measures(facts)
    return {score: _score(score, found) for score in Score}


def _score(score: Score, found: Mapping[str, Floats]) -> ScoreArrays:
    weights = POINTS[score]
    measured = np.array([found[name] for name in weights])
    neutral = np.nan_to_num(measured, nan=0.0)
    up = np.array([[high] for high, _low in weights.values()])
    down = np.array([[low] for _high, low in weights.values()])
    exact = np.where(neutral >= 0, neutral * up, -neutral * down)
    start = np.full((1, exact.shape[1]), float(STARTS[score]))
    total = start[0] + exact.sum(axis=0)
    limits = np.clip(total, 0.0, 100.0) - total
    points = in_whole_points(np.vstack([start, exact, limits]))
    measure = np.vstack([np.full_like(start, np.nan), measured, np.full_like(start, np.nan)])
    return ScoreArrays(score, points.sum(axis=0), (START, *map(str, weights), LIMITS), points, measure)


def in_whole_points(exact: Floats) -> Ints:
    """Points of k reasons of n accounts as whole numbers whose sums are the rounded sums; shape (k, n).

    Largest remainder: all are rounded down, and those that lost most get one point back. A reason of exactly 0
    stays 0.

    >>> in_whole_points(np.array([[10.4], [3.4], [0.0]])).ravel().tolist()
    [11, 3, 0]
    """
    held = np.round(exact, 9)
    whole = np.floor(held)
    total = np.floor(np.round(held.sum(axis=0), 6) + 0.5)
    missing = total - whole.sum(axis=0)
    order = np.argsort(-np.round(held - whole, 6), axis=0, kind="stable")
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.broadcast_to(np.arange(len(exact))[:, None], exact.shape), axis=0)
    found: Ints = (whole + (place < missing)).astype(np.int64)
    return found


@dataclass(frozen=True, slots=True)
class Reason:
    """points: part of a score; measure: what they were given for, None where nothing was told."""

    name: str
    points: int
    measure: float | None


@dataclass(frozen=True, slots=True)
class Movement:
    """How many points a score moved, and the reason that moved it most in that direction ('' when it did not)."""

    points: int
    cause: str
    cause_points: int


def movement(before: Sequence[Reason], now: Sequence[Reason]) -> Movement:
    """From the reasons of an earlier score to those of today; equal causes: the first in the formula's order.

    >>> movement([Reason("start", 50, None), Reason("use_change", 8, 1.0)],
    ...          [Reason("start", 50, None), Reason("use_change", -4, -0.5)])
    Movement(points=-12, cause='use_change', cause_points=-12)
    """
    old = {one.name: one.points for one in before}
    steps = [(one.name, one.points - old.get(one.name, 0)) for one in now]
    steps += [(name, -points) for name, points in old.items() if name not in {one.name for one in now}]
    total = sum(step for _name, step in steps)
    if total == 0:
        return Movement(0, "", 0)
    cause, moved = max(steps, key=lambda step: step[1] if total > 0 else -step[1])
    return Movement(total, cause, moved)
