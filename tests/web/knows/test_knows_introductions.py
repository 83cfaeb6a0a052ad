"""Asking and answering on the pages, without a script: the forms do all of it."""

import re
from collections.abc import Mapping
from html import unescape
from typing import Any
from uuid import uuid4

import knows_builder as world
import pytest
from flask.testing import FlaskClient
from knows_builder import AURELIE, CAMILLE, CHLOE, HUGO, INES, MATHIS, SARAH, THOMAS
from web_site import Site
from werkzeug.test import TestResponse

from relationship.errors import TryLater
from relationship.introductions import Via
from relationship.store.knows import introductions
from relationship.sync.outward.mail_out import Delivery, SellerMail

OURS = {"Sec-Fetch-Site": "same-origin"}


class Post:
    """A way of sending that keeps what it was given."""

    def __init__(self, delivery: Delivery = Delivery.LEFT, trouble: Exception | None = None) -> None:
        self.sent: list[SellerMail] = []
        self._delivery, self._trouble = delivery, trouble

    def send(self, mail: SellerMail) -> Delivery:
        if self._trouble:
            raise self._trouble
        self.sent.append(mail)
        return self._delivery


def with_post(site: Site, post: Post) -> Post:
    site.app.extensions["posts"] = lambda _seller: {Via.GRAPH: post}
    return post


def form_at(client: FlaskClient, path: str) -> dict[str, str]:
    """The fields of the form that posts, as the page has them."""
    body = client.get(path).text
    form = body[body.index('<form method="post" action="/introductions/new"') :]
    form = form[: form.index("</form>")]
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    fields |= dict(re.findall(r'name="(subject)"[^>]* value="([^"]*)"', form))
    fields["body"] = form.split("<textarea", 1)[1].split(">", 1)[1].split("</textarea>")[0].removeprefix("\n")
    fields["via"] = re.findall(r'name="via" value="([^"]+)" checked', form)[0]
    return {name: unescape(value) for name, value in fields.items()}


def ask_path(colleague: int = HUGO, person: int = AURELIE) -> str:
    return f"/introductions/new?kind=contact&guid={world.contact(person)}&colleague={world.oid(colleague)}"


def ask(client: FlaskClient, colleague: int = HUGO, person: int = AURELIE, **changes: str) -> TestResponse:
    fields = {**form_at(client, ask_path(colleague, person)), **changes}
    return client.post("/introductions/new", data=fields, headers=OURS)


