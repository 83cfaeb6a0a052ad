"""The section of actions: what it refuses, by stable codes, and where webhooks may go."""

from typing import Any

import pytest
from pydantic import ValidationError

from settings.rules import Actions
from settings.rules.actions import ActionRule
from settings.rules.addresses import checked_url, is_loopback

HOOK = {"key": "erp", "name": "ERP", "url": "https://hooks.granit.example/"}
RULE = {"key": "falls", "name": "Falls", "notify_owner": True}


def code_of(**section: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        Actions.model_validate(section)
    return str(refused.value.errors()[0]["type"])


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://hooks.granit.example/", "url_not_https"),
        ("file:///etc/passwd", "url_not_https"),
        ("javascript:alert(1)", "url_not_https"),
        ("https://user:secret@hooks.granit.example/", "url_with_user"),
        ("https://hooks.granit.example@evil.example/", "url_with_user"),
        ("https://hooks.granit.example/#x", "url_fragment"),
        ("https://169.254.169.254/latest", "url_number"),
        ("https://10.0.0.8/", "url_number"),
        ("https://2130706433/", "url_number"),
        ("https://0x7f000001/", "url_number"),
        ("https://127.1/", "url_number"),
        ("https://0177.0.0.1/", "url_number"),
        ("https://[fe80::1]/", "url_number"),
        ("https://[::ffff:10.0.0.8]/", "url_number"),
        ("https://metadata.internal/", "url_inside"),
        ("https://intranet/", "url_inside"),
        ("https://crm.local./", "url_inside"),
        ("https://x.localhost/", "url_inside"),
        ("https://gr\u0430nit.example/", "url_look_alike"),  # a Cyrillic a
        ("https://xn--grnit-6ve.example/", "url_look_alike"),
        ("https://hooks.granit.example:99999/", "url_malformed"),
        ("https://hooks granit.example/", "url_malformed"),
        ("https://hooks.granit.example\\@evil.example/", "url_malformed"),
        ("https://hooks.granit.example/\r\nX: 1", "url_malformed"),
        ("https://", "url_malformed"),
        ("https://-a.example/", "url_malformed"),
        ("https://hooks.granit.example/" + "a" * 2_000, "url_malformed"),
    ],
)
def test_b49_a_webhook_goes_nowhere_that_is_not_what_it_seems(url: str, code: str) -> None:
    assert code_of(endpoints=[{**HOOK, "url": url}]) == code


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://Hooks.Granit.Example", "https://hooks.granit.example/"),
        ("https://hooks.granit.example:443/a?b=c", "https://hooks.granit.example/a?b=c"),
        ("https://hooks.granit.example:8443/a", "https://hooks.granit.example:8443/a"),
        ("https://société.example/", "https://xn--socit-esab.example/"),
        ("https://localhost:8443/", "https://localhost:8443/"),
    ],
)
def test_an_address_is_kept_in_one_spelling(url: str, kept: str) -> None:
    assert checked_url(url) == kept
    assert checked_url(kept) == kept


def test_only_plain_words_lead_to_the_own_machine() -> None:
    own = ("https://localhost/", "https://127.0.0.1/", "https://[::1]/")
    assert all(is_loopback(url) for url in own)
    assert not is_loopback(HOOK["url"])


@pytest.mark.parametrize(
    ("section", "code"),
    [
        ({"rules": [{**RULE, "notify_owner": False}]}, "action_missing"),
        ({"rules": [{**RULE, "endpoints": ["gone"]}]}, "endpoint_unknown"),
        ({"rules": [RULE, RULE]}, "action_key_twice"),
        ({"endpoints": [HOOK, HOOK]}, "action_key_twice"),
        ({"rules": [{**RULE, "reaches": ["declining"]}]}, "reaches_unknown"),
        ({"rules": [{**RULE, "records": []}]}, "too_short"),
        ({"rules": [{**RULE, "name": "  "}]}, "name_blank"),
        ({"rules": [{**RULE, "task_subject": "a\nb"}]}, "string_pattern_mismatch"),
        ({"endpoints": [{**HOOK, "events": ["everything"]}]}, "event_unknown"),
        ({"mails": {"digest_hour": 24}}, "less_than_equal"),
        ({"mails": {"most_a_day": 0}}, "greater_than_equal"),
        ({"surprise": 1}, "extra_forbidden"),
    ],
)
def test_a_section_that_cannot_be_is_refused_with_a_code(section: dict[str, Any], code: str) -> None:
    assert code_of(**section) == code


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"moves": "down"}, {("good", "fair"), ("good", "poor"), ("fair", "poor")}),
        ({"moves": "up"}, {("fair", "good"), ("poor", "good"), ("poor", "fair")}),
        ({"moves": "any", "reaches": ["fair"]}, {("good", "fair"), ("poor", "fair")}),
        ({"moves": "up", "reaches": ["poor"]}, set()),
        ({"watch": "trend", "reaches": ["declining"]}, {("improving", "declining"), ("steady", "declining")}),
    ],
)
def test_the_steps_of_a_rule(rule: dict[str, Any], expected: set[tuple[str, str]]) -> None:
    assert ActionRule.model_validate({**RULE, **rule}).steps() == expected
