"""Faults to order: at the n-th request that fits, the service misbehaves as the real one is known to.

Nothing here is random while it runs: a plan made from a seed is the same plan every time.
"""

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random


class FaultKind(StrEnum):
    # Instead of the answer
    THROTTLED = "throttled"  # 429; retry_after as given, None leaves the header out
    UNAVAILABLE = "unavailable"  # 503 with an empty body
    HTML = "html"  # an HTML page with status 200
    CUT = "cut"  # the right status, the JSON cut short
    RESET = "reset"  # the connection is reset
    DRIP = "drip"  # the body comes at one byte a second
    UNAUTHORISED = "unauthorised"  # 401: the token is no longer accepted
    REFUSED = "refused"  # `status` with the error code `code`; with_location names a fresh start
    # In a page of a delta round
    EMPTY_PAGES = "empty_pages"  # `amount` empty pages with a nextLink come first
    REPEATED_ITEM = "repeated_item"  # the first item of the page comes again with another etag
    OLD_PAGE = "old_page"  # the first page ever delivered comes again in front
    LOOP = "loop"  # the nextLink leads one page back
    ENDLESS = "endless"  # a page with everything known so far, larger than asked, and a new nextLink
    UPDATE_FIRST = "update_first"  # a partial row of an item comes before its full row
    DELETE_FIRST = "delete_first"  # a removal of an item comes before its full row
    UNKNOWN_REMOVED = "unknown_removed"  # something nobody ever saw is removed
    ODD_ZONE = "odd_zone"  # times of events in the zone named `code`, or under a name that says nothing
    FORGOTTEN_VALUE = "forgotten_value"  # the page has no "value"


# Faults that a reader overcomes alone by reading on or trying again, for plans made from a seed.
HARMLESS = (
    FaultKind.UNAVAILABLE, FaultKind.HTML, FaultKind.CUT, FaultKind.RESET, FaultKind.EMPTY_PAGES,
    FaultKind.REPEATED_ITEM, FaultKind.OLD_PAGE, FaultKind.UPDATE_FIRST, FaultKind.DELETE_FIRST,
    FaultKind.UNKNOWN_REMOVED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong, and where.

    path: regular expression found in the path without version (users/<id>/mailFolders/<id>/messages/delta)
    mailbox: user GUID, None for all; first: the n-th request that fits; times: for so many requests
    """

    kind: FaultKind
    path: str = "delta$"
    mailbox: str | None = None
    first: int = 1
    times: int = 1
    retry_after: str | None = None
    status: int = 410
    code: str = "SyncStateNotFound"
    with_location: bool = False
    amount: int = 1


@dataclass(slots=True)
class _Counted:
    fault: Fault
    pattern: re.Pattern[str]
    seen: int = 0


@dataclass(slots=True)
class FaultPlan:
    """The faults that are ordered. Counting is per fault, over all requests that fit it."""

    _ordered: list[_Counted] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, *faults: Fault) -> None:
        with self._lock:
            self._ordered += [_Counted(fault, re.compile(fault.path)) for fault in faults]

    def clear(self) -> None:
        with self._lock:
            self._ordered.clear()

    def due(self, path: str, mailbox: str) -> tuple[Fault, ...]:
        """The faults for this request; counts it."""
        if not self._ordered:
            return ()
        found = []
        with self._lock:
            for counted in self._ordered:
                fault = counted.fault
                if fault.mailbox in (None, mailbox) and counted.pattern.search(path):
                    counted.seen += 1
                    if fault.first <= counted.seen < fault.first + fault.times:
                        found.append(fault)
        return tuple(found)


def seeded(
    seed: int, *, count: int, within: int, kinds: Sequence[FaultKind] = HARMLESS, path: str = "delta$"
) -> list[Fault]:
    """`count` faults of these kinds, each once, spread over the first `within` requests that fit."""
    dice = Random(seed)
    return [
        Fault(dice.choice(kinds), path=path, first=dice.randint(1, within), amount=dice.randint(1, 3))
        for _ in range(count)
    ]
