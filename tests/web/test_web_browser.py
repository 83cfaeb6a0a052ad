"""Both pages in a real Chromium: every language, theme and width, the keyboard, and axe without findings."""

import re
from typing import Any

import pytest
from browsing import findings
from looks import LOOKS
from playwright.sync_api import expect
from web_builder import deals_of_all_sorts

pytestmark = pytest.mark.browser

DEALS = deals_of_all_sorts()
LIVELY = next(
    d for d in DEALS if len(d.contacts) > 20 and d.status == "open" and d.contacts[0][1] < 3 and not d.degraded
)
PATHS = {
    "list": "/opportunities",
    "chart": "/opportunities/chart",
    "page": f"/opportunities/{LIVELY.guid}",
    "nothing": "/opportunities?q=personne",
    "door": "/sign-in",
}
Visit = Any


@pytest.mark.parametrize(("lang", "theme", "width"), LOOKS)
@pytest.mark.parametrize(
    "path",
    [
        "/opportunities",
        "/opportunities/chart",
        f"/opportunities/{LIVELY.guid}",
        "/opportunities?q=personne",
        "/status",
        "/status?q=personne",
        "/nowhere",
    ],
    ids=["list", "chart", "page", "nothing", "status", "no-source", "error"],
)
def test_every_page_is_accessible_and_fits_its_screen(
    visit: Visit, path: str, lang: str, theme: str, width: int
) -> None:
    page = visit(path, lang=lang, theme=theme, width=width)
    page.wait_for_load_state("networkidle")
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.lang") == lang


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_doors_are_accessible_too(visit: Visit, theme: str) -> None:
    for role in ("", "privacy_officer"):
        assert findings(visit("/opportunities", role=role, theme=theme)) == []


def test_typing_in_the_search_narrows_the_list_and_moves_the_address(visit: Visit) -> None:
    page = visit("/opportunities")
    page.keyboard.press("/")
    page.keyboard.insert_text("pilote")
    page.wait_for_url("**/opportunities?q=pilote")
    expect(page.locator(".row-link").filter(has_not_text="pilote")).to_have_count(0)
    assert page.locator(".row-link").count() > 0
    assert page.evaluate("document.activeElement.id") == "search"
    page.go_back()
    expect(page.locator(".row-link").filter(has_not_text="pilote").first).to_be_visible()


def test_a_click_on_a_rating_filters_and_the_other_filters_keep_it(visit: Visit) -> None:
    page = visit("/opportunities")
    page.locator("#share-poor").click()
    page.wait_for_url("**rating=poor*")
    expect(page.locator("tr.row:not(:has(.rating-poor))")).to_have_count(0)
    page.select_option("#status", "all")
    page.wait_for_url("**status=all*")
    assert "rating=poor" in page.url
    page.locator("#share-poor").click()
    expect(page).not_to_have_url(re.compile("rating=poor"))


def test_sorting_and_turning_the_page_keep_the_list_in_place(visit: Visit) -> None:
    page = visit("/opportunities?status=all")
    page.locator("#size").select_option("25")
    page.wait_for_url("**size=25*")
    page.get_by_role("link", name="Opportunité", exact=True).click()
    page.wait_for_selector("th[aria-sort=ascending] >> text=Opportunité")
    first = page.locator(".row-link").first.inner_text()
    page.locator("#share-good").click()
    page.wait_for_url("**rating=good*")
    page.wait_for_selector("th[aria-sort=ascending] >> text=Opportunité")
    page.locator("#share-good").click()
    expect(page.locator("tr.row:not(:has(.rating-good))").first).to_be_visible()
    page.get_by_role("link", name="Page suivante").click()
    page.wait_for_url("**page=*")
    page.wait_for_selector("text=Page précédente")
    assert page.locator(".row-link").first.inner_text() > first


def test_lines_are_walked_and_opened_with_the_keyboard(visit: Visit) -> None:
    page = visit("/opportunities")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("ArrowDown")
    second = page.locator(".row-link").nth(1)
    assert page.evaluate("document.activeElement.textContent") == second.inner_text()
    name = second.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_selector(f"h1:has-text('{name}')")


def test_on_a_phone_the_cards_are_sorted_by_chips(visit: Visit) -> None:
    page = visit("/opportunities", width=390)
    page.get_by_role("navigation", name="Trier par").get_by_role("link", name="Opportunité").click()
    expect(page.locator(".chip.sorted")).to_have_text("Opportunité")
    names = page.locator(".row-link").all_inner_texts()
    assert names[0] < names[-1]
    assert findings(page) == []


def test_a_part_that_cannot_be_loaded_says_so_until_the_next_one_can(visit: Visit) -> None:
    page = visit("/opportunities")
    page.wait_for_load_state("networkidle")
    page.route("**/opportunities?*trend=*", lambda route: route.fulfill(status=500))
    page.select_option("#trend", "steady")
    expect(page.get_by_role("alert")).to_be_visible()
    assert any("500" in trouble for trouble in visit.troubles)
    visit.troubles.clear()
    page.unroute("**/opportunities?*trend=*")
    page.select_option("#trend", "")
    expect(page.get_by_role("alert")).to_be_hidden()


