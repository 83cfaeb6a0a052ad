"""One round of detection: the facts, the thresholds and what is open, with the sums that rules share."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from relationship.signals.facts import Bools, Facts, Floats, Ints
from relationship.signals.signal import Fact, Signal
from relationship.signals.thresholds import Thresholds

# Figures that are equal on paper may differ in the last bit.
_HAIR = 1e-9


@dataclass(frozen=True, slots=True)
class Case:
    """standing: per detector the subjects about which a signal of it is open."""

    facts: Facts
    limits: Thresholds
    standing: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def reached(self, detector: str, ids: Ints, figure: Floats, limit: float | Floats) -> Bools:
        """Where a figure reaches its limit; where the signal is open already, an eased limit. nan reaches nothing."""
        eased = np.asarray(limit, dtype=np.float64) * (1 - self.limits.calm_percent / 100)
        open_now = np.isin(ids, np.fromiter(self.standing.get(detector, ()), dtype=np.int64))
        bound = np.where(open_now, eased, limit)
        return np.nan_to_num(figure, nan=-np.inf) >= bound - _HAIR

    def of_accounts(
        self,
        detector: str,
        hits: Bools,
        strength: Floats,
        key: Callable[[int], str],
        evidence: Callable[[int], tuple[Fact, ...]],
    ) -> Iterator[Signal]:
        """A signal about every account that is hit; key and evidence are asked by its place."""
        ids = self.facts.accounts.id
        for place in np.flatnonzero(hits).tolist():
            yield Signal(detector, int(ids[place]), None, key(place), _two_digits(strength[place]), evidence(place))

    def of_deals(
        self,
        detector: str,
        hits: Bools,
        strength: Floats,
        key: Callable[[int], str],
        evidence: Callable[[int], tuple[Fact, ...]],
    ) -> Iterator[Signal]:
        """The same about every open opportunity that is hit."""
        ids, accounts = self.facts.deals.id, self.facts.accounts.id
        for place in np.flatnonzero(hits).tolist():
            owner = int(self.facts.deals.account[place])
            yield Signal(
                detector,
                int(accounts[owner]) if owner >= 0 else None,
                int(ids[place]),
                key(place),
                _two_digits(strength[place]),
                evidence(place),
            )


Rule = Callable[[Case], Iterator[Signal]]


def between(figure: Floats | Ints, half: float | Floats, full: float | Floats) -> Floats:
    """A strength: 0.5 where a figure is `half`, 1 from `full` on, straight between.

    >>> between(np.array([30.0, 65.0, 100.0]), 30, 100).tolist()
    [0.5, 0.75, 1.0]
    """
    room = np.maximum(np.asarray(full, dtype=np.float64) - half, _HAIR)
    share: Floats = np.clip(0.5 + 0.5 * (figure - half) / room, 0.0, 1.0)
    return share


def counted(places: Ints, size: int) -> Ints:
    """How often each place 0 … size-1 is named."""
    found: Ints = np.bincount(places, minlength=size).astype(np.int64)
    return found


def latest(places: Ints, days: Ints, size: int) -> Floats:
    """The last day of each place; nan without one."""
    found = np.full(size, -np.inf)
    np.maximum.at(found, places, days.astype(np.float64))
    return np.where(np.isinf(found), np.nan, found)


def nearest_rank(places: Ints, values: Ints | Floats, size: int, part: float) -> Floats:
    """The value below or at which `part` of the values of each place lie (nearest rank); nan without values.

    >>> nearest_rank(np.array([0, 0, 0, 2]), np.array([5, 1, 3, 7]), 3, 0.5).tolist()
    [3.0, nan, 7.0]
    """
    order = np.lexsort((values, places))
    count = counted(places, size)
    first = np.concatenate([[0], np.cumsum(count)[:-1]]) if size else count
    found = np.full(size, np.nan)
    there = count > 0
    rank = np.maximum(np.ceil(part * count - _HAIR).astype(np.int64), 1) - 1
    found[there] = np.asarray(values, dtype=np.float64)[order][(first + rank)[there]]
    return found


def rows_of(places: Ints, place: int) -> slice:
    """The rows of one place in arrays that are sorted by it."""
    start, end = np.searchsorted(places, [place, place + 1])
    return slice(int(start), int(end))


def _two_digits(strength: Any) -> float:
    return round(float(strength), 2)
