"""The odds of an introduction: learnt from at least fifty outcomes, careful with few."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relationship.graph.odds import Outcomes, calibrated, wilson
from relationship.graph.ties import TieWord

CELLS = [(word, length) for word in TieWord for length in (1, 2)]
outcomes = st.tuples(st.integers(0, 200), st.integers(0, 200)).map(lambda pair: Outcomes(max(pair), min(pair)))
histories = st.dictionaries(st.sampled_from(CELLS), outcomes)


def test_forty_nine_outcomes_teach_nothing_and_fifty_do():
    assert calibrated({(TieWord.STRONG, 1): Outcomes(49, 20)}) is None
    assert calibrated({(TieWord.STRONG, 1): Outcomes(50, 20)}) is not None
    assert calibrated({}) is None


def test_odds_are_what_a_calculation_by_hand_gives():
    learnt = calibrated({(TieWord.STRONG, 1): Outcomes(60, 45), (TieWord.MEDIUM, 1): Outcomes(40, 5)})
    # 50 of 100 on average: (45 + 5) / 70 and (5 + 5) / 50; nothing known: the average.
    assert learnt[TieWord.STRONG, 1].chance == pytest.approx(50 / 70)
    assert learnt[TieWord.MEDIUM, 1].chance == pytest.approx(0.2)
    assert learnt[TieWord.WEAK, 2].chance == pytest.approx(0.5)
    assert learnt[TieWord.WEAK, 2].ended == 0


# Newcombe, Statistics in Medicine 17 (1998) 857, table I, method 3.
@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_wilsons(hits, count, low, high):
    assert wilson(hits / count, count) == pytest.approx((low, high), abs=5e-5)


@given(histories)
def test_the_chance_lies_in_its_interval_and_between_what_was_seen_and_the_average(history):
    learnt = calibrated(history)
    ended = sum(cell.ended for cell in history.values())
    assert (learnt is None) == (ended < 50)
    if learnt is None:
        return
    assert set(learnt) == set(CELLS)
    average = sum(cell.introduced for cell in history.values()) / ended
    for cell, odds in learnt.items():
        seen = history.get(cell, Outcomes(0, 0))
        share = seen.introduced / seen.ended if seen.ended else average
        assert min(share, average) - 1e-12 <= odds.chance <= max(share, average) + 1e-12
        assert -1e-12 <= odds.low <= odds.chance + 1e-12 <= odds.high + 2e-12 <= 1 + 3e-12


def test_there_are_never_more_introductions_than_requests():
    with pytest.raises(ValueError, match="more introductions"):
        Outcomes(1, 2)
