"""Every word that a rule can find is told in words of people, in both languages."""

import pytest

from relationship.letters.alert_letters import reason
from relationship.verbatims import names
from relationship.verbatims.alerts.conditions import CHOICES, Because, Condition, judge
from relationship.verbatims.alerts.facts import Facts
from relationship.verbatims.alerts.rule import AlertRule
from relationship.verbatims.catalogue import default_catalogue
from relationship.verbatims.word_lists import words_of


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_word_of_the_lists_has_a_name(language: str) -> None:
    lists = {
        "sensitivity": words_of("sensitivities"),
        "moment": words_of("moments"),
        "threat": CHOICES["threat"],
        "emotion": CHOICES["emotion"],
        "source": CHOICES["source"],
        "theme": tuple(one.path for one in default_catalogue().themes),
    }
    for sort, keys in lists.items():
        for key in keys:
            if key.startswith("none"):
                continue  # a list of what says nothing
            assert sort == "theme" or key in names.words(sort), key
            told = reason(Because(sort, key), language)
            assert "_" not in told, told
            assert "/" not in told, told
    for what in ("opinion", "health_status"):
        for key in CHOICES[what]:
            assert key not in reason(Because(what, key), "fr")


def test_what_french_readers_get_is_french() -> None:
    found = Because("moment", "new_office, opening")
    assert reason(found, "fr") == "moment de vie\u00a0: nouveau site, ouverture, nouvelle activité"
    assert reason(Because("theme", "price/level"), "fr").startswith("thème\u00a0: ")
    assert "level" not in reason(Because("theme", "price/level"), "fr")


def _rule(**condition: object) -> AlertRule:
    when = {"groups": [{"conditions": [condition]}]}
    return AlertRule.model_validate({"name": "R", "when": when})


def test_a_degree_asks_for_what_is_said_clearly_enough() -> None:
    facts = Facts("…", sensitivities=frozenset({"price", "delay"}), degrees={"price": 2, "delay": 1})
    for degree, found in ((1, "delay, price"), (2, "price"), (3, "")):
        judged = judge(_rule(what="sensitivity", degree=degree).when, facts)
        assert judged.matches is bool(found)
        assert [one.found for one in judged.because] == ([found] if found else [])
    threat = Facts("…", threat="considering", threat_level=1)
    assert judge(_rule(what="threat").when, threat).matches
    assert not judge(_rule(what="threat", degree=2).when, threat).matches
    with pytest.raises(ValueError, match="degree"):
        Condition(what="theme", values=("price",), degree=2)


def test_the_business_unit_is_that_of_the_file_else_that_of_the_account_in_the_crm() -> None:
    rule = _rule(what="business_unit", values=["Nord"])
    assert judge(rule.when, Facts("…", unit="NORD")).matches
    assert not judge(rule.when, Facts("…", unit="Nord", filters={"Division": "Sud"})).matches


def test_a_letter_is_in_the_language_of_the_customer_where_there_is_one() -> None:
    letter, other = {"subject": "Bonjour", "body": "…"}, {"subject": "Hello", "body": "…"}
    when = {"groups": [{"conditions": [{"what": "threat"}]}]}
    alone = AlertRule.model_validate({"name": "R", "when": when, "letter": letter})
    both = alone.model_copy(update={"letter_other": type(alone.letter)(**other)})
    for rule, language, subject in ((alone, "en", "Bonjour"), (both, "en", "Hello"), (both, "fr", "Bonjour")):
        found = rule.letter_for(language)
        assert found is not None
        assert (found[0], found[1].subject) == ("en" if subject == "Hello" else "fr", subject)
