"""Change notifications: what happened, sent to those who subscribed, from a thread of its own.

Notifications are hints and may be late, doubled, out of order, lost or forged, as `Delivery` orders.
"""

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from datetime import UTC
from typing import NamedTuple
from uuid import uuid4

import requests

from simulator import identity
from simulator.subscriptions import Batch, Delivery, Subscription, Subscriptions
from simulator.watching import News

Notification = dict[str, object]

_LOOK_SECONDS = 0.05
# The service expects an answer within three seconds and tries again for four hours; here three times.
_ANSWER_SECONDS = 3.0
_TRIES = 3
_KEPT = 10_000


class Sent(NamedTuple):
    """A request with notifications and how it was answered; status 0 when there was no answer."""

    url: str
    body: dict[str, object]
    status: int


class Notifier:
    """Looks for news and sends it. `sent` holds the latest requests, for tests."""

    def __init__(self, subscriptions: Subscriptions, tenant_id: str) -> None:
        self.sent: deque[Sent] = deque(maxlen=_KEPT)
        self._subscriptions = subscriptions
        self._tenant_id = tenant_id
        self._waiting: list[Batch] = []
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._session = requests.Session()
        self._session.trust_env = False

    def start(self) -> None:
        """Begins to look, once; nothing runs as long as nobody subscribes."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="simulator-notifications", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join(timeout=_ANSWER_SECONDS + 1)
        self._session.close()

    def _run(self) -> None:
        while not self._ended.wait(_LOOK_SECONDS):
            self.look()

    def look(self) -> None:
        """One look: collects the news, sends what is due."""
        changes, events = self._subscriptions.news()
        delivery = self._subscriptions.delivery
        if changes or events:
            not_before = time.monotonic() + delivery.delay_seconds
            self._waiting += self._batches(changes, events, delivery, not_before)
        now = time.monotonic()
        due = [batch for batch in self._waiting if batch.not_before <= now]
        self._waiting = [batch for batch in self._waiting if batch.not_before > now]
        for batch in due:
            self._send(batch)

    def _batches(
        self,
        changes: list[tuple[Subscription, News]],
        events: list[tuple[str, Subscription]],
        delivery: Delivery,
        not_before: float,
    ) -> list[Batch]:
        by_url: defaultdict[str, list[Notification]] = defaultdict(list)
        for one, news in changes:
            if delivery.dropped > 0:
                delivery.dropped -= 1
                continue
            by_url[one.wish.notification_url].append(self._changed(one, news))
        for items in by_url.values():
            _disturb(items, delivery)
        for event, one in events:
            if one.wish.lifecycle_url:
                by_url[one.wish.lifecycle_url].append(self._lifecycle(one, event))
        return [Batch(url, items, not_before) for url, items in by_url.items() for _ in range(delivery.times) if items]

    def _about(self, one: Subscription) -> Notification:
        return {
            "subscriptionId": one.id,
            "subscriptionExpirationDateTime": one.expires_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.0000000Z"),
            "clientState": one.wish.client_state,
            "tenantId": self._tenant_id,
        }

    def _changed(self, one: Subscription, news: News) -> Notification:
        item = news.item
        data = {"@odata.type": item.odata_type, "@odata.id": item.path, "@odata.etag": 'W/"CQAAABYA"', "id": item.id}
        return {**self._about(one), "changeType": news.change, "resource": item.path, "resourceData": data}

    def _lifecycle(self, one: Subscription, event: str) -> Notification:
        return {**self._about(one), "lifecycleEvent": event, "resource": one.wish.resource}

    def _send(self, batch: Batch) -> None:
        body: dict[str, object] = {"value": batch.items}
        for attempt in range(_TRIES):
            status = self._post(batch.url, body)
            self.sent.append(Sent(batch.url, body, status))
            if 200 <= status < 300 or self._ended.wait(0.1 * 2**attempt):
                return

    def _post(self, url: str, body: dict[str, object]) -> int:
        try:
            answer = self._session.post(url, json=body, timeout=_ANSWER_SECONDS, allow_redirects=False)
        except requests.RequestException:
            return 0
        return answer.status_code


def _disturb(items: list[Notification], delivery: Delivery) -> None:
    """Turns the order round and mixes false items in, as ordered."""
    if delivery.backwards:
        updates = [{**item, "changeType": "updated"} for item in items if item["changeType"] == "created"]
        items[:] = [*updates, *reversed(items)]
    while items and delivery.forged > 0:
        delivery.forged -= 1
        items.insert(len(items) // 2, _FORGERS[delivery.forged_as](items[0]))


def _wrong(item: Notification) -> Notification:
    return {**item, "clientState": "not-the-secret"}


def _missing(item: Notification) -> Notification:
    return {name: value for name, value in item.items() if name != "clientState"}


def _foreign(item: Notification) -> Notification:
    """Another organisation's subscription, under whose secret whatever it is."""
    return {**item, "tenantId": identity.foreign_tenant("elsewhere.example"), "subscriptionId": str(uuid4())}


_FORGERS: dict[str, Callable[[Notification], Notification]] = {
    "wrong": _wrong,
    "missing": _missing,
    "foreign": _foreign,
}
FORGERIES = tuple(_FORGERS)
