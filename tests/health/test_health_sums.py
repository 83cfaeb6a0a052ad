"""Contact days and their sums: order is irrelevant, and many records give the same bits as one."""

import numpy as np
from health_builders import TODAY, WINDOW_BEGAN, histories, mutual, rules, together
from hypothesis import given
from hypothesis import strategies as st

from relationship.health import sums as sums_module
from relationship.health.contact_days import NO_DAY, ContactDays
from relationship.health.score import exact_scores
from relationship.health.sums import contact_day_counts, day_sums, weekly_sums

several = st.lists(histories | st.just([]), min_size=1, max_size=8)


def same(left: ContactDays, right: ContactDays) -> bool:
    names = ("record", "kind", "day", "ours", "theirs")
    return all(getattr(left, name).tolist() == getattr(right, name).tolist() for name in names)


@given(histories, st.randoms(use_true_random=False))
def test_the_order_of_activities_is_irrelevant(rows, random):
    shuffled = random.sample(rows, len(rows))
    assert same(ContactDays.of_record(rows), ContactDays.of_record(shuffled))
    assert same(together([rows]), together([shuffled]))


@given(histories)
def test_arrays_and_plain_tuples_build_the_same_contact_days(rows):
    assert same(ContactDays.of_record(rows), together([rows]))


def test_a_day_without_an_activity_is_no_contact_day():
    assert len(ContactDays.of_record([("email", 5, 0, 0)])) == 0
    assert len(together([[("email", 5, 0, 0)], [("call", 6, 1, 1)]])) == 1


@given(several, rules, st.integers(-40, 40))
def test_many_records_at_once_score_exactly_as_each_one_alone(records, rules, later):
    created = TODAY - 37 * np.arange(1, len(records) + 1)
    today = TODAY + later
    rest = {"today": today, "window_began": WINDOW_BEGAN, "rules": rules}
    array = exact_scores(day_sums(together(records), records=len(records), until=today), created=created, **rest)
    for index, rows in enumerate(records):
        sums = day_sums(ContactDays.of_record(rows), records=1, until=today)
        single = exact_scores(sums, created=created[index : index + 1], **rest)
        for name in type(single).__slots__:
            assert np.array_equal(getattr(array, name)[index], getattr(single, name)[0], equal_nan=True), name


def test_the_size_of_a_block_changes_no_bit(monkeypatch):
    random = np.random.default_rng(1)
    records = [
        [("email", TODAY - int(age), 1, int(age) % 2) for age in random.integers(0, 900, size)]
        for size in random.integers(0, 60, 200)
    ]
    whole = day_sums(together(records), records=200, until=TODAY)
    counts = contact_day_counts(together(records), records=200, until=TODAY)
    monkeypatch.setattr(sums_module, "BLOCK_ROWS", 16)
    monkeypatch.setattr(sums_module, "CALENDAR_CELLS", 2000)
    blocks = day_sums(together(records), records=200, until=TODAY)
    assert np.array_equal(whole.any, blocks.any)
    assert np.array_equal(whole.theirs, blocks.theirs)
    assert np.array_equal(whole.last_day, blocks.last_day)
    assert np.array_equal(counts, contact_day_counts(together(records), records=200, until=TODAY))


@given(several, st.integers(1, 60))
def test_weekly_sums_are_the_sums_of_each_of_those_days(records, weeks):
    days, n = together(records), len(records)
    weekly = weekly_sums(days, records=n, until=TODAY, weeks=weeks)
    for week in range(weeks):
        one = day_sums(days, records=n, until=TODAY - 7 * (weeks - 1 - week))
        assert np.allclose(weekly.any[week], one.any, rtol=1e-12)
        assert np.allclose(weekly.ours[week], one.ours, rtol=1e-12)
        assert np.allclose(weekly.theirs[week], one.theirs, rtol=1e-12)
        assert np.array_equal(weekly.last_day[week], one.last_day)


@given(several)
def test_a_day_per_record_cuts_each_record_there(records):
    until = TODAY - 11 * np.arange(len(records))
    sums = day_sums(together(records), records=len(records), until=until)
    counts = contact_day_counts(together(records), records=len(records), until=until)
    for index, rows in enumerate(records):
        known = {day for _, day, _, _ in rows if day <= until[index]}
        assert sums.last_day[index] == max(known, default=NO_DAY)
        assert counts[index] == len(known)


def test_kept_sums_serve_on_any_later_day():
    sums = day_sums(ContactDays.of_record(mutual([3, 10])), records=1, until=TODAY)
    later = day_sums(ContactDays.of_record(mutual([3, 10])), records=1, until=TODAY + 90)
    assert np.array_equal(sums.any, later.any)
