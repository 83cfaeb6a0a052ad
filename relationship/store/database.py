"""Opening a database and its transactions: SQLite (WAL, one writer) and PostgreSQL alike."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError, OperationalError

from relationship.errors import RelationshipError, StorageTrouble

BUSY_SECONDS = 30
# The number of the advisory lock is only ours (migrations have the next one).
DERIVING_LOCK = 7_351_000


class Store:
    """The database. `transaction()` writes all or nothing, `reading()` sees one consistent state."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        # SQLite has one writer: waiting here is cheaper than waiting inside the database.
        self._writer = threading.RLock() if engine.dialect.name == "sqlite" else nullcontext()

    @contextmanager
    def transaction(self, *, alone: bool = False) -> Iterator[Connection]:
        """A connection whose work is committed at the end, or not at all. Raises StorageTrouble.

        alone  one such transaction at a time over all processes: what is derived from many rows (an
               activity from its sightings, contact days) must see what the one before it kept. SQLite has
               one writer anyway; PostgreSQL needs the lock.
        """
        with self._writer, _told_plainly(), self.engine.connect() as conn:
            conn = conn.execution_options(relationship_writes=True)
            with conn.begin():
                if alone and conn.dialect.name == "postgresql":
                    conn.exec_driver_sql(f"SELECT pg_advisory_xact_lock({DERIVING_LOCK})")
                yield conn

    @contextmanager
    def staging(self) -> Iterator[Connection]:
        """A connection whose temporary tables are filled before `transaction_on` takes the writer's place.

        Nothing may be written to other tables outside of that. What is left in it is thrown away.
        """
        with _told_plainly(), self.engine.connect() as conn:
            try:
                yield conn
            finally:
                conn.invalidate()  # temporary tables live as long as their connection

    @contextmanager
    def transaction_on(self, conn: Connection) -> Iterator[Connection]:
        """A writing transaction on a connection of `staging`."""
        with self._writer:
            conn.execution_options(relationship_writes=True)
            try:
                with conn.begin():
                    yield conn
            finally:
                conn.execution_options(relationship_writes=False)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reading only."""
        with _told_plainly(), self.engine.connect() as conn, conn.begin():
            yield conn

    def close(self) -> None:
        self.engine.dispose()


def open_store(url: str) -> Store:
    """The store behind a database URL (`sqlite:///…` or `postgresql+psycopg://…`); migrates nothing."""
    if url.startswith("sqlite"):
        path = sa.engine.make_url(url).database
        if path and path != ":memory:":
            _make_folder(Path(path).parent)
        engine = sa.create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = sa.create_engine(url, pool_pre_ping=True, pool_size=16, max_overflow=16)
    return Store(engine)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageTrouble(
            "The folder of the database cannot be created.",
            next_step="Check the path in RELATIONSHIP_DATABASE_URL, its rights and the free space.",
            code="database_folder",
        ) from error


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # BEGIN is ours, see _begin_sqlite
    for pragma in (
        "journal_mode=WAL",
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "foreign_keys=ON",
        "synchronous=NORMAL",
        "cache_size=-65536",  # temporary tables stay on disk: in memory they doubled the peak of a rating
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(conn: Connection) -> None:
    writes = conn.get_execution_options().get("relationship_writes", False)
    conn.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Turn a database failure that an operator can mend into a sentence with the next step."""
    try:
        yield
    except DBAPIError as error:
        told = _storage_trouble(error)
        if told is None:
            raise
        raise told from error


def _storage_trouble(error: DBAPIError) -> RelationshipError | None:
    state = getattr(error.orig, "sqlstate", None) or ""
    text = str(error.orig).lower()
    if state == "53100" or "disk is full" in text or "disk i/o error" in text:
        return StorageTrouble(
            "The disk of the database is full; nothing was half-written.",
            next_step="Free some space, then run the command again: it goes on where it stopped.",
            code="disk_full",
        )
    if "readonly" in text or "read-only" in text or state == "25006":
        return StorageTrouble(
            "The database may only be read; nothing was written.",
            next_step="Give the service write access to the database file and its folder.",
            code="database_read_only",
        )
    if "database is locked" in text:
        return StorageTrouble(
            f"Another process has held the database for more than {BUSY_SECONDS} seconds.",
            next_step="Let the other command finish, then run this one again.",
            code="database_locked",
        )
    if "no such table" in text or state == "42P01":
        return StorageTrouble(
            "The database is empty or from another version.",
            next_step="Run `relationship sync --once`, which prepares it, or check RELATIONSHIP_DATABASE_URL.",
            code="database_not_prepared",
        )
    if isinstance(error, OperationalError):
        return StorageTrouble(
            "The database cannot be used right now.",
            next_step="Check that it runs and that RELATIONSHIP_DATABASE_URL is right, then try again.",
            code="database_unreachable",
        )
    return None
