"""Lists and pages of contacts, leads and accounts in a real Chromium; axe without findings."""

import re
from typing import Any

import pytest
import records_builder as made
from browsing import findings
from looks import LOOKS
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PATHS = {
    "contacts": "/contacts",
    "leads": "/leads",
    "accounts": "/accounts",
    "contact": f"/contacts/{made.contact(made.AURELIE)}",
    "lead": f"/leads/{made.lead(0)}",
    "account": f"/accounts/{made.account(made.BREVENT)}",
    "left-out": f"/contacts/{made.contact(made.DAMIEN)}",
    "nothing": "/leads?q=personne",
}
Visit = Any


@pytest.mark.parametrize(("lang", "theme", "width"), LOOKS)
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_every_page_is_accessible_and_fits_its_screen(
    visit: Visit, path: str, lang: str, theme: str, width: int
) -> None:
    page = visit(path, lang=lang, theme=theme, width=width)
    page.wait_for_load_state("networkidle")
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_one_walks_from_the_list_by_keyboard_to_a_contact_its_company_and_back(visit: Visit) -> None:
    page = visit("/contacts")
    page.locator("#share-good").click()
    page.wait_for_url("**/contacts?rating=good")
    expect(page.locator(".row-link")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Aurélie Fontaine')")
    page.locator(".record-title").get_by_role("link", name="Ateliers Brévent").click()
    page.wait_for_selector("h1:has-text('Ateliers Brévent')")
    page.locator(".rests-on").get_by_role("link", name="Aurélie Fontaine").click()
    page.wait_for_selector("h1:has-text('Aurélie Fontaine')")
    page.locator("#back").click()
    page.wait_for_url("**/contacts?rating=good")


def test_a_rating_narrows_the_list_and_the_order_is_kept(visit: Visit) -> None:
    page = visit("/accounts?status=all")
    page.get_by_role("link", name="Compte", exact=True).click()
    page.wait_for_selector("th[aria-sort=ascending] >> text=Compte")
    page.locator("#share-none").click()
    page.wait_for_url("**rating=none*")
    page.wait_for_selector("th[aria-sort=ascending] >> text=Compte")
    expect(page.locator("tr.row:not(:has(.rating-none))")).to_have_count(0)


def test_a_point_of_the_curve_and_earlier_activities_load_in_place(visit: Visit) -> None:
    page = visit(f"/contacts/{made.contact(made.AURELIE)}")
    page.locator(".curve summary").click()
    page.locator("table.compact a").nth(3).click()
    page.wait_for_selector("#week .term-title")
    page.get_by_role("link", name="Activités précédentes").click()
    expect(page.locator(".activity").nth(10)).to_be_visible()
    assert findings(page) == []


def test_one_walks_along_the_curve_with_the_arrow_keys_and_enter_explains_a_week(visit: Visit) -> None:
    page = visit(f"/accounts/{made.account(made.BREVENT)}", lang="en")
    curve = page.get_by_role("slider", name="Health score of the last 52 weeks")
    expect(curve).to_have_attribute("aria-valuetext", re.compile("17 June 2026, Good"))
    curve.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(curve).to_have_attribute("aria-valuetext", re.compile("3 June 2026, Good"))
    page.keyboard.press("Enter")
    expect(page.locator("#week h3")).to_have_text("Week of 3 June 2026")
    page.get_by_role("link", name="First meeting").click()
    expect(page.locator("#week h3")).to_have_text("Week of 10 June 2026")
