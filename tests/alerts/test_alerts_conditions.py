"""Conditions of alert rules: what holds, why, and what cannot be saved."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from relationship.verbatims.alerts.cases import CASES
from relationship.verbatims.alerts.conditions import Because, Condition, Group, When, judge
from relationship.verbatims.alerts.facts import Facts, Span
from relationship.verbatims.alerts.rule import AlertRule, Recipients
from relationship.verbatims.alerts.vip import Revenue, top_contributors
from relationship.verbatims.keywords import folded, places


def when(*conditions: dict[str, object], join: str = "all") -> When:
    return When.model_validate({"groups": [{"join": join, "conditions": conditions}]})


@pytest.mark.parametrize(
    ("condition", "facts", "holds"),
    [
        ({"what": "emotion", "values": ("anger",)}, Facts("x", emotion="anger"), True),
        ({"what": "emotion", "values": ("anger",)}, Facts("x", emotion="joy"), False),
        ({"what": "intensity", "number": 50}, Facts("x", intensity=0.5), True),
        ({"what": "intensity", "number": 51}, Facts("x", intensity=0.5), False),
        ({"what": "satisfaction", "at": "most", "number": 30}, Facts("x", satisfaction=30), True),
        ({"what": "satisfaction", "at": "most", "number": 30}, Facts("x"), False),
        ({"what": "satisfaction", "at": "most", "number": 30, "negative": True}, Facts("x"), False),
        ({"what": "recommendation", "number": 9}, Facts("x", recommendation=10), True),
        ({"what": "theme", "values": ("service",)}, Facts("x", themes=frozenset({"service", "service/delay"})), True),
        ({"what": "theme", "values": ("service/delay",)}, Facts("x", themes=frozenset({"service"})), False),
        ({"what": "keyword", "values": ("trop cher",)}, Facts("C’est TROP  CHER !"), True),
        ({"what": "keyword", "values": ("cher",)}, Facts("Nous cherchons encore."), False),
        ({"what": "keyword", "values": ("resilier",)}, Facts("Je vais résilier."), True),
        ({"what": "site", "values": ("Lyon",)}, Facts("x", filters={"Agence": "LYON"}), True),
        ({"what": "site", "values": ("Lyon",), "negative": True}, Facts("x", filters={"Agence": "Paris"}), True),
        ({"what": "site", "values": ("Lyon",), "negative": True}, Facts("x"), False),
        ({"what": "segment", "values": ("Industrie",)}, Facts("x", segment="industrie"), True),
        ({"what": "vip"}, Facts("x", is_vip=True), True),
        ({"what": "threat"}, Facts("x", threat="conditional"), True),
        ({"what": "threat", "values": ("decided",)}, Facts("x", threat="conditional"), False),
        ({"what": "sensitivity", "values": ("price",)}, Facts("x", sensitivities=frozenset({"price"})), True),
        ({"what": "moment"}, Facts("x", moments=frozenset({"move"})), True),
        ({"what": "moment"}, Facts("x"), False),
        ({"what": "health", "at": "most", "number": 40}, Facts("x", health=39), True),
        ({"what": "health_status", "values": ("at_risk",)}, Facts("x", health_status="at_risk"), True),
        ({"what": "churn", "number": 70}, Facts("x", churn=70), True),
        ({"what": "likeness", "number": 70}, Facts("x"), False),
        ({"what": "opinion", "values": ("unfavourable",)}, Facts("x", polarity=-0.4), True),
        ({"what": "opinion", "values": ("unfavourable",)}, Facts("x", polarity=-0.05), False),
        ({"what": "source", "values": ("mailbox",)}, Facts("x", source="mailbox"), True),
    ],
)
def test_a_condition_holds_where_it_says(condition: dict[str, object], facts: Facts, holds: bool) -> None:
    assert judge(when(condition), facts).matches is holds


@pytest.mark.parametrize(
    ("outer", "first", "second", "holds"),
    [
        ("all", "all", "all", False),
        ("all", "any", "any", True),
        ("all", "any", "all", False),
        ("any", "all", "any", True),
        ("any", "all", "all", False),
    ],
)
def test_groups_of_all_and_at_least_one_are_told_apart(outer: str, first: str, second: str, holds: bool) -> None:
    right, wrong = Condition(what="vip"), Condition(what="threat")
    groups = [Group(join=first, conditions=(right, wrong)), Group(join=second, conditions=(wrong, right))]
    assert judge(When(join=outer, groups=tuple(groups)), Facts("x", is_vip=True)).matches is holds


def test_what_held_is_told_with_the_words_that_say_so() -> None:
    facts = Facts("Trop cher, je pars.", threat="decided", spans=(Span(11, 18, "threat", "decided"),))
    found = judge(when({"what": "threat"}, {"what": "keyword", "values": ("CHER",)}), facts)
    assert found.because == (
        Because("threat", "decided", False, ((11, 18),)),
        Because("keyword", "cher", False, ((5, 9),)),
    )


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ({"what": "emotion"}, "value_missing"),
        ({"what": "emotion", "values": ["rage"]}, "value_unknown"),
        ({"what": "intensity"}, "number_missing"),
        ({"what": "recommendation", "number": 11}, "number_out_of_range"),
        ({"what": "vip", "values": ["yes"]}, "values_unwanted"),
        ({"what": "theme", "values": ["service"], "number": 3}, "number_unwanted"),
        ({"what": "keyword", "values": [" ,; "]}, "value_blank"),
        ({"what": "satisfaction", "number": float("nan")}, "finite_number"),
        ({"what": "salary", "number": 3}, "literal_error"),
        ({"what": "vip", "unknown": 1}, "extra_forbidden"),
        ({"what": "segment", "values": ["a\nb"]}, "string_pattern_mismatch"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_a_code(condition: dict[str, object], code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Condition.model_validate(condition)
    assert code in {one["type"] for one in refused.value.errors()}


@pytest.mark.parametrize(
    "address", ["a@b.example\r\nBcc: c@d.example", "Ann <a@b.example>", "a@b.example, c@d.example", "x", "a@b.example>"]
)
def test_an_outside_address_is_one_plain_address(address: str) -> None:
    with pytest.raises(ValidationError):
        Recipients(addresses=(address,))


def test_every_ready_made_case_is_a_rule_in_both_languages() -> None:
    assert {one.key[:3] for one in CASES} == {f"Q-{number}" for number in range(1, 10)}
    for one in CASES:
        for language in ("fr", "en"):
            started = one.started(language)
            assert AlertRule.model_validate_json(started.model_dump_json()) == started


@settings(max_examples=50)
@given(st.text(max_size=80), st.sampled_from(["cher", "é", "ne pas", "ﬁn", "ß"]))
def test_places_lie_within_the_text_and_hold_the_keyword(text: str, keyword: str) -> None:
    for start, end in places(f"{text} {keyword}", [keyword]):
        assert folded(f"{text} {keyword}"[start:end]) == folded(keyword)


def test_the_fewest_accounts_that_make_half_of_the_revenue_are_vip() -> None:
    rows = [
        Revenue(1, "EUR", 50),
        Revenue(2, "EUR", 30),
        Revenue(3, "EUR", 30),
        Revenue(4, "USD", 1),
        Revenue(5, "EUR", 0),
    ]
    assert top_contributors(rows) == {1, 2, 3, 4}
    assert top_contributors([]) == frozenset()
