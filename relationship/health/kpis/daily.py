"""Activities per day and kind: the chart of the last weeks and its table."""

from collections.abc import Iterable
from dataclasses import dataclass

from relationship.activities import KINDS, Kind
from relationship.health.contact_days import KIND_INDEX

# The periods that the chart offers, in days, today included.
SPANS = (60, 90)


@dataclass(frozen=True, slots=True)
class DayOfActivities:
    """day: day number; counts: how many of each kind, in the order of KINDS."""

    day: int
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


def daily(rows: Iterable[tuple[int, Kind | str, int]], *, today: int, span: int) -> tuple[DayOfActivities, ...]:
    """Every day of the last `span` (today included), oldest first, from (day, kind, how many); empty days too.

    >>> days = daily([(20_621, "call", 2), (20_500, "email", 9)], today=20_621, span=60)
    >>> len(days), days[-1].counts
    (60, (0, 0, 2, 0))
    """
    first = today - span + 1
    counts = [[0] * len(KINDS) for _ in range(span)]
    for day, kind, count in rows:
        if first <= day <= today:
            counts[day - first][KIND_INDEX[kind]] += count
    return tuple(DayOfActivities(first + place, tuple(row)) for place, row in enumerate(counts))
