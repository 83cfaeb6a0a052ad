"""Suggested settings: found where a truth is planted, refused where there is none, honest when there is too little."""

import importlib.util
import sys
from dataclasses import replace
from itertools import pairwise, product
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from relationship.health.contact_days import ContactDays
from relationship.health.outcomes import EVERYBODYS, LOOK_AGES, OWN_ACCOUNT, Outcomes, seen
from relationship.health.rules import Bands, Frequency, HealthRules, Weights
from relationship.health.search import Search, Setting
from relationship.health.separation import Looks, area
from relationship.health.suggestion import Reason, Status, Suggestion, suggestion

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "suggestion.py"
ARCHIVES = Path(__file__).parents[3] / "shared" / "worlds"


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("suggestion_worlds", BENCHMARK)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


WORLDS = loaded()


def said(made) -> Suggestion:
    return suggestion(made.days, made.outcomes, window_began=WORLDS.WINDOW_BEGAN, rules=made.rules)


def cut(made, rows: np.ndarray):
    """The history with only some of its opportunities."""
    number = np.full(len(made.outcomes), -1)
    number[rows] = np.arange(len(rows))
    kept = number[made.days.record] >= 0
    days = made.days.take(np.flatnonzero(kept))
    outcomes = Outcomes(*(getattr(made.outcomes, name)[rows] for name in Outcomes.__slots__))
    renumbered = ContactDays.from_arrays(
        record=number[days.record], kind=days.kind, day=days.day, ours=days.ours, theirs=days.theirs
    )
    return replace(made, days=renumbered, outcomes=outcomes)


def with_outcomes(made, **columns: np.ndarray):
    values = {name: getattr(made.outcomes, name) for name in Outcomes.__slots__} | columns
    return replace(made, outcomes=Outcomes(**values))


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("truth", ["meetings", "calls", "answers"])
def test_a_planted_truth_is_found(truth, seed):
    made = WORLDS.world(truth, 2500, seed)
    found = said(made)
    assert found.status is Status.GAIN
    assert found.reasons == (Reason.ABOVE_NOISE,)
    assert found.low > 0
    assert WORLDS.found_truth(truth, found)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("kind", sorted(WORLDS.WITHOUT_TRUTH))
def test_without_a_truth_there_is_no_gain(kind, seed):
    found = said(WORLDS.world(kind, 400, seed))
    assert found.status is Status.NO_GAIN
    assert found.suggested is None
    assert found.reasons
    assert Reason.ABOVE_NOISE not in found.reasons


def test_fewer_than_thirty_of_an_outcome_are_too_few():
    made = WORLDS.world("chance", 300, 1)
    used = [one for one in range(300) if made.outcomes.closed[one] - made.outcomes.created[one] > 60]
    talked = [one for one in used if (made.days.record == one).sum() > 12]
    won = [one for one in talked if made.outcomes.won[one]][:29]
    lost = [one for one in talked if not made.outcomes.won[one]][:60]
    found = said(cut(made, np.array(sorted(won + lost))))
    assert found.status is Status.TOO_SMALL
    assert found.reasons == (Reason.FEW_WON,)
    assert found.won <= 29 < 30 <= found.lost
    assert (found.gain, found.suggested, found.folds) == (None, None, ())


def test_an_empty_history_is_too_small():
    made = WORLDS.world("chance", 300, 1)
    found = said(cut(made, np.array([], dtype=np.int64)))
    assert found.status is Status.TOO_SMALL
    assert {Reason.FEW_WON, Reason.FEW_LOST} <= set(found.reasons)
    assert (found.won, found.lost, found.looked_at.closed) == (0, 0, 0)


def test_many_opportunities_of_few_accounts_are_too_few():
    made = WORLDS.world("chance", 300, 2)
    found = said(with_outcomes(made, account=np.arange(300) % 10))
    assert found.status is Status.TOO_SMALL
    assert found.reasons == (Reason.FEW_ACCOUNTS,)


def test_what_was_all_closed_on_one_day_has_no_later_to_measure_on():
    made = WORLDS.world("chance", 300, 3)
    found = said(with_outcomes(made, closed=np.full(300, made.outcomes.closed.max())))
    assert found.status is Status.TOO_SMALL
    assert found.reasons == (Reason.FEW_LATER,)


def test_what_happens_around_the_closing_plays_no_part():
    """A flood of meetings in the last two weeks of everything won, were it seen, would separate perfectly."""
    made = WORLDS.world("chance", 300, 4)
    won = np.flatnonzero(made.outcomes.won)
    record = np.repeat(won, 14)
    day = made.outcomes.closed[record] - np.tile(np.arange(14), len(won))
    flood = np.ones(len(record), dtype=np.int64)
    rushed = ContactDays.from_arrays(
        record=np.append(made.days.record, record),
        kind=np.append(made.days.kind, flood),
        day=np.append(made.days.day, day),
        ours=np.append(made.days.ours, flood),
        theirs=np.append(made.days.theirs, flood),
    )
    plain, flooded = said(made), said(replace(made, days=rushed))
    assert (flooded.auc_present, flooded.gain, flooded.low, flooded.high) == (
        plain.auc_present,
        plain.gain,
        plain.low,
        plain.high,
    )


