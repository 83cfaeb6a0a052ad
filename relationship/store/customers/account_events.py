"""Events at customers: what happened, when, and where that is known from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Record
from relationship.store.customers.customer_tables import ACCOUNT_EVENT
from relationship.store.tables import table


@dataclass(frozen=True, slots=True)
class AccountEventRow:
    """See `customer_tables.AccountEvent`."""

    id: int
    account_id: int
    key: str
    day: int
    kind: str
    direction: str
    text: str
    source: str
    added_at: datetime
    added_by_name: str
    record_id: int | None


_record = table(Record)
_COLUMNS = tuple(ACCOUNT_EVENT.c[name] for name in AccountEventRow.__slots__)


def between(
    conn: Connection, *, since: int, until: int, account_ids: Sequence[int] | None = None
) -> list[AccountEventRow]:
    """Events of the days `since` to `until`, both included, by account, then oldest first; None: all accounts."""
    query = (
        sa.select(*_COLUMNS)
        .where(ACCOUNT_EVENT.c.day.between(since, until))
        .order_by(ACCOUNT_EVENT.c.account_id, ACCOUNT_EVENT.c.day, ACCOUNT_EVENT.c.id)
    )
    if account_ids is None:
        return [AccountEventRow(*row) for row in conn.execute(query)]
    found: list[AccountEventRow] = []
    for chunk in in_chunks(sorted(account_ids)):
        found += [AccountEventRow(*row) for row in conn.execute(query.where(ACCOUNT_EVENT.c.account_id.in_(chunk)))]
    return found


def of_account(conn: Connection, account_id: int, *, until: int, limit: int = 50) -> list[AccountEventRow]:
    """The newest events of one account up to a day, newest first."""
    query = (
        sa.select(*_COLUMNS)
        .where(ACCOUNT_EVENT.c.account_id == account_id, ACCOUNT_EVENT.c.day <= until)
        .order_by(ACCOUNT_EVENT.c.day.desc(), ACCOUNT_EVENT.c.id.desc())
        .limit(limit)
    )
    return [AccountEventRow(*row) for row in conn.execute(query)]


def by_id(conn: Connection, account_id: int, event_id: int) -> AccountEventRow | None:
    """One event of an account; None when it is not there."""
    columns = ACCOUNT_EVENT.c
    query = sa.select(*_COLUMNS).where(columns.id == event_id, columns.account_id == account_id)
    row = conn.execute(query).one_or_none()
    return AccountEventRow(*row) if row else None


def opportunities(conn: Connection, events: Sequence[AccountEventRow]) -> dict[int, str]:
    """The opportunities that events are about: GUIDs by record id."""
    found: dict[int, str] = {}
    for chunk in in_chunks(sorted({event.record_id for event in events if event.record_id is not None})):
        found |= dict(conn.execute(sa.select(_record.c.id, _record.c.guid).where(_record.c.id.in_(chunk))).all())
    return found


def remove(conn: Connection, account_id: int, event_id: int) -> bool:
    """Take one event away, as after a mistake; returns whether it was there."""
    gone = sa.delete(ACCOUNT_EVENT).where(ACCOUNT_EVENT.c.id == event_id, ACCOUNT_EVENT.c.account_id == account_id)
    return conn.execute(gone).rowcount > 0
