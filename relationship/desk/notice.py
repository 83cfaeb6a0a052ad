"""Take change notifications: true ones become hints for the next sync, false ones are counted and dropped.

Twice, late or out of order is harmless: a hint says where to look, not what happened. It asks Microsoft
nothing; what a lifecycle event wants done is noted for `sync/subscriptions.py`.
"""

import hmac
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from relationship.clock import number_of
from relationship.store.database import Store
from relationship.store.sources import subscriptions
from relationship.store.sources.subscriptions import SubscriptionRow, hash_of

SUBSCRIPTION_REMOVED, REAUTHORIZATION_REQUIRED = "subscriptionRemoved", "reauthorizationRequired"


class Outcome(StrEnum):
    """What became of a notification. All but the first were dropped."""

    TAKEN = "taken"
    UNKNOWN_SUBSCRIPTION = "unknown_subscription"
    WRONG_SECRET = "wrong_secret"  # noqa: S105  # a name, not a secret
    FOREIGN_TENANT = "foreign_tenant"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Notice:
    """What one item of a notification says of itself; lifecycle_event is empty for a change."""

    subscription_id: str
    client_state: str
    tenant_id: str
    lifecycle_event: str = ""


# What an unknown subscription is compared with, so that it takes as long as a known one.
_NO_HASH = hash_of("")


def take(store: Store, notices: Sequence[Notice | None], *, tenant_id: str, at: datetime) -> Mapping[Outcome, int]:
    """Keep the hints of one delivery, all in one transaction; returns how many items had which outcome.

    notices    None stands for an item that could not be read
    tenant_id  the configured organisation; others are foreign
    at         real time, in UTC
    """
    with store.reading() as conn:
        known = subscriptions.by_ids(conn, sorted({one.subscription_id for one in notices if one}))
    outcomes: Counter[Outcome] = Counter()
    hints: Counter[str] = Counter()
    removed: set[str] = set()
    unauthorised: set[str] = set()
    for notice in notices:
        row = known.get(notice.subscription_id) if notice else None
        outcome = _judged(notice, row, tenant_id)
        outcomes[outcome] += 1
        if notice is None or row is None or outcome is not Outcome.TAKEN:
            continue
        if notice.lifecycle_event == REAUTHORIZATION_REQUIRED:
            unauthorised.add(notice.subscription_id)
            continue
        if notice.lifecycle_event == SUBSCRIPTION_REMOVED:
            removed.add(notice.subscription_id)
        hints[row.source_key] += 1
    with store.transaction() as conn:
        subscriptions.add_hints(conn, hints, at=at)
        subscriptions.note_lifecycle(conn, unauthorised, removed=False, at=at)
        subscriptions.note_lifecycle(conn, removed, removed=True, at=at)
        subscriptions.count_notices(
            conn, number_of(at.astimezone(UTC).date()), {str(name): number for name, number in outcomes.items()}
        )
    return outcomes


def _judged(notice: Notice | None, row: SubscriptionRow | None, tenant_id: str) -> Outcome:
    if notice is None:
        return Outcome.UNREADABLE
    is_secret_right = hmac.compare_digest(hash_of(notice.client_state), row.state_hash if row else _NO_HASH)
    if row is None:
        return Outcome.UNKNOWN_SUBSCRIPTION
    if not is_secret_right:
        return Outcome.WRONG_SECRET
    if notice.tenant_id.lower() != tenant_id.lower():
        return Outcome.FOREIGN_TENANT
    return Outcome.TAKEN
