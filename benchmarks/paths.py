"""Who can introduce whom: five exact answers from 1,000 colleagues, 100,000 contacts and 1,000,000 ties.

    python benchmarks/paths.py [--colleagues 1000] [--questions 5000] [--patience 20] [--tenfold]

One run asks the same seeded questions in three ways and prints how much faster the product is:

    product   relationship/graph: sorted neighbour arrays, pruned by the best values found
    Cypher    the same rules in Kuzu, an embedded graph database, prepared statements
    NetworkX  shortest_simple_paths until five first colleagues are found, stopped after `--patience` seconds. It is
              given an easier question: no steps between colleagues without a tie

Every answer of the product that is compared is first checked against a plain join over all ties. `--tenfold`
asks the product alone on a network ten times the size as well.
"""

import argparse
import gc
import itertools
import math
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import networkx as nx
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from relationship.graph.introductions import FLOOR, LIMIT, introductions
from relationship.graph.network import Network

CONTACTS_EACH, TIES_EACH, BETWEEN_EACH = 100, 1000, 20
Answer = list[tuple[tuple[int, ...], float]]
MANY = 100
HOP = 100.0  # makes a path of fewer steps the shorter one, whatever its closenesses


@dataclass(frozen=True)
class Ties:
    """Colleagues are 0 .. n-1, contacts n .. 101 n - 1.

    inside, outside  the ends of ties, shape (2, …): two colleagues; a colleague and a contact
    """

    colleagues: int
    inside: np.ndarray
    inside_close: np.ndarray
    outside: np.ndarray
    outside_close: np.ndarray

    @property
    def people(self) -> int:
        return self.colleagues * (1 + CONTACTS_EACH)


