"""In a real browser: a rule is built, tried, switched on, raises an alert that is handled; accessible in every look."""

from typing import Any

import pytest
import sqlalchemy as sa
from alerts.alert_builders import say_all
from axe_playwright_python.sync_playwright import Axe
from looks import LOOKS
from web_builder import NOW
from web_site import Site

from relationship.clock import number_of
from relationship.desk.raise_alerts import raise_alerts
from relationship.store import tables

pytestmark = pytest.mark.browser
_record = tables.table(tables.Record)


def checked(page: Any, width: int) -> None:
    found = [f"{one['id']}: {one['nodes'][0]['html'][:140]}" for one in Axe().run(page).response["violations"]]
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("lang", "theme", "width"), LOOKS)
def test_a_rule_is_built_tried_switched_on_and_its_alert_handled(
    visit: Any, living_site: Site, lang: str, theme: str, width: int
) -> None:
    with living_site.store.reading() as conn:
        guid = conn.scalar(sa.select(sa.func.min(_record.c.guid)).where(_record.c.kind == "account"))
    today = number_of(NOW.date())
    say_all(living_site.store, ["Nous sommes déçus, nous voulons résilier."], today=today, account=guid)
    page = visit("/alerts/rules", role="sales_admin", lang=lang, theme=theme, width=width)
    checked(page, width)
    page.locator('a[href$="/alerts/rules/Q-2"]').click()
    page.locator("#name").fill(f"Menaces {lang}")
    page.locator('button[value="add:0"]').click()
    page.locator('select[name="g0-c1-what"]').wait_for()
    page.wait_for_load_state("load")
    page.locator('select[name="g0-c1-what"]').select_option("keyword")
    page.locator('input[name="g0-c1-text"]').fill("résilier")
    page.locator("button[hx-post$='/try']").click()
    page.locator(".alert-examples li").first.wait_for()
    checked(page, width)
    page.locator('[name="enabled"]').check()
    page.locator("button.primary[value=save]").click()
    page.locator("[role=status]").wait_for()
    say_all(living_site.store, ["C'est trop, nous allons résilier le contrat."], today=today, account=guid)
    assert raise_alerts(living_site.app.extensions["house"]).raised >= 1
    page.goto(page.url.split("/alerts")[0] + "/alerts?whose=all")
    checked(page, width)
    page.locator(".row-link", has_text=f"Menaces {lang}").first.click()
    assert "résilier" in page.locator("mark").all_inner_texts()[0]
    checked(page, width)
    page.locator('button[value="handled"]').click()
    page.locator("[role=status]").wait_for()
    assert page.locator("button[value=new]").is_visible()
