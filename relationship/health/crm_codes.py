"""A rating as the columns of the CRM hold it: three numbers. Pure.

The values are those of Dynamics 365's own lists of relationship health, so that views and flows made for these
read ours the same way.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple

from relationship.health.rules import Band
from relationship.health.states import State
from relationship.health.trend import Trend


class StateCode(IntEnum):
    GOOD = 0
    FAIR = 1
    POOR = 2
    NOT_ENOUGH_INFORMATION = 3
    NO_CLOSED_ACTIVITIES = 4
    BEING_COMPUTED = 5
    SOURCE_DEGRADED = 6
    NOTHING_IN_WINDOW = 7


class TrendCode(IntEnum):
    IMPROVING = 0
    STEADY = 1
    DECLINING = 2
    NOT_ENOUGH_INFORMATION = 3


OF_BAND: Mapping[Band, StateCode] = {Band.GOOD: StateCode.GOOD, Band.FAIR: StateCode.FAIR, Band.POOR: StateCode.POOR}
OF_STATE: Mapping[State, StateCode] = {
    State.NOT_ENOUGH_INFORMATION: StateCode.NOT_ENOUGH_INFORMATION,
    State.NO_CLOSED_ACTIVITY: StateCode.NO_CLOSED_ACTIVITIES,
    State.SOURCE_DEGRADED: StateCode.SOURCE_DEGRADED,
    State.NOTHING_IN_WINDOW: StateCode.NOTHING_IN_WINDOW,
}
OF_TREND: Mapping[Trend, TrendCode] = {
    Trend.IMPROVING: TrendCode.IMPROVING,
    Trend.STEADY: TrendCode.STEADY,
    Trend.DECLINING: TrendCode.DECLINING,
}


class Codes(NamedTuple):
    """score: 0 to 100; None leaves a column empty."""

    score: int | None
    state: int | None
    trend: int | None


def codes(state: State, *, score: int | None, band: Band | None, trend: Trend | None) -> Codes:
    """The numbers of one rating.

    A broken source comes before the band: the score is told with that warning, never as good or poor.

    >>> codes(State.RATED, score=71, band=Band.GOOD, trend=None)
    Codes(score=71, state=<StateCode.GOOD: 0>, trend=<TrendCode.NOT_ENOUGH_INFORMATION: 3>)
    """
    told = OF_BAND[band] if state is State.RATED and band else OF_STATE[state]
    return Codes(score, told, OF_TREND[trend] if trend else TrendCode.NOT_ENOUGH_INFORMATION)
