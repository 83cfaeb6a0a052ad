"""Learning which measures told lost customers from kept ones, and how well. Needs the extra `learn` (scikit-learn)."""

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from relationship.signals.churn_model import (
    FEATURES,
    LEAST_KEPT,
    LEAST_LOST,
    NEVER_NEGATIVE,
    Bin,
    ChurnModel,
    Trial,
    chance,
)

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

BOOTSTRAPS, BINS = 1000, 5
# Who was lost or kept is known so many days after a customer was looked at.
HORIZON_DAYS = 90
# With fewer lost or kept customers whose fate was known by then, a day is not judged; with fewer judged, nothing is.
LEAST_SEEN, LEAST_JUDGED = 15, 20
_Z = 1.959964
SEED = 20260617


def learn(found: Floats, lost: Bools, rule: Floats, day: Ints) -> ChurnModel | None:
    """A model of who is lost; None below 50 lost or 50 kept customers, or where too few can be judged.

    found  measures of n customers (`churn_model.matrix`), each on a day well before its fate was known; shape (n, 8)
    lost   whether each was lost;  rule: the churn risk that the published rule gave it on that day
    day    day number on which each was looked at; all of shape (n,)
    The same customers give the same model. What tells nothing of one of the classes gets a coefficient near 0.
    Each customer is judged by a model of those whose fate was known on its day: nothing is learnt from later.
    """
    if lost.sum() < LEAST_LOST or (~lost).sum() < LEAST_KEPT:
        return None
    chances = _foreseen(found, lost, day)
    judged = ~np.isnan(chances)
    if lost[judged].sum() < LEAST_JUDGED or (~lost[judged]).sum() < LEAST_JUDGED:
        return None
    intercept, coefficients = _fit(found, lost)
    named = {name: float(value) for name, value in zip(FEATURES, coefficients, strict=True) if value != 0.0}
    return ChurnModel(intercept, named, _trial(chances[judged], lost[judged], rule[judged]))


def _fit(found: Floats, lost: Bools) -> tuple[float, Floats]:
    """Intercept and coefficients, ridge of strength 1; risks whose coefficient would be negative are left out."""
    used: Bools = np.array(found.any(axis=0))
    while True:
        model = LogisticRegression(C=1.0, max_iter=1000).fit(found[:, used], lost) if used.any() else None
        coefficients = np.zeros(found.shape[1])
        if model is None:
            share = lost.mean()
            return float(np.log(share / (1 - share))), coefficients
        coefficients[used] = model.coef_[0]
        wrong = [place for place, name in enumerate(FEATURES) if name in NEVER_NEGATIVE and coefficients[place] < 0]
        if not wrong:
            return float(model.intercept_[0]), coefficients
        used[wrong] = False


def _foreseen(found: Floats, lost: Bools, day: Ints) -> Floats:
    """The chance that each customer had by a model of those whose fate was known on its day; nan without one."""
    chances = np.full(len(lost), np.nan)
    for when in np.unique(day).tolist():
        seen = day + HORIZON_DAYS <= when
        if min(lost[seen].sum(), (~lost[seen]).sum()) < LEAST_SEEN:
            continue
        intercept, coefficients = _fit(found[seen], lost[seen])
        of_day = day == when
        chances[of_day] = chance(intercept + found[of_day] @ coefficients)
    return chances


def _trial(chances: Floats, lost: Bools, rule: Floats) -> Trial:
    draw = np.random.default_rng(SEED)
    hits, misses = int(lost.sum()), int((~lost).sum())
    of_hits = draw.multinomial(hits, np.full(hits, 1 / hits), BOOTSTRAPS).astype(np.float32)
    of_misses = draw.multinomial(misses, np.full(misses, 1 / misses), BOOTSTRAPS).astype(np.float32)

    def sampled(above: NDArray[np.float32]) -> Floats:
        found: Floats = ((of_hits @ above) * of_misses).sum(axis=1, dtype=np.float64) / (hits * misses)
        return found

    ours, rules = _above(chances, lost), _above(rule, lost)
    own, its = sampled(ours), sampled(rules)
    auc, rule_auc = float(ours.mean(dtype=np.float64)), float(rules.mean(dtype=np.float64))
    auc_low, auc_high = np.quantile(own, (0.025, 0.975))
    gain_low, gain_high = np.quantile(own - its, (0.025, 0.975))
    return Trial(
        lost=hits,
        kept=misses,
        auc=auc,
        auc_low=float(auc_low),
        auc_high=float(auc_high),
        rule_auc=rule_auc,
        gain=auc - rule_auc,
        gain_low=float(gain_low),
        gain_high=float(gain_high),
        calibration=_calibration(chances, lost),
    )


def _above(score: Floats, lost: Bools) -> NDArray[np.float32]:
    """For each pair of a lost and a kept customer whether the lost one stands above: 1, 0, or 1/2 when equal.

    Its mean is the AUC (Mann and Whitney).
    """
    apart = score[lost][:, None] - score[~lost][None, :]
    return ((np.sign(apart) + 1) / 2).astype(np.float32)


def _calibration(chances: Floats, lost: Bools) -> tuple[Bin, ...]:
    """Equally many customers in each bin, the least likely to be lost first."""
    found = []
    for part in np.array_split(np.argsort(chances, kind="stable"), BINS):
        share, count = float(lost[part].mean()), len(part)
        middle = (share + _Z**2 / (2 * count)) / (1 + _Z**2 / count)
        half = _Z / (1 + _Z**2 / count) * np.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2))
        found.append(Bin(count, float(chances[part].mean()), share, float(middle - half), float(middle + half)))
    return tuple(found)
