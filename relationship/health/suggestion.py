"""Suggested settings: would other weights or another frequency have told won from lost better?

Chosen on earlier closings, measured on later ones (rolling origin), never on the opportunities that they
were chosen on. A suggestion is made only when its gain there is above the noise; it is never applied by
itself. Method, limits and measurements: docs/settings-suggestions.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from relationship.activities import KINDS, Kind
from relationship.health.contact_days import Bools, ContactDays, Ints
from relationship.health.outcomes import LOOK_AGES, OWN_ACCOUNT, Outcomes, Seen, seen
from relationship.health.rules import HealthRules
from relationship.health.search import Search, Setting
from relationship.health.separation import Looks, area, resampled_lead

FEWEST_WON = FEWEST_LOST = 30
# An interval over fewer accounts than this would be too narrow.
FEWEST_ACCOUNTS = 20
# Of each outcome, among the later closings on which a choice is measured.
FEWEST_MEASURED = 15
PERIODS = 6
LEARNT_ONLY = 2  # periods before the first that is measured
# Accounts that close more than once would be known before they are measured; so each third of the accounts
# is measured with what the other two thirds taught.
PARTS = 3
CONFIDENCE = 0.95
RESAMPLINGS = 2000
SEED = 20_260_617
# A smaller gain is not worth other rules: of a hundred pairs not even one more would be in the right order.
LEAST_GAIN = 0.01
# Progress: a choice costs about as much as so many settings of the coarse grid.
CHOICE_COST = 60

Progress = Callable[[int, int], None]


class Status(StrEnum):
    TOO_SMALL = "too_small"
    NO_GAIN = "no_gain"
    GAIN = "gain"


class Reason(StrEnum):
    """too_small  FEW_WON, FEW_LOST, FEW_ACCOUNTS: less than the FEWEST_…; FEW_LATER: closed too close together,
                  or too one-sided, to choose on earlier and measure on later closings
    no_gain    PRESENT_IS_BEST: nothing is better than the present by more than one standard error
               WITHIN_NOISE: the interval of the gain holds 0;  TOO_LITTLE: the gain is below LEAST_GAIN
               NO_SEPARATION: even the best found separates no better than a coin
    gain       ABOVE_NOISE
    """

    FEW_WON = "few_won"
    FEW_LOST = "few_lost"
    FEW_ACCOUNTS = "few_accounts"
    FEW_LATER = "few_later"
    PRESENT_IS_BEST = "present_is_best"
    WITHIN_NOISE = "within_noise"
    TOO_LITTLE = "too_little"
    NO_SEPARATION = "no_separation"
    ABOVE_NOISE = "above_noise"


@dataclass(frozen=True, slots=True)
class Look:
    """A day of life on which scores were looked at, and how many won and lost had one."""

    age_days: int
    won: int
    lost: int


@dataclass(frozen=True, slots=True)
class LookedAt:
    """closed    won and lost in the CRM;  short, silent  left out: ended too early, without contact at every look
    accounts  different accounts among those used;  looks  the days used
    contact_days  per kind, of those used;  settings  how many were tried
    """

    closed: int
    short: int
    silent: int
    accounts: int
    looks: tuple[Look, ...]
    contact_days: tuple[tuple[Kind, int], ...]
    settings: int


@dataclass(frozen=True, slots=True)
class Fold:
    """One measurement: chosen on closings before `first`, measured on those from `first` to `last` (day numbers).

    learnt_won, learnt_lost, won, lost  opportunities learnt from and measured
    auc_present, auc_chosen  None when no won met a lost one
    """

    first: int
    last: int
    learnt_won: int
    learnt_lost: int
    won: int
    lost: int
    chosen: Setting
    auc_present: float | None
    auc_chosen: float | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """won, lost       opportunities used
    suggested         None unless the status is GAIN
    auc_…, gain       out of sample over all folds; low .. high holds the gain with CONFIDENCE
                      (None when too small)
    """

    status: Status
    reasons: tuple[Reason, ...]
    won: int
    lost: int
    present: Setting
    suggested: Setting | None
    auc_present: float | None
    auc_suggested: float | None
    gain: float | None
    low: float | None
    high: float | None
    folds: tuple[Fold, ...]
    looked_at: LookedAt


@dataclass(frozen=True, slots=True, eq=False)
class _Split:
    """Shape (looks,) each: the period a look's opportunity was closed in, the part its account belongs to."""

    period: Ints
    part: Ints
    parts: int

    def folds(self) -> list[tuple[Bools, Bools]]:
        """Which looks are learnt from and which are measured, fold by fold."""
        return [
            (
                (self.period < period) & ((self.part != part) | (self.parts == 1)),
                (self.period == period) & (self.part == part),
            )
            for period in range(LEARNT_ONLY, int(self.period.max(initial=-1)) + 1)
            for part in range(self.parts)
        ]


