"""The settings in a real Chromium: sliders, limits, effect, saving, undo, refusals, keyboard, two languages, axe."""

import re
from typing import Any

import pytest
from browsing import after, findings
from looks import LOOKS
from playwright.sync_api import expect
from settings_site import bands_shown, in_force

from relationship.health.rules import Frequency, Weights
from relationship.health.search import Setting
from relationship.health.suggestion import LookedAt, Reason, Status, Suggestion
from settings.pages import suggestion

pytestmark = pytest.mark.browser

Visit = Any


def settled(page: Any) -> None:
    """The effect of what is on the screen has arrived."""
    after(page, 200)
    expect(page.locator("#effect.htmx-request")).to_have_count(0)
    expect(page.locator("#effect .effect-foot")).to_be_visible()


def limits(page: Any) -> tuple[str, ...]:
    return tuple(page.input_value(f"#{name}") for name in ("good-min", "fair-max", "fair-min", "poor-max"))


def saved(page: Any) -> None:
    page.click("#save")
    expect(page.locator(".banner-saved")).to_be_visible()


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


def test_slider_box_and_word_stay_in_step(visit: Visit) -> None:
    page = visit("/settings/health")
    page.locator("#weight-email-range").focus()
    page.keyboard.press("ArrowRight")
    assert page.input_value("#weight-email") == "7"
    assert page.get_attribute("#weight-email-range", "aria-valuetext") == "7, Un peu au-dessus"
    page.keyboard.press("End")
    assert page.input_value("#weight-email") == "9"
    expect(page.locator("[data-slider=weight-email] .slider-word")).to_have_text("Élevé")
    page.fill("#weight-email", "3")
    assert page.input_value("#weight-email-range") == "3"
    expect(page.locator("[data-slider=weight-email] .slider-word")).to_have_text("Faible")


@pytest.mark.parametrize(
    ("box", "typed", "expected"),
    [
        ("good-min", "50", ("50", "49", "40", "39")),
        ("fair-max", "49", ("50", "49", "40", "39")),
        ("fair-min", "30", ("60", "59", "30", "29")),
        ("poor-max", "29", ("60", "59", "30", "29")),
    ],
)
def test_each_limit_moves_its_neighbour_at_once(visit: Visit, box: str, typed: str, expected: tuple[str, ...]) -> None:
    page = visit("/settings/health")
    page.fill(f"#{box}", typed)
    assert limits(page) == expected
    assert (page.input_value("#good-range"), page.input_value("#fair-range")) == (expected[0], expected[2])


@pytest.mark.parametrize(
    ("box", "typed", "expected"),
    [
        ("good-min", "20", ("41", "40", "40", "39")),
        ("good-min", "250", ("100", "99", "40", "39")),
        ("fair-min", "90", ("60", "59", "59", "58")),
        ("fair-max", "10", ("41", "40", "40", "39")),
        ("poor-max", "0", ("60", "59", "1", "0")),
        ("good-min", "", ("60", "59", "40", "39")),
    ],
)
def test_limits_that_cannot_be_are_set_right_with_a_word(
    visit: Visit, box: str, typed: str, expected: tuple[str, ...]
) -> None:
    page = visit("/settings/health")
    page.fill(f"#{box}", typed)
    page.locator(f"#{box}").blur()
    assert limits(page) == expected
    if box == "poor-max":
        expect(page.locator("#bands-said")).to_be_hidden()
    else:
        expect(page.locator("#bands-said")).to_contain_text("Ramené à")


def test_a_weight_out_of_range_is_set_right_with_a_word(visit: Visit) -> None:
    page = visit("/settings/health")
    page.fill("#weight-call", "12")
    page.locator("#weight-call").blur()
    assert page.input_value("#weight-call") == "9"
    expect(page.locator("#weights-said")).to_have_text("Ramené à 9\u00a0: une pondération va de 3 à 9.")


def test_the_two_thumbs_stop_at_each_other(visit: Visit) -> None:
    page = visit("/settings/health")
    page.locator("#fair-range").focus()
    page.keyboard.press("End")
    assert limits(page) == ("60", "59", "59", "58")
    page.locator("#good-range").focus()
    page.keyboard.press("Home")
    assert limits(page) == ("60", "59", "59", "58")
    text = page.get_attribute("#good-range", "aria-valuetext")
    assert text == "60\u00a0: Bonne commence ici, Passable finit à 59"


def test_a_thumb_is_dragged_with_the_mouse(visit: Visit) -> None:
    page = visit("/settings/health")
    page.locator("#bands").scroll_into_view_if_needed()
    box = page.locator("#bands").bounding_box()

    def place(value: int) -> tuple[float, float]:
        return box["x"] + 10 + (box["width"] - 20) * value / 100, box["y"] + box["height"] / 2

    for start, end, expected in ((60, 75, "75"), (40, 20, "20")):
        page.mouse.move(*place(start))
        page.mouse.down()
        page.mouse.move(*place(end), steps=6)
        page.mouse.up()
        assert expected in limits(page)
    assert limits(page) == ("75", "74", "20", "19")


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


def test_everything_is_done_with_the_keyboard_alone(visit: Visit) -> None:
    page = visit("/settings/health", lang="en")
    settled(page)

    def tab_to(wanted: str) -> None:
        for _step in range(80):
            if page.evaluate("document.activeElement.id || document.activeElement.name") == wanted:
                return
            page.keyboard.press("Tab")
        raise AssertionError(wanted)

    tab_to("enabled")
    page.keyboard.press("Space")
    page.keyboard.press("Space")
    tab_to("weight-email-range")
    page.keyboard.press("ArrowLeft")
    tab_to("frequency")
    page.keyboard.press("ArrowDown")
    tab_to("fair-range")
    page.keyboard.press("ArrowLeft")
    tab_to("good-range")
    page.keyboard.press("PageUp")
    tab_to("note")
    page.keyboard.type("By hand")
    page.keyboard.press("Enter")
    expect(page.locator(".banner-saved")).to_contain_text("Saved.")
    section = in_force(visit.site)[1]
    assert (section.enabled, section.weights.email, section.frequency, section.bands.fair) == (True, 5, 4, 39)
    assert section.bands.good > 60


def test_exceptions_are_added_and_removed(visit: Visit) -> None:
    page = visit("/settings/health")
    page.select_option("[name=added-team]", label="Ventes Sud")
    page.select_option("[name=added-team-frequency]", "5")
    page.locator("[data-list=teams] [data-add]").click()
    page.fill("#record-find", "pilote")
    page.locator("[data-add-record]").first.click()
    page.locator("#records-lines select").select_option("1")
    saved(page)
    overrides = in_force(visit.site)[1].overrides
    assert list(overrides.teams.values()) == [5]
    assert list(overrides.records.values()) == [1]
    page.get_by_role("button", name="Retirer l’exception de Ventes Sud").click()
    expect(page.get_by_role("row", name="Ventes Sud")).to_have_count(0)
    saved(page)
    overrides = in_force(visit.site)[1].overrides
    assert (overrides.teams, len(overrides.records)) == ({}, 1)


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


def test_enter_in_the_search_looks_for_records_and_stays(visit: Visit) -> None:
    page = visit("/settings/health")
    page.select_option("#frequency", "5")
    page.fill("#record-find", "pilote")
    page.press("#record-find", "Enter")
    expect(page.locator(".found")).to_be_visible()
    assert page.input_value("#frequency") == "5"


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
