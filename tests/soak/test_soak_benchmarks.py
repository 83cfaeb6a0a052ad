"""The measuring programs run, and find everything that the generated organisation holds."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_measurement_of_a_million_runs_and_keeps_every_activity():
    done = subprocess.run(
        [
            sys.executable,
            ROOT / "benchmarks" / "million.py",
            "--activities",
            "1200",
            "--colleagues",
            "3",
            "--contacts",
            "10",
        ],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "synced 1,200 activities" in done.stdout
    assert "rated 14 records" in done.stdout
