"""The published sums, by hand and by their laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from score_builders import NAN, facts, with_burden

from relationship.signals.catalogue import DETECTORS
from relationship.signals.scores import (
    GROUP_OF,
    RISKS,
    Group,
    Reason,
    Score,
    ScoreFacts,
    combined,
    in_whole_points,
    is_known,
    movement,
    scores,
)
from relationship.signals.signal import Family


def points(found: ScoreFacts, score: Score) -> dict[str, int]:
    one = scores(found)[score]
    return {name: int(value) for name, value in zip(one.reasons, one.points[:, 0], strict=True) if value}


def test_health_adds_up_as_the_documentation_says() -> None:
    # 68 % of the seats: +0.6 of 7; use down by 15 %: half of -8; engagement 72: +0.44 of 15; answers of 65: +0.3 of 12;
    # three years: +2/3 of 4; one won, none lost: +1/2 of 4; risks of 0.5 and 0.2 together 0.6: -18.
    found = facts(
        use_level=0.68,
        use_change=-0.15,
        engagement=72,
        satisfaction=65,
        years=3,
        won=1,
        burden={Group.USE_FALLS: 0.5, Group.RELATIONSHIP: 0.2},
    )
    exact = 50 + 4.2 - 4 + 6.6 + 3.6 + 4 * 2 / 3 + 2 - 18
    assert round(exact) == 47
    assert scores(found)[Score.HEALTH].value.tolist() == [47]
    assert points(found, Score.HEALTH) == {
        "start": 50,
        "use_level": 4,
        "use_change": -4,
        "engagement": 7,
        "satisfaction": 3,
        "tenure": 3,
        "outcomes": 2,
        "risks": -18,
    }


def test_churn_risk_adds_up_as_the_documentation_says() -> None:
    found = facts(use_change=-0.3, years=4, lost=1, burden={Group.RELATIONSHIP: 0.6, Group.CONTEXT: 0.5})
    # 15, signals 0.6 of 35, the whole 20 for a fall by 30 %, half of 20, -5 for four years, +2.5 for a lost deal.
    assert points(found, Score.CHURN) == {
        "start": 15, "signals": 21, "use_change": 20, "context": 10, "tenure": -5, "outcomes": 3,
    }  # fmt: skip
    assert scores(found)[Score.CHURN].value.tolist() == [64]


def test_upsell_adds_up_as_the_documentation_says() -> None:
    found = facts(use_level=0.8, use_change=0.15, burden={Group.NEEDS: 0.4, Group.BUDGET: 1.0})
    assert points(found, Score.UPSELL) == {"start": 10, "use_level": 10, "use_change": 5, "needs": 10, "budget": 15}


def test_what_nobody_told_is_neutral_and_is_not_called_told() -> None:
    one = scores(facts(engagement=50))[Score.HEALTH]
    told = dict(zip(one.reasons, one.measure[:, 0].tolist(), strict=True))
    assert one.value.tolist() == [50]
    assert np.isnan([told[name] for name in ("use_level", "use_change", "satisfaction", "outcomes")]).all()
    assert told["engagement"] == 0.0


def test_an_account_of_which_nothing_is_known_is_not_scored() -> None:
    assert is_known(facts(years=12, won=3)).tolist() == [False]
    assert is_known(facts(satisfaction=1)).tolist() == [True]
    assert is_known(facts(burden={Group.BUDGET: 0.1})).tolist() == [True]


def test_each_score_reaches_both_ends_of_its_scale() -> None:
    best = facts(use_level=1, use_change=1, engagement=100, satisfaction=100, years=9, won=10**9)
    worst = facts(
        use_level=0, use_change=-1, engagement=0, satisfaction=0, years=0, lost=9, burden=dict.fromkeys(RISKS, 1.0)
    )
    keen = facts(use_level=1, use_change=1, burden=dict.fromkeys(Group, 1.0))
    assert scores(best)[Score.HEALTH].value.tolist() == [100]
    assert scores(best)[Score.CHURN].value.tolist() == [0]
    assert scores(worst)[Score.HEALTH].value.tolist() == [0]
    assert scores(worst)[Score.CHURN].value[0] >= 95
    assert scores(keen)[Score.UPSELL].value.tolist() == [100]
    assert scores(facts(use_level=0, use_change=-1))[Score.UPSELL].value.tolist() == [0]


def test_every_named_signal_of_accounts_has_its_group() -> None:
    named = [f"H-R{number}" for number in range(1, 10)] + [f"H-O{number}" for number in range(1, 7)]
    assert set(named) <= set(GROUP_OF)


@pytest.mark.parametrize("detector", [name for name, one in DETECTORS.items() if one.family is not Family.PIPELINE])
def test_a_risk_counts_as_a_risk_and_an_opening_as_an_opening(detector: str) -> None:
    assert (GROUP_OF[detector] in RISKS) == (DETECTORS[detector].family is Family.RISK)


share = st.one_of(st.just(NAN), st.floats(0, 1))
hundred = st.one_of(st.just(NAN), st.floats(0, 100))
strength = st.floats(0, 1)


@st.composite
def any_facts(draw: st.DrawFn) -> ScoreFacts:
    return facts(
        use_level=draw(share),
        use_change=draw(st.one_of(st.just(NAN), st.floats(-1, 5))),
        engagement=draw(hundred),
        satisfaction=draw(hundred),
        years=draw(st.floats(0, 30)),
        won=float(draw(st.integers(0, 20))),
        lost=float(draw(st.integers(0, 20))),
        burden={group: draw(strength) for group in Group},
    )


@given(any_facts())
def test_points_add_up_to_the_score_which_stays_on_its_scale(found: ScoreFacts) -> None:
    for one in scores(found).values():
        assert one.points.sum(axis=0).tolist() == one.value.tolist()
        assert 0 <= one.value[0] <= 100
        untold = np.isnan(one.measure[:, 0]) & ~np.isin(one.reasons, ("start", "limits"))
        assert not one.points[untold].any()


@given(any_facts(), st.sampled_from(RISKS), strength)
def test_one_more_risk_never_lowers_the_risk_of_churn_nor_raises_health(
    found: ScoreFacts, group: Group, more: float
) -> None:
    worse = with_burden(found, group, 1 - (1 - found.burden[group]) * (1 - more))
    before, after = scores(found), scores(worse)
    assert after[Score.CHURN].value[0] >= before[Score.CHURN].value[0]
    assert after[Score.HEALTH].value[0] <= before[Score.HEALTH].value[0]


@given(st.lists(strength, max_size=6), strength)
def test_strengths_taken_together_never_fall_by_one_more_and_never_pass_one(found: list[float], more: float) -> None:
    zeros = np.zeros(len(found) + 1, dtype=np.int64)
    before = combined(zeros[1:], np.array(found), count=1)[0]
    after = combined(zeros, np.array([*found, more]), count=1)[0]
    assert before <= after <= 1


@given(st.lists(st.floats(-40, 60), min_size=1, max_size=9))
def test_whole_points_are_never_a_point_away_from_the_exact_ones(exact: list[float]) -> None:
    whole = in_whole_points(np.array(exact)[:, None])[:, 0]
    assert np.all(np.abs(whole - exact) < 1 + 1e-6)
    assert abs(whole.sum() - sum(exact)) <= 0.5 + 1e-6


def test_a_movement_names_the_reason_that_moved_most_in_its_direction() -> None:
    before = [Reason("start", 50, None), Reason("use_change", 2, 0.2), Reason("satisfaction", 3, 0.3)]
    now = [Reason("start", 50, None), Reason("use_change", -7, -0.9), Reason("satisfaction", 5, 0.5)]
    assert movement(before, now).points == -7
    assert (movement(before, now).cause, movement(before, now).cause_points) == ("use_change", -9)
    assert movement(now, before).cause == "use_change"
    assert movement(now, now).points == 0
