"""The tabs of an account and the list of accounts to watch in a real Chromium; axe without findings."""

from typing import Any

import pytest
import web_builder
from browsing import findings
from looks import LOOKS
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

ACCOUNT = f"/accounts/{web_builder.guid('account', 0)}"
PAGES = (
    f"{ACCOUNT}/scores",
    f"{ACCOUNT}/contacts",
    f"{ACCOUNT}/health",
    "/customers?show=all",
    "/settings/customer-health",
)


@pytest.mark.parametrize(("lang", "theme", "width"), LOOKS)
def test_every_page_is_accessible_and_fits_its_screen(visit: Any, lang: str, theme: str, width: int) -> None:
    for path in PAGES:
        page = visit(path, role="sales_admin", lang=lang, theme=theme, width=width)
        page.wait_for_load_state("networkidle")
        assert findings(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_one_types_a_score_sees_the_contradiction_and_takes_it_back(visit: Any) -> None:
    page = visit("/customers", role="customer_success")
    page.get_by_role("link", name="Ateliers Brévent").click()
    page.get_by_role("link", name="Détails supplémentaires").click()
    expect(page.locator("#field-status .health-word")).to_have_text("Sain")
    page.get_by_label("Score de santé", exact=True).fill("62")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("#field-score .health-word")).to_have_text("62")
    expect(page.locator("#field-status .health-word")).to_have_text("À risque")
    expect(page.locator("#contradictions")).to_contain_text(
        "Statut de santé\u00a0: À risque (saisi), Sain (Dynamics 365)"
    )
    page.get_by_role("link", name="Contacts", exact=True).last.click()
    expect(page.locator("#health-head")).to_contain_text("62")
    page.get_by_role("link", name="Détails supplémentaires").click()
    page.locator("#undo").click()
    expect(page.locator("#field-status .health-word")).to_have_text("Sain")
