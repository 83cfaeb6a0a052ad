"""The numbers of the columns in the CRM are those of Dynamics 365's own lists (docs/add-in.md)."""

import pytest

from relationship.health.crm_codes import codes
from relationship.health.rules import Band
from relationship.health.states import State
from relationship.health.trend import Trend


@pytest.mark.parametrize(
    ("state", "band", "told"),
    [
        (State.RATED, Band.GOOD, 0),
        (State.RATED, Band.FAIR, 1),
        (State.RATED, Band.POOR, 2),
        (State.NOT_ENOUGH_INFORMATION, None, 3),
        (State.NO_CLOSED_ACTIVITY, None, 4),
        (State.SOURCE_DEGRADED, Band.GOOD, 6),
        (State.NOTHING_IN_WINDOW, None, 7),
    ],
)
def test_every_state_has_its_number(state: State, band: Band | None, told: int):
    assert codes(state, score=50 if band else None, band=band, trend=None).state == told


@pytest.mark.parametrize(("trend", "told"), [(Trend.IMPROVING, 0), (Trend.STEADY, 1), (Trend.DECLINING, 2), (None, 3)])
def test_every_trend_has_its_number(trend: Trend | None, told: int):
    assert codes(State.RATED, score=50, band=Band.FAIR, trend=trend).trend == told


def test_a_score_with_a_broken_source_is_told_with_that_warning():
    assert tuple(codes(State.SOURCE_DEGRADED, score=71, band=Band.GOOD, trend=Trend.STEADY)) == (71, 6, 1)
