"""The score: the worked rows of the published design, the formula a second time, and its laws."""

from itertools import pairwise

import numpy as np
import pytest
from health_builders import (
    TODAY,
    ages,
    exact,
    from_them,
    from_us,
    histories,
    mutual,
    reference,
    row,
    rules,
    scores,
)
from hypothesis import given
from hypothesis import strategies as st

from relationship.activities import KINDS
from relationship.health.rules import Bands, Frequency, HealthRules, Weights
from relationship.health.score import BANDS, NO_BAND, NO_SCORE, band_codes, working_days

WEEKS = range(0, 730, 7)
OURS_AND_THEIRS = from_us([13, 6]) + from_them([12, 5])
NO_ROUNDING = 1e-9  # what a different order of floating-point additions may change


# Columns of the design's table; None where it gives no figure. Its V = O = I where it says "same".
@pytest.mark.parametrize(
    ("rows", "age", "chosen", "volume", "ours", "theirs", "par", "quiet", "score"),
    [
        (mutual(WEEKS), 730, {}, 12.8701, 12.8701, 12.8701, 11.7558, 0, 62.97),
        (mutual(range(7, 730, 7)), 730, {}, 11.8701, 11.8701, 11.8701, 11.7558, 7, 60.32),
        (mutual(range(14, 730, 7)), 730, {}, None, None, None, None, None, 40.47),
        (mutual(range(28, 730, 7)), 730, {}, None, None, None, None, None, 21.42),
        (mutual(range(56, 730, 7)), 730, {}, None, None, None, None, None, 8.14),
        (OURS_AND_THEIRS, 14, {}, 3.6080, 1.7936, 1.8144, 1.7730, 4.2, 71.44),
        (from_them([1]), 14, {}, 0.9885, 0, 0.9885, 1.7730, 1.4, 39.24),
        (from_us(range(30)), 30, {}, 25.5001, 25.5001, 0, 3.4774, 0, 41.48),
        (from_us(range(0, 365, 7), "task"), 365, {}, None, None, None, 11.6976, 0, 29.62),
        (mutual(range(0, 365, 7), "meeting"), 365, {}, None, None, None, 11.6976, 0, 62.69),
        (mutual(WEEKS), 730, {"weights": Weights(email=3)}, 6.4350, None, None, 11.7558, 0, 40.03),
        (mutual(WEEKS), 730, {"weights": Weights(email=9)}, 19.3051, None, None, 11.7558, 0, 75.08),
        (mutual(WEEKS), 730, {"frequency": Frequency.FORTNIGHTLY}, 12.8701, None, None, 5.6404, 0, 81.91),
        (mutual(WEEKS), 730, {"frequency": Frequency.DAILY}, 12.8701, None, None, 60.7274, 0, 13.78),
    ],
)
def test_every_worked_row_of_the_design_comes_out(rows, age, chosen, volume, ours, theirs, par, quiet, score):
    found = scores(rows, age=age, rules=HealthRules(**chosen))
    for value, expected, decimals in (
        (found.volume, volume, 4),
        (found.ours, ours, 4),
        (found.theirs, theirs, 4),
        (found.par, par, 4),
        (found.quiet, quiet, 4),
        (found.exact, score, 2),
    ):
        if expected is not None:
            assert round(float(value[0]), decimals) == expected
    assert int(found.score[0]) == round(score)


@given(histories, ages, rules)
def test_the_score_is_the_published_formula(rows, age, rules):
    assert exact(rows, age=age, rules=rules) == pytest.approx(reference(rows, age=age, rules=rules), abs=1e-8)


@given(histories, ages, st.integers(1, 500))
def test_a_short_read_window_counts_like_a_young_record(rows, age, window):
    found = exact(rows, age=age, window_began=TODAY - window)
    assert found == pytest.approx(reference(rows, age=age, window_began=TODAY - window), abs=1e-8)


@given(histories, row, ages, rules)
def test_one_more_activity_never_lowers_the_score(rows, another, age, rules):
    before = exact(rows, age=age, rules=rules)
    assert exact([*rows, another], age=age, rules=rules) >= before - NO_ROUNDING


@given(histories, ages, rules, st.sampled_from(KINDS), st.integers(3, 9))
def test_a_larger_weight_never_lowers_the_score(rows, age, rules, kind, weight):
    values = {other.value: rules.weights.of(other) for other in KINDS}
    values[kind.value] = max(weight, values[kind.value])
    larger = HealthRules(Weights(**values), rules.frequency)
    assert exact(rows, age=age, rules=larger) >= exact(rows, age=age, rules=rules) - NO_ROUNDING


@given(histories, ages, rules)
def test_a_longer_expected_interval_never_lowers_the_score(rows, age, rules):
    found = [exact(rows, age=age, rules=HealthRules(rules.weights, each)) for each in Frequency]
    assert all(longer >= shorter - NO_ROUNDING for shorter, longer in pairwise(found))


@given(histories, ages, rules, st.integers(0, 800))
def test_silence_never_raises_the_score(rows, age, rules, later):
    today = TODAY + later
    tomorrow = exact(rows, age=age, today=today + 1, rules=rules)
    assert tomorrow <= exact(rows, age=age, today=today, rules=rules) + NO_ROUNDING


@given(st.integers(26, 56), st.integers(0, 7))
def test_who_keeps_the_weekly_rhythm_both_ways_stands_at_60_to_63(weeks, since_last):
    age = since_last + 7 * weeks
    rhythm = mutual(range(since_last, age + 1, 7))
    assert 60 - NO_ROUNDING <= exact(rhythm, age=age) <= 63


@given(st.sets(st.integers(0, 700), min_size=1), ages, rules, st.booleans())
def test_writing_from_one_side_alone_never_reaches_60_nor_even_54(days, age, rules, ours):
    rows = from_us(days) if ours else from_them(days)
    assert exact(rows, age=age, rules=rules) < 54


def test_no_contact_day_gives_no_score():
    found = scores([], age=100)
    assert np.isnan(found.exact[0])
    assert found.score[0] == NO_SCORE


def test_activities_after_the_day_do_not_count():
    assert exact([*mutual([7]), ("email", TODAY + 1, 1, 1)], age=30) == exact(mutual([7]), age=30)


@given(st.integers(0, 40_000), st.integers(0, 3000))
def test_working_days_are_counted_as_numpy_counts_them(last, later):
    first, beyond = np.datetime64(last, "D") + 1, np.datetime64(last + later, "D") + 1
    assert working_days(last, last + later) == np.busday_count(first, beyond)


@given(st.integers(2, 100).flatmap(lambda good: st.tuples(st.just(good), st.integers(1, good - 1))))
def test_bands_share_out_all_scores_from_0_to_100(limits):
    bands = Bands(*limits)
    codes = band_codes(np.arange(101), bands)
    assert [BANDS[code] for code in codes] == [bands.of(score) for score in range(101)]
    assert [int((codes == code).sum()) for code in (0, 1, 2)] == [101 - bands.good, bands.good - bands.fair, bands.fair]


def test_no_score_is_in_no_band():
    assert band_codes(np.array([NO_SCORE]), Bands()).tolist() == [NO_BAND]
