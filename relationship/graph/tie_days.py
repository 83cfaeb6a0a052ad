"""Common contact days of two people: what a tie is made of.

Every activity that two people share is one row. Of all that two people shared by one kind on one day only
the largest share from each side is kept, so ten mails of a day count like the most personal one of them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.integer[Any]]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class TieDays:
    """One row per pair of people, kind and day, sorted by these; all arrays have the same length.

    a, b             ids of the two people, a < b
    kind             index into `activities.KINDS`
    day              days since 1970-01-01
    share_a, share_b the share of the day that came from a and from b: 1 / number of other people on the
                     activity, 0 when nothing came from that side; not both 0

    `tie_days` sorts and merges; whoever calls the constructor promises the order.
    """

    a: Ints
    b: Ints
    kind: Ints
    day: Ints
    share_a: Floats
    share_b: Floats

    def __len__(self) -> int:
        return len(self.day)

    def known_on(self, until: int) -> "TieDays":
        """The rows up to and including the day `until`."""
        return self if not (self.day > until).any() else self._take(self.day <= until)

    def _take(self, rows: Any) -> "TieDays":
        return TieDays(
            self.a[rows], self.b[rows], self.kind[rows], self.day[rows], self.share_a[rows], self.share_b[rows]
        )


def tie_days(*, a: Ints, b: Ints, kind: Ints, day: Ints, people: Ints, from_a: Bools, from_b: Bools) -> TieDays:
    """The common contact days of all pairs, from one row per activity and pair of people on it, in any order.

    a, b    ids of the two people; which is which does not matter, but they differ
    people  how many people are on the activity, these two included: 2 or more
    from_a, from_b  whether it comes from a, from b: a mail from its sender, a call that nobody answered from
            the caller, a completed task from its owner, a held meeting and an answered call from both

    An activity is divided by the number of *other* people on it: a mail to one person gives 1, a mail to four
    gives each of the four pairs with its sender 1/4, a meeting of five gives each pair of them 1/4 both ways.
    "At most once a day per kind": the share of a day is the largest share of its activities, for each
    direction by itself. Rows from neither (two recipients of one mail) make no contact and are dropped.
    raises  ValueError for a person paired with himself and for fewer than two people

    >>> days = tie_days(a=np.array([7, 4]), b=np.array([4, 7]), kind=np.array([0, 0]), day=np.array([5, 5]),
    ...     people=np.array([2, 5]), from_a=np.array([False, False]), from_b=np.array([True, True]))
    >>> len(days), days.share_a.tolist(), days.share_b.tolist()
    (1, [1.0], [0.25])
    """
    if np.any(a == b):
        raise ValueError("a tie is between two different people")
    if np.any(people < 2):
        raise ValueError("an activity that two people share has at least two people on it")
    heard = np.flatnonzero(from_a | from_b)
    low = (a < b)[heard]
    first, second = np.minimum(a, b)[heard], np.maximum(a, b)[heard]
    order = np.lexsort((day[heard], kind[heard], second, first))
    rows = heard[order]
    first, second, of_kind, on_day = first[order], second[order], kind[rows], day[rows]
    starts = run_starts(first, second, of_kind, on_day)
    share = 1.0 / (people[rows] - 1)
    from_first = np.where(low[order], from_a[rows], from_b[rows]) * share
    from_second = np.where(low[order], from_b[rows], from_a[rows]) * share
    return TieDays(
        a=first[starts],
        b=second[starts],
        kind=of_kind[starts],
        day=on_day[starts],
        share_a=_largest(from_first, starts),
        share_b=_largest(from_second, starts),
    )


def run_starts(*columns: Ints) -> NDArray[np.intp]:
    """Where each run of rows that are equal in all columns starts; the columns are sorted.

    >>> run_starts(np.array([3, 3, 5, 5]), np.array([1, 1, 1, 2])).tolist()
    [0, 2, 3]
    """
    change = np.ones(len(columns[0]), dtype=np.bool_)
    if len(change):
        change[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return np.flatnonzero(change)


def _largest(side: Floats, starts: NDArray[np.intp]) -> Floats:
    found: Floats = np.maximum.reduceat(side, starts) if len(starts) else np.zeros(0)
    return found
