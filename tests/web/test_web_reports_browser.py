"""A report built, kept and taken out in a real browser; accessible in every look."""

from typing import Any

import pytest
from browsing import findings
from looks import LOOKS

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("lang", "theme", "width"), LOOKS)
def test_a_report_is_built_kept_and_taken_out(visit: Any, lang: str, theme: str, width: int) -> None:
    page = visit("/reports/build", role="customer_success", lang=lang, theme=theme, width=width)
    page.locator(".report-choose summary").first.click()
    page.locator("#c-rating").check()
    page.locator(
        ".report-order li", has_text="Note de la relation" if lang == "fr" else "Rating of the relationship"
    ).wait_for()
    page.locator("#fc-0").select_option("name")
    page.locator("#fv-1").fill("a")
    page.locator("#fv-1").press("Tab")
    page.wait_for_url("**fv=a**")
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    name = f"Suivi {lang}"
    page.locator("#name").fill(name)
    page.locator(".report-name button").click()
    page.wait_for_url("**/reports/*")
    assert page.locator("h1").inner_text() == name
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    with page.expect_download() as download:
        page.locator("a[download]", has_text="PDF").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    page.locator(".report-back a").click()
    page.wait_for_url("**/reports")
    assert name in page.locator("main").inner_text()
    assert findings(page) == []
