"""The question of `paths.py` put to others: Kuzu, an embedded graph database, and NetworkX."""

import math
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import networkx as nx
import numpy as np
from path_world import Answer, Ties

from relationship.graph.introductions import FLOOR, LIMIT

HOP = 100.0  # makes a path of fewer steps the shorter one, whatever its closenesses


class WithCypher:
    """The same rules in Cypher; ties of colleagues are stored both ways, as the search needs them.

    `whole` puts the question in one statement. `in_steps` looks for paths over two colleagues only when fewer than
    five know the contact, and tells Kuzu who they are: the quickest way found.
    """

    LINK = f"CASE WHEN o.close > {FLOOR} THEN o.close ELSE {FLOOR} END"
    KNOWS = "-[k:Knows]->(t:Contact {id: $target})"
    OVER_ONE = (
        f"MATCH (x:Colleague){KNOWS} WHERE x.id <> $seller "
        "OPTIONAL MATCH (s:Colleague {id: $seller})-[o:Works]->(x) "
        f"RETURN x.id AS one, -1 AS two, ({LINK}) * k.close AS value"
    )
    BEST = f" ORDER BY value DESC, one LIMIT {LIMIT}"
    OVER_TIES = (
        f"MATCH (x:Colleague)-[w:Works]->(y:Colleague){KNOWS} WHERE y.id <> $seller AND x.id <> $seller AND NOT %s "
        "OPTIONAL MATCH (s:Colleague {id: $seller})-[o:Works]->(x) RETURN x.id AS one, y.id AS two, "
        f"({LINK}) * (CASE WHEN w.close > {FLOOR} THEN w.close ELSE {FLOOR} END) * k.close AS value"
    )
    OVER_ASKING = (
        f"MATCH (y:Colleague){KNOWS} WHERE y.id <> $seller "
        "MATCH (s:Colleague {id: $seller})-[o:Works]->(x:Colleague) WHERE NOT %s "
        f"RETURN x.id AS one, y.id AS two, ({LINK}) * {FLOOR} * k.close AS value"
    )
    GIVEN = "list_contains($knowing, x.id)"

    def __init__(self, kuzu: Any, ties: Ties, folder: Path) -> None:
        import pandas as pd

        self.base = kuzu.Database(str(folder / "network.kuzu"))
        self.connection = kuzu.Connection(self.base)
        run = self.connection.execute
        run("CREATE NODE TABLE Colleague(id INT64 PRIMARY KEY)")
        run("CREATE NODE TABLE Contact(id INT64 PRIMARY KEY)")
        run("CREATE REL TABLE Works(FROM Colleague TO Colleague, close DOUBLE)")
        run("CREATE REL TABLE Knows(FROM Colleague TO Contact, close DOUBLE)")
        both = np.concatenate([ties.inside, ties.inside[::-1]], axis=1)
        frames = {
            "Colleague": pd.DataFrame({"id": np.arange(ties.colleagues)}),
            "Contact": pd.DataFrame({"id": np.arange(ties.colleagues, ties.people)}),
            "Works": pd.DataFrame({"a": both[0], "b": both[1], "close": np.tile(ties.inside_close, 2)}),
            "Knows": pd.DataFrame({"a": ties.outside[0], "b": ties.outside[1], "close": ties.outside_close}),
        }
        for table, frame in frames.items():
            frame.to_parquet(folder / f"{table}.parquet")
            run(f"COPY {table} FROM '{folder / table}.parquet'")
        texts = (self.OVER_ONE + self.BEST, self.OVER_TIES % self.GIVEN, self.OVER_ASKING % self.GIVEN)
        self.over_one, *self.over_two = (self.connection.prepare(text) for text in texts)
        # An EXISTS about the first colleague takes Kuzu fifty times as long as leaving them out afterwards.
        whole = (self.OVER_ONE, self.OVER_TIES % "false", self.OVER_ASKING % "false")
        self.at_once = self.connection.prepare(" UNION ALL ".join(whole))

    def whole(self, seller: int, target: int) -> Answer:
        rows = self.connection.execute(self.at_once, {"seller": seller, "target": target}).get_all()
        return self._best([row for row in rows if row[1] < 0], [row for row in rows if row[1] >= 0])

    def in_steps(self, seller: int, target: int) -> Answer:
        ends = {"seller": seller, "target": target}
        direct = self.connection.execute(self.over_one, ends).get_all()
        further: list[Any] = []
        if 0 < len(direct) < LIMIT:
            knowing = ends | {"knowing": [row[0] for row in direct]}
            for statement in self.over_two:
                further += self.connection.execute(statement, knowing).get_all()
        return self._best(direct, further)

    @staticmethod
    def _best(direct: list[Any], further: list[Any]) -> Answer:
        best: dict[int, tuple[float, int]] = {}
        knowing = {row[0] for row in direct}
        for first, second, value in further:
            if first not in knowing:
                best[first] = min((-value, second), best.get(first, (-value, second)))
        ways = [(1, -value, first, ((first,), value)) for first, _, value in direct]
        ways += [(2, minus, first, ((first, second), -minus)) for first, (minus, second) in best.items()]
        return [way[-1] for way in sorted(ways)[:LIMIT]]


class OutOfPatience(Exception):
    """NetworkX has had its time."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise OutOfPatience

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def networkx_graph(ties: Ties) -> "nx.Graph[int]":
    graph: nx.Graph[int] = nx.Graph()
    for ends, closes in ((ties.inside, ties.inside_close), (ties.outside, ties.outside_close)):
        steps = (HOP - np.log(closes)).tolist()
        graph.add_weighted_edges_from(zip(ends[0].tolist(), ends[1].tolist(), steps, strict=True), weight="step")
    return graph


def with_networkx(graph: "nx.Graph[int]", colleagues: int, seller: int, target: int) -> Answer:
    found: dict[int, tuple[tuple[int, ...], float]] = {}
    if seller in graph and target in graph:
        for path in nx.shortest_simple_paths(graph, seller, target, weight="step"):
            between = tuple(path[1:-1])
            if len(between) > 2 or len(found) == LIMIT:
                break
            if between and all(person < colleagues for person in between):
                steps = sum(graph.edges[step]["step"] for step in nx.utils.pairwise(path))
                found.setdefault(between[0], (between, math.exp(HOP * (len(path) - 1) - steps)))
    return list(found.values())
