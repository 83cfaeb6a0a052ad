"""Sites for the page tests: fresh ones on each database, and one that lives for all tests that only read."""

import shutil
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import web_builder
from status_builder import add_every_sort
from web_site import Site, session_of, site_over
from werkzeug.serving import make_server

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
    server = make_server("127.0.0.1", 0, living_site.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()


class Visitor:
    """Opens pages of the living site as somebody, in a language, theme and width.

    troubles: what the console and the network had to complain about; a test ends with none.
    """

    def __init__(self, new_context: Callable[..., Any], site: Site, address: str) -> None:
        self._new_context, self._site, self._address = new_context, site, address
        self.troubles: list[str] = []

    def __call__(
        self, path: str, *, role: str = "sales_manager", lang: str = "fr", theme: str = "light", width: int = 1280
    ) -> Any:
        locale = "fr-FR" if lang == "fr" else "en-GB"
        context = self._new_context(viewport={"width": width, "height": 860}, locale=locale)
        signer = self._site.app.session_interface.get_signing_serializer(self._site.app)
        values = {"session": signer.dumps(session_of(role)), "lang": lang, "theme": theme}
        context.add_cookies([{"name": name, "value": value, "url": self._address} for name, value in values.items()])
        page = context.new_page()
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", lambda told: self.troubles.append(told.text) if _is_trouble(told) else None)
        page.on("response", lambda answer: self.troubles.append(answer.url) if _is_broken(answer) else None)
        page.goto(self._address + path)
        return page


@pytest.fixture
def visit(new_context: Callable[..., Any], living_site: Site, address: str) -> Iterator[Visitor]:
    visitor = Visitor(new_context, living_site, address)
    yield visitor
    assert visitor.troubles == []


def _is_trouble(told: Any) -> bool:
    """Errors and warnings, such as of the content security policy; missing files are noted by their address."""
    return told.type in {"error", "warning"} and not told.text.startswith("Failed to load resource")


def _is_broken(answer: Any) -> bool:
    return answer.status >= 400 and answer.request.resource_type != "document"
