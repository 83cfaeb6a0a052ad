"""What changed in one collection, in order: the ground on which delta rounds stand."""

from bisect import bisect_right
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from typing import Generic, TypeVar

T = TypeVar("T")


class What(StrEnum):
    """WRITTEN: created, edited or moved in; TOUCHED: only a flag; GONE: deleted or moved out."""

    WRITTEN = "written"
    TOUCHED = "touched"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Change(Generic[T]):
    """version: counter of the collection's owner, never falling; generation: see `Copy.generation`."""

    version: int
    what: What
    item: T
    generation: int = 0


class ChangeLog(Generic[T]):
    """Every change since the beginning, oldest first."""

    def __init__(self) -> None:
        self._changes: list[Change[T]] = []

    def note(self, version: int, what: What, item: T, generation: int = 0) -> None:
        self._changes.append(Change(version, what, item, generation))

    def __len__(self) -> int:
        return len(self._changes)

    def since(self, place: int) -> list[Change[T]]:
        """All changes from the `place`-th on, oldest first, none merged."""
        return self._changes[place:]

    def between(self, after: int, until: int, key: Callable[[Change[T]], Hashable]) -> list[Change[T]]:
        """The net changes with after < version <= until, one per key, in the order of the last of each.

        From the very beginning (`after` 0) nothing that is already gone again is told.
        """
        first = bisect_right(self._changes, after, key=attrgetter("version"))
        last = bisect_right(self._changes, until, key=attrgetter("version"))
        net: dict[Hashable, Change[T]] = {}
        for change in self._changes[first:last]:
            name = key(change)
            earlier = net.pop(name, None)
            whole = earlier is not None and earlier.what is What.WRITTEN
            net[name] = earlier if earlier and whole and change.what is What.TOUCHED else change
        return [change for change in net.values() if after > 0 or change.what is not What.GONE]
