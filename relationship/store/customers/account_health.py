"""The health fields of accounts: every source's value, with its history. Which source wins is not decided here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.chunks import in_chunks
from relationship.store.customers.customer_tables import ACCOUNT_HEALTH_VALUE as VALUE

SCORE, STATUS, CHURN = FIELDS = ("score", "status", "churn")
COMPUTED, CRM, IMPORTED, TYPED = SOURCES = ("computed", "crm", "imported", "typed")
STATUSES = ("healthy", "at_risk", "escalated")


@dataclass(frozen=True, slots=True)
class HealthValue:
    """See `customer_tables.AccountHealthValue`; until None: in force."""

    account_id: int
    field: str
    source: str
    value: str | None
    at: datetime
    by: str
    by_name: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class NewValue:
    """value None: cleared."""

    account_id: int
    field: str
    value: str | None


_COLUMNS = tuple(VALUE.c[name] for name in HealthValue.__slots__)


def present(
    conn: Connection, *, account_ids: Sequence[int] | None = None, source: str | None = None
) -> dict[int, dict[tuple[str, str], HealthValue]]:
    """The values in force, by account and then by (field, source); cleared ones are left out."""
    query = sa.select(*_COLUMNS).where(VALUE.c.until.is_(None), VALUE.c.value.is_not(None))
    if source is not None:
        query = query.where(VALUE.c.source == source)
    chunks = [None] if account_ids is None else list(in_chunks(sorted(account_ids)))
    found: dict[int, dict[tuple[str, str], HealthValue]] = {}
    for chunk in chunks:
        limited = query if chunk is None else query.where(VALUE.c.account_id.in_(chunk))
        for row in conn.execute(limited):
            one = HealthValue(*row)
            found.setdefault(one.account_id, {})[one.field, one.source] = one
    return found


def told_since(conn: Connection, *, source: str, since: datetime) -> list[int]:
    """The accounts of which a source told something since a moment."""
    query = sa.select(VALUE.c.account_id).where(VALUE.c.source == source, VALUE.c.at >= since).distinct()
    return sorted(conn.scalars(query))


def history(conn: Connection, account_id: int, *, field: str | None = None, limit: int = 200) -> list[HealthValue]:
    """Every value of one account, newest first."""
    query = sa.select(*_COLUMNS).where(VALUE.c.account_id == account_id)
    if field is not None:
        query = query.where(VALUE.c.field == field)
    query = query.order_by(VALUE.c.at.desc(), VALUE.c.id.desc()).limit(limit)
    return [HealthValue(*row) for row in conn.execute(query)]


def save(
    conn: Connection, values: Sequence[NewValue], *, source: str, at: datetime, by: str = "", by_name: str = ""
) -> int:
    """Put values in force; what is in force already is not written again. Returns how many were written.

    values  none twice for the same account and field
    """
    kept = present(conn, account_ids=sorted({one.account_id for one in values}), source=source)
    changed = [one for one in values if one.value != _kept(kept, one, source)]
    for chunk in in_chunks(changed):
        ended = sa.update(VALUE).where(
            VALUE.c.account_id == sa.bindparam("of_account"),
            VALUE.c.field == sa.bindparam("of_field"),
            VALUE.c.source == source,
            VALUE.c.until.is_(None),
        )
        conn.execute(ended.values(until=at), [{"of_account": one.account_id, "of_field": one.field} for one in chunk])
        rows = [
            {
                "account_id": one.account_id,
                "field": one.field,
                "source": source,
                "value": one.value,
                "at": at,
                "by": by,
                "by_name": by_name,
                "until": None,
            }
            for one in chunk
        ]
        conn.execute(sa.insert(VALUE), rows)
    return len(changed)


def _kept(kept: Mapping[int, Mapping[tuple[str, str], HealthValue]], one: NewValue, source: str) -> str | None:
    found = kept.get(one.account_id, {}).get((one.field, source))
    return found.value if found else None
