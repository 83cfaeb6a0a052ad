"""Ties: the formula by hand, its laws, and what a flood of one-sided mail can reach."""

import random

import numpy as np
import pytest
from graph_builders import TODAY, close_of, days_of, mails, meetings, sums_of
from hypothesis import given
from hypothesis import strategies as st

from relationship.activities import KINDS, Kind
from relationship.graph.ties import TieWord, closeness, kinds_of, strength, tie_sums, word

ANN, BEN, EVE = 4, 7, 9
NO_ROUNDING = 1e-12  # what a different order of floating-point additions may change

shared = st.tuples(
    st.just(ANN),
    st.just(BEN),
    st.sampled_from([kind.value for kind in KINDS]),
    st.integers(0, 800),
    st.integers(2, 21),
    st.booleans(),
    st.booleans(),
).filter(lambda row: row[5] or row[6])
histories = st.lists(shared, min_size=1, max_size=30)


# By hand: u from Ann, v from Ben, c = min + 0.1·|u - v|.
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (mails(ANN, BEN, [0]), 0.1),  # u = 1, v = 0
        (mails(ANN, BEN, [90]), 0.05),  # half after 90 days
        (mails(ANN, BEN, [0]) + mails(BEN, ANN, [0]), 1.0),  # u = v = 1
        (mails(ANN, BEN, [0, 90]) + mails(BEN, ANN, [90]), 0.6),  # u = 1.5, v = 0.5
        (mails(ANN, BEN, [0], people=5), 0.025),  # one of four recipients
        (meetings(ANN, BEN, [0], people=5), 0.25),  # 1/4 both ways
        (meetings(ANN, BEN, [0, 90, 180]), 1.75),
        (mails(ANN, BEN, [0, 0, 0]), 0.1),  # three mails of one day count once
        (mails(ANN, BEN, [0], people=9) + mails(ANN, BEN, [0]), 0.1),  # the largest share of the day
        (mails(ANN, BEN, [0]) + meetings(ANN, BEN, [0]), 1.1),  # u = 2, v = 1: a day counts once for each kind
        (mails(ANN, BEN, [0], people=3) + mails(BEN, ANN, [0]), 0.55),  # each direction by itself: u = 0.5, v = 1
        ([(ANN, BEN, "call", 0, 2, False, True)], 0.1),  # a call of Ben that Ann did not answer
        ([(ANN, BEN, "task", 0, 2, True, False)], 0.1),  # a task that Ann completed
    ],
)
def test_the_closeness_is_what_a_calculation_by_hand_gives(rows, expected):
    assert close_of(rows) == pytest.approx(expected, abs=NO_ROUNDING)


@pytest.mark.parametrize(
    ("close", "shown", "expected"),
    [
        (3.0, 0.5, TieWord.STRONG),
        (2.9, 0.4915, TieWord.MEDIUM),
        (0.75, 0.2, TieWord.MEDIUM),
        (0.74, 0.1979, TieWord.WEAK),
        (1e-9, 0.0, TieWord.WEAK),
    ],
)
def test_the_strength_and_its_word_change_at_one_half_and_one_fifth(close, shown, expected):
    assert round(strength(close), 4) == shown
    assert word(close) is expected


def test_people_who_never_spoke_have_no_word_and_no_row():
    assert word(None) is None
    assert len(sums_of([])) == 0
    assert len(sums_of([(ANN, BEN, "email", 0, 3, False, False)])) == 0  # two recipients of one mail


@given(histories, shared)
def test_one_more_contact_never_lowers_a_closeness(rows, another):
    assert close_of([*rows, another]) >= close_of(rows) - NO_ROUNDING


@given(histories, st.randoms(use_true_random=False))
def test_order_and_who_is_named_first_are_irrelevant(rows, dice):
    mixed = [(b, a, kind, age, people, v, u) if dice.random() < 0.5 else (a, b, kind, age, people, u, v)
             for a, b, kind, age, people, u, v in rows]  # fmt: skip
    dice.shuffle(mixed)
    assert close_of(mixed) == close_of(rows)


@given(histories, st.integers(0, 1000))
def test_kept_sums_age_as_if_they_were_added_up_that_day(rows, later):
    fresh: dict[tuple[str, int], list[float]] = {}
    for _, _, kind, age, people, from_a, from_b in rows:
        sides = fresh.setdefault((kind, age), [0.0, 0.0])
        for side, here in enumerate((from_a, from_b)):
            sides[side] = max(sides[side], here / (people - 1))
    u, v = (sum(s[side] * 0.5 ** ((age + later) / 90) for (_, age), s in fresh.items()) for side in (0, 1))
    assert close_of(rows, today=TODAY + later) == pytest.approx(min(u, v) + 0.1 * abs(u - v), rel=1e-9)


@given(histories)
def test_a_pair_among_others_has_the_same_tie_to_the_last_bit(rows):
    others = mails(ANN, EVE, [1, 2]) + meetings(EVE, BEN, [3])
    sums = sums_of(others + rows)
    here = (sums.a == ANN) & (sums.b == BEN)
    assert float(closeness(sums.from_a, sums.from_b, today=TODAY)[here][0]) == close_of(rows)


def test_what_lies_after_the_day_asked_for_is_not_known_yet():
    days = days_of(mails(ANN, BEN, [0, 5]))
    assert tie_sums(days, until=TODAY - 5).last_day.tolist() == [TODAY - 5]
    assert len(tie_sums(days, until=TODAY - 6)) == 0


def test_recent_days_are_counted_once_whatever_the_kinds():
    sums = sums_of(mails(ANN, BEN, [0, 3, 89, 90]) + meetings(ANN, BEN, [3]) + [(BEN, EVE, "call", 200, 2, True, True)])
    assert sums.recent_days.tolist() == [3, 0]
    assert [kinds_of(bits) for bits in sums.recent_kinds.tolist()] == [(Kind.EMAIL, Kind.MEETING), ()]
    assert sums.last_day.tolist() == [TODAY, TODAY - 200]


def test_a_person_has_no_tie_with_himself_and_an_activity_has_two_people():
    with pytest.raises(ValueError, match="two different people"):
        sums_of(mails(ANN, ANN, [0]))
    with pytest.raises(ValueError, match="at least two people"):
        sums_of(mails(ANN, BEN, [0], people=1))


def test_a21_a_flood_of_mail_in_one_day_is_one_contact_day():
    assert close_of(mails(EVE, ANN, [0] * 1000)) == close_of(mails(EVE, ANN, [0]))


def test_a21_years_of_unanswered_mail_are_worth_less_than_a_month_of_conversation():
    flood = close_of(mails(EVE, ANN, range(3650)))
    assert flood < 13.04  # a tenth of 1 / (1 - 2^(-1/90))
    assert flood < close_of(meetings(ANN, BEN, range(20)))


def test_many_pairs_at_once_are_each_pair_alone():
    dice = random.Random(3)
    rows = [
        (*dice.sample(range(12), 2), dice.choice(KINDS).value, dice.randint(0, 300), dice.randint(2, 9), True, False)
        for _ in range(2000)
    ]
    sums = sums_of(rows)
    close = closeness(sums.from_a, sums.from_b, today=TODAY)
    assert np.all(sums.a < sums.b)
    for a, b, together in zip(sums.a.tolist(), sums.b.tolist(), close.tolist(), strict=True):
        assert together == close_of([row for row in rows if {row[0], row[1]} == {a, b}])
