"""What the tests of the graph room share: a fixed day, builders, and every answer a second time by trying all paths.

`exhaustive` enumerates with `networkx.all_simple_paths` on a graph in which all colleagues are linked: the
yardstick that shares no line with the search.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations, pairwise

import networkx as nx
import numpy as np

from relationship.activities import KINDS
from relationship.graph.introductions import FLOOR, introductions
from relationship.graph.network import Network
from relationship.graph.tie_days import TieDays, tie_days
from relationship.graph.ties import TieSums, closeness, tie_sums

TODAY = 20_621  # Wednesday 2026-06-17

Shared = tuple[int, int, str, int, int, bool, bool]  # a, b, kind, age in days, people, from a, from b


def days_of(rows: list[Shared]) -> TieDays:
    """The common contact days of activities given by their age on TODAY."""
    names = [kind.value for kind in KINDS]
    a, b, kind, age, people, from_a, from_b = zip(*rows, strict=True) if rows else ((),) * 7
    return tie_days(
        a=np.array(a, dtype=np.int64),
        b=np.array(b, dtype=np.int64),
        kind=np.array([names.index(one) for one in kind], dtype=np.int64),
        day=TODAY - np.array(age, dtype=np.int64),
        people=np.array(people, dtype=np.int64),
        from_a=np.array(from_a, dtype=np.bool_),
        from_b=np.array(from_b, dtype=np.bool_),
    )


def sums_of(rows: list[Shared]) -> TieSums:
    return tie_sums(days_of(rows), until=TODAY)


def close_of(rows: list[Shared], *, today: int = TODAY) -> float:
    """The closeness of the one pair in the rows."""
    sums = sums_of(rows)
    assert len(sums) == 1
    return float(closeness(sums.from_a, sums.from_b, today=today)[0])


def mails(a: int, b: int, ages, *, people: int = 2) -> list[Shared]:
    """Mails from a to b of these ages."""
    return [(a, b, "email", age, people, True, False) for age in ages]


def meetings(a: int, b: int, ages, *, people: int = 2) -> list[Shared]:
    return [(a, b, "meeting", age, people, True, True) for age in ages]


@dataclass
class World:
    """People in the order of their names, colleagues among them, and ties."""

    people: list[int]
    colleagues: set[int]
    ties: dict[tuple[int, int], float] = field(default_factory=dict)

    def network(self, *, without=frozenset()) -> Network:
        people = [person for person in self.people if person not in without]
        pairs = list(self.ties)
        return Network.of(
            np.array(people, dtype=np.int64),
            np.array([person in self.colleagues for person in people], dtype=np.bool_),
            a=np.array([a for a, _ in pairs], dtype=np.int64),
            b=np.array([b for _, b in pairs], dtype=np.int64),
            closeness=np.array([self.ties[pair] for pair in pairs], dtype=np.float64),
        )


def world(colleagues: int, contacts: int, ties: Mapping[tuple[int, int], float]) -> World:
    """Colleagues 1, 2, … and contacts 101, 102, …, named in this order."""
    here = list(range(1, colleagues + 1))
    return World([*here, *range(101, 101 + contacts)], set(here), dict(ties))


ROUND = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0)


def random_world(seed: int, *, colleagues: int = 8, contacts: int = 5) -> World:
    """Up to so many people, ids and names in different orders, ties often of equal closeness."""
    dice = random.Random(seed)
    colleagues, contacts = dice.randint(1, colleagues), dice.randint(1, contacts)
    people = dice.sample(range(1000), colleagues + contacts)
    inside = set(people[:colleagues])
    dice.shuffle(people)
    density = dice.choice((0.1, 0.3, 0.6, 0.9))
    chosen = [pair for pair in combinations(people, 2) if dice.random() < density]
    alike = dice.random() < 0.6
    return World(
        people, inside, {pair: dice.choice(ROUND) if alike else dice.lognormvariate(0, 1.5) for pair in chosen}
    )


Ranked = tuple[tuple[int, ...], int, float, bool]  # colleagues, target, value, busy


def found(network: Network, seller, targets, **options) -> list[Ranked]:
    paths = introductions(network, seller, targets, **options).paths
    return [(path.colleagues, path.target, path.value, path.busy) for path in paths]


def exhaustive(given: World, seller, targets, *, absent=frozenset(), busy=frozenset(), limit=5) -> list[Ranked]:
    """The same answer by trying every simple path, as the rules of docs/who-knows-whom.md are written."""
    name = {person: place for place, person in enumerate(given.people)}
    graph = nx.Graph()
    graph.add_nodes_from(person for person in given.people if person not in absent)
    graph.add_node(seller)
    colleagues = ({person for person in given.people if person in given.colleagues} - set(absent)) | {seller}
    if seller in given.people and seller not in given.colleagues:
        return []
    graph.add_edges_from(combinations(sorted(colleagues), 2), closeness=FLOOR, known=False)
    for (a, b), close in given.ties.items():
        if a not in absent and b not in absent:
            both = a in colleagues and b in colleagues
            graph.add_edge(a, b, closeness=max(close, FLOOR) if both else close, known=True)

    ways: dict[int, list] = {}
    for target in set(targets) & set(graph) - colleagues:
        for path in nx.all_simple_paths(graph, seller, target, cutoff=3):
            between, steps = tuple(path[1:-1]), [graph.edges[step] for step in pairwise(path)]
            if not between or not colleagues.issuperset(between):
                continue
            if len(between) == 2 and not (steps[0]["known"] or steps[1]["known"]):
                continue
            value = 1.0
            for step in steps:
                value *= step["closeness"]
            last = steps[-1]["closeness"]
            key = (len(between), -value, [name[person] for person in between], -last, name[target])
            ways.setdefault(between[0], []).append((key, between, target, value))
    best = [min(candidates) for candidates in ways.values()]
    ranked = sorted(best, key=lambda way: (way[1][0] in busy, way[0]))
    return [(between, target, value, between[0] in busy) for _, between, target, value in ranked[:limit]]
