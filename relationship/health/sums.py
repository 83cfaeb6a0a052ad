"""Sums of contact days per record and kind: all that the score needs to know about the past.

A contact day weighs 2^((day - EPOCH) / 60), so it counts half as much for every 60 days of age. Against
a fixed epoch the sums never need re-basing: they are kept as they are while days pass and rules change,
and ageing is one factor for all (`fade`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from relationship.activities import KINDS
from relationship.health.contact_days import NO_DAY, ContactDays, Floats, Ints

HALF_LIFE_DAYS = 60
# Both bound what is in work at a time, so that it fits the processor's cache.
BLOCK_ROWS = 65_536
CALENDAR_CELLS = 1 << 22
EPOCH = 18262  # 2020-01-01 as a day number; any fixed day near the data serves


@dataclass(frozen=True, slots=True, eq=False)
class DaySums:
    """Shape (n, 4): records × KINDS; for several days at once (days, n, 4), oldest day first.

    any, ours, theirs  sum of 2^((day - EPOCH) / 60) over the contact days, over those with an activity
                       from us, over those with one from them
    last_day           the latest contact day over all kinds, NO_DAY without one; shape (n,) or (days, n)
    """

    any: Floats
    ours: Floats
    theirs: Floats
    last_day: Ints

    def take(self, records: Any) -> "DaySums":
        """The sums of some records, chosen by an index array, a mask or a slice."""
        return DaySums(
            self.any[..., records, :],
            self.ours[..., records, :],
            self.theirs[..., records, :],
            self.last_day[..., records],
        )


def fade(today: int | Ints) -> Any:
    """What turns kept sums into sums of 0.5^(age / 60) on `today`; the shape of `today`.

    >>> float(fade(EPOCH + 60))
    0.5
    """
    return np.exp2((EPOCH - today) / HALF_LIFE_DAYS)


def day_sums(days: ContactDays, *, records: int, until: int | Ints) -> DaySums:
    """The sums of n records over their contact days up to and including `until`.

    until    a day number, or one per record
    returns  shape (n, 4); zeros and NO_DAY for a record without contact days

    Adds in the order of the rows, so the same rows give the same bits, alone or among others.

    >>> sums = day_sums(ContactDays.of_record([("email", EPOCH, 1, 0)]), records=1, until=EPOCH)
    >>> sums.any.tolist(), sums.theirs.tolist()
    ([[1.0, 0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0, 0.0]])
    """
    sums = weekly_sums(days, records=records, until=until, weeks=1)
    return DaySums(sums.any[0], sums.ours[0], sums.theirs[0], sums.last_day[0])


def weekly_sums(
    days: ContactDays, *, records: int, until: int | Ints, weeks: int, earlier: DaySums | None = None
) -> DaySums:
    """The sums as they stood on `until` and on the same weekday of the weeks before, in one pass.

    weeks    how many days: until - 7·(weeks-1), …, until - 7, until
    earlier  the sums up to the first of these days, where `days` holds only later ones; same bits as in one
    returns  shape (weeks, n, 4), oldest first

    Each row goes into the first of these days that knows it; a running sum over them does the rest.
    """
    rows = days.known_on(until)
    shape = (len(KINDS), weeks, records)
    found = [np.zeros(shape) for _ in range(3)]
    last = np.full(shape, NO_DAY, dtype=np.int64)
    for block in _blocks(rows.record):
        part = rows.take(block)
        starts, place = _cells(part, records=records, until=until, weeks=weeks)
        value = _growth(part.day)
        sides = (value, value * (part.ours > 0), value * (part.theirs > 0))
        for cells, side in zip(found, sides, strict=True):
            cells.reshape(-1)[place] = np.add.reduceat(side, starts)
        last.reshape(-1)[place] = part.day[np.append(starts[1:], len(part)) - 1]
    if earlier is not None:
        for cells, before in zip(found, (earlier.any, earlier.ours, earlier.theirs), strict=True):
            cells[:, 0] += before.T
        np.maximum(last[:, 0], earlier.last_day, out=last[:, 0])
    if weeks > 1:
        found = [np.cumsum(cells, axis=1) for cells in found]
        last = np.maximum.accumulate(last, axis=1)
    any_side, ours, theirs = (np.moveaxis(cells, 0, -1) for cells in found)
    return DaySums(any_side, ours, theirs, last.max(axis=0))


def _blocks(record: Ints) -> Iterator[slice]:
    """Runs of about BLOCK_ROWS rows, none of which divides a record."""
    start = 0
    while start < len(record):
        end = start + BLOCK_ROWS
        if end < len(record):
            here = int(np.searchsorted(record, record[end]))
            end = here if here > start else int(np.searchsorted(record, record[end], side="right"))
        yield slice(start, end)
        start = end


def _cells(rows: ContactDays, *, records: int, until: int | Ints, weeks: int) -> tuple[Ints, Ints]:
    """Where each run of rows of one record, kind and week starts, and its place in (kind, week, record)."""
    change = (rows.record[1:] != rows.record[:-1]) | (rows.kind[1:] != rows.kind[:-1])
    if weeks == 1:
        starts = np.append(0, np.flatnonzero(change) + 1)
        return starts, rows.kind[starts] * np.int64(records) + rows.record[starts]
    at = until if np.ndim(until) == 0 else np.asarray(until)[rows.record]
    week = weeks - 1 - np.minimum((at - rows.day) // 7, weeks - 1)
    starts = np.append(0, np.flatnonzero(change | (week[1:] != week[:-1])) + 1)
    row = rows.kind[starts] * np.int64(weeks) + week[starts]
    return starts, row * records + rows.record[starts]


def contact_day_counts(days: ContactDays, *, records: int, until: int | Ints) -> Ints:
    """How many different days of contact each record has up to `until`, over all kinds; shape (n,).

    >>> both = ContactDays.of_record([("email", 5, 1, 0), ("call", 5, 1, 1), ("call", 8, 1, 1)])
    >>> contact_day_counts(both, records=1, until=9).tolist()
    [2]
    """
    rows = days.known_on(until)
    counts = np.zeros(records, dtype=np.int64)
    if not len(rows):
        return counts
    first = int(rows.day.min())
    span = int(rows.day.max()) - first + 1
    step = max(CALENDAR_CELLS // span, 1)
    for record in range(0, records, step):
        start, end = np.searchsorted(rows.record, [record, record + step])
        place = (rows.record[start:end] - record) * span + (rows.day[start:end] - first)
        calendar = np.zeros((min(step, records - record), span), dtype=np.bool_)
        calendar.reshape(-1)[place] = True
        counts[record : record + step] = np.count_nonzero(calendar, axis=1)
    return counts


def _growth(day: Ints) -> Floats:
    """2^((day - EPOCH) / 60), looked up when there are fewer days than rows."""
    first, beyond = int(day.min()), int(day.max()) + 1
    if beyond - first > len(day):
        return np.exp2((day - EPOCH) / HALF_LIFE_DAYS)
    table: Floats = np.exp2((np.arange(first, beyond) - EPOCH) / HALF_LIFE_DAYS)
    return table.take(day - np.int64(first))
