"""Groups of too few people are never told apart: neither by their own figures nor as what is missing from a total."""

from collections.abc import Mapping
from dataclasses import dataclass

FEWEST_PEOPLE = 5


@dataclass(frozen=True, slots=True)
class Told:
    """shown: groups whose figures may be told; together: those told as one, or not at all when that is empty while
    groups are missing from both."""

    shown: tuple[str, ...]
    together: tuple[str, ...]


def told(people: Mapping[str, frozenset[str]]) -> Told:
    """Which groups may be shown, given who works in each.

    Groups of fewer than five people are put together, with the smallest others until five people stand behind what
    is put together: otherwise the total less the groups shown would tell them. Where even all together are fewer
    than five, nothing is shown by group.

    >>> five, two = frozenset("abcde"), frozenset("xy")
    >>> told({"North": five, "South": frozenset("fghij"), "West": two})
    Told(shown=('South',), together=('North', 'West'))
    >>> told({"North": five, "South": frozenset("fghij")})
    Told(shown=('North', 'South'), together=())
    >>> told({"West": two})
    Told(shown=(), together=())
    """
    by_size = sorted(people, key=lambda name: (len(people[name]), name))
    small = [name for name in by_size if len(people[name]) < FEWEST_PEOPLE]
    large = [name for name in by_size if len(people[name]) >= FEWEST_PEOPLE]
    while small and large and _together(people, small) < FEWEST_PEOPLE:
        small.append(large.pop(0))
    if small and _together(people, small) < FEWEST_PEOPLE:
        return Told((), ())
    return Told(tuple(sorted(large)), tuple(sorted(small)))


def _together(people: Mapping[str, frozenset[str]], names: list[str]) -> int:
    return len(frozenset[str]().union(*(people[name] for name in names)))
