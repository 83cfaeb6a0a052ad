"""The part of a calendar that is read: from the first day that counts to half a year ahead. Pure.

A window is frozen in the links that were made with it, so a new one is begun beside the old one once the old
one is a month old. Outlook refuses windows of five years and more.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

AHEAD = timedelta(days=180)
RENEW_AFTER = timedelta(days=30)
# Graph refuses a view of more than 1,825 days; with an open read window calendars begin this far back.
LONGEST = timedelta(days=1_800)
PAST = "view/past"
_NAME = re.compile(r"view/(\d{4}-\d{2}-\d{2})/(\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True, slots=True)
class Window:
    """Whole days, UTC: from the midnight that begins `begin` to the one that begins `end`."""

    begin: date
    end: date

    @property
    def container(self) -> str:
        return f"view/{self.begin}/{self.end}"

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(self.begin, time(), UTC)

    @property
    def ends_at(self) -> datetime:
        return datetime.combine(self.end, time(), UTC)

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Whether an event lies in it, by Outlook's rule: a moment without length counts at its very start."""
        return (start < self.ends_at and end > self.starts_at) or start == self.starts_at

    def is_due(self, today: date) -> bool:
        """Whether a newer window must take its place."""
        return today - (self.end - AHEAD) > RENEW_AFTER


def window_for(read_from: date | None, today: date) -> Window:
    """The window as it would be begun today. read_from: first day that counts, None for everything.

    One day more at the beginning, for the organisation's day may begin before that of UTC.
    """
    end = today + AHEAD
    oldest = end - LONGEST
    begin = oldest if read_from is None else max(oldest, read_from - timedelta(days=1))
    return Window(begin, end)


def window_of(container: str) -> Window | None:
    """The window that a container was named after."""
    found = _NAME.fullmatch(container)
    return Window(date.fromisoformat(found[1]), date.fromisoformat(found[2])) if found else None
