"""The settings in a real Chromium: effect, saving, undo, refusals, two languages, axe."""

import re
from typing import Any

import pytest
from browsing import findings
from looks import LOOKS
from playwright.sync_api import expect
from settings_site import bands_shown, in_force, saved, settled

from relationship.health.rules import Frequency, Weights
from relationship.health.search import Setting
from relationship.health.suggestion import LookedAt, Reason, Status, Suggestion
from settings.pages import suggestion

pytestmark = pytest.mark.browser

Visit = Any


@pytest.mark.parametrize(("lang", "theme", "width"), LOOKS)
def test_every_page_is_accessible_and_fits_its_screen(visit: Visit, lang: str, theme: str, width: int) -> None:
    page = visit("/settings", lang=lang, theme=theme, width=width)
    settled(page)
    assert findings(page) == []
    page.locator("#good-min").fill("50")
    page.select_option("[name=added-team]", index=1)
    page.locator("[data-list=teams] [data-add]").click()
    page.fill("#record-find", "pilote")
    page.wait_for_selector(".found")
    settled(page)
    assert findings(page) == []
    page.locator(".movers .row-link").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert findings(page) == []
    page.keyboard.press("Escape")
    saved(page)
    settled(page)
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for path in ("/settings/history", "/settings/rules"):
        page.goto(visit.address + path)
        if path.endswith("history"):
            page.locator(".confirm summary").click()
        assert findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.documentElement.lang") == lang


def test_the_effect_appears_while_a_control_moves_and_is_what_saving_does(visit: Visit) -> None:
    page = visit("/settings/health")
    settled(page)
    expect(page.locator("#effect-said")).to_contain_text("Déplacez un curseur")
    before = bands_shown(visit.site)
    with page.expect_response("**/settings/health/effect"):
        page.locator("#weight-email-range").press("Home")
    settled(page)
    told = page.locator("#effect-said").inner_text()
    names = set(page.locator(".movers .row-link").all_inner_texts())
    saved(page)
    after = bands_shown(visit.site)
    moved = [guid for guid, band in after.items() if before[guid] != band]
    assert moved
    assert told == f"{len(moved)} opportunités sur {len(after)} changent de plage."
    assert len(names) == len(moved)
    expect(page.locator(".banner-saved")).to_contain_text(f"{len(moved)} opportunités changent de plage.")


def test_only_the_last_of_many_moves_is_answered(visit: Visit) -> None:
    page = visit("/settings/health")
    settled(page)
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.post_data or "") if one.url.endswith("/effect") else None)
    page.locator("#weight-email-range").focus()
    for _step in range(3):
        page.keyboard.press("ArrowRight")
    settled(page)
    assert len(asked) == 1
    assert "weight-email=9" in asked[0]


def test_a_click_opens_the_terms_before_and_after(visit: Visit) -> None:
    page = visit("/settings/health")
    page.fill("#good-min", "50")
    settled(page)
    page.locator(".movers .row-link").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Aujourd’hui")).to_be_visible()
    expect(dialog.get_by_role("heading", name="Après", exact=True)).to_be_visible()
    expect(dialog.get_by_text("Volume de contacts", exact=True)).to_have_count(2)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_saving_waits_for_a_change_and_undo_takes_it_back(visit: Visit) -> None:
    page = visit("/settings/health")
    expect(page.locator("#save")).to_be_disabled()
    page.select_option("#frequency", "5")
    expect(page.locator("#save")).to_be_enabled()
    page.select_option("#frequency", "3")
    expect(page.locator("#save")).to_be_disabled()
    page.select_option("#frequency", "5")
    page.fill("#note", "Cycle long")
    saved(page)
    assert in_force(visit.site)[1].frequency == 5
    page.locator(".banner-saved").get_by_role("button", name="Annuler").click()
    expect(page.locator(".banner-saved")).to_contain_text("Annulé.")
    assert page.input_value("#frequency") == "3"
    page.goto(visit.address + "/settings/history")
    expect(page.locator(".change")).to_have_count(2)
    expect(page.locator(".change").last).to_contain_text("Cycle long")


def test_leaving_with_unsaved_changes_is_asked_about(visit: Visit) -> None:
    page = visit("/settings/health")
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.locator("#weight-task-range").press("ArrowRight")
    with page.expect_event("dialog"):
        page.evaluate("setTimeout(() => window.location.assign('/opportunities'), 0)")
    assert asked == ["beforeunload"]
    assert page.url.endswith("/settings/health")
    page.click("#revert")
    page.wait_for_function("document.getElementById('save').disabled")
    assert page.input_value("#weight-task") == "6"
    assert asked == ["beforeunload"]


