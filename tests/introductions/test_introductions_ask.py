"""Asking: once, found by the service itself, within limits, and the same refusal whatever the reason."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from introduction_builders import ANNE, BRUNO, LENA, NOON, TOR, Bench, Hands, nobody_knows
from store_builders import FIRST

from relationship import failpoints
from relationship.activities import RecordKind, RecordRef
from relationship.desk.introduce import settle, withdraw
from relationship.errors import Reconnect
from relationship.introductions import (
    DAILY_LIMIT,
    AlreadyAsked,
    NoSuchIntroduction,
    NotAllowed,
    NotPossible,
    State,
    TooMany,
    Via,
)
from relationship.store import rules as stored_rules
from relationship.store.crm import colleagues
from relationship.store.knows import introductions
from relationship.store.knows.tie_tables import PREFERENCE
from relationship.store.privacy import audit
from relationship.sync.outward.mail_out import Delivery, SellerMail
from settings.rules import Rules

GONE = Reconnect("No right.", next_step="Give it.", code="mail_consent_missing")


def limit(bench: Bench, **changes: object) -> None:
    with bench.house.store.transaction() as conn:
        stored_rules.save(conn, Rules.model_validate({"introductions": changes}), at=NOON, by="test")


def test_the_colleagues_address_is_found_by_the_service_and_the_letter_is_the_sellers(bench: Bench) -> None:
    asked = bench.ask().introduction
    (mail,) = bench.hands.mails
    assert asked.state is State.ASKED
    assert (mail.to, mail.seller_key, mail.colleague_guid) == ("bruno@fjord.example", ANNE, "su-bruno")
    assert mail.subject == "Présentation auprès de Tor"
    assert mail.text.startswith("Bonjour Bruno,\n\nPourriez-vous nous mettre en relation ?\n\nAnne\n\n-- \n")


def test_the_mail_holds_four_links_and_no_name_or_address_stands_in_one(bench: Bench) -> None:
    bench.ask()
    links = [word for word in bench.hands.mails[0].text.split() if word.startswith("https://")]
    assert len(set(links)) == 4
    for link in links:
        assert link.startswith("https://liens.fjord.example/introductions/answer/")
        assert not any(secret in link.lower() for secret in ("bruno", "anne", "tor", "c-tor", "fjord.example/intro@"))


def test_what_was_asked_is_written_down_step_by_step_and_audited_without_content(bench: Bench) -> None:
    one = bench.ask().introduction
    with bench.house.store.reading() as conn:
        (step,) = introductions.ledger(conn, one)
        acts = [(act.actor, act.action, act.object, act.result) for _n, act in audit.entries(conn, limit=10)]
    assert (step.step, step.hand, step.state) == ("left", "service", "asked")
    assert acts == [(ANNE, "introduction", one.key, "sent"), (ANNE, "introduction", one.key, "asked")]


def test_pressing_twice_sends_once(bench: Bench) -> None:
    first = bench.ask(request_key="form-1")
    second = bench.ask(request_key="form-1")
    assert len(bench.hands.mails) == 1
    assert second.is_repeat
    assert second.introduction == first.introduction


def test_the_same_form_with_another_text_is_refused(bench: Bench) -> None:
    bench.ask(request_key="form-1")
    with pytest.raises(AlreadyAsked) as refused:
        bench.ask(request_key="form-1", body="Another text")
    assert refused.value.code == "request_key_reused"


def test_b58_the_same_introduction_is_refused_while_it_is_open_and_may_be_asked_again_afterwards(bench: Bench) -> None:
    one = bench.ask().introduction
    with pytest.raises(AlreadyAsked) as refused:
        bench.ask()
    assert (refused.value.code, refused.value.key) == ("introduction_open", one.key)
    withdraw(bench.house, one.key, seller_key=ANNE)
    assert bench.ask().introduction.state is State.ASKED


def test_b58_more_than_so_many_in_a_day_are_refused_with_the_time_to_wait(bench: Bench) -> None:
    limit(bench, weekly_limit=20)
    for _ in range(DAILY_LIMIT):
        one = bench.ask().introduction
        withdraw(bench.house, one.key, seller_key=ANNE)
        bench.pass_days(1 / 24)
    with pytest.raises(TooMany) as refused:
        bench.ask()
    assert refused.value.wait_seconds == (24 - DAILY_LIMIT) * 3600
    bench.pass_days(1 - DAILY_LIMIT / 24)
    assert bench.ask().introduction.state is State.ASKED


def test_a_colleague_gets_no_more_than_the_weekly_limit_from_all_sellers_together(bench: Bench) -> None:
    for seller in ("anne", "carla", "david"):
        bench.ask(seller=seller)
    with pytest.raises(NotAllowed) as refused:
        bench.ask(seller="emma")
    assert refused.value.code == "colleague_not_now"
    assert not any(word in str(refused.value) + refused.value.next_step for word in ("three", "3", "request", "others"))
    bench.pass_days(7)
    assert bench.ask(seller="emma").introduction.state is State.ASKED


def _opt_out(bench: Bench, **columns: object) -> None:
    with bench.house.store.transaction() as conn:
        values = {"opted_out_at": None, "do_not_ask": False, **columns}
        conn.execute(sa.insert(PREFERENCE).values(colleague_key=BRUNO, **values))


def _leave_alone(_bench: Bench) -> None:
    pass


def _leave(bench: Bench) -> None:
    with bench.house.store.transaction() as conn:
        colleagues.save_directory(conn, [], [BRUNO], place=FIRST)


REFUSED = {
    "oneself": (_leave_alone, {"colleague": ANNE}),
    "nobody": (_leave_alone, {"colleague": "somebody-else"}),
    "account disabled": (_leave_alone, {"colleague": "gone"}),
    "left the organisation": (_leave, {}),
    "opted out": (lambda bench: _opt_out(bench, opted_out_at=NOON), {}),
    "does not want to be asked": (lambda bench: _opt_out(bench, do_not_ask=True), {}),
    "no path as the seller sees it": (_leave_alone, {"routes": nobody_knows}),
    "somebody inside": (_leave_alone, {"target": RecordRef(RecordKind.LEAD, "l-inside")}),
    "no such contact": (_leave_alone, {"target": RecordRef(RecordKind.CONTACT, "c-none")}),
    "an account": (_leave_alone, {"target": RecordRef(RecordKind.ACCOUNT, "a1")}),
}


@pytest.mark.parametrize("why", REFUSED)
def test_b60_who_cannot_be_asked_is_refused_in_the_same_words_whatever_the_reason(bench: Bench, why: str) -> None:
    prepare, wished = REFUSED[why]
    prepare(bench)
    with pytest.raises(NotAllowed) as refused:
        bench.ask(**wished)
    error = refused.value
    assert (error.code, error.field, str(error), error.next_step) == (
        "introduction_not_possible",
        "",
        "This introduction cannot be asked for.",
        "Choose another colleague.",
    )
    assert bench.hands.mails == []


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("subject", "Bonjour\r\nBcc: x@elsewhere.example", "subject_line_break"),
        ("subject", "Bonjour\nX-Spam: no", "subject_line_break"),
        ("subject", "Bonjour%0d%0aBcc: x@elsewhere.example", "subject_line_break"),
        ("subject", "Bonjour =?utf-8?q?=0ABcc?=", "subject_line_break"),
        ("subject", "Bonjour\u2028Bcc", "subject_line_break"),
        ("subject", "x" * 201, "subject_too_long"),
        ("subject", "   ", "subject_blank"),
        ("body", "", "body_blank"),
        ("body", "x" * 4_001, "body_too_long"),
        ("body", "x" * 1_000_000, "body_too_long"),
        ("body", "Bonjour <img src=x>", "body_markup"),
        ("body", "Bonjour </p>", "body_markup"),
        ("body", "Bonjour\x00", "body_control"),
        ("body", "Bonjour\ud800", "body_control"),
    ],
)
def test_b56_b59_what_no_plain_letter_may_hold_is_refused_with_its_field(
    bench: Bench, field: str, text: str, code: str
) -> None:
    with pytest.raises(NotAllowed) as refused:
        bench.ask(**{field: text})
    assert (refused.value.field, refused.value.code) == (field, code)
    with bench.house.store.reading() as conn:
        assert introductions.of(conn, ANNE) == ([], [])


def test_a25_placeholders_that_are_still_in_a_text_are_sent_as_they_stand(bench: Bench) -> None:
    bench.ask(subject="{{ contact.name }}", body="{{ 7*7 }} {% for x in y %} {{ seller.name }}")
    (mail,) = bench.hands.mails
    assert mail.subject == "{{ contact.name }}"
    assert mail.text.startswith("{{ 7*7 }} {% for x in y %} {{ seller.name }}\n")


def test_a_mail_that_was_refused_reached_nobody_and_may_be_asked_again(bench: Bench) -> None:
    bench.hands.then = GONE
    with pytest.raises(Reconnect):
        bench.ask()
    with bench.house.store.reading() as conn:
        (one,), _received = introductions.of(conn, ANNE)
        assert introductions.of(conn, BRUNO) == ([], [])
    assert one.state is State.UNSENT
    bench.hands.then = Delivery.LEFT
    assert bench.ask().introduction.state is State.ASKED


def test_a_mail_whose_answer_was_lost_is_in_doubt_and_never_sent_again_by_itself(bench: Bench) -> None:
    bench.hands.then = Delivery.UNKNOWN
    one = bench.ask(request_key="form-1").introduction
    assert (one.state, one.in_doubt) == (State.SENDING, True)
    assert bench.ask(request_key="form-1").introduction == one
    assert len(bench.hands.mails) == 1


@pytest.mark.parametrize(("has_left", "state"), [(True, State.ASKED), (False, State.UNSENT)])
def test_the_seller_settles_a_doubt(bench: Bench, has_left: bool, state: State) -> None:
    bench.hands.then = Delivery.UNKNOWN
    one = bench.ask().introduction
    settled = settle(bench.house, one.key, seller_key=ANNE, has_left=has_left)
    assert (settled.state, settled.in_doubt) == (state, False)
    with pytest.raises(NotPossible):
        settle(bench.house, one.key, seller_key=ANNE, has_left=has_left)


def test_nobody_but_the_seller_settles_or_takes_back(bench: Bench) -> None:
    one = bench.ask().introduction
    for stranger in (BRUNO, "carla"):
        with pytest.raises(NoSuchIntroduction):
            withdraw(bench.house, one.key, seller_key=stranger)
        with pytest.raises(NoSuchIntroduction):
            settle(bench.house, one.key, seller_key=stranger, has_left=True)


def test_a_draft_is_sent_by_nobody_but_opens_in_the_sellers_own_mail_program(bench: Bench) -> None:
    asked = bench.ask(via=Via.DRAFT, body="Bonjour Bruno & merci ?\nAnne")
    assert bench.hands.mails == []
    assert asked.compose is not None
    assert asked.compose.mailto.startswith("mailto:bruno@fjord.example?subject=Pr%C3%A9sentation%20aupr%C3%A8s")
    assert "Bonjour%20Bruno%20%26%20merci%20%3F%0D%0AAnne" in asked.compose.mailto
    assert asked.compose.outlook.startswith(
        "https://outlook.office.com/mail/deeplink/compose?to=bruno%40fjord.example&"
    )
    assert (asked.introduction.state, asked.introduction.remind_at) == (State.ASKED, None)


def test_while_introductions_are_switched_off_nobody_is_asked(bench: Bench) -> None:
    limit(bench, enabled=False)
    with pytest.raises(NotAllowed, match="switched off"):
        bench.ask()


def test_a_template_that_is_gone_is_named(bench: Bench) -> None:
    with pytest.raises(NotAllowed) as refused:
        bench.ask(template_key="none")
    assert refused.value.field == "template"


def test_the_mail_is_sent_after_the_request_is_written_and_before_it_is_asked(bench: Bench) -> None:
    failpoints.observe()
    bench.ask()
    passed = list(failpoints.count_passages())
    failpoints.arm("")
    places = [place for place in passed if place.startswith("introduce.")]
    assert places == ["introduce.written", "introduce.committed", "introduce.sent", "introduce.done"]


def test_two_people_of_one_account_may_be_asked_for_at_the_same_time(bench: Bench) -> None:
    bench.ask(target=TOR)
    bench.ask(target=LENA)
    with bench.house.store.reading() as conn:
        asked, _received = introductions.of(conn, ANNE)
    assert {one.target for one in asked} == {TOR, LENA}


def test_a_colleague_with_three_open_requests_is_busy_until_one_is_answered(bench: Bench) -> None:
    asked = [bench.ask(seller=seller).introduction for seller in ("anne", "carla", "david")]
    with bench.house.store.reading() as conn:
        (busy,) = introductions.busy(conn)
        bruno = conn.exec_driver_sql("SELECT id FROM colleague WHERE key = 'bruno'").scalar_one()
    assert busy == bruno
    withdraw(bench.house, asked[0].key, seller_key=ANNE)
    with bench.house.store.reading() as conn:
        assert introductions.busy(conn) == frozenset()


def test_the_end_of_the_process_while_sending_leaves_a_doubt_after_a_while(bench: Bench) -> None:
    class Ended(BaseException):
        pass

    class Killed(Hands):
        def send(self, mail: SellerMail) -> Delivery:
            raise Ended

    bench.hands = Killed()
    with pytest.raises(Ended):
        bench.ask(request_key="form-1")
    bench.hands = Hands()
    repeated = bench.ask(request_key="form-1").introduction
    assert (repeated.state, repeated.in_doubt) == (State.SENDING, False)
    with bench.house.store.transaction() as conn:
        assert introductions.doubt_older(conn, NOON + timedelta(minutes=1)) == 1
    assert bench.one(repeated.key).in_doubt
