"""The effect of a change, and of a template, before either is saved."""

from typing import Any

import pytest
from api_caller import Caller, told
from web_builder import deals_of_all_sorts, guid
from web_site import Site

from relationship.desk.rate import rate_all
from relationship.store import rules as stored

NOWHERE = "00000000-0000-4000-8000-000000000000"
WEIGHTS = {"email": 9, "meeting": 3, "call": 6, "task": 3}


@pytest.fixture
def caller(site: Site) -> Caller:
    site.fill(deals_of_all_sorts(60))
    rate_all(site.app.extensions["house"])
    return Caller(site)


def section(caller: Caller, **changes: object) -> dict[str, Any]:
    return {**caller.get("/settings").json["health"], **changes}


def test_the_effect_is_what_saving_produces(caller: Caller) -> None:
    wish = section(caller, weights=WEIGHTS, frequency=2)
    effect = caller.post("/settings/preview", wish).json
    assert effect["version"] == 0
    assert effect["changes"]["total"] == sum(move["count"] for move in effect["changes"]["by_move"]) > 0
    assert caller.get("/settings").json["version"] == 0
    assert caller.put("/settings/health", wish, version=0).status_code == 200
    now = caller.post("/settings/preview", wish).json
    assert [band["before"] for band in now["bands"]] == [band["after"] for band in effect["bands"]]
    assert now["changes"]["total"] == 0


def test_the_effect_has_the_agreed_form(caller: Caller) -> None:
    effect = caller.post("/settings/preview", section(caller, bands={"good": 80, "fair": 79})).json
    assert [band["band"] for band in effect["bands"]] == ["good", "fair", "poor", "none"]
    assert sum(band["after"]["count"] for band in effect["bands"]) == effect["opportunities"]
    row = effect["changes"]["rows"][0]
    assert set(row) == {"guid", "name", "account", "value", "currency", "before", "after", "why"}
    assert row["why"]["term"] == "limits"
    assert set(effect["changes"]["by_move"][0]) == {"from", "to", "count"}


def test_one_opportunity_shows_its_terms_under_both_rules(caller: Caller) -> None:
    wish = section(caller, weights=WEIGHTS)
    row = caller.post("/settings/preview", wish).json["changes"]["rows"][0]
    found = caller.post(f"/settings/preview/opportunity/{row['guid']}", wish).json
    for side in ("before", "after"):
        assert found[side]["score"] == row[side]["score"]
        assert sum(term["points"] for term in found[side]["terms"]) == row[side]["score"] - 60
        assert [term["name"] for term in found[side]["terms"]] == ["volume", "mutuality", "lateness"]


def test_an_opportunity_that_is_not_there_is_not_found(caller: Caller) -> None:
    for odd in (NOWHERE, "x", "%27%20OR%201=1"):
        answer = caller.post(f"/settings/preview/opportunity/{odd}", section(caller))
        assert told(answer)[:2] == (404, "not_found")


def test_a_preview_of_half_a_section_is_refused(caller: Caller) -> None:
    assert told(caller.post("/settings/preview", {"frequency": 3}))[:2] == (422, "missing_field")
    assert told(caller.post("/settings/preview", section(caller, frequency=6)))[:2] == (422, "too_big")


def test_before_the_first_rating_the_effect_is_empty(small_site: Site) -> None:
    caller = Caller(small_site)
    effect = caller.post("/settings/preview", section(caller, frequency=5)).json
    assert (effect["opportunities"], effect["as_of"], effect["changes"]["total"]) == (0, None, 0)


def template(caller: Caller, **parts: str) -> dict[str, Any]:
    found: dict[str, Any] = caller.get("/settings").json["introductions"]["templates"][1]
    return {**found, **parts}


def test_a_template_is_shown_with_a_contact_of_the_crm(caller: Caller) -> None:
    wish = {
        "template": template(
            caller, subject="Rencontrer {{ contact.name }}", body="{{ contact.job_title }}: {{ reason }}"
        ),
        "contact": guid("contact", 4),
        "opportunity": deals_of_all_sorts(1)[0].guid,
        "reason": "Elle décide.",
    }
    found = caller.post("/settings/introductions/preview", wish).json
    assert (found["subject"], found["body"]) == ("Rencontrer Élodie Marchal", "Responsable qualité: Elle décide.")
    assert found["sample"] is False
    assert found["values"]["seller.name"] == "Camille Roussel"
    assert found["values"]["opportunity.name"] == deals_of_all_sorts(1)[0].name


def test_without_a_contact_a_sample_one_is_shown_and_told(small_site: Site) -> None:
    caller = Caller(small_site)
    found = caller.post("/settings/introductions/preview", {"template": template(caller)}).json
    assert found["sample"] is True
    assert "Élodie Marchal (Responsable qualité)" in found["body"]


def test_a_preview_never_writes_and_never_expands_twice(small_site: Site) -> None:
    caller = Caller(small_site)
    wish = {"template": template(caller, body="{{ reason }}"), "reason": "{{ seller.name }} {% if 1 %}"}
    assert caller.post("/settings/introductions/preview", wish).json["body"] == "{{ seller.name }} {% if 1 %}"
    with small_site.store.reading() as conn:
        assert stored.current(conn)[0] == 0


@pytest.mark.parametrize(
    ("wish", "fault"),
    [
        ({"contact": NOWHERE}, (404, "not_found", "contact")),
        ({"opportunity": NOWHERE}, (404, "not_found", "opportunity")),
        ({"contact": "x"}, (422, "wrong_form", "contact")),
        ({"reason": "x" * 1_000_000}, (422, "too_long", "reason")),
        ({"reason": "a\x07b"}, (422, "control_sign", None)),
        ({"to": "x@exemple.example"}, (422, "unknown_field", "to")),
    ],
)
def test_a_wish_that_cannot_be_is_refused_with_its_field(
    small_site: Site, wish: dict[str, Any], fault: tuple[int, str, str | None]
) -> None:
    caller = Caller(small_site)
    assert told(caller.post("/settings/introductions/preview", {"template": template(caller), **wish})) == fault


def test_a_template_with_a_fault_is_refused_in_the_preview_as_in_saving(small_site: Site) -> None:
    caller = Caller(small_site)
    wish = {"template": template(caller, body="{{ contact.nom }}")}
    answer = caller.post("/settings/introductions/preview", wish)
    assert told(answer) == (422, "template_unknown_name", "template.body")


def test_every_placeholder_is_listed(small_site: Site) -> None:
    names = Caller(small_site).get("/settings/introductions/placeholders").json["names"]
    assert {"seller.name", "colleague.first_name", "contact.company", "opportunity.name", "reason"} <= set(names)
