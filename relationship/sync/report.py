"""What a run says of itself: while it goes on, and at the end. Ids, codes and counts only."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from relationship.errors import Reconnect, TryLater
from relationship.store.sources.sources import MAILBOX

# Without these nothing can be rated; calendars, tasks and calls may be closed to us.
NEEDED = ("directory/", "dataverse/")
# The states of a source (`store.tables.Source`).
HEALTHY, DEGRADED, UNAVAILABLE, READING = "healthy", "degraded", "unavailable", "reading"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is; `mailboxes_total` is 0 until the directory is read."""

    step: str
    mailboxes_done: int = 0
    mailboxes_total: int = 0
    messages: int = 0
    records: int = 0


@dataclass(frozen=True, slots=True)
class Trouble:
    """A source that could not be read to the end. reason: a code, never content."""

    key: str
    state: str
    reason: str
    message: str
    next_step: str
    wait_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What one run did. mailboxes_skipped: unavailable ones that are looked at again tomorrow."""

    requests: int = 0
    rows: int = 0
    written: int = 0
    mailboxes_ok: int = 0
    mailboxes_skipped: int = 0
    tables_ok: int = 0
    troubles: tuple[Trouble, ...] = ()

    @property
    def mailboxes_degraded(self) -> int:
        return self._mailboxes(DEGRADED)

    @property
    def mailboxes_unavailable(self) -> int:
        return self._mailboxes(UNAVAILABLE)

    @property
    def exit_code(self) -> int:
        """0: all that can be read was read; 77: the directory or a CRM table may not be read; 75: a later run
        has something left to do."""
        closed = [trouble for trouble in self.troubles if trouble.state == UNAVAILABLE]
        if any(trouble.key.startswith(NEEDED) for trouble in closed):
            return Reconnect.exit_code
        return TryLater.exit_code if len(closed) < len(self.troubles) else 0

    @property
    def again_in_seconds(self) -> float | None:
        """When it makes sense to run again, if Microsoft named a time; the earliest one."""
        named = [trouble.wait_seconds for trouble in self.troubles if trouble.wait_seconds is not None]
        return min(named, default=None)

    def _mailboxes(self, state: str) -> int:
        return sum(trouble.state == state for trouble in self.troubles if trouble.key.startswith(MAILBOX))


def our_fault(error: Exception) -> TryLater:
    """What the rim of one source tells of a fault that is not Microsoft's."""
    return TryLater(
        f"A fault of ours ({type(error).__name__}) stopped this source.",
        next_step="Report it with the log of this run; the next run tries again.",
        code="internal_error",
    )


class Tally:
    """Counts over all threads, and tells them one at a time."""

    def __init__(self, tell: Callable[[Progress], None] | None) -> None:
        self._tell = tell or (lambda _: None)
        self._lock = threading.Lock()
        self._step = ""
        self._done = self._total = self._messages = self._records = 0
        self.written = 0

    @property
    def rows(self) -> int:
        return self._messages + self._records

    def step(self, name: str) -> None:
        with self._lock:
            self._step = name
            self._say()

    def expect(self, mailboxes_total: int) -> None:
        with self._lock:
            self._total = mailboxes_total
            self._say()

    def add_messages(self, count: int) -> None:
        with self._lock:
            self._messages += count
            self._say()

    def add_records(self, count: int) -> None:
        with self._lock:
            self._records += count
            self._say()

    def add_written(self, count: int) -> None:
        with self._lock:
            self.written += count

    def mailbox_done(self) -> None:
        with self._lock:
            self._done += 1
            self._say()

    def _say(self) -> None:
        self._tell(Progress(self._step, self._done, self._total, self._messages, self._records))
