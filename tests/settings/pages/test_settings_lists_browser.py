"""Exclusions, sources, texts and the first steps in a real Chromium: what moves, counts, saves; two languages, axe."""

import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from browsing import Visitor, after, findings, served
from crm_of_tests import CrmOfTests
from lists_site import HR, SALES, add_directory, add_mailboxes, present, put
from looks import LOOKS
from playwright.sync_api import expect
from web_builder import oid
from web_site import Site, begin_visits

from relationship import schedule
from relationship.house import House, prepare
from relationship.store.database import Store
from relationship.sync.wire.connection import connect
from settings.rules import Exclusions, Sources
from simulator.server import start
from simulator.world import Group
from web.app import create_app

sys.path.insert(0, str(Path(__file__).parents[2] / "sync"))

from sync_world import config_for, some_mail, some_of_each, world

pytestmark = pytest.mark.browser

Visit = Any
PAGES = (
    "introductions",
    "introductions/texts/court",
    "exclusions",
    "sources",
    "start/connect",
    "start/mailboxes",
    "start/exclusions",
    "start/consultation",
    "start/frequency",
    "start/weights",
    "start/reading",
)


def settled(page: Any) -> None:
    """What the screen would do has been counted, or the letter written."""
    after(page, 400)
    expect(page.locator("#effect.htmx-request")).to_have_count(0)


def width_of(page: Any) -> int:
    """Of the page below the bar of the product."""
    return int(page.evaluate("document.querySelector('main').scrollWidth"))


@pytest.mark.parametrize(("lang", "theme", "width"), LOOKS)
def test_every_page_is_accessible_and_fits_its_screen(visit: Visit, lang: str, theme: str, width: int) -> None:
    add_directory(visit.site)
    add_mailboxes(visit.site, oid(0), oid(1))
    put(visit.site, exclusions=Exclusions(domains=("granit.example",), groups=(HR,)), sources=Sources(groups=(SALES,)))
    page = visit("/settings/exclusions", lang=lang, theme=theme, width=width)
    for path in PAGES:
        page.goto(f"{visit.address}/settings/{path}")
        assert findings(page) == []
        assert width_of(page) <= width, path
        assert page.evaluate("document.documentElement.lang") == lang


def test_an_exclusion_shows_what_it_hides_before_it_is_saved(visit: Visit) -> None:
    page = visit("/settings/exclusions")
    expect(page.locator("#save")).to_be_disabled()
    page.fill("#find-contacts", "fontaine")
    page.locator("#found-contacts").get_by_role("checkbox", name="Ajouter Aurélie Fontaine").check()
    expect(page.locator("[data-list=contacts] [data-picks] .pick-new")).to_contain_text("Aurélie Fontaine")
    expect(page.locator("#effect-body")).to_contain_text("Ceci masquera")
    expect(page.locator("#effect-body")).to_contain_text("1 contact")
    page.fill("#find-domains", "concurrent.example")
    page.locator("#found-domains .pick-box").first.check()
    settled(page)
    assert findings(page) == []
    page.fill("#note", "Concurrent")
    page.click("#save")
    expect(page.locator(".banner-saved")).to_contain_text("Enregistré.")
    page.wait_for_load_state("networkidle")
    found = present(visit.site)[1].exclusions
    assert (len(found.contacts), found.domains) == (1, ("concurrent.example",))
    page.get_by_role("checkbox", name="Retirer Aurélie Fontaine").focus()
    page.keyboard.press("Space")
    expect(page.locator("#effect-body")).to_contain_text("réadmettez")
    page.keyboard.press("Space")
    expect(page.locator("#save")).to_be_disabled()
    page.get_by_role("checkbox", name="Retirer Aurélie Fontaine").check()
    page.click("#save")
    expect(page.get_by_text("Aucun contact n’est exclu.")).to_be_visible()
    assert present(visit.site)[1].exclusions.contacts == ()


def test_a_domain_that_cannot_be_is_told_before_saving(visit: Visit) -> None:
    page = visit("/settings/exclusions")
    page.fill("#find-domains", "*.granit.example")
    page.locator("#found-domains .pick-box").first.check()
    expect(page.locator("#effect-body")).to_contain_text("Un domaine s’écrit sans *.")
    page.locator("[data-list=domains] .pick-new .pick-box").click()
    expect(page.locator("#save")).to_be_disabled()


