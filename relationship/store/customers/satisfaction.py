"""Answers to surveys, by account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.chunks import in_chunks
from relationship.store.customers.customer_tables import SATISFACTION


@dataclass(frozen=True, slots=True)
class SatisfactionRow:
    """See `customer_tables.Satisfaction`."""

    id: int
    account_id: int
    key: str
    day: int
    kind: str
    score: float
    share: float
    contact_guid: str | None
    comment: str
    source: str
    added_at: datetime


_COLUMNS = tuple(SATISFACTION.c[name] for name in SatisfactionRow.__slots__)


def between(
    conn: Connection, *, since: int, until: int, account_ids: Sequence[int] | None = None
) -> list[SatisfactionRow]:
    """Answers of the days `since` to `until`, both included, by account, then oldest first; None: all accounts."""
    query = (
        sa.select(*_COLUMNS)
        .where(SATISFACTION.c.day.between(since, until))
        .order_by(SATISFACTION.c.account_id, SATISFACTION.c.day, SATISFACTION.c.id)
    )
    if account_ids is None:
        return [SatisfactionRow(*row) for row in conn.execute(query)]
    found: list[SatisfactionRow] = []
    for chunk in in_chunks(sorted(account_ids)):
        found += [SatisfactionRow(*row) for row in conn.execute(query.where(SATISFACTION.c.account_id.in_(chunk)))]
    return found
