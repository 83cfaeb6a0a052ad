from datetime import UTC, date, datetime, time

import pytest

from simulator.demo_world.days import (
    easter,
    holidays,
    in_paris,
    is_working,
    monthly,
    nearest_working_day,
    office_time,
    weekly,
    working_day,
)


@pytest.mark.parametrize(
    ("year", "sunday"), [(2024, date(2024, 3, 31)), (2025, date(2025, 4, 20)), (2026, date(2026, 4, 5))]
)
def test_easter_falls_where_the_calendar_says(year, sunday):
    assert easter(year) == sunday


def test_france_has_eleven_public_holidays():
    assert len(holidays(2026)) == 11
    assert {date(2026, 4, 6), date(2026, 5, 14), date(2026, 5, 25), date(2026, 7, 14)} <= holidays(2026)


def test_nobody_works_on_weekends_and_holidays():
    assert not is_working(date(2026, 6, 13))
    assert not is_working(date(2026, 5, 1))
    assert working_day(date(2026, 5, 1)) == date(2026, 5, 4)


def test_a_saturday_belongs_to_the_friday_before_unless_that_is_a_holiday():
    assert nearest_working_day(date(2026, 6, 13)) == date(2026, 6, 12)
    assert nearest_working_day(date(2026, 6, 14)) == date(2026, 6, 15)
    assert nearest_working_day(date(2026, 5, 2)) == date(2026, 5, 4)


@pytest.mark.parametrize(
    ("day", "instant"),
    [
        (date(2026, 3, 27), datetime(2026, 3, 27, 8, tzinfo=UTC)),  # the Friday before summer time
        (date(2026, 3, 30), datetime(2026, 3, 30, 7, tzinfo=UTC)),
        (date(2025, 10, 24), datetime(2025, 10, 24, 7, tzinfo=UTC)),  # the Friday before winter time
        (date(2025, 10, 27), datetime(2025, 10, 27, 8, tzinfo=UTC)),
    ],
)
def test_nine_o_clock_in_paris_is_one_or_two_hours_ahead_of_utc(day, instant):
    assert in_paris(day, 9) == instant


def test_an_answer_after_hours_waits_for_the_first_two_hours_of_the_next_working_day():
    friday_night = datetime(2026, 6, 12, 19, 20, tzinfo=UTC)
    assert office_time(friday_night) == datetime(2026, 6, 15, 7, 10, tzinfo=UTC)
    before_dawn = datetime(2026, 6, 12, 2, 0, 30, tzinfo=UTC)
    assert office_time(before_dawn) == datetime(2026, 6, 12, 6, 30, 30, tzinfo=UTC)
    assert office_time(datetime(2026, 6, 12, 9, 20, tzinfo=UTC)) == datetime(2026, 6, 12, 9, 20, tzinfo=UTC)


def test_the_second_tuesday_comes_once_a_month():
    assert list(monthly(date(2026, 1, 13), date(2026, 5, 1))) == [
        date(2026, 1, 13), date(2026, 2, 10), date(2026, 3, 10), date(2026, 4, 14),
    ]  # fmt: skip


def test_a_fifth_weekday_only_comes_in_months_that_have_one():
    assert list(monthly(date(2026, 1, 29), date(2026, 8, 1))) == [
        date(2026, 1, 29),
        date(2026, 4, 30),
        date(2026, 7, 30),
    ]


def test_a_weekly_series_keeps_its_weekday():
    assert list(weekly(date(2026, 6, 1), date(2026, 6, 20), every=2)) == [date(2026, 6, 1), date(2026, 6, 15)]
    assert {day.weekday() for day in weekly(date(2026, 6, 1), date(2026, 12, 20))} == {0}


def test_an_instant_within_office_hours_stays():
    assert office_time(in_paris(date(2026, 6, 12), 12)).time() == time(10)
