"""What clients asked: counters that tests and the control endpoint read. Real time only."""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import NamedTuple

_KEPT = 200_000


class Entry(NamedTuple):
    """path: ids replaced by {id}; mailbox: user GUID or empty."""

    method: str
    path: str
    mailbox: str
    status: int


class Traffic:
    """Counts requests per path and mailbox, how many ran at once, and those sent while told to wait."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        with self._lock:
            self.entries: deque[Entry] = deque(maxlen=_KEPT)
            self.by_path: Counter[str] = Counter()
            self.by_mailbox: Counter[str] = Counter()
            self.by_status: Counter[int] = Counter()
            self.most_at_once: dict[str, int] = {}
            self.too_early = 0
            self._running: Counter[str] = Counter()
            self._silent_until: dict[str, float] = {}

    def begin(self, mailbox: str) -> int:
        """A request starts; how many run for this mailbox ("" for none) now, itself included."""
        with self._lock:
            if self._clock() < self._silent_until.get(mailbox, 0.0):
                self.too_early += 1
            self._running[mailbox] += 1
            now = self._running[mailbox]
            self.most_at_once[mailbox] = max(now, self.most_at_once.get(mailbox, 0))
            return now

    def end(self, mailbox: str) -> None:
        with self._lock:
            self._running[mailbox] -= 1

    def note(self, method: str, path: str, mailbox: str, status: int) -> None:
        with self._lock:
            self.entries.append(Entry(method, path, mailbox, status))
            self.by_path[path] += 1
            self.by_status[status] += 1
            if mailbox:
                self.by_mailbox[mailbox] += 1

    def silence(self, mailbox: str, seconds: float) -> None:
        """The client was told to leave this mailbox alone for so long."""
        with self._lock:
            self._silent_until[mailbox] = self._clock() + seconds

    def summary(self) -> dict[str, object]:
        with self._lock:
            return {
                "requests": sum(self.by_path.values()),
                "by_path": dict(self.by_path),
                "by_mailbox": dict(self.by_mailbox),
                "by_status": {str(status): count for status, count in self.by_status.items()},
                "most_at_once": dict(self.most_at_once),
                "too_early": self.too_early,
            }
