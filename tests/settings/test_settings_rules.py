"""The organisation's rules: what may be saved, and what is refused with its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from relationship.health.rules import Band, Bands, Frequency, Weights
from settings.rules import Rules


def test_the_first_rules_are_those_sellers_know_from_their_crm():
    rules = Rules().rating_rules()
    assert rules.weights == Weights(6, 6, 6, 6)
    assert rules.frequency is Frequency.WEEKLY
    assert (rules.bands.good, rules.bands.fair) == (60, 40)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"health": {"weights": {"email": 2}}}, ("health", "weights", "email")),
        ({"health": {"weights": {"email": 10}}}, ("health", "weights", "email")),
        ({"health": {"weights": {"email": 6.5}}}, ("health", "weights", "email")),
        ({"health": {"weights": {"email": float("nan")}}}, ("health", "weights", "email")),
        ({"health": {"weights": {"fax": 6}}}, ("health", "weights", "fax")),
        ({"health": {"frequency": 0}}, ("health", "frequency")),
        ({"health": {"frequency": 6}}, ("health", "frequency")),
        ({"health": {"frequency": True}}, ("health", "frequency")),
        ({"health": {"bands": {"good": 40, "fair": 60}}}, ("health", "bands")),
        ({"health": {"bands": {"good": 40, "fair": 40}}}, ("health", "bands")),
        ({"health": {"bands": {"good": 101, "fair": 40}}}, ("health", "bands", "good")),
        ({"health": {"bands": {"good": 60, "fair": 0}}}, ("health", "bands", "fair")),
        ({"tenant_id": "x"}, ("tenant_id",)),
    ],
)
def test_an_impossible_rule_is_refused_with_the_field_named(body, place):
    with pytest.raises(ValidationError) as refused:
        Rules.model_validate(body)
    assert tuple(refused.value.errors()[0]["loc"]) == place


@given(good=st.integers(2, 100), data=st.data())
def test_the_bands_cover_0_to_100_without_gap_or_overlap(good: int, data: st.DataObject):
    bands = Bands(good=good, fair=data.draw(st.integers(1, good - 1)))
    words = [bands.of(score) for score in range(101)]
    assert words == sorted(words, key=[Band.POOR, Band.FAIR, Band.GOOD].index)
    assert words.count(Band.POOR) == bands.fair
    assert words.count(Band.GOOD) == 101 - bands.good


def test_rules_survive_their_json():
    rules = Rules.model_validate(
        {"health": {"weights": {"meeting": 9}, "frequency": 5, "bands": {"good": 50, "fair": 49}}}
    )
    assert Rules.model_validate_json(rules.model_dump_json()) == rules
