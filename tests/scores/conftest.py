"""One migrated SQLite database for tests in which no query is in question."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from relationship.store.database import Store, open_store

sys.path.append(str(Path(__file__).parents[1] / "web"))


@pytest.fixture
def small(sqlite_template: Path, tmp_path: Path) -> Iterator[Store]:
    path = tmp_path / "scores.db"
    shutil.copyfile(sqlite_template, path)
    opened = open_store(f"sqlite:///{path}")
    yield opened
    opened.close()
