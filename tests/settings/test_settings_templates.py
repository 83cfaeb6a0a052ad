"""Introduction templates: what may be saved, what is refused and where, and how a letter reads."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from settings.rules import Introductions, Rules, Template
from settings.rules.templates import KNOWN, fault, first_name, letter, names_in

FULL = {
    "seller.name": "Camille Roussel",
    "seller.first_name": "Camille",
    "colleague.name": "Hugo Lefèvre",
    "colleague.first_name": "Hugo",
    "contact.name": "Élodie Marchal",
    "contact.first_name": "Élodie",
    "contact.job_title": "Responsable qualité",
    "contact.company": "Ateliers Brévent",
    "opportunity.name": "Contrat cadre",
    "acquaintance": "Vous connaissez Élodie Marchal, chez Ateliers Brévent.",
    "reason": "Elle décide du renouvellement.",
}
NEEDED = {name: FULL[name] for name in FULL if name.startswith(("seller", "colleague")) or name == "contact.name"}


def template(**parts: str) -> dict[str, str]:
    return {"key": "one", "name": "One", "language": "fr", "subject": "Bonjour", "body": "Bonjour", **parts}


def body_of(text: str, values: dict[str, str] = FULL) -> str:
    return letter("s", text, values, language="fr").body


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("{% if contact.name %}x{% endif %}", 1, 1),
        ("a\nb {{ contact.name | upcase }}", 2, 3),
        ("{%- assign x = 1 -%}", 1, 1),
        ("{{ contact.name or reason }}", 1, 1),
        ("{{ contact['name'] }}", 1, 1),
        ("{{ contact.name.size }} {{ 7 * 7 }}", 1, 1),
        ("{{ 'text' }}", 1, 1),
        ("{{- contact.name -}}", 1, 1),
        ("{{}}", 1, 1),
        ("{{ contact.name", 1, 1),
        ("contact.name }}", 1, 14),
        ("{{{ contact.name }}}", 1, 1),
        ("{{ contact.name }}}", 1, 1),
        ("{# comment #}", 1, 1),
        ("{contact.name}", 1, 1),
        ("a ${contact.name}", 1, 4),
        ("#{contact.name}", 1, 2),
        ("$contact", 1, 1),
        ("<%= contact.name %>", 1, 1),
        ("<?php echo 1 ?>", 1, 1),
        ("[[contact.name]]", 1, 1),
        ("%(name)s", 1, 1),
        ("%CONTACT_NAME%", 1, 1),
        ("@(Model.Name)", 1, 1),
        ("#foreach(x)", 1, 1),
        ("*|FNAME|*", 1, 1),
        ("<b>fort</b>", 1, 1),
        ("un\u202emot", 1, 3),
        ("un\x07mot", 1, 3),
    ],
)
def test_whatever_is_no_known_name_in_double_braces_is_refused_with_its_place(text: str, line: int, column: int):
    found = fault(text)
    assert found is not None
    assert (found.line, found.column) == (line, column)


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("{{ contact.nom }}", "contact.name"),
        ("{{ Contact.Name }}", "contact.name"),
        ("{{ seller.firstname }}", "seller.first_name"),
        ("{{ contact.compan }}", "contact.company"),
        ("{{ reasons }}", "reason"),
        ("{{ zzzz }}", ""),
        ("{{ __class__ }}", ""),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_known_one(text: str, nearest: str):
    found = fault("Bonjour\n" + text)
    assert found is not None
    assert (found.code, found.line, found.column, found.nearest) == ("template_unknown_name", 2, 1, nearest)


@pytest.mark.parametrize(
    "text",
    [
        "5 % de 500 $ à 100 %",
        "plus < moins & <3",
        "« Bonjour » [sic] #1 !",
        "moi@exemple.example",
        "{{reason}} {{ reason}}",
    ],
)
def test_the_signs_of_ordinary_letters_are_no_syntax(text: str):
    assert fault(text) is None


@pytest.mark.parametrize(
    "subject",
    ["a\nb", "a\r\nBcc: x@exemple.example", "a%0ABcc: x", "a%0d%0a", "a&#10;b", "a&#x0A;b", "a\\nb", "a\u2028b"],
)
def test_a_subject_cannot_hold_a_line_break_in_any_disguise(subject: str):
    with pytest.raises(ValidationError) as refused:
        Template.model_validate(template(subject=subject))
    assert refused.value.errors()[0]["loc"] == ("subject",)


def test_a_value_with_a_line_break_cannot_add_a_header():
    values = {**FULL, "contact.name": "Élodie\r\nBcc: tous@exemple.example", "reason": "a\nb"}
    written = letter("Au sujet de {{ contact.name }} {{ reason }}", "x", values, language="fr")
    assert written.subject == "Au sujet de Élodie Bcc: tous@exemple.example a b"


def test_a_refusal_carries_code_and_place():
    with pytest.raises(ValidationError) as refused:
        Rules.model_validate({"introductions": {"templates": [template(body="Bonjour\n{{ contact.nom }}")]}})
    error = refused.value.errors()[0]
    assert error["loc"] == ("introductions", "templates", 0, "body")
    assert error["type"] == "template_unknown_name"
    assert error["ctx"] == {"line": 2, "column": 1, "found": "contact.nom", "nearest": "contact.name"}


def test_a_value_that_looks_like_a_placeholder_stays_as_it_is():
    values = {**FULL, "contact.name": "{{ seller.name }}", "reason": "{% raw %}{{ reason }}"}
    assert body_of("{{ contact.name }}: {{ reason }}", values) == "{{ seller.name }}: {% raw %}{{ reason }}"


@given(st.text(max_size=80), st.text(max_size=80))
@settings(max_examples=150)
def test_no_value_is_ever_expanded_or_breaks_a_line(name: str, title: str):
    written = letter(
        "{{ contact.name }}",
        "[{{ contact.job_title }}]",
        {"contact.name": name, "contact.job_title": title},
        language="fr",
    )
    assert len(written.subject.splitlines()) <= 1
    assert len(written.body.splitlines()) <= 1
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202e]", written.subject + written.body)


@given(st.text(alphabet="{}%#$<>[]|-. \nabcontact_reason'\"", max_size=60))
@settings(max_examples=300)
def test_what_passes_the_check_is_rendered_and_what_does_not_never_is(text: str):
    if fault(text) is None:
        letter("s", text, FULL, language="fr")
        assert names_in(text) <= set(KNOWN)
    else:
        with pytest.raises(ValueError, match="a template with"):
            letter("s", text, FULL, language="fr")


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("Je rencontre {{ contact.name }} ({{ contact.job_title }}).", "Je rencontre Élodie Marchal."),
        ("{{ contact.name }}, {{ contact.job_title }} chez {{ contact.company }}", "Élodie Marchal"),
        ("Vous connaissez {{ contact.name }}, chez {{ contact.company }}.", "Vous connaissez Élodie Marchal."),
        ("Bonjour,\n\n{{ reason }}\n\nMerci", "Bonjour,\n\nMerci"),
        ("Bonjour,\n\n– {{ reason }}.\n\nMerci", "Bonjour,\n\nMerci"),
        ("Au sujet de « {{ opportunity.name }} » : oui", "Au sujet de notre projet : oui"),
        ("{{ reason }}", ""),
    ],
)
def test_a_letter_reads_well_without_what_the_crm_does_not_know(text: str, reads: str):
    assert body_of(text, NEEDED) == reads


@pytest.mark.parametrize("values", [FULL, NEEDED])
def test_the_built_in_letters_are_whole_with_and_without_optional_values(values: dict[str, str]):
    for one in Introductions().templates:
        written = one.letter(values)
        text = f"{written.subject}\n{written.body}"
        assert "Élodie Marchal" in text
        assert "Hugo" in text
        assert not re.search(r"[{}]|\(\)|«\s*»|“”| ,| \.|,\s*,|  |\n\n\n|[\ufdd0\ufdd1]", text), text


CLAIMS = re.compile(r"vous (?:la |le )?connaissez|déjà été en contact|(?<!let )you know|been in touch", re.IGNORECASE)


def test_no_built_in_letter_claims_an_acquaintance_but_by_the_sentence_that_is_true_of_the_way():
    for one in Introductions().templates:
        assert "{{ acquaintance }}" in one.body
        assert not CLAIMS.search(f"{one.subject}\n{one.body}"), one.key


def test_a_sentence_is_longer_than_a_name_may_be():
    said = body_of("{{ acquaintance }}", {"acquaintance": "a" * 800})
    assert said == "a" * 700


def test_everybody_starts_with_three_french_and_two_english_letters():
    assert [one.language for one in Introductions().templates] == ["fr", "fr", "fr", "en", "en"]
    for one in Introductions().templates[:3]:
        assert not re.search(r"\b(tu|ton|ta|tes|to[i])\b|[^\u00a0][?:»]|«[^\u00a0]", one.subject + one.body)


def test_an_empty_list_brings_the_built_in_letters_back():
    assert Introductions.model_validate({"templates": []}) == Introductions()


def test_two_templates_with_one_key_are_refused():
    with pytest.raises(ValidationError, match="key of its own"):
        Introductions.model_validate({"templates": [template(), template()]})


@pytest.mark.parametrize("part", ["subject", "body", "name"])
def test_a_blank_or_endless_text_is_refused(part: str):
    for text in ("", "x" * 5_000):
        with pytest.raises(ValidationError) as refused:
            Template.model_validate(template(**{part: text}))
        assert refused.value.errors()[0]["loc"] == (part,)
    if part != "name":
        with pytest.raises(ValidationError, match="something in it"):
            Template.model_validate(template(**{part: "  "}))


def test_line_ends_of_windows_are_kept_as_line_feeds():
    assert Template.model_validate(template(body="a\r\nb\rc")).body == "a\nb\nc"


def test_a_letter_has_a_longest_length_however_long_the_values():
    written = letter("{{ reason }}" * 10, "{{ reason }}\n" * 200, {"reason": "mot " * 100_000}, language="fr")
    assert len(written.subject) <= 255
    assert len(written.body) <= 10_000


@pytest.mark.parametrize(
    ("name", "greeted"),
    [
        ("Camille Roussel", "Camille"),
        ("ROUSSEL Camille", "Camille"),
        ("Roussel, Camille", "Camille"),
        ("Jean-Pierre de la Tour", "Jean-Pierre"),
        ("CAMILLE ROUSSEL", "CAMILLE"),
        ("Camille", "Camille"),
        ("", ""),
    ],
)
def test_one_is_greeted_by_the_first_name(name: str, greeted: str):
    assert first_name(name) == greeted


def test_no_field_of_the_rules_is_a_secret():
    """So nothing masked can be saved back."""
    named = re.findall(r'"(\w+)":', Rules().model_dump_json())
    assert named
    assert not [name for name in named if re.search("secret|password|token|key_|credential", name)]
