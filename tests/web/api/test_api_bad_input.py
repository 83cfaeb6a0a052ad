"""Bad input, by the numbers of the contract on faults and abuse: never 5xx, never half, always a problem."""

import json
from io import RawIOBase
from typing import Any

import pytest
from api_caller import OURS, Caller, told
from web_site import Site

from relationship.store import rules as stored

HEALTH = "/settings/health"


@pytest.fixture
def caller(small_site: Site) -> Caller:
    return Caller(small_site)


@pytest.fixture
def section(caller: Caller) -> dict[str, Any]:
    found: dict[str, Any] = caller.get("/settings").json["health"]
    return found


def with_raw(section: dict[str, Any], value: bytes) -> bytes:
    """The section with a raw JSON text as the weight of mail."""
    section["weights"]["email"] = "HERE"
    return json.dumps(section).encode().replace(b'"HERE"', value)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "malformed_json"),
        (b"", 400, "empty_body"),
        (b"null", 422, "wrong_type"),
        (b"[]", 422, "wrong_type"),
        (b'"text"', 422, "wrong_type"),
        (b"7", 422, "wrong_type"),
        (b"{}", 422, "missing_field"),
    ],
)
def test_b01_no_object(caller: Caller, body: bytes, status: int, code: str) -> None:
    assert told(caller.send("PUT", HEALTH, body))[:2] == (status, code)


@pytest.mark.parametrize(
    "media",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "application/xml",
     "application/json; charset=latin-1", "application/jsonx"],
)  # fmt: skip
def test_b02_another_media_type(caller: Caller, section: dict[str, Any], media: str) -> None:
    answer = caller.send("PUT", HEALTH, json.dumps(section).encode(), media=media)
    assert told(answer)[:2] == (415, "media_type")


def test_b03_a_body_over_the_limit_by_its_length(caller: Caller) -> None:
    assert told(caller.send("PUT", HEALTH, b'"' + b"x" * (4 * 1024 * 1024) + b'"'))[:2] == (413, "too_large")


def test_b03_a_body_over_the_limit_in_chunks_is_not_read_to_its_end(caller: Caller) -> None:
    class Endless(RawIOBase):
        taken = 0

        def readable(self) -> bool:
            return True

        def readinto(self, room: Any) -> int:
            self.taken += len(room)
            room[:] = b"[" * len(room)
            return len(room)

    stream = Endless()
    answer = caller.client.open(
        f"/api/v1{HEALTH}",
        method="PUT",
        content_type="application/json",
        headers={**caller.headers, "Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input": stream, "wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
    )
    assert told(answer)[:2] == (413, "too_large")
    assert stream.taken < 12 * 1024 * 1024


def test_b04_ten_thousand_brackets(caller: Caller, section: dict[str, Any]) -> None:
    assert told(caller.send("PUT", HEALTH, b"[" * 10_000))[:2] == (400, "too_deep")
    nested = with_raw(section, b"[" * 10_000 + b"]" * 10_000)
    assert told(caller.send("PUT", HEALTH, nested))[:2] == (400, "too_deep")


@pytest.mark.parametrize(
    ("number", "fault", "value"),
    [
        ("B05", (400, "duplicate_key", "email"), b'6, "email": 7'),
        ("B06", (400, "not_a_number", None), b"NaN"),
        ("B06", (400, "not_a_number", None), b"-Infinity"),
        ("B06", (400, "not_a_number", None), b"1e999"),
        ("B07", (422, "number_too_large", "weights.email"), b"1" + b"0" * 30),
        ("B07", (422, "number_too_large", "weights.email"), b"9" * 5_000),
        ("B08", (422, "zero_sign", "weights.email"), b'"\\u0000"'),
        ("B09", (422, "lone_surrogate", "weights.email"), b'"\\ud83d"'),
        ("B10", (400, "malformed_text", None), b'"\xc3\x28"'),
        ("B11", (422, "wrong_type", "weights.email"), b'"6"'),
        ("B11", (422, "wrong_type", "weights.email"), b"true"),
        ("B11", (422, "wrong_type", "weights.email"), b"null"),
        ("B11", (422, "wrong_type", "weights.email"), b"6.0"),
        ("B46", (422, "too_small", "weights.email"), b"-1"),
        ("B46", (422, "too_small", "weights.email"), b"0"),
        ("B46", (422, "wrong_type", "weights.email"), b"1e308"),
    ],
)
def test_b05_to_b11_and_b46_in_a_body(
    caller: Caller, section: dict[str, Any], number: str, fault: tuple[int, str, str | None], value: bytes
) -> None:
    assert told(caller.send("PUT", HEALTH, with_raw(section, value))) == fault, number


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/settings/history?limit=0", 422, "too_small"),  # B12
        ("/settings/history?limit=-1", 422, "too_small"),
        ("/settings/history?limit=1000000000", 422, "too_big"),
        ("/settings/history?limit=" + "9" * 5_000, 422, "number_too_large"),  # B07
        ("/settings/history?limit=1e3", 422, "wrong_type"),
        ("/settings/history?limit=%00", 422, "zero_sign"),  # B08
        ("/settings/history?limit=%zz", 400, "malformed_address"),  # B10
        ("/settings/history?limit=%ff", 400, "malformed_address"),
        ("/settings/%ff", 404, "not_found"),
        ("/settings/history?offset=-1", 422, "unknown_argument"),
        ("/settings/history?limit=1&limit=2", 422, "repeated_argument"),
        ("/settings/history?sort=saved_by_mail", 422, "unknown_argument"),  # B13
        ("/settings?role=sales_admin", 422, "unknown_argument"),  # B17
        ("/settings/history/../../../etc/passwd", 404, "not_found"),  # B18
        ("/settings/history/" + "9" * 5_000, 404, "not_found"),
        ("/settings/history?cursor=edited", 400, "bad_cursor"),  # B20
    ],
)
def test_b07_to_b20_in_an_address(caller: Caller, path: str, status: int, code: str) -> None:
    answer = caller.get(path)
    assert told(answer)[:2] == (status, code)
    assert "saved_by_mail" not in answer.text


