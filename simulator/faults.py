"""Faults to order: at the n-th request that fits, the service misbehaves as the real one is known to.

Nothing here is random while it runs: a plan made from a seed is the same plan every time. Orders by the names
F01 to F59, in files and from seeds, become faults and acts of the organisation in `fault_plans/`.
"""

import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from random import Random

from simulator.fault_plans.orders import Order, read_orders
from simulator.fault_plans.seeding import draw


class FaultKind(StrEnum):
    # Instead of the answer
    THROTTLED = "throttled"  # 429; retry_after as given, None leaves the header out
    UNAVAILABLE = "unavailable"  # 503, or 504 as `status`, with an empty body
    HTML = "html"  # an HTML page with status 200, or 502 as `status`
    CUT = "cut"  # the right status, the JSON cut short: after `byte` bytes, or after two thirds
    RESET = "reset"  # the connection is reset
    LOST = "lost"  # the request is carried out, then the connection is reset
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
    FALSE_REMOVED = "false_removed"  # something that is still there is told as removed
    UNKNOWN_FIELD = "unknown_field"  # rows carry properties nobody heard of
    MISSING_FROM = "missing_from"  # the first row has lost its sender or organiser
    WRONG_TYPE = "wrong_type"  # lists of the first row are texts
    FORGOTTEN_VALUE = "forgotten_value"  # the page has no "value"


# Faults that a reader overcomes alone by reading on or trying again, for plans made from a seed.
HARMLESS = (
    FaultKind.UNAVAILABLE, FaultKind.HTML, FaultKind.CUT, FaultKind.RESET, FaultKind.EMPTY_PAGES,
    FaultKind.REPEATED_ITEM, FaultKind.OLD_PAGE, FaultKind.UPDATE_FIRST, FaultKind.DELETE_FIRST,
    FaultKind.UNKNOWN_REMOVED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where something strikes.

    path: regular expression found in the path without version (users/<id>/mailFolders/<id>/messages/delta)
    mailbox: user GUID, None for all; first: the n-th request that fits; times: for so many requests
    page, round: only on the n-th page, only in the n-th round of one path; seconds: for so long from then on
    """

    path: str = "delta$"
    mailbox: str | None = None
    first: int = 1
    times: int = 1
    page: int | None = None
    round: int | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong, and where (`Place` explains the fields that say where)."""

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
    page: int | None = None
    round: int | None = None
    byte: int | None = None
    seconds: float = 0.0

    @property
    def place(self) -> Place:
        return Place(self.path, self.mailbox, self.first, self.times, self.page, self.round, self.seconds)


@dataclass(slots=True)
class _Counted:
    """Something ordered: a fault, or an act that happens just before the request."""

    place: Place
    pattern: re.Pattern[str]
    fault: Fault | None = None
    act: Callable[[], object] | None = None
    seen: int = 0
    until: float = 0.0

    def strikes(self, path: str, mailbox: str, progress: "_Progress") -> bool:
        place = self.place
        fits = (
            place.mailbox in (None, mailbox)
            and place.page in (None, progress.page)
            and place.round in (None, progress.round)
            and self.pattern.search(path) is not None
        )
        if not fits:
            return False
        self.seen += 1
        if self.seen == place.first and place.seconds and not self.until:
            self.until = time.monotonic() + place.seconds
        return place.first <= self.seen < place.first + place.times or time.monotonic() < self.until


@dataclass(slots=True)
class _Progress:
    """How far the reader of one path has come. A request without a skip token begins a round."""

    round: int = 0
    page: int = 0
    token: str | None = None

    def step(self, token: str | None) -> None:
        if token is None:
            self.round, self.page = self.round + 1, 1
        elif token != self.token:
            self.page += 1
        self.token = token


@dataclass(slots=True)
class FaultPlan:
    """The faults and acts that are ordered. Counting is per fault, over all requests that fit it.

    orders: what a file or a seed asked for by name; `fault_plans.binding` puts them to work.
    """

    orders: tuple[Order, ...] = ()
    _ordered: list[_Counted] = field(default_factory=list)
    _progress: dict[str, _Progress] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def from_file(cls, path: Path) -> "FaultPlan":
        """The plan in a JSON file (docs/fault-plans.md); FixSettings names what is wrong with it."""
        return cls(read_orders(path))

    @classmethod
    def seeded(cls, seed: int, *, faults: int = 2) -> "FaultPlan":
        """A plan of so many faults that every reader overcomes, always the same for one seed."""
        return cls(draw(seed, faults))

    def add(self, *faults: Fault, from_now: bool = False) -> None:
        """from_now: the `seconds` of a fault begin at once, not with the first request that fits."""
        with self._lock:
            for fault in faults:
                until = time.monotonic() + fault.seconds if from_now else 0.0
                self._ordered.append(_Counted(fault.place, re.compile(fault.path), fault=fault, until=until))

    def at(self, place: Place, act: Callable[[], object]) -> None:
        """Lets something happen just before the request at this place is answered."""
        with self._lock:
            self._ordered.append(_Counted(place, re.compile(place.path), act=act))

    def clear(self) -> None:
        with self._lock:
            self._ordered.clear()

    def due(
        self,
        path: str,
        mailbox: str,
        query: Mapping[str, str] | None = None,
        *,
        collection: str = "",
    ) -> tuple[Fault, ...]:
        """The faults for this request; counts it, and performs the acts that are due before it.

        collection: one name for all paths to the same thing, by which rounds and pages are counted
        """
        if not self._ordered:
            return ()
        with self._lock:
            progress = self._progress.setdefault(collection or path, _Progress())
            progress.step((query or {}).get("$skiptoken"))
            found = [one for one in self._ordered if one.strikes(path, mailbox, progress)]
        for one in found:
            if one.act is not None:
                one.act()
        return tuple(one.fault for one in found if one.fault is not None)


def seeded(
    seed: int, *, count: int, within: int, kinds: Sequence[FaultKind] = HARMLESS, path: str = "delta$"
) -> list[Fault]:
    """`count` faults of these kinds, each once, spread over the first `within` requests that fit."""
    dice = Random(seed)
    return [
        Fault(dice.choice(kinds), path=path, first=dice.randint(1, within), amount=dice.randint(1, 3))
        for _ in range(count)
    ]
