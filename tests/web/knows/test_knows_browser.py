"""Who knows whom and introductions in a real Chromium: the whole way, every language, theme and width, and axe."""

import re
from datetime import timedelta
from typing import Any

import knows_builder as world
import pytest
from browsing import findings
from knows_builder import AURELIE, BASTIEN, CHLOE, DAMIEN, HUGO, INES
from looks import LOOKS
from playwright.sync_api import expect

from relationship.clock import frozen_clock
from relationship.desk.follow_introductions import follow
from relationship.graph.ties import TieWord
from relationship.house import House
from relationship.introductions import State, Via
from relationship.store import tables
from relationship.store.crm.record_tables import Record
from relationship.store.knows import tie_rounds
from relationship.sync.outward.mail_out import Delivery, SellerMail, ServiceMail

pytestmark = pytest.mark.browser

Visit = Any
ASK = f"/introductions/new?kind=contact&guid={world.contact(AURELIE)}&colleague={world.oid(HUGO)}"
PAGES = {
    "search": "/who-knows-whom?q=brévent",
    "start": "/who-knows-whom",
    "answer": world.page_of(AURELIE),
    "own": world.page_of(BASTIEN),
    "nobody": world.page_of(DAMIEN),
    "account": f"/who-knows-whom/account/{world.guid('account', 0)}",
    "opportunity": f"/who-knows-whom/opportunity/{world.DEAL.guid}",
    "ask": ASK,
    "impossible": ASK + "x",
    "mine": "/introductions",
    "choices": "/introductions/choices",
    "results": "/introductions/results",
}


class Post:
    def __init__(self) -> None:
        self.sent: list[SellerMail] = []

    def send(self, mail: SellerMail) -> Delivery:
        self.sent.append(mail)
        return Delivery.LEFT


@pytest.fixture
def post(visit: Visit) -> Post:
    found = Post()
    visit.site.app.extensions["posts"] = lambda _seller: {Via.GRAPH: found}
    return found