@pytest.mark.parametrize("number", ["0", "-1", "1", "10000000000", "9" * 400, "abc", "1.0", "%D9%A1"])
def test_b18_a_version_that_does_not_exist(caller: Caller, number: str) -> None:
    assert told(caller.post(f"/settings/history/{number}/undo", {}, version=0))[:2] == (404, "not_found")


def test_b17_a_field_that_is_none_of_ours(caller: Caller, section: dict[str, Any]) -> None:
    for name in ("role", "tenant_id", "owner_id", "__proto__"):
        answer = caller.put(HEALTH, {**section, name: "x"}, version=0)
        assert told(answer) == (422, "unknown_field", name)


def test_b19_methods(caller: Caller) -> None:
    for method in ("TRACE", "DELETE", "PATCH", "POST", "BREW"):
        answer = caller.client.open("/api/v1/settings", method=method)
        assert told(answer)[:2] == (405, "wrong_method")
        assert "PUT" in answer.headers["Allow"]
    for header in ("X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"):
        answer = caller.client.post("/api/v1/settings/history/1/undo", headers={**caller.headers, header: "PUT"})
        assert told(answer)[:2] == (405, "method_override")


def test_b20_a_cursor_of_another_list(caller: Caller, small_site: Site) -> None:
    from web.lists import cursors

    with small_site.app.app_context():
        foreign = cursors.sealed("1", of="opportunities")
    assert told(caller.get(f"/settings/history?cursor={foreign}"))[:2] == (400, "bad_cursor")


def test_b21_and_b53_a_change_from_an_old_version(caller: Caller, section: dict[str, Any]) -> None:
    assert told(caller.put(HEALTH, section))[:2] == (428, "version_missing")
    assert told(caller.put(HEALTH, section, **{"If-Match": "*"}))[:2] == (428, "version_missing")
    assert told(caller.put(HEALTH, section, **{"If-Match": "0"}))[:2] == (400, "malformed_request")
    assert caller.put(HEALTH, {**section, "frequency": 5}, version=0).status_code == 200
    answer = caller.put(HEALTH, {**section, "frequency": 4}, version=0)
    assert told(answer) == (412, "stale_version", "If-Match")
    assert (answer.json["version"], answer.headers["ETag"]) == (1, '"1"')
    assert told(caller.put(HEALTH, section, **{"If-Match": 'W/"1"'}))[:2] == (412, "stale_version")
    assert caller.get("/settings").json["health"]["frequency"] == 5


@pytest.mark.parametrize(
    ("domain", "code"),
    [
        ("*", "domain_wildcard"),
        ("*.com", "domain_wildcard"),
        ("com", "domain_malformed"),
        ("(a|b)+$", "domain_malformed"),
        ("a b.fr", "domain_malformed"),
        ("", "domain_malformed"),
        ("co.uk", "domain_too_wide"),
        ("x@exemple.example", "domain_is_an_address"),
    ],
)
def test_b48_an_exclusion_that_is_no_domain_of_one_company(caller: Caller, domain: str, code: str) -> None:
    section = {**caller.get("/settings").json["exclusions"], "domains": ["exemple.example", domain]}
    assert told(caller.put("/settings/exclusions", section, version=0)) == (422, code, "domains.1")
    assert told(caller.post("/settings/exclusions/hidden", section)) == (422, code, "domains.1")


def test_b48_fifty_thousand_lines(caller: Caller) -> None:
    section = {**caller.get("/settings").json["exclusions"], "domains": [f"d{n}.example" for n in range(50_000)]}
    assert told(caller.put("/settings/exclusions", section, version=0)) == (422, "too_many_exclusions", "domains")


