"""Answering by page and by link: once, by the right person, and only while the request waits."""

import pytest
from introduction_builders import ANNE, BRUNO, Bench
from itsdangerous import URLSafeSerializer

from relationship.desk.answer import answer, answer_by_link, read_link
from relationship.desk.introduce import withdraw
from relationship.introductions import NoSuchIntroduction, NotAllowed, NotPossible, State, Step
from relationship.links import PATH, AnswerLinks
from relationship.store.knows.reading_introductions import mine, one_of_mine, proposals
from relationship.store.privacy import audit
from relationship.sync.outward.mail_out import Delivery

ANSWERED = [
    (Step.ACCEPT, State.ACCEPTED, ""),
    (Step.DECLINE, State.DECLINED, ""),
    (Step.NOT_WELL, State.DECLINED, "not_well"),
    (Step.PASS_ON, State.PASSED_ON, ""),
]


def token(bench: Bench, step: Step) -> str:
    """The link of this answer, as it stood in the last mail."""
    lines = bench.hands.mails[-1].text.split("\n")
    links = [line.partition(PATH)[2] for line in lines if PATH in line]
    opened = {AnswerLinks(bench.house.config).opened(link): link for link in links}
    return next(link for found, link in opened.items() if found is not None and found[1] is step)


@pytest.mark.parametrize(("step", "state", "reason"), ANSWERED)
def test_the_colleague_answers_by_link_once(bench: Bench, step: Step, state: State, reason: str) -> None:
    bench.ask()
    found = answer_by_link(bench.house, token(bench, step))
    assert (found.state, found.reason) == (state, reason)
    for other in (step, Step.ACCEPT, Step.DECLINE):
        with pytest.raises(NotPossible):
            answer_by_link(bench.house, token(bench, other))
    assert bench.one(found.key) == found


@pytest.mark.parametrize(("step", "state", "reason"), ANSWERED)
def test_the_colleague_answers_on_a_page_once(bench: Bench, step: Step, state: State, reason: str) -> None:
    one = bench.ask().introduction
    found = answer(bench.house, one.key, step, colleague_key=BRUNO)
    assert (found.state, found.reason) == (state, reason)
    with pytest.raises(NotPossible):
        answer(bench.house, one.key, step, colleague_key=BRUNO)


def test_looking_at_a_link_changes_nothing_however_often(bench: Bench) -> None:
    one = bench.ask().introduction
    for _ in range(5):
        with bench.house.store.reading() as conn:
            link = read_link(bench.house, conn, token(bench, Step.DECLINE))
        assert (link.step, link.is_open, link.seller, link.contact) == (Step.DECLINE, True, "Anne", "c-tor")
    assert bench.one(one.key) == one


def test_a_link_is_dead_after_a_fortnight_and_when_the_seller_took_the_request_back(bench: Bench) -> None:
    one = bench.ask().introduction
    link = token(bench, Step.ACCEPT)
    withdraw(bench.house, one.key, seller_key=ANNE)
    with pytest.raises(NotPossible):
        answer_by_link(bench.house, link)
    bench.pass_days(14.01)
    with pytest.raises(NoSuchIntroduction):
        answer_by_link(bench.house, link)


def test_a_link_that_somebody_made_up_or_changed_leads_nowhere(bench: Bench) -> None:
    bench.ask()
    good = token(bench, Step.ACCEPT)
    foreign = URLSafeSerializer("another key", salt="answer to a request for an introduction").dumps([1, "a"])
    purpose = URLSafeSerializer("a key for tests only, long enough", salt="cookie-session").dumps([1, "a"])
    for bad in ("", "x", good[:-1], good + "A", good.upper(), foreign, purpose, "A" * 5_000, "\ud800", "é"):
        with pytest.raises(NoSuchIntroduction):
            answer_by_link(bench.house, bad)


