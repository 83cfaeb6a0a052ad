"""Which health field is in force, what follows from a score, and what contradicts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relationship.signals.health_fields import FIELDS, PRECEDENCE, HealthLimits, in_force

LIMITS = HealthLimits()


@pytest.mark.parametrize(
    ("score", "status", "churn"),
    [
        (100, "healthy", False),
        (70, "healthy", False),
        (69, "at_risk", False),
        (62, "at_risk", False),
        (40, "at_risk", False),
        (39, "escalated", True),
        (0, "escalated", True),
    ],
)
def test_status_and_flag_follow_from_a_score_at_each_threshold(score: int, status: str, churn: bool) -> None:
    found = in_force({("score", "computed"): str(score)}, limits=LIMITS)
    assert (found.score, found.status, found.churn) == (score, status, churn)
    assert found.followed == ("status", "churn")
    assert found.contradicts == ()


def test_nothing_told_is_nothing_in_force() -> None:
    found = in_force({}, limits=LIMITS)
    assert (found.score, found.status, found.churn, found.score_source, found.contradicts) == (None, None, None, "", ())


def test_what_is_typed_counts_before_every_other_source_and_brings_its_status_along() -> None:
    told = {("score", "typed"): "62", ("status", "crm"): "healthy", ("score", "computed"): "90"}
    found = in_force(told, limits=LIMITS)
    assert (found.score, found.score_source) == (62, "typed")
    assert (found.status, found.status_source, found.followed) == ("at_risk", "typed", ("status", "churn"))
    assert found.contradicts == ("status_sources", "score_sources")


def test_another_order_of_sources_puts_another_value_in_force() -> None:
    told = {("score", "typed"): "62", ("status", "crm"): "healthy", ("churn", "imported"): "true"}
    found = in_force(told, limits=LIMITS, precedence=("crm", "imported", "computed", "typed"))
    assert (found.score, found.status, found.churn) == (62, "healthy", True)
    assert (found.score_source, found.status_source, found.churn_source) == ("typed", "crm", "imported")
    assert set(found.contradicts) == {"status_score", "churn_score", "churn_status", "status_sources", "churn_sources"}


def test_an_escalated_customer_who_is_not_at_risk_for_churn_contradicts() -> None:
    found = in_force({("status", "crm"): "escalated", ("churn", "crm"): "false"}, limits=LIMITS)
    assert found.contradicts == ("churn_status",)


def test_other_thresholds_give_another_status_to_the_same_score() -> None:
    found = in_force({("score", "crm"): "62"}, limits=HealthLimits(healthy_from=60, at_risk_from=30, churn_below=65))
    assert (found.status, found.churn, found.contradicts) == ("healthy", True, ("churn_status",))


values = st.fixed_dictionaries(
    {},
    optional={
        (field, source): {
            "score": st.integers(0, 100).map(str),
            "status": st.sampled_from(["healthy", "at_risk", "escalated"]),
            "churn": st.sampled_from(["true", "false"]),
        }[field]
        for field in FIELDS
        for source in PRECEDENCE
    },
)


@given(values, st.permutations(PRECEDENCE))
def test_what_the_first_source_tells_outright_is_always_in_force(
    told: dict[tuple[str, str], str], order: list[str]
) -> None:
    found = in_force(told, limits=LIMITS, precedence=tuple(order))
    first = order[0]
    shown = {"score": found.score, "status": found.status, "churn": found.churn}
    for field in FIELDS:
        if (field, first) in told:
            assert str(shown[field]).lower() == told[field, first]
            assert found.source(field) == first
        assert (shown[field] is None) == (found.source(field) == "")
