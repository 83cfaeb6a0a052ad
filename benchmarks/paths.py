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
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import networkx as nx
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from path_rivals import OutOfPatience, WithCypher, at_most, networkx_graph, with_networkx
from path_world import Answer, Ties, network_of, seeded_questions, seeded_ties, with_plain_join

from relationship.graph.introductions import LIMIT, introductions
from relationship.graph.network import Network

MANY = 100


def with_product(network: Network, seller: int, target: int) -> Answer:
    return [(path.colleagues, path.value) for path in introductions(network, seller, [target]).paths]


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
            found, answer = with_product(network, *question), ask(*question)
            assert [path for path, _ in found] == [path for path, _ in answer], question
            assert np.allclose([value for _, value in found], [value for _, value in answer]), question
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
