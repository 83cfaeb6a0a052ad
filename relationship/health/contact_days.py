"""Contact days: the one input of everything in this room.

A contact day says how many activities of one kind a record had on one day, from us and from them. What
counts as an activity of a record is decided where the rows are made, never here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from relationship.activities import KINDS, Kind

Ints = NDArray[np.integer[Any]]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# Marks "no such day" in arrays of day numbers; earlier than every real day.
NO_DAY = int(np.iinfo(np.int32).min)

KIND_INDEX: dict[str, int] = {kind.value: index for index, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True, eq=False)
class ContactDays:
    """One row per record, kind and day, sorted by these three; all arrays have the same length.

    record  index of the record, 0 .. n-1;  kind  index into KINDS;  day  days since 1970-01-01
    ours, theirs  activities of that day from us and from them, 0 or more, not both 0

    `of_record` and `from_arrays` sort and merge; whoever calls the constructor promises the order.
    """

    record: Ints
    kind: Ints
    day: Ints
    ours: Ints
    theirs: Ints

    def __len__(self) -> int:
        return len(self.day)

    @classmethod
    def of_record(cls, rows: Iterable[tuple[Kind | str, int, int, int]]) -> "ContactDays":
        """The contact days of a single record (index 0) from (kind, day, ours, theirs) in any order.

        Rows of the same kind and day are added up; rows without an activity are dropped.

        >>> days = ContactDays.of_record([("email", 20621, 1, 0), ("email", 20621, 0, 2)])
        >>> len(days), int(days.ours[0]), int(days.theirs[0])
        (1, 1, 2)
        """
        merged: dict[tuple[int, int], tuple[int, int]] = {}
        for kind, day, ours, theirs in rows:
            key = (KIND_INDEX[kind], day)
            before = merged.get(key, (0, 0))
            merged[key] = (before[0] + ours, before[1] + theirs)
        table = np.array([(*key, *merged[key]) for key in sorted(merged) if any(merged[key])], dtype=np.int64).reshape(
            -1, 4
        )
        return cls(
            record=np.zeros(len(table), dtype=np.int64),
            kind=table[:, 0],
            day=table[:, 1],
            ours=table[:, 2],
            theirs=table[:, 3],
        )

    @classmethod
    def from_arrays(cls, *, record: Ints, kind: Ints, day: Ints, ours: Ints, theirs: Ints) -> "ContactDays":
        """The same for many records from equally long arrays in any order.

        Sorts only when needed, adds up rows of the same record, kind and day, drops empty ones.

        >>> from numpy import array
        >>> days = ContactDays.from_arrays(record=array([1, 0]), kind=array([0, 0]), day=array([9, 5]),
        ...                                ours=array([1, 1]), theirs=array([0, 1]))
        >>> days.record.tolist(), days.day.tolist()
        ([0, 1], [5, 9])
        """
        rows = cls(
            record=np.asarray(record, dtype=np.int64),
            kind=np.asarray(kind, dtype=np.int8),
            day=np.asarray(day, dtype=np.int32),
            ours=np.asarray(ours, dtype=np.int32),
            theirs=np.asarray(theirs, dtype=np.int32),
        )
        filled = (rows.ours > 0) | (rows.theirs > 0)
        if not filled.all():
            rows = rows.take(np.flatnonzero(filled))
        if len(rows) < 2:
            return rows
        if not _in_order(rows, strictly=False):
            rows = rows.take(np.lexsort((rows.day, rows.kind, rows.record)))
        return rows if _in_order(rows, strictly=True) else _merged(rows)

    def take(self, rows: Any) -> "ContactDays":
        """The rows chosen by an index array, a mask or a slice (which must keep the order)."""
        return ContactDays(self.record[rows], self.kind[rows], self.day[rows], self.ours[rows], self.theirs[rows])

    def of_records(self, first: int, beyond: int) -> "ContactDays":
        """The rows of the records first .. beyond-1, renumbered from 0."""
        start, end = np.searchsorted(self.record, [first, beyond])
        part = self.take(slice(int(start), int(end)))
        return ContactDays(part.record - first, part.kind, part.day, part.ours, part.theirs)

    def known_on(self, today: int | Ints) -> "ContactDays":
        """Without the rows after `today` (one day, or one day per record)."""
        if not len(self) or self.day.max() <= np.min(today):
            return self
        limit = today if np.ndim(today) == 0 else np.asarray(today)[self.record]
        return self.take(np.flatnonzero(self.day <= limit))


def _in_order(rows: ContactDays, *, strictly: bool) -> bool:
    record, kind, day = np.diff(rows.record), np.diff(rows.kind), np.diff(rows.day)
    later = day > 0 if strictly else day >= 0
    return bool(((record > 0) | ((record == 0) & ((kind > 0) | ((kind == 0) & later)))).all())


def _merged(rows: ContactDays) -> ContactDays:
    same = (np.diff(rows.record) == 0) & (np.diff(rows.kind) == 0) & (np.diff(rows.day) == 0)
    starts = np.flatnonzero(np.concatenate(([True], ~same)))
    return ContactDays(
        rows.record[starts],
        rows.kind[starts],
        rows.day[starts],
        np.add.reduceat(rows.ours, starts),
        np.add.reduceat(rows.theirs, starts),
    )
