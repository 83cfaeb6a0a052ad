"""Service protection limits per user: requests and working time in a sliding window, requests at the same time.

Microsoft's numbers are the defaults. `Retry-After` grows while one keeps asking: every refused request
within the wait doubles it. This clock is real time, never the world's.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from threading import Lock

TOO_MANY_REQUESTS, TOO_MUCH_TIME, TOO_MANY_AT_ONCE = "0x80072322", "0x80072321", "0x80072326"


@dataclass(frozen=True, slots=True)
class Limits:
    """requests and execution_seconds per window_seconds, concurrent requests, the ceiling of Retry-After."""

    requests: int = 6000
    window_seconds: float = 300.0
    execution_seconds: float = 1200.0
    concurrent: int = 52
    longest_wait_seconds: float = 300.0


@dataclass(frozen=True, slots=True)
class Refusal:
    code: str
    wait_seconds: int


@dataclass(slots=True)
class _Use:
    at: deque[float] = field(default_factory=deque)
    worked: deque[tuple[float, float]] = field(default_factory=deque)
    running: int = 0
    blocked_until: float = 0.0
    wait: float = 0.0
    code: str = TOO_MANY_REQUESTS


class ServiceProtection:
    """Counts the requests of each user; `limits` may be replaced while it runs.

    refused: requests refused so far; too_early: those of them that came inside a wait.
    """

    def __init__(self, limits: Limits | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits or Limits()
        self._clock = clock
        self._uses: dict[str, _Use] = {}
        self._lock = Lock()
        self.refused = 0
        self.too_early = 0

    def enter(self, user: str) -> Refusal | None:
        """Count one request in; a refusal when it is one too many. Only who got in must `leave`."""
        with self._lock:
            now, limits = self._clock(), self.limits
            use = self._uses.setdefault(user, _Use())
            while use.at and use.at[0] <= now - limits.window_seconds:
                use.at.popleft()
            while use.worked and use.worked[0][0] <= now - limits.window_seconds:
                use.worked.popleft()
            if now < use.blocked_until:
                self.too_early += 1
                return self._refuse(use, now, use.code, use.wait * 2)
            if len(use.at) >= limits.requests:
                room_in = use.at[0] + limits.window_seconds - now
                return self._refuse(use, now, TOO_MANY_REQUESTS, min(room_in, limits.longest_wait_seconds))
            if sum(seconds for _, seconds in use.worked) >= limits.execution_seconds:
                room_in = use.worked[0][0] + limits.window_seconds - now
                return self._refuse(use, now, TOO_MUCH_TIME, min(room_in, limits.longest_wait_seconds))
            if use.running >= limits.concurrent:
                return self._refuse(use, now, TOO_MANY_AT_ONCE, 1.0)
            use.at.append(now)
            use.running += 1
            use.wait = 0.0
            return None

    def block(self, user: str, seconds: float) -> None:
        """Let a user wait although no limit is reached; whoever asks earlier waits twice as long."""
        with self._lock:
            use = self._uses.setdefault(user, _Use())
            use.code, use.wait, use.blocked_until = TOO_MANY_REQUESTS, seconds, self._clock() + seconds

    def leave(self, user: str, *, worked_seconds: float = 0.0) -> None:
        """One request is answered; how long the work on it took."""
        with self._lock:
            self._uses[user].running -= 1
            self._uses[user].worked.append((self._clock(), worked_seconds))

    def remaining(self, user: str) -> tuple[int, float]:
        """Requests left in the window and seconds left in it, for the x-ms-ratelimit headers."""
        with self._lock:
            use = self._uses.get(user, _Use())
            passed = self._clock() - use.at[0] if use.at else 0.0
            return max(0, self.limits.requests - len(use.at)), max(0.0, self.limits.window_seconds - passed)

    def _refuse(self, use: _Use, now: float, code: str, wait: float) -> Refusal:
        self.refused += 1
        use.code = code
        use.wait = min(max(wait, 1.0), self.limits.longest_wait_seconds)
        use.blocked_until = now + use.wait
        return Refusal(code, ceil(use.wait))
