"""Introduction paths: worked cases, and the same answer as trying every path on thousands of random networks."""

import random

import pytest
from graph_builders import exhaustive, found, random_world, world

from relationship.graph.introductions import best_by_target, introductions
from relationship.graph.ties import TieWord

SELLER, CONTACT = 1, 101


def question(given, seed):
    """A seller, targets, absent and busy people and a limit, drawn for this world."""
    dice = random.Random(seed)
    outside = [person for person in given.people if person not in given.colleagues]
    inside = sorted(given.colleagues)
    seller = dice.choice(inside) if dice.random() < 0.9 else 5000
    targets = dice.sample(outside, dice.choice((1, 1, 1, len(outside))))
    absent = set(dice.sample(given.people, dice.choice((0, 0, 1, 2)))) if len(given.people) > 2 else set()
    busy = set(dice.sample(inside, dice.choice((0, 0, 1, len(inside) // 2 + 1)) if len(inside) > 1 else 0))
    return seller, targets, absent, busy, dice.choice((1, 2, 5, 5, 5))


@pytest.mark.parametrize("hundred", range(40))
def test_the_answer_is_that_of_trying_every_path(hundred):
    for seed in range(100 * hundred, 100 * hundred + 100):
        given = random_world(seed)
        seller, targets, absent, busy, limit = question(given, seed)
        expected = exhaustive(given, seller, targets, absent=absent, busy=busy, limit=limit)
        answer = found(given.network(), seller, targets, absent=absent, busy=busy, limit=limit)
        assert answer == expected, (seed, seller, targets, absent, busy, limit)
