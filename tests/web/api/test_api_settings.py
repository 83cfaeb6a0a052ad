"""The rules over the API: who may read and change them, versions, history, undo."""

import pytest
from api_caller import Caller, told
from web_builder import deals_of_all_sorts
from web_site import Site

from relationship.desk.rate import rate_all
from relationship.store import rules as stored
from relationship.store.privacy import audit

OTHERS = ("seller", "sales_manager", "customer_success", "privacy_officer", "")


def test_the_rules_come_with_their_version_as_etag(small_site: Site) -> None:
    answer = Caller(small_site).get("/settings")
    assert (answer.status_code, answer.headers["ETag"], answer.json["version"]) == (200, '"0"', 0)
    assert set(answer.json) == {
        "version",
        "health",
        "introductions",
        "exclusions",
        "sources",
        "actions",
        "customer_health",
        "signals",
        "recommendations",
        "health_rights",
        "themes",
    }
    assert answer.json["health"]["bands"] == {"good": 60, "fair": 40}
    assert answer.headers["Cache-Control"] == "no-store"


def test_who_has_the_version_already_gets_no_body(small_site: Site) -> None:
    answer = Caller(small_site).get("/settings", **{"If-None-Match": '"0"'})
    assert (answer.status_code, answer.data) == (304, b"")


def test_what_was_read_can_be_sent_back_and_changes_nothing(small_site: Site) -> None:
    caller = Caller(small_site)
    answer = caller.put("/settings", caller.get("/settings").json, version=0)
    assert (answer.status_code, answer.json) == (200, {"version": 0, "changed": 0})


def test_a_change_is_in_force_at_once_and_tells_its_version(site: Site) -> None:
    caller = Caller(site)
    document = caller.get("/settings").json
    document["health"]["frequency"] = 5
    document["sources"]["retain_days"] = 900
    document["note"] = "Nos cycles sont longs."
    answer = caller.put("/settings", document, version=0)
    assert (answer.status_code, answer.json["version"], answer.headers["ETag"]) == (200, 1, '"1"')
    found = caller.get("/settings").json
    assert (found["health"]["frequency"], found["sources"]["retain_days"]) == (5, 900)
    latest = caller.get("/settings/history").json["items"][0]
    assert (latest["saved_by"], latest["note"]) == ("Camille Roussel", "Nos cycles sont longs.")


def test_saving_brings_every_rating_in_line(site: Site) -> None:
    site.fill(deals_of_all_sorts(40))
    rate_all(site.app.extensions["house"])
    caller = Caller(site)
    section = {**caller.get("/settings").json["health"], "bands": {"good": 99, "fair": 98}}
    answer = caller.put("/settings/health", section, version=0)
    assert answer.json["changed"] > 5
    shares = site.as_().get("/opportunities?lang=en").text
    assert "Good" in shares


@pytest.mark.parametrize("section", ["health", "introductions", "exclusions", "sources", "actions", "recommendations"])
def test_a_section_is_changed_by_itself(small_site: Site, section: str) -> None:
    caller = Caller(small_site)
    before = caller.get("/settings").json
    changes = {
        "health": {"frequency": 1},
        "introductions": {"weekly_limit": 9},
        "exclusions": {"domains": ["avocats.example"]},
        "sources": {"consulted_on": "2026-03-01", "everyone": True},
        "actions": {"mails": {"digest_hour": 9, "quiet_from": 20, "quiet_until": 7, "most_a_day": 5}},
        "recommendations": {"limits": {"health_below": 35, "churn_from": 70, "upsell_from": 65}},
    }
    answer = caller.put(f"/settings/{section}", {**before[section], **changes[section]}, version=0)
    assert (answer.status_code, answer.json["version"]) == (200, 1)
    after = caller.get("/settings").json
    assert after == {**before, "version": 1, section: {**before[section], **changes[section]}}


def test_a_version_in_the_body_is_the_one_of_the_header(small_site: Site) -> None:
    caller = Caller(small_site)
    document = {**caller.get("/settings").json, "version": 3}
    assert told(caller.put("/settings", document, version=0)) == (422, "version_differs", "version")


@pytest.mark.parametrize("role", OTHERS)
def test_only_sales_admins_read_and_change_the_document(small_site: Site, role: str) -> None:
    admin, other = Caller(small_site), Caller(small_site, role)
    document = admin.get("/settings").json
    health = document["health"]
    answers = [
        other.get("/settings"),
        other.get("/settings/history"),
        other.get("/settings/introductions/placeholders"),
        other.put("/settings", document, version=0),
        other.put("/settings/health", health, version=0),
        other.put("/settings/sources", document["sources"], version=0),
        other.post("/settings/history/1/undo", {}, version=0),
        other.post("/settings/preview", health),
        other.post("/settings/preview/opportunity/x", health),
        other.post("/settings/introductions/preview", {}),
        other.post("/settings/exclusions/hidden", document["exclusions"]),
        other.post("/settings/sources/removal", document["sources"]),
    ]
    assert {told(answer)[:2] for answer in answers} == {(403, "wrong_role")}
    with small_site.store.reading() as conn:
        assert stored.current(conn)[0] == 0


