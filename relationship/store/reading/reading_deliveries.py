"""Named queries of the page of deliveries."""

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.outbox.outbox import OneDelivery, State, delivery_of
from relationship.store.outbox.outbox_tables import DELIVERY


def counts(conn: Connection) -> dict[str, int]:
    """How many there are by state."""
    columns = DELIVERY.c
    found = conn.execute(sa.select(columns.state, sa.func.count()).group_by(columns.state))
    return {state.value: 0 for state in State} | {row[0]: row[1] for row in found}


def page(
    conn: Connection, *, state: str = "", kind: str = "", before: int | None = None, limit: int = 50
) -> list[OneDelivery]:
    """Deliveries, newest first; before: only those with a smaller id."""
    columns = DELIVERY.c
    query = sa.select(DELIVERY).order_by(columns.id.desc()).limit(limit)
    if state:
        query = query.where(columns.state == state)
    if kind:
        query = query.where(columns.kind == kind)
    if before is not None:
        query = query.where(columns.id < before)
    return [delivery_of(row) for row in conn.execute(query)]


def given_up(conn: Connection) -> list[int]:
    """The ids of all that were given up or failed, for sending them again."""
    columns = DELIVERY.c
    which = columns.state.in_((State.GIVEN_UP.value, State.FAILED.value))
    return list(conn.scalars(sa.select(columns.id).where(which).order_by(columns.id)))
