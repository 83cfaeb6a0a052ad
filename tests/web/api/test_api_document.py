"""The OpenAPI document is valid, tells all, and holds what it says when it is tried at random."""

import re
from typing import Any

import pytest
import schemathesis
from api_caller import Caller
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import validate
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from web_site import Site

# Every operation gets as many tries; the seed makes them the same in every run.
TRIES = 8
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def document(site: Site) -> dict[str, Any]:
    found: dict[str, Any] = site.anonymous().get("/api/v1/openapi.json").json
    return found


def test_the_document_is_valid_openapi_3_1(small_site: Site) -> None:
    found = document(small_site)
    assert found["openapi"].startswith("3.1")
    validate(found)


def test_every_view_of_the_api_is_in_the_document(small_site: Site) -> None:
    described = {
        (method.upper(), re.sub(r"\{\w+\}", "{}", path))
        for path, methods in document(small_site)["paths"].items()
        for method in methods
    }
    open_to_all = {"/api/v1/openapi.json", "/api/v1/docs"}
    served = {
        (method, re.sub(r"<[^>]+>", "{}", rule.rule))
        for rule in small_site.app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and rule.rule not in open_to_all
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == served


def test_every_refusal_is_described_as_a_problem(small_site: Site) -> None:
    for path, methods in document(small_site)["paths"].items():
        for method, operation in methods.items():
            refusals = {status: one for status, one in operation["responses"].items() if int(status) >= 400}
            assert {"400", "401", "403", "429"} <= set(refusals), (method, path)
            assert all(list(one["content"]) == ["application/problem+json"] for one in refusals.values())
            assert operation["summary"]
            assert not operation["summary"].endswith("<" + method.upper() + ">")


def test_a_whole_document_is_described_as_required(small_site: Site) -> None:
    schemas = document(small_site)["components"]["schemas"]
    sections = {"health", "introductions", "exclusions", "sources", "actions"}
    sections |= {"customer_health", "health_rights", "recommendations", "signals", "themes"}
    assert set(schemas["RulesChange"]["required"]) == sections
    assert set(schemas["WeightsForm"]["required"]) == {"email", "meeting", "call", "task"}
    assert "note" not in schemas["HealthChange"]["required"]


def test_a_map_with_named_keys_takes_no_others(small_site: Site) -> None:
    overrides = document(small_site)["components"]["schemas"]["Overrides"]["properties"]
    assert all(one["patternProperties"] and one["additionalProperties"] is False for one in overrides.values())


def test_the_reference_shows_every_operation_and_code_without_anything_from_elsewhere(small_site: Site) -> None:
    text = small_site.anonymous().get("/api/v1/docs?lang=fr").text
    for path in document(small_site)["paths"]:
        assert path in text
    for code in ("stale_version", "template_unknown_name", "csrf_token"):
        assert f'id="{code}"' in text
    assert "Codes des problèmes" in text
    assert not re.findall(r'(?:src|href)="https?://', text)


def operations(found: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted((method.upper(), path) for path, methods in found["paths"].items() for method in methods)


@pytest.mark.slow
def test_whatever_is_sent_is_answered_as_the_document_says(small_site: Site) -> None:
    """Schemathesis invents requests, right and wrong ones, from the document: no 5xx, no undocumented answer."""
    caller = Caller(small_site)
    for limiter in small_site.app.extensions["limiter"]:
        limiter.enabled = False
    described = document(small_site)
    for methods in described["paths"].values():
        for operation in methods.values():
            operation["security"] = operation["security"][:1]  # invented tokens of applications would only be refused
    schema = schemathesis.openapi.from_dict(described)
    schema.app = small_site.app
    answered: dict[tuple[str, str], set[int]] = {}
    for found in schema.get_all_operations():
        operation = found.ok()
        statuses = answered.setdefault((operation.method.upper(), operation.path), set())
        for mode in GenerationMode:
            try_out(operation, mode, caller, statuses)
    assert sorted(answered) == operations(document(small_site))
    assert all(statuses & {200, 403, 404} for statuses in answered.values()), answered
    assert 200 in answered["PUT", "/api/v1/settings/health"]


def try_out(operation: Any, mode: GenerationMode, caller: Caller, statuses: set[int]) -> None:
    """Send what schemathesis invents; whatever fits the document names the version in force, so that it is saved."""

    @settings(
        max_examples=TRIES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), named=st.booleans())
    def tried(case: Any, named: bool) -> None:
        cookie = caller.client.get_cookie("session")
        assert cookie is not None
        headers = dict(caller.headers)
        if named or mode is GenerationMode.POSITIVE:
            headers["If-Match"] = caller.get("/settings").headers["ETag"]
        answer = case.call(headers=headers, cookies={"session": cookie.value})
        case.validate_response(answer, checks=CHECKS)
        statuses.add(answer.status_code)

    tried()
