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


@pytest.mark.parametrize("seed", range(60))
def test_the_answer_is_that_of_trying_every_path_among_many_colleagues(seed):
    given = random_world(seed, colleagues=30, contacts=6)
    for again in range(3):
        seller, targets, absent, busy, limit = question(given, 1000 * again + seed)
        expected = exhaustive(given, seller, targets, absent=absent, busy=busy, limit=limit)
        answer = found(given.network(), seller, targets, absent=absent, busy=busy, limit=limit)
        assert answer == expected, (seed, seller, targets, absent, busy, limit)


@pytest.mark.parametrize("seed", range(300))
def test_who_is_absent_leaves_no_trace(seed):
    given = random_world(seed)
    seller, targets, absent, busy, limit = question(given, seed + 17)
    options = {"busy": busy, "limit": limit}
    with_them = introductions(given.network(), seller, targets, absent=absent, **options)
    assert with_them == introductions(given.network(without=absent), seller, targets, **options)


@pytest.mark.parametrize("seed", range(100))
def test_the_order_in_which_people_ties_and_targets_are_given_changes_nothing(seed):
    given = random_world(seed)
    seller, targets, _, busy, _ = question(given, seed)
    before = introductions(given.network(), seller, targets, busy=busy)
    given.ties = {pair[::-1]: close for pair, close in reversed(given.ties.items())}
    assert introductions(given.network(), seller, targets[::-1], busy=busy) == before


@pytest.mark.parametrize("seed", range(300))
def test_a_closer_tie_never_lowers_the_value_of_the_best_path(seed):
    given = random_world(seed)
    seller, targets, _, _, _ = question(given, seed)
    before = found(given.network(), seller, targets)
    if not given.ties or not before:
        return
    pair = random.Random(seed).choice(sorted(given.ties))
    given.ties[pair] *= 2
    after = {path[0][0]: path for path in found(given.network(), seller, targets, limit=10)}
    for colleagues, _, value, _ in before:
        same = after[colleagues[0]]
        assert len(same[0]) <= len(colleagues)
        assert same[2] >= value


@pytest.mark.parametrize("seed", range(300))
def test_a_value_is_the_product_of_its_ties_and_never_above_the_weakest_while_none_exceeds_one(seed):
    given = random_world(seed)
    given.ties = {pair: min(close, 1.0) for pair, close in given.ties.items()}
    seller, targets, _, _, _ = question(given, seed)
    for path in introductions(given.network(), seller, targets).paths:
        steps = [max(tie or 0.0, 0.1) for tie in path.ties[:-1]] + [path.ties[-1]]
        product = 1.0
        for step in steps:
            product *= step
        assert path.value == product
        assert path.value <= min(steps)


def test_a_path_over_one_colleague_comes_before_a_better_one_over_two():
    given = world(3, 1, {(1, 2): 5, (2, 3): 5, (3, CONTACT): 0.2})
    assert [path[0] for path in found(given.network(), SELLER, [CONTACT])] == [(3,), (2, 3)]


def test_a_colleague_without_a_tie_to_the_seller_can_be_asked_all_the_same():
    (path,) = introductions(world(2, 1, {(2, CONTACT): 3}).network(), SELLER, [CONTACT]).paths
    assert path.value == pytest.approx(0.3)
    assert path.ties == (None, 3.0)
    assert path.word is TieWord.STRONG


def test_a_faint_tie_between_colleagues_counts_like_none_but_is_told():
    (path,) = introductions(world(2, 1, {(1, 2): 0.01, (2, CONTACT): 3}).network(), SELLER, [CONTACT]).paths
    assert path.value == pytest.approx(0.3)
    assert path.ties == (0.01, 3.0)


def test_nobody_is_sent_from_stranger_to_stranger():
    given = world(9, 1, {(9, CONTACT): 2})
    assert [path[0] for path in found(given.network(), SELLER, [CONTACT])] == [(9,)]


def test_of_equal_values_the_name_decides_not_the_number():
    given = world(4, 1, {(2, CONTACT): 1, (3, CONTACT): 1, (4, CONTACT): 1})
    given.people = [4, 3, 2, 1, CONTACT]
    assert [path[0] for path in found(given.network(), SELLER, [CONTACT])] == [(4,), (3,), (2,)]


def test_of_equal_ways_through_a_second_colleague_the_name_decides():
    given = world(4, 1, {(1, 2): 1, (2, 3): 1, (2, 4): 1, (3, CONTACT): 1, (4, CONTACT): 1})
    assert (2, 3) in [path[0] for path in found(given.network(), SELLER, [CONTACT])]


def test_of_equal_values_through_a_tie_and_without_one_the_name_decides():
    given = world(9, 1, {(9, CONTACT): 1, (1, 3): 1, (3, 9): 0.1, (1, 2): 1})
    assert [path[0] for path in found(given.network(), SELLER, [CONTACT], limit=2)] == [(9,), (2, 9)]


