"""The tie of two people: kept sums, closeness, strength and its word.

A contact day weighs 2^((day - EPOCH) / 90), so it counts half as much for every 90 days of age. Against a
fixed epoch the sums of a tie never need re-basing: they are kept while days pass, and ageing is one factor
for all ties (`fade`). Two people who never had a contact day have no tie: None, not a closeness of 0.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from relationship.activities import KINDS, Kind
from relationship.graph.tie_days import Floats, Ints, TieDays, run_starts

HALF_LIFE_DAYS = 90
EPOCH = 18262  # 2020-01-01 as a day number; any fixed day near the data serves
ONE_SIDED = 0.1  # what contact without an answer is worth
HALF_STRENGTH = 3.0  # the closeness at which the strength is one half
STRONG_FROM = 0.5
MEDIUM_FROM = 0.2
RECENT_DAYS = 90


class TieWord(StrEnum):
    """How strong a tie is, in one word: Fort, Moyen, Faible."""

    STRONG = "strong"
    MEDIUM = "medium"
    WEAK = "weak"


@dataclass(frozen=True, slots=True, eq=False)
class TieSums:
    """One row per pair with a common contact day, sorted by (a, b), a < b; what is kept of a tie.

    from_a, from_b  sum of share · 2^((day - EPOCH) / 90) over the contact days, of each side
    last_day        the latest common contact day
    recent_days     how many different days of contact in the 90 days up to `until`
    recent_kinds    the kinds among these, bit i for KINDS[i]
    """

    a: Ints
    b: Ints
    from_a: Floats
    from_b: Floats
    last_day: Ints
    recent_days: Ints
    recent_kinds: Ints

    def __len__(self) -> int:
        return len(self.a)


def tie_sums(days: TieDays, *, until: int) -> TieSums:
    """The sums of every pair over its common contact days up to and including `until`.

    Only `recent_days` and `recent_kinds` depend on the day they were asked for; the sums stay true as days
    pass. Adds in the order of the rows, so the same rows give the same bits, alone or among others.

    >>> days = TieDays(*(np.array([n]) for n in (4, 7, 0, EPOCH)), np.array([1.0]), np.array([0.25]))
    >>> sums = tie_sums(days, until=EPOCH)
    >>> closeness(sums.from_a, sums.from_b, today=EPOCH).tolist()
    [0.325]
    """
    rows = days.known_on(until)
    starts = run_starts(rows.a, rows.b)
    if not len(starts):
        none = np.zeros(0, dtype=np.int64)
        return TieSums(none, none, np.zeros(0), np.zeros(0), none, none, none)
    weight = np.exp2((rows.day - EPOCH) / HALF_LIFE_DAYS)
    recent = rows.day > until - RECENT_DAYS
    return TieSums(
        a=rows.a[starts],
        b=rows.b[starts],
        from_a=np.add.reduceat(rows.share_a * weight, starts),
        from_b=np.add.reduceat(rows.share_b * weight, starts),
        last_day=np.maximum.reduceat(rows.day, starts),
        recent_days=_different_days(rows, recent, starts),
        recent_kinds=np.bitwise_or.reduceat(np.where(recent, np.left_shift(1, rows.kind), 0), starts),
    )


def _different_days(rows: TieDays, recent: Any, starts: Ints) -> Ints:
    """How many different recent days each pair has, over all kinds."""
    pair = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(rows))))[recent]
    seen = np.unique(np.stack([pair, rows.day[recent].astype(np.int64)]), axis=1)
    return np.bincount(seen[0], minlength=len(starts))


def fade(today: int) -> float:
    """What turns kept sums into sums of 0.5^(age / 90) on `today`.

    >>> fade(EPOCH + 90)
    0.5
    """
    return float(2.0 ** ((EPOCH - today) / HALF_LIFE_DAYS))


def closeness(from_a: Any, from_b: Any, *, today: int) -> Any:
    """min(u, v) + 0.1·|u - v| on `today`, from the kept sums of the two sides; numbers or arrays.

    returns  0 or more, without an upper bound in theory; one kind of contact every day stays below 130.4
    Being the same as 0.9·min + 0.1·max, it never falls when a contact day is added to either side.
    Source: `docs/who-knows-whom.md`.

    >>> float(closeness(2.0, 1.0, today=EPOCH))
    1.1
    """
    return fade(today) * (np.minimum(from_a, from_b) + ONE_SIDED * np.abs(from_a - from_b))


def strength(close: Any) -> Any:
    """c / (c + 3): 0 up to but never reaching 1; a number or an array.

    >>> strength(3.0), strength(0.75)
    (0.5, 0.2)
    """
    return close / (close + HALF_STRENGTH)


def word(close: float | None) -> TieWord | None:
    """The word for a tie of this closeness; None when there is no tie.

    >>> word(3.0), word(0.75), word(1e-9), word(None)
    (<TieWord.STRONG: 'strong'>, <TieWord.MEDIUM: 'medium'>, <TieWord.WEAK: 'weak'>, None)
    """
    if close is None:
        return None
    found = strength(close)
    if found >= STRONG_FROM:
        return TieWord.STRONG
    return TieWord.MEDIUM if found >= MEDIUM_FROM else TieWord.WEAK


def kinds_of(bits: int) -> tuple[Kind, ...]:
    """The kinds behind `TieSums.recent_kinds`, in the order of KINDS.

    >>> [kind.value for kind in kinds_of(0b101)]
    ['email', 'call']
    """
    return tuple(kind for index, kind in enumerate(KINDS) if bits >> index & 1)
