"""A churn model that was learnt: plain numbers, read by anybody, used only once an administrator accepted it.

It is a logistic model over the same measures as the published rule. Its score is the chance, in percent, that a
customer like this one is lost, within the share of lost customers that it was learnt from.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from relationship.signals.scores import (
    EARLY_SIGNALS,
    ENGAGEMENT,
    LIMITS,
    OUTCOMES,
    SATISFACTION,
    START,
    TENURE,
    USE_CHANGE,
    USE_LEVEL,
    Group,
    Score,
    ScoreArrays,
    ScoreFacts,
    in_whole_points,
    measures,
)

Floats = NDArray[np.float64]

FEATURES = (USE_LEVEL, USE_CHANGE, ENGAGEMENT, SATISFACTION, TENURE, OUTCOMES, EARLY_SIGNALS, Group.CONTEXT.value)
# One more risk never lowers the chance, so their coefficients are never below 0.
NEVER_NEGATIVE = (EARLY_SIGNALS, Group.CONTEXT.value)
# Below so many lost and so many kept customers nothing is learnt.
LEAST_LOST = LEAST_KEPT = 50


@dataclass(frozen=True, slots=True)
class Bin:
    """Customers with a similar chance. expected, observed: mean chance and share that was lost; low, high: interval
    of 95 % of that share (Wilson)."""

    count: int
    expected: float
    observed: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Trial:
    """How models did on customers of later days than any that they had learnt from, beside the published rule.

    lost, kept  customers that were judged
    auc        chance that a lost customer stands above a kept one: 0.5 is guessing, 1 perfect
    *_low, *_high   intervals of 95 % (bootstrap over customers)
    gain       auc of the model less that of the rule
    """

    lost: int
    kept: int
    auc: float
    auc_low: float
    auc_high: float
    rule_auc: float
    gain: float
    gain_low: float
    gain_high: float
    calibration: tuple[Bin, ...]

    @property
    def is_better(self) -> bool:
        """Whether it beats the rule beyond chance."""
        return self.gain_low > 0.0


@dataclass(frozen=True, slots=True)
class ChurnModel:
    """intercept and coefficients by measure; what has no coefficient does not count."""

    intercept: float
    coefficients: Mapping[str, float]
    trial: Trial

    def told(self) -> dict[str, object]:
        """As JSON keeps it."""
        return {"intercept": self.intercept, "coefficients": dict(self.coefficients), "trial": asdict(self.trial)}


def read(told: Mapping[str, Any]) -> ChurnModel:
    """The model that `ChurnModel.told` wrote down; TypeError or KeyError for something else."""
    trial = dict(told["trial"])
    bins = tuple(Bin(**one) for one in trial.pop("calibration"))
    return ChurnModel(float(told["intercept"]), dict(told["coefficients"]), Trial(**trial, calibration=bins))


def matrix(facts: ScoreFacts) -> Floats:
    """The measures of n customers, shape (n, 8) in the order of FEATURES; what was not told is neutral."""
    found = measures(facts)
    neutral: Floats = np.nan_to_num(np.array([found[name] for name in FEATURES]).T, nan=0.0)
    return neutral


def scored(model: ChurnModel, facts: ScoreFacts) -> ScoreArrays:
    """The churn risk of n accounts by the model, with points per measure that add up to it.

    The points of a measure are its part of the way from the chance of a neutral customer to that of this one, along
    the straight line between the two (Aumann-Shapley): for a logistic model that is its part of the log-odds, times
    the difference of the chances.
    """
    found = measures(facts)
    used = [name for name in FEATURES if name in model.coefficients]
    measured = np.array([found[name] for name in used]).reshape(len(used), -1)
    coefficients = np.array([model.coefficients[name] for name in used]).reshape(-1, 1)
    parts = np.nan_to_num(measured, nan=0.0) * coefficients
    odds = parts.sum(axis=0)
    neutral = chance(np.array(model.intercept))
    moved = chance(model.intercept + odds) - neutral
    slope = np.where(np.abs(odds) < 1e-9, neutral * (1 - neutral), moved / np.where(np.abs(odds) < 1e-9, 1.0, odds))
    start = np.full((1, parts.shape[1]), float(100 * neutral))
    points = in_whole_points(np.vstack([start, 100 * parts * slope, np.zeros_like(start)]))
    nothing = np.full_like(start, np.nan)
    return ScoreArrays(
        Score.CHURN, points.sum(axis=0), (START, *used, LIMITS), points, np.vstack([nothing, measured, nothing])
    )


def chance(odds: Floats) -> Floats:
    """From log-odds."""
    found: Floats = 1.0 / (1.0 + np.exp(-np.clip(odds, -500, 500)))
    return found
