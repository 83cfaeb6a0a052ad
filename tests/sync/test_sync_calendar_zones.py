"""F43, F44: 20,000 events over twelve zones and every change of clock from 2020 to 2035 at the right instant.

The second implementation knows no zone files: it works from POSIX TZ rules (offset, offset in summer, the two
rules of change), written down here by hand from the laws in force. Every tenth event is checked by default;
RELATIONSHIP_ALL_ZONED_EVENTS=1 checks all.
"""

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest

from relationship.errors import BadItem
from relationship.sync.shapes.zones import instant, zone_of

EVENTS = 20_000
YEARS = range(2020, 2036)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Change:
    """Mm.w.d/time of POSIX: in month m the w-th (5: last) weekday d (0 Sunday) at this hour of the clock before."""

    month: int
    week: int
    weekday: int
    at: timedelta

    def on(self, year: int) -> datetime:
        first = date(year, self.month, 1)
        day = first + timedelta(days=(self.weekday - first.isoweekday() % 7) % 7 + 7 * (self.week - 1))
        if day.month != self.month:
            day -= timedelta(days=7)
        return datetime.combine(day, time()) + self.at


@dataclass(frozen=True)
class Rule:
    windows: str
    iana: str
    offset: timedelta
    summer: timedelta | None = None
    begins: Change | None = None
    ends: Change | None = None

    def to_utc(self, local: datetime) -> datetime:
        """A skipped hour counts from before the change, an hour shown twice is the first."""
        return (local - self._offset(local)).replace(tzinfo=UTC)

    def _offset(self, local: datetime) -> timedelta:
        if self.summer is None or self.begins is None or self.ends is None:
            return self.offset
        gained = self.summer - self.offset
        forward = self.begins.on(local.year) + gained  # until here the skipped hour keeps the winter offset
        back = self.ends.on(local.year)  # until here the hour shown twice keeps the summer offset
        if forward < back:
            return self.summer if forward <= local < back else self.offset
        return self.offset if back <= local < forward else self.summer


def hours(number: float) -> timedelta:
    return number * HOUR


def on(month: int, week: int, weekday: int, at: float = 2) -> Change:
    return Change(month, week, weekday, hours(at))


RULES = (
    Rule("Romance Standard Time", "Europe/Paris", hours(1), hours(2), on(3, 5, 0, 2), on(10, 5, 0, 3)),
    Rule("GMT Standard Time", "Europe/London", hours(0), hours(1), on(3, 5, 0, 1), on(10, 5, 0, 2)),
    Rule("FLE Standard Time", "Europe/Helsinki", hours(2), hours(3), on(3, 5, 0, 3), on(10, 5, 0, 4)),
    Rule("Eastern Standard Time", "America/New_York", hours(-5), hours(-4), on(3, 2, 0), on(11, 1, 0)),
    Rule("Pacific Standard Time", "America/Los_Angeles", hours(-8), hours(-7), on(3, 2, 0), on(11, 1, 0)),
    Rule("Newfoundland Standard Time", "America/St_Johns", hours(-3.5), hours(-2.5), on(3, 2, 0), on(11, 1, 0)),
    Rule("E. South America Standard Time", "America/Sao_Paulo", hours(-3)),
    Rule("India Standard Time", "Asia/Kolkata", hours(5.5)),
    Rule("Tokyo Standard Time", "Asia/Tokyo", hours(9)),
    Rule("AUS Eastern Standard Time", "Australia/Sydney", hours(10), hours(11), on(10, 1, 0), on(4, 1, 0, 3)),
    Rule("Lord Howe Standard Time", "Australia/Lord_Howe", hours(10.5), hours(11), on(10, 1, 0), on(4, 1, 0)),
    Rule("New Zealand Standard Time", "Pacific/Auckland", hours(12), hours(13), on(9, 5, 0), on(4, 1, 0, 3)),
)


def generated() -> list[tuple[Rule, str, datetime]]:
    """Zone, its name as told, local start: half of them within three hours of a change, every change among them."""
    dice = Random(20_260_617)
    found = []
    for rule in RULES:
        for year in YEARS:
            for change in filter(None, (rule.begins, rule.ends)):
                found += [(rule, change.on(year) + timedelta(minutes=m)) for m in range(-180, 181, 15)]
    while len(found) < EVENTS:
        day = date(2020, 1, 1) + timedelta(days=dice.randrange(366 * 16 - 12))
        found.append((dice.choice(RULES), datetime.combine(day, time(dice.randrange(24), dice.randrange(60)))))
    dice.shuffle(found)
    return [(rule, dice.choice((rule.windows, rule.iana)), local) for rule, local in found]


def test_f43_every_event_starts_at_the_instant_that_a_second_implementation_finds():
    found = generated()
    assert len(found) == EVENTS
    assert len(RULES) == 12
    step = 1 if os.environ.get("RELATIONSHIP_ALL_ZONED_EVENTS") else 10
    wrong = [
        (name, local)
        for rule, name, local in found[::step]
        if instant(f"{local.isoformat(timespec='seconds')}.0000000", name) != rule.to_utc(local)
    ]
    assert wrong == []


@pytest.mark.parametrize("name", ["tzone://Microsoft/Custom", "", "Customized Time Zone", "../etc/passwd", "Nowhere"])
def test_f44_a_name_that_says_nothing_is_no_zone_and_its_times_are_utc(name):
    assert zone_of(name) is None
    assert instant("2026-06-17T09:00:00.0000000", name) == datetime(2026, 6, 17, 9, tzinfo=UTC)


def test_f44_year_one_is_never_and_nonsense_is_set_aside():
    assert instant("0001-01-01T00:00:00.0000000", "UTC") is None
    with pytest.raises(BadItem):
        instant("yesterday", "UTC")


def test_f44_a_windows_name_in_any_case_is_the_zone_it_stands_for():
    noon = "2026-06-17T12:00:00.0000000"
    assert [instant(noon, rule.windows.upper()) for rule in RULES] == [instant(noon, rule.iana) for rule in RULES]
    assert zone_of("romance standard time") == zone_of("Europe/Paris")
