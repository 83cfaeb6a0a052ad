"""What people do on the pages is written down, with ids and never with a name or an address."""

from datetime import timedelta

import pytest
import web_builder
from web_site import Site, site_over

from relationship.desk.change_rules import change_rules
from relationship.errors import Conflict
from relationship.store.database import Store
from relationship.store.privacy import audit
from relationship.store.privacy.audit import Act, Action
from settings.rules import HealthSection, Rules


def written(site: Site) -> list[Act]:
    """Everything in the log, oldest first; the chain must hold."""
    site.app.extensions["audit"].flush()
    with site.store.reading() as conn:
        assert audit.verify(conn, site.app.extensions["house"].audit_keys()).reason == ""
        return [act for _, act in reversed(audit.entries(conn, limit=100))]


def test_an_export_is_written_down_with_its_size(site: Site):
    site.fill(web_builder.deals_of_all_sorts())
    answer = site.as_("sales_manager").get("/opportunities.csv")
    lines = answer.text.count("\n") - 1
    assert written(site) == [Act(web_builder.NOW, web_builder.oid(0), Action.EXPORT, "opportunities", f"{lines} rows")]


@pytest.mark.parametrize(("role", "path"), [("seller", "/status"), ("seller", "/settings/health")])
def test_a_page_that_was_refused_is_written_down(small_site: Site, role: str, path: str):
    assert small_site.as_(role).get(path).status_code in {403, 404}
    assert [(act.action, act.result) for act in written(small_site)] == [(Action.ACCESS, "refused")]


def test_a_page_that_was_allowed_is_not(small_site: Site):
    small_site.as_("sales_admin").get("/status")
    assert written(small_site) == []


def test_signing_out_is_written_down(small_site: Site):
    client = small_site.as_("seller")
    token = client.get("/opportunities").text.split('name="csrf_token" value="')[1].split('"')[0]
    client.post("/sign-out", data={"csrf_token": token}, headers={"Sec-Fetch-Site": "same-origin"})
    assert written(small_site) == [Act(web_builder.NOW, web_builder.oid(0), Action.SIGN_OUT)]


def test_a_change_of_rules_and_its_entry_stand_or_fall_together(store: Store):
    site = site_over(store)
    house = site.app.extensions["house"]
    change_rules(house, Rules(health=HealthSection(frequency=2)), expected_version=0, by="p1", by_name="Zoé")
    with pytest.raises(Conflict):
        change_rules(house, Rules(), expected_version=0, by="p2", by_name="Yann")
    assert [(act.actor, act.action, act.object) for act in written(site)] == [("p1", Action.RULES, "1")]


def test_pages_wait_for_no_log_and_lose_none_of_it(site: Site):
    writer = site.app.extensions["audit"]
    with site.store.transaction():  # the database is busy
        for second in range(50):
            at = web_builder.NOW + timedelta(seconds=second)
            writer.add(Act(at, "p1", Action.LOOK, f"contact:{second}"))
    assert [act.object for act in written(site)] == [f"contact:{second}" for second in range(50)]
