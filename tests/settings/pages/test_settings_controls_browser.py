"""The controls of the page of relationship health in a real Chromium: sliders, boxes, thumbs, exceptions, keys."""

from typing import Any

import pytest
from playwright.sync_api import expect
from settings_site import in_force, saved, settled

pytestmark = pytest.mark.browser

Visit = Any


def limits(page: Any) -> tuple[str, ...]:
    return tuple(page.input_value(f"#{name}") for name in ("good-min", "fair-max", "fair-min", "poor-max"))


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


def test_enter_in_the_search_looks_for_records_and_stays(visit: Visit) -> None:
    page = visit("/settings/health")
    page.select_option("#frequency", "5")
    page.fill("#record-find", "pilote")
    page.press("#record-find", "Enter")
    expect(page.locator(".found")).to_be_visible()
    assert page.input_value("#frequency") == "5"
