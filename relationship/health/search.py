"""The search for the weights and the frequency that separate best: coarse, then fine, then back.

Best on the data at hand is not best: the search ends at the setting nearest to the present one that is no
more than one standard error worse than the best it found.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from relationship.activities import KINDS
from relationship.health.contact_days import Bools, Floats, Ints
from relationship.health.rules import WEIGHT_MAX, WEIGHT_MIN, Frequency, HealthRules, Weights
from relationship.health.score import Standing, scores_under
from relationship.health.separation import Looks, Targets, lead

COARSE_WEIGHTS = (3, 6, 9)


@dataclass(frozen=True, slots=True)
class Setting:
    """What is suggested: four weights (3 .. 9) and an expected frequency."""

    weights: Weights
    frequency: Frequency

    @classmethod
    def of(cls, rules: HealthRules) -> "Setting":
        return cls(rules.weights, rules.frequency)

    def steps(self, other: "Setting") -> int:
        """How many steps of the sliders and of the list lie between two settings."""
        weights = sum(abs(self.weights.of(kind) - other.weights.of(kind)) for kind in KINDS)
        return weights + abs(self.frequency - other.frequency)


class Search:
    """Settings tried on some looks for several targets (choices of rows) at once; what was tried is kept."""

    def __init__(self, at: Standing, own: Ints, looks: Looks, chosen: Bools, rules: HealthRules) -> None:
        """own     shape (n,): the frequency of a record that has one of its own, whatever everybody's is; else 0
        chosen  shape (targets, n): the rows each target may learn from
        """
        self._at, self._own, self._looks, self._chosen, self._rules = at, own, looks, chosen, rules
        self._targets = Targets.of(looks, chosen)
        self._tried: dict[Setting, Floats] = {}
        self.present = Setting.of(rules)
        self._kinds = tuple(kind for number, kind in enumerate(KINDS) if at.any[:, number].any())

    @property
    def tried(self) -> int:
        """How many settings have been tried so far."""
        return len(self._tried)

    def settings(self) -> tuple[Setting, ...]:
        return tuple(self._tried)

    def points(self, setting: Setting) -> Ints:
        """The whole scores of all looks under a setting."""
        rules = replace(self._rules, weights=setting.weights, frequency=setting.frequency)
        frequency = np.where(self._own > 0, self._own, setting.frequency) if self._own.any() else None
        return scores_under(rules, self._at, frequency).score.astype(np.int64)

    def areas(self, setting: Setting) -> Floats:
        """How well a setting separates in each target; shape (targets,), nan where nothing can be compared."""
        if setting not in self._tried:
            self._tried[setting] = self._targets.areas(self.points(setting))
        return self._tried[setting]

    def coarse(self) -> list[Setting]:
        """Low, middle, high and present weights of the kinds that occur, with every frequency."""
        values = [
            sorted({*COARSE_WEIGHTS, self.present.weights.of(kind)})
            if kind in self._kinds
            else [self.present.weights.of(kind)]
            for kind in KINDS
        ]
        return [Setting(Weights(*weights), frequency) for frequency in Frequency for weights in product(*values)]

    def choice(self, target: int) -> Setting:
        """The setting for one target, from everything tried so far and its neighbourhood."""
        if np.isnan(self.areas(self.present)[target]):
            return self.present
        best = self._climbed(target)
        rows = np.flatnonzero(self._chosen[target])
        over = self.points(self.present)[rows]
        _, error = lead(self.points(best)[rows], over, self._looks.take(rows))
        return self._walked_back(best, target, least=float(self.areas(best)[target]) - error)

    def _climbed(self, target: int) -> Setting:
        best = max(self._tried, key=lambda setting: (self._tried[setting][target], -setting.steps(self.present)))
        while True:
            found = max(self._neighbours(best), key=lambda setting: self.areas(setting)[target])
            if self.areas(found)[target] <= self.areas(best)[target]:
                return best
            best = found

    def _walked_back(self, best: Setting, target: int, *, least: float) -> Setting:
        """As many steps towards the present as `least` allows, the cheapest first."""
        if self.areas(self.present)[target] >= least:
            return self.present
        while True:
            nearer = [step for step in self._neighbours(best) if step.steps(self.present) < best.steps(self.present)]
            if not nearer:
                return best
            found = max(nearer, key=lambda setting: self.areas(setting)[target])
            if self.areas(found)[target] < least:
                return best
            best = found

    def _neighbours(self, setting: Setting) -> Iterator[Setting]:
        for kind in self._kinds:
            for value in (setting.weights.of(kind) - 1, setting.weights.of(kind) + 1):
                if WEIGHT_MIN <= value <= WEIGHT_MAX:
                    yield Setting(replace(setting.weights, **{kind.value: value}), setting.frequency)
        for number in (setting.frequency - 1, setting.frequency + 1):
            if min(Frequency) <= number <= max(Frequency):
                yield Setting(setting.weights, Frequency(number))