def seeded_ties(colleagues: int) -> Ties:
    """Some colleagues and contacts have many more ties than others; every pair at most once."""
    random = np.random.default_rng(20_260_617)
    contacts = colleagues * CONTACTS_EACH

    def popular(count: int, spread: float, size: int) -> np.ndarray:
        chances = np.cumsum(random.lognormal(0, spread, count))
        return np.searchsorted(chances, random.random(size) * chances[-1])

    def pairs(wanted: int, draw: Callable[[int], np.ndarray]) -> np.ndarray:
        keys = np.zeros(0, dtype=np.int64)
        while len(keys) < wanted:
            keys = np.unique(np.concatenate([keys, draw(wanted // 4 + 1000)]))
        return np.sort(random.choice(keys, wanted, replace=False))

    def inside_keys(size: int) -> np.ndarray:
        one, other = popular(colleagues, 0.7, size), popular(colleagues, 0.7, size)
        low, high = np.minimum(one, other), np.maximum(one, other)
        return (low * colleagues + high)[low < high]

    inside = pairs(colleagues * BETWEEN_EACH, inside_keys)
    outside = pairs(
        colleagues * (TIES_EACH - BETWEEN_EACH),
        lambda size: popular(colleagues, 0.7, size) * contacts + popular(contacts, 1.2, size),
    )
    return Ties(
        colleagues,
        np.stack([inside // colleagues, inside % colleagues]),
        random.lognormal(-1, 1.5, len(inside)),
        np.stack([outside // contacts, outside % contacts + colleagues]),
        random.lognormal(-1.5, 1.5, len(outside)),
    )


def network_of(ties: Ties) -> Network:
    people = np.arange(ties.people)
    return Network.of(
        people,
        people < ties.colleagues,
        a=np.concatenate([ties.inside[0], ties.outside[0]]),
        b=np.concatenate([ties.inside[1], ties.outside[1]]),
        closeness=np.concatenate([ties.inside_close, ties.outside_close]),
    )


def seeded_questions(ties: Ties, count: int) -> list[tuple[int, int]]:
    """Any seller; every other time any contact, else one end of any tie (so that the well-known come up often)."""
    random = np.random.default_rng(7)
    sellers = random.integers(0, ties.colleagues, count)
    targets = random.integers(ties.colleagues, ties.people, count)
    targets[::2] = random.choice(ties.outside[1], len(targets[::2]))
    return list(zip(sellers.tolist(), targets.tolist(), strict=True))


def with_product(network: Network, seller: int, target: int) -> Answer:
    return [(path.colleagues, path.value) for path in introductions(network, seller, [target]).paths]


def with_plain_join(ties: Ties, seller: int, target: int) -> Answer:
    """Every path there is, from all ties, without an index: what the others are checked against."""

    def row(person: int) -> tuple[np.ndarray, np.ndarray]:
        tied, close = np.zeros(ties.colleagues, dtype=np.bool_), np.full(ties.colleagues, FLOOR)
        for end in (0, 1):
            mine = np.flatnonzero(ties.inside[end] == person)
            others = ties.inside[1 - end][mine]
            tied[others], close[others] = True, np.maximum(ties.inside_close[mine], FLOOR)
        return tied, close

    mine = np.flatnonzero(ties.outside[1] == target)
    knowers = [(int(ties.outside[0][tie]), float(ties.outside_close[tie])) for tie in mine]
    known, link = row(seller)
    knowing = [colleague for colleague, _ in knowers]
    ways = [(1, -link[one] * close, one, ((one,), float(link[one] * close))) for one, close in knowers if one != seller]
    best: dict[int, Any] = {}
    for second, close in knowers:
        if second == seller:
            continue
        tied, between = row(second)
        values = link * between * close
        for first in np.flatnonzero(known | tied).tolist():
            if first not in (seller, second, *knowing):
                way = (-values[first], second)
                best[first] = min(way, best.get(first, way))
    ways += [(2, minus, first, ((first, second), float(-minus))) for first, (minus, second) in best.items()]
    return [way[-1] for way in sorted(ways, key=lambda way: way[:3])[:LIMIT]]


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


def seconds_of(
    ask: Callable[[int, int], object],
    questions: list[tuple[int, int]],
    clock: Callable[[], float] = time.perf_counter,
) -> list[float]:
    spent = []
    for seller, target in questions:
        began = clock()
        ask(seller, target)
        spent.append(clock() - began)
    return spent


def best_seconds_of(ask: Callable[[int, int], object], questions: list[tuple[int, int]]) -> list[float]:
    """Of each question the quickest of three rounds, so that what other programs do weighs less."""
    rounds = [seconds_of(ask, questions) for _ in range(3)]
    return [min(times) for times in zip(*rounds, strict=True)]


def seconds_after_flushing(ask: Callable[[int, int], object], questions: list[tuple[int, int]]) -> list[float]:
    """The same with the processor's caches filled with something else before every question."""
    other = np.zeros(8_000_000)
    spent = []
    for question in questions:
        other += 1.0
        spent += seconds_of(ask, [question])
    return spent


def line(name: str, seconds: list[float], reference: list[float] | None = None) -> str:
    ordered = sorted(seconds)
    middle = statistics.median(ordered)
    high = ordered[min(len(ordered) - 1, math.ceil(0.99 * len(ordered)) - 1)]
    faster = f"{middle / statistics.median(reference):>12,.0f} ×" if reference else ""
    return f"{name:<58}{middle * 1000:>12.4f}{high * 1000:>12.4f}{ordered[-1] * 1000:>12.4f}{len(ordered):>8}{faster}"


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def built(ties: Ties) -> Network:
    before, began = resident_mb(), time.perf_counter()
    network = network_of(ties)
    spent = time.perf_counter() - began
    count = ties.inside.shape[1] + ties.outside.shape[1]
    print(f"network of {ties.colleagues:,} colleagues, {ties.people - ties.colleagues:,} contacts, {count:,} ties:")
    print(f"built in {spent:.2f} s, {network.size_bytes / 1e6:.1f} MB of arrays, ", end="")
    print(f"{resident_mb() - before:.0f} MB more in the process")
    return network


def measured(ties: Ties, network: Network, questions: list[tuple[int, int]], checks: int) -> list[float]:
    """Times of the product on one network; some of its answers are checked first."""

    def ask(seller: int, target: int) -> Answer:
        return with_product(network, seller, target)

    wrong = [q for q in questions[:checks] if ask(*q) != with_plain_join(ties, *q)]
    assert not wrong, wrong
    gc.collect()
    gc.freeze()
    spent = seconds_of(ask, questions)
    own_time = seconds_of(ask, questions, time.thread_time)
    without = sum(not ask(*question) for question in questions)
    knowers = np.array([len(network.neighbours(target)) for _, target in questions])
    few = [second for second, known in zip(spent, knowers, strict=True) if known < LIMIT]
    many = [second for second, known in zip(spent, knowers, strict=True) if known >= MANY]
    print(f"{checks} answers equal to those of a plain join over all ties; {without} questions without any path")
    print(f"{'milliseconds':<58}{'median':>12}{'p99':>12}{'longest':>12}{'asked':>8}")
    print(line("product, all questions", spent))
    print(line("product, processor time (not waiting for other programs)", own_time))
    print(line("product, processor caches emptied before each", seconds_after_flushing(ask, questions[:500])))
    if few:
        print(line(f"product, contacts known to fewer than {LIMIT} colleagues", few))
    if many:
        print(line(f"product, contacts known to {MANY} colleagues and more", many))
    return spent


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("--colleagues", type=int, default=1000)
    arguments.add_argument("--questions", type=int, default=5000)
    arguments.add_argument("--checks", type=int, default=500, help="answers compared with a plain join")
    arguments.add_argument("--cypher", type=int, default=200, help="questions put to the graph database")
    arguments.add_argument("--networkx", type=int, default=5, help="questions put to NetworkX")
    arguments.add_argument("--patience", type=float, default=20, help="seconds that NetworkX is given for each")
    arguments.add_argument("--tenfold", action="store_true", help="also a network ten times the size (2 GB)")
    chosen = arguments.parse_args()

    ties = seeded_ties(chosen.colleagues)
    network = built(ties)
    questions = seeded_questions(ties, chosen.questions)
    spent = measured(ties, network, questions, chosen.checks)
    against_cypher(ties, network, questions[: chosen.cypher])
    against_networkx(ties, network, questions[: chosen.networkx], chosen.patience)
    if chosen.tenfold:
        del network
        tenfold = seeded_ties(10 * chosen.colleagues)
        again = measured(tenfold, built(tenfold), seeded_questions(tenfold, chosen.questions), chosen.checks // 10)
        times = statistics.median(again) / statistics.median(spent)
        print(f"at ten times the size a question takes {times:.2f} times as long")


def against_cypher(ties: Ties, network: Network, questions: list[tuple[int, int]]) -> None:
    try:
        import kuzu
    except ModuleNotFoundError:
        print("graph database: not installed: pip install kuzu")
        return
    with tempfile.TemporaryDirectory() as folder:
        before, began = resident_mb(), time.perf_counter()
        base = WithCypher(kuzu, ties, Path(folder))
        print(f"Kuzu {kuzu.__version__} filled in {time.perf_counter() - began:.1f} s, ", end="")
        ways = {"in one statement": base.whole, "in steps": base.in_steps}
        for question, ask in itertools.product(questions, ways.values()):
            ours, theirs = with_product(network, *question), ask(*question)
            assert [path for path, _ in ours] == [path for path, _ in theirs], question
            assert np.allclose([value for _, value in ours], [value for _, value in theirs]), question
        print(f"{resident_mb() - before:.0f} MB more in the process; all {len(questions)} answers equal")
        ours = best_seconds_of(lambda seller, target: with_product(network, seller, target), questions)
        print(line("product, the same questions, best of three", ours))
        for threads, (name, ask) in itertools.product((1, 2), ways.items()):
            base.connection.set_max_threads_for_exec(threads)
            theirs = best_seconds_of(ask, questions)
            print(line(f"Cypher in Kuzu {name}, {threads} thread{'s' * (threads > 1)}, best of three", theirs, ours))


def against_networkx(ties: Ties, network: Network, questions: list[tuple[int, int]], patience: float) -> None:
    before, began = resident_mb(), time.perf_counter()
    graph = networkx_graph(ties)
    print(f"NetworkX {nx.__version__} graph built in {time.perf_counter() - began:.1f} s, ", end="")
    print(f"{resident_mb() - before:.0f} MB more in the process")
    ours = best_seconds_of(lambda seller, target: with_product(network, seller, target), questions)
    spent, stopped = [], 0
    for question in questions:
        began = time.perf_counter()
        try:
            with at_most(patience):
                with_networkx(graph, ties.colleagues, *question)
        except OutOfPatience:
            stopped += 1
        spent.append(time.perf_counter() - began)
    print(line("product, the same questions, best of three", ours))
    print(line(f"NetworkX shortest_simple_paths, {stopped} of {len(spent)} stopped", spent, ours))


if __name__ == "__main__":
    main()
