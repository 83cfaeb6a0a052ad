"""What is enqueued leaves: once enqueued, at least once sent, later when it fails, in its order where it matters."""

import itertools

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from outbox_bench import Bench, notice

from relationship.activities import RecordKind, RecordRef
from relationship.desk import enqueue
from relationship.desk.deliver import MOST_ATTEMPTS, Ways, deliver_now, pause, tidy
from relationship.errors import BadItem, FixSettings, Reconnect, RelationshipError, TryLater
from relationship.store.outbox import mail_choices, outbox
from relationship.store.outbox.mail_choices import Choice, How
from relationship.store.outbox.outbox import State
from relationship.store.privacy.forgetting_deliveries import deliveries
from relationship.store.privacy.one_person import Person

RUNS = itertools.count()
DEAL = RecordRef(RecordKind.OPPORTUNITY, "0c6f5f1e-0000-4000-8000-000000000001")
LATER = TryLater("Not now.", next_step="Wait.", code="http_503")


def hook(bench: Bench, key: str, *, about: RecordRef | None = DEAL, endpoint: str = "erp") -> bool:
    with bench.house.store.transaction() as conn:
        return enqueue.webhook(
            conn, bench.house, key=key, endpoint_key=endpoint, event="rating.changed", data={"n": key}, about=about,
            at=bench.now(),
        )  # fmt: skip


def mail(bench: Bench, key: str, number: int = 1, *, person: str = "anne", **words: object) -> bool:
    with bench.house.store.transaction() as conn:
        return enqueue.mail_colleague(
            conn, bench.house, key=key, person_key=person, notice=notice(number), at=bench.now(), **words
        )


def choose(bench: Bench, how: How, person: str = "anne") -> None:
    with bench.house.store.transaction() as conn:
        mail_choices.save(conn, person, Choice(how, "fr"))


def test_a_delivery_enqueued_twice_under_one_key_leaves_once(bench: Bench) -> None:
    assert (hook(bench, "a"), hook(bench, "a")) == (True, False)
    assert bench.drain().sent == 1
    assert bench.drain().sent == 0
    assert hook(bench, "a") is False
    assert bench.one("a").state is State.SENT


def test_nothing_leaves_of_a_transaction_that_failed(bench: Bench) -> None:
    def write_and_fail() -> None:
        with bench.house.store.transaction() as conn:
            enqueue.webhook(conn, bench.house, key="a", endpoint_key="erp", event="rating.changed", data={})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert bench.drain().sent == 0


def test_a_failed_one_is_tried_again_later_under_the_same_id_and_its_target_is_left_in_peace(bench: Bench) -> None:
    hook(bench, "a")
    hook(bench, "b", about=None)
    bench.post.fails = lambda _one: LATER
    assert bench.drain().failed == 1
    assert len(bench.post.tried) == 1
    assert (bench.one("a").state, bench.one("a").attempts, bench.one("a").last_code) == (State.FAILED, 1, "http_503")
    assert bench.one("b").attempts == 0
    bench.drain()
    assert len(bench.post.tried) == 1
    bench.post.fails = lambda _one: None
    bench.wait(minutes=1)
    assert bench.drain().sent == 2
    assert [one.id for one in bench.post.hooks] == [bench.one("a").message_id, bench.one("b").message_id]
    assert bench.post.tried[0] == bench.post.tried[1]


def test_what_always_fails_is_given_up_after_so_many_tries_and_can_be_sent_again_by_hand(bench: Bench) -> None:
    hook(bench, "a")
    bench.post.fails = lambda _one: LATER
    for _ in range(MOST_ATTEMPTS):
        bench.drain()
        bench.wait(hours=7)
    assert bench.one("a").state is State.GIVEN_UP
    bench.drain()
    assert len(bench.post.tried) == MOST_ATTEMPTS
    bench.post.fails = lambda _one: None
    with bench.house.store.transaction() as conn:
        assert outbox.again(conn, [bench.one("a").id], at=bench.now()) == 1
    bench.drain()
    assert bench.one("a").state is State.SENT
    assert set(bench.post.tried) == {bench.one("a").message_id}


