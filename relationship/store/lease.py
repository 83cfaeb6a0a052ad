"""One holder at a time, over all processes: who syncs. The lease ends with its process, however that ends."""

import fcntl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from relationship.errors import StorageTrouble, TryLater
from relationship.store.database import Store


@contextmanager
def lease(store: Store, name: str) -> Iterator[None]:
    """Hold the lease `name` for the block; raises TryLater (`lease_taken`) when another process has it.

    PostgreSQL: an advisory lock of the session. SQLite: a lock on a file beside the database. Both are
    given back by the system when the process dies, so nothing has to expire.
    """
    if store.engine.dialect.name == "postgresql":
        with _session_lock(store, name):
            yield
    else:
        with _file_lock(store, name):
            yield


@contextmanager
def _session_lock(store: Store, name: str) -> Iterator[None]:
    key = zlib.crc32(f"relationship/{name}".encode())
    with store.engine.connect() as conn:
        if not conn.exec_driver_sql(f"SELECT pg_try_advisory_lock({key})").scalar_one():
            raise _taken(name)
        conn.commit()
        try:
            yield
        finally:
            conn.exec_driver_sql(f"SELECT pg_advisory_unlock({key})")
            conn.commit()


@contextmanager
def _file_lock(store: Store, name: str) -> Iterator[None]:
    path = Path(f"{store.engine.url.database}.{name}.lock")
    try:
        file = path.open("w")
    except OSError as error:
        raise StorageTrouble(
            "The lock file beside the database cannot be written.",
            next_step="Give the service write access to the folder of the database.",
            code="database_folder",
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _taken(name) from None
        yield


def _taken(name: str) -> TryLater:
    return TryLater(
        f"Another process is at work on the same database ({name}).",
        next_step="Nothing to do: let it finish; the next run goes on.",
        code="lease_taken",
    )
