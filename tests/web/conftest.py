"""Sites for the page tests: fresh ones on each database, and one that lives for all tests that only read."""

import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import web_builder
from browsing import Visitor, served
from status_builder import add_every_sort
from web_site import Site, site_over

from relationship.store.database import Store, open_store


@pytest.fixture
def site(store: Store) -> Site:
    """An empty organisation on each database."""
    return site_over(store)


@pytest.fixture(scope="module", params=("sqlite", "postgresql"))
def shared_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One migrated database of each kind for all tests of a module that only read."""
    name = f"pages_{uuid.uuid4().hex[:12]}"
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("shared") / f"{name}.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        store = open_store(f"sqlite:///{path}")
        yield store
        store.close()
        return
    server = sa.engine.make_url(request.getfixturevalue("postgres_url"))
    template = request.getfixturevalue("postgres_template")
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with engine.connect() as conn:
        conn.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
    store = open_store(server.set(database=name).render_as_string(hide_password=False))
    yield store
    store.close()
    with engine.connect() as conn:
        conn.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def small_store(sqlite_template: Path, tmp_path: Path) -> Iterator[Store]:
    """One database is enough where no query is in question."""
    path = tmp_path / "pages.db"
    shutil.copyfile(sqlite_template, path)
    opened = open_store(f"sqlite:///{path}")
    yield opened
    opened.close()


@pytest.fixture
def small_site(small_store: Store) -> Site:
    return site_over(small_store)


@pytest.fixture(scope="session")
def living_site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A filled organisation that tests only read."""
    path = tmp_path_factory.mktemp("living") / "pages.db"
    shutil.copyfile(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    found = site_over(store)
    found.fill(web_builder.deals_of_all_sorts())
    add_every_sort(store)
    yield found
    store.close()


@pytest.fixture(scope="session")
def address(living_site: Site) -> Iterator[str]:
    """The living site on a real port of this machine."""
    with served(living_site.app) as found:
        yield found


@pytest.fixture
def visit(new_context: Callable[..., Any], living_site: Site, address: str) -> Iterator[Visitor]:
    visitor = Visitor(new_context, living_site, address)
    yield visitor
    assert visitor.troubles == []
