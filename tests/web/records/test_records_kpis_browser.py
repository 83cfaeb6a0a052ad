"""Key figures in a real Chromium: definitions by keyboard and pointer, the chart's two periods, the comparison."""

from typing import Any

import pytest
import records_builder as made
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
Visit = Any


def test_a_definition_shows_on_focus_and_on_hover_and_hides_with_escape(visit: Visit) -> None:
    page = visit(f"/contacts/{made.contact(made.AURELIE)}", lang="en")
    name = page.get_by_role("button", name="With the customer")
    definition = page.locator("#define-with_them")
    expect(definition).to_be_hidden()
    page.get_by_role("button", name="By us, all together").focus()
    page.keyboard.press("Tab")
    expect(name).to_be_focused()
    expect(definition).to_be_visible()
    expect(name).to_have_accessible_description(definition.inner_text())
    page.keyboard.press("Escape")
    expect(definition).to_be_hidden()
    page.keyboard.press("Tab")
    name.hover()
    expect(definition).to_be_visible()
    # The pointer may move onto the definition to read it to its end.
    definition.hover()
    expect(definition).to_be_visible()


def test_the_chart_changes_its_period_in_place_and_the_comparison_arrives_by_itself(visit: Visit) -> None:
    page = visit(f"/opportunities/{made.OWN.guid}", lang="fr", width=390)
    expect(page.locator("#daily .chart svg")).to_be_visible()
    page.locator("#daily .chips").get_by_role("link", name="60 jours").click()
    expect(page.get_by_role("button", name="Activités des 60 derniers jours")).to_be_visible()
    expect(page.locator("#daily .chart svg")).to_be_visible()
    assert page.url.endswith(made.OWN.guid)
    expect(page.get_by_text("Pour comparer, il faut 30 opportunités gagnées et 30 perdues")).to_be_visible()
