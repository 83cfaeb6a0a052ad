"""How often introductions succeed, by strength word and number of colleagues asked: learnt from outcomes.

Of word and length only, never of a person: nobody can be rated by it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import sqrt

from relationship.graph.ties import TieWord

ENOUGH_OUTCOMES = 50
PRIOR_REQUESTS = 10  # as many requests of average success every cell starts with
Z_95 = 1.959964  # two-sided 95 % of the normal distribution

# The tie of the last colleague with the contact, and how many colleagues the path asks (1 or 2).
Cell = tuple[TieWord, int]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Requests that came to an end, and how many of them led to an introduction; withdrawn ones are not counted."""

    ended: int
    introduced: int

    def __post_init__(self) -> None:
        if not 0 <= self.introduced <= self.ended:
            raise ValueError("more introductions than requests that ended")


@dataclass(frozen=True, slots=True)
class Odds:
    """The estimated chance that a request ends in an introduction, with its 95 % interval, all in 0 .. 1."""

    chance: float
    low: float
    high: float
    ended: int


def calibrated(outcomes: Mapping[Cell, Outcomes], *, few: Collection[Cell] = ()) -> dict[Cell, Odds] | None:
    """The odds of every word and length; None until there are 50 outcomes in all.

    A cell starts with ten requests of the average success of all, so few outcomes say little: the chance is
    (introduced + 10 · average) / (ended + 10), the interval Wilson's for these numbers.
    few      cells of so few people that what became of their requests must not be told: they have the average alone
    returns  the three words × one and two colleagues, also those without an outcome

    Source: beta-binomial shrinkage; E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209. The constants are ours.

    >>> learnt = calibrated({(TieWord.STRONG, 1): Outcomes(40, 30), (TieWord.WEAK, 2): Outcomes(10, 0)})
    >>> round(learnt[TieWord.STRONG, 1].chance, 2), round(learnt[TieWord.WEAK, 2].chance, 2)
    (0.72, 0.3)
    """
    ended = sum(cell.ended for cell in outcomes.values())
    if ended < ENOUGH_OUTCOMES:
        return None
    average = sum(cell.introduced for cell in outcomes.values()) / ended
    cells = [(word, length) for word in TieWord for length in (1, 2)]
    nothing = Outcomes(0, 0)
    return {cell: _odds(nothing if cell in few else outcomes.get(cell, nothing), average) for cell in cells}


def _odds(cell: Outcomes, average: float) -> Odds:
    count = cell.ended + PRIOR_REQUESTS
    chance = (cell.introduced + PRIOR_REQUESTS * average) / count
    low, high = wilson(chance, count)
    return Odds(chance, low, high, cell.ended)


def wilson(share: float, count: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share seen in `count` trials, 1 or more.

    >>> [round(end, 4) for end in wilson(0.5, 10)]
    [0.2366, 0.7634]
    """
    z2 = Z_95 * Z_95
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = Z_95 / (1 + z2 / count) * sqrt(share * (1 - share) / count + z2 / (4 * count * count))
    return max(middle - half, 0.0), min(middle + half, 1.0)
