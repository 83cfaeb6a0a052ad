"""Reading in the background what people may read in the CRM: one reading per person at a time, two in all.

What if it runs twice: the same ids are kept again. What if it dies half-way: the kinds that were read are kept, the
others count as unknown. What if Microsoft says no: nobody is told anything older than `access.OLDEST`, and it is
tried again after a pause.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

import structlog

from relationship.access import Crm, read_sets
from relationship.errors import RelationshipError
from relationship.store.database import Store

log = structlog.get_logger()

AT_ONCE = 2
# How long a page waits for a first reading; most people's sets are read within it.
PATIENCE_SECONDS = 1.5
PAUSE_SECONDS = 15.0


class SetReader:
    """Reads sets when they are asked for (`access.Loader`)."""

    def __init__(
        self,
        store: Store,
        crm: Crm,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._crm = store, crm
        self._patience_seconds = patience_seconds
        self._monotonic = monotonic
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="rights")
        self._lock = threading.Lock()
        self._running: dict[str, Future[None]] = {}
        self._not_before: dict[str, float] = {}

    def ask(self, oid: str, *, wait: bool) -> None:
        """Have one person's sets read, unless that is under way or failed a moment ago; see `access.Loader`."""
        with self._lock:
            running = self._running.get(oid)
            if running is None:
                if self._not_before.get(oid, 0.0) > self._monotonic():
                    return
                running = self._running[oid] = self._pool.submit(self._read, oid)
        if wait:
            _wait(running, self._patience_seconds)

    def close(self) -> None:
        """Begin nothing more; what is under way ends by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _read(self, oid: str) -> None:
        try:
            counts = read_sets(self._store, self._crm, oid)
            log.info("rights_read", **{kind.value: count for kind, count in counts.items()})
        except RelationshipError as error:
            log.warning("rights_not_read", code=error.code)
            with self._lock:
                self._not_before[oid] = self._monotonic() + PAUSE_SECONDS
        finally:
            with self._lock:
                self._running.pop(oid, None)


def _wait(running: Future[None], seconds: float) -> None:
    wait([running], timeout=seconds)
