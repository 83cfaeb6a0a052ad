"""The reference of the API in a real browser."""

from collections.abc import Callable
from typing import Any

import pytest
from browsing import findings

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("lang", "width"), [("fr", 1280), ("en", 390)])
def test_the_reference_is_accessible_and_fits_its_window(visit: Callable[..., Any], lang: str, width: int) -> None:
    page = visit("/api/v1/docs", role="sales_admin", lang=lang, width=width)
    page.locator("#operations").wait_for()
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
