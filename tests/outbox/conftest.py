"""A bench on each database, and one on SQLite that a module shares."""

import shutil
from pathlib import Path

import pytest
from outbox_bench import Bench, bench_over

from relationship.store.database import Store, open_store


@pytest.fixture
def bench(store: Store) -> Bench:
    return bench_over(store)


@pytest.fixture(scope="module")
def sqlite_bench(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """For properties: what the statements mean is the same on both."""
    path = tmp_path_factory.mktemp("outbox") / "relationship.db"
    shutil.copyfile(sqlite_template, path)
    return bench_over(open_store(f"sqlite:///{path}"))