def test_a_link_answers_the_request_it_was_sent_with_and_no_other(bench: Bench) -> None:
    first = bench.ask().introduction
    link = token(bench, Step.ACCEPT)
    second = bench.ask("carla").introduction
    answer_by_link(bench.house, link)
    assert (bench.one(first.key).state, bench.one(second.key).state) == (State.ACCEPTED, State.ASKED)


def test_an_answer_to_a_mail_in_doubt_proves_that_it_arrived(bench: Bench) -> None:
    bench.hands.then = Delivery.UNKNOWN
    bench.ask()
    found = answer_by_link(bench.house, token(bench, Step.ACCEPT))
    assert (found.state, found.in_doubt) == (State.ACCEPTED, False)


def test_nobody_answers_for_somebody_else(bench: Bench) -> None:
    one = bench.ask().introduction
    for stranger in (ANNE, "carla", ""):
        with pytest.raises(NoSuchIntroduction):
            answer(bench.house, one.key, Step.ACCEPT, colleague_key=stranger)
    assert bench.one(one.key).state is State.ASKED


def test_who_is_better_placed_becomes_a_proposal_to_the_seller_and_nobody_is_asked(bench: Bench) -> None:
    one = bench.ask().introduction
    found = answer(bench.house, one.key, Step.PASS_ON, colleague_key=BRUNO, proposed_key="carla")
    with bench.house.store.reading() as conn:
        assert proposals(conn, ANNE, one.target) == ("carla",)
        assert proposals(conn, "david", one.target) == ()
        (seen,) = mine(conn, ANNE).asked
        assert mine(conn, "carla").received == ()
    assert (found.state, seen.proposed) == (State.PASSED_ON, "Carla")
    assert len(bench.hands.mails) == 1


@pytest.mark.parametrize("proposed", [ANNE, BRUNO, "nobody", "gone"])
def test_neither_the_two_themselves_nor_somebody_gone_is_proposed(bench: Bench, proposed: str) -> None:
    one = bench.ask().introduction
    with pytest.raises(NotAllowed):
        answer(bench.house, one.key, Step.PASS_ON, colleague_key=BRUNO, proposed_key=proposed)
    assert bench.one(one.key).state is State.ASKED


def test_only_the_two_see_a_request(bench: Bench) -> None:
    one = bench.ask().introduction
    with bench.house.store.reading() as conn:
        for person in (ANNE, BRUNO):
            found = one_of_mine(conn, person, one.key)
            assert found is not None
            assert (found[0].seller, found[0].colleague, found[0].contact) == ("Anne", "Bruno", "c-tor")
        assert one_of_mine(conn, "carla", one.key) is None
        assert one_of_mine(conn, ANNE, "no-such-key") is None
        assert [seen.introduction.key for seen in mine(conn, BRUNO).received] == [one.key]
        assert mine(conn, "carla") == mine(conn, "somebody")


def test_the_colleague_sees_nothing_of_a_mail_that_never_left(bench: Bench) -> None:
    bench.hands.then = Delivery.UNKNOWN
    one = bench.ask().introduction
    with bench.house.store.reading() as conn:
        assert mine(conn, BRUNO).received == ()
        assert one_of_mine(conn, BRUNO, one.key) is None


def test_every_act_stands_in_the_audit_log_without_names_texts_or_addresses(bench: Bench) -> None:
    one = bench.ask().introduction
    answer_by_link(bench.house, token(bench, Step.ACCEPT))
    withdraw(bench.house, one.key, seller_key=ANNE)
    with bench.house.store.reading() as conn:
        acts = [(act.actor, act.result) for _n, act in reversed(audit.entries(conn, limit=10))]
        told = str(audit.entries(conn, limit=10))
        assert audit.verify(conn, bench.house.audit_keys()).reason == ""
    assert acts == [(ANNE, "asked"), (ANNE, "sent"), ("outsider", "accept"), (ANNE, "withdrawn")]
    assert not any(secret in told for secret in ("Tor", "c-tor", "Présentation", "@"))
