"""A rule for changes in a real Chromium: written, counted while it changes, saved; pages accessible and fitting."""

from typing import Any

import pytest
from browsing import findings
from lists_site import present, put
from looks import LOOKS
from playwright.sync_api import expect
from web_builder import oid

from relationship.desk import enqueue
from relationship.letters.digests import Notice
from settings.rules import Actions

pytestmark = pytest.mark.browser

ACTIONS = {
    "endpoints": [{"key": "erp", "name": "ERP", "url": "https://hooks.granit.example/erp"}],
    "rules": [{"key": "falls", "name": "Devient Médiocre", "notify_owner": True, "task": True, "endpoints": ["erp"]}],
}
PAGES = (
    "/settings/actions", "/settings/actions/rules/falls", "/settings/actions/webhooks/erp", "/settings/deliveries",
    "/notices",
)  # fmt: skip


@pytest.mark.parametrize(("lang", "theme", "width"), LOOKS)
def test_every_page_of_actions_is_accessible_and_fits_its_screen(visit: Any, lang: str, theme: str, width: int) -> None:
    put(visit.site, actions=Actions.model_validate(ACTIONS))
    house = visit.site.app.extensions["house"]
    with visit.site.store.transaction() as conn:
        for number in range(2):
            enqueue.mail_colleague(
                conn, house, key=str(number), person_key=oid(0), notice=Notice("Un"), event="rating.changed"
            )
            enqueue.webhook(conn, house, key=f"h{number}", endpoint_key="erp", event="trend.changed", data={})
    page = visit(PAGES[0], lang=lang, theme=theme, width=width)
    for path in PAGES:
        page.goto(visit.address + path)
        expect(page.locator("#effect.htmx-request")).to_have_count(0)
        assert findings(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_a_rule_is_counted_while_it_is_written_and_saved(visit: Any) -> None:
    page = visit("/settings/actions/rules/new")
    page.get_by_label("Nom de la règle").fill("Tendance en baisse")
    page.get_by_label("Ce qui est surveillé").select_option("trend")
    expect(page.get_by_role("group", name="Seulement si la tendance devient")).to_be_visible()
    expect(page.get_by_role("group", name="Seulement si l’évaluation devient")).to_be_hidden()
    page.get_by_label("Tâche dans le CRM pour le propriétaire").check()
    page.get_by_label("Objet de la tâche").fill("Appeler")
    expect(page.locator("#effect-body .action-count")).to_contain_text("0")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Enregistré.")).to_be_visible()
    (rule,) = present(visit.site)[1].actions.rules
    assert (rule.watch, rule.task, rule.task_subject, rule.notify_owner) == ("trend", True, "Appeler", True)
    page.get_by_role("button", name="Annuler").click()
    expect(page.get_by_text("Pas encore de règle")).to_be_visible()
