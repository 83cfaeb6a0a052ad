"""The measuring programs run, and measure the product's own function."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from health_builders import TODAY, reference

from relationship.health.rules import Frequency, HealthRules

ROOT = Path(__file__).parents[2]


def test_the_rating_benchmark_runs_and_its_ways_agree():
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "rating.py", "--records", "200", "--repeats", "1", "--store"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "200 records, 10,000 contact days" in done.stdout
    assert "kept sums, other weights" in done.stdout
    assert "SQLite: contact days read, everything rated" in done.stdout


def test_the_validity_study_gets_the_published_score_before_rounding():
    spec = importlib.util.spec_from_file_location("validity_scorer", ROOT / "benchmarks" / "validity_scorer.py")
    assert spec
    assert spec.loader
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    acts = [(100, "to", "out"), (40, "call", "in"), (9, "cc", "in"), (9, "meeting", "in")]
    history = [
        {"t": (TODAY - age) * 86_400.0 + 3600, "kind": kind, "direction": direction, "recipients": 1}
        for age, kind, direction in acts
    ]
    rows = [
        ("email", TODAY - 100, 1, 0),
        ("call", TODAY - 40, 0, 1),
        ("email", TODAY - 9, 0, 1),
        ("meeting", TODAY - 9, 1, 1),
    ]
    monthly = HealthRules(frequency=Frequency.MONTHLY)
    expected = reference(rows, age=100, window_began=TODAY - 100, rules=monthly)
    assert scorer.score(history, TODAY * 86_400.0) == pytest.approx(expected, abs=1e-9)
