"""How the mood of many texts develops: mean temperature and intensity by month. Pure.

Few texts say little, and one text says whose it is: months with fewer than `LEAST` are told together with the next.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

LEAST = 5


@dataclass(frozen=True, slots=True)
class Span:
    """One month, or several together. first, last: first days of the months;  temperature: mean, in °C
    intensity: mean, 0 to 1"""

    first: date
    last: date
    count: int
    temperature: float
    intensity: float


@dataclass(slots=True)
class _Sum:
    first: date
    last: date
    count: int = 0
    warmth: float = 0.0
    force: float = 0.0

    def add(self, other: "_Sum") -> None:
        self.last = max(self.last, other.last)
        self.first = min(self.first, other.first)
        self.count += other.count
        self.warmth += other.warmth
        self.force += other.force


def spans(days: Iterable[tuple[date, int, float, float]], *, least: int = LEAST) -> tuple[Span, ...]:
    """Days as (day, texts, sum of temperatures, sum of intensities), by month, oldest first.

    Nothing where all of it together has fewer than `least` texts.
    """
    months: dict[date, _Sum] = {}
    for day, count, warmth, force in days:
        first = day.replace(day=1)
        months.setdefault(first, _Sum(first, first)).add(_Sum(first, first, count, warmth, force))
    found: list[_Sum] = []
    for _, month in sorted(months.items()):
        if found and found[-1].count < least:
            found[-1].add(month)
        else:
            found.append(month)
    if len(found) > 1 and found[-1].count < least:
        rest = found.pop()
        found[-1].add(rest)
    return tuple(
        Span(one.first, one.last, one.count, round(one.warmth / one.count, 1), round(one.force / one.count, 3))
        for one in found
        if one.count >= least
    )


def whole(days: Iterable[tuple[date, int, float, float]], *, least: int = LEAST) -> Span | None:
    """All days as one; None for fewer than `least` texts."""
    several = list(days)
    count = sum(one[1] for one in several)
    if count < least:
        return None
    first, last = several[0][0], several[-1][0]
    return Span(
        first, last, count, round(sum(one[2] for one in several) / count, 1),
        round(sum(one[3] for one in several) / count, 3),
    )  # fmt: skip
