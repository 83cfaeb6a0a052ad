"""Learning who is lost: a planted truth is found, in pure chance nothing is, and few customers are too few."""

import numpy as np
import pytest
from score_builders import facts

from relationship.signals.churn_learning import learn
from relationship.signals.churn_model import FEATURES, ChurnModel, matrix, read, scored
from relationship.signals.scores import Group, Score, scores

SATISFACTION = FEATURES.index("satisfaction")
CONTEXT = FEATURES.index("context")


def customers(count: int, *, seed: int, planted: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Measures, who is lost, a rule that looks at the use alone, and the days: months of two years in turn.

    planted  unhappy customers leave: log-odds -4 times their satisfaction, and nothing else counts
    """
    draw = np.random.default_rng(seed)
    found = draw.uniform(-1, 1, (count, len(FEATURES)))
    found[:, -2:] = np.abs(found[:, -2:])
    odds = -4.0 * found[:, SATISFACTION] if planted else np.zeros(count)
    lost = draw.uniform(size=count) < 1 / (1 + np.exp(-odds))
    return found, lost, -found[:, 0], days(count)


def days(count: int) -> np.ndarray:
    return 19_900 + 30 * (np.arange(count) % 21)


def test_a_planted_truth_is_found_and_beats_a_rule_that_does_not_know_it() -> None:
    model = learn(*customers(400, seed=1, planted=True))
    assert model is not None
    assert model.coefficients["satisfaction"] < -2.5
    others = [abs(value) for name, value in model.coefficients.items() if name != "satisfaction"]
    assert max(others) < 0.8
    # A model that knew the truth would reach about 0.91.
    assert 0.85 < model.trial.auc < 0.97
    assert model.trial.is_better
    # Calibrated: what was expected lies in the interval of what happened, in nearly every bin.
    inside = [one.low - 0.03 <= one.expected <= one.high + 0.03 for one in model.trial.calibration]
    assert sum(inside) >= 4


def test_in_pure_chance_nothing_is_found() -> None:
    verdicts = [learn(*customers(200, seed=seed, planted=False)) for seed in (2, 3)]
    assert all(model is not None and 0.35 < model.trial.auc < 0.65 for model in verdicts)
    assert not any(model.trial.is_better for model in verdicts if model)


@pytest.mark.parametrize(("lost", "kept", "learns"), [(49, 60, False), (60, 49, False), (50, 50, True)])
def test_below_fifty_lost_or_fifty_kept_customers_nothing_is_learnt(lost: int, kept: int, learns: bool) -> None:
    found, _lost, rule, day = customers(lost + kept, seed=4, planted=True)
    assert (learn(found, np.arange(lost + kept) < lost, rule, day) is not None) == learns


def test_nobody_is_judged_by_what_was_known_later_only() -> None:
    """Before a turn unhappy customers stay, after it they leave: what is learnt later does not help those before."""
    found, lost, rule, day = customers(600, seed=8, planted=True)
    early = day < 20_000
    lost = np.where(early, ~lost, lost)
    model = learn(found, lost, rule, day)
    assert model is not None
    # Whoever learnt from all at once would judge the later ones well; here the first months mislead.
    assert model.trial.auc < 0.8
    # All looked at in the same month: nobody's fate was known before another's day.
    assert learn(found, lost, rule, np.full(600, 20_000)) is None


def test_a_risk_that_kept_customers_had_more_of_gets_no_coefficient() -> None:
    found, lost, rule, day = customers(300, seed=5, planted=True)
    found[:, CONTEXT] = np.where(lost, 0.0, 1.0)
    model = learn(found, lost, rule, day)
    assert model is not None
    assert "context" not in model.coefficients


def test_points_of_a_learnt_score_add_up_to_its_chance_and_one_more_risk_never_lowers_it() -> None:
    model = learn(*customers(300, seed=6, planted=True))
    assert model is not None
    again = read(model.told())
    assert isinstance(again, ChurnModel)
    assert again == model
    assert again.trial.calibration == model.trial.calibration
    steps = np.linspace(0, 1, 11)
    known = facts(11, satisfaction=20, engagement=70, burden={Group.RELATIONSHIP: steps})
    one = scored(model, known)
    odds = model.intercept + sum(
        matrix(known)[:, FEATURES.index(name)] * value for name, value in model.coefficients.items()
    )
    assert one.score is Score.CHURN
    assert np.abs(one.value - 100 / (1 + np.exp(-odds))).max() <= 0.5 + 1e-6
    assert (one.points.sum(axis=0) == one.value).all()
    assert (np.diff(one.value) >= 0).all()
    assert one.reasons != scores(known)[Score.CHURN].reasons
