"""An office on each database, or on one where no query is in question."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from import_builders import Office, office_over

from relationship.store.database import Store, open_store


@pytest.fixture
def office(store: Store) -> Office:
    return office_over(store)


@pytest.fixture
def small_office(sqlite_template: Path, tmp_path: Path) -> Iterator[Office]:
    path = tmp_path / "office.db"
    shutil.copyfile(sqlite_template, path)
    opened = open_store(f"sqlite:///{path}")
    yield office_over(opened)
    opened.close()
