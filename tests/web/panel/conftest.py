"""One database for all tests of a module: they only read records, and every frame has a session of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from relationship.store.database import Store, open_store


@pytest.fixture(scope="module")
def module_store(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("panel") / "pages.db"
    shutil.copyfile(sqlite_template, path)
    opened = open_store(f"sqlite:///{path}")
    yield opened
    opened.close()
