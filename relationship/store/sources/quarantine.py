"""Items that could not be read: kept out and shown with their reason, never in the way of the others."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.tables import Quarantine, table
from relationship.store.upsert import upsert


def add(conn: Connection, source_id: int, item_id: str, reason: str) -> None:
    """Put an item aside; `reason` is a code, never content."""
    upsert(
        conn,
        Quarantine,
        [{"source_id": source_id, "item_id": item_id, "reason": reason}],
        key=["source_id", "item_id"],
    )


def clear(conn: Connection, source_id: int, item_ids: Sequence[str]) -> None:
    """Let items out that were read after all, or are gone."""
    if not item_ids:
        return
    columns = table(Quarantine).c
    conn.execute(sa.delete(Quarantine).where(columns.source_id == source_id, columns.item_id.in_(list(item_ids))))


def holds(conn: Connection, source_id: int, item_id: str) -> bool:
    """Whether this item is put aside."""
    columns = table(Quarantine).c
    query = sa.select(columns.id).where(columns.source_id == source_id, columns.item_id == item_id)
    return conn.scalar(query) is not None