def test_what_cannot_be_sent_ever_is_given_up_at_once(bench: Bench) -> None:
    hook(bench, "a")
    bench.post.fails = lambda _one: BadItem("Gone.", next_step="Nothing.", code="task_record_gone")
    assert bench.drain().given_up == 1


def test_calls_about_one_record_leave_in_their_order_even_when_the_first_fails(bench: Bench) -> None:
    for key in ("a", "b", "c"):
        hook(bench, key)
    first = bench.one("a").message_id
    bench.post.fails = lambda one: LATER if one.id == first and len(bench.post.tried) < 3 else None
    for _ in range(4):
        bench.drain()
        bench.wait(minutes=10)
    assert [one.body for one in bench.post.hooks] == [
        bench.one(key).payload["body"].encode() for key in ("a", "b", "c")
    ]


def test_a_call_of_an_endpoint_that_was_removed_is_dropped_and_of_one_that_is_off_waits(bench: Bench) -> None:
    hook(bench, "a")
    hook(bench, "b", endpoint="gone", about=None)
    bench.save(endpoints=[{"key": "erp", "name": "ERP", "url": "https://hooks.granit.example/", "enabled": False}])
    assert bench.drain().dropped == 1
    assert (bench.one("a").state, bench.one("a").attempts) == (State.WAITING, 0)
    bench.save(endpoints=[{"key": "erp", "name": "ERP", "url": "https://hooks.granit.example/"}])
    bench.wait(hours=2)
    assert bench.drain().sent == 1


def test_somebody_who_waits_can_have_one_tried_at_once(bench: Bench) -> None:
    hook(bench, "a")
    bench.post.fails = lambda _one: LATER
    bench.drain()
    bench.post.fails = lambda _one: None
    found = deliver_now(bench.house, Ways(hooks=bench.post), "a", clock=bench.now)
    assert found is not None
    assert found.state is State.SENT


def test_a_mail_reaches_its_reader_as_text_and_html_with_a_way_to_stop_them(bench: Bench) -> None:
    mail(bench, "a")
    assert bench.drain().sent == 1
    (sent,) = bench.post.mails
    assert (sent.to, sent.subject, sent.language) == ("anne@fjord.example", "Nouvelle 1", "fr")
    assert "Détail 1." in sent.text
    assert "<p>Détail 1.</p>" in sent.html
    assert sent.stop == "https://liens.fjord.example/notices"
    assert bench.one("a").payload == {}


def test_whoever_switched_mails_off_gets_none_not_even_those_already_waiting(bench: Bench) -> None:
    mail(bench, "a")
    choose(bench, How.OFF)
    mail(bench, "b")
    bench.drain()
    assert bench.post.mails == []
    assert [bench.one(key).last_code for key in ("a", "b")] == ["off_by_choice", "off_by_choice"]


def test_whoever_chose_the_digest_gets_one_mail_a_day_with_everything(bench: Bench) -> None:
    choose(bench, How.DAILY)
    for number in range(3):
        mail(bench, f"m{number}", number)
    assert bench.drain().sent == 0
    bench.wait(hours=20)  # eight in the morning in Paris
    assert bench.drain().sent == 3
    (sent,) = bench.post.mails
    assert sent.subject == "3 nouvelles dans vos relations"
    assert all(f"Nouvelle {number}" in sent.text for number in range(3))


def test_quiet_hours_hold_mails_back_until_the_morning_but_not_urgent_ones(bench: Bench) -> None:
    bench.wait(hours=10)  # ten in the evening in Paris
    mail(bench, "a", 1)
    mail(bench, "b", 2, urgent=True)
    bench.drain()
    assert [one.subject for one in bench.post.mails] == ["Nouvelle 2"]
    bench.wait(hours=9)
    bench.drain()
    assert [one.subject for one in bench.post.mails] == ["Nouvelle 2", "Nouvelle 1"]


def test_more_than_anybody_wants_in_a_day_waits_for_the_digest(bench: Bench) -> None:
    for number in range(8):
        mail(bench, f"m{number}", number)
        bench.drain()
        bench.wait(minutes=1)
    assert len(bench.post.mails) == 5
    bench.wait(hours=21)
    bench.drain()
    assert [one.subject for one in bench.post.mails[5:]] == ["3 nouvelles dans vos relations"]


