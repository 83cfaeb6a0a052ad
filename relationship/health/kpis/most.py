"""Who is contacted most, and by whom: three of each."""

from collections.abc import Iterable
from dataclasses import dataclass

MOST = 3


@dataclass(frozen=True, slots=True)
class Contacted:
    """A person of the customer and the activities with them in a period; last_day: of the latest."""

    guid: str
    name: str
    emails: int
    meetings: int
    calls: int
    last_day: int

    @property
    def total(self) -> int:
        return self.emails + self.meetings + self.calls


@dataclass(frozen=True, slots=True)
class InTouch:
    """A colleague and his days of contact with the people of a record in a period; last_day: the latest."""

    key: str
    name: str
    days: int
    last_day: int


def most_contacted(people: Iterable[Contacted]) -> tuple[Contacted, ...]:
    """The three with most activities; of equals whoever was contacted last, then by name. Nobody without any.

    >>> [one.name for one in most_contacted([Contacted("a", "A", 1, 0, 0, 5), Contacted("b", "B", 0, 2, 0, 4)])]
    ['B', 'A']
    """
    busy = [one for one in people if one.total]
    return tuple(sorted(busy, key=lambda one: (-one.total, -one.last_day, one.name, one.guid))[:MOST])
