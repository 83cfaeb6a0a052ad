"""The health fields in force of the accounts of a list, for a file that comes back."""

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.importing.health_lines import HealthOfAccount
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Record
from relationship.store.customers.score_tables import ACCOUNT_HEALTH
from relationship.store.lists.list_filters import Column, Filters, ordered
from relationship.store.reading.reading_scope import Scope
from relationship.store.tables import table

_record = table(Record)


def health_of_accounts(
    conn: Connection, *, scope: Scope, filters: Filters, column: Column, descending: bool, limit: int
) -> list[HealthOfAccount]:
    """The accounts of a list in its order, up to `limit`; also those without any value."""
    chosen = ordered(RecordKind.ACCOUNT, scope, filters, column, descending=descending)
    ids = list(conn.scalars(chosen.with_only_columns(_record.c.id).limit(limit)))
    health = ACCOUNT_HEALTH.c
    query = sa.select(
        _record.c.id,
        _record.c.guid,
        _record.c.name,
        _record.c.account_number,
        health.score,
        health.status,
        health.churn,
    ).select_from(_record.outerjoin(ACCOUNT_HEALTH, health.account_id == _record.c.id))
    found: dict[int, HealthOfAccount] = {}
    for chunk in in_chunks(ids):
        for row in conn.execute(query.where(_record.c.id.in_(chunk))):
            found[row[0]] = HealthOfAccount(*row)
    return [found[number] for number in ids]
