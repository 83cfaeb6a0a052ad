"""The forms of lists, sources and texts on their own: what they make of what was sent."""

from datetime import date

import pytest

from settings.pages.exclusions_form import read as read_exclusions
from settings.pages.keyed import moved, new_key, placed
from settings.pages.sources_form import fields, read
from settings.pages.template_form import without, written
from settings.rules import Exclusions, Introductions, Sources
from settings.rules.introductions import built_in

TODAY = date(2026, 6, 17)
ONE, TWO = "1c0f2a55-3c1d-4d5e-8a54-2f1a7d7c9b10", "1c0f2a55-3c1d-4d5e-8a54-2f1a7d7c9b11"


def test_what_is_added_and_removed_changes_the_lists_and_nothing_else():
    base = Exclusions(contacts=(ONE,), domains=("granit.example",), groups=("g-hr",))
    found = read_exclusions({"add-contacts": [TWO], "remove-domains": ["granit.example"]}, base)
    assert found.section == Exclusions(contacts=(ONE, TWO), groups=("g-hr",))
    assert found.faults == ()


@pytest.mark.parametrize(
    ("entered", "code"),
    [
        ("*.granit.example", "domain_wildcard"),
        ("paul@granit.example", "domain_is_an_address"),
        ("granit", "domain_malformed"),
        ("co.uk", "domain_too_wide"),
    ],
)
def test_a_domain_that_cannot_be_is_named_and_the_others_stay(entered: str, code: str):
    found = read_exclusions({"add-domains": ["nordlys.example", entered, "Åre.example"]}, Exclusions())
    assert [(fault.field, fault.code, fault.entered) for fault in found.faults] == [("domains", code, entered)]
    assert found.section.domains == ("nordlys.example", "xn--re-xia.example")


def test_a_key_that_is_none_of_ours_is_refused():
    found = read_exclusions({"add-contacts": ["'; DROP TABLE"], "add-colleagues": ["<b>"]}, Exclusions())
    assert found.section == Exclusions()
    assert {fault.field for fault in found.faults} == {"contacts", "colleagues"}


def test_more_than_a_list_may_hold_is_refused_whole():
    base = Exclusions(domains=("granit.example",))
    found = read_exclusions({"add-domains": [f"d{number}.example" for number in range(2_001)]}, base)
    assert found.section == base
    assert [(fault.field, fault.code) for fault in found.faults] == [("domains", "too_many_exclusions")]


def test_the_form_of_the_sources_gives_back_what_it_showed():
    section = Sources(groups=("g1",), consulted_on=date(2026, 6, 1), retain_days=400)
    sent = {name: [text] for name, text in fields(section).items()}
    assert read(sent, section, today=TODAY).section == section


def test_a_field_that_is_not_sent_stays_as_it_was():
    section = Sources(groups=("g1",), consulted_on=date(2026, 6, 1), retain_days=400)
    assert read({"scope": ["everyone"]}, section, today=TODAY).section == section.model_copy(update={"everyone": True})


@pytest.mark.parametrize("text", ["0", "-1", "36501", "1e3", "ten", "٣", "9999999"])
def test_days_that_cannot_be_are_refused_and_the_old_ones_stay(text: str):
    found = read({"retain_days": [text]}, Sources(retain_days=90), today=TODAY)
    assert [(fault.field, fault.code, fault.entered) for fault in found.faults] == [("retain_days", "days_range", text)]
    assert found.section.retain_days == 90


@pytest.mark.parametrize(
    ("text", "code"), [("2026-06-18", "date_in_future"), ("18/06/2026", "date_malformed"), ("x", "date_malformed")]
)
def test_a_consultation_that_cannot_have_been_is_refused(text: str, code: str):
    found = read({"consulted_on": [text]}, Sources(), today=TODAY)
    assert [fault.code for fault in found.faults] == [code]
    assert found.section.consulted_on is None


def test_contact_days_are_not_kept_shorter_than_activities():
    found = read({"retain_days": ["90"], "retain_days_aggregates": ["30"]}, Sources(), today=TODAY)
    assert [fault.code for fault in found.faults] == ["aggregates_below_retention"]
    assert found.section == Sources()


def test_a_fault_of_a_text_has_its_line_and_column():
    typed = {"name": "Court", "language": "fr", "subject": "Bonjour", "body": "Bonjour,\nà {{ contact.nom }} !"}
    done = written(typed, "court")
    assert done.template is None
    [fault] = done.faults
    assert (fault.field, fault.line, fault.column, fault.found) == ("body", 2, 3, "contact.nom")
    assert fault.nearest == "contact.name"


def test_the_line_ends_of_browsers_are_no_fault():
    typed = {"name": " Deux  mots ", "language": "en", "subject": "Hello", "body": "One\r\ntwo"}
    done = written(typed, "x")
    assert done.template is not None
    assert (done.template.name, done.template.body) == ("Deux mots", "One\ntwo")


def test_a_name_becomes_a_key_that_nobody_has():
    assert new_key("Élan & été", []) == "elan-ete"
    assert new_key("Court", ["court", "court-2"]) == "court-3"
    assert len(new_key("a" * 80, [])) <= 40


def test_a_text_moves_among_those_of_its_language_only():
    def after(key: str, step: int) -> list[str]:
        return [one.key for one in moved(built_in(), key, step, among=lambda one: one.language)]

    as_built = [one.key for one in built_in()]
    assert after("avis-d-abord", -1) == ["court", "avis-d-abord", "avec-contexte", "short", "with-context"]
    assert after("court", -1) == as_built
    assert after("avis-d-abord", 1) == as_built
    assert after("with-context", -1)[3:] == ["with-context", "short"]


def test_an_entry_that_is_not_there_moves_nothing():
    assert moved(built_in(), "nobody", 1) == built_in()


def test_a_text_is_put_in_its_place_or_at_the_end():
    court = built_in()[0].model_copy(update={"name": "Très court"})
    assert placed(built_in(), court)[0].name == "Très court"
    assert placed(built_in(), court.model_copy(update={"key": "neu"}))[-1].key == "neu"


def test_removing_the_last_text_brings_the_first_ones_back():
    section = Introductions(templates=built_in()[:1])
    assert without(section, "court").templates == built_in()
    assert without(Introductions(), "court").templates[0].key == "avec-contexte"
