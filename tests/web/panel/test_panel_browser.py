"""The panel in a real Chromium, in a frame on another site, with the cookies of third parties blocked."""

from collections.abc import Iterator

import pytest
from browsing import findings
from panel_people import small_organisation
from playwright.sync_api import Browser, BrowserContext, Frame, Page, expect
from two_sites import Sites, two_sites
from web_builder import deals_of_all_sorts

from relationship.store.database import Store
from simulator.server import start

pytestmark = pytest.mark.browser

DEALS = deals_of_all_sorts()
LIVELY = DEALS[0]
SPEAKS = {"en": 1033, "fr": 1036}


@pytest.fixture(scope="module")
def sites(module_store: Store) -> Iterator[Sites]:
    with start(small_organisation()) as entra, two_sites(module_store, entra) as running:
        running.site.fill(DEALS)
        yield running


@pytest.fixture(scope="module")
def seller(browser: Browser, sites: Sites) -> Iterator[BrowserContext]:
    """A browser in which somebody has signed in to the panel."""
    context = _context(browser)
    page = context.new_page()
    panel = _panel(page, sites.form("opportunity", LIVELY.guid))
    _sign_in(context, panel)
    expect(panel.locator(".panel-foot")).to_be_visible()
    page.close()
    yield context
    context.close()


@pytest.fixture
def newcomer(browser: Browser) -> Iterator[BrowserContext]:
    context = _context(browser)
    yield context
    context.close()


def _context(browser: Browser) -> BrowserContext:
    return browser.new_context(ignore_https_errors=True, locale="en-GB", viewport={"width": 1280, "height": 900})


def _panel(page: Page, address: str) -> Frame:
    page.goto(address)
    return page.frames[1]


def _window(context: BrowserContext, panel: Frame) -> Page:
    """The window after the sign-in, with its code."""
    with context.expect_page() as opened:
        panel.locator("#begin button").click()
    window = opened.value
    window.get_by_text("Omar").click()
    expect(window.locator("#code")).to_be_visible()
    return window


def _sign_in(context: BrowserContext, panel: Frame) -> None:
    code = _window(context, panel).locator("#code").inner_text()
    expect(panel.locator("#code")).to_be_focused()
    panel.locator("#code").press_sequentially(code.strip())


def test_a_sign_in_in_a_window_reaches_the_frame_by_its_code_though_third_parties_keep_no_cookie(
    newcomer: BrowserContext, sites: Sites
) -> None:
    page = newcomer.new_page()
    panel = _panel(page, sites.form("opportunity", LIVELY.guid))
    window = _window(newcomer, panel)
    code = window.locator("#code").inner_text().replace(" ", "")
    panel.locator("#code").fill(f"{(int(code) + 1) % 10**6:06d}")
    expect(panel.get_by_role("alert")).to_contain_text("not the code")
    with window.expect_event("close"):
        panel.locator("#code").fill(code)
    expect(panel.locator(".verdict-word")).to_have_text("Good")
    kept = {cookie["name"]: cookie for cookie in newcomer.cookies() if "sante.localhost" in cookie["domain"]}
    assert kept["__Host-panel"].get("partitionKey", "").startswith("https://fjord.example")
    assert kept["__Host-session"]["sameSite"] == "Lax"
    # A cookie that is not partitioned does not reach a frame in this browser.
    newcomer.add_cookies([{"name": "plain", "value": "1", "url": sites.ours, "secure": True, "sameSite": "None"}])
    with page.expect_request(lambda asked: "/panel/opportunity?" in asked.url) as asked:
        page.reload()
    sent = asked.value.all_headers().get("cookie", "")
    assert "__Host-panel=" in sent
    assert "plain=" not in sent