@pytest.mark.parametrize("field", ["read_window_days", "retain_days", "retain_days_aggregates"])
@pytest.mark.parametrize("value", [0, -1, "unlimited", "30", 1_000_000, 30.5])
def test_b47_and_b51_a_window_or_retention_that_is_no_number_of_days(caller: Caller, field: str, value: object) -> None:
    section = {**caller.get("/settings").json["sources"], field: value}
    status, code, place = told(caller.put("/settings/sources", section, version=0))
    assert (status, place) == (422, field)
    assert code in {"too_small", "too_big", "wrong_type"}


@pytest.mark.parametrize(
    ("subject", "body", "code", "field"),
    [
        ("x", "{% if 1 %}x{% endif %}", "template_syntax", "templates.0.body"),  # B54
        ("x", "{{ contact.name | upcase }}", "template_syntax", "templates.0.body"),
        ("<%= 7 * 7 %>", "x", "template_syntax", "templates.0.subject"),
        ("${7*7}", "x", "template_syntax", "templates.0.subject"),
        ("x", "{{ contact.phone }}", "template_unknown_name", "templates.0.body"),  # B55
        ("x", "{{ self.__class__ }}", "template_unknown_name", "templates.0.body"),
        ("x\r\nBcc: y@exemple.example", "x", "template_control", "templates.0.subject"),  # B56
        ("x\nBcc: y@exemple.example", "x", "template_line_break", "templates.0.subject"),
        ("x%0d%0aBcc: y", "x", "template_line_break", "templates.0.subject"),
        ("x", "y" * 1_000_000, "too_long", "templates.0.body"),  # B59
        ("x", "<script>alert(1)</script>", "template_markup", "templates.0.body"),
    ],
)
def test_b54_to_b59_templates(caller: Caller, subject: str, body: str, code: str, field: str) -> None:
    section = caller.get("/settings").json["introductions"]
    section["templates"] = [{"key": "a", "name": "A", "language": "fr", "subject": subject, "body": body}]
    assert told(caller.put("/settings/introductions", section, version=0)) == (422, code, field)


def test_b57_a_template_names_no_recipient_and_no_sender(caller: Caller) -> None:
    section = caller.get("/settings").json["introductions"]
    for name in ("to", "cc", "bcc", "from", "sender"):
        section["templates"] = [
            {"key": "a", "name": "A", "language": "fr", "subject": "x", "body": "x", name: "x@exemple.example"}
        ]
        answer = caller.put("/settings/introductions", section, version=0)
        assert told(answer) == (422, "unknown_field", f"templates.0.{name}")


def test_a_refusal_leaves_nothing_behind(caller: Caller, section: dict[str, Any], small_site: Site) -> None:
    document = caller.get("/settings").json
    document["health"]["frequency"] = 5
    document["sources"]["retain_days"] = 0
    assert caller.put("/settings", document, version=0).status_code == 422
    with small_site.store.reading() as conn:
        assert stored.current(conn)[0] == 0


def test_what_is_not_sent_is_never_filled_in(caller: Caller, section: dict[str, Any]) -> None:
    del section["weights"]["call"]
    assert told(caller.put(HEALTH, section, version=0)) == (422, "missing_field", "weights.call")
    document = caller.get("/settings").json
    del document["exclusions"]
    assert told(caller.put("/settings", document, version=0)) == (422, "missing_field", "exclusions")


def test_a_write_needs_somebody_from_here_with_a_token(
    caller: Caller, section: dict[str, Any], small_site: Site
) -> None:
    def put(client: Any, **headers: str) -> Any:
        return client.put(f"/api/v1{HEALTH}", json=section, headers=headers)

    token = caller.headers["X-CSRFToken"]
    assert told(put(small_site.anonymous(), **OURS)) == (401, "signed_out", None)
    assert told(put(caller.client, **OURS)) == (403, "csrf_token", "X-CSRFToken")
    assert told(put(caller.client, **OURS, **{"X-CSRFToken": "x"})) == (403, "csrf_token", "X-CSRFToken")
    assert told(put(Caller(small_site).client, **OURS, **{"X-CSRFToken": token}))[1] == "csrf_token"
    for foreign in ({}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert told(put(caller.client, **foreign, **{"X-CSRFToken": token})) == (403, "foreign_site", None)
    assert told(put(caller.client, Origin="http://localhost", **{"X-CSRFToken": token}))[1] == "version_missing"


def test_nobody_signed_in_is_told_so_and_not_sent_elsewhere(small_site: Site) -> None:
    for path in ("/settings", "/settings/history", "/settings/rating", "/session"):
        answer = small_site.anonymous().get(f"/api/v1{path}")
        assert told(answer)[:2] == (401, "signed_out")
        assert answer.headers["WWW-Authenticate"]