def test_a_text_with_an_error_is_shown_its_place_and_then_saved(visit: Visit) -> None:
    page = visit("/settings/introductions/texts/court")
    expect(page.locator(".letter-body")).to_contain_text("Élodie Marchal")
    page.fill("#body", "Bonjour,\nvous connaissez ")
    page.locator("#body").press("End")
    page.keyboard.type("{{ contact.nom }}")
    told = page.locator("#faults-body")
    expect(told).to_contain_text("Ligne 2, colonne 17")
    expect(told).to_contain_text("Vouliez-vous dire {{ contact.name }}")
    expect(page.locator(".letter")).to_have_count(0)
    page.click("#save")
    expect(page.get_by_role("alert").first).to_contain_text("Rien n’a été enregistré.")
    page.get_by_role("button", name="Y aller").click()
    body = "document.getElementById('body')"
    assert page.evaluate(f"{body}.value.slice({body}.selectionStart, {body}.selectionEnd)") == "{{ contact."
    page.fill("#body", "Bonjour,\nvous connaissez ")
    page.locator("#body").press("Control+End")
    page.locator("[data-placeholder='contact.name']").click()
    assert page.input_value("#body") == "Bonjour,\nvous connaissez {{ contact.name }}"
    page.fill("#find-contact", "tessier")
    page.locator("#found-contact button").first.click()
    expect(page.locator(".letter-body")).to_have_text("Bonjour,\nvous connaissez Fabrice Tessier")
    settled(page)
    assert findings(page) == []
    page.click("#save")
    expect(page.locator(".banner-saved")).to_be_visible()
    assert present(visit.site)[1].introductions.templates[0].body == "Bonjour,\nvous connaissez {{ contact.name }}"


def test_lists_and_texts_are_saved_without_scripts(visit: Visit) -> None:
    page = visit("/settings/exclusions", scripts=False)
    page.fill("#find-domains", "granit.example")
    page.locator("[data-list=domains]").get_by_role("button", name="Chercher").click()
    page.locator("#found-domains .pick-box").first.check()
    page.click("#save")
    assert present(visit.site)[1].exclusions.domains == ("granit.example",)
    page.goto(visit.address + "/settings/sources")
    page.get_by_role("radio").first.check()
    page.fill("#consulted_on", "2026-06-01")
    page.click("#save")
    assert present(visit.site)[1].sources.may_read


@pytest.fixture
def new_house(small_store: Store) -> Iterator[House]:
    """An organisation that was never read, with the simulated Microsoft behind it and a scheduler that looks often."""
    groups = (Group("Ventes", ("ines", "omar")), Group("Comité social et économique", ("lina",)))
    together = sorted([*some_mail(), *some_of_each()], key=lambda one: (one.at, one.id))
    with start(replace(world(together), groups=groups)) as running:
        config = config_for(running)
        house = House(config, small_store, config.clock, CrmOfTests(small_store))
        prepare(house)
        over = threading.Event()
        microsoft = connect(config)

        def look() -> None:
            while not over.wait(0.3):
                schedule.attempt(schedule.wished_cycle, house, microsoft)

        thread = threading.Thread(target=look)
        thread.start()
        yield house
        over.set()
        thread.join()
        microsoft.close()


@pytest.fixture
def first_visit(new_context: Callable[..., Any], new_house: House) -> Iterator[Visitor]:
    begin_visits(new_house.store)
    site = Site(create_app(new_house), new_house.store)
    with served(site.app) as address:
        visitor = Visitor(new_context, site, address, role="sales_admin")
        yield visitor
    assert visitor.troubles == []


def test_the_first_steps_lead_from_nothing_to_rated_opportunities(first_visit: Visitor) -> None:
    page = first_visit("/")
    expect(page.get_by_role("heading", name="Mise en route")).to_be_visible()
    page.goto(first_visit.address + "/settings/start/connect")
    page.get_by_role("button", name="Vérifier la connexion").click()
    expect(page.locator("#checks")).to_contain_text("Lecture possible de l’annuaire.", timeout=60_000)
    page.get_by_role("link", name="Continuer").click()
    page.get_by_role("button", name="Demander ses groupes").click()
    expect(page.get_by_text("L’annuaire compte 2 groupes.")).to_be_visible(timeout=30_000)
    page.get_by_role("radio", name="Seulement les membres").check()
    page.wait_for_load_state("networkidle")  # a letter typed before the scripts are there finds nothing
    page.fill("#find-groups", "ventes")
    page.locator("#found-groups .pick-box").check()
    page.get_by_role("button", name="Enregistrer et continuer").click()
    expect(page.locator(".proposal")).to_contain_text("Comité social et économique")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.fill("#consulted_on", "2026-06-01")
    page.reload()
    page.fill("#consulted_on", "2026-06-01")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.select_option("#frequency", "4")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.select_option("#weight-meeting", "9")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.get_by_role("button", name="Lancer la première lecture").click()
    expect(page.get_by_text("1 opportunité ouverte est évaluée.")).to_be_visible(timeout=90_000)
    assert findings(page) == []
    rules = present(first_visit.site)[1]
    assert (rules.health.frequency, rules.health.weights.meeting) == (4, 9)
    assert (len(rules.sources.groups), len(rules.exclusions.groups)) == (1, 1)
    page.get_by_role("link", name="Vers les opportunités").click()
    expect(page.get_by_text("Offer 118").first).to_be_visible()
