"""One table of the simulated CRM with what change tracking needs: versions, deletions, a floor for tokens.

Rows of the world are not built before somebody reads them; only rows changed since are held whole, so
a table of a million rows costs little more than its keys.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from simulator.dataverse.schema import Row


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a delta: `row` is None for a deletion."""

    version: int
    guid: str
    row: Row | None


class TrackedTable:
    """keys: the rows of the world in their order; build: the columns of such a row, without nulls.

    first_version: the row version of the first of them; the others follow on. Not thread-safe: `Crm` locks.
    """

    def __init__(self, keys: Sequence[str], build: Callable[[str], Row], first_version: int) -> None:
        self._order = list(keys)
        self._place = {guid: place for place, guid in enumerate(self._order)}
        self._build = build
        self._first_version = first_version
        self._changed: dict[str, tuple[int, Row]] = {}
        self._deleted: dict[str, int] = {}
        self.token_floor = 0

    def __contains__(self, guid: object) -> bool:
        return guid in self._place and guid not in self._deleted

    def __len__(self) -> int:
        return len(self._place) - sum(1 for guid in self._deleted if guid in self._place)

    def __iter__(self) -> Iterator[str]:
        return (guid for guid in self._order if guid not in self._deleted)

    def row(self, guid: str) -> Row:
        """A fresh copy of the row's columns, without nulls; KeyError when there is no such row."""
        if guid not in self:
            raise KeyError(guid)
        changed = self._changed.get(guid)
        return dict(changed[1]) if changed else self._build(guid)

    def version(self, guid: str) -> int:
        changed = self._changed.get(guid)
        return changed[0] if changed else self._first_version + self._place[guid]

    def put(self, guid: str, row: Row, version: int) -> None:
        """Add or replace a row."""
        if guid not in self._place:
            self._place[guid] = len(self._order)
            self._order.append(guid)
        self._deleted.pop(guid, None)
        self._changed.pop(guid, None)
        self._changed[guid] = (version, row)

    def remove(self, guid: str, version: int) -> None:
        """Delete a row; a guid that never existed is reported as deleted too, as the real service may."""
        self._changed.pop(guid, None)
        self._deleted.pop(guid, None)
        self._deleted[guid] = version

    def page(self, start: int, size: int) -> tuple[list[str], int | None]:
        """Up to `size` rows from a place in the order, and the place to go on from, None at the end."""
        found: list[str] = []
        for place in range(start, len(self._order)):
            if self._order[place] in self._deleted:
                continue
            if len(found) == size:
                return found, place
            found.append(self._order[place])
        return found, None

    def changes(self, after: int, until: int) -> list[Change]:
        """What changed with after < version <= until: rows first, deletions last, each in order of version.

        `put` and `remove` move a guid to the end of its dictionary, so both are sorted by version already.
        """
        changed = list(self._changed.items())
        start = bisect_right(changed, after, key=lambda item: item[1][0])
        rows = [Change(version, guid, dict(row)) for guid, (version, row) in changed[start:] if version <= until]
        deleted = list(self._deleted.items())
        start = bisect_right(deleted, after, key=lambda item: item[1])
        return rows + [Change(version, guid, None) for guid, version in deleted[start:] if version <= until]