def test_an_effect_that_fails_says_so_and_is_tried_again(visit: Visit) -> None:
    page = visit("/settings/health")
    settled(page)
    page.route("**/settings/health/effect", lambda route: route.fulfill(status=500))
    page.locator("#weight-email-range").press("Home")
    expect(page.locator(".effect-error")).to_be_visible()
    assert page.input_value("#weight-email") == "3"
    page.unroute("**/settings/health/effect")
    visit.troubles.clear()
    page.locator(".effect-error button").click()
    expect(page.locator(".effect-error")).to_be_hidden()
    settled(page)


def test_two_admins_at_once_and_the_second_takes_over(visit: Visit) -> None:
    first, second = visit("/settings/health"), visit("/settings/health", seller=1)
    first.fill("#weight-call", "9")
    second.select_option("#frequency", "5")
    saved(first)
    second.click("#save")
    expect(second.get_by_role("alert").first).to_contain_text("Camille Roussel a enregistré d’autres réglages")
    assert findings(second) == []
    second.get_by_role("button", name="Reprendre ma modification").click()
    expect(second.locator(".banner-saved")).to_be_visible()
    section = in_force(visit.site)[1]
    assert (section.weights.call, section.frequency) == (9, 5)


def test_a_proposal_tells_honestly_that_the_history_is_small(visit: Visit) -> None:
    page = visit("/settings/health")
    page.get_by_role("button", name="Proposer d’après notre historique").click()
    expect(page.locator("#suggestion")).to_contain_text("Votre historique est trop mince")
    expect(page.locator("#save")).to_be_disabled()
    assert findings(page) == []


def test_a_proposal_fills_the_controls_and_saves_nothing(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    present = Setting(Weights(), Frequency.WEEKLY)
    better = Setting(Weights(email=5, meeting=9), Frequency.FORTNIGHTLY)
    looked_at = LookedAt(400, 10, 12, 90, (), (), 500)
    figures = (0.612, 0.684, 0.072, 0.021, 0.118)
    found = Suggestion(Status.GAIN, (Reason.ABOVE_NOISE,), 180, 198, present, better, *figures, (), looked_at)
    monkeypatch.setattr(suggestion, "suggest_from_history", lambda _house: found)
    page = visit("/settings/health")
    page.get_by_role("button", name="Proposer d’après notre historique").click()
    expect(page.locator("#suggestion")).to_contain_text("Il y a un gain")
    assert [page.input_value(f"#weight-{kind}") for kind in ("email", "meeting", "call")] == ["5", "9", "6"]
    assert page.input_value("#frequency") == "4"
    settled(page)
    expect(page.locator("#effect-said")).to_contain_text("changent de plage")
    expect(page.locator("#save")).to_be_enabled()
    assert in_force(visit.site)[0] == 0
    assert findings(page) == []


def test_without_javascript_the_form_still_saves(visit: Visit) -> None:
    page = visit("/settings/health", scripts=False)
    page.fill("#fair-max", "49")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator(".banner-saved")).to_be_visible()
    assert in_force(visit.site)[1].bands.good == 50
    page.fill("#good-min", "30")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator("#faults")).to_contain_text("Rien n’a été enregistré.")
    assert in_force(visit.site)[0] == 1


def test_the_pages_of_the_settings_are_tabs(visit: Visit) -> None:
    page = visit("/settings/health")
    page.get_by_role("navigation", name="Réglages").get_by_role("link", name="Historique").click()
    expect(page).to_have_url(re.compile("/settings/history$"))
    current = page.get_by_role("navigation", name="Réglages").locator("[aria-current=page]")
    expect(current).to_have_text("Historique")


def test_sellers_have_one_way_to_the_rules(visit: Visit) -> None:
    page = visit("/opportunities", role="seller")
    navigation = page.get_by_role("navigation", name="Principale")
    navigation.get_by_text("Plus", exact=True).click()
    navigation.get_by_role("link", name="Règles").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Comment naît le score")
    assert findings(page) == []


def test_a_second_click_on_save_saves_once(visit: Visit) -> None:
    page = visit("/settings/health")
    page.select_option("#frequency", "5")
    page.locator("#save").dblclick(no_wait_after=True)
    expect(page.locator(".banner-saved")).to_be_visible()
    assert in_force(visit.site)[0] == 1


def test_switching_off_shows_that_nothing_is_rated_any_more(visit: Visit) -> None:
    page = visit("/settings/health")
    settled(page)
    page.get_by_role("switch").uncheck()
    settled(page)
    rows = page.locator(".effect-table tbody tr")
    assert [row.locator("td strong").first.inner_text() for row in rows.all()[:3]] == ["0", "0", "0"]
    expect(page.locator(".mover-why").first).to_have_text("L’évaluation est désactivée.")
    saved(page)
    assert not in_force(visit.site)[1].enabled
    assert findings(page) == []


def test_on_a_phone_the_open_tab_is_in_sight(visit: Visit) -> None:
    page = visit("/settings/rules", width=390)
    tab = page.locator(".settings-nav [aria-current]").bounding_box()
    assert 0 <= tab["x"] <= tab["x"] + tab["width"] <= 390
