"""Each record is measured by the frequency expected of it; what is kept rates like the contact days."""

import numpy as np
from health_builders import TODAY, WINDOW_BEGAN, ages, histories, rules, together
from hypothesis import given
from hypothesis import strategies as st

from relationship.health.contact_days import ContactDays
from relationship.health.kept import keep
from relationship.health.rating import Circumstances, Ratings, rate, rate_kept
from relationship.health.rules import Frequency, HealthRules, Weights

records = st.lists(st.tuples(histories, ages, st.sampled_from(Frequency)), min_size=1, max_size=6)


def rated(found, under, frequency=None) -> Ratings:
    return rate(
        together([rows for rows, _, _ in found]),
        records=len(found),
        today=TODAY,
        created=np.array([TODAY - age for _, age, _ in found]),
        window_began=WINDOW_BEGAN,
        rules=under,
        frequency=np.array([each for _, _, each in found]) if frequency is None else frequency,
    )


@given(records, rules)
def test_a_record_among_others_is_rated_as_alone_under_its_own_frequency(found, under):
    among = rated(found, under).rows()
    for number, (rows, age, frequency) in enumerate(found):
        alone = rate(
            ContactDays.of_record(rows),
            records=1,
            today=TODAY,
            created=np.array([TODAY - age]),
            window_began=WINDOW_BEGAN,
            rules=HealthRules(under.weights, frequency, under.bands),
        ).rows()[0]
        assert among[number] == alone


@given(records, rules, st.integers(0, 5))
def test_a_longer_interval_for_some_lowers_no_score(found, under, place):
    before = np.array([each for _, _, each in found])
    longer = before.copy()
    longer[place % len(found)] = Frequency.MONTHLY
    assert (rated(found, under, longer).score >= rated(found, under, before).score).all()


@given(records, rules, st.sampled_from(["email", "meeting", "call", "task"]), st.integers(3, 9))
def test_a_larger_weight_of_a_kind_lowers_no_record_whatever_its_frequency(found, under, kind, weight):
    weights = {name: getattr(under.weights, name) for name in ("email", "meeting", "call", "task")}
    heavier = HealthRules(Weights(**{**weights, kind: max(weight, weights[kind])}), under.frequency, under.bands)
    assert (rated(found, heavier).score >= rated(found, under).score).all()


@given(records, rules, st.lists(st.tuples(*[st.booleans()] * 3, st.integers(0, 90)), min_size=6, max_size=6))
def test_what_is_kept_of_contact_days_rates_bit_for_bit_like_them(found, under, flags):
    days = together([rows for rows, _, _ in found])
    today = TODAY - np.array([ago for *_, ago in flags[: len(found)]])
    closed, degraded, planned = (np.array([flag[i] for flag in flags[: len(found)]]) for i in range(3))
    created = np.array([TODAY - age for _, age, _ in found])
    frequency = np.array([each for _, _, each in found])
    given_ = Circumstances(created, frequency, closed, degraded, planned)
    kept = keep(days, records=len(found), today=today)
    straight = rate(
        days,
        records=len(found),
        today=today,
        created=created,
        window_began=WINDOW_BEGAN,
        rules=under,
        frequency=frequency,
        closed=closed,
        degraded=degraded,
        has_planned=planned,
    )
    assert rate_kept(kept, given_, window_began=WINDOW_BEGAN, rules=under).rows() == straight.rows()
