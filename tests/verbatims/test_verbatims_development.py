"""Months with few texts are told together with their neighbours; nothing is lost by it."""

from datetime import date
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from relationship.verbatims.development import LEAST, spans, whole


def day(month: int, number: int, count: int, temperature: float) -> tuple[date, int, float, float]:
    return date(2026, month, number), count, count * temperature, count * 0.5


def test_a_month_with_few_texts_is_told_with_the_next_and_the_last_with_the_one_before():
    found = spans([day(1, 3, 2, 40.0), day(1, 9, 1, 10.0), day(2, 1, 6, 10.0), day(3, 1, 9, 0.0), day(4, 1, 1, 10.0)])
    assert [(one.first.month, one.last.month, one.count, one.temperature) for one in found] == [
        (1, 2, 9, 16.7),
        (3, 4, 10, 1.0),
    ]
    assert {one.intensity for one in found} == {0.5}


def test_too_few_texts_tell_nothing():
    assert (spans([day(1, 1, 4, 40.0)]), whole([day(1, 1, 4, 40.0)]), whole([])) == ((), None, None)
    assert whole([day(1, 1, 4, 40.0), day(5, 1, 1, -10.0)]) is not None


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 28), st.integers(1, 9)), max_size=30))
def test_every_text_is_counted_once_and_no_span_has_few(days: list[tuple[int, int, int]]):
    found = spans([day(month, number, count, 12.0) for month, number, count in days])
    total = sum(count for _, _, count in days)
    assert sum(one.count for one in found) == (total if total >= LEAST else 0)
    assert all(one.count >= LEAST for one in found)
    assert all(one.last < two.first for one, two in pairwise(found))