def test_the_way_back_leads_to_the_list_as_it_was_left(visit: Visit) -> None:
    page = visit("/opportunities")
    page.locator("#share-fair").click()
    page.wait_for_url("**rating=fair*")
    page.locator(".row-link").first.click()
    page.wait_for_selector("#back")
    page.locator("#back").click()
    page.wait_for_url("**/opportunities?*rating=fair*")


def test_the_first_tab_leads_past_the_header(visit: Visit) -> None:
    page = visit("/opportunities")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_question_mark_and_the_menu_explain_the_keys_and_escape_closes_both(visit: Visit) -> None:
    page = visit("/opportunities")
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()
    assert findings(page) == []
    page.keyboard.press("Escape")
    assert not page.get_by_role("dialog").is_visible()
    menu = page.locator(".top-tools summary")
    menu.click()
    page.keyboard.press("Escape")
    assert page.locator("details.menu[open]").count() == 0
    expect(menu).to_be_focused()
    menu.press("Enter")
    page.get_by_role("button", name="Clavier").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_the_theme_changes_at_once_and_is_remembered(visit: Visit) -> None:
    page = visit("/opportunities")
    with page.expect_response("**/healthz?theme=dark"):
        page.get_by_title("Sombre").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_the_language_changes_and_the_filters_stay(visit: Visit) -> None:
    page = visit("/opportunities")
    page.locator("#share-good").click()
    page.wait_for_url("**rating=good*")
    page.get_by_title("English").click()
    page.wait_for_selector("h1:has-text('Opportunities')")
    assert "rating=good" in page.url


def test_a_bubble_opens_its_opportunity(visit: Visit) -> None:
    page = visit("/opportunities/chart")
    page.wait_for_selector("[data-drawn=yes] svg path[fill]", state="attached")
    page.wait_for_load_state("networkidle")
    biggest = page.evaluate("JSON.parse(document.getElementById('bubbles-data').textContent).points[0].href")
    # Bubbles grow while they appear: where the biggest is as wide twice in a row, it is there.
    spot = page.evaluate(
        """async () => {
            const boxes = () => [...document.querySelectorAll('[data-chart] svg path[fill-opacity="0.8"]')]
                .map(one => one.getBoundingClientRect());
            for (let width = 0; ;) {
                const box = boxes().sort((a, b) => b.width - a.width)[0];
                if (width && box.width === width) return [box.x + box.width / 2, box.y + box.height / 2];
                width = box.width;
                await new Promise(done => setTimeout(done, 200));
            }
        }"""
    )
    page.mouse.click(*spot)
    page.wait_for_url(f"**{biggest}")


def test_a_point_of_the_curve_is_explained_under_it(visit: Visit) -> None:
    page = visit(f"/opportunities/{LIVELY.guid}")
    page.locator("details.twin:has(table.compact a) summary").first.click()
    page.locator("table.compact a").nth(3).click()
    page.wait_for_selector("#week .term-title")
    assert findings(page) == []
    assert page.locator("#week h3").inner_text().startswith("Semaine du")


def test_kinds_and_earlier_activities_load_in_place(visit: Visit) -> None:
    page = visit(f"/opportunities/{LIVELY.guid}")
    assert page.locator(".activity").count() == 10
    page.get_by_role("link", name="Activités précédentes").click()
    expect(page.locator(".activity").nth(10)).to_be_visible()
    page.locator("#activities .chip", has_text="Réunions").click()
    page.wait_for_selector("#activities .chip.chosen:has-text('Réunions')")


def test_without_javascript_everything_is_there_but_the_drawing(new_context: Any, visit: Visit, address: str) -> None:
    cookies = visit("/opportunities").context.cookies()
    context = new_context(java_script_enabled=False)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"{address}/opportunities")
    page.fill("#search", "pilote")
    page.get_by_role("button", name="Appliquer").click()
    page.wait_for_url("**q=pilote*")
    page.get_by_role("link", name="Graphique et tableau").click()
    expect(page.locator("table.rows .row-link").first).to_be_attached()


def test_sources_are_searched_by_name_and_narrowed_by_their_state(visit: Visit) -> None:
    page = visit("/status", role="sales_admin")
    page.keyboard.press("/")
    page.keyboard.insert_text("Lefèvre")
    page.wait_for_url("**/status?q=*")
    expect(page.locator("tr.row")).to_have_count(1)
    expect(page.locator("tr.row")).to_contain_text("Hugo Lefèvre")
    page.fill("#search", "")
    page.wait_for_url(re.compile(r"/status$"))
    page.select_option("#state", "unavailable")
    page.wait_for_url("**/status?state=unavailable")
    expect(page.locator("tr.row:not(:has-text('Indisponible'))")).to_have_count(0)
    page.locator("a.chip").first.click()
    page.wait_for_url(re.compile(r"/status$"))


def test_the_privacy_officer_reaches_the_sources(visit: Visit) -> None:
    page = visit("/status", role="privacy_officer")
    assert page.locator("tr.row").count() > 5
    assert page.get_by_role("link", name="Sources").get_attribute("aria-current") == "page"
    assert findings(page) == []
