"""The small organisation of who knows whom, as a site to call and as one to visit in a browser."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import knows_builder
import pytest
from browsing import Visitor, served
from web_site import Site, site_over

from relationship.store.database import Store, open_store


@pytest.fixture
def knows_site(store: Store) -> Site:
    """On each database."""
    found = site_over(store)
    knows_builder.build(store)
    return found


@pytest.fixture(scope="session")
def knows_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The filled database, to be copied."""
    path = tmp_path_factory.mktemp("knows") / "knows.db"
    shutil.copyfile(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    site_over(store)
    knows_builder.build(store)
    with store.engine.connect() as conn:
        conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    return path


@pytest.fixture
def quick_site(knows_file: Path, tmp_path: Path) -> Iterator[Site]:
    """A copy of its own for tests that change something and ask nothing of the database in particular."""
    path = tmp_path / "copy.db"
    shutil.copyfile(knows_file, path)
    store = open_store(f"sqlite:///{path}")
    yield site_over(store)
    store.close()


@pytest.fixture
def visit(new_context: Callable[..., Any], quick_site: Site) -> Iterator[Visitor]:
    with served(quick_site.app) as address:
        visitor = Visitor(new_context, quick_site, address, role="seller")
        yield visitor
        assert visitor.troubles == []
