"""Subscriptions to changes: who wants to be told what, until when, and how delivery misbehaves by order.

Lives count in real time, as those of tokens do: the world's clock stands still.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

from simulator.msgraph.paths import plain_path
from simulator.organisation import Organisation
from simulator.people import UnknownNameError
from simulator.watching import News, Watch, watch

# The longest life of a subscription by what it watches, in minutes (Microsoft's documentation).
_LONGEST_MINUTES = {"messages": 10_080, "events": 10_080, "tasks": 4_230, "callRecords": 4_230, "users": 41_760}
_SHORTEST_MINUTES = 45
LIFECYCLE_EVENTS = ("reauthorizationRequired", "subscriptionRemoved", "missed")


class Wish(NamedTuple):
    """What a client asks for when it subscribes."""

    resource: str
    changes: frozenset[str]
    notification_url: str
    lifecycle_url: str | None
    client_state: str | None
    expires_at: datetime
    immutable: bool


@dataclass(slots=True)
class Subscription:
    """A wish that was granted. id: GUID; expires_at: real time."""

    id: str
    wish: Wish
    application_id: str
    expires_at: datetime
    watch: Watch


class Batch(NamedTuple):
    """What goes to one address in one request; `not_before` is a reading of the monotonic clock."""

    url: str
    items: list[dict[str, object]]
    not_before: float


@dataclass(slots=True)
class Delivery:
    """How the delivery of notifications misbehaves; each number counts down as it is used.

    delay_seconds: every notification comes so late; times: each is sent so often
    backwards: what happened in one moment is told last first, an update in front of every creation
    dropped: the next notifications that are never sent
    forged: as many false items travel with the next good ones; forged_as: wrong, missing or foreign
    token: the text of the next handshakes, None for the usual one
    """

    delay_seconds: float = 0.0
    times: int = 1
    backwards: bool = False
    dropped: int = 0
    forged: int = 0
    forged_as: str = "wrong"
    token: str | None = None


def _real_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Subscriptions:
    """All subscriptions of the organisation by id."""

    organisation: Organisation
    clock: Callable[[], datetime] = _real_now
    delivery: Delivery = field(default_factory=Delivery)
    lifecycle: list[tuple[str, Subscription]] = field(default_factory=list)
    _granted: dict[str, Subscription] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def longest(self, resource: str) -> timedelta | None:
        """How long a subscription to this resource may live; None when it cannot be watched."""
        minutes = _LONGEST_MINUTES.get(plain_path(resource).rpartition("/")[2])
        return None if minutes is None else timedelta(minutes=minutes)

    def grant(self, wish: Wish, application_id: str) -> Subscription | None:
        """A new subscription, which tells what happens from now on; None when the resource is not there."""
        with self._lock, self.organisation.lock:
            looking = watch(self.organisation, plain_path(wish.resource), immutable=wish.immutable)
            if looking is None:
                return None
            made = Subscription(str(uuid4()), wish, application_id, self._raised(wish.expires_at), looking)
            self._granted[made.id] = made
            return made

    def _raised(self, wanted: datetime) -> datetime:
        return max(wanted, self.clock() + timedelta(minutes=_SHORTEST_MINUTES))

    def all(self) -> list[Subscription]:
        """Those that live; who has expired is forgotten."""
        with self._lock:
            now = self.clock()
            self._granted = {name: one for name, one in self._granted.items() if one.expires_at > now}
            return list(self._granted.values())

    def find(self, name: str) -> Subscription | None:
        return next((one for one in self.all() if one.id == name), None)

    def renew(self, one: Subscription, until: datetime) -> None:
        one.expires_at = self._raised(until)

    def end(self, name: str) -> None:
        with self._lock:
            self._granted.pop(name, None)

    # By order

    def expire(self, name: str | None = None) -> None:
        """One subscription or all are over, without a word."""
        for one in self.all():
            if name in (None, one.id):
                self.end(one.id)

    def tell_lifecycle(self, *events: str, name: str | None = None) -> None:
        """Sends lifecycle events, together, to one subscription or all; `subscriptionRemoved` ends them too."""
        if unknown := set(events).difference(LIFECYCLE_EVENTS):
            raise ValueError(f"no lifecycle event {unknown.pop()}; there are {', '.join(LIFECYCLE_EVENTS)}")
        told = [one for one in self.all() if name in (None, one.id)]
        if name is not None and not told:
            raise UnknownNameError(f"no subscription {name}")
        with self._lock:
            self.lifecycle += [(event, one) for event in events for one in told]
        if "subscriptionRemoved" in events:
            for one in told:
                self.end(one.id)

    def news(self) -> tuple[list[tuple[Subscription, News]], list[tuple[str, Subscription]]]:
        """What is to be told since the last look: changes that somebody subscribed to, and lifecycle events."""
        living = self.all()
        with self._lock:
            events, self.lifecycle = self.lifecycle, []
        with self.organisation.lock:
            found = [(one, news) for one in living for news in one.watch.news() if news.change in one.wish.changes]
        return found, events
