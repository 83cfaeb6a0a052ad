"""Problems speak both languages, have a stable code, and a sentence that says what to do."""

import re
from pathlib import Path

import pytest
from api_caller import Caller, told
from pydantic import ValidationError
from web_site import Site

from relationship.errors import StorageTrouble
from settings.rules import Rules
from web.api import problems
from web.api.problems import SENTENCES, Fault

ROOT = Path(__file__).parents[3]


def test_every_code_of_the_rules_has_a_sentence() -> None:
    """`refusal("code", …)` and codes of template faults, wherever settings/rules names them."""
    for file in (ROOT / "settings" / "rules").glob("*.py"):
        text = file.read_text(encoding="utf-8")
        codes = re.findall(r'refusal\(\s*"(\w+)"', text) + re.findall(r'"(template_\w+)"', text)
        for code in codes:
            assert code in SENTENCES, (file.name, code)


def test_a_sentence_ends_with_a_next_step_in_both_languages(small_site: Site) -> None:
    for lang in ("fr", "en"):
        with small_site.app.test_request_context(f"/?lang={lang}"):
            for code in SENTENCES:
                detail = Fault(code).detail
                assert detail.endswith("."), code
                assert len(re.findall(r"[.;:!?](?: |$|\u00a0)", detail)) >= 1
    with small_site.app.test_request_context("/?lang=fr"):
        french = {code: Fault(code).detail for code in SENTENCES}
    with small_site.app.test_request_context("/?lang=en"):
        assert not [code for code in SENTENCES if Fault(code).detail == french[code]]


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"health": {"weights": {"email": 2}}}, "too_small", "health.weights.email"),
        ({"health": {"weights": {"email": 10}}}, "too_big", "health.weights.email"),
        ({"health": {"weights": {"email": "6"}}}, "wrong_type", "health.weights.email"),
        ({"health": {"weights": {"fax": 6}}}, "unknown_field", "health.weights.fax"),
        ({"health": {"bands": {"good": 40, "fair": 60}}}, "fair_not_below_good", "health.bands"),
        ({"health": {"bands": {"good": 60, "fair": 0}}}, "above_only", "health.bands.fair"),
        ({"health": {"bands": {"good": 60, "fair": 100}}}, "below_only", "health.bands.fair"),
        ({"health": {"overrides": {"teams": {"X": 3}}}}, "wrong_form", "health.overrides.teams.X"),
        ({"introductions": {"templates": [{"language": "de"}]}}, "missing_field", "introductions.templates.0.key"),
        ({"sources": {"consulted_on": "2026-02-30"}}, "wrong_date", "sources.consulted_on"),
        ({"exclusions": {"contacts": {}}}, "wrong_type", "exclusions.contacts"),
        ({"health": []}, "wrong_type", "health"),
    ],
)
def test_what_pydantic_finds_becomes_a_stable_code_and_a_dotted_field(body: object, code: str, field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Rules.model_validate(body)
    first = problems.of_validation(refused.value).faults[0]
    assert (first.code, first.field) == (code, field)


def test_the_caller_chooses_the_language(small_site: Site) -> None:
    answer = Caller(small_site, lang="fr").put("/settings/health", {"frequency": 9}, version=0)
    assert told(answer) == (422, "too_big", "frequency")
    assert answer.json["detail"] == "Ce nombre est trop grand. Envoyez 5 ou moins."
    assert answer.headers["Content-Language"] == "fr"


def test_an_unknown_placeholder_is_told_with_place_and_nearest_name(small_site: Site) -> None:
    caller = Caller(small_site, lang="fr")
    section = caller.get("/settings").json["introductions"]
    section["templates"][0]["body"] = "Bonjour\n\n  {{ contact.nom }}"
    answer = caller.put("/settings/introductions", section, version=0)
    assert told(answer) == (422, "template_unknown_name", "templates.0.body")
    assert answer.json["detail"] == (
        "Ligne 3, colonne 3\u00a0: le champ «\u00a0contact.nom\u00a0» est inconnu. Essayez\u00a0: contact.name."
    )


def test_several_faults_are_told_at_once(small_site: Site) -> None:
    section = Caller(small_site).get("/settings").json["health"]
    section["weights"] = {"email": 0, "meeting": 99, "call": 6, "task": None}
    answer = Caller(small_site).put("/settings/health", section, version=0)
    fields = [(one["field"], one["code"]) for one in answer.json["errors"]]
    assert fields == [("weights.email", "too_small"), ("weights.meeting", "too_big"), ("weights.task", "wrong_type")]


def test_an_unforeseen_error_is_a_problem_without_a_stack(
    small_site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret detail")

    caller = Caller(small_site)
    monkeypatch.setattr("relationship.store.rules.current", broken)
    answer = caller.get("/settings")
    assert told(answer) == (500, "internal", None)
    assert "secret" not in answer.text
    logged = "".join(capsys.readouterr())
    assert "ZeroDivisionError" in logged
    assert "test_api_problems.py" in logged
    assert "secret" not in logged


def test_a_database_out_of_reach_is_a_matter_of_patience(small_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise StorageTrouble("gone", next_step="look")

    caller = Caller(small_site)
    monkeypatch.setattr("relationship.store.rules.current", unreachable)
    answer = caller.get("/settings")
    assert told(answer) == (503, "busy", None)
    assert 0 < int(answer.headers["Retry-After"]) <= 60


def test_too_many_requests_have_to_wait(small_site: Site) -> None:
    caller = Caller(small_site)
    for _ in range(1200):
        answer = caller.get("/session")
        if answer.status_code == 429:
            break
    assert told(answer) == (429, "too_often", None)
    assert int(answer.headers["Retry-After"]) <= 60
