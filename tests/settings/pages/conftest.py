"""Sites for the tests of the settings' pages: a filled, rated organisation that tests may change."""

import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "web"))

from settings_site import Visitor, fill
from web_site import Site, site_over
from werkzeug.serving import make_server

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
    server = make_server("127.0.0.1", 0, small_site.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    visitor = Visitor(new_context, small_site, f"http://localhost:{server.server_port}")
    yield visitor
    server.shutdown()
    thread.join()
    assert visitor.troubles == []
