"""What people did, written down without a page ever waiting for it.

Acts that change something are written by the act itself, in its own transaction. Looks, exports, sign-ins
and refusals are queued here and written by one thread, many at a time.
"""

import atexit
import queue
import threading
import time

import structlog
from flask import Flask, current_app

from relationship.errors import RelationshipError
from relationship.store.privacy import audit
from relationship.store.privacy.audit import Act, Action
from web.house import House, house

log = structlog.get_logger()

MOST_AT_ONCE = 500
# Beyond this the database has been gone for long; what is dropped is counted and logged.
LONGEST_QUEUE = 100_000
PATIENCE_SECONDS = 5.0
IDLE_SECONDS = 1.0


class Writer:
    """Writes queued acts in the background, in order, by a thread that ends when nothing comes any more."""

    def __init__(self, of: House) -> None:
        self._house = of
        self._waiting: queue.Queue[Act] = queue.Queue(LONGEST_QUEUE)
        self._lock = threading.Lock()
        self._running = False
        # The thread is a daemon, which ends with the process in mid-work: what is queued goes first.
        atexit.register(self.flush)

    def add(self, act: Act) -> None:
        with self._lock:
            try:
                self._waiting.put_nowait(act)
            except queue.Full:
                log.error("audit_queue_full", action=act.action)
            if not self._running:
                self._running = True
                threading.Thread(target=self._run, name="audit", daemon=True).start()

    def flush(self) -> None:
        """Wait until everything queued so far is written."""
        self._waiting.join()

    def _run(self) -> None:
        while acts := self._taken():
            try:
                self._write(acts)
            finally:
                for _ in acts:
                    self._waiting.task_done()

    def _taken(self) -> list[Act]:
        """What waits, after a short wait for the first; nothing when the thread is to end."""
        try:
            acts = [self._waiting.get(timeout=IDLE_SECONDS)]
        except queue.Empty:
            with self._lock:
                self._running = not self._waiting.empty()
                return [self._waiting.get()] if self._running else []
        while len(acts) < MOST_AT_ONCE and not self._waiting.empty():
            acts.append(self._waiting.get())
        return acts

    def _write(self, acts: list[Act]) -> None:
        for _ in range(3):
            try:
                with self._house.store.transaction() as conn:
                    audit.add(conn, self._house.audit_keys(), acts)
            except RelationshipError as error:
                log.error("audit_not_written", code=error.code, acts=len(acts))
                time.sleep(PATIENCE_SECONDS)
            else:
                return


def note(action: Action, obj: str = "", *, actor: str, result: str = "done") -> None:
    """Write down what a person did. obj: a key or id of ours, never a name or an address."""
    writer().add(Act(house().clock(), actor, action, obj, result))


def writer() -> Writer:
    found: Writer = current_app.extensions["audit"]
    return found


def install(app: Flask, of: House) -> None:
    app.extensions["audit"] = Writer(of)
