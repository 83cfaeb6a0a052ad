"""The home of a seller, the pipeline and the views of lists in a real Chromium; axe without findings."""

from typing import Any

import pytest
from browsing import findings
from looks import LOOKS
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PATHS = {
    "home": "/home",
    "pipeline": "/pipeline",
    "weeks": "/pipeline/weeks",
    "more-filters": "/opportunities?active=quiet30&min=1000&columns=score.value.team.falls",
}
Visit = Any


@pytest.mark.parametrize(("lang", "theme", "width"), LOOKS)
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_every_page_is_accessible_and_fits_its_screen(
    visit: Visit, path: str, lang: str, theme: str, width: int
) -> None:
    role = "seller" if path == "/home" else "sales_manager"
    page = visit(path, role=role, lang=lang, theme=theme, width=width)
    page.wait_for_load_state("networkidle")
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_list_is_arranged_kept_under_a_name_removed_and_taken_back(visit: Visit) -> None:
    page = visit("/opportunities", lang="en")
    page.locator(".columns-menu summary").click()
    page.get_by_label("Hide Trend").click()
    expect(page.locator("thead th", has_text="Trend")).to_have_count(0)
    expect(page.locator(".columns-menu")).to_have_attribute("open", "")
    assert findings(page) == []
    page.keyboard.press("Escape")
    page.get_by_text("Save this view").click()
    page.get_by_label("Name of the view").fill("Without trend")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".views .chosen")).to_have_text("Without trend")
    page.get_by_text("This view").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.locator(".views")).not_to_contain_text("Without trend")
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator(".views")).to_contain_text("Without trend")


def test_rare_entries_of_the_navigation_are_reached_on_a_phone(visit: Visit) -> None:
    page = visit("/home", lang="fr", width=390)
    page.locator(".top-more summary").click()
    page.get_by_role("link", name="Mes présentations").click()
    page.wait_for_url("**/introductions**")