@pytest.mark.parametrize("seed", range(40))
def test_of_many_who_know_the_contact_the_best_are_found(seed):
    dice = random.Random(seed)
    given = world(99, 1, {(colleague, CONTACT): dice.choice((0.5, 1, 2, 4)) for colleague in range(2, 100)})
    given.ties |= {(1, colleague): dice.choice((0.1, 0.2, 0.4, 0.8)) for colleague in range(2, 100, 3)}

    def value(colleague):
        return max(given.ties.get((1, colleague), 0), 0.1) * given.ties[colleague, CONTACT]

    best = sorted(range(2, 100), key=lambda colleague: (-value(colleague), colleague))[:40]
    for limit in (1, 5, 40):
        ranked = found(given.network(), SELLER, [CONTACT], limit=limit)
        assert [path[0] for path in ranked] == [(colleague,) for colleague in best[:limit]]


def test_at_most_five_first_colleagues_are_named_unless_more_are_wanted():
    given = world(9, 1, {(colleague, CONTACT): colleague for colleague in range(2, 10)})
    five = found(given.network(), SELLER, [CONTACT])
    assert [path[0] for path in five] == [(9,), (8,), (7,), (6,), (5,)]
    eight = found(given.network(), SELLER, [CONTACT], limit=10)
    assert eight[:5] == five
    assert [path[0] for path in eight[5:]] == [(4,), (3,), (2,)]


def test_a_busy_colleague_comes_after_everybody_else():
    given = world(4, 1, {(1, 3): 1, (2, CONTACT): 9, (3, 4): 1, (4, CONTACT): 0.1})
    ranked = found(given.network(), SELLER, [CONTACT], busy={2})
    assert [(path[0], path[3]) for path in ranked] == [((4,), False), ((3, 2), False), ((2,), True)]


def test_the_seller_who_knows_the_contact_is_told_first_and_is_no_introducer():
    given = world(2, 1, {(1, CONTACT): 0.4, (1, 2): 1, (2, CONTACT): 1})
    answer = introductions(given.network(), SELLER, [CONTACT])
    assert answer.own == ((CONTACT, 0.4),)
    assert [path.colleagues for path in answer.paths] == [(2,)]


def test_for_an_account_the_closest_of_its_people_counts():
    given = world(3, 3, {(2, 101): 1, (2, 102): 2, (3, 103): 1.5, (1, 103): 0.2, (1, 101): 0.7})
    answer = introductions(given.network(), SELLER, [101, 102, 103])
    assert [(path.colleagues, path.target) for path in answer.paths] == [((2,), 102), ((3,), 103)]
    assert answer.own == ((101, 0.7), (103, 0.2))


def test_whom_else_to_try_at_an_account_are_its_people_by_their_best_path():
    given = world(3, 4, {(2, 101): 1, (2, 102): 2, (3, 103): 9})
    ranked = best_by_target(given.network(), SELLER, [101, 102, 103, 104], busy={3})
    assert [(path.target, path.colleagues) for path in ranked] == [(102, (2,)), (101, (2,)), (103, (3,))]


@pytest.mark.parametrize(
    ("seller", "targets"),
    [
        (SELLER, []),
        (SELLER, [SELLER]),  # nobody is introduced to himself
        (SELLER, [2]),  # nor to a colleague
        (SELLER, [999]),  # unknown
        (SELLER, [102]),  # known to nobody
        (CONTACT, [CONTACT]),
        (102, [CONTACT]),  # a contact asks for nothing
    ],
)
def test_where_there_is_nobody_to_ask_the_answer_is_empty(seller, targets):
    given = world(3, 2, {(2, CONTACT): 1, (1, 2): 1})
    answer = introductions(given.network(), seller, targets)
    assert answer.paths == ()
    assert answer.own == ()


def test_an_empty_network_has_no_paths():
    assert found(world(0, 0, {}).network(), SELLER, [CONTACT]) == []


def test_at_least_one_path_must_be_wanted():
    with pytest.raises(ValueError, match="at least one"):
        introductions(world(2, 1, {(2, CONTACT): 1}).network(), SELLER, [CONTACT], limit=0)


def test_a_crowd_in_which_everybody_knows_everybody_is_answered_exactly():
    given = world(99, 1, {(99, CONTACT): 1.0})
    given.ties |= {(a, b): 1.0 + (a * b % 7) for a in range(1, 100) for b in range(a + 1, 100)}
    ranked = found(given.network(), SELLER, [CONTACT])

    def value(first):
        return given.ties[1, first] * given.ties[first, 99]

    best = sorted(range(2, 99), key=lambda first: (-value(first), first))[:4]
    assert [path[0] for path in ranked] == [(99,), *((first, 99) for first in best)]
