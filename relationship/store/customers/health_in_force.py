"""The health fields of accounts that are in force once every source is weighed: one row per account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.signals.health_fields import HealthFields
from relationship.store.chunks import in_chunks
from relationship.store.customers.score_tables import ACCOUNT_HEALTH as HEALTH
from relationship.store.customers.score_tables import AccountHealth
from relationship.store.upsert import upsert


@dataclass(frozen=True, slots=True)
class InForce:
    """See `score_tables.AccountHealth`."""

    account_id: int
    score: int | None
    status: str | None
    churn: bool | None
    score_source: str
    status_source: str
    churn_source: str
    contradicts: str
    stamp: int

    def says(self, found: HealthFields) -> bool:
        """Whether nothing of it differs."""
        return self == row(self.account_id, found, self.stamp)


_COLUMNS = tuple(HEALTH.c[name] for name in InForce.__slots__)


def row(account_id: int, found: HealthFields, stamp: int) -> InForce:
    return InForce(
        account_id,
        found.score,
        found.status,
        found.churn,
        found.score_source,
        found.status_source,
        found.churn_source,
        " ".join(found.contradicts),
        stamp,
    )


def of(conn: Connection, account_ids: Sequence[int] | None = None) -> Mapping[int, InForce]:
    """By account; accounts of which nothing was ever told are absent. None: all accounts."""
    query = sa.select(*_COLUMNS)
    chunks = [None] if account_ids is None else list(in_chunks(sorted(account_ids)))
    found: dict[int, InForce] = {}
    for chunk in chunks:
        for one in conn.execute(query if chunk is None else query.where(HEALTH.c.account_id.in_(chunk))):
            found[one.account_id] = InForce(*one)
    return found


def save(conn: Connection, rows: Sequence[InForce]) -> int:
    fields = [{name: getattr(one, name) for name in InForce.__slots__} for one in rows]
    return upsert(conn, AccountHealth, fields, key=["account_id"])
