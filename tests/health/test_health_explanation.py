"""Whole points that add up to the score, and the contact days behind each."""

from math import exp

import pytest
from health_builders import TODAY, WINDOW_BEGAN, ages, from_them, from_us, histories, mutual, rules, scores
from hypothesis import given
from hypothesis import strategies as st

from relationship.activities import Kind
from relationship.health.contact_days import ContactDays
from relationship.health.explanation import SLOPE_AT_PAR, Contact, TermName, explain, shared_out
from relationship.health.kpis import Kpis, kpis
from relationship.health.rules import HealthRules, Weights

DEFAULTS = HealthRules()


def explained(rows, *, age, rules=DEFAULTS):
    days = ContactDays.of_record(rows)
    return explain(days, today=TODAY, created=TODAY - age, window_began=WINDOW_BEGAN, rules=rules)


@given(histories, ages, rules)
def test_the_points_add_up_to_the_distance_from_60(rows, age, rules):
    why = explained(rows, age=age, rules=rules)
    assert why.score == scores(rows, age=age, rules=rules).score[0]
    assert sum(term.points for term in why.terms) == why.score - 60
    assert sum(term.exact for term in why.terms) == pytest.approx(why.exact - 60, abs=1e-6)
    assert all(abs(term.points - term.exact) < 1.5 for term in why.terms)


@given(histories, ages, rules)
def test_the_points_of_the_volume_are_shared_out_among_the_kinds_that_occur(rows, age, rules):
    volume = explained(rows, age=age, rules=rules).terms[0]
    assert volume.name == TermName.VOLUME
    assert {part.kind.value for part in volume.by_kind} == {kind for kind, _, _, _ in rows}
    assert sum(part.points for part in volume.by_kind) == volume.points
    assert sum(len(part.days) for part in volume.by_kind) == len(volume.days)


def test_each_term_has_its_share_of_z_minus_par():
    # First worked row of the design: V = O = I = 12.8701, P = 11.7558, nothing late.
    why = explained(mutual(range(0, 730, 7)), age=730)
    volume, mutuality, lateness = why.terms
    assert (volume.exact, mutuality.exact) == pytest.approx((2.9735 * 2 / 3, 2.9735 / 3), abs=1e-3)
    assert (volume.points, mutuality.points, lateness.points) == (2, 1, 0)


def test_lateness_costs_points_and_shows_the_last_contact_day():
    why = explained([*mutual(range(28, 730, 7)), ("call", TODAY - 28, 1, 0)], age=730)
    late = why.terms[2]
    assert late.name == TermName.LATENESS
    assert late.points < -20
    assert {(one.kind, one.day) for one in late.days} == {(Kind.EMAIL, TODAY - 28), (Kind.CALL, TODAY - 28)}
    assert (why.quiet, why.expected) == (28, 7)


def test_mutuality_shows_the_days_of_the_weaker_side():
    why = explained(from_us([1, 2, 3]) + from_them([4]), age=60)
    assert why.terms[1].days == (Contact(Kind.EMAIL, TODAY - 4, 0, 1),)
    assert explained(from_us([1, 2]), age=60).terms[1].days == ()


def test_mutuality_shows_all_days_when_both_sides_are_equal():
    why = explained(from_us([5]) + from_them([5], "call"), age=60)
    assert why.ours == why.theirs
    assert len(why.terms[1].days) == 2


def test_exactly_at_par_every_term_is_zero():
    # Eight weeks of a kept rhythm on the day the next contact is due: V = P.
    why = explained(mutual(range(7, 57, 7)), age=56)
    assert (why.score, why.exact) == (60, pytest.approx(60))
    assert [term.points for term in why.terms] == [0, 0, 0]


def test_the_slope_at_par_is_that_of_the_score():
    def score(z: float) -> float:
        return 100 * 1.5 * exp(z) / (1 + 1.5 * exp(z))

    assert pytest.approx((score(1e-5) - score(-1e-5)) / 2e-5) == SLOPE_AT_PAR


def test_terms_that_pull_against_each_other_stay_visible():
    # Heavier mails make more volume; nine days of silence take most of it back.
    rows = mutual(range(9, 730, 7))
    volume, mutuality, lateness = explained(rows, age=730, rules=HealthRules(weights=Weights(email=9))).terms
    assert volume.points > mutuality.points > 0 > lateness.points


def test_without_contact_days_there_is_nothing_to_explain():
    assert explained([], age=100) is None


@given(st.lists(st.floats(-80, 80), min_size=1, max_size=6))
def test_whole_points_are_near_their_parts_and_add_up(parts):
    total = round(sum(parts))
    whole = shared_out(parts, total)
    assert sum(whole) == total
    assert all(abs(points - part) <= 1 for points, part in zip(whole, parts, strict=True))


def test_figures_count_different_days_of_each_side_in_the_last_90():
    rows = [
        ("email", TODAY, 2, 0),
        ("call", TODAY, 1, 1),
        ("email", TODAY - 89, 0, 1),
        ("email", TODAY - 90, 1, 1),
        ("email", TODAY + 1, 1, 1),
    ]
    assert kpis(ContactDays.of_record(rows), today=TODAY) == Kpis(last_day=TODAY, from_us=1, from_them=2)


def test_figures_of_a_record_without_contacts_are_empty():
    assert kpis(ContactDays.of_record([]), today=TODAY) == Kpis(last_day=None, from_us=0, from_them=0)
