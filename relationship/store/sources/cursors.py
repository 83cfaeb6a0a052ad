"""Our place in each delta stream, always saved in the transaction that saves the page it stands for."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.tables import Cursor, table
from relationship.store.upsert import upsert

# The container that holds no place but a mark.
MARK = "circle"


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


def begin_anew(conn: Connection, source_id: int) -> None:
    """Read every stream of a source whole the next time; at the end what did not come back is gone.

    Marks stay: they tell by which rules a source was read, and are no place in a stream.
    """
    columns = table(Cursor).c
    conn.execute(
        sa.update(Cursor)
        .where(columns.source_id == source_id, columns.container != MARK)
        .values(delta_link=None, next_link=None, round=columns.round + 1, full=True)
    )


def follow_lifts(conn: Connection, source_id: int, lifts: int) -> bool:
    """Begin a source anew if somebody was let in again since it was read; returns whether it was so."""
    columns = table(Cursor).c
    seen = conn.scalar(sa.select(columns.delta_link).where(columns.source_id == source_id, columns.container == MARK))
    if (seen or "0") == str(lifts):
        return False
    begin_anew(conn, source_id)
    save(conn, source_id, MARK, Place(delta_link=str(lifts), full=False))
    return True


def forget(conn: Connection, source_id: int, container: str) -> None:
    columns = table(Cursor).c
    conn.execute(sa.delete(Cursor).where(columns.source_id == source_id, columns.container == container))
