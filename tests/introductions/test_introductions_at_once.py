"""Several at the same moment: presses, sellers and answers; one wins, and the others are told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import product
from threading import Barrier
from typing import Any

from introduction_builders import ANNE, BRUNO, LENA, TOR, Bench

from relationship.desk.answer import answer, answer_by_link
from relationship.desk.introduce import withdraw
from relationship.errors import RelationshipError
from relationship.introductions import AlreadyAsked, NotAllowed, NotPossible, State, Step
from relationship.links import PATH, AnswerLinks
from relationship.store.knows import introductions


def together(*acts: Callable[[], Any]) -> list[Any]:
    """What each act returned, or the error it raised; all begin at the same moment."""
    ready = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        ready.wait()
        try:
            return act()
        except RelationshipError as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_the_same_form_pressed_eight_times_at_once_sends_one_mail(bench: Bench) -> None:
    done = together(*[lambda: bench.ask(request_key="form-1")] * 8)
    assert len(bench.hands.mails) == 1
    assert sorted(one.is_repeat for one in done) == [False] + [True] * 7
    assert len({one.introduction.key for one in done}) == 1


def test_b58_the_same_introduction_from_eight_windows_is_asked_once(bench: Bench) -> None:
    done = together(*[bench.ask] * 8)
    assert len(bench.hands.mails) == 1
    assert sum(isinstance(one, AlreadyAsked) for one in done) == 7


def test_eight_sellers_at_once_do_not_pass_the_weekly_limit_of_a_colleague(bench: Bench) -> None:
    pairs = product(("anne", "carla", "david", "emma"), (TOR, LENA))
    done = together(*[partial(bench.ask, seller=seller, target=target) for seller, target in pairs])
    assert len(bench.hands.mails) == 3
    assert sum(isinstance(one, NotAllowed) for one in done) == 5


def test_of_answers_and_a_withdrawal_at_once_exactly_one_counts(bench: Bench) -> None:
    one = bench.ask().introduction
    token = AnswerLinks(bench.house.config).links(one.id)[Step.DECLINE].partition(PATH)[2]
    done = together(
        lambda: answer(bench.house, one.key, Step.ACCEPT, colleague_key=BRUNO),
        lambda: answer_by_link(bench.house, token),
        lambda: answer_by_link(bench.house, token),
        lambda: withdraw(bench.house, one.key, seller_key=ANNE),
    )
    moved = [found for found in done if not isinstance(found, NotPossible)]
    with bench.house.store.reading() as conn:
        steps = introductions.ledger(conn, one)
    # Whoever agreed may still be withdrawn from; every other answer ends it.
    assert len(moved) == (2 if State.ACCEPTED in [step.state for step in steps] and len(steps) == 3 else 1)
    assert len(steps) == 1 + len(moved)
    assert bench.one(one.key).state is steps[-1].state
