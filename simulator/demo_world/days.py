"""Working days in France and local times in Paris, for a world where people keep office hours."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
DAY = timedelta(days=1)
OPENS, CLOSES = time(8, 30), time(18, 30)


def easter(year: int) -> date:
    """Easter Sunday of a year (anonymous Gregorian computus, Meeus, Astronomical Algorithms, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    ell = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * ell) // 451
    month, day = divmod(h + ell - 7 * m + 114, 31)
    return date(year, month, day + 1)


@cache
def holidays(year: int) -> frozenset[date]:
    """The public holidays of metropolitan France, article L3133-1 of the Code du travail."""
    fixed = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    moving = (1, 39, 50)
    return frozenset([*(date(year, month, day) for month, day in fixed), *(easter(year) + n * DAY for n in moving)])


def is_working(day: date) -> bool:
    return day.weekday() < 5 and day not in holidays(day.year)


def nearest_working_day(day: date) -> date:
    """Like `working_day`, but a Saturday belongs to the week before: else all weekends would end up on Monday."""
    before = day - DAY
    return before if day.weekday() == 5 and is_working(before) else working_day(day)


def working_day(day: date) -> date:
    """This day, or the next one on which people work."""
    while not is_working(day):
        day += DAY
    return day


def in_paris(day: date, hour: int, minute: int = 0) -> datetime:
    """The instant, UTC, at which clocks in Paris show this."""
    return datetime.combine(day, time(hour, minute), PARIS).astimezone(UTC)


def office_time(at: datetime) -> datetime:
    """This instant, or one of the first two office hours after it; which minute of them depends on the instant."""
    local = at.astimezone(PARIS)
    day = working_day(local.date())
    if day == local.date() and OPENS <= local.time() <= CLOSES:
        return at
    if day == local.date() and local.time() > CLOSES:
        day = working_day(day + DAY)
    return in_paris(day, 8, 30) + timedelta(minutes=2 * local.minute, seconds=local.second)


def weekly(first: date, last: date, *, every: int = 1) -> Iterator[date]:
    """The same weekday every so many weeks, holidays included."""
    while first <= last:
        yield first
        first += 7 * every * DAY


def monthly(first: date, last: date) -> Iterator[date]:
    """The same weekday of the same week of each month as `first`, like "the second Tuesday"."""
    week = (first.day - 1) // 7
    month = first.replace(day=1)
    while True:
        day = month + ((first.weekday() - month.weekday()) % 7 + 7 * week) * DAY
        if day > last:
            return
        if day.month == month.month and day >= first:
            yield day
        month = (month + 32 * DAY).replace(day=1)
