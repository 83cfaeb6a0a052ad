"""Every fault F01 to F59 has a test named after its id, on both databases where something is kept."""

import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ALL = [f"F{number:02}" for number in range(1, 60)]
# Nothing is kept of these: the handshake only gives a text back.
WITHOUT_STORE = {"F52"}
_NAMED = re.compile(r"def test_f\d\d_")
_TEST = re.compile(r"::test_(f\d\d)_\w*(?:\[(.*)\])?$", re.MULTILINE)


@pytest.fixture(scope="module")
def found() -> dict[str, set[str]]:
    """By id of a fault the databases its tests run on."""
    files = [str(path) for path in sorted(ROOT.glob("tests/**/test_*.py")) if _NAMED.search(path.read_text("utf-8"))]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:randomly", "-k", "test_f", *files],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "RELATIONSHIP_SAMPLE"},
        capture_output=True,
        text=True,
        check=True,
    )
    databases: dict[str, set[str]] = defaultdict(set)
    for name, parameters in _TEST.findall(done.stdout):
        databases[name.upper()] |= {kind for kind in ("sqlite", "postgresql") if kind in parameters}
    return databases


def test_every_fault_has_a_test_of_its_name(found: dict[str, set[str]]):
    assert [name for name in ALL if name not in found] == []


def test_what_is_kept_is_tested_on_both_databases(found: dict[str, set[str]]):
    both = {name for name, databases in found.items() if databases == {"sqlite", "postgresql"}}
    assert sorted(set(ALL) - both - WITHOUT_STORE) == []