def suggestion(
    days: ContactDays,
    outcomes: Outcomes,
    *,
    window_began: int,
    rules: HealthRules,
    progress: Progress | None = None,
) -> Suggestion:
    """What the closed opportunities say about the rules in force.

    days      contact days of the closed opportunities; `record` counts positions in `outcomes`
    rules     the rules in force; their bands play no part
    progress  called with (done, total) now and then
    returns   the same for the same input, always

    Nothing is learnt from an account that is measured, nor from a closing that is not earlier.
    """
    found = seen(days, outcomes, window_began=window_began)
    cluster = _clusters(outcomes)[found.record]
    split = _split(outcomes, found, cluster)
    won = outcomes.won[found.record]
    looks = _looks(split, found, won, cluster)
    folds = split.folds()
    chosen = np.array([learnt for learnt, _ in folds] + [np.ones(len(won), dtype=np.bool_)])
    counts = _counts(found, won, np.ones(len(won), dtype=np.bool_))
    present = Setting.of(rules)
    lacking = _lacking(found, folds, won, cluster)
    if lacking:
        none = (None, None, None, None, None)
        looked_at = _looked_at(outcomes, found, cluster, settings=0)
        return Suggestion(Status.TOO_SMALL, lacking, *counts, present, None, *none, (), looked_at)
    search = Search(found.at, outcomes.frequency[found.record], looks, chosen, rules)
    choices = _choices(search, len(chosen), progress)
    measured = np.flatnonzero(split.period >= LEARNT_ONLY)
    old, new = search.points(present), search.points(present)
    for (_, rows), choice in zip(folds, choices, strict=False):
        new[rows] = search.points(choice)[rows]
    # Two thirds measured with different settings are never compared with each other.
    apart = Looks(looks.stratum * split.parts + split.part, won, cluster, looks.strata * split.parts).take(measured)
    auc_present, auc_chosen = area(old[measured], apart), area(new[measured], apart)
    sample = resampled_lead(new[measured], old[measured], apart, resamplings=RESAMPLINGS, seed=SEED)
    low, high = np.quantile(sample, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]).tolist()
    status, reasons = _verdict(choices[-1] == present, auc_chosen - auc_present, low, auc_chosen)
    return Suggestion(
        status,
        reasons,
        *counts,
        present,
        choices[-1] if status is Status.GAIN else None,
        auc_present,
        auc_chosen,
        auc_chosen - auc_present,
        low,
        high,
        _folds(outcomes, found, folds, choices, old, new, looks),
        _looked_at(outcomes, found, cluster, settings=search.tried),
    )


def _clusters(outcomes: Outcomes) -> Ints:
    """One number per account; opportunities without an account stand alone."""
    alone = outcomes.account == OWN_ACCOUNT
    own = np.arange(len(outcomes)) + int(outcomes.account.max(initial=0)) + 1
    return np.unique(np.where(alone, own, outcomes.account), return_inverse=True)[1].reshape(-1)


