"""A file's way through the pages in a real browser: chosen, checked, looked at; accessible in every look."""

from pathlib import Path
from typing import Any

import pytest
from browsing import findings
from looks import LOOKS
from web_builder import ACCOUNTS

pytestmark = pytest.mark.browser

BODY = (
    "account;date;active users;log-ins;seats\r\n"
    f"{ACCOUNTS[0]};2026-06-16;12;35;40\r\n"
    "Nobody & Sons;2026-06-16;1;1;1\r\n"
    f"{ACCOUNTS[0]};2027-06-16;12;35;40\r\n"
)


@pytest.mark.parametrize(("lang", "theme", "width"), LOOKS)
def test_a_file_is_chosen_checked_and_looked_at(visit: Any, tmp_path: Path, lang: str, theme: str, width: int) -> None:
    path = tmp_path / "use.csv"
    path.write_text(BODY, encoding="utf-8")
    page = visit("/imports", role="customer_success", lang=lang, theme=theme, width=width)
    page.locator("summary", has_text="fichier est écrit" if lang == "fr" else "file is written").click()
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_input_files("#file", path)
    page.locator(".import-form button[type=submit]").click()
    page.locator(".import-decide .primary").wait_for()
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    counts = page.locator(".import-count").all_inner_texts()
    assert counts == ["3", "2", "0", "0", "1", "1"]
    page.locator(".import-buttons form").last.locator("button").click()
    page.wait_for_url("**/imports")
    assert "use.csv" in page.locator("main").inner_text()
