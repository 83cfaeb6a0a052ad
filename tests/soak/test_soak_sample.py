"""A sample of the seeded fault plans of `make soak`, lived through on both databases."""

import importlib.util
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import stamina

ROOT = Path(__file__).parents[2]
SAMPLE = range(7)


@pytest.fixture(scope="module")
def soak() -> ModuleType:
    spec = importlib.util.spec_from_file_location("soak", ROOT / "benchmarks" / "soak.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["soak"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    stamina.set_testing(True, attempts=6)
    yield
    stamina.set_testing(False)


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("seed", SAMPLE)
def test_a_seeded_plan_ends_with_the_bytes_of_an_undisturbed_reading(
    seed: int, database: str, soak: ModuleType, sqlite_template: Path, request: pytest.FixtureRequest, tmp_path: Path
):
    shutil.copyfile(sqlite_template, tmp_path / "template.db")
    server, template = None, ""
    if database == "postgresql":
        server, template = request.getfixturevalue("postgres_url"), request.getfixturevalue("postgres_template")
    outcome = soak.live_through(seed, database, soak.Databases(tmp_path, server, template))
    assert outcome.problem == "", outcome.orders


def test_a_dump_that_differs_is_told_line_by_line(soak: ModuleType):
    told = soak.difference("a\nb\nghost\n", "a\nb\nlost\n")
    assert told.splitlines() == ["1 lines too many, 1 missing", "    - ghost", "    + lost"]
