"""The weekly curve and the trend."""

from dataclasses import replace

import numpy as np
import pytest
from health_builders import TODAY, WINDOW_BEGAN, exact, histories, mutual, reference, rules
from hypothesis import given
from hypothesis import strategies as st

from relationship.health.contact_days import ContactDays
from relationship.health.rules import HealthRules
from relationship.health.score import exact_scores
from relationship.health.sums import day_sums
from relationship.health.trend import (
    CURVE_WEEKS,
    TRENDS,
    Trend,
    WeeklyScores,
    curve,
    trends,
    weekly_scores,
)

DEFAULTS = HealthRules()


def points(rows, *, age, today=TODAY, window_began=WINDOW_BEGAN, rules=DEFAULTS):
    days = ContactDays.of_record(rows)
    return curve(days, today=today, created=TODAY - age, window_began=window_began, rules=rules)


def trend(rows, *, age):
    weekly = weekly_scores(
        ContactDays.of_record(rows),
        records=1,
        today=TODAY,
        created=np.array([TODAY - age]),
        window_began=WINDOW_BEGAN,
        rules=DEFAULTS,
        weeks=8,
    )
    code, moved = trends(weekly)
    return (None if code[0] < 0 else TRENDS[code[0]]), float(moved[0])


def test_the_curve_reaches_back_52_weeks_and_ends_today():
    found = points(mutual(range(0, 730, 7)), age=730)
    assert [point.day for point in found] == list(range(TODAY - 364, TODAY + 1, 7))
    assert len(found) == CURVE_WEEKS + 1


@given(histories, st.integers(30, 900), rules)
def test_each_point_of_the_curve_is_the_score_of_that_day(rows, age, rules):
    for point in points(rows, age=age, rules=rules):
        then = {"age": age, "today": point.day, "rules": rules}
        assert point.exact == pytest.approx(reference(rows, **then), abs=1e-8)
        assert point.band == rules.bands.of(point.score)


def test_the_curve_begins_with_the_record_though_contacts_came_before():
    assert points(mutual([60, 50, 5]), age=20)[0].day == TODAY - 14


def test_the_curve_begins_with_the_first_contact_day_though_the_record_is_older():
    assert points(mutual([20, 5]), age=300)[0].day == TODAY - 14


def test_the_curve_begins_with_the_read_window():
    assert points(mutual(range(0, 200, 7)), age=200, window_began=TODAY - 15)[0].day == TODAY - 14


def test_without_contact_days_there_is_no_curve():
    assert points([], age=100) == ()


def test_a_kept_rhythm_is_steady():
    assert trend(mutual(range(0, 365, 7)), age=365)[0] == Trend.STEADY


def test_a_silence_of_three_weeks_is_declining():
    assert trend(mutual(range(21, 365, 7)), age=365)[0] == Trend.DECLINING


def test_a_rhythm_taken_up_four_weeks_ago_is_improving():
    assert trend(mutual([*range(0, 28, 7), *range(90, 365, 7)]), age=365)[0] == Trend.IMPROVING


def test_the_trend_is_the_mean_of_four_weeks_minus_the_mean_of_the_four_before():
    rows = mutual([1, 9, 30, 33, 47, 60, 61])
    weekly = [reference(rows, age=200, today=TODAY - 7 * week) for week in range(8)]
    assert trend(rows, age=200)[1] == pytest.approx(sum(weekly[:4]) / 4 - sum(weekly[4:]) / 4)


@pytest.mark.parametrize(
    ("moved", "named"),
    [(5.0, Trend.IMPROVING), (4.9, Trend.STEADY), (-4.9, Trend.STEADY), (-5.0, Trend.DECLINING)],
)
def test_a_move_of_five_points_is_a_trend(moved, named):
    present = np.ones((8, 1), dtype=bool)
    nothing = day_sums(ContactDays.of_record([]), records=1, until=TODAY)
    scores = exact_scores(nothing, today=TODAY, created=TODAY, window_began=WINDOW_BEGAN, rules=DEFAULTS)
    made_up = replace(scores, exact=np.array([[50.0]] * 4 + [[50.0 + moved]] * 4))
    codes, _ = trends(WeeklyScores(np.full((8, 1), TODAY), made_up, present))
    assert TRENDS[codes[0]] == named


@pytest.mark.parametrize(("first", "known"), [(34, False), (35, True)])
def test_a_trend_needs_five_weeks_of_history(first, known):
    assert (trend(mutual([first, 1]), age=300)[0] is not None) == known
    assert (trend(mutual([300, 1]), age=first)[0] is not None) == known


def test_a_curve_ends_with_the_score_of_today():
    rows = mutual([2, 15, 40, 41, 90])
    assert points(rows, age=200)[-1].exact == pytest.approx(exact(rows, age=200), abs=1e-9)
