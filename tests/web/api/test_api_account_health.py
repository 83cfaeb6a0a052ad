"""Health fields and scores of an account by API: what is in force, typing, versions, rights, the webhook."""

import sys
from pathlib import Path
from typing import Any

import pytest
import web_builder
from api_caller import Caller, told
from web_builder import Deal, weekly
from web_site import Site

sys.path.append(str(Path(__file__).parents[2] / "scores"))

from score_builders import add_answer

from relationship.desk.score import score_all
from relationship.store import rules
from relationship.store.customers import account_health, health_in_force
from relationship.store.customers.account_health import NewValue
from relationship.store.outbox import outbox_tables
from relationship.store.privacy.audit_tables import AuditEntry
from relationship.store.tables import table
from settings.rules import Actions, Rules
from settings.rules.actions import Endpoint

ACCOUNT = web_builder.guid("account", 0)
PATH = f"/accounts/{ACCOUNT}/health"


@pytest.fixture
def customers(small_site: Site) -> Site:
    small_site.fill([Deal("one", contacts=weekly())])
    with small_site.store.transaction() as conn:
        hook = Endpoint(key="erp", name="ERP", url="https://erp.example/hook", events=("account.health_changed",))
        rules.save(conn, Rules(actions=Actions(endpoints=(hook,))), at=web_builder.NOW, by="test")
    return small_site


def patch(caller: Caller, body: dict[str, object], version: int | None) -> Any:
    return caller._write("PATCH", PATH, body, version, {})


def account_id(site: Site) -> int:
    with site.store.reading() as conn:
        return int(conn.exec_driver_sql(f"SELECT id FROM record WHERE guid = '{ACCOUNT}'").scalar_one())


def tell(site: Site, source: str, field: str, value: str) -> None:
    with site.store.transaction() as conn:
        account_health.save(conn, [NewValue(account_id(site), field, value)], source=source, at=web_builder.NOW)


def hooks(site: Site) -> list[str]:
    with site.store.reading() as conn:
        delivery = outbox_tables.DELIVERY
        return [row.payload for row in conn.execute(delivery.select().order_by(delivery.c.id))]


def test_a_score_of_62_reads_at_risk_and_its_source_is_told(customers: Site) -> None:
    caller = Caller(customers, "customer_success")
    answer = patch(caller, {"score": 62}, 0)
    assert answer.status_code == 200, answer.json
    assert (answer.json["score"], answer.json["status"], answer.json["at_risk_for_churn"]) == (62, "at_risk", False)
    assert answer.json["sources"] == {"score": "typed", "status": "typed", "at_risk_for_churn": "typed"}
    assert answer.json["followed"] == ["status", "at_risk_for_churn"]
    assert answer.headers["ETag"] == '"1"'
    assert caller.get(PATH).json == answer.json


def test_whoever_changed_an_older_version_is_refused_and_nothing_is_written(customers: Site) -> None:
    caller = Caller(customers, "sales_admin")
    assert patch(caller, {"score": 62}, 0).status_code == 200
    late = patch(caller, {"score": 10}, 0)
    assert told(late) == (412, "stale_version", "If-Match")
    assert told(patch(caller, {"score": 10}, None)) == (428, "version_missing", "If-Match")
    assert caller.get(PATH).json["score"] == 62


def test_null_clears_what_was_typed_and_a_field_not_sent_stays(customers: Site) -> None:
    tell(customers, "crm", "status", "healthy")
    caller = Caller(customers, "customer_success")
    patch(caller, {"score": 20, "status": "escalated"}, 0)
    after = patch(caller, {"status": None, "score": None}, 1).json
    assert (after["score"], after["status"], after["sources"]["status"]) == (None, "healthy", "crm")
    assert after["told"]["typed"] == {"score": None, "status": None, "at_risk_for_churn": None}


@pytest.mark.parametrize(
    "body", [{"score": 101}, {"score": "62"}, {"status": "fine"}, {"at_risk_for_churn": "yes"}, {"health": 3}]
)
def test_what_is_no_value_of_a_field_is_refused(customers: Site, body: dict[str, object]) -> None:
    assert patch(Caller(customers, "sales_admin"), body, 0).status_code == 422


def test_sellers_see_the_fields_and_change_none(customers: Site) -> None:
    caller = Caller(customers, "sales_manager")
    assert caller.get(PATH).status_code == 200
    assert told(patch(caller, {"score": 62}, 0)) == (403, "wrong_role", None)


def test_an_account_that_one_may_not_read_is_not_there(customers: Site) -> None:
    caller = Caller(customers, "seller")
    of_others = web_builder.guid("account", 5)
    assert Caller(customers, "sales_manager").get(f"/accounts/{of_others}/health").status_code == 200
    assert caller.get(f"/accounts/{of_others}/health").status_code == 404
    assert caller.get(f"/accounts/{of_others}/scores").status_code == 404


def test_a_change_calls_the_webhook_once_with_before_and_after_and_is_written_down(customers: Site) -> None:
    caller = Caller(customers, "sales_admin")
    patch(caller, {"score": 62}, 0)
    patch(caller, {"score": 62}, 1)
    patch(caller, {"score": 30}, 1)
    bodies = hooks(customers)
    assert len(bodies) == 2
    assert '\\"score\\":30' in bodies[1] or '"score":30' in bodies[1]
    assert "escalated" in bodies[1]
    with customers.store.reading() as conn:
        acts = [row.action for row in conn.execute(table(AuditEntry).select())]
    assert acts.count("health_fields") == 2


def test_scores_come_with_reasons_that_add_up(customers: Site) -> None:
    add_answer(customers.store, account_id(customers), 90)
    score_all(customers.app.extensions["house"])
    found = Caller(customers, "sales_manager").get(f"/accounts/{ACCOUNT}/scores").json["scores"]
    assert {one["score"] for one in found} == {"health", "churn", "upsell"}
    assert all(sum(reason["points"] for reason in one["reasons"]) == one["value"] for one in found)
    with customers.store.reading() as conn:
        fields = health_in_force.of(conn)[account_id(customers)]
    assert fields.score == next(one["value"] for one in found if one["score"] == "health")


def test_other_thresholds_put_other_fields_in_force_at_once(customers: Site) -> None:
    caller = Caller(customers, "sales_admin")
    patch(caller, {"score": 62}, 0)
    section = {**caller.get("/settings").json["customer_health"], "healthy_from": 60, "note": "as finance has it"}
    answer = caller.put("/settings/customer-health", section, version=1)
    assert answer.status_code == 200, answer.json
    after = caller.get(PATH).json
    assert (after["status"], after["version"]) == ("healthy", 2)
