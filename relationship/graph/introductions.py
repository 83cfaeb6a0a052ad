"""Who can introduce a seller to somebody: the search for introduction paths.

A path is seller → colleague → contact, or with one more colleague between. Its value is the product of the
closenesses along it; between colleagues a closeness is at least FLOOR, for one may always ask. The search
reads the rows of the contact, of the seller and, when few colleagues know the contact, of those few; rows are
sorted, so it stops where nothing better can follow. The answer is that of trying every path.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from heapq import nsmallest
from typing import NamedTuple

import numpy as np

from relationship.graph.network import Network
from relationship.graph.tie_days import Ints
from relationship.graph.ties import TieWord, word

FLOOR = 0.1
LIMIT = 5
AT_ONCE = 32  # how many neighbours are weighed before looking whether the rest can still matter
NOBODY: frozenset[int] = frozenset()


class Path(NamedTuple):
    """One way from a seller to a contact.

    colleagues  whom to ask: the first colleague, and perhaps the one whom that colleague asks
    target      the contact reached
    value       the product of the closenesses along the path
    ties        the closeness of every step, first to last; None where two colleagues have no tie and one asks
                all the same (the value has FLOOR there, as it has for a closeness below FLOOR)
    busy        the first colleague has too many open requests, which is why the path is ranked late
    """

    colleagues: tuple[int, ...]
    target: int
    value: float
    ties: tuple[float | None, ...]
    busy: bool = False

    @property
    def word(self) -> TieWord | None:
        """The strength of the tie that opens the door: that of the last colleague and the contact."""
        return word(self.ties[-1])


@dataclass(frozen=True, slots=True)
class Introductions:
    """The answer: whom the seller knows already, closest first, and the paths, best first.

    own  (target, closeness) of the seller's own ties
    """

    own: tuple[tuple[int, float], ...] = ()
    paths: tuple[Path, ...] = ()


class Knowers(NamedTuple):
    """Colleagues who know a target, by position, closest first, then by name; three lists of one length."""

    colleague: list[int]
    close: list[float]
    target: list[int]


# A path over two: minus its value, the second colleague's position, closeness with the target, the target.
Second = tuple[float, int, float, int]


def introductions(
    network: Network,
    seller: int,
    targets: Collection[int],
    *,
    absent: Collection[int] = NOBODY,
    busy: Collection[int] = NOBODY,
    limit: int = LIMIT,
) -> Introductions:
    """The best path over each of the best first colleagues, at most `limit`, and the seller's own ties.

    targets  one contact or lead, or all people of an account; colleagues and people unknown among them are
             passed over. Of a colleague who knows several, the closest tie counts, then the name
    absent   who may not be used (opted out, excluded): the answer is that of a network without them
    busy     colleagues with too many open requests; a path that asks one of them first comes after all others
    returns  paths over one colleague before paths over two; within a length by value, then by the names of the
             colleagues. A first colleague who knows a target himself is shown with the path over him alone.
             Empty when nobody knows a target and for a seller who is a contact. A seller the network does not
             know is one without ties: he may ask all the same
    raises   ValueError for a limit below 1

    A path over two whose colleagues both have no tie to the one before is left out: with nobody knowing
    anybody, the second colleague can be asked at once, and that path is there.
    `absent` and `busy` are looked into once per candidate: give sets. Source: `docs/who-knows-whom.md`.

    >>> small = Network.of(np.array([1, 2, 3, 9]), np.array([True, True, True, False]),
    ...     a=np.array([1, 2, 9]), b=np.array([2, 3, 3]), closeness=np.array([2.0, 4.0, 0.5]))
    >>> [(path.colleagues, path.value) for path in introductions(small, 1, [9]).paths]
    [((3,), 0.05), ((2, 3), 4.0)]
    """
    if limit < 1:
        raise ValueError("at least one path must be wanted")
    me = -1 if seller in absent else network.position(seller)
    if me >= 0 and not network.colleague[me]:
        return Introductions()
    own, knowers = _known_by(network, _outside(network, targets, absent), me)
    if absent:
        knowers = _only(knowers, lambda colleague: network.people.item(colleague) not in absent)
    paths = _Search(network, me, knowers, absent=absent, busy=busy).paths(limit) if knowers.colleague else []
    return Introductions(own, tuple(paths))


def best_by_target(
    network: Network,
    seller: int,
    targets: Iterable[int],
    *,
    absent: Collection[int] = NOBODY,
    busy: Collection[int] = NOBODY,
) -> tuple[Path, ...]:
    """For every target who can be reached the best path, the best target first: whom else to try there.

    Ordered like the paths to one target, then by the name of the target; one search per target.
    """
    found: list[tuple[bool, int, float, int, Path]] = []
    for target in targets:
        paths = introductions(network, seller, [target], absent=absent, busy=busy, limit=1).paths
        found.extend((path.busy, len(path.colleagues), -path.value, network.position(target), path) for path in paths)
    return tuple(path for *_, path in sorted(found, key=lambda entry: entry[:-1]))


def _outside(network: Network, targets: Collection[int], absent: Collection[int]) -> list[int]:
    """The positions of the targets that can be introduced, each once."""
    found = {network.position(target): None for target in targets if target not in absent}
    return [position for position in found if position >= 0 and not network.colleague[position]]


def _only(knowers: Knowers, wanted: Callable[[int], bool]) -> Knowers:
    kept = [index for index, colleague in enumerate(knowers.colleague) if wanted(colleague)]
    return Knowers(*([column[index] for index in kept] for column in knowers))  # type: ignore[arg-type]  # every column keeps its type


def _known_by(network: Network, targets: list[int], me: int) -> tuple[tuple[tuple[int, float], ...], Knowers]:
    """The seller's own ties with targets, closest first, and every other colleague with the closest of his."""
    if len(targets) > 1:
        return _known_by_several(network, targets, me)
    if not targets:
        return (), Knowers([], [], [])
    near, close = network.row(targets[0])
    own: tuple[tuple[int, float], ...] = ()
    if me in near:
        place = near.index(me)
        own = ((network.people.item(targets[0]), close[place]),)
        del near[place], close[place]
    return own, Knowers(near, close, targets * len(near))


