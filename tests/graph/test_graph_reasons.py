"""Why a colleague is named."""

from graph_builders import world

from relationship.graph.introductions import Path, introductions
from relationship.graph.reasons import Reason, reasons

SELLER, CONTACT = 1, 101


def told(ties, *, colleagues=5, busy=frozenset()):
    paths = introductions(world(colleagues, 1, ties).network(), SELLER, [CONTACT], busy=busy).paths
    return dict(zip([path.colleagues for path in paths], reasons(paths), strict=True))


def test_the_closest_to_the_contact_and_the_closest_to_the_seller_are_told_apart():
    assert told({(1, 2): 2, (1, 3): 1, (2, CONTACT): 1, (3, CONTACT): 4}) == {
        (3,): (Reason.CLOSEST_TO_TARGET,),
        (2,): (Reason.CLOSEST_TO_SELLER,),
    }


def test_one_colleague_can_be_closest_to_both():
    why = told({(1, 2): 2, (2, CONTACT): 4, (3, CONTACT): 1})
    assert why[2,] == (Reason.CLOSEST_TO_TARGET, Reason.CLOSEST_TO_SELLER)
    assert why[3,] == (Reason.NO_TIE_YET,)


def test_the_only_way_is_called_so_and_not_the_closest():
    assert told({(1, 2): 2, (2, CONTACT): 4}) == {(2,): (Reason.ONLY_ONE,)}


def test_of_equals_nobody_is_the_closest():
    assert told({(1, 2): 2, (1, 3): 2, (2, CONTACT): 4, (3, CONTACT): 4}) == {(2,): (), (3,): ()}


def test_a_colleague_who_hands_on_says_so_and_whether_the_two_ever_met_is_told_to_nobody():
    why = told({(1, 2): 5, (1, 3): 1, (2, 4): 1, (4, CONTACT): 1})
    assert why[2, 4] == (Reason.CLOSEST_TO_SELLER, Reason.HANDS_ON)
    assert why[3, 4] == (Reason.HANDS_ON,)  # 3 and 4 never met: the same as if they had
    assert why[4,] == (Reason.CLOSEST_TO_TARGET, Reason.NO_TIE_YET)


def test_a_busy_colleague_is_told_to_be_busy():
    why = told({(1, 2): 1, (2, CONTACT): 9, (1, 3): 1, (3, CONTACT): 1}, busy={2})
    assert Reason.BUSY in why[2,]
    assert Reason.BUSY not in why[3,]


def test_no_paths_need_no_reasons():
    assert reasons([]) == []
    assert reasons([Path((2,), CONTACT, 1.0, (1.0, 1.0))]) == [(Reason.ONLY_ONE,)]
