"""When a change is announced, and the cause that is named."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relationship.health.changes import (
    TREND_MINIMA,
    Announced,
    Cause,
    News,
    What,
    announced,
    announced_levels,
    cause_of,
    changed,
)
from relationship.health.contact_days import ContactDays
from relationship.health.rating import Ratings, rate
from relationship.health.rules import Bands, HealthRules
from relationship.health.score import NO_BAND
from relationship.health.trend import NO_TREND

GOOD, FAIR, POOR, NONE = 0, 1, 2, -1
IMPROVING, STEADY, DECLINING = 0, 1, 2
TODAY = 20_621
SCORES = st.integers(0, 100)


def band(previous: int, score: float, limits: tuple[int, int] = (60, 40)) -> int:
    return int(announced_levels(np.array([previous]), np.array([float(score)]), limits, within=(0, 100))[0])


def trend(previous: int, moved: float) -> int:
    return int(announced_levels(np.array([previous]), np.array([moved]), TREND_MINIMA, within=(-100, 100))[0])


# Limits 60 and 40: a change is announced from 62 and 42 upwards, from 58 and 38 downwards.
@pytest.mark.parametrize(
    ("previous", "score", "then"),
    [
        (GOOD, 60, GOOD),
        (GOOD, 59, GOOD),
        (GOOD, 58, FAIR),
        (GOOD, 39, FAIR),
        (GOOD, 38, POOR),
        (FAIR, 61, FAIR),
        (FAIR, 62, GOOD),
        (FAIR, 39, FAIR),
        (FAIR, 38, POOR),
        (POOR, 41, POOR),
        (POOR, 42, FAIR),
        (POOR, 61, FAIR),
        (POOR, 62, GOOD),
        (NONE, 59, FAIR),
    ],
)
def test_a_change_of_rating_is_announced_two_points_past_the_limit(previous, score, then):
    assert band(previous, score) == then


# Limits +5 and -5, so that a trend is announced from +7 and -7, and a steady one from +3 and -3 back.
@pytest.mark.parametrize(
    ("previous", "moved", "then"),
    [
        (STEADY, 6.9, STEADY),
        (STEADY, 7.0, IMPROVING),
        (IMPROVING, 3.1, IMPROVING),
        (IMPROVING, 3.0, STEADY),
        (IMPROVING, -6.0, STEADY),
        (IMPROVING, -7.0, DECLINING),
        (STEADY, -6.9, STEADY),
        (DECLINING, -3.1, DECLINING),
        (DECLINING, -3.0, STEADY),
        (NONE, 5.0, IMPROVING),
        (NONE, -5.1, DECLINING),
    ],
)
def test_a_change_of_trend_is_announced_two_points_past_the_limit(previous, moved, then):
    assert trend(previous, moved) == then


def test_limits_at_the_ends_of_the_scale_can_still_be_passed():
    assert band(FAIR, 100, (100, 1)) == GOOD
    assert band(FAIR, 0, (100, 1)) == POOR


@given(st.integers(6, 97), st.sampled_from([GOOD, FAIR]), st.lists(st.integers(-1, 1), min_size=1, max_size=20))
def test_a_score_that_dances_around_a_limit_announces_nothing(limit, first, steps):
    """Nearer to the ends of the scale than this, a limit can be passed by less than two points."""
    previous = first
    for step in steps:
        previous = band(previous, limit + step, (limit, 1))
        assert previous == first


@given(st.lists(SCORES, min_size=1, max_size=30))
def test_two_announced_changes_the_other_way_lie_four_points_apart(scores):
    previous, at = NONE, 0
    for score in scores:
        then = band(previous, score)
        if previous != NONE and then != previous:
            assert abs(score - (60 if {then, previous} == {GOOD, FAIR} else 40)) >= 2
        previous, at = then, score
    assert band(previous, at) == previous


@given(st.sampled_from([GOOD, FAIR, POOR]), SCORES)
def test_what_was_announced_stays_announced_while_the_score_stands(previous, score):
    then = band(previous, score)
    assert band(then, score) == then


@given(st.sampled_from([GOOD, FAIR, POOR]), SCORES, SCORES)
def test_a_higher_score_is_never_announced_as_a_lower_rating(previous, one, other):
    low, high = sorted((one, other))
    assert band(previous, high) <= band(previous, low)


@given(st.sampled_from([GOOD, FAIR, POOR]), SCORES)
def test_what_is_announced_is_never_further_off_than_two_points(previous, score):
    """The plain band of the score moved by two points up or down encloses what is announced."""
    plain = [int(band(NONE, min(max(score + past, 0), 100))) for past in (2, -2)]
    assert plain[0] <= band(previous, score) <= plain[1] or band(previous, score) == previous


def rated(days_ago: list[int], **flags: bool) -> Ratings:
    days = ContactDays.of_record([("call", TODAY - ago, 1, 1) for ago in days_ago])
    return rate(
        days,
        records=1,
        today=TODAY,
        created=np.array([TODAY - 300]),
        window_began=TODAY - 400,
        rules=HealthRules(),
        **{name: np.array([value]) for name, value in flags.items()},
    )


WEEKLY = list(range(0, 300, 7))
BEFORE = Announced(np.array([POOR]), np.array([DECLINING]))


def test_a_kept_rhythm_after_a_poor_rating_is_announced():
    found = announced(BEFORE, rated(WEEKLY), Bands())
    assert (found.band.tolist(), found.trend.tolist()) == ([GOOD], [STEADY])


@pytest.mark.parametrize("flag", ["closed", "degraded"])
def test_closed_records_and_broken_sources_announce_nothing(flag):
    found = announced(BEFORE, rated(WEEKLY, **{flag: True}), Bands())
    assert (found.band.tolist(), found.trend.tolist()) == ([POOR], [DECLINING])


def test_a_record_without_a_score_keeps_what_was_announced():
    found = announced(BEFORE, rated([]), Bands())
    assert (found.band.tolist(), found.trend.tolist()) == ([POOR], [DECLINING])


def test_a_first_rating_is_noted_and_is_no_change():
    nothing = Announced(np.array([NO_BAND]), np.array([NO_TREND]))
    found = announced(nothing, rated([3]), Bands())
    assert found.band.tolist() == [POOR]
    assert not changed(nothing.band, found.band).any()
    assert found.trend.tolist() == [NO_TREND]


@pytest.mark.parametrize(
    ("news", "what", "rose", "cause"),
    [
        (News(rules=True, lately=True, owner=True), What.RATING, True, Cause.RULES),
        (News(owner=True, gone=True), What.RATING, False, Cause.OWNER),
        (News(owner=True), What.RATING, False, Cause.SILENCE),  # its activities count as before
        (News(lately=True, earlier=True), What.RATING, True, Cause.ACTIVITY),
        (News(earlier=True), What.RATING, True, Cause.CORRECTION),
        (News(gone=True), What.RATING, False, Cause.CORRECTION),
        (News(lately=True), What.RATING, False, Cause.SILENCE),  # it came late and did not hold it
        (News(), What.RATING, False, Cause.SILENCE),
        (News(), What.RATING, True, Cause.CORRECTION),  # silence never raises: the read window moved
        (News(), What.TREND, True, Cause.SILENCE),  # a decline runs out
    ],
)
def test_a_change_names_one_cause(news, what, rose, cause):
    assert cause_of(news, what=what, rose=rose) == cause
