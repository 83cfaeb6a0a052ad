"""Relationship health: weights, expected frequency with its overrides, bands."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from relationship.health.rules import (
    WEIGHT_DEFAULT,
    WEIGHT_MAX,
    WEIGHT_MIN,
    Bands,
    Frequency,
    HealthRules,
    Weights,
)
from settings.rules.form import Form, refusal

# More overrides than this are no exceptions any more but another rule.
MOST_OVERRIDES = 5_000

Weight = Annotated[int, Field(ge=WEIGHT_MIN, le=WEIGHT_MAX, strict=True)]
FrequencyCode = Annotated[int, Field(ge=1, le=5, strict=True)]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Guid = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
RecordKey = Annotated[
    str, Field(pattern=r"^(opportunity|contact|lead|account):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
]


class WeightsForm(Form):
    email: Weight = WEIGHT_DEFAULT
    meeting: Weight = WEIGHT_DEFAULT
    call: Weight = WEIGHT_DEFAULT
    task: Weight = WEIGHT_DEFAULT


class BandsForm(Form):
    """The two limits; each maximum is the neighbour's minimum - 1 and is never given."""

    good: Annotated[int, Field(gt=0, le=100, strict=True)] = 60
    fair: Annotated[int, Field(gt=0, lt=100, strict=True)] = 40

    @model_validator(mode="after")
    def fair_lies_below_good(self) -> Self:
        if self.fair >= self.good:
            raise refusal("fair_not_below_good", "fair: the minimum of Fair lies below the minimum of Good")
        return self


class Overrides(Form):
    """Expected frequency where it differs. Precedence: record, then segment, then team, then everybody.

    teams     by GUID of the business unit that owns the record
    segments  by name of the account's segment, as the CRM shows it
    records   by 'kind:guid', as in 'opportunity:1c0f…'
    """

    teams: dict[Guid, FrequencyCode] = Field(default={}, max_length=MOST_OVERRIDES)
    segments: dict[Name, FrequencyCode] = Field(default={}, max_length=MOST_OVERRIDES)
    records: dict[RecordKey, FrequencyCode] = Field(default={}, max_length=MOST_OVERRIDES)


class HealthSection(Form):
    enabled: bool = Field(default=True, strict=True)
    weights: WeightsForm = WeightsForm()
    frequency: FrequencyCode = int(Frequency.WEEKLY)
    bands: BandsForm = BandsForm()
    overrides: Overrides = Overrides()

    def rules(self) -> HealthRules:
        return HealthRules(
            weights=Weights(**self.weights.model_dump()),
            frequency=Frequency(self.frequency),
            bands=Bands(good=self.bands.good, fair=self.bands.fair),
        )
