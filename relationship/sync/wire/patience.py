"""How long to wait, and when not even to ask: Retry-After, quiet times, quotas, the circuit.

All times are real time, never the clock of the demo.
"""

import math
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pybreaker
from pyrate_limiter import Duration, InMemoryBucket, Rate, RateItem

from relationship.errors import TryLater

# A worker sleeps this long at most; longer waits give the mailbox back to the schedule.
LONGEST_SLEEP_SECONDS = 30.0
LONGEST_WAIT_SECONDS = 86_400.0

# Microsoft's limits: Outlook per application and mailbox; Dataverse per user. The tenth left is for others.
MAILBOX_RATE = Rate(9_000, Duration.MINUTE * 10)
DATAVERSE_RATE = Rate(5_400, Duration.MINUTE * 5)

CIRCUIT_FAILURES = 8  # requests in a row that failed after all their tries
CIRCUIT_PAUSE_SECONDS = 60.0


def retry_after_seconds(value: str | None, *, now: datetime) -> float | None:
    """The seconds a Retry-After header asks for; None when it is missing, negative or no number or date.

    value  integer or decimal seconds, or an HTTP date (compared with `now`); capped at one day

    >>> retry_after_seconds("2.128", now=datetime(2026, 3, 1, tzinfo=UTC))
    2.128
    """
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = _until(value, now)
    if not math.isfinite(seconds) or seconds < 0:
        return None
    return min(seconds, LONGEST_WAIT_SECONDS)


def _until(value: str, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return math.nan
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()


class Quiet:
    """Scopes (a mailbox, the CRM) that asked for silence. Nothing is sent to them before it is over."""

    def __init__(
        self,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        longest_sleep_seconds: float = LONGEST_SLEEP_SECONDS,
    ) -> None:
        self._monotonic = monotonic
        self._sleep = sleep
        self._longest_sleep_seconds = longest_sleep_seconds
        self._until: dict[str, float] = {}
        self._lock = threading.Lock()

    def ask(self, scope: str, seconds: float) -> None:
        with self._lock:
            self._until[scope] = max(self._until.get(scope, 0.0), self._monotonic() + seconds)

    def keep(self, scope: str) -> None:
        """Wait out a short silence; TryLater for a long one."""
        with self._lock:
            left = self._until.get(scope, 0.0) - self._monotonic()
            if left <= 0:
                self._until.pop(scope, None)
                return
        if left > self._longest_sleep_seconds:
            raise _later("Microsoft asked us to be silent for a while.", "silence_asked", left)
        self._sleep(left)


class Quotas:
    """Microsoft's published quota per scope, kept on our side so that it is never met."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._buckets: dict[str, InMemoryBucket] = {}
        self._lock = threading.Lock()

    def take(self, scope: str, requests: int = 1) -> None:
        """Count what is to be sent; TryLater when the quota of the scope is used up."""
        now = time.monotonic_ns() // 1_000_000
        with self._lock:
            bucket = self._buckets.setdefault(scope, InMemoryBucket([self._rate]))
        bucket.leak(now)
        if not bucket.put(RateItem(scope, now, weight=requests)):
            raise _later("The quota that Microsoft grants is used up.", "quota_used", LONGEST_SLEEP_SECONDS)


class Circuit:
    """After many failures in a row nothing is asked of a service but one probe a minute."""

    def __init__(
        self, name: str, *, failures: int = CIRCUIT_FAILURES, pause_seconds: float = CIRCUIT_PAUSE_SECONDS
    ) -> None:
        self._pause_seconds = pause_seconds
        self._storage = pybreaker.CircuitMemoryStorage(pybreaker.STATE_CLOSED)
        self._breaker = pybreaker.CircuitBreaker(
            name=name, fail_max=failures, reset_timeout=pause_seconds, state_storage=self._storage
        )
        self._lock = threading.Lock()

    def enter(self) -> None:
        """Before a request: TryLater while the circuit is open; one caller gets through as the probe."""
        with self._lock:
            state = self._breaker.current_state
            if state == pybreaker.STATE_CLOSED:
                return
            opened_at = self._storage.opened_at
            passed = (datetime.now(UTC) - opened_at).total_seconds() if opened_at else math.inf
            if state == pybreaker.STATE_OPEN and passed >= self._pause_seconds:
                self._breaker.half_open()
                return
        left = max(1.0, self._pause_seconds - passed)
        raise _later("Microsoft has failed many times in a row; we pause.", "circuit_open", left)

    def leave(self, *, answered: bool) -> None:
        """After a request that got in: whether the service answered, be it with a refusal."""
        # The breaker holds a lock while it calls, so it is only told the outcome, never handed the request.
        try:
            self._breaker.call(_answer if answered else _fail)
        except (_NoAnswerError, pybreaker.CircuitBreakerError):
            return


class _NoAnswerError(Exception):
    """How the breaker learns of a failure."""


def _answer() -> None:
    return


def _fail() -> None:
    raise _NoAnswerError


def _later(message: str, code: str, seconds: float) -> TryLater:
    return TryLater(
        message, next_step="Nothing to do: the next run goes on from here.", code=code, wait_seconds=seconds
    )