def _split(outcomes: Outcomes, found: Seen, cluster: Ints) -> _Split:
    """Periods with about the same number of closings, a day never divided; accounts in parts when they recur."""
    used, first = np.unique(found.record, return_index=True)
    closed = outcomes.closed[used]
    order = np.sort(closed)
    cuts = order[[len(order) * number // PERIODS for number in range(1, PERIODS)]] if len(order) else order
    period = np.searchsorted(np.unique(cuts), outcomes.closed[found.record], side="right")
    sizes = np.bincount(cluster[first]) if len(used) else np.zeros(1, dtype=np.int64)
    parts = PARTS if sizes.max() > 1 else 1
    rank = np.empty(len(sizes), dtype=np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return _Split(np.unique(period, return_inverse=True)[1].reshape(-1), rank[cluster] % parts, parts)


def _looks(split: _Split, found: Seen, won: Bools, cluster: Ints) -> Looks:
    strata = (int(split.period.max(initial=0)) + 1) * len(LOOK_AGES)
    return Looks(split.period * len(LOOK_AGES) + found.age, won, cluster, strata)


def _lacking(found: Seen, folds: list[tuple[Bools, Bools]], won: Bools, cluster: Ints) -> tuple[Reason, ...]:
    everything = np.ones(len(won), dtype=np.bool_)
    later = np.any([measured for _, measured in folds], axis=0) if folds else ~everything
    used, measured = _counts(found, won, everything), _counts(found, won, later)
    lacking = {
        Reason.FEW_WON: used[0] < FEWEST_WON,
        Reason.FEW_LOST: used[1] < FEWEST_LOST,
        Reason.FEW_ACCOUNTS: len(np.unique(cluster)) < FEWEST_ACCOUNTS,
        Reason.FEW_LATER: min(measured) < FEWEST_MEASURED,
    }
    reasons = tuple(reason for reason, lacks in lacking.items() if lacks)
    # Too few in all explains too few later.
    return reasons[:-1] if len(reasons) > 1 and reasons[-1] is Reason.FEW_LATER else reasons


def _choices(search: Search, targets: int, progress: Progress | None) -> list[Setting]:
    """The choice of every fold, and last the one of all closings together."""
    tell = progress or (lambda _done, _total: None)
    grid = search.coarse()
    total = len(grid) + targets * CHOICE_COST
    for number, setting in enumerate(grid):
        search.areas(setting)
        if number % 20 == 0:
            tell(number, total)
    choices = []
    for target in range(targets):
        choices.append(search.choice(target))
        tell(len(grid) + (target + 1) * CHOICE_COST, total)
    return choices


def _verdict(same: bool, gain: float, low: float, auc: float) -> tuple[Status, tuple[Reason, ...]]:
    against = {
        Reason.PRESENT_IS_BEST: same,
        Reason.WITHIN_NOISE: not low > 0,
        Reason.TOO_LITTLE: gain < LEAST_GAIN,
        Reason.NO_SEPARATION: auc <= 0.5,
    }
    reasons = tuple(reason for reason, holds in against.items() if holds)
    return (Status.NO_GAIN, reasons) if reasons else (Status.GAIN, (Reason.ABOVE_NOISE,))


def _counts(found: Seen, won: Bools, rows: Bools) -> tuple[int, int]:
    """How many different won and lost opportunities some looks are of."""
    return len(np.unique(found.record[rows & won])), len(np.unique(found.record[rows & ~won]))


def _folds(
    outcomes: Outcomes,
    found: Seen,
    folds: list[tuple[Bools, Bools]],
    choices: list[Setting],
    old: Ints,
    new: Ints,
    looks: Looks,
) -> tuple[Fold, ...]:
    return tuple(
        Fold(
            int(outcomes.closed[found.record[rows]].min()),
            int(outcomes.closed[found.record[rows]].max()),
            *_counts(found, looks.won, learnt),
            *_counts(found, looks.won, rows),
            choice,
            _known(area(old[rows], looks.take(rows))),
            _known(area(new[rows], looks.take(rows))),
        )
        for (learnt, rows), choice in zip(folds, choices, strict=False)
        if rows.any()
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value


def _looked_at(outcomes: Outcomes, found: Seen, cluster: Ints, *, settings: int) -> LookedAt:
    won = outcomes.won[found.record]
    looks = tuple(
        Look(age_days, *_counts(found, won, found.age == number)) for number, age_days in enumerate(LOOK_AGES)
    )
    return LookedAt(
        closed=len(outcomes),
        short=found.short,
        silent=found.silent,
        accounts=len(np.unique(cluster)),
        looks=looks,
        contact_days=tuple(zip(KINDS, found.contacts, strict=True)),
        settings=settings,
    )
