"""Mails made of notices, down to the bytes that a mail server gets; and when they may arrive."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mail_server import Sink, mail_server
from outbox_bench import Bench, config

from relationship.desk import enqueue
from relationship.desk.deliver import Ways, drain
from relationship.letters.digests import Notice, composed, due_at
from relationship.sync.outward.mail_out import BySmtp

PARIS = ZoneInfo("Europe/Paris")
ATTACKS = (
    "Rappel\r\nBcc: x@elsewhere.example",
    "Rappel\u2028X-Injected: 1",
    "=?utf-8?q?=0D=0ABcc:_x@elsewhere.example?=",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\u202eelbisivni\u200b\x00",
    "é" * 5_000,
)
PAGE = "https://liens.fjord.example/notices"


@pytest.fixture
def sink() -> Iterator[tuple[Sink, BySmtp]]:
    handler = Sink()
    with mail_server(handler) as port:
        yield handler, BySmtp(config(smtp_url=f"smtp://127.0.0.1:{port}", mail_from="Liens <liens@fjord.example>"))


def test_a24_hostile_notices_arrive_as_harmless_text_and_one_that_leaves_twice_has_one_id(
    sqlite_bench: Bench, sink: tuple[Sink, BySmtp]
) -> None:
    handler, post = sink
    with sqlite_bench.house.store.transaction() as conn:
        for number, attack in enumerate(ATTACKS):
            hostile = Notice(attack, (attack, attack), "javascript:alert(1)", attack)
            enqueue.mail_colleague(
                conn, sqlite_bench.house, key=f"a{number}", person_key="bruno", notice=hostile, at=sqlite_bench.now()
            )
    drain(sqlite_bench.house, Ways(mail=post), clock=sqlite_bench.now)
    ((to, mail),) = handler.mails()
    assert to == ["bruno@fjord.example"]
    assert {name.lower() for name in mail} <= {
        "from", "to", "subject", "date", "message-id", "auto-submitted", "x-auto-response-suppress",
        "content-language", "x-relationship", "list-unsubscribe", "content-type", "mime-version",
    }  # fmt: skip
    assert mail["List-Unsubscribe"] == f"<{PAGE}>"
    assert mail["Message-ID"] == f"<{sqlite_bench.one('a0').bundle}@fjord.example>"
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "<script" not in html.get_content()
    assert "<img" not in html.get_content()
    assert "javascript:" not in plain.get_content() + html.get_content()
    assert "\u202e" not in plain.get_content()
    assert "Rappel Bcc: x@elsewhere.example" in plain.get_content()


def test_a_digest_stands_under_its_groups_in_their_order_and_names_every_notice() -> None:
    notices = [Notice("Un", ("a",), "https://x.example/1", "Baisse"), Notice("Deux"), Notice("Trois", (), "", "Baisse")]
    found = composed(notices, language="fr", choice_link=PAGE)
    assert found.subject == "3 nouvelles dans vos relations"
    places = [found.text.index(words) for words in ("BAISSE", "* Un", "https://x.example/1", "* Trois", "* Deux")]
    assert places == sorted(places)
    assert found.text.index("AUTRES NOUVELLES") < found.text.index("* Deux")
    assert PAGE in found.text
    assert f'href="{PAGE}"' in found.html


def test_a_mail_to_outside_readers_has_no_page_of_choices_and_says_how_it_stops() -> None:
    found = composed([Notice("Un")], language="en")
    for said in (found.text, found.html):
        assert "notices" not in said
        assert "ask the administrator to withdraw it" in said


@given(st.lists(st.builds(Notice, st.text(), st.tuples(st.text()), st.text(), st.text()), min_size=1, max_size=5))
def test_whatever_a_notice_holds_the_subject_is_one_line_and_the_html_has_no_foreign_tag(notices: list[Notice]) -> None:
    found = composed(notices, language="en")
    assert len(found.subject.splitlines()) <= 1
    inside = found.html
    for tag in ("html", "body", "h1", "h2", "h3", "p", "a", "hr", "small", "!DOCTYPE"):
        inside = inside.replace(f"<{tag}>", "").replace(f"</{tag}>", "").replace(f"<{tag} ", "")
    assert "<" not in inside


@pytest.mark.parametrize(
    ("now", "digest", "urgent", "expected"),
    [
        ("2026-06-17T12:00", False, False, "2026-06-17T12:00"),
        ("2026-06-17T19:59", False, False, "2026-06-17T19:59"),
        ("2026-06-17T20:00", False, False, "2026-06-18T07:00"),
        ("2026-06-17T03:00", False, False, "2026-06-17T07:00"),
        ("2026-06-17T03:00", False, True, "2026-06-17T03:00"),
        ("2026-06-17T07:59", True, False, "2026-06-17T08:00"),
        ("2026-06-17T08:00", True, False, "2026-06-18T08:00"),
        ("2026-10-24T23:00", False, False, "2026-10-25T07:00"),  # the night in which clocks are put back
    ],
)
def test_mails_arrive_when_people_are_awake(now: str, digest: bool, urgent: bool, expected: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=PARIS)
    assert due_at(at, PARIS, digest=digest, urgent=urgent) == datetime.fromisoformat(expected).replace(tzinfo=PARIS)


def test_without_quiet_hours_mails_arrive_at_any_time() -> None:
    at = datetime(2026, 6, 17, 3, tzinfo=PARIS)
    assert due_at(at, PARIS, digest=False, quiet_from=5, quiet_until=5) == at
