"""The simulated organisation over real TLS, a house that reads it, and the dump of an undisturbed reading."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina
from sync_world import House, Undisturbed, config_for, world

from relationship.store.database import Store, open_store
from simulator.organisation import Organisation
from simulator.server import Running, start


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    """Retries come at once, as many as in production; a wait that Microsoft asked for is still kept."""
    stamina.set_testing(True, attempts=6)
    yield
    stamina.set_testing(False)


@pytest.fixture
def running() -> Iterator[Running]:
    with start(world()) as found:
        yield found


@pytest.fixture
def organisation(running: Running) -> Organisation:
    return running.organisation


@pytest.fixture
def house(running: Running, store: Store) -> Iterator[House]:
    made = House(config_for(running), store, running)
    yield made
    made.close()


@pytest.fixture
def undisturbed(running: Running, sqlite_template: Path, tmp_path: Path) -> Undisturbed:
    """The dump of a fresh SQLite database after one undisturbed reading of the organisation as it now is."""

    def read() -> str:
        running.services.faults.clear()
        path = tmp_path / "undisturbed.db"
        shutil.copyfile(sqlite_template, path)
        fresh = open_store(f"sqlite:///{path}")
        other = House(config_for(running), fresh, running)
        try:
            assert other.sync().troubles == ()
            return other.dump()
        finally:
            other.close()
            fresh.close()

    return read


class Writes:
    """Watches a database: `since_last` says whether anything was really written since it was last asked."""

    def __init__(self, store: Store) -> None:
        self._conn = store.engine.connect()
        self._seen = self._mark()

    def since_last(self) -> bool:
        before, self._seen = self._seen, self._mark()
        return before != self._seen

    def _mark(self) -> object:
        """SQLite: a number that changes with every commit of others that wrote; PostgreSQL: all rows' versions."""
        try:
            if self._conn.dialect.name == "sqlite":
                return self._conn.exec_driver_sql("PRAGMA data_version").scalar()
            tables = self._conn.exec_driver_sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            return {
                name: sorted(self._conn.exec_driver_sql(f'SELECT xmin::text, ctid::text FROM "{name}"').all())
                for name in tables.scalars().all()
            }
        finally:
            self._conn.rollback()

    def close(self) -> None:
        self._conn.close()


@pytest.fixture
def writes(store: Store) -> Iterator[Writes]:
    watched = Writes(store)
    yield watched
    watched.close()
