"""The one clock. The pure rooms never read it: `now` is an argument there.

A frozen clock exists for the demo and the tests only (`config.py` refuses it in production). Waiting
and token lifetimes always use real time, never this clock.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]


def real_clock() -> datetime:
    return datetime.now(UTC)


def frozen_clock(at: datetime) -> Clock:
    """A clock that stands at `at`, which must be timezone-aware."""
    if at.tzinfo is None:
        raise ValueError("a frozen clock needs a time zone")
    instant = at.astimezone(UTC)
    return lambda: instant


EPOCH_DAY = date(1970, 1, 1)


def day_number(at: datetime, zone: ZoneInfo) -> int:
    """Days since 1970-01-01 of the calendar day that `at` falls on in the organisation's time zone."""
    return (at.astimezone(zone).date() - EPOCH_DAY).days


def day_of(number: int) -> date:
    """The inverse of counting days from 1970-01-01."""
    return date.fromordinal(EPOCH_DAY.toordinal() + number)


def number_of(day: date) -> int:
    return day.toordinal() - EPOCH_DAY.toordinal()
