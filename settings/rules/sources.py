"""What is read, how far back, how long it is kept, and since when that was agreed with the staff's representatives."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from settings.rules.exclusions import Key
from settings.rules.form import Form, refusal

Days = Annotated[int, Field(ge=1, le=36_500, strict=True)]


class Sources(Form):
    """Nothing is read before both the scope and the date of the consultation are set.

    everyone       every mailbox of the directory; else those of the members of `groups` (directory group ids)
    consulted_on   date of the works council's consultation
    read_window_days, retain_days, retain_days_aggregates  None: as the environment says
    """

    everyone: bool = Field(default=False, strict=True)
    groups: tuple[Key, ...] = Field(default=(), max_length=200)
    consulted_on: date | None = None
    read_window_days: Days | None = None
    retain_days: Days | None = None
    retain_days_aggregates: Days | None = None

    @model_validator(mode="after")
    def aggregates_last_longer(self) -> Self:
        shorter, longer = self.retain_days, self.retain_days_aggregates
        if shorter is not None and longer is not None and longer < shorter:
            raise refusal("aggregates_below_retention", "contact days are kept at least as long as activities")
        return self

    @property
    def may_read(self) -> bool:
        return self.consulted_on is not None and (self.everyone or bool(self.groups))
