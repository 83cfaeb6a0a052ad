"""The form of relationship health: what was typed becomes rules, or a fault with its field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings.pages.health_form import Fault, changed, fields, merged, read
from settings.rules import BandsForm, HealthSection, Overrides, WeightsForm

TEAM = "1c0f2a55-3c1d-4d5e-8a54-2f1a7d7c9b10"
FIRST = HealthSection()


def typed(**changes: str) -> dict[str, str]:
    """The form as it is shown at first, with some fields typed anew."""
    return {**fields(FIRST, FIRST), **{name.replace("_", "-"): text for name, text in changes.items()}}


@st.composite
def sections(draw: st.DrawFn) -> HealthSection:
    good = draw(st.integers(2, 100))
    weight, frequency = st.integers(3, 9), st.integers(1, 5)
    names = st.sampled_from(("Industrie", "Banque : détail", "Santé"))
    return HealthSection(
        enabled=draw(st.booleans()),
        weights=WeightsForm(email=draw(weight), meeting=draw(weight), call=draw(weight), task=draw(weight)),
        frequency=draw(frequency),
        bands=BandsForm(good=good, fair=draw(st.integers(1, good - 1))),
        overrides=Overrides(
            teams=draw(st.dictionaries(st.just(TEAM), frequency)),
            segments=draw(st.dictionaries(names, frequency)),
            records=draw(st.dictionaries(st.just(f"opportunity:{TEAM}"), frequency)),
        ),
    )


@given(section=sections(), base=sections())
def test_every_section_can_be_typed_into_the_form_of_every_other(section: HealthSection, base: HealthSection):
    found = read(fields(section, base), base)
    assert found.faults == ()
    assert found.section == section


@pytest.mark.parametrize(
    ("form", "good", "fair"),
    [
        (typed(good_min="50"), 50, 40),
        (typed(fair_max="49"), 50, 40),
        (typed(fair_min="30"), 60, 30),
        (typed(poor_max="29"), 60, 30),
        (typed(good_min="80", poor_max="9"), 80, 10),
        (typed(good_min="50", fair_max="49"), 50, 40),
    ],
)
def test_each_box_of_a_limit_moves_its_neighbour(form: dict[str, str], good: int, fair: int):
    assert read(form, FIRST).section.bands == BandsForm(good=good, fair=fair)


@pytest.mark.parametrize(
    ("form", "field", "code"),
    [
        (typed(weight_email="2"), "weight-email", "weight_range"),
        (typed(weight_call="10"), "weight-call", "weight_range"),
        (typed(weight_task="6,5"), "weight-task", "weight_range"),
        (typed(weight_task=""), "weight-task", "weight_range"),
        (typed(frequency="0"), "frequency", "frequency_unknown"),
        (typed(frequency="once"), "frequency", "frequency_unknown"),
        (typed(good_min="101"), "good-min", "band_range"),
        (typed(fair_min="-1"), "fair-min", "band_range"),
        (typed(good_min="40"), "good-min", "band_order"),
        (typed(fair_min="60"), "fair-min", "band_order"),
        (typed(fair_min="0"), "fair-min", "band_order"),
        (typed(good_min="50", fair_max="45"), "fair-max", "band_gap"),
        ({**typed(), f"team:{TEAM}": "6"}, f"team:{TEAM}", "frequency_unknown"),
        ({**typed(), "team:everybody": "1"}, "teams", "override_unknown"),
        ({**typed(), "record:invoice:1": "1"}, "records", "override_unknown"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field_and_the_rest_stays(form: dict[str, str], field: str, code: str):
    found = read(form, FIRST)
    assert [(fault.field, fault.code) for fault in found.faults] == [(field, code)]
    assert found.section == FIRST


def test_a_fault_tells_what_was_typed():
    assert read(typed(weight_email="zwölf"), FIRST).faults == (Fault("weight-email", "weight_range", "zwölf"),)


def test_an_override_that_is_not_named_stays_and_one_without_a_frequency_goes():
    base = HealthSection(overrides=Overrides(segments={"Industrie": 5, "Banque": 2}))
    found = read({**fields(base, base), "segment:Banque": ""}, base)
    assert found.section.overrides.segments == {"Industrie": 5}


def test_a_line_is_added_without_scripts():
    form = {**typed(), "added-team": TEAM, "added-team-frequency": "2"}
    assert read(form, FIRST).section.overrides.teams == {TEAM: 2}


def test_the_change_of_one_admin_is_put_on_top_of_that_of_the_other():
    mine = FIRST.model_copy(update={"frequency": 5})
    theirs = FIRST.model_copy(update={"weights": WeightsForm(call=9), "overrides": Overrides(segments={"Banque": 1})})
    both = merged(FIRST, mine, theirs)
    assert (both.frequency, both.weights.call, both.overrides.segments) == (5, 9, {"Banque": 1})


def test_limits_that_no_longer_fit_together_are_taken_from_one_admin():
    mine = FIRST.model_copy(update={"bands": BandsForm(good=50, fair=40)})
    theirs = FIRST.model_copy(update={"bands": BandsForm(good=60, fair=55)})
    assert merged(FIRST, mine, theirs).bands == BandsForm(good=50, fair=40)


@given(base=sections(), mine=sections(), theirs=sections())
def test_nothing_of_mine_is_lost_when_two_changes_are_put_together(
    base: HealthSection, mine: HealthSection, theirs: HealthSection
):
    assert set(changed(merged(base, mine, theirs), mine)) <= set(changed(base, theirs)) - set(changed(base, mine)) | {
        ("bands", "good"),
        ("bands", "fair"),
    }
