"""The day the rating falls, checked day by day, and the smallest act that lifts it."""

import numpy as np
import pytest
from health_builders import TODAY, WINDOW_BEGAN, ages, from_them, from_us, histories, mutual, reference, rules, scores
from hypothesis import given

from relationship.activities import Kind
from relationship.health.contact_days import NO_DAY, ContactDays
from relationship.health.forecast import falls, smallest_act
from relationship.health.rules import Band, Bands, HealthRules
from relationship.health.score import BANDS
from relationship.health.sums import day_sums

DEFAULTS = HealthRules()


def fall(rows, *, age, rules=DEFAULTS):
    sums = day_sums(ContactDays.of_record(rows), records=1, until=TODAY)
    created = np.array([TODAY - age])
    day, band = falls(sums, today=TODAY, created=created, window_began=WINDOW_BEGAN, rules=rules)
    return (None, None) if day[0] == NO_DAY else (int(day[0]), BANDS[band[0]])


def lift(rows, *, age, rules=DEFAULTS):
    days = ContactDays.of_record(rows)
    return smallest_act(days, today=TODAY, created=TODAY - age, window_began=WINDOW_BEGAN, rules=rules)


def walk(rows, *, age, rules):
    """The first later day in a lower band, one day after the other."""
    now = rules.bands.of(int(scores(rows, age=age, rules=rules).score[0]))
    if now == Band.POOR:
        return None, None
    for day in range(TODAY + 1, TODAY + 3654):
        then = rules.bands.of(int(scores(rows, age=age, today=day, rules=rules).score[0]))
        if BANDS.index(then) > BANDS.index(now):
            return day, then
    return None, None


@given(histories, ages, rules)
def test_the_forecast_day_is_the_first_one_in_a_lower_band(rows, age, rules):
    assert fall(rows, age=age, rules=rules) == walk(rows, age=age, rules=rules)


def test_a_weekly_rhythm_falls_on_the_day_after_the_next_one_was_due():
    # Contact on Wednesday 17 June: due on Wednesday 24; on Thursday 25 it is one working day late.
    day, band = fall(mutual(range(0, 730, 7)), age=730)
    assert (day, band) == (TODAY + 8, Band.FAIR)
    assert reference(mutual(range(0, 730, 7)), age=730, today=TODAY + 7) > 59.5
    assert reference(mutual(range(0, 730, 7)), age=730, today=TODAY + 8) < 59.5


def test_a_poor_rating_cannot_fall():
    assert fall(mutual([90]), age=300) == (None, None)


def test_without_contact_days_nothing_can_fall():
    assert fall([], age=300) == (None, None)


def test_a_rating_may_fall_by_two_bands_at_once():
    narrow = HealthRules(bands=Bands(good=60, fair=58))
    assert fall(mutual(range(0, 730, 7)), age=730, rules=narrow)[1] == Band.POOR


@given(histories, ages, rules)
def test_every_act_leads_to_the_score_of_the_history_with_that_act(rows, age, rules):
    theirs = {Kind.EMAIL: 0, Kind.TASK: 0, Kind.CALL: 1, Kind.MEETING: 1}
    found = lift(rows, age=age, rules=rules)
    assert [act.kind for act in found.outcomes] == [Kind.EMAIL, Kind.TASK, Kind.CALL, Kind.MEETING]
    for act in found.outcomes:
        more = [*rows, (act.kind.value, TODAY, 1, theirs[act.kind])]
        assert act.exact == pytest.approx(reference(more, age=age, rules=rules), abs=1e-8)


@given(histories, ages, rules)
def test_the_smallest_act_is_the_first_that_reaches_the_next_band(rows, age, rules):
    found = lift(rows, age=age, rules=rules)
    now = rules.bands.of(int(scores(rows, age=age, rules=rules).score[0]))
    if now == Band.GOOD:
        assert (found.target, found.smallest) == (None, None)
        return
    minimum = rules.bands.good if now == Band.FAIR else rules.bands.fair
    enough = [act for act in found.outcomes if act.score >= minimum]
    assert rules.bands.of(minimum) == found.target
    assert found.smallest == (enough[0] if enough else None)


def test_an_answer_to_their_mail_may_be_enough():
    assert lift(from_them([3, 8]), age=30).smallest.kind == Kind.EMAIL


def test_another_mail_without_an_answer_is_not_enough_but_a_call_may_be():
    found = lift(from_us([2, 4, 6, 8, 10, 12]), age=20)
    assert found.smallest.kind == Kind.CALL


def test_after_a_long_silence_no_single_act_is_enough():
    found = lift(mutual([200]), age=365)
    assert found.target == Band.FAIR
    assert found.smallest is None


def test_a_second_mail_of_the_day_changes_nothing():
    rows = mutual([0, 7, 14])
    assert lift(rows, age=60).outcomes[0].score == scores(rows, age=60).score[0]


def test_without_contact_days_no_act_is_proposed():
    assert lift([], age=30) is None
