"""In a real browser: a theme is written, tried and saved, a text is published and copied; every page accessible."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import findings, served
from looks import LOOKS
from web_builder import ACCOUNTS, NOW, Deal, guid
from web_site import Site, site_over

from relationship.clock import number_of
from relationship.desk.hear import Said, hear
from relationship.desk.keep_moods import keep_moods
from relationship.store.database import open_store
from relationship.store.verbatims.verbatims import Source

pytestmark = pytest.mark.browser

TEXTS = (
    "Une équipe formidable, très efficace, merci beaucoup pour tout !",
    "La cantine est bruyante.",
    "C’est inadmissible, vos prix sont hors de prix !",
)


@pytest.fixture(scope="module")
def living_site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An organisation of this module's own, in which one customer has spoken."""
    path = tmp_path_factory.mktemp("moods") / "pages.db"
    shutil.copyfile(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    found = site_over(store)
    found.fill([Deal("o1")])
    house = found.app.extensions["house"]
    hear(house, [Said(Source.SURVEY, number_of(NOW.date()), one, account=ACCOUNTS[0]) for one in TEXTS], by="")
    keep_moods(house)
    yield found
    store.close()


@pytest.fixture(scope="module")
def address(living_site: Site) -> Iterator[str]:
    with served(living_site.app) as found:
        yield found


def is_fine(page: Any, width: int) -> None:
    assert findings(page) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("lang", "theme", "width"), LOOKS)
def test_themes_are_tried_and_saved_and_a_text_is_published(visit: Any, lang: str, theme: str, width: int) -> None:
    look = {"role": "sales_admin", "lang": lang, "theme": theme, "width": width}
    page = visit("/settings/themes/edit?under=service", **look)
    name = f"Cantine {lang}"
    page.fill("#name", name)
    page.fill("#words_fr", "cantine")
    page.locator("[hx-post]").click()
    page.locator(".theme-move h3", has_text=name).wait_for()
    is_fine(page, width)
    page.locator("#save").click()
    page.wait_for_url("**/settings/themes")
    page.locator(".theme-line", has_text=name).wait_for()
    is_fine(page, width)
    page.locator(".banner-saved button").click()
    page.wait_for_url("**/settings/themes")
    assert page.locator(".theme-line", has_text=name).count() == 0
    base = page.url.removesuffix("/settings/themes")
    segments = ("/verbatims/sensitivities", "/verbatims/sensitivities/sensitivity/price")
    others = ("/verbatims/lost-customers", "/accounts?columns=score.mood", f"/accounts/{guid('account', 0)}")
    for path in (*segments, *others) if width < 1000 else (segments[1], others[2]):
        page.goto(base + path)
        is_fine(page, width)
    page.locator(".mood-degrees").wait_for()
    page.goto(f"{base}/verbatims/best")
    page.locator(".vb-publish summary").click()
    is_fine(page, width)
    page.locator(".vb-publish input[value=shown]").check()
    page.locator(".vb-publish button[type=submit]").click()
    page.locator(".banner-saved").wait_for()
    page.goto(f"{base}/verbatims/published")
    assert ACCOUNTS[0] in page.locator(".vb-quotes").inner_text()
    is_fine(page, width)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("[data-copy]").click()
    page.wait_for_function(f"navigator.clipboard.readText().then(text => text === {TEXTS[0]!r})")
    page.locator(".vb-acts form button").click()
    page.locator(".card.empty").wait_for()
