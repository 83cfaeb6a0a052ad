"""Customer health: thresholds of the three health fields, whose value wins, and what a list watches or celebrates."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from relationship.signals.health_fields import PRECEDENCE, HealthLimits
from settings.rules.form import Form, refusal

Threshold = Annotated[int, Field(ge=1, le=100, strict=True)]
HealthSource = Literal["typed", "imported", "crm", "computed"]


class CustomerHealth(Form):
    """healthy_from, at_risk_from   least score of "healthy" and of "at risk"; below it is escalated
    churn_below    the flag "at risk for churn" is set below this score
    precedence     every source once, the one that wins first
    watch_below, celebrate_from   scores of accounts to watch and to celebrate
    churn_model    number of the learnt model that gives the churn risk, None for the published rule
    """

    healthy_from: Threshold = 70
    at_risk_from: Threshold = 40
    churn_below: Threshold = 40
    precedence: tuple[HealthSource, HealthSource, HealthSource, HealthSource] = ("typed", "imported", "crm", "computed")
    watch_below: Threshold = 50
    celebrate_from: Threshold = 80
    churn_model: Annotated[int, Field(ge=1, strict=True)] | None = None

    @model_validator(mode="after")
    def thresholds_lie_apart(self) -> Self:
        if self.at_risk_from >= self.healthy_from:
            raise refusal("at_risk_not_below_healthy", "at_risk_from lies below healthy_from")
        if self.watch_below > self.celebrate_from:
            raise refusal("watch_above_celebrate", "watch_below lies at most at celebrate_from")
        return self

    @model_validator(mode="after")
    def every_source_once(self) -> Self:
        if sorted(self.precedence) != sorted(PRECEDENCE):
            raise refusal("source_not_once", "precedence names typed, imported, crm and computed once each")
        return self

    def limits(self) -> HealthLimits:
        return HealthLimits(self.healthy_from, self.at_risk_from, self.churn_below)
