"""How an opportunity compares with similar ones that were won and lost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

# Below this a median of either group says little, and could be traced back to single deals.
ENOUGH = 30
# A deal is measured over the last so many days before it was closed (an open one: until today) …
PERIOD_DAYS = 90
# … and over two weeks at least, however young it is.
SHORTEST_DAYS = 14
PER_DAYS = 30
# Of the same size: from half to twice the value, in the same currency.
SIZE_FACTOR = 2.0


@dataclass(frozen=True, slots=True)
class Deal:
    """Activities of an opportunity in its period; days: how long it is, 14 to 90."""

    days: int
    emails: int
    meetings: int
    calls: int


@dataclass(frozen=True, slots=True)
class Pace:
    """Activities in 30 days."""

    emails: float
    meetings: float
    calls: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """won, lost: how many similar ones there are.

    own, typical_won, typical_lost  None unless there are enough of both
    """

    won: int
    lost: int
    own: Pace | None = None
    typical_won: Pace | None = None
    typical_lost: Pace | None = None

    @property
    def enough(self) -> bool:
        return self.won >= ENOUGH and self.lost >= ENOUGH


def period(created: int, until: int) -> int:
    """How many days an opportunity is measured over; `until` is the day it was closed, or today.

    >>> period(20_000, 20_621), period(20_601, 20_621), period(20_621, 20_621)
    (90, 20, 14)
    """
    return min(PERIOD_DAYS, max(SHORTEST_DAYS, until - created))


def pace(deal: Deal) -> Pace:
    """Activities in 30 days, as often as in the deal's period.

    >>> pace(Deal(days=90, emails=9, meetings=3, calls=0))
    Pace(emails=3.0, meetings=1.0, calls=0.0)
    """
    return Pace(*(count * PER_DAYS / deal.days for count in (deal.emails, deal.meetings, deal.calls)))


def compare(own: Deal, won: Sequence[Deal], lost: Sequence[Deal]) -> Comparison:
    """The opportunity beside the medians of similar ones; without medians while there are fewer than 30 of either."""
    found = Comparison(len(won), len(lost))
    if not found.enough:
        return found
    return Comparison(len(won), len(lost), pace(own), _typical(won), _typical(lost))


def _typical(deals: Sequence[Deal]) -> Pace:
    paces = [pace(deal) for deal in deals]
    parts: tuple[Callable[[Pace], float], ...] = (lambda p: p.emails, lambda p: p.meetings, lambda p: p.calls)
    return Pace(*(median(part(one) for one in paces) for part in parts))
