"""How well scores separate won from lost: against hand counts, scikit-learn and repeated drawing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from relationship.health.separation import Looks, Targets, area, lead, resampled_lead


def looks(won: list[bool], stratum: list[int] | None = None, cluster: list[int] | None = None) -> Looks:
    n = len(won)
    strata = stratum or [0] * n
    return Looks(np.array(strata), np.array(won), np.array(cluster or list(range(n))), max(strata) + 1)


def drawn(n: int, seed: int, shift: float) -> tuple[np.ndarray, Looks]:
    random = np.random.default_rng(seed)
    won = random.random(n) < 0.5
    score = np.clip(np.rint(random.normal(50, 15, n) + shift * won), 0, 100).astype(np.int64)
    return score, looks(won.tolist())


def test_equal_scores_count_half():
    """Pairs: 70 > 50, 70 > 20, 50 = 50, 50 > 20: three and a half of four."""
    assert area(np.array([70, 50, 50, 20]), looks([True, True, False, False])) == 0.875


@given(st.lists(st.tuples(st.integers(0, 100), st.booleans()), min_size=2, max_size=60))
def test_within_one_stratum_it_is_the_area_that_scikit_learn_gives(rows):
    score, won = np.array([row[0] for row in rows]), [row[1] for row in rows]
    if len(set(won)) == 1:
        assert np.isnan(area(score, looks(won)))
    else:
        assert area(score, looks(won)) == pytest.approx(roc_auc_score(won, score))


def test_opportunities_of_different_strata_are_never_compared():
    """In each stratum the won one is behind, although every score of the second is above all of the first."""
    score = np.array([10, 20, 80, 90])
    assert area(score, looks([True, False, True, False], [0, 0, 1, 1])) == 0.0


def test_a_stratum_weighs_by_its_won_and_lost():
    """1 won and 1 lost weigh 1/2, 2 and 2 weigh 1: (1 · 1/2 + 0 · 1) / (1/2 + 1)."""
    score = np.array([9, 1, 1, 1, 5, 5])
    found = area(score, looks([True, False, True, True, False, False], [0, 0, 1, 1, 1, 1]))
    assert found == pytest.approx(1 / 3)


@given(st.integers(0, 10_000))
def test_all_targets_at_once_give_the_area_of_each(seed):
    random = np.random.default_rng(seed)
    n = 80
    stratum = random.integers(0, 4, n)
    every = Looks(stratum, random.random(n) < 0.5, np.arange(n), 4)
    score, chosen = random.integers(0, 101, n), random.random((3, n)) < 0.6
    found = Targets.of(every, chosen).areas(score)
    for target, rows in zip(found, chosen, strict=True):
        assert target == pytest.approx(area(score[rows], every.take(rows)), nan_ok=True)


def test_a_score_has_no_lead_over_itself():
    score, every = drawn(100, 1, 10)
    assert lead(score, score, every) == (0.0, 0.0)
    assert not resampled_lead(score, score, every, resamplings=50, seed=1).any()


def test_the_error_is_how_much_the_lead_varies_from_one_history_to_the_next():
    leads, errors = [], []
    for seed in range(400):
        score, every = drawn(200, seed, 12)
        blurred = np.clip(score + np.random.default_rng(seed).integers(-20, 21, 200), 0, 100)
        found, error = lead(score, blurred, every)
        leads.append(found)
        errors.append(error)
    assert np.mean(errors) == pytest.approx(np.std(leads), rel=0.12)


def test_the_interval_is_as_wide_as_the_error_says():
    score, every = drawn(400, 3, 12)
    blurred = np.clip(score + np.random.default_rng(4).integers(-20, 21, 400), 0, 100)
    sample = resampled_lead(score, blurred, every, resamplings=1000, seed=1)
    found, error = lead(score, blurred, every)
    assert sample.mean() == pytest.approx(found, abs=error / 5)
    assert sample.std() == pytest.approx(error, rel=0.12)


def test_ten_copies_of_an_account_are_one_witness():
    score, every = drawn(60, 5, 12)
    blurred = np.clip(score + np.random.default_rng(6).integers(-20, 21, 60), 0, 100)
    copies = np.repeat(np.arange(60), 10)
    tenfold = Looks(every.stratum[copies], every.won[copies], every.cluster[copies], 1)
    _, error = lead(score, blurred, every)
    assert lead(score[copies], blurred[copies], tenfold)[1] == pytest.approx(error)
    once = resampled_lead(score, blurred, every, resamplings=200, seed=7).std()
    assert resampled_lead(score[copies], blurred[copies], tenfold, resamplings=200, seed=7).std() == pytest.approx(once)
