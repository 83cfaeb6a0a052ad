"""Lines and columns by day as the page draws them in SVG: every chart has the same figures as a table beside it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from relationship.clock import day_of, number_of

WIDTH, HEIGHT = 640, 180
LEFT, RIGHT, TOP, BOTTOM = 36, 8, 8, 22


@dataclass(frozen=True, slots=True)
class Tick:
    """place: in units of the drawing, from the left or from the top."""

    place: float
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One figure: a point of a line, or a column from its top down."""

    x: float
    y: float
    value: float


@dataclass(frozen=True, slots=True)
class Plot:
    """marks: oldest first; path: the line through them; months, heights: ticks of the two axes; column: its width."""

    marks: tuple[Mark, ...]
    path: str
    months: tuple[Tick, ...]
    heights: tuple[Tick, ...]
    column: float
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    base: int = HEIGHT - BOTTOM


def plot(
    found: Sequence[tuple[int, float]],
    *,
    since: int,
    until: int,
    most: float,
    month_name: Callable[[date], str],
    width: int = WIDTH,
) -> Plot:
    """Figures (day number, value) between two days, on a scale from 0 to `most` (above 0).

    month_name  how the axis names the first of a month;  width: of the drawing; a narrow one names fewer months

    >>> one = plot([(0, 50.0)], since=0, until=10, most=100, month_name=str)
    >>> one.marks[0].y
    83.0
    """
    span = max(1, until - since)
    room, tall = width - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(day: int) -> float:
        return round(LEFT + room * (day - since) / span, 1)

    def y(value: float) -> float:
        return round(TOP + tall * (1 - min(max(value / most, 0.0), 1.0)), 1)

    marks = tuple(Mark(x(day), y(value), value) for day, value in found)
    months = tuple(
        Tick(x(number_of(first)), month_name(first)) for first in _firsts(since, until, 2 if width >= WIDTH else 4)
    )
    heights = tuple(Tick(y(most * part / 4), f"{most * part / 4:g}") for part in range(5))
    path = " ".join(f"{'L' if place else 'M'}{mark.x} {mark.y}" for place, mark in enumerate(marks))
    return Plot(marks, path, months, heights, column=round(room * 22 / span, 1), width=width)


def _firsts(since: int, until: int, step: int) -> list[date]:
    """The first days of months between two days, every `step` months; none so late that its name would be cut."""
    month = (day_of(since).replace(day=1) + timedelta(days=31)).replace(day=1)
    found = []
    while number_of(month) <= until - 15:
        found.append(month)
        for _ in range(step):
            month = (month + timedelta(days=31)).replace(day=1)
    return found


def round_top(value: float) -> float:
    """A tidy end of an axis that shows everything up to a value: 4, 8, 20, 40, 80, 200 …

    >>> round_top(0), round_top(37), round_top(1200)
    (4, 40, 2000)
    """
    top = 4
    while top < value:
        top = top * 5 // 2 if str(top)[0] == "8" else top * 2
    return top
