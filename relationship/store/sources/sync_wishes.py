"""The wish of an administrator that everything is read now: kept in one row, seen by whatever process reads."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.sources.subscription_tables import SyncWish
from relationship.store.tables import Source, table
from relationship.store.upsert import upsert

_wish = table(SyncWish)
_source = table(Source)


@dataclass(frozen=True, slots=True)
class Wish:
    """began_at: None while nobody has taken it up; ended_at: None until it is over; reason: a code, '' when all
    went well. Real times in UTC."""

    asked_at: datetime
    began_at: datetime | None
    ended_at: datetime | None
    reason: str

    @property
    def is_waiting(self) -> bool:
        return self.began_at is None

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None


def latest(conn: Connection) -> Wish | None:
    """The latest wish, None when there never was one."""
    row = conn.execute(sa.select(_wish.c.asked_at, _wish.c.began_at, _wish.c.ended_at, _wish.c.reason)).one_or_none()
    return Wish(*row) if row else None


def ask(conn: Connection, at: datetime) -> None:
    """Wish that everything is read now. One that still waits keeps its place."""
    present = latest(conn)
    if present is not None and present.is_waiting:
        return
    row = {"id": 1, "asked_at": at, "began_at": None, "ended_at": None, "reason": ""}
    upsert(conn, SyncWish, [row], key=["id"])


def begin(conn: Connection, at: datetime) -> None:
    conn.execute(sa.update(_wish).values(began_at=at, ended_at=None, reason=""))


def end(conn: Connection, at: datetime, reason: str = "") -> None:
    """The wish was followed, or a reason stopped it; one that was asked for meanwhile keeps waiting."""
    conn.execute(sa.update(_wish).where(_wish.c.began_at.is_not(None)).values(ended_at=at, reason=reason))


def has_read_anything(conn: Connection) -> bool:
    """Whether any source was ever read to its end."""
    return conn.scalar(sa.select(sa.literal(1)).where(_source.c.last_success_at.is_not(None)).limit(1)) is not None