def test_nothing_is_measured_that_was_closed_before_what_was_learnt():
    made = WORLDS.world("meetings", 400, 5)
    found = said(made)
    assert len(found.folds) == 4
    for earlier, later in pairwise(found.folds):
        assert earlier.last < later.first
        assert later.learnt_won == earlier.learnt_won + earlier.won
        assert later.learnt_lost == earlier.learnt_lost + earlier.lost
    assert found.folds[-1].learnt_won + found.folds[-1].won == found.won


def test_an_account_that_is_measured_taught_nothing():
    """Every account's habits tell its outcome, and nothing can be learnt from one account about another."""
    random = np.random.default_rng(6)
    made = WORLDS.world("chance", 600, 6)
    account = random.integers(0, 60, 600)
    odds = random.random(60) < 0.5
    found = said(with_outcomes(made, account=account, won=odds[account]))
    assert len(found.folds) == 12
    assert all(fold.learnt_won + fold.learnt_lost < found.won + found.lost for fold in found.folds)
    assert found.status is Status.NO_GAIN


def test_the_bands_play_no_part():
    made = WORLDS.world("meetings", 300, 7)
    assert said(made) == said(replace(made, rules=HealthRules(bands=Bands(good=90, fair=10))))


def test_the_same_history_in_another_order_has_the_same_gain():
    made = WORLDS.world("calls", 300, 8)
    shuffled = cut(made, np.random.default_rng(1).permutation(300))
    assert said(shuffled).gain == pytest.approx(said(made).gain)
    assert [fold.chosen for fold in said(shuffled).folds] == [fold.chosen for fold in said(made).folds]


def test_a_kind_that_never_occurs_keeps_its_weight():
    made = WORLDS.world("answers", 2500, 0)
    rules = HealthRules(weights=Weights(email=6, meeting=4, call=8, task=5), frequency=Frequency.DAILY)
    found = said(replace(made, rules=rules))
    for setting in (found.suggested, *(fold.chosen for fold in found.folds)):
        assert (setting.weights.meeting, setting.weights.call, setting.weights.task) == (4, 8, 5)


def test_where_every_record_has_a_frequency_of_its_own_none_is_suggested_for_all():
    made = WORLDS.world("answers", 600, 1)
    found = said(with_outcomes(made, frequency=np.full(600, int(Frequency.WEEKLY))))
    assert {fold.chosen.frequency for fold in found.folds} == {Frequency.DAILY}


def test_the_search_finds_what_trying_everything_finds():
    """Mails and meetings only, so that all 7 · 7 · 5 settings can be tried here."""
    made = WORLDS.world("meetings", 300, 11)
    days = made.days.take(np.flatnonzero(made.days.kind < 2))
    found = seen(days, made.outcomes, window_began=WORLDS.WINDOW_BEGAN)
    won = made.outcomes.won[found.record]
    looks = Looks(found.age, won, found.record, len(LOOK_AGES))
    own = np.zeros(len(won), dtype=np.int64)
    search = Search(found.at, own, looks, np.ones((1, len(won)), dtype=np.bool_), made.rules)
    everything = [
        Setting(Weights(email=email, meeting=meeting), frequency)
        for email, meeting, frequency in product(range(3, 10), range(3, 10), Frequency)
    ]
    best = max(area(search.points(setting), looks) for setting in everything)
    for setting in search.coarse():
        search.areas(setting)
    choice = search.choice(0)
    assert search.tried < len(everything) / 2
    assert max(area(search.points(setting), looks) for setting in search.settings()) == pytest.approx(best)
    assert area(search.points(choice), looks) <= best
    assert choice.weights.meeting > choice.weights.email


def test_the_measuring_program_runs(monkeypatch, capsys):
    small = ["--worlds", "1", "--planted", "1", "--closed", "100", "--speed", "200", "--archives", "nowhere"]
    monkeypatch.setattr(sys, "argv", ["suggestion.py", *small])
    WORLDS.main()
    told = capsys.readouterr().out
    assert all(name in told for name in [*WORLDS.WITHOUT_TRUTH, *WORLDS.PLANTED])
    assert "200 closed opportunities" in told


def test_no_step_towards_the_present_is_left_out():
    assert Setting(Weights(3, 9, 6, 6), Frequency.MONTHLY).steps(Setting(Weights(), Frequency.WEEKLY)) == 8


def test_progress_ends_with_everything_done():
    made, told = WORLDS.world("chance", 300, 9), []
    suggestion(
        made.days,
        made.outcomes,
        window_began=WORLDS.WINDOW_BEGAN,
        rules=made.rules,
        progress=lambda done, total: told.append((done, total)),
    )
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] == told[-1][1]


def test_opportunities_are_looked_at_from_the_first_day_that_was_read():
    """Created long before the read window: looked at on days of the window only."""
    made = WORLDS.world("chance", 300, 10)
    window = int(np.median(made.outcomes.closed))
    found = suggestion(made.days, made.outcomes, window_began=window, rules=made.rules)
    assert found.looked_at.closed == 300
    assert found.looked_at.short >= 150


@pytest.mark.skipif(not ARCHIVES.is_dir(), reason="the real archives may not travel with the project")
def test_outcomes_drawn_by_lot_over_real_mail_give_no_gain():
    made = WORLDS.of_archive(ARCHIVES / "w3c", 1)
    assert len(made.days) > 1000
    found = suggestion(made.days, made.outcomes, window_began=0, rules=made.rules)
    assert found.status is Status.NO_GAIN
    assert OWN_ACCOUNT in made.outcomes.account
    assert EVERYBODYS in made.outcomes.frequency
