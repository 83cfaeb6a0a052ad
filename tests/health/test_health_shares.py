"""Whom an account's relationship rests on: worked values by hand, and what holds for every history."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relationship.health.rules import Frequency, HealthRules, Weights
from relationship.health.shares import Parts, Share, Shares, Side, Standing, shares

TODAY = 20_621  # Wednesday 2026-06-17
EMAIL, MEETING = 0, 1


def parts(*rows: tuple[int, int, int, float]) -> Parts:
    """(person, kind, days ago, part)"""
    columns = list(zip(*rows, strict=True)) if rows else [(), (), (), ()]
    person, kind, ago = (np.array(column, dtype=np.int64) for column in columns[:3])
    return Parts(person, kind, TODAY - ago, np.array(columns[3], dtype=np.float64))


def side(last: int | None, from_them: int | None = None) -> Side:
    """Days ago."""
    return Side(None if last is None else TODAY - last, None if from_them is None else TODAY - from_them)


def found(rows: Parts, people: list[Side], *, score: int = 62, rules: HealthRules | None = None) -> Shares:
    return shares(rows, people, today=TODAY, score=score, rules=rules or HealthRules())


def test_a_meeting_with_two_people_is_half_of_each():
    """A mail with the first 60 days ago is worth ½; a meeting with both today is worth 1, half each: ½+½ to ½."""
    rows = parts((0, EMAIL, 60, 1.0), (0, MEETING, 0, 0.5), (1, MEETING, 0, 0.5))
    both = found(rows, [side(0, 0), side(0, 0)], score=61)
    assert [(one.volume, one.percent, one.points) for one in both.people] == [(1.0, 67, 41), (0.5, 33, 20)]
    assert both.nobody == Share(0.0, 0, 0, None)


def test_what_nobody_of_them_was_on_stays_with_nobody():
    rows = parts((0, EMAIL, 0, 0.5), (1, EMAIL, 0, 0.5))
    one = found(rows, [side(0, 0)], score=63)
    assert (one.people[0].percent, one.nobody.percent) == (50, 50)
    assert (one.people[0].points, one.nobody.points) == (32, 31)  # the first of equal remainders is rounded up


def test_a_heavier_kind_weighs_more():
    """E-mail 3 and meeting 9 of 6: a mail is worth ½, a meeting 1½."""
    rows = parts((0, EMAIL, 0, 1.0), (1, MEETING, 0, 1.0))
    heavy = found(rows, [side(0, 0), side(0, 0)], rules=HealthRules(weights=Weights(email=3, meeting=9)))
    assert [one.percent for one in heavy.people] == [25, 75]


@pytest.mark.parametrize(
    ("person", "own_days_ago", "standing"),
    [
        (side(0, 0), 0, Standing.CARRIES),
        (side(40, 40), 40, Standing.CARRIED),
        (side(0), 0, Standing.UNANSWERED),  # everything is from us
        (side(0, 60), 0, Standing.UNANSWERED),  # they have not answered for long
        (side(None), None, Standing.NEVER),
    ],
)
def test_whoever_has_half_of_it_carries_it_or_has_carried_it(person, own_days_ago, standing):
    rows = parts() if own_days_ago is None else parts((0, EMAIL, own_days_ago, 1.0))
    assert found(rows, [person]).people[0].standing == standing


@pytest.mark.parametrize(
    ("ago", "frequency", "standing"),
    [
        # Ten working days are 14 days of silence: twice a week, not more. Wednesday to Wednesday a fortnight later.
        (14, Frequency.WEEKLY, Standing.ALIVE),
        (15, Frequency.WEEKLY, Standing.SILENT),
        (15, Frequency.FORTNIGHTLY, Standing.ALIVE),
        (90, Frequency.MONTHLY, Standing.SILENT),
    ],
)
def test_silence_begins_after_two_expected_intervals(ago, frequency, standing):
    rows = parts((0, EMAIL, ago, 0.25), (1, EMAIL, ago, 0.75))
    people = [side(ago, ago), side(0, 0)]
    assert found(rows, people, rules=HealthRules(frequency=frequency)).people[0].standing == standing


def test_only_the_living_are_counted():
    rows = parts((0, EMAIL, 0, 1.0), (1, EMAIL, 40, 1.0), (2, EMAIL, 1, 0.5))
    everybody = found(rows, [side(0, 0), side(40, 40), side(1), side(None)])
    assert everybody.alive == 2


def test_without_contact_nobody_has_a_share():
    nothing = found(parts(), [side(None)], score=0)
    assert (nothing.people[0].percent, nothing.nobody.percent, nothing.alive) == (0, 0, 0)


histories = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 800), st.floats(0.01, 1)), min_size=1, max_size=40
)


@given(histories, st.integers(0, 100))
def test_the_shares_add_up_to_the_whole(rows, score):
    people = [side(3, 3)] * 4
    everybody = found(parts(*rows), people, score=score)
    lines = [*everybody.people, everybody.nobody]
    worth = sum(part * 0.5 ** (ago / 60) for _, _, ago, part in rows)
    assert sum(one.volume for one in lines) == pytest.approx(worth)
    assert sum(one.percent for one in lines) == 100
    assert sum(one.points for one in lines) == score
    for one in lines:
        assert abs(one.percent - 100 * one.volume / worth) < 1
        assert abs(one.points - score * one.volume / worth) < 1


@given(histories, st.integers(0, 3))
def test_one_more_activity_never_makes_a_share_smaller(rows, person):
    more = [*rows, (person, EMAIL, 0, 1.0)]
    people = [side(3, 3)] * 4
    before, after = (found(parts(*some), people).people[person].percent for some in (rows, more))
    assert after >= before - 1  # rounding gives the last point to others


@given(histories)
def test_the_order_of_activities_is_irrelevant(rows):
    people = [side(3, 3)] * 4
    forth, back = (found(parts(*some), people) for some in (rows, rows[::-1]))
    assert [one.volume for one in forth.people] == pytest.approx([one.volume for one in back.people])
