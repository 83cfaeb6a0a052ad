"""What became of the health fields in force: every change with its source and its cause, one row per field."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.chunks import in_chunks
from relationship.store.customers.score_tables import ACCOUNT_HEALTH_CHANGE as CHANGE

BY_SOURCE, BY_LIMITS, BY_ORDER = CAUSES = ("source", "limits", "order")


@dataclass(frozen=True, slots=True)
class HealthChange:
    """See `score_tables.AccountHealthChange`."""

    account_id: int
    field: str
    before: str | None
    after: str | None
    source_before: str
    source: str
    followed: bool
    cause: str
    at: datetime
    by: str = ""
    by_name: str = ""


_COLUMNS = tuple(CHANGE.c[name] for name in HealthChange.__slots__)


def add(conn: Connection, changes: Sequence[HealthChange]) -> None:
    for chunk in in_chunks(changes):
        conn.execute(sa.insert(CHANGE), [asdict(one) for one in chunk])


def of_account(conn: Connection, account_id: int, *, limit: int = 200) -> list[HealthChange]:
    """Newest first."""
    query = sa.select(*_COLUMNS).where(CHANGE.c.account_id == account_id)
    query = query.order_by(CHANGE.c.at.desc(), CHANGE.c.id.desc())
    return [HealthChange(*row) for row in conn.execute(query.limit(limit))]
