"""What an admin sees: totals of many, never of few, and odds once there are enough."""

from uuid import uuid4

import pytest
from introduction_builders import NOON, TOR, Bench

from relationship.activities import RecordKind, RecordRef
from relationship.graph.odds import Outcomes
from relationship.graph.ties import TieWord
from relationship.introductions import State, Via
from relationship.store.knows import introductions
from relationship.store.knows.introduction_tables import INTRODUCTION
from relationship.store.knows.introductions import NewIntroduction
from relationship.store.knows.reading_introductions import learnt, outcomes, totals


def put(bench: Bench, state: State, *, people: int, count: int, word: TieWord = TieWord.MEDIUM, hops: int = 1) -> None:
    """`count` requests in this state, of `people` sellers to as many colleagues."""
    with bench.house.store.transaction() as conn:
        for number in range(count):
            new = NewIntroduction(
                key=str(uuid4()), request_key=str(uuid4()), seller_key=f"s{number % people}",
                colleague_key=f"c{number % people}", target=RecordRef(RecordKind.CONTACT, str(uuid4())),
                notify=False, via=Via.GRAPH, language="fr", template_key="court", subject="", body="", word=word,
                hops=hops, asked_at=NOON, remind_at=None, due_at=NOON,
            )  # fmt: skip
            introductions.add(conn, new)
            conn.execute(INTRODUCTION.update().where(INTRODUCTION.c.key == new.key).values(state=state.value))


def seen(bench: Bench) -> tuple[int | None, dict[str, int | None]]:
    with bench.house.store.reading() as conn:
        found = totals(conn)
    return found.all, {state.value: count for state, count in found.by_state.items()}


def test_numbers_of_fewer_than_five_sellers_or_colleagues_are_kept_back(bench: Bench) -> None:
    put(bench, State.INTRODUCED, people=6, count=12)
    put(bench, State.LAPSED, people=5, count=9)
    put(bench, State.DECLINED, people=4, count=30)
    put(bench, State.ASKED, people=2, count=2)
    assert seen(bench) == (53, {"introduced": 12, "lapsed": 9, "declined": None, "asked": None})


def test_one_number_kept_back_alone_would_follow_from_the_total_so_another_is_too(bench: Bench) -> None:
    put(bench, State.INTRODUCED, people=6, count=12)
    put(bench, State.LAPSED, people=5, count=9)
    put(bench, State.DECLINED, people=4, count=4)
    assert seen(bench) == (25, {"introduced": 12, "lapsed": None, "declined": None})


def test_of_few_people_in_all_not_even_the_total_is_told(bench: Bench) -> None:
    put(bench, State.INTRODUCED, people=4, count=40)
    assert seen(bench) == (None, {"introduced": None})


def test_an_organisation_without_requests_has_no_totals(bench: Bench) -> None:
    assert seen(bench) == (None, {})


def test_outcomes_are_counted_by_word_and_length_without_those_taken_back_or_open(bench: Bench) -> None:
    put(bench, State.INTRODUCED, people=5, count=3, word=TieWord.STRONG)
    put(bench, State.LAPSED, people=5, count=2, word=TieWord.STRONG)
    put(bench, State.PASSED_ON, people=5, count=1, hops=2)
    put(bench, State.WITHDRAWN, people=5, count=7)
    put(bench, State.UNSENT, people=5, count=7)
    put(bench, State.ASKED, people=5, count=7)
    with bench.house.store.reading() as conn:
        assert outcomes(conn) == {(TieWord.STRONG, 1): Outcomes(5, 3), (TieWord.MEDIUM, 2): Outcomes(1, 0)}


def test_odds_are_learnt_from_fifty_outcomes_on(bench: Bench) -> None:
    put(bench, State.INTRODUCED, people=7, count=30, word=TieWord.STRONG)
    put(bench, State.DECLINED, people=7, count=19, word=TieWord.WEAK, hops=2)
    with bench.house.store.reading() as conn:
        assert totals(conn).odds is None
    put(bench, State.DECLINED, people=7, count=1, word=TieWord.WEAK, hops=2)
    with bench.house.store.reading() as conn:
        odds = totals(conn).odds
    assert odds is not None
    # By hand: average 30/50; (30 + 10·0.6)/40 and (0 + 10·0.6)/30.
    assert odds[TieWord.STRONG, 1].chance == pytest.approx(0.9)
    assert odds[TieWord.WEAK, 2].chance == pytest.approx(0.2)


def test_a_request_counts_for_its_target_only(bench: Bench) -> None:
    bench.ask(target=TOR)
    with bench.house.store.reading() as conn:
        assert outcomes(conn) == {}


def test_odds_of_few_people_are_never_told(bench: Bench) -> None:
    """Fifty outcomes of four colleagues would tell how these four answer."""
    put(bench, State.INTRODUCED, people=4, count=60, word=TieWord.STRONG)
    with bench.house.store.reading() as conn:
        assert learnt(conn) is None


def test_where_few_people_stand_behind_a_strength_its_odds_are_the_average(bench: Bench) -> None:
    put(bench, State.INTRODUCED, people=7, count=30, word=TieWord.STRONG)
    put(bench, State.DECLINED, people=7, count=26, word=TieWord.STRONG)
    put(bench, State.DECLINED, people=2, count=4, word=TieWord.WEAK, hops=2)
    with bench.house.store.reading() as conn:
        odds = learnt(conn)
    assert odds is not None
    assert odds[TieWord.WEAK, 2].chance == pytest.approx(30 / 60)  # not (0 + 10 · 0.5) / (4 + 10)
    assert odds[TieWord.WEAK, 2].ended == 0
    assert odds[TieWord.STRONG, 1].chance == pytest.approx((30 + 5) / 66)