@pytest.mark.parametrize(("lang", "theme", "width"), LOOKS)
def test_every_page_is_accessible_and_fits_its_screen(visit: Visit, lang: str, theme: str, width: int) -> None:
    world.add_outcomes(visit.site.store, State.INTRODUCED, 40, word=TieWord.STRONG)
    world.add_outcomes(visit.site.store, State.LAPSED, 30, word=TieWord.WEAK, hops=2)
    for name, path in PAGES.items():
        page = visit(path, role="sales_admin" if name == "results" else "seller", lang=lang, theme=theme, width=width)
        page.wait_for_load_state("networkidle")
        assert findings(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        page.context.close()


@pytest.mark.parametrize(("lang", "theme", "width"), LOOKS)
def test_requests_in_every_state_are_accessible(visit: Visit, post: Post, lang: str, theme: str, width: int) -> None:
    for person in (AURELIE, CHLOE):
        ask_for(visit, person)
    hugo = visit("/introductions", seller=HUGO, lang=lang, theme=theme, width=width)
    assert findings(hugo) == []
    hugo.locator(".request", has_text="Aurélie").get_by_role("link", name="Aurélie Fontaine", exact=True).click()
    assert findings(hugo) == []
    hugo.go_back()
    hugo.locator(".request", has_text="Aurélie").get_by_role("link", name=re.compile("^(Quelqu|Somebody)")).click()
    assert findings(hugo) == []
    assert hugo.evaluate("document.documentElement.scrollWidth") <= width
    mine = visit("/introductions", lang=lang, theme=theme, width=width)
    mine.locator("details.confirm summary").first.click()
    assert findings(mine) == []
    assert mine.evaluate("document.documentElement.scrollWidth") <= width
    assert len(post.sent) == 2


def ask_for(visit: Visit, person: int = AURELIE, colleague: int = HUGO) -> Any:
    """Camille asks and sees that it left."""
    path = f"/introductions/new?kind=contact&guid={world.contact(person)}&colleague={world.oid(colleague)}"
    page = visit(path)
    page.get_by_label("En mon nom, tout de suite").check()
    page.get_by_role("button", name="Demander à").click()
    expect(page.get_by_role("status")).to_contain_text("La demande est partie.")
    return page


def test_from_the_search_to_the_request_under_my_introductions(visit: Visit, post: Post) -> None:
    page = visit("/who-knows-whom")
    page.keyboard.press("/")
    page.keyboard.insert_text("aurélie")
    page.wait_for_url("**/who-knows-whom?q=aur*")
    page.get_by_role("link", name="Aurélie Fontaine").click()
    expect(page.locator(".way")).to_have_count(5)
    expect(page.locator(".way").first).to_contain_text("Hugo Lefèvre")
    page.get_by_role("link", name="Demander une présentation – Hugo").click()
    expect(page.get_by_label("Message", exact=True)).to_have_value(re.compile("^Bonjour Hugo,"))
    page.get_by_label("Message", exact=True).fill("Bonjour Hugo,\npeux-tu nous présenter ?")
    page.get_by_label("En mon nom, tout de suite").check()
    page.get_by_role("button", name="Demander à Hugo Lefèvre").click()
    expect(page.get_by_role("status")).to_contain_text("La demande est partie.")
    assert post.sent[0].to == world.mail_of(HUGO)
    assert post.sent[0].text.startswith("Bonjour Hugo,\npeux-tu nous présenter ?")
    page.get_by_role("link", name="Mes présentations").click()
    expect(page.locator(".request .badge")).to_have_text("Demandée")


def test_another_text_takes_the_place_of_the_letter_at_once(visit: Visit) -> None:
    page = visit(ASK)
    page.select_option("#template", "short")
    expect(page.locator("#body")).to_have_value(re.compile("^Hello Hugo,"))
    assert page.locator("input[name=template][type=hidden]").input_value() == "short"


@pytest.mark.parametrize(
    ("button", "badge"),
    [
        ("Je fais la présentation", "Acceptée"),
        ("Pas cette fois", "Déclinée"),
        ("Je ne connais pas assez cette personne", "Déclinée – lien insuffisant"),
    ],
)
def test_the_colleague_answers_with_one_click(visit: Visit, post: Post, button: str, badge: str) -> None:
    ask_for(visit)
    hugo = visit("/introductions", seller=HUGO)
    hugo.get_by_role("button", name=button).click()
    expect(hugo.get_by_role("status")).to_contain_text("Votre réponse est enregistrée.")
    expect(visit("/introductions").locator(".badge")).to_have_text(badge)
    assert len(post.sent) == 1


def test_the_colleague_names_somebody_better_placed_and_the_seller_asks_there(visit: Visit, post: Post) -> None:
    ask_for(visit)
    hugo = visit("/introductions", seller=HUGO)
    hugo.get_by_role("link", name="Quelqu’un d’autre…").click()
    hugo.get_by_label("Nom d’un collègue").fill("inès")
    hugo.get_by_role("button", name="Rechercher").click()
    hugo.get_by_label("Inès Benali").check()
    hugo.get_by_role("button", name="Transmettre").click()
    expect(hugo.get_by_role("status")).to_contain_text("Votre réponse est enregistrée.")
    page = visit("/introductions")
    expect(page.locator(".request-next")).to_contain_text("Personne proposée : Inès Benali.")
    page.get_by_role("link", name="Demander à Inès Benali").click()
    page.get_by_role("button", name="Demander à Inès Benali").click()
    expect(page.get_by_role("status")).to_contain_text("La demande est partie.")
    assert [mail.to for mail in post.sent] == [world.mail_of(HUGO), world.mail_of(INES)]


def test_a_request_is_taken_back(visit: Visit, post: Post) -> None:
    page = ask_for(visit)
    page.get_by_text("Retirer…").click()
    page.get_by_role("button", name="Retirer la demande").click()
    expect(page.get_by_role("status")).to_contain_text("La demande est retirée.")
    expect(page.locator(".badge")).to_have_text("Retirée")
    assert len(post.sent) == 1


def test_all_of_it_works_without_scripts(visit: Visit, post: Post) -> None:
    page = visit("/who-knows-whom", scripts=False)
    page.fill("#search", "aurélie")
    page.get_by_role("button", name="Rechercher").click()
    page.get_by_role("link", name="Aurélie Fontaine").click()
    expect(page.locator("#network")).to_be_hidden()
    page.get_by_role("link", name="Demander une présentation – Hugo").click()
    page.select_option("#template", "short")
    page.get_by_role("button", name="Utiliser ce texte").click()
    expect(page.locator("#body")).to_have_value(re.compile("^Hello Hugo,"))
    page.get_by_role("button", name="Demander à Hugo").click()
    expect(page.get_by_role("status")).to_contain_text("La demande est partie.")
    assert len(post.sent) == 1


@pytest.mark.parametrize("width", [1280, 390])
def test_the_network_is_drawn_and_walked_with_the_keyboard(visit: Visit, width: int) -> None:
    page = visit(world.page_of(AURELIE), width=width)
    page.wait_for_selector("#network[data-drawn=yes]")
    assert page.locator("#network canvas").count() > 0
    page.locator("#network").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#network-said")).to_contain_text("Vous · Hugo Lefèvre: Fort")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#network-said")).to_contain_text("Hugo Lefèvre · Vous: Fort · Aurélie Fontaine: Fort")
    expect(page.locator("#way-0")).to_have_class(re.compile("chosen"))
    page.keyboard.press("Enter")
    expect(page.locator("#way-0")).to_be_focused()


def test_a22_a_name_that_is_markup_stays_a_name(visit: Visit) -> None:
    rename(visit, "<img src=x onerror=alert(1)>")
    page = visit(world.page_of(AURELIE))
    page.wait_for_selector("#network[data-drawn=yes]")
    expect(page.locator("h1")).to_have_text("<img src=x onerror=alert(1)>")
    assert page.locator("main img").count() == 0


def rename(visit: Any, name: str) -> None:
    record = tables.table(Record)
    with visit.site.store.transaction() as conn:
        conn.execute(record.update().where(record.c.guid == world.contact(AURELIE)).values(name=name))
        tie_rounds.note_people(conn)


@pytest.mark.parametrize("path", ["/who-knows-whom", "/introductions"])
def test_on_a_phone_the_navigation_shows_where_one_is(visit: Visit, path: str) -> None:
    page = visit(path, width=390)
    page.wait_for_load_state("networkidle")
    for here in page.locator(".top-links [aria-current], .tabs [aria-current]").all():
        box = here.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390


def test_a_reminder_leaves_its_link_declines_and_an_unanswered_request_lapses(visit: Visit, post: Post) -> None:
    """Hugo lets Camille wait: on the fourth day he is reminded and declines by the link; Inès never answers."""
    ask_for(visit)
    ask_for(visit, colleague=INES)
    mails = follow_after(visit, days=4)
    assert sorted(mail.to for mail in mails) == [world.mail_of(HUGO), world.mail_of(INES)]
    reminder = next(mail for mail in mails if mail.to == world.mail_of(HUGO))
    declines = re.findall(r"/introductions/answer/\S+", reminder.text)[-1]
    hugo = visit(declines, role="")
    hugo.get_by_role("button", name=re.compile("^(Pas cette fois|Not this time)")).click()
    follow_after(visit, days=7)
    page = visit("/introductions")
    expect(page.locator(".request", has_text="Hugo Lefèvre").locator(".badge")).to_have_text("Déclinée")
    expect(page.locator(".request", has_text="Inès Benali").locator(".badge")).to_have_text("Expirée")
    page.locator(".request", has_text="Inès Benali").get_by_role("link", name="Aurélie Fontaine", exact=True).click()
    expect(page.locator("main")).to_contain_text("rappel est parti")
    assert findings(page) == []


class Letterbox:
    def __init__(self) -> None:
        self.mails: list[ServiceMail] = []

    def send(self, mail: ServiceMail) -> None:
        self.mails.append(mail)


def follow_after(visit: Visit, *, days: int) -> list[ServiceMail]:
    """What the scheduler does so many days later."""
    box = Letterbox()
    house = visit.site.app.extensions["house"]
    follow(House(house.config, house.store, frozen_clock(house.clock() + timedelta(days=days))), box)
    return box.mails
