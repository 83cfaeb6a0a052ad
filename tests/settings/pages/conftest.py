"""Sites for the tests of the settings' pages: a filled, rated organisation that tests may change."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "web"))

from browsing import Visitor, served
from settings_site import fill
from web_site import Site, site_over

from relationship.store.database import Store, open_store


@pytest.fixture
def site(store: Store) -> Site:
    """A filled organisation on each database."""
    return fill(site_over(store), deals=24)


@pytest.fixture
def small_store(sqlite_template: Path, tmp_path: Path) -> Iterator[Store]:
    """One database is enough where no query is in question."""
    path = tmp_path / "settings.db"
    shutil.copyfile(sqlite_template, path)
    opened = open_store(f"sqlite:///{path}")
    yield opened
    opened.close()


@pytest.fixture
def empty_site(small_store: Store) -> Site:
    return site_over(small_store)


@pytest.fixture
def small_site(small_store: Store) -> Site:
    return fill(site_over(small_store))


@pytest.fixture
def visit(new_context: Callable[..., Any], small_site: Site) -> Iterator[Visitor]:
    """Pages of a site of its own, on a real port of this machine."""
    with served(small_site.app) as address:
        # An effect that a later one replaces is broken off on purpose.
        on_purpose = ("htmx:afterRequest", "htmx:sendAbort")
        visitor = Visitor(new_context, small_site, address, role="sales_admin", on_purpose=on_purpose)
        yield visitor
    assert visitor.troubles == []
