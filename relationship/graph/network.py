"""The network of ties, laid out for one question: which colleagues know this person, closest first?

For everybody, colleague or not, one row of sorted arrays lists the colleagues tied to him: 12 bytes per entry
where an edge of NetworkX takes about 400. Ties of two people outside lead nowhere and are not kept.
`of_graph` and `graph_of` go from and to NetworkX. A network is never changed: it is built anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from relationship.graph.tie_days import Bools, Floats, Ints

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """People by position, 0 .. n-1 in the order of their names; the neighbours of all in one long row.

    people       ids by position
    colleague    whether each is a colleague
    by_id        positions in the order of ids, and `ids` in that order: from an id to a position
    start        the row of position p is start[p] .. start[p + 1]
    near, close  the colleagues tied to somebody, by position, and how closely: closest first, then by name

    `Network.of` builds it; whoever calls the constructor promises the order.
    """

    people: Ints
    colleague: Bools
    ids: Ints
    by_id: Ints
    start: Ints
    near: Ints
    close: Floats

    @classmethod
    def of(cls, people: Ints, colleague: Bools, *, a: Ints, b: Ints, closeness: Floats) -> "Network":
        """The network of these people and ties.

        people      ids of everybody who may be used, in the order of names: the order settles equal values.
                    Whoever is left out is absent: ties with him are dropped and nothing tells that they were
        colleague   for each of them, whether a colleague
        a, b        ids of two tied people, every pair at most once, either way round
        closeness   of each tie, positive; a tie of 0 is no tie and is dropped
        raises      ValueError for a person or pair given twice, for a tie of a person with himself, and for a
                    closeness that is negative, infinite or not a number

        >>> small = Network.of(np.array([1, 2, 9]), np.array([True, True, False]),
        ...     a=np.array([1, 9]), b=np.array([2, 2]), closeness=np.array([0.5, 2.0]))
        >>> small.neighbours(9), small.neighbours(2)
        ([(2, 2.0)], [(1, 0.5)])
        """
        _check_ties(a, b, closeness)
        by_id = np.argsort(people, kind="stable").astype(np.int32)
        ids = people[by_id]
        if np.any(ids[1:] == ids[:-1]):
            raise ValueError("a person is given twice")
        known = np.isin(a, ids) & np.isin(b, ids) & (closeness > 0)
        one, other = (by_id[np.searchsorted(ids, end[known])] for end in (a, b))
        owner = np.concatenate([one[colleague[other]], other[colleague[one]]])
        near = np.concatenate([other[colleague[other]], one[colleague[one]]])
        close = np.concatenate([closeness[known][colleague[other]], closeness[known][colleague[one]]])
        order = np.lexsort((near, -close, owner))
        start = np.zeros(len(people) + 1, dtype=np.int64)
        np.cumsum(np.bincount(owner, minlength=len(people)), out=start[1:])
        return cls(people, colleague, ids, by_id, start, near[order], close[order])

    def position(self, person: int) -> int:
        """Where a person stands, -1 for somebody unknown."""
        found = self.ids.searchsorted(person)
        return self.by_id.item(found) if found < len(self.ids) and self.ids.item(found) == person else -1

    def row(self, position: int) -> tuple[list[int], list[float]]:
        """Positions and closenesses of the colleagues tied to whom stands there, closest first."""
        begin, end = self.start.item(position), self.start.item(position + 1)
        return self.near[begin:end].tolist(), self.close[begin:end].tolist()

    def neighbours(self, person: int) -> list[tuple[int, float]]:
        """Ids and closenesses of the colleagues tied to a person, closest first; [] for somebody unknown."""
        position = self.position(person)
        if position < 0:
            return []
        near, close = self.row(position)
        return list(zip(self.people[near].tolist(), close, strict=True))

    def closeness(self, person: int, colleague: int) -> float | None:
        """How close a person is to a colleague; None when they have no tie, or are not known."""
        return dict(self.neighbours(person)).get(colleague)

    @property
    def size_bytes(self) -> int:
        """Memory of all arrays."""
        arrays = (self.people, self.colleague, self.ids, self.by_id, self.start, self.near, self.close)
        return sum(array.nbytes for array in arrays)


def _check_ties(a: Ints, b: Ints, closeness: Floats) -> None:
    if np.any(a == b):
        raise ValueError("a tie is between two different people")
    if not np.all(np.isfinite(closeness)) or np.any(closeness < 0):
        raise ValueError("a closeness is a finite number, 0 or more")
    low, high = np.minimum(a, b), np.maximum(a, b)
    order = np.lexsort((high, low))
    if np.any((np.diff(low[order]) == 0) & (np.diff(high[order]) == 0)):
        raise ValueError("a pair of people is given twice")


def graph_of(network: Network, people: Iterable[int] | None = None) -> "nx.Graph[int]":
    """The network in NetworkX: nodes by id in the order of names, attribute `colleague`; edges `closeness`.

    people  only these and the ties among them; None = everybody
    """
    import networkx as nx

    wanted = None if people is None else set(people)
    graph: nx.Graph[int] = nx.Graph()
    for person, colleague in zip(network.people.tolist(), network.colleague.tolist(), strict=True):
        if wanted is None or person in wanted:
            graph.add_node(person, colleague=colleague)
    for person in list(graph):
        graph.add_edges_from(
            (person, other, {"closeness": close}) for other, close in network.neighbours(person) if other in graph
        )
    return graph


def of_graph(graph: "nx.Graph[int]") -> Network:
    """The network of a graph like that of `graph_of`: the order of its nodes is the order of names."""
    edges: list[tuple[int, int, float]] = list(graph.edges(data="closeness"))
    return Network.of(
        np.array(list(graph), dtype=np.int64),
        np.array([colleague for _, colleague in graph.nodes(data="colleague")], dtype=np.bool_),
        a=np.array([one for one, _, _ in edges], dtype=np.int64),
        b=np.array([other for _, other, _ in edges], dtype=np.int64),
        closeness=np.array([close for _, _, close in edges], dtype=np.float64),
    )
