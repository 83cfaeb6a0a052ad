"""Who of an account's people the relationship rests on: the share of each in its volume, and the reason in a word.

The volume V of the score is a sum over contact days, so it can be divided: a contact day goes in equal parts to its
activities, and each activity in equal parts to those of the account's people who were on it. What nobody of them was
on stays with "nobody". The shares add up to the whole; docs/health.md shows a worked example.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from relationship.activities import KINDS
from relationship.health.contact_days import Floats, Ints
from relationship.health.explanation import shared_out
from relationship.health.kpis.reach import ALIVE_INTERVALS, silence
from relationship.health.rules import WEIGHT_DEFAULT, HealthRules
from relationship.health.sums import HALF_LIFE_DAYS

# Whoever has half of the volume carries the relationship alone.
CARRIES_FROM = 0.5


class Standing(StrEnum):
    """CARRIES  half of the volume or more, and alive;  CARRIED  the same, but gone silent
    ALIVE    in contact within two expected intervals, from both sides;  UNANSWERED  alive, but by us alone
    SILENT   no contact for longer;  NEVER  no contact at all
    """

    CARRIES = "carries"
    CARRIED = "carried"
    ALIVE = "alive"
    UNANSWERED = "unanswered"
    SILENT = "silent"
    NEVER = "never"


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Rows of equal length: what one person was on, of one kind and day of an account.

    person  0 .. n-1, or n for nobody of them;  kind  index into KINDS;  day  day number
    part    of the contact day of that kind, above 0; over all persons the parts of a contact day add up to 1
    """

    person: Ints
    kind: Ints
    day: Ints
    part: Floats


@dataclass(frozen=True, slots=True)
class Side:
    """The last contact of a person, and the last activity that came from them (day numbers, None for never)."""

    last_day: int | None
    last_from_them: int | None


@dataclass(frozen=True, slots=True)
class Share:
    """The share of one person, or of nobody.

    volume    in V;  percent, points  whole numbers that add up to 100 and to the score over everybody and nobody
    standing  None for nobody
    """

    volume: float
    percent: int
    points: int
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class Shares:
    """people: in the order they were given; nobody: what none of them was on; alive: how many people are."""

    people: tuple[Share, ...]
    nobody: Share
    alive: int


def shares(parts: Parts, people: Sequence[Side], *, today: int, score: int, rules: HealthRules) -> Shares:
    """The shares of n people in the score of their account on `today`.

    parts    none after `today`
    people   n of them
    score    0 .. 100 as shown; 0 leaves points of 0
    returns  0 for everybody while there is no contact day at all

    A share is the person's V_p / V, V_p = Σ part · (w_c / 6) · 0.5^(age / 60). Whole percents and points are shared
    out by largest remainder, equal remainders in the order given, nobody last.
    """
    weights = np.array([rules.weights.of(kind) / WEIGHT_DEFAULT for kind in KINDS])
    worth = parts.part * weights[parts.kind] * np.exp2((parts.day - today) / HALF_LIFE_DAYS)
    volumes = np.bincount(parts.person, weights=worth, minlength=len(people) + 1).tolist()
    whole = sum(volumes)
    ratios = [volume / whole if whole else 0.0 for volume in volumes]
    percents = shared_out([100 * ratio for ratio in ratios], 100 if whole else 0)
    points = shared_out([score * ratio for ratio in ratios], score if whole else 0)
    standings = [_standing(one, ratio, today, rules.frequency.days) for one, ratio in zip(people, ratios, strict=False)]
    rows = [
        Share(volume, percent, point, standing)
        for volume, percent, point, standing in zip(volumes, percents, points, [*standings, None], strict=True)
    ]
    alive = sum(standing not in (Standing.CARRIED, Standing.SILENT, Standing.NEVER) for standing in standings)
    return Shares(tuple(rows[:-1]), rows[-1], alive)


def _standing(person: Side, ratio: float, today: int, expected: float) -> Standing:
    if person.last_day is None:
        return Standing.NEVER
    within = ALIVE_INTERVALS * expected
    if silence(person.last_day, today) > within:
        return Standing.CARRIED if ratio >= CARRIES_FROM else Standing.SILENT
    if person.last_from_them is None or silence(person.last_from_them, today) > within:
        return Standing.UNANSWERED
    return Standing.CARRIES if ratio >= CARRIES_FROM else Standing.ALIVE
