"""What ratings need of the contact days, kept: whatever the rules become, no contact day is read again."""

from dataclasses import dataclass

import numpy as np

from relationship.health.contact_days import ContactDays, Ints
from relationship.health.sums import DaySums, contact_day_counts, day_sums
from relationship.health.trend import RECENT_WEEKS

KEPT_WEEKS = 2 * RECENT_WEEKS
EARLIER_DAYS = 7 * (KEPT_WEEKS - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """Of n records; about 350 bytes each, and 20 per contact day of the last seven weeks.

    today         day number each record is rated for, shape (n,)
    now           sums up to that day;  earlier  the same as they stood seven weeks before
    recent        the contact days in between, which give the trend
    contact_days  how many different days of contact, shape (n,)
    """

    today: Ints
    now: DaySums
    earlier: DaySums
    recent: ContactDays
    contact_days: Ints

    def __len__(self) -> int:
        return len(self.today)

    def of_records(self, first: int, beyond: int) -> "Kept":
        """Of the records first .. beyond-1, renumbered from 0."""
        part = slice(first, beyond)
        return Kept(
            self.today[part],
            self.now.take(part),
            self.earlier.take(part),
            self.recent.of_records(first, beyond),
            self.contact_days[part],
        )


def keep(days: ContactDays, *, records: int, today: Ints) -> Kept:
    """What to keep of the contact days of n records.

    today  day number each record is rated for, shape (n,); later contact days are left out
    """
    known = days.known_on(today)
    began = today - EARLIER_DAYS
    return Kept(
        today=today,
        now=day_sums(known, records=records, until=today),
        earlier=day_sums(known, records=records, until=began),
        recent=known.take(np.flatnonzero(known.day > began[known.record])),
        contact_days=contact_day_counts(known, records=records, until=today),
    )
