"""The profile of lost customers: what they said before they left, beside what those said who stayed. Pure.

A naive Bayes classifier over a handful of features that can be read one by one: segment, theme, emotion, satisfaction,
recommendation. Each feature's weight is the logarithm of how much more often lost customers had it. Measured on
customers that the profile did not see (`learn`, five parts by customer), it is only of use where it finds lost
customers more often than chance would.

What is judged is what was measured: a customer by their last texts together (`last_said`), never a single text, and
with the limit at which the hit rate was measured.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from relationship.verbatims.alerts.facts import Facts

PARTS = 5
LEAST_LOST, LEAST_KEPT = 20, 20
# Every feature is taken to have been seen so often on both sides: rare ones weigh little.
SMOOTHING = 2.0
# So much of all customers are called likely to leave, at most, when the hit rate is measured.
ALARMED_SHARE = 0.2
# How surely the hit rate must lie above the share of lost customers (normal deviations).
SURE = 2.33
MOST_FEATURES = 400
# A customer is judged by so many texts, none further before the newest of them than this.
LAST_SAID, NEAR_DAYS = 10, 180

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer of the past. said: what they said, before they left where they did."""

    key: int
    lost: bool
    said: Sequence[Facts]


@dataclass(frozen=True, slots=True)
class Feature:
    """lost, kept: on how many customers of each side it was; weight: added to the log odds where it occurs."""

    name: str
    lost: int
    kept: int
    weight: float


@dataclass(frozen=True, slots=True)
class Profile:
    """threshold: likeness from which on a customer is called likely to leave; hit_rate: share of lost among those who
    are, on customers the profile had not seen; found: share of the lost that were called; base: share of lost among
    all; is_of_use: whether it may be relied on."""

    lost: int
    kept: int
    prior: float
    features: tuple[Feature, ...]
    threshold: float
    hit_rate: float
    found: float
    base: float
    is_of_use: bool

    def likeness(self, said: Iterable[Facts]) -> float:
        """0 to 1: how much what a customer said lately (`last_said`) is like what lost customers said."""
        weights = {one.name: one.weight for one in self.features}
        return _likeness(self.prior, weights, _of_texts(said))

    def marked(self, facts: Facts, said: Iterable[Facts]) -> Facts:
        """The facts of a customer's newest text with what their last texts, this one among them, are like; as they
        were where the profile is of no use."""
        if not self.is_of_use:
            return facts
        likeness = self.likeness(said)
        return replace(facts, likeness=likeness, like_lost=likeness >= self.threshold)

    def body(self) -> dict[str, Any]:
        """As JSON."""
        values = {name: getattr(self, name) for name in self.__slots__ if name != "features"}
        return {**values, "features": [[one.name, one.lost, one.kept, one.weight] for one in self.features]}

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Profile":
        return cls(**{**body, "features": tuple(Feature(*one) for one in body["features"])})


class TooFewCustomersError(ValueError):
    """Nothing can be learnt from so few. args: lost, kept."""


def learn(customers: Iterable[Customer]) -> Profile:
    """A profile with its hit rate on customers it did not see.

    raises  TooFewCustomersError below 20 lost or 20 kept customers who said something
    """
    known = sorted((one for one in customers if one.said), key=lambda one: one.key)
    sides = [(one.lost, _of_texts(one.said)) for one in known]
    lost = sum(is_lost for is_lost, _ in sides)
    kept = len(sides) - lost
    if lost < LEAST_LOST or kept < LEAST_KEPT:
        raise TooFewCustomersError(lost, kept)
    scores = [0.0] * len(sides)
    for part in range(PARTS):
        prior, rows = _fit([one for place, one in enumerate(sides) if place % PARTS != part])
        weights = {one.name: one.weight for one in rows}
        for place in range(part, len(sides), PARTS):
            scores[place] = _likeness(prior, weights, sides[place][1])
    called = max(1, min(round(ALARMED_SHARE * len(sides)), lost))
    threshold = sorted(scores, reverse=True)[called - 1]
    alarmed = [is_lost for (is_lost, _), score in zip(sides, scores, strict=True) if score >= threshold]
    base = lost / len(sides)
    hit_rate = sum(alarmed) / len(alarmed)
    spread = math.sqrt(base * (1 - base) / len(alarmed))
    prior, rows = _fit(sides)
    return Profile(
        lost=lost,
        kept=kept,
        prior=prior,
        features=tuple(rows),
        threshold=threshold,
        hit_rate=hit_rate,
        found=sum(alarmed) / lost,
        base=base,
        is_of_use=hit_rate > base + SURE * spread,
    )


def features(facts: Facts) -> frozenset[str]:
    """What of one verbatim the profile looks at.

    >>> sorted(features(Facts("…", emotion="anger", satisfaction=20)))
    ['emotion:anger', 'satisfaction:low']
    """
    found = {f"emotion:{facts.emotion}"}
    found |= {f"theme:{one}" for one in facts.themes}
    if facts.segment:
        found.add(f"segment:{facts.segment}")
    if facts.satisfaction is not None:
        found.add(f"satisfaction:{_level(facts.satisfaction, 40, 75)}")
    if facts.recommendation is not None:
        found.add(f"recommendation:{_level(facts.recommendation, 6.5, 8.5)}")
    return frozenset(found)


def last_said(texts: Sequence[tuple[int, T]]) -> list[T]:
    """Of a customer's texts with their days, oldest first, those by which the customer is judged.

    >>> last_said([(0, "long ago"), (300, "then"), (310, "now")])
    ['then', 'now']
    """
    return [one for day, one in texts[-LAST_SAID:] if day >= texts[-1][0] - NEAR_DAYS]


def _of_texts(said: Iterable[Facts]) -> frozenset[str]:
    return frozenset().union(*(features(one) for one in said))


def _fit(sides: Sequence[tuple[bool, frozenset[str]]]) -> tuple[float, list[Feature]]:
    lost = sum(is_lost for is_lost, _ in sides)
    kept = len(sides) - lost
    counts: dict[str, list[int]] = {}
    for is_lost, found in sides:
        for name in found:
            counts.setdefault(name, [0, 0])[0 if is_lost else 1] += 1
    rows = [
        Feature(name, of_lost, of_kept, _weight(of_lost, lost, of_kept, kept))
        for name, (of_lost, of_kept) in counts.items()
    ]
    rows.sort(key=lambda one: (-abs(one.weight), one.name))
    return math.log((lost + 1) / (kept + 1)), rows[:MOST_FEATURES]


def _weight(of_lost: int, lost: int, of_kept: int, kept: int) -> float:
    """Logarithm of the ratio of shares, drawn towards none where little is known."""
    everywhere = (of_lost + of_kept) / (lost + kept)
    share_lost = (of_lost + SMOOTHING * everywhere) / (lost + SMOOTHING)
    share_kept = (of_kept + SMOOTHING * everywhere) / (kept + SMOOTHING)
    return math.log(share_lost / share_kept)


def _likeness(prior: float, weights: Mapping[str, float], found: Iterable[str]) -> float:
    odds = prior + sum(weights.get(name, 0.0) for name in sorted(found))
    return 1 / (1 + math.exp(-max(-40.0, min(40.0, odds))))


def _level(value: float, low: float, high: float) -> str:
    return "low" if value < low else "middle" if value < high else "high"