def test_a_frame_elsewhere_has_no_part_in_the_session(seller: BrowserContext, sites: Sites) -> None:
    """Another organisation's CRM: its pages may not frame the panel, and messages to it change nothing."""
    page = seller.new_page()
    page.goto(sites.form("opportunity", LIVELY.guid, at=sites.other))
    page.wait_for_load_state("networkidle")
    assert page.frames[1].url.startswith("chrome-error:")
    assert page.frames[1].locator("#door").count() == 0
    panel = _panel(page, sites.form("opportunity", LIVELY.guid))
    expect(panel.locator(".panel-foot")).to_be_visible()
    before = panel.evaluate("document.body.innerHTML")
    page.evaluate(
        """for (const said of [{done: true}, "reload", {type: "token", value: "x"}])
             document.querySelector("iframe").contentWindow.postMessage(said, "*")"""
    )
    assert panel.evaluate("new Promise((done) => setTimeout(() => done(document.body.innerHTML), 100))") == before
    page.close()


def test_where_no_cookie_lasts_the_way_to_a_tab_is_shown_and_nothing_loads_in_circles(
    newcomer: BrowserContext, sites: Sites
) -> None:
    newcomer.set_extra_http_headers({"X-Cookies": "none"})
    page = newcomer.new_page()
    loads: list[str] = []
    page.on("request", lambda asked: loads.append(asked.url) if "/panel" in asked.url.split("?")[0] else None)
    panel = _panel(page, sites.form("opportunity", LIVELY.guid))
    way = panel.locator("[data-step=no-cookie] a")
    expect(way).to_be_visible()
    assert way.get_attribute("href") == f"/opportunities/{LIVELY.guid}"
    page.wait_for_load_state("networkidle")
    pages = [url for url in loads if "/static/" not in url]
    assert len(pages) == 2  # the page, and its question whether a cookie lasts


def test_a_window_that_the_browser_holds_back_is_explained(newcomer: BrowserContext, sites: Sites) -> None:
    page = newcomer.new_page()
    page.add_init_script("window.open = () => null")
    panel = _panel(page, sites.form("opportunity", LIVELY.guid))
    panel.locator("#begin button").click()
    expect(panel.get_by_text("Your browser did not let the window open.")).to_be_visible()
    panel.locator("[data-step=no-window] [data-again]").click()
    expect(panel.locator("#begin button")).to_be_visible()


@pytest.mark.parametrize(("lang", "theme", "width"), [("fr", "light", 300), ("en", "dark", 600)])
def test_every_state_of_the_panel_is_accessible_and_fits_its_frame(
    seller: BrowserContext, newcomer: BrowserContext, sites: Sites, lang: str, theme: str, width: int
) -> None:
    unknown = "00000000-0000-4000-8000-000000000009"
    degraded = next(deal for deal in DEALS if deal.degraded)
    page, outside = seller.new_page(), newcomer.new_page()
    for one, guid in (*((page, guid) for guid in (LIVELY.guid, degraded.guid, unknown, "")), (outside, LIVELY.guid)):
        address = sites.form("opportunity", guid, lcid=SPEAKS[lang], width=width, theme=theme)
        panel = _panel(one, address)
        one.wait_for_load_state("networkidle")
        assert findings(panel) == []
        assert panel.evaluate("document.documentElement.scrollWidth") <= width
        assert panel.evaluate("[document.documentElement.lang, document.documentElement.dataset.theme]") == [
            lang,
            theme,
        ]
    page.close()


def test_the_card_is_walked_with_the_keyboard_and_left_by_signing_out(newcomer: BrowserContext, sites: Sites) -> None:
    page = newcomer.new_page()
    panel = _panel(page, sites.form("opportunity", LIVELY.guid))
    expect(panel.locator("#begin button")).to_be_visible()
    page.keyboard.press("Tab")
    assert panel.evaluate("document.activeElement.type") == "submit"
    _sign_in(newcomer, panel)
    more = panel.get_by_role("link", name="Open the whole page")
    more.focus()
    with newcomer.expect_page() as opened:
        page.keyboard.press("Enter")
    expect(opened.value.locator("h1")).to_have_text(LIVELY.name)
    panel.locator("#sign-out").focus()
    page.keyboard.press("Enter")
    expect(panel.locator("#begin button")).to_be_visible()
