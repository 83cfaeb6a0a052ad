"""The small curve of the card: a year of weekly scores as points of a drawing. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from relationship.health.trend import CURVE_WEEKS, CurvePoint

WIDTH, HEIGHT = 260, 48
_DAYS = 7 * CURVE_WEEKS
_TOP = 100


@dataclass(frozen=True, slots=True)
class Sparkline:
    """In units of the drawing, from the top left. line: "x,y x,y …" as in SVG; good, fair: where these bands begin.

    first, last, low, high: scores, for the sentence that says the same.
    """

    line: str
    end: tuple[float, float]
    good: float
    fair: float
    first: int
    last: int
    low: int
    high: int


def sparkline(points: Sequence[CurvePoint], *, today: int, good: int, fair: int) -> Sparkline | None:
    """The drawing of these points, oldest first; None without at least two: one point is no curve.

    today  day number at the right edge;  good, fair: the least score of each band
    """
    if len(points) < 2:
        return None
    places = [(_x(point.day, today), _y(point.exact)) for point in points]
    scores = [point.score for point in points]
    return Sparkline(
        line=" ".join(f"{x},{y}" for x, y in places),
        end=places[-1],
        good=_y(good),
        fair=_y(fair),
        first=scores[0],
        last=scores[-1],
        low=min(scores),
        high=max(scores),
    )


def _x(day: int, today: int) -> float:
    return round(WIDTH * (1 - min(today - day, _DAYS) / _DAYS), 1)


def _y(score: float) -> float:
    return round(HEIGHT * (1 - score / _TOP), 1)