def test_a_storm_of_mails_reaches_one_person_in_few_and_none_is_lost(sqlite_bench: Bench) -> None:
    bench = sqlite_bench
    with bench.house.store.transaction() as conn:
        for number in range(1_000):
            enqueue.mail_colleague(
                conn, bench.house, key=f"storm/{number}", person_key="anne", notice=notice(number), at=bench.now()
            )
    bench.drain()
    assert len(bench.post.mails) == 5
    bench.wait(hours=1)
    mail(bench, "one more", 1_000)
    bench.wait(days=1)
    bench.drain()
    told = "\n".join(one.text for one in bench.post.mails)
    assert all(f"Nouvelle {number}\n" in told for number in range(1_001))


def test_a_mail_server_that_is_down_is_asked_once_a_turn_for_all_readers(bench: Bench) -> None:
    for person in ("anne", "bruno"):
        mail(bench, person, person=person)
    bench.post.fails = lambda _one: LATER
    assert bench.drain().failed == 1
    bench.post.fails = lambda _one: None
    bench.wait(minutes=2)
    assert bench.drain().sent == 2


def test_without_a_way_out_things_wait_and_after_two_weeks_are_given_up(bench: Bench) -> None:
    mail(bench, "a")
    assert bench.drain(mail=None).sent == 0
    bench.wait(days=15)
    tidy(bench.house, clock=bench.now)
    assert (bench.one("a").state, bench.one("a").last_code) == (State.GIVEN_UP, "too_old")
    bench.wait(days=91)
    assert tidy(bench.house, clock=bench.now) == 1


@pytest.mark.parametrize(
    ("attempts", "error", "least", "most"),
    [
        (0, LATER, 15, 30),
        (3, LATER, 120, 240),
        (11, LATER, 10_800, 21_600),
        (0, TryLater("x", next_step="y", wait_seconds=900), 900, 900),
        (0, FixSettings("x", next_step="y"), 3_600, 3_960),
        (0, Reconnect("x", next_step="y"), 3_600, 3_960),
    ],
)
def test_pauses_grow_are_spread_and_keep_what_the_other_side_asked_for(
    attempts: int, error: RelationshipError, least: float, most: float
) -> None:
    assert pause(attempts, error, draw=lambda: 0.0).total_seconds() == least
    assert pause(attempts, error, draw=lambda: 1.0).total_seconds() == most


@hypothesis_settings(max_examples=15)
@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.booleans(), st.integers(0, 3)), max_size=12))
def test_whatever_fails_everything_leaves_in_the_end_and_nothing_twice(
    sqlite_bench: Bench, steps: list[tuple[str, bool, int]]
) -> None:
    bench = sqlite_bench
    run = next(RUNS)
    bench.post.hooks.clear()
    wanted = set()
    for name, fails, minutes in steps:
        key = f"{run}/{name}"
        wanted.add(key)
        hook(bench, key, about=DEAL if name in "abc" else None)
        bench.post.fails = lambda _one, fails=fails: LATER if fails else None
        bench.drain()
        bench.wait(minutes=minutes)
    bench.post.fails = lambda _one: None
    bench.wait(hours=13)
    bench.drain()
    sent = [one.id for one in bench.post.hooks]
    assert sorted(sent) == sorted({bench.one(key).message_id for key in wanted})


def test_an_erased_person_has_nothing_on_its_way_to_or_about_them(bench: Bench) -> None:
    contact = RecordRef(RecordKind.CONTACT, "c-tor")
    mail(bench, "to bruno", person="bruno")
    hook(bench, "about tor", about=contact)
    hook(bench, "about a deal")
    choose(bench, How.DAILY, "bruno")
    with bench.house.store.transaction() as conn:
        enqueue.mail_address(conn, bench.house, key="to tor", address="tor@nordlys.example", notice=notice())
        bruno = Person(frozenset({"bruno@fjord.example"}), frozenset(), (), ("bruno",), (), ())
        tor = Person(frozenset({"tor@nordlys.example"}), frozenset({"c-tor"}), (), (), (), ())
        assert [deliveries(conn, one) for one in (bruno, tor)] == [1, 2]
        assert outbox.by_key(conn, "about a deal") is not None
        assert mail_choices.choice(conn, "bruno") == Choice()
