"""The seeded network and questions of `paths.py`, and the plain join that every answer is checked against."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from relationship.graph.introductions import FLOOR, LIMIT
from relationship.graph.network import Network

CONTACTS_EACH, TIES_EACH, BETWEEN_EACH = 100, 1000, 20
Answer = list[tuple[tuple[int, ...], float]]


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
