"""Named places where a test can end the process with SIGKILL, to prove that nothing is lost.

Armed by configuration (`RELATIONSHIP_FAIL_AT`, refused in production): `name:n` ends the process at the
n-th passage of that name, `any:n` at the n-th passage of any name. Unarmed, a passage costs one test.
"""

import os
import signal
import threading

_lock = threading.Lock()
_armed: tuple[str, int] | None = None
_passed: dict[str, int] = {}


def arm(spec: str) -> None:
    """Arm one fail point, or disarm with an empty string. Raises ValueError for anything but name:n."""
    global _armed
    name, _, count = spec.partition(":")
    if spec and (not name or not count.isdecimal() or int(count) < 1):
        raise ValueError("a fail point is written name:n, n from 1")
    with _lock:
        _passed.clear()
        _armed = (name, int(count)) if spec else None


def count_passages() -> dict[str, int]:
    """Passages per name since the last `arm`, for tests that list every place to try."""
    with _lock:
        return dict(_passed)


def observe() -> None:
    """Count passages without ever ending the process."""
    global _armed
    with _lock:
        _passed.clear()
        _armed = ("", 0)


def passage(name: str) -> None:
    """Pass the named place; the process may end here when a test wants it."""
    if _armed is None:
        return
    with _lock:
        _passed[name] = _passed.get(name, 0) + 1
        _passed["any"] = _passed.get("any", 0) + 1
        wanted, at = _armed
        if _passed.get(wanted) == at:
            os.kill(os.getpid(), signal.SIGKILL)
