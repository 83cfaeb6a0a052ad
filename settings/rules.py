"""The organisation's rules: the one record, its validation and its JSON form.

Everyone else receives the value as an argument. Stored as a JSON body in the database, one row per
version (`relationship/store/rules.py`).
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from relationship.health.rules import (
    WEIGHT_DEFAULT,
    WEIGHT_MAX,
    WEIGHT_MIN,
    Bands,
    Frequency,
    HealthRules,
    Weights,
)

Weight = Annotated[int, Field(ge=WEIGHT_MIN, le=WEIGHT_MAX, strict=True)]


class WeightsForm(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    email: Weight = WEIGHT_DEFAULT
    meeting: Weight = WEIGHT_DEFAULT
    call: Weight = WEIGHT_DEFAULT
    task: Weight = WEIGHT_DEFAULT


class BandsForm(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    good: Annotated[int, Field(gt=0, le=100, strict=True)] = 60
    fair: Annotated[int, Field(gt=0, lt=100, strict=True)] = 40

    @model_validator(mode="after")
    def fair_lies_below_good(self) -> "BandsForm":
        if self.fair >= self.good:
            raise ValueError("fair: the minimum of Fair lies below the minimum of Good")
        return self


class Rules(BaseModel):
    """All rules of one organisation. `extra="forbid"`: an unknown key is a mistake, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    weights: WeightsForm = WeightsForm()
    frequency: Annotated[int, Field(ge=1, le=5, strict=True)] = int(Frequency.WEEKLY)
    bands: BandsForm = BandsForm()

    def health(self) -> HealthRules:
        """The part that the health room computes with."""
        return HealthRules(
            weights=Weights(**self.weights.model_dump()),
            frequency=Frequency(self.frequency),
            bands=Bands(good=self.bands.good, fair=self.bands.fair),
        )
