"""What happens by itself: recognised from stored mail, reminded of once, given up, told to the seller."""

import pytest
from introduction_builders import ANNE, BRUNO, LENA, NOON, TOR, Bench
from store_builders import NEXT, deliver, mail, mailbox

from relationship.desk.answer import answer
from relationship.desk.follow_introductions import Followed, follow, recognise
from relationship.errors import TryLater
from relationship.introductions import State, Step, Via
from relationship.store.activities import sides
from relationship.store.crm import records
from relationship.store.crm.records import RecordKind, RecordRow
from relationship.store.knows import introductions
from relationship.store.privacy import audit

NOTHING = Followed(0, 0, 0, 0, 0)
ANNES, BRUNOS, TORS = "anne@fjord.example", "bruno@fjord.example", "tor@nordlys.example"


def arrives(bench: Bench, sender: str, *to: str, item: str = "m1", days: float = 1, **fields: object) -> None:
    """A mail that Bruno's mailbox holds, so many days after the request."""
    with bench.house.store.transaction() as conn:
        deliver(conn, mailbox(conn, BRUNO), mail(item, sender, *to, days_ago=-days, **fields), place=NEXT)
        sides.refresh(conn)


def ledger(bench: Bench, key: str) -> list[introductions.Happened]:
    with bench.house.store.reading() as conn:
        return introductions.ledger(conn, bench.one(key))


def test_a_mail_of_the_colleague_to_the_contact_with_the_seller_on_it_is_the_introduction(bench: Bench) -> None:
    one = bench.ask().introduction
    arrives(bench, BRUNOS, TORS, ANNES)
    assert recognise(bench.house) == 1
    assert bench.one(one.key).state is State.INTRODUCED
    assert recognise(bench.house) == 0


def test_it_is_recognised_after_the_colleague_agreed_too(bench: Bench) -> None:
    one = bench.ask().introduction
    answer(bench.house, one.key, Step.ACCEPT, colleague_key=BRUNO)
    bench.pass_days(20)
    arrives(bench, BRUNOS, TORS, ANNES, days=19)
    assert follow(bench.house, None).introduced == 1
    assert bench.one(one.key).state is State.INTRODUCED


@pytest.mark.parametrize(
    ("sender", "to", "days"),
    [
        (BRUNOS, (TORS,), 1),  # the seller is not on it
        (BRUNOS, (ANNES,), 1),  # the contact is not on it
        (ANNES, (TORS, BRUNOS), 1),  # the seller wrote it
        (TORS, (ANNES, BRUNOS), 1),  # the contact wrote it
        (BRUNOS, (TORS, ANNES), -1),  # it is older than the request
        ("carla@fjord.example", (TORS, ANNES), 1),  # another colleague wrote it
        (BRUNOS, ("una@nordlys.example", ANNES), 1),  # to somebody else there
    ],
)
def test_no_other_mail_is_taken_for_it(bench: Bench, sender: str, to: tuple[str, ...], days: float) -> None:
    one = bench.ask().introduction
    arrives(bench, sender, *to, days=days)
    assert recognise(bench.house) == 0
    assert bench.one(one.key).state is State.ASKED


def test_any_address_of_a_lead_and_of_a_merged_contact_counts(bench: Bench) -> None:
    lead = bench.ask(target=LENA).introduction
    contact = bench.ask("carla").introduction
    with bench.house.store.transaction() as conn:
        created = NOON.date()
        rows = [
            RecordRow(RecordKind.CONTACT, "c-tor", "Tor", "inactive", created, contact_guid="c-new", addresses=(TORS,)),
            RecordRow(RecordKind.CONTACT, "c-new", "Tor", "active", created, addresses=("tor@new.example",)),
        ]
        records.save(conn, RecordKind.CONTACT, rows, [], place=NEXT)
    arrives(bench, BRUNOS, "lena@vest.example", ANNES, item="m1")
    arrives(bench, "carla@fjord.example", "tor@new.example", ANNES, item="m2")
    assert recognise(bench.house) == 2
    assert {bench.one(one.key).state for one in (lead, contact)} == {State.INTRODUCED}


def test_one_reminder_leaves_on_the_fourth_day_and_never_a_second(bench: Bench) -> None:
    one = bench.ask().introduction
    bench.pass_days(3)
    assert follow(bench.house, bench.letterbox) == NOTHING
    bench.pass_days(1)
    assert follow(bench.house, bench.letterbox).reminded == 1
    for _ in range(3):
        bench.pass_days(0.5)
        assert follow(bench.house, bench.letterbox).reminded == 0
    (reminder,) = bench.letterbox.mails
    assert reminder.to == "bruno@fjord.example"
    assert reminder.subject == "Rappel\u00a0: Anne vous demande une présentation"
    assert "Pourriez-vous nous mettre en relation" not in reminder.text
    assert reminder.text.count("/introductions/answer/") == 4
    assert bench.one(one.key).reminded_at is not None


def test_a_reminder_that_cannot_be_sent_is_not_sent_later_instead(bench: Bench) -> None:
    bench.ask()
    bench.letterbox.fails = TryLater("No server.", next_step="Wait.")
    bench.pass_days(4)
    follow(bench.house, bench.letterbox)
    bench.letterbox.fails = None
    follow(bench.house, bench.letterbox)
    assert bench.letterbox.mails == []


