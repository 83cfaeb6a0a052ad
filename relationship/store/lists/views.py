"""The views of lists that people keep: each sees and changes only their own."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.lists.view_tables import VIEW

_of_person = VIEW.c.colleague_key


@dataclass(frozen=True, slots=True)
class View:
    """arguments: the address arguments of the list; starts: the list opens with it."""

    id: int
    name: str
    arguments: str
    starts: bool


def views(conn: Connection, colleague_key: str, several: str) -> tuple[View, ...]:
    """The views of one person of one list, by name."""
    query = (
        sa.select(VIEW.c.id, VIEW.c.name, VIEW.c.arguments, VIEW.c.starts)
        .where(_of_person == colleague_key, VIEW.c.several == several, VIEW.c.removed_at.is_(None))
        .order_by(sa.func.lower(VIEW.c.name), VIEW.c.id)
    )
    return tuple(View(*row) for row in conn.execute(query))


def add(conn: Connection, colleague_key: str, several: str, name: str, arguments: str) -> int:
    """Keep a view; returns its number."""
    row = {"colleague_key": colleague_key, "several": several, "name": name, "arguments": arguments, "starts": False}
    number: int = conn.execute(sa.insert(VIEW).values(**row).returning(VIEW.c.id)).scalar_one()
    return number


def change(conn: Connection, colleague_key: str, number: int, **values: object) -> bool:
    """Set columns of a person's view; False for one that is not theirs."""
    found = conn.execute(sa.update(VIEW).where(_of_person == colleague_key, VIEW.c.id == number).values(**values))
    return bool(found.rowcount)


def start_with(conn: Connection, colleague_key: str, several: str, number: int | None) -> bool:
    """Let the list open with this view, or with none; False for a view that is not theirs."""
    theirs = sa.and_(_of_person == colleague_key, VIEW.c.several == several)
    conn.execute(sa.update(VIEW).where(theirs).values(starts=False))
    if number is None:
        return True
    kept = sa.and_(theirs, VIEW.c.id == number, VIEW.c.removed_at.is_(None))
    return bool(conn.execute(sa.update(VIEW).where(kept).values(starts=True)).rowcount)


def forget_removed(conn: Connection, before: datetime) -> None:
    """Drop for good what was removed before."""
    conn.execute(sa.delete(VIEW).where(VIEW.c.removed_at < before))
