"""How well scores separate won from lost: the area under the curve, its error and its interval.

The area (AUC) is the chance that, of a won and a lost opportunity, the won one had the higher score; equal
scores count half; 0.5 is a coin. Only opportunities of one stratum are compared with each other (they were
closed in the same period and looked at on the same day of their lives), so neither a drift over the years
nor the age of an opportunity is mistaken for an effect of contact. Strata are averaged with the weights
m·n/(m+n) of m won and n lost (van Elteren, Bull. Inst. Int. Stat. 37, 1960).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from relationship.health.contact_days import Bools, Floats, Ints

# Whole points of a score, 0 .. 100: what people see is what is judged.
POINTS = 101
# Resamplings at a time: bounds the memory.
BATCH = 100


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """One row per look at an opportunity; arrays of shape (n,).

    stratum  who is compared with whom, 0 .. strata-1;  won  what became of it
    cluster  rows of one cluster (an account) are no independent witnesses: they are resampled together
    """

    stratum: Ints
    won: Bools
    cluster: Ints
    strata: int

    def __len__(self) -> int:
        return len(self.won)

    def take(self, rows: Any) -> "Looks":
        return Looks(self.stratum[rows], self.won[rows], self.cluster[rows], self.strata)


def area(score: Ints, looks: Looks) -> float:
    """The AUC of whole scores 0 .. 100; nan when no won meets a lost one.

    >>> from numpy import array, zeros
    >>> looks = Looks(zeros(4, int), array([True, True, False, False]), array([0, 1, 2, 3]), 1)
    >>> area(array([70, 50, 50, 20]), looks)
    0.875
    """
    return float(_areas(_counts(score, looks)))


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """Several overlapping choices of rows, whose areas are wanted for many settings of the score.

    Rows that belong to the same stratum and to the same targets share a cell, so one count of the scores
    serves all targets.
    """

    place: Ints  # of the counts of each row, before its score is added
    member: Floats  # (strata, targets, cells of a stratum)

    @classmethod
    def of(cls, looks: Looks, chosen: Bools) -> "Targets":
        """chosen  which rows each target holds, shape (targets, n)"""
        columns = np.vstack([looks.stratum, chosen.astype(np.int64)])
        kinds, kind = np.unique(columns, axis=1, return_inverse=True)
        stratum, starts, sizes = np.unique(kinds[0], return_index=True, return_counts=True)
        number = np.repeat(np.arange(len(stratum)), sizes)
        cell = np.arange(kinds.shape[1]) - starts[number]
        member = np.zeros((len(stratum), len(chosen), int(sizes.max(initial=0))))
        member[number, :, cell] = kinds[1:].T
        row = (number * member.shape[2] + cell)[kind.reshape(-1)]
        return cls((2 * row + looks.won) * POINTS, member)

    def areas(self, score: Ints) -> Floats:
        """The AUC of every target under these scores; shape (targets,)."""
        strata, targets, cells = self.member.shape
        counts = np.bincount(self.place + score, minlength=strata * cells * 2 * POINTS)
        held = self.member @ counts.reshape(strata, cells, 2 * POINTS).astype(np.float64)
        found: Floats = _areas(np.moveaxis(held.reshape(strata, targets, 2, POINTS), 0, 1))
        return found


def lead(score: Ints, over: Ints, looks: Looks) -> tuple[float, float]:
    """The area of one score minus that of another on the same rows, and the standard error of this.

    Source: DeLong, DeLong & Clarke-Pearson, Biometrics 44 (1988); summed within clusters.
    """
    components = _components(score, looks) - _components(over, looks)
    per_cluster = np.bincount(looks.cluster, weights=components)
    return area(score, looks) - area(over, looks), float(np.sqrt(np.sum(per_cluster**2)))


def resampled_lead(score: Ints, over: Ints, looks: Looks, *, resamplings: int, seed: int) -> Floats:
    """The same lead in that many resamplings of whole clusters; shape (resamplings,), no nan."""
    clusters, cluster = np.unique(looks.cluster, return_inverse=True)
    random = np.random.default_rng(seed)
    orders = [_Order.of(points, looks) for points in (score, over)]
    found = []
    for size in _batches(resamplings):
        drawn = random.multinomial(len(clusters), np.full(len(clusters), 1 / len(clusters)), size=size)
        weight = np.ascontiguousarray(drawn.T, dtype=np.float64)[cluster.reshape(-1)]
        found.append(np.subtract(*(order.areas(weight) for order in orders)))
    leads: Floats = np.concatenate(found)
    return leads[~np.isnan(leads)]


@dataclass(frozen=True, slots=True, eq=False)
class _Order:
    """The looks of each stratum in the order of their scores, for areas under many weightings of the rows.

    rows        by stratum, then score;  starts  where each stratum begins
    won         where the won stand in that order;  first, last, base  for each of them: where its equals
                begin and end, and where its stratum begins;  won_starts  where each stratum's won begin
    """

    rows: Ints
    lost: Bools
    starts: Ints
    won: Ints
    first: Ints
    last: Ints
    base: Ints
    won_starts: Ints

    @classmethod
    def of(cls, score: Ints, looks: Looks) -> "_Order":
        counts = [np.bincount(looks.stratum[of_kind], minlength=looks.strata) for of_kind in (looks.won, ~looks.won)]
        useful = np.flatnonzero((np.minimum(*counts) > 0)[looks.stratum])
        rows = useful[np.lexsort((score[useful], looks.stratum[useful]))]
        stratum = looks.stratum[rows]
        place = stratum * POINTS + score[rows]
        won = np.flatnonzero(looks.won[rows])
        return cls(
            rows,
            ~looks.won[rows],
            np.flatnonzero(np.diff(stratum, prepend=-1)),
            won,
            np.searchsorted(place, place[won], side="left"),
            np.searchsorted(place, place[won], side="right"),
            np.searchsorted(stratum, stratum[won], side="left"),
            np.flatnonzero(np.diff(stratum[won], prepend=-1)),
        )

    def areas(self, weight: Floats) -> Floats:
        """The area under each weighting; weight of shape (n, weightings), nan where nothing is compared."""
        if not len(self.rows):
            return np.full(weight.shape[1], np.nan)
        sorted_weight = weight[self.rows]
        of_lost = sorted_weight * self.lost[:, np.newaxis]
        until = np.vstack([np.zeros(weight.shape[1]), np.cumsum(of_lost, axis=0)])
        below = (until[self.first] + until[self.last]) / 2 - until[self.base]
        of_won = sorted_weight[self.won]
        ahead = np.add.reduceat(of_won * below, self.won_starts, axis=0)
        m, n = np.add.reduceat(of_won, self.won_starts, axis=0), np.add.reduceat(of_lost, self.starts, axis=0)
        both = np.maximum(m + n, 1)
        total = np.sum(m * n / both, axis=0)
        return np.where(total > 0, np.sum(ahead / both, axis=0) / np.where(total > 0, total, 1), np.nan)


def _batches(total: int) -> Iterator[int]:
    for first in range(0, total, BATCH):
        yield min(BATCH, total - first)


def _counts(score: Ints, looks: Looks) -> Floats:
    """How often each score occurs; shape (strata, lost and won, POINTS)."""
    place = (2 * looks.stratum + looks.won) * POINTS + score
    counts = np.bincount(place, minlength=looks.strata * 2 * POINTS)
    return counts.reshape(looks.strata, 2, POINTS).astype(np.float64)


def _areas(counts: Floats) -> Any:
    """The area from counts of shape (..., strata, 2, POINTS)."""
    lost, won = counts[..., 0, :], counts[..., 1, :]
    above = np.sum(won * (np.cumsum(lost, axis=-1) - lost / 2), axis=-1)
    m, n = won.sum(axis=-1), lost.sum(axis=-1)
    both = np.maximum(m + n, 1)
    total = np.sum(m * n / both, axis=-1)
    return np.where(total > 0, np.sum(above / both, axis=-1) / np.where(total > 0, total, 1), np.nan)


def _components(score: Ints, looks: Looks) -> Floats:
    """What each row contributes to the area beyond the mean; their squares estimate its variance."""
    counts = _counts(score, looks)
    lost, won = counts[:, 0], counts[:, 1]
    m, n = won.sum(axis=-1), lost.sum(axis=-1)
    weight = m * n / np.maximum(m + n, 1)
    pairs = np.maximum(m * n, 1)
    mean = np.sum(won * (np.cumsum(lost, axis=-1) - lost / 2), axis=-1) / pairs
    below = (np.cumsum(lost, axis=-1) - lost / 2) / np.maximum(n, 1)[:, np.newaxis]
    beyond = 1 - (np.cumsum(won, axis=-1) - won / 2) / np.maximum(m, 1)[:, np.newaxis]
    at = looks.stratum
    placed = np.where(looks.won, below[at, score], beyond[at, score])
    of_kind = np.where(looks.won, m[at], n[at])
    share = weight / max(weight.sum(), 1e-12)
    return np.where(weight[at] > 0, share[at] * (placed - mean[at]) / of_kind, 0.0)
