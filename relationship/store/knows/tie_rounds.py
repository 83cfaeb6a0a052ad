"""The marks by which a kept copy of the network notices that it is out of date."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.knows.tie_tables import ROUND, TieRound
from relationship.store.upsert import insert_new


class Marks(NamedTuple):
    """See `tie_tables.TieRound`."""

    stamp: int
    people: int
    generation: int


def marks(conn: Connection) -> Marks:
    row = conn.execute(sa.select(ROUND.c.stamp, ROUND.c.people, ROUND.c.generation)).one_or_none()
    return Marks(*row) if row else Marks(0, 0, 0)


def next_stamp(conn: Connection) -> int:
    """Raise the stamp; the rows written in this transaction carry it."""
    _ensure(conn)
    conn.execute(sa.update(ROUND).values(stamp=ROUND.c.stamp + 1))
    return marks(conn).stamp


def note_people(conn: Connection) -> None:
    """Names, or who may be used, changed."""
    _ensure(conn)
    conn.execute(sa.update(ROUND).values(people=ROUND.c.people + 1))


def note_loss(conn: Connection) -> None:
    """Rows went without a trace: every copy is read anew."""
    _ensure(conn)
    conn.execute(sa.update(ROUND).values(people=ROUND.c.people + 1, generation=ROUND.c.generation + 1))


def _ensure(conn: Connection) -> None:
    insert_new(conn, TieRound, [{"id": 1, "stamp": 0, "people": 0, "generation": 0}], key=["id"])
