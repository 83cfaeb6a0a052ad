"""Change notifications as the store keeps them: subscriptions, hints, counts.

A hint only says where to look: the delta round that follows is the truth, so a lost, late or doubled one
changes nothing that is kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from relationship.store.chunks import in_chunks
from relationship.store.sources.subscription_tables import ChangeSubscription, Hint, NoticeCount
from relationship.store.tables import table
from relationship.store.upsert import upsert

REAUTHORIZE = "reauthorize"

_subscription = table(ChangeSubscription)
_hint = table(Hint)
_count = table(NoticeCount)


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """One subscription; see `subscription_tables.ChangeSubscription`."""

    resource: str
    source_key: str
    subscription_id: str | None
    state_hash: str
    expires_at: datetime | None
    renew_at: datetime
    due: str
    reason: str


@dataclass(frozen=True, slots=True)
class Hinted:
    """A source to look at; notices: how many said so when this was read."""

    source_key: str
    notices: int


def hash_of(client_state: str) -> str:
    """What is kept of the secret of a subscription: it is random and long, so a plain hash gives nothing away."""
    return sha256(client_state.encode()).hexdigest()


def all_subscriptions(conn: Connection) -> list[SubscriptionRow]:
    """Every subscription, granted or refused, by resource."""
    return [SubscriptionRow(*row) for row in conn.execute(_columns().order_by(_subscription.c.resource))]


def counts(conn: Connection) -> tuple[int, int]:
    """How many subscriptions live, and how many are refused."""
    living = sa.func.count(_subscription.c.subscription_id)
    refused = sa.func.count(sa.func.nullif(_subscription.c.reason, ""))
    row = conn.execute(sa.select(living, refused)).one()
    return int(row[0]), int(row[1])


def by_ids(conn: Connection, subscription_ids: Sequence[str]) -> Mapping[str, SubscriptionRow]:
    """The subscriptions with these ids of Microsoft's; unknown ids are left out."""
    found: dict[str, SubscriptionRow] = {}
    for chunk in in_chunks(list(subscription_ids)):
        for row in conn.execute(_columns().where(_subscription.c.subscription_id.in_(chunk))):
            found[row.subscription_id] = SubscriptionRow(*row)
    return found


def _columns() -> sa.Select[Any]:
    columns = _subscription.c
    return sa.select(
        columns.resource,
        columns.source_key,
        columns.subscription_id,
        columns.state_hash,
        columns.expires_at,
        columns.renew_at,
        columns.due,
        columns.reason,
    )


def save(conn: Connection, row: SubscriptionRow) -> None:
    """Keep one subscription as it now is."""
    values = {name: getattr(row, name) for name in SubscriptionRow.__slots__}
    upsert(conn, ChangeSubscription, [values], key=["resource"])


def forget(conn: Connection, resource: str) -> None:
    conn.execute(sa.delete(_subscription).where(_subscription.c.resource == resource))


def note_lifecycle(conn: Connection, subscription_ids: Iterable[str], *, removed: bool, at: datetime) -> None:
    """Microsoft removed these subscriptions, or wants them authorised again: they are due at `at`."""
    ids = sorted(subscription_ids)
    if not ids:
        return
    values: dict[str, object] = {"renew_at": at}
    values |= {"subscription_id": None, "due": ""} if removed else {"due": REAUTHORIZE}
    conn.execute(sa.update(_subscription).where(_subscription.c.subscription_id.in_(ids)).values(**values))


def add_hints(conn: Connection, notices: Mapping[str, int], *, at: datetime) -> None:
    """Note that sources are said to have changed; notices: how often, by source key."""
    for source_key, number in sorted(notices.items()):
        _add(conn, _hint, {"source_key": source_key}, number, last_at=at)


def hinted_sources(conn: Connection) -> list[Hinted]:
    """The sources that are said to have changed, the longest-waiting first."""
    query = sa.select(_hint.c.source_key, _hint.c.notices).order_by(_hint.c.last_at, _hint.c.source_key)
    return [Hinted(*row) for row in conn.execute(query)]


def forget_hints(conn: Connection, hints: Sequence[Hinted]) -> None:
    """Drop hints after their sources were read; one that was repeated meanwhile stays."""
    for hint in hints:
        conn.execute(sa.delete(_hint).where(_hint.c.source_key == hint.source_key, _hint.c.notices == hint.notices))


def count_notices(conn: Connection, day: int, outcomes: Mapping[str, int]) -> None:
    """Add to the counts of a day, by outcome."""
    for outcome, number in sorted(outcomes.items()):
        _add(conn, _count, {"day": day, "outcome": outcome}, number)


def notice_counts(conn: Connection, *, since_day: int) -> dict[str, int]:
    """How many notifications had which outcome since a day."""
    query = (
        sa.select(_count.c.outcome, sa.func.sum(_count.c.notices))
        .where(_count.c.day >= since_day)
        .group_by(_count.c.outcome)
    )
    return {outcome: int(number) for outcome, number in conn.execute(query)}


def _add(conn: Connection, target: sa.Table, key: Mapping[str, object], number: int, **changing: object) -> None:
    """Add to the `notices` of a row, which is made when it is not there."""
    insert = sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert
    statement = insert(target).values(**key, notices=number, **changing)
    conn.execute(
        statement.on_conflict_do_update(
            index_elements=list(key), set_={"notices": target.c.notices + number, **changing}
        )
    )