def do(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    token = re.findall(r'name="csrf_token" value="([^"]+)"', client.get("/introductions/choices").text)[0]
    return client.post(path, data={"csrf_token": token, **fields}, headers=OURS)


def kept(site: Site, seller: int = CAMILLE) -> list[introductions.Introduction]:
    with site.store.reading() as conn:
        return introductions.of(conn, world.oid(seller))[0]


def said(client: FlaskClient, path: str = "/introductions") -> str:
    text = re.sub(r"<(script|head)\b.*?</\1>", "", client.get(path).text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


def test_the_form_holds_a_finished_letter_and_names_who_gets_it(quick_site: Site) -> None:
    client = quick_site.as_("seller")
    fields = form_at(client, ask_path())
    assert fields["body"] == (
        "Hello Hugo,\n\nYou know Aurélie Fontaine at Ateliers Brévent. Would you help to introduce us?\n\n"
        "Many thanks,\nCamille"
    )
    assert "Who gets it HL Hugo Lefèvre" in said(client, ask_path())


@pytest.mark.parametrize(
    ("template", "sentence", "false"),
    [
        (
            "court",
            "Hugo Lefèvre connaît Chloé Perrin, chez Ateliers Brévent, et vous pouvez lui en parler.",
            "Vous con",
        ),
        ("avec-contexte", "Hugo Lefèvre connaît Chloé Perrin, chez Ateliers Brévent", "Vous con"),
        ("avis-d-abord", "Hugo Lefèvre connaît Chloé Perrin, chez Ateliers Brévent", "Vous con"),
        ("short", "Hugo Lefèvre knows Chloé Perrin at Ateliers Brévent, and you could have a word there.", "You know"),
        ("with-context", "Hugo Lefèvre knows Chloé Perrin at Ateliers Brévent", "You know"),
    ],
)
def test_a_letter_over_two_colleagues_says_who_knows_the_contact(
    quick_site: Site, template: str, sentence: str, false: str
) -> None:
    """Thomas has no contact with Chloé: he is asked because Hugo has."""
    body = form_at(quick_site.as_("seller"), f"{ask_path(THOMAS, CHLOE)}&template={template}")["body"]
    assert sentence in body
    assert false not in body


def test_another_text_and_language_are_chosen_without_a_script(quick_site: Site) -> None:
    client = quick_site.as_("seller")
    assert 'value="court"' in client.get(ask_path()).text
    assert "Bonjour Hugo," in form_at(client, f"{ask_path()}&template=court")["body"]


def test_a_letter_leaves_as_the_seller_to_the_address_that_the_service_finds(quick_site: Site) -> None:
    post = with_post(quick_site, Post())
    client = quick_site.as_("seller")
    answer = ask(client, subject="Aurélie ?", body="Bonjour Hugo,\nmerci\nCamille")
    assert answer.status_code == 303
    (mail,) = post.sent
    assert (mail.to, mail.subject) == (world.mail_of(HUGO), "Aurélie ?")
    assert mail.text.startswith("Bonjour Hugo,\nmerci\nCamille\n\n-- \n")
    assert "The request has left." in said(client, answer.location)
    assert "Waiting for Hugo Lefèvre. Without an answer the request lapses on 24 Jun 2026." in said(client)


def test_a_draft_is_opened_in_the_mail_program(quick_site: Site) -> None:
    client = quick_site.as_("seller")
    answer = ask(client)
    assert answer.status_code == 200
    assert re.search(r'href="https://outlook\.[^"]*to=collegue1%40maison-canari', answer.text)
    assert f'href="mailto:{world.mail_of(HUGO)}?subject=' in answer.text
    assert kept(quick_site)[0].state == "asked"


@pytest.mark.parametrize("name", ["to", "from", "recipient", "cc", "address", "sender"])
def test_a23_a_recipient_in_the_form_is_never_used(quick_site: Site, name: str) -> None:
    post = with_post(quick_site, Post())
    ask(quick_site.as_("seller"), **{name: "victim@elsewhere.example"})
    assert [mail.to for mail in post.sent] == [world.mail_of(HUGO)]


def test_pressing_twice_sends_once(quick_site: Site) -> None:
    post = with_post(quick_site, Post())
    client = quick_site.as_("seller")
    fields = form_at(client, ask_path())
    first, second = (client.post("/introductions/new", data=fields, headers=OURS) for _ in range(2))
    assert first.location == second.location
    assert len(post.sent) == 1
    assert "nothing was sent a second time" in said(client, second.location)


def test_asking_again_while_it_is_open_leads_to_the_open_request(quick_site: Site) -> None:
    post = with_post(quick_site, Post())
    client = quick_site.as_("seller")
    first, second = ask(client), ask(client)
    assert first.location == second.location
    assert len(post.sent) == 1
    assert "You have asked this colleague for this introduction already." in said(client, second.location)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"subject": ""}, "The subject is empty"),
        ({"subject": "a\r\nBcc: x@elsewhere.example"}, "The subject is one line"),
        ({"subject": "a%0d%0aBcc: x"}, "The subject is one line"),
        ({"body": " \n "}, "The letter is empty"),
        ({"body": "x" * 4_001}, "The letter is too long"),
        ({"body": "<script>alert(1)</script>"}, "Remove the angle brackets"),
        ({"template": "gone"}, "This text is not there any more"),
        ({"via": "crm"}, "This way of sending is not open"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_written_is_lost(
    quick_site: Site, changes: Mapping[str, str], sentence: str
) -> None:
    post = with_post(quick_site, Post())
    client = quick_site.as_("seller")
    answer = ask(client, **{"subject": "My own subject", **changes})
    assert answer.status_code == 422
    assert sentence in unescape(answer.text)
    assert "Nothing was sent." in answer.text
    if "subject" not in changes:
        assert 'value="My own subject"' in answer.text
    assert post.sent == []
    assert kept(quick_site) == []


def test_a23_a_quota_is_told_in_plain_words(quick_site: Site) -> None:
    """Three requests a week reach one colleague at most, from whomever."""
    post = with_post(quick_site, Post())
    for seller in (CAMILLE, INES, MATHIS):
        assert ask(quick_site.as_("sales_manager", seller)).status_code == 303
    answer = ask(quick_site.as_("sales_manager", SARAH))
    assert answer.status_code == 422
    assert "This colleague cannot be asked at the moment." in answer.text
    assert len(post.sent) == 3


def test_a_mail_that_did_not_leave_can_be_sent_again_from_the_same_form(quick_site: Site) -> None:
    with_post(quick_site, Post(trouble=TryLater("No line.", next_step="Later.")))
    client = quick_site.as_("seller")
    failed = ask(client, body="My words")
    assert failed.status_code == 409
    assert "nobody got it" in failed.text
    assert "My words" in failed.text
    post = with_post(quick_site, Post())
    assert ask(client, body="My words").status_code == 303
    assert len(post.sent) == 1


def test_a_mail_in_doubt_is_settled_by_the_seller_and_never_sent_again(quick_site: Site) -> None:
    post = with_post(quick_site, Post(Delivery.UNKNOWN))
    client = quick_site.as_("seller")
    where = ask(client).location
    assert "no confirmation came" in said(client, where)
    do(client, f"{where}/settle", left="yes")
    assert kept(quick_site)[0].state == "asked"
    assert len(post.sent) == 1


def received(quick_site: Site) -> tuple[FlaskClient, str]:
    """Hugo's client and the address of the request he got."""
    with_post(quick_site, Post())
    where = ask(quick_site.as_("seller")).location
    return quick_site.as_("seller", HUGO), where


@pytest.mark.parametrize(
    ("act", "state", "for_seller"),
    [
        ("accept", "accepted", "Hugo Lefèvre will write to Aurélie Fontaine and you."),
        ("decline", "declined", "Not this time. See who else knows Aurélie Fontaine."),
        ("not-well", "declined", "not well enough"),
        ("pass-on", "passed_on", "Hugo Lefèvre thinks that somebody else is better placed."),
    ],
)
def test_the_colleague_answers_and_the_seller_reads_it(quick_site: Site, act: str, state: str, for_seller: str) -> None:
    hugo, where = received(quick_site)
    assert "Asked of me" in said(hugo)
    answer = do(hugo, f"{where}/{act}")
    assert "Your answer has been noted." in said(hugo, answer.location)
    assert kept(quick_site)[0].state == state
    assert for_seller in said(quick_site.as_("seller"))


def test_passing_on_names_a_colleague_whom_the_seller_can_ask(quick_site: Site) -> None:
    hugo, where = received(quick_site)
    found = hugo.get(f"{where}/pass-on?q=in%C3%A8s")
    assert re.findall(r'name="proposed" value="([^"]*)"', found.text) == [world.oid(INES), ""]
    do(hugo, f"{where}/pass-on", proposed=world.oid(INES))
    client = quick_site.as_("seller")
    assert "Named instead: Inès Benali." in said(client)
    assert f"colleague={world.oid(INES)}" in client.get("/introductions").text


def test_neither_oneself_nor_the_seller_is_offered_when_passing_on(quick_site: Site) -> None:
    hugo, where = received(quick_site)
    for name in ("hugo", "camille"):
        assert re.findall(r'name="proposed" value="([^"]*)"', hugo.get(f"{where}/pass-on?q={name}").text) == [""]
    answer = do(hugo, f"{where}/pass-on", proposed=world.oid(CAMILLE))
    assert "This colleague cannot be proposed." in said(hugo, answer.location)
    assert kept(quick_site)[0].state == "asked"


def test_the_seller_takes_a_request_back_and_the_colleague_can_no_longer_answer(quick_site: Site) -> None:
    hugo, where = received(quick_site)
    seller = quick_site.as_("seller")
    assert "The request is taken back." in said(seller, do(seller, f"{where}/withdraw").location)
    late = do(hugo, f"{where}/accept")
    assert "This request has moved on" in said(hugo, late.location)
    assert kept(quick_site)[0].state == "withdrawn"


@pytest.mark.parametrize("act", ["accept", "decline", "not-well", "pass-on", "withdraw", "settle"])
def test_only_the_two_on_a_request_see_and_move_it(quick_site: Site, act: str) -> None:
    _hugo, where = received(quick_site)
    for role, seller in (("seller", INES), ("sales_manager", INES), ("sales_admin", SARAH)):
        stranger = quick_site.as_(role, seller)
        assert stranger.get(where).status_code == 404
        assert do(stranger, f"{where}/{act}").status_code == 404
        assert stranger.get(f"{where}/pass-on").status_code == 404
        assert "Aurélie" not in said(stranger)
    assert do(quick_site.as_("seller"), f"/introductions/{uuid4()}/{act}").status_code == 404
    assert kept(quick_site)[0].state == "asked"


@pytest.mark.parametrize("act", ["accept", "decline", "not-well", "pass-on"])
def test_the_seller_cannot_answer_for_the_colleague(quick_site: Site, act: str) -> None:
    _hugo, where = received(quick_site)
    assert do(quick_site.as_("seller"), f"{where}/{act}").status_code == 404
    assert kept(quick_site)[0].state == "asked"


def test_a_foreign_site_and_a_missing_token_change_nothing(quick_site: Site) -> None:
    hugo, where = received(quick_site)
    assert hugo.post(f"{where}/accept", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert hugo.post(f"{where}/accept", headers=OURS).status_code == 400
    assert kept(quick_site)[0].state == "asked"


def test_ones_own_switches_hold_at_once_and_can_be_turned_back(quick_site: Site) -> None:
    hugo, seller = quick_site.as_("seller", HUGO), quick_site.as_("seller")

    def is_listed() -> bool:
        return "Hugo" in said(seller, world.page_of(CHLOE))

    assert is_listed()
    do(hugo, "/introductions/choices", switch="do_not_ask", on="yes")
    assert not is_listed()
    assert "You are not asked" in said(hugo, "/introductions/choices")
    do(hugo, "/introductions/choices", switch="do_not_ask", on="no")
    assert is_listed()
    do(hugo, "/introductions/choices", switch="opted_out", on="yes")
    assert not is_listed()
    assert "You have left" in said(hugo, "/introductions/choices")


def test_an_unknown_switch_is_refused(quick_site: Site) -> None:
    assert do(quick_site.as_("seller"), "/introductions/choices", switch="admin", on="yes").status_code == 400


def test_the_letter_says_what_the_opportunity_is_where_one_comes_from_it(quick_site: Site) -> None:
    client: Any = quick_site.as_("seller")
    page = client.get(f"{ask_path()}&opportunity={world.DEAL.guid}")
    assert page.status_code == 200
    assert f'name="opportunity" value="{world.DEAL.guid}"' in page.text
    assert client.get(f"{ask_path()}&opportunity=nonsense").status_code == 404
