"""The rules of relationship health: weights, expected frequency and bands. Plain frozen values.

Defaults: every weight 6, once a week, good from 60 and fair from 40 (as sales people know them from
their CRM). Out-of-range values raise ValueError with the name of the field first in the message.
"""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from relationship.activities import KINDS, Kind

WEIGHT_MIN, WEIGHT_MAX, WEIGHT_DEFAULT = 3, 9, 6


class Frequency(IntEnum):
    """Expected contact frequency, numbered as in Dynamics 365."""

    DAILY = 1
    EVERY_FEW_DAYS = 2
    WEEKLY = 3
    FORTNIGHTLY = 4
    MONTHLY = 5

    @property
    def days(self) -> float:
        """Expected days between two contacts; "once a day" means a working day, 7/5 of a day."""
        return {1: 1.4, 2: 3.0, 3: 7.0, 4: 14.0, 5: 30.0}[self.value]


class Band(StrEnum):
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


@dataclass(frozen=True, slots=True)
class Weights:
    email: int = WEIGHT_DEFAULT
    meeting: int = WEIGHT_DEFAULT
    call: int = WEIGHT_DEFAULT
    task: int = WEIGHT_DEFAULT

    def __post_init__(self) -> None:
        for kind in KINDS:
            value = self.of(kind)
            if type(value) is not int or not WEIGHT_MIN <= value <= WEIGHT_MAX:
                raise ValueError(f"{kind}: a weight is a whole number from {WEIGHT_MIN} to {WEIGHT_MAX}")

    def of(self, kind: Kind) -> int:
        return int(getattr(self, kind.value))


@dataclass(frozen=True, slots=True)
class Bands:
    """Two numbers; each maximum is the neighbour's minimum - 1. 0 < fair < good <= 100."""

    good: int = 60
    fair: int = 40

    def __post_init__(self) -> None:
        if type(self.good) is not int or not 0 < self.good <= 100:
            raise ValueError("good: the minimum of Good is a whole number from 1 to 100")
        if type(self.fair) is not int or not 0 < self.fair < self.good:
            raise ValueError("fair: the minimum of Fair lies above 0 and below the minimum of Good")

    def of(self, score: int) -> Band:
        return Band.GOOD if score >= self.good else Band.FAIR if score >= self.fair else Band.POOR


@dataclass(frozen=True, slots=True)
class HealthRules:
    weights: Weights = field(default_factory=Weights)
    frequency: Frequency = Frequency.WEEKLY
    bands: Bands = field(default_factory=Bands)
