"""From where on signals are raised, and which are switched off; what each threshold means: `signals.thresholds`."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from relationship.signals.catalogue import DETECTORS
from relationship.signals.thresholds import Thresholds
from settings.rules.form import Form, refusal


def _whole(least: int, most: int) -> Any:
    return Field(ge=least, le=most, strict=True)


Percent = Annotated[int, _whole(1, 100)]
Days = Annotated[int, _whole(1, 730)]
Count = Annotated[int, _whole(1, 50)]
Factor = Annotated[float, Field(ge=1.0, le=10.0)]


class Signals(Form):
    """The thresholds of all detectors. off: ids of detectors that are switched off, each once."""

    usage_fall_percent: Percent = 30
    usage_growth_percent: Annotated[int, _whole(1, 1000)] = 30
    usage_months: Annotated[int, _whole(1, 4)] = 2
    usage_stale_days: Days = 10
    login_silence_days: Days = 21
    login_weeks: Annotated[int, _whole(1, 12)] = 8
    seats_full_percent: Percent = 90
    seats_change_percent: Percent = 20
    premium_features: Count = 1
    silence_factor: Factor = 1.5
    silence_least_days: Days = 14
    silence_longest_days: Days = 365
    rhythm_contacts: Annotated[int, _whole(3, 50)] = 6
    replies_fall_percent: Percent = 40
    replies_factor: Factor = 2.0
    replies_least: Annotated[int, _whole(3, 50)] = 6
    cancelled_meetings: Count = 2
    cancelled_days: Days = 60
    cancelled_share_percent: Percent = 50
    participants_fall_percent: Percent = 40
    participants_least: Annotated[int, _whole(2, 50)] = 4
    champion_days: Count = 6
    champion_quiet_days: Days = 60
    decider_days: Days = 90
    contact_change_days: Days = 90
    event_days: Days = 180
    field_change_percent: Percent = 10
    voice_days: Days = 90
    angry_texts: Count = 2
    problem_texts: Count = 2
    move_days: Days = 90
    value_cut_percent: Percent = 30
    value_raise_percent: Annotated[int, _whole(1, 1000)] = 20
    deals_set_back: Count = 2
    set_back_days: Days = 60
    renewal_days: Days = 90
    deal_idle_days: Days = 30
    deal_stage_days: Days = 60
    deal_age_days: Annotated[int, _whole(1, 3650)] = 365
    deal_pushes: Count = 2
    deal_overdue_days: Days = 14
    probability_margin: Percent = 10
    ceiling_poor: Percent = 40
    ceiling_competitor: Percent = 40
    ceiling_pushed: Percent = 60
    ceiling_qualify: Percent = 15
    ceiling_develop: Percent = 40
    ceiling_weak: Percent = 20
    ceiling_propose: Percent = 70
    ceiling_close: Percent = 90
    champion_weak_days: Count = 2
    solid_days: Count = 8
    solid_window_days: Days = 60
    forward_days: Days = 15
    urgent_close_days: Days = 30
    urgent_factor: Factor = 2.0
    calm_percent: Annotated[int, _whole(0, 90)] = 33
    off: tuple[str, ...] = Field(default=(), max_length=len(DETECTORS))

    @model_validator(mode="after")
    def known_detectors(self) -> Self:
        if not set(self.off) <= DETECTORS.keys():
            raise refusal("detector_unknown", "ids of detectors that exist")
        if len(set(self.off)) < len(self.off):
            raise refusal("detector_twice", "each detector once")
        return self

    def thresholds(self) -> Thresholds:
        """The part that the room of signals computes with."""
        return Thresholds(**self.model_dump())


def bounds(name: str) -> tuple[float, float]:
    """The smallest and the largest value that a threshold may have."""
    found = Signals.model_json_schema()["properties"][name]
    return found["minimum"], found["maximum"]
