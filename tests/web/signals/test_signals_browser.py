"""The pages of signals in a real Chromium, in two looks: axe without findings, nothing wider than the screen."""

from typing import Any

import pytest
from browsing import findings
from looks import LOOKS
from playwright.sync_api import expect
from test_signals_pages import detect
from web_site import Site

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def seen(living_site: Site) -> Site:
    """The organisation of the browser tests, its signals detected."""
    detect(living_site)
    return living_site


@pytest.mark.parametrize(("lang", "theme", "width"), LOOKS)
@pytest.mark.parametrize("path", ["/signals", "/settings/signals"], ids=["list", "thresholds"])
def test_every_page_is_accessible_and_fits_its_screen(
    seen: Site, visit: Any, path: str, lang: str, theme: str, width: int
) -> None:
    page = visit(path, role="sales_admin", lang=lang, theme=theme, width=width)
    page.wait_for_load_state("networkidle")
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_family_is_chosen_without_leaving_the_page(seen: Site, visit: Any) -> None:
    page = visit("/signals", role="sales_manager", lang="en")
    page.get_by_role("navigation", name="Family").get_by_role("link", name="Pipeline").click()
    page.wait_for_url("**family=pipeline**")
    expect(page.locator(".signal .tag").first).to_have_text("Pipeline")
    page.fill("#min", "10k")
    page.keyboard.press("Tab")
    expect(page.locator("#trouble")).to_have_text(
        "Something that was entered is not understood. Correct it and try again.", use_inner_text=True
    )
    assert any("422" in trouble for trouble in visit.troubles)
    visit.troubles.clear()
    page.fill("#min", "10")
    page.keyboard.press("Tab")
    expect(page.locator("#trouble")).to_be_hidden()
