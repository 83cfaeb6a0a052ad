"""What may stand in exclusions and retention, with a stable code for every fault (B48, B51), and proposals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from relationship.config import Config
from relationship.excluded import has_excluded_domain, named, without
from relationship.sync.readers.terms import Terms, terms
from settings.rules import Exclusions, Sources
from settings.rules.exclusions import is_public_suffix
from settings.rules.proposals import Why, proposals

TOR, EVA, INES = "tor@nordlys.example", "eva@nordlys.example", "ines@fjord.example"


def fault(**values) -> tuple[str, str]:
    with pytest.raises(ValidationError) as told:
        Exclusions.model_validate(values)
    first = told.value.errors()[0]
    return ".".join(map(str, first["loc"])), first["type"]


@pytest.mark.parametrize(
    ("domain", "code"),
    [
        ("*", "domain_wildcard"),
        ("*.com", "domain_wildcard"),
        ("com", "domain_malformed"),
        (".*", "domain_wildcard"),
        ("^.+$", "domain_malformed"),
        ("(a|b).example", "domain_malformed"),
        ("tor@nordlys.example", "domain_is_an_address"),
        ("co.uk", "domain_too_wide"),
        ("com.fr", "domain_too_wide"),
        ("gouv.fr", "domain_too_wide"),
        ("nord lys.example", "domain_malformed"),
        ("nordlys.example\x00", "domain_malformed"),
        ("-nordlys.example", "domain_malformed"),
        ("a" * 250 + ".example", "domain_malformed"),
        ("", "domain_malformed"),
    ],
)
def test_b48_a_domain_that_leaves_out_everybody_or_is_none_is_refused(domain, code):
    assert fault(domains=[domain]) == ("domains.0", code)


def test_b48_fifty_thousand_lines_are_refused_without_looking_at_each():
    assert fault(domains=["x"] * 50_000) == ("domains", "too_many_exclusions")


@pytest.mark.parametrize("value", [None, 3, {"a": 1}, "nordlys.example", [3], [None]])
def test_b11_another_type_is_refused_with_the_field(value):
    place, _code = fault(domains=value)
    assert place.startswith("domains")


def test_a_domain_may_be_typed_as_people_do():
    found = Exclusions(domains=(" @Nordlys.Example. ", "nordlys.example", "Exämple.example"))
    assert found.domains == ("nordlys.example", "xn--exmple-cua.example")


@given(st.lists(st.sampled_from(["b.example", "a.example", "gmail.com", "c.co.uk"]), max_size=8))
def test_order_and_repetition_do_not_matter(domains):
    assert Exclusions(domains=tuple(domains)) == Exclusions(domains=tuple(sorted(set(domains))))


def test_below_a_public_suffix_everybody_may_have_a_domain():
    wide = ["co.uk", "ac.uk", "com.fr", "asso.fr", "co.jp", "com.br", "org.au", "gouv.fr"]
    assert all(map(is_public_suffix, wide))
    assert not any(map(is_public_suffix, ["gmail.com", "bbc.co.uk", "com.example", "fjord.fr", "co.com"]))


def test_a_domain_covers_what_lies_below_it_and_nothing_that_only_ends_like_it():
    domains = {"nordlys.example"}
    assert has_excluded_domain("a@nordlys.example", domains)
    assert has_excluded_domain("a@mail.nordlys.example", domains)
    assert not has_excluded_domain("a@notnordlys.example", domains)
    assert not has_excluded_domain("tel:+33199001234", domains)


@pytest.mark.parametrize("days", [0, -1, 36_501, "unlimited", 1.5, True])
@pytest.mark.parametrize("field", ["retain_days", "retain_days_aggregates", "read_window_days"])
def test_b51_retention_of_nothing_or_for_ever_is_refused(field, days):
    with pytest.raises(ValidationError) as told:
        Sources.model_validate({field: days})
    assert told.value.errors()[0]["loc"] == (field,)


def test_b51_contact_days_are_kept_at_least_as_long_as_activities():
    with pytest.raises(ValidationError) as told:
        Sources(retain_days=90, retain_days_aggregates=30)
    assert told.value.errors()[0]["type"] == "aggregates_below_retention"


def test_the_rules_come_before_the_environment():
    config = Config(mode="test", read_window_days=400, retain_days=300, retain_days_aggregates=900, _env_file=None)
    assert terms(config, Sources()) == Terms(400, 300, 900)
    assert terms(config, Sources(read_window_days=100, retain_days=90)) == Terms(100, 90, 900)
    assert terms(config, Sources(retain_days=1_000)) == Terms(400, 1_000, 1_000)
    assert terms(Config(mode="test", _env_file=None), Sources()) == Terms(400, None, None)


# What is left of an item

MAIL = {"from": INES, "to": [TOR, EVA], "cc": [], "sent_at": "2026-06-01T09:00:00+00:00"}


def test_the_others_on_a_mail_stay():
    assert without(MAIL, {TOR}) == {**MAIL, "to": [EVA]}


def test_a_mail_goes_with_its_writer_and_with_its_only_reader():
    assert without(MAIL, {INES}) is None
    assert without(MAIL, {TOR, EVA}) is None


def test_an_unanswered_call_is_its_callers_and_an_answered_one_everybodys():
    call = {"kind": "call", "from": TOR, "to": [INES, EVA], "cc": [], "minutes": 0}
    assert without(call, {TOR}) is None
    assert without({**call, "minutes": 5}, {TOR}) == {**call, "minutes": 5, "from": None}


def test_a_filed_activity_goes_with_the_only_person_outside():
    filed = {"kind": "call", "from": INES, "to": [TOR], "cc": [], "minutes": 5, "regarding": ["opportunity", "o1"]}
    assert without(filed, {TOR}) is None


def test_a_meeting_goes_on_without_its_organiser():
    met = {"event": True, "organiser": TOR, "attendees": [[INES, "to"], [EVA, "to"]], "declined": [TOR]}
    assert without(met, {TOR}) == {**met, "organiser": None, "declined": []}


def test_a_series_and_a_plannner_task_stay_without_people_so_that_they_are_not_asked_for_again():
    series = {"event": True, "type": "seriesMaster", "organiser": INES, "attendees": [[TOR, "to"]]}
    assert without(series, {TOR}) == {**series, "attendees": []}
    task = {"task": "planner/1", "owners": ["ines"], "links": [["opportunity", "o1"], ["contact", "c1"]]}
    assert without(task, {"contact:c1"}) == {**task, "links": []}


def test_an_activity_filed_under_what_is_left_out_is_filed_no_more():
    filed = {**MAIL, "regarding": ["account", "a1"]}
    assert without(filed, {"account:a1"}) == {**MAIL, "regarding": None}


PEOPLE = st.sampled_from([TOR, EVA, INES, "omar@fjord.example", "contact:c1", "user:u1"])


@given(PEOPLE, st.lists(PEOPLE, max_size=4), st.lists(PEOPLE, max_size=3), st.sets(PEOPLE))
def test_nobody_who_is_gone_is_named_by_what_is_left_and_twice_is_once(sender, to, cc, gone):
    mail = {"from": sender, "to": to, "cc": cc}
    left = without(mail, gone)
    assert left is None or not named(left) & gone
    assert left is None or without(left, gone) == left


# Proposals


def test_groups_and_domains_that_sound_like_a_confidence_are_pointed_out():
    groups = {
        "g1": "Équipe commerciale", "g2": "Représentants du personnel (CSE)", "g3": "Ressources humaines",
        "g4": "Médecine du travail", "g5": "Direction juridique", "g6": "Recrutement", "g7": "Section syndicale CFDT",
        "g8": "Researchers", "g9": "HR – Payroll",
    }  # fmt: skip
    found = {proposal.key: proposal.why for proposal in proposals(groups, [])}
    assert found == {
        "g2": Why.STAFF, "g3": Why.HUMAN_RESOURCES, "g4": Why.MEDICAL, "g5": Why.LEGAL, "g6": Why.RECRUITING,
        "g7": Why.UNION, "g9": Why.HUMAN_RESOURCES,
    }  # fmt: skip


def test_a_domain_is_judged_by_whole_words():
    domains = ["martin-avocats.example", "dr-petit.example", "clinique-sud.example", "lawson.example", "chutes.example"]
    found = {proposal.key: proposal.why for proposal in proposals({}, domains)}
    assert found == {
        "martin-avocats.example": Why.LEGAL,
        "dr-petit.example": Why.MEDICAL,
        "clinique-sud.example": Why.MEDICAL,
    }
