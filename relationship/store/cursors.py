"""Our place in each delta stream, always saved in the transaction that saves the page it stands for."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.tables import Cursor, table
from relationship.store.upsert import upsert


@dataclass(frozen=True, slots=True)
class Place:
    """Where we are in one stream; see `tables.Cursor` for each field."""

    delta_link: str | None = None
    next_link: str | None = None
    round: int = 0
    full: bool = True


def load(conn: Connection, source_id: int) -> dict[str, Place]:
    """The places of a source by container."""
    columns = table(Cursor).c
    query = sa.select(columns.container, columns.delta_link, columns.next_link, columns.round, columns.full).where(
        columns.source_id == source_id
    )
    return {container: Place(*place) for container, *place in conn.execute(query)}


def save(conn: Connection, source_id: int, container: str, place: Place) -> None:
    """Move the place; saving the same place again writes nothing."""
    row = {
        "source_id": source_id,
        "container": container,
        "delta_link": place.delta_link,
        "next_link": place.next_link,
        "round": place.round,
        "full": place.full,
    }
    upsert(conn, Cursor, [row], key=["source_id", "container"])


def forget(conn: Connection, source_id: int, container: str) -> None:
    columns = table(Cursor).c
    conn.execute(sa.delete(Cursor).where(columns.source_id == source_id, columns.container == container))