def test_a_refused_look_is_written_down(small_site: Site) -> None:
    Caller(small_site, "seller").get("/settings")
    small_site.app.extensions["audit"].flush()
    with small_site.store.reading() as conn:
        acts = [act for _, act in audit.entries(conn, limit=10)]
    assert [(act.action, act.result) for act in acts] == [(audit.Action.ACCESS, "refused")]


@pytest.mark.parametrize("role", ["seller", "sales_manager", "customer_success", "sales_admin"])
def test_whoever_reads_records_may_know_how_they_are_rated(small_site: Site, role: str) -> None:
    admin = Caller(small_site)
    record = "opportunity:1c0f8a52-9d1e-4f7c-8a54-2f1a7d7c9b10"
    section = {
        **admin.get("/settings").json["health"],
        "bands": {"good": 50, "fair": 30},
        "overrides": {"teams": {}, "segments": {}, "records": {record: 1}},
    }
    assert admin.put("/settings/health", section, version=0).status_code == 200
    answer = Caller(small_site, role).get("/settings/rating")
    assert answer.json == {
        "version": 1,
        "enabled": True,
        "weights": {"email": 6, "meeting": 6, "call": 6, "task": 6},
        "frequency": 3,
        "every_days": 7.0,
        "bands": {
            "good": {"from": 50, "to": 100},
            "fair": {"from": 30, "to": 49},
            "poor": {"from": 0, "to": 29},
        },
    }
    assert record not in answer.text


@pytest.mark.parametrize("role", ["privacy_officer", ""])
def test_whoever_reads_no_records_is_told_nothing_of_rating(small_site: Site, role: str) -> None:
    assert told(Caller(small_site, role).get("/settings/rating"))[:2] == (403, "wrong_role")


def changed(caller: Caller, version: int, **values: object) -> None:
    section = {**caller.get("/settings").json["health"], **values}
    assert caller.put("/settings/health", section, version=version).json["version"] == version + 1


def test_the_history_is_read_page_by_page_while_changes_go_on(site: Site) -> None:
    caller = Caller(site)
    for version, frequency in enumerate((1, 2, 4, 5, 3)):
        changed(caller, version, frequency=frequency)
    first = caller.get("/settings/history?limit=2").json
    changed(caller, 5, frequency=1)
    second = caller.get(f"/settings/history?limit=2&cursor={first['next']}").json
    third = caller.get(f"/settings/history?limit=2&cursor={second['next']}").json
    assert [one["version"] for page in (first, second, third) for one in page["items"]] == [5, 4, 3, 2, 1]
    assert third["next"] is None
    assert first["items"][0]["differences"] == [{"path": ["health", "frequency"], "before": 5, "after": 3}]


def test_undo_takes_back_one_change_and_leaves_the_others(site: Site) -> None:
    caller = Caller(site)
    changed(caller, 0, frequency=5)
    changed(caller, 1, weights={"email": 9, "meeting": 6, "call": 6, "task": 6})
    answer = caller.post("/settings/history/1/undo", {"note": "Trop long"}, version=2)
    assert (answer.status_code, answer.json["version"]) == (200, 3)
    health = caller.get("/settings").json["health"]
    assert (health["frequency"], health["weights"]["email"]) == (3, 9)


def test_undo_needs_the_version_in_force(small_site: Site) -> None:
    caller = Caller(small_site)
    changed(caller, 0, frequency=5)
    assert told(caller.post("/settings/history/1/undo", {}))[:2] == (428, "version_missing")
    assert told(caller.post("/settings/history/1/undo", {}, version=0))[:2] == (412, "stale_version")


def test_undo_tells_when_a_later_change_would_be_lost(small_site: Site) -> None:
    caller = Caller(small_site)
    changed(caller, 0, frequency=5)
    changed(caller, 1, frequency=1)
    assert told(caller.post("/settings/history/1/undo", {}, version=2)) == (409, "changed_since", "health.frequency")
    assert caller.post("/settings/history/1/undo", {"anyway": True}, version=2).status_code == 200
    assert caller.get("/settings").json["health"]["frequency"] == 3


def test_undo_never_leaves_rules_that_cannot_be(small_site: Site) -> None:
    caller = Caller(small_site)
    changed(caller, 0, bands={"good": 30, "fair": 20})
    changed(caller, 1, bands={"good": 30, "fair": 10})
    changed(caller, 2, bands={"good": 15, "fair": 10})
    answer = caller.post("/settings/history/2/undo", {"anyway": True}, version=3)
    assert told(answer) == (409, "cannot_be_undone", None)
    assert caller.get("/settings").json["version"] == 3


def test_the_session_tells_name_and_roles_and_no_more(small_site: Site) -> None:
    answer = Caller(small_site, "seller").get("/session").json
    assert (answer["name"], answer["roles"], set(answer)) == (
        "Camille Roussel",
        ["seller"],
        {"name", "roles", "token"},
    )
