"""Answering a request by the link in the mail, without a session; and giving the right to send."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import web_builder
from browsing import findings, served
from flask.testing import FlaskClient
from playwright.sync_api import expect
from web_site import Site, site_over

from relationship.activities import RecordKind, RecordRef
from relationship.graph.ties import TieWord
from relationship.house import House
from relationship.introductions import State, Step, Via
from relationship.links import PATH, AnswerLinks
from relationship.store.crm.record_tables import Colleague, Record
from relationship.store.database import Store
from relationship.store.knows import introductions
from relationship.store.knows.introduction_tables import INTRODUCTION
from relationship.store.knows.introductions import Introduction, NewIntroduction
from relationship.store.upsert import insert_new

SELLER, COLLEAGUE, CONTACT = "Camille Roussel", "Hugo <b>Lefèvre</b>", "Élodie {{ 7*7 }} <script>"


def house_of(site: Site) -> House:
    found: House = site.app.extensions["house"]
    return found


def asked(site: Site, *, contact: str = CONTACT) -> Introduction:
    """A request whose mail left."""
    with site.store.transaction() as conn:
        people = [
            {"key": "camille", "name": SELLER, "in_directory": True},
            {"key": "hugo", "name": COLLEAGUE, "in_directory": True},
        ]
        insert_new(conn, Colleague, people, key=["key"])
        record = {"kind": "contact", "guid": "c1", "name": contact, "status": "active"}
        insert_new(conn, Record, [{**record, "created_on": web_builder.TODAY}], key=["kind", "guid"])
        new = NewIntroduction(
            key=str(uuid4()), request_key=str(uuid4()), seller_key="camille", colleague_key="hugo",
            target=RecordRef(RecordKind.CONTACT, "c1"), notify=False, via=Via.GRAPH, language="fr",
            template_key="court", subject="s", body="b", word=TieWord.STRONG, hops=1, asked_at=web_builder.NOW,
            remind_at=None, due_at=web_builder.NOW + timedelta(days=7),
        )  # fmt: skip
        one = introductions.add(conn, new)
        return introductions.move(conn, one, Step.LEFT, at=web_builder.NOW, by="mail")


def path(site: Site, one: Introduction, step: Step = Step.ACCEPT) -> str:
    link = AnswerLinks(house_of(site).config).links(one.id)[step]
    return PATH + link.partition(PATH)[2]


def state(site: Site, one: Introduction) -> State:
    with site.store.reading() as conn:
        found = introductions.by_key(conn, one.key)
    assert found is not None
    return found.state


def stranger(site: Site) -> FlaskClient:
    """Somebody who is not signed in, and whose browser says that the form is ours."""
    client = site.anonymous()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    return client


def test_a_scanner_that_opens_the_link_answers_nothing(site: Site) -> None:
    one = asked(site)
    client = stranger(site)
    for _ in range(3):
        assert client.get(path(site, one)).status_code == 200
    assert client.head(path(site, one)).status_code == 200
    assert state(site, one) is State.ASKED


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (Step.ACCEPT, State.ACCEPTED),
        (Step.DECLINE, State.DECLINED),
        (Step.NOT_WELL, State.DECLINED),
        (Step.PASS_ON, State.PASSED_ON),
    ],
)
def test_the_button_answers_without_session_and_cookie(site: Site, step: Step, told: State) -> None:
    one = asked(site)
    client = stranger(site)
    assert "Set-Cookie" not in client.get(path(site, one, step)).headers
    done = client.post(path(site, one, step))
    assert done.status_code == 200
    assert "Thank you" in done.text
    assert state(site, one) is told


def test_a_link_that_was_used_leads_to_a_friendly_page_and_changes_nothing(site: Site) -> None:
    one = asked(site)
    client = stranger(site)
    client.post(path(site, one, Step.DECLINE))
    for method in (client.get, client.post):
        again = method(path(site, one, Step.ACCEPT))
        assert again.status_code == 200
        assert "You have answered already" in again.text
        assert '<form method="post" action="/introductions' not in again.text
    assert state(site, one) is State.DECLINED


@pytest.mark.parametrize("ended", [one for one in State if one not in (State.ASKED, State.SENDING, State.UNSENT)])
def test_every_end_has_its_words(small_site: Site, ended: State) -> None:
    one = asked(small_site)
    with small_site.store.transaction() as conn:
        conn.execute(INTRODUCTION.update().values(state=ended.value))
    for language in ("en", "fr"):
        told = stranger(small_site).get(path(small_site, one) + f"?lang={language}")
        assert told.status_code == 200
        assert "%(" not in told.text


def test_whatever_we_did_not_sign_leads_to_the_same_page(small_site: Site) -> None:
    one = asked(small_site)
    good = path(small_site, one)
    pages = set()
    for bad in (good[:-2], good + "x", PATH + "nothing", PATH + "A" * 3000):
        for method in (stranger(small_site).get, stranger(small_site).post):
            answer = method(bad)
            assert answer.status_code == 404
            pages.add(answer.text)
    assert len(pages) == 1
    assert state(small_site, one) is State.ASKED


def test_the_pages_are_kept_by_nobody_and_found_by_no_search(small_site: Site) -> None:
    answer = stranger(small_site).get(path(small_site, asked(small_site)))
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert '<meta name="robots" content="noindex, nofollow">' in answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_a22_names_are_text_on_these_pages(small_site: Site) -> None:
    one = asked(small_site)
    client = stranger(small_site)
    for answer in (client.get(path(small_site, one)), client.post(path(small_site, one))):
        assert "&lt;script&gt;" in answer.text
        assert "{{ 7*7 }}" in answer.text
        assert "<script>" not in answer.text


def test_a17_another_site_cannot_press_the_button(small_site: Site) -> None:
    one = asked(small_site)
    client = stranger(small_site)
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "cross-site"
    assert client.post(path(small_site, one)).status_code == 403
    assert state(small_site, one) is State.ASKED


def test_whoever_tries_links_out_is_slowed_down(small_site: Site) -> None:
    client = stranger(small_site)
    codes = [client.get(f"{PATH}{number}").status_code for number in range(70)]
    assert codes.count(404) == 60
    assert codes[-1] == 429


def test_no_name_and_no_key_stands_in_the_address(small_site: Site) -> None:
    one = asked(small_site)
    found = path(small_site, one)
    assert len(found) < 90
    assert not any(secret in found.lower() for secret in ("camille", "hugo", "c1", one.key, "%"))


# In a browser


@pytest.fixture
def link_site(small_store: Store) -> Iterator[tuple[Site, str]]:
    site = site_over(small_store)
    with served(site.app) as address:
        yield site, address


@pytest.mark.browser
@pytest.mark.parametrize(("language", "width"), [("fr-FR", 390), ("en-GB", 1280)])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_colleague_answers_by_link_on_a_phone_and_on_a_desk(
    link_site: tuple[Site, str], new_context: Callable[..., Any], language: str, width: int, theme: str
) -> None:
    site, address = link_site
    one = asked(site, contact="Élodie Marchal")
    page = new_context(viewport={"width": width, "height": 800}, locale=language, color_scheme=theme).new_page()
    words = {"fr-FR": ("Je fais la présentation", "Merci", "close"), "en-GB": ("I will introduce", "Thank", "settled")}
    button, thanks, settled = words[language]
    page.goto(address + path(site, one))
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert state(site, one) is State.ASKED
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(thanks)
    assert findings(page) == []
    assert state(site, one) is State.ACCEPTED
    page.goto(address + path(site, one, Step.DECLINE))
    expect(page.get_by_role("heading", level=1)).to_contain_text(settled)
    assert findings(page) == []
    assert state(site, one) is State.ACCEPTED


@pytest.mark.browser
def test_a_colleague_declines_with_the_keyboard_alone(
    link_site: tuple[Site, str], new_context: Callable[..., Any]
) -> None:
    site, address = link_site
    one = asked(site)
    page = new_context(locale="fr-FR").new_page()
    page.goto(address + path(site, one, Step.DECLINE))
    page.get_by_role("button", name="Pas cette fois").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Vous ne recevrez pas de rappel")
    assert state(site, one) is State.DECLINED
