"""The catalogue, what of it fits a signal or a score, how a recommendation stands, and what followed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from relationship.signals.catalogue import DETECTORS
from relationship.signals.recommendation_defaults import DEFAULTS
from relationship.signals.recommendations import (
    Limits,
    Outcome,
    Way,
    calling,
    filled,
    followed,
    recommended,
)
from relationship.signals.standing import Deed, Move, Place, place
from settings.rules.recommendations import Recommendations

SCORES = ("score.health", "score.churn", "score.upsell")


@pytest.mark.parametrize("trigger", [*DETECTORS, *SCORES])
def test_every_signal_and_every_high_score_carries_a_recommendation(trigger: str) -> None:
    assert recommended(trigger, DEFAULTS)


def test_what_leads_to_something_is_a_detector_or_a_score() -> None:
    assert {name for one in DEFAULTS for name in one.triggers} <= {*DETECTORS, *SCORES}


@pytest.mark.parametrize(
    ("trigger", "first"),
    [
        ("H-R1", "Offrir une formation"),
        ("H-R4", "Relancer le contact"),
        ("H-R7", "Impliquer le sponsor"),
        ("H-X2.decider", "Demander une présentation au nouveau décideur"),
        ("H-P2", "Revoir la probabilité"),
        ("score.churn", "Tenir une revue d’urgence sous 7\u00a0jours"),
    ],
)
def test_the_first_recommendation_is_the_one_of_the_field(trigger: str, first: str) -> None:
    assert recommended(trigger, DEFAULTS)[0].fr.title == first


def test_an_emergency_review_takes_place_within_seven_days() -> None:
    review = next(one for one in DEFAULTS if one.key == "emergency-review")
    assert (review.way, review.days) == (Way.MEETING, 7)


def test_texts_are_there_in_both_languages_with_placeholders_that_are_known() -> None:
    for one in Recommendations().catalogue:
        for words in (one.fr, one.en):
            assert words.title
            assert words.advice
            assert words.agenda
            assert "{contact}" in words.body


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ({"health": 39}, ("score.health",)),
        ({"health": 40}, ()),
        ({"churn": 59}, ()),
        ({"churn": 60}, ("score.churn",)),
        ({"churn": 61, "upsell": 60}, ("score.churn", "score.upsell")),
        ({}, ()),
    ],
)
def test_a_score_calls_at_its_limit_and_beyond(scores: dict[str, float], expected: tuple[str, ...]) -> None:
    assert calling(scores, Limits()) == expected


def test_a_name_that_holds_braces_is_not_filled_in_again() -> None:
    assert filled("{contact}, {me}, {prix}", {"contact": "{me}", "me": "Ines"}) == "{me}, Ines, {prix}"


@pytest.mark.parametrize(
    "wrong",
    [
        {"fr": {"title": "T", "subject": "{prix}"}},
        {"triggers": ["H-R1", "nonsense"]},
        {"days": 91},
        {"days": "7"},
        {"way": "telegram"},
        {"en": {"title": " ", "subject": "S"}},
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    words = {"title": "T", "subject": "S"}
    entry = {"key": "a", "way": "task", "days": 7, "triggers": [], "fr": words, "en": words, **wrong}
    with pytest.raises(ValidationError):
        Recommendations.model_validate({"catalogue": [entry]})


def test_a_key_stands_for_one_recommendation() -> None:
    one = Recommendations().catalogue[0]
    with pytest.raises(ValidationError, match="key of its own"):
        Recommendations(catalogue=(one, one))


moves = st.lists(
    st.builds(Move, deed=st.sampled_from(list(Deed)), until_day=st.integers(0, 20)), max_size=8
)  # fmt: skip


@given(moves, st.integers(0, 20))
def test_taking_back_always_opens_and_acting_never_closes(found: list[Move], today: int) -> None:
    assert place([*found, Move(Deed.REOPENED)], today=today) is Place.OPEN
    for deed in (Deed.TASK, Deed.MEETING, Deed.MAIL):
        assert place([*found, Move(deed)], today=today) is place(found, today=today)


def test_what_followed_is_told_from_ten_acts_on() -> None:
    nine = [Outcome("qbr", ended=number < 6, rose=None) for number in range(9)]
    (few,) = followed(nine, ["qbr", "training"])
    assert (few.acted, few.ended, few.share_ended) == (9, 6, None)
    (enough,) = followed([*nine, Outcome("qbr", ended=False, rose=True)], ["qbr"])
    assert (enough.share_ended, enough.share_rose) == (0.6, None)
