"""States, marks and the whole rating of many records at once."""

import numpy as np
import pytest
from health_builders import TODAY, WINDOW_BEGAN, histories, mutual, scores, together
from hypothesis import given
from hypothesis import strategies as st

from relationship.health import rating as rating_module
from relationship.health.contact_days import ContactDays
from relationship.health.rating import Rating, Ratings, rate
from relationship.health.rules import Band, HealthRules
from relationship.health.states import State
from relationship.health.trend import Trend

DEFAULTS = HealthRules()
RHYTHM = mutual(range(0, 365, 7))


def rated(rows, *, age=365, today=TODAY, **flags) -> Rating:
    return rate(
        ContactDays.of_record(rows),
        records=1,
        today=today,
        created=np.array([TODAY - age]),
        window_began=WINDOW_BEGAN,
        rules=DEFAULTS,
        **{name: np.array([value]) for name, value in flags.items()},
    ).rows()[0]


def test_a_kept_rhythm_is_rated_good_steady_and_falls_when_it_stops():
    found = rated(RHYTHM)
    assert found.state == State.RATED
    assert (found.score, found.band, found.trend) == (63, Band.GOOD, Trend.STEADY)
    assert (found.falls_on, found.falls_to) == (TODAY + 8, Band.FAIR)
    assert (found.as_of, found.last_day) == (TODAY, TODAY)
    assert not found.recent
    assert not found.closed


@pytest.mark.parametrize(
    ("rows", "age", "flags", "state", "has_score"),
    [
        ([], 100, {}, State.NOT_ENOUGH_INFORMATION, False),
        ([], 100, {"has_planned": True}, State.NO_CLOSED_ACTIVITY, False),
        ([], 400, {}, State.NOT_ENOUGH_INFORMATION, False),
        ([], 401, {}, State.NOTHING_IN_WINDOW, False),
        ([], 500, {"has_planned": True}, State.NO_CLOSED_ACTIVITY, False),
        (mutual([450]), 500, {}, State.NOTHING_IN_WINDOW, False),
        (mutual([450]), 500, {"has_planned": True}, State.NOTHING_IN_WINDOW, False),
        (mutual([400]), 500, {}, State.RATED, True),
        (RHYTHM, 365, {"has_planned": True}, State.RATED, True),
        (RHYTHM, 365, {"degraded": True}, State.SOURCE_DEGRADED, True),
        ([], 100, {"degraded": True, "has_planned": True}, State.SOURCE_DEGRADED, False),
        (mutual([450]), 500, {"degraded": True}, State.SOURCE_DEGRADED, False),
        ([("email", TODAY + 1, 1, 1)], 100, {}, State.NOT_ENOUGH_INFORMATION, False),
    ],
)
def test_a_state_stands_beside_the_score_or_instead_of_it(rows, age, flags, state, has_score):
    found = rated(rows, age=age, **flags)
    assert found.state == state
    assert [value is not None for value in (found.score, found.exact, found.band)] == [has_score] * 3


def test_a_broken_source_is_never_shown_as_gone_quiet():
    silent = mutual(range(30, 365, 7))
    assert rated(silent).trend == Trend.DECLINING
    broken = rated(silent, degraded=True)
    assert broken.score == rated(silent).score
    assert (broken.trend, broken.trend_points, broken.falls_on, broken.falls_to) == (None, None, None, None)


def test_a_closed_record_keeps_its_score_of_the_day_it_was_closed():
    closed = rated(mutual(range(100, 365, 7)), today=TODAY - 100, closed=True)
    assert closed.closed
    assert closed.state == State.RATED
    assert closed.as_of == TODAY - 100
    assert closed.score == scores(mutual(range(100, 365, 7)), age=365, today=TODAY - 100).score[0]
    assert (closed.falls_on, closed.falls_to) == (None, None)


@pytest.mark.parametrize(
    ("rows", "age", "recent"),
    [
        (mutual([1, 2]), 100, True),
        (mutual([1, 2]) + mutual([2], "call"), 100, True),
        (mutual([1, 2, 3]), 100, False),
        (mutual([1, 2, 3]), 13, True),
        (mutual([1, 2, 3]), 14, False),
        ([], 5, False),
    ],
)
def test_few_contact_days_or_a_young_record_make_a_score_provisional(rows, age, recent):
    assert rated(rows, age=age).recent == recent


records = st.lists(
    st.tuples(histories | st.just([]), st.integers(0, 600), st.booleans(), st.booleans(), st.booleans()),
    min_size=1,
    max_size=7,
)


@given(records)
def test_many_records_at_once_are_rated_exactly_as_each_one_alone(records):
    columns = list(zip(*records, strict=True))
    created = TODAY - np.array(columns[1])
    today = TODAY - np.where(columns[2], 50, 0)
    rest = {"window_began": WINDOW_BEGAN, "rules": DEFAULTS}
    whole = rate(
        together(columns[0]),
        records=len(records),
        today=today,
        created=created,
        closed=np.array(columns[2]),
        degraded=np.array(columns[3]),
        has_planned=np.array(columns[4]),
        **rest,
    ).rows()
    for index, (rows, age, closed, degraded, planned) in enumerate(records):
        flags = {"closed": closed, "degraded": degraded, "has_planned": planned}
        assert whole[index] == rated(rows, age=age, today=int(today[index]), **flags)


def test_the_number_of_records_rated_at_a_time_changes_nothing(monkeypatch):
    random = np.random.default_rng(3)
    history = [mutual(random.integers(0, 500, size)) for size in random.integers(0, 30, 50)]
    created = TODAY - random.integers(0, 600, 50)

    def rows() -> list[Rating]:
        rest = {"created": created, "window_began": WINDOW_BEGAN, "rules": DEFAULTS}
        return rate(together(history), records=50, today=TODAY, **rest).rows()

    whole = rows()
    monkeypatch.setattr(rating_module, "CHUNK_RECORDS", 7)
    assert rows() == whole


def test_no_records_give_no_ratings():
    empty = ContactDays.of_record([])
    found = rate(empty, records=0, today=TODAY, created=np.array([], dtype=int), window_began=0, rules=DEFAULTS)
    assert isinstance(found, Ratings)
    assert found.rows() == []