def _known_by_several(network: Network, targets: list[int], me: int) -> tuple[tuple[tuple[int, float], ...], Knowers]:
    rows = [slice(network.start[target], network.start[target + 1]) for target in targets]
    knower = np.concatenate([network.near[row] for row in rows])
    tie = np.concatenate([network.close[row] for row in rows])
    target = np.repeat(targets, [row.stop - row.start for row in rows])
    by_colleague = np.lexsort((target, -tie, knower))
    closest = by_colleague[np.unique(knower[by_colleague], return_index=True)[1]]

    def listed(chosen: Ints) -> Knowers:
        ranked = chosen[np.lexsort((target[chosen], knower[chosen], -tie[chosen]))]
        return Knowers(knower[ranked].tolist(), tie[ranked].tolist(), target[ranked].tolist())

    _, own, own_targets = listed(np.flatnonzero(knower == me))
    known = network.people[own_targets].tolist() if own else []
    return tuple(zip(known, own, strict=True)), listed(closest[knower[closest] != me])


class _Search:
    """One question while it is being answered, in positions.

    knowers  the colleagues who know a target, without the seller and the absent
    ties     the seller's own ties with colleagues, closest first;  reach  the best of these, at least FLOOR
    """

    def __init__(
        self, network: Network, me: int, knowers: Knowers, *, absent: Collection[int], busy: Collection[int]
    ) -> None:
        self.network, self.me, self.knowers, self.absent, self.busy = network, me, knowers, absent, busy
        near, close = network.row(me) if me >= 0 else ([], [])
        self.ties = dict(zip(near, close, strict=True))
        self.reach = max(close[0], FLOOR) if close else FLOOR

    def paths(self, limit: int) -> list[Path]:
        """Over one colleague, over two; then the same with those who are busy as first colleagues."""
        found: list[Path] = []
        for busy in (False, True) if self.busy else (False,):
            for over in (self._over_one, self._over_two):
                if len(found) < limit:
                    found += over(busy, limit - len(found))
        return found

    def _over_one(self, busy: bool, limit: int) -> list[Path]:
        people, tie_of = self.network.people, self.ties.get
        colleagues, close, targets = self.knowers
        if self.busy:
            colleagues, close, targets = _only(self.knowers, lambda one: (people.item(one) in self.busy) == busy)
        best: list[tuple[float, int, float, int]] = []
        for begin in range(0, len(close), AT_ONCE):
            if len(best) == limit and self.reach * close[begin] < -best[-1][0]:
                break
            part = slice(begin, begin + AT_ONCE)
            best += [
                (-(link if (link := tie_of(colleague, FLOOR)) > FLOOR else FLOOR) * tie, colleague, tie, target)
                for colleague, tie, target in zip(colleagues[part], close[part], targets[part], strict=True)
            ]
            best.sort()
            del best[limit:]
        name = people.item
        return [
            Path((name(colleague),), name(target), -minus, (tie_of(colleague), tie), busy)
            for minus, colleague, tie, target in best
        ]

    def _over_two(self, busy: bool, limit: int) -> list[Path]:
        may_be_first = self._may_be_first(busy)
        best = self._through_their_ties(may_be_first, limit)
        self._through_own_ties(best, may_be_first, limit)
        name = self.network.people.item
        ranked = nsmallest(limit, best.items(), key=lambda way: (way[1][0], way[0]))
        return [
            Path(
                (name(first), name(second)),
                name(target),
                -minus,
                (self.ties.get(first), self._tie(first, second), tie),
                busy,
            )
            for first, (minus, second, tie, target) in ranked
        ]

    def _may_be_first(self, busy: bool) -> Callable[[int], bool]:
        """Whether a colleague may be the first of two: not the seller, nor one who knows a target himself."""
        barred = {self.me, *self.knowers.colleague}
        if not self.busy and not self.absent:
            return lambda colleague: colleague not in barred
        name = self.network.people.item
        return lambda colleague: (
            colleague not in barred and (name(colleague) in self.busy) == busy and name(colleague) not in self.absent
        )

    def _through_their_ties(self, may_be_first: Callable[[int], bool], limit: int) -> dict[int, Second]:
        """By first colleague, the best path over a second who is tied to both the first and a target."""
        best: dict[int, Second] = {}
        for second, tie, target in zip(*self.knowers, strict=True):
            near, close = self.network.row(second)
            for first, between in zip(near, close, strict=True):
                if first in self.ties and may_be_first(first):
                    value = max(self.ties[first], FLOOR) * max(between, FLOOR) * tie
                    _keep(best, first, (-value, second, tie, target))
            bar, wanted = _bar(best, limit), limit
            for first, between in zip(near, close, strict=True):
                value = FLOOR * max(between, FLOOR) * tie
                if value < bar:
                    break
                if first not in self.ties and may_be_first(first):
                    _keep(best, first, (-value, second, tie, target))
                    wanted -= 1
                    if not wanted:
                        # The seller's step to all of these is FLOOR, so nobody further down this row is better.
                        bar = max(bar, value)
        return best

    def _through_own_ties(self, best: dict[int, Second], may_be_first: Callable[[int], bool], limit: int) -> None:
        """Better `best` by paths over a colleague of the seller who asks a second without being tied to him.

        Over a second to whom the first is tied after all, the path found here is never better than the true one.
        """
        bar, wanted = _bar(best, limit), limit
        for first, link in self.ties.items():
            asked = max(link, FLOOR) * FLOOR
            value = asked * self.knowers.close[0]
            if value < bar:
                break
            if may_be_first(first):
                for second, tie, target in zip(*self.knowers, strict=True):
                    if asked * tie < value:
                        break
                    _keep(best, first, (-value, second, tie, target))
                wanted -= 1
                if not wanted:
                    bar = max(bar, value)

    def _tie(self, first: int, second: int) -> float | None:
        near, close = self.network.row(second)
        return close[near.index(first)] if first in near else None


def _keep(best: dict[int, Second], first: int, way: Second) -> None:
    if first not in best or way < best[first]:
        best[first] = way


def _bar(best: dict[int, Second], limit: int) -> float:
    """The value that a further first colleague must reach to be among the best `limit`."""
    if len(best) < limit:
        return 0.0
    return -nsmallest(limit, (way[0] for way in best.values()))[-1]