def test_where_the_service_sends_no_mail_nobody_is_reminded_and_requests_end_all_the_same(bench: Bench) -> None:
    one = bench.ask().introduction
    bench.pass_days(4)
    assert follow(bench.house, None) == NOTHING
    bench.pass_days(3)
    assert follow(bench.house, None).lapsed == 1
    assert bench.one(one.key).state is State.LAPSED


def test_a_draft_is_never_reminded_of(bench: Bench) -> None:
    bench.ask(via=Via.DRAFT)
    bench.pass_days(5)
    assert follow(bench.house, bench.letterbox).reminded == 0


def test_a_colleague_who_opted_out_since_is_not_reminded(bench: Bench) -> None:
    bench.ask()
    with bench.house.store.transaction() as conn:
        conn.exec_driver_sql("INSERT INTO preference (colleague_key, do_not_ask) VALUES ('bruno', true)")
    bench.pass_days(4)
    assert follow(bench.house, bench.letterbox).reminded == 0


def test_a_request_without_an_answer_lapses_on_the_seventh_day(bench: Bench) -> None:
    one = bench.ask().introduction
    bench.pass_days(6.5)
    follow(bench.house, None)
    assert bench.one(one.key).state is State.ASKED
    bench.pass_days(0.5)
    assert follow(bench.house, None).lapsed == 1
    assert bench.one(one.key).closed_at is not None
    assert follow(bench.house, None) == NOTHING


def test_a_mail_that_joins_the_two_after_the_request_lapsed_is_still_its_fruit(bench: Bench) -> None:
    one = bench.ask().introduction
    bench.pass_days(7)
    follow(bench.house, None)
    bench.pass_days(30)
    arrives(bench, BRUNOS, TORS, ANNES, days=36)
    assert follow(bench.house, None).introduced == 1
    assert [one.state for one in ledger(bench, one.key)][-2:] == [State.LAPSED, State.INTRODUCED]


def test_more_than_a_month_after_the_end_a_mail_is_no_fruit_of_the_request(bench: Bench) -> None:
    one = bench.ask().introduction
    bench.pass_days(7)
    follow(bench.house, None)
    bench.pass_days(31)
    arrives(bench, BRUNOS, TORS, ANNES, days=37)
    assert follow(bench.house, None) == NOTHING
    assert bench.one(one.key).state is State.LAPSED


def test_of_a_lapsed_request_and_the_same_asked_again_the_mail_belongs_to_the_newer(bench: Bench) -> None:
    old = bench.ask().introduction
    bench.pass_days(8)
    follow(bench.house, None)
    new = bench.ask().introduction
    arrives(bench, BRUNOS, TORS, ANNES, days=9)
    assert follow(bench.house, None).introduced == 1
    assert [bench.one(one.key).state for one in (old, new)] == [State.LAPSED, State.INTRODUCED]


def test_who_agreed_and_never_wrote_lapses_after_a_month(bench: Bench) -> None:
    one = bench.ask().introduction
    answer(bench.house, one.key, Step.ACCEPT, colleague_key=BRUNO)
    bench.pass_days(29)
    assert follow(bench.house, None) == NOTHING
    bench.pass_days(1)
    assert follow(bench.house, None).lapsed == 1


def test_the_seller_who_wished_so_learns_once_that_there_is_an_answer_and_not_which(bench: Bench) -> None:
    told, silent = bench.ask(notify=True).introduction, bench.ask("carla").introduction
    answer(bench.house, told.key, Step.NOT_WELL, colleague_key=BRUNO)
    answer(bench.house, silent.key, Step.ACCEPT, colleague_key="carla")
    assert follow(bench.house, bench.letterbox).told == 1
    assert follow(bench.house, bench.letterbox).told == 0
    (notice,) = bench.letterbox.mails
    assert notice.to == "anne@fjord.example"
    assert "https://liens.fjord.example/introductions" in notice.text
    assert not any(word in notice.text for word in ("Tor", "c-tor", "assez"))


def test_what_a_seller_wrote_is_forgotten_half_a_year_after_the_end_and_what_became_of_it_stays(bench: Bench) -> None:
    one = bench.ask().introduction
    answer(bench.house, one.key, Step.DECLINE, colleague_key=BRUNO)
    bench.pass_days(179)
    follow(bench.house, None)
    assert bench.one(one.key).body != ""
    bench.pass_days(2)
    follow(bench.house, None)
    kept = bench.one(one.key)
    assert (kept.subject, kept.body, kept.state) == ("", "", State.DECLINED)


def test_what_the_service_did_is_audited_in_its_own_name(bench: Bench) -> None:
    bench.ask(target=TOR)
    bench.pass_days(7)
    follow(bench.house, None)
    with bench.house.store.reading() as conn:
        (_n, newest), *_ = audit.entries(conn, limit=1)
    assert (newest.actor, newest.action, newest.result) == ("service", "introduction", "lapsed")


def test_recognising_looks_at_open_requests_only(bench: Bench) -> None:
    one = bench.ask().introduction
    answer(bench.house, one.key, Step.DECLINE, colleague_key=BRUNO)
    arrives(bench, BRUNOS, TORS, ANNES)
    with bench.house.store.reading() as conn:
        assert introductions.joined(conn, lapsed_since=NOON) == []
    assert (recognise(bench.house), bench.one(one.key).seller_key) == (0, ANNE)
