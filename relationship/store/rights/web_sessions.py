"""Who is signed in: one row per visit, found by the number in its cookie, of which only a hash is kept."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.rights.rights_tables import WEB_SESSION, WebSession
from relationship.store.upsert import insert_new


@dataclass(frozen=True, slots=True)
class Visit:
    """roles: as Entra said at `checked_at`; until: its end, whatever happens. Real times."""

    oid: str
    name: str
    roles: tuple[str, ...]
    checked_at: datetime
    until: datetime


def begin(conn: Connection, number: str, visit: Visit) -> None:
    """Keep a new visit; those that are over go."""
    conn.execute(sa.delete(WEB_SESSION).where(WEB_SESSION.c.until < visit.checked_at))
    row = {
        "number": _hashed(number),
        "oid": visit.oid,
        "name": visit.name,
        "roles": " ".join(visit.roles),
        "checked_at": visit.checked_at,
        "until": visit.until,
    }
    insert_new(conn, WebSession, [row], key=["number"])


def visit(conn: Connection, number: str) -> Visit | None:
    """The visit with this number, over or not; None when there is none (any more)."""
    w = WEB_SESSION.c
    query = sa.select(w.oid, w.name, w.roles, w.checked_at, w.until).where(w.number == _hashed(number))
    row = conn.execute(query).one_or_none()
    return Visit(row[0], row[1], tuple(row[2].split()), row[3], row[4]) if row else None


def checked(conn: Connection, oid: str, *, name: str, roles: tuple[str, ...], at: datetime) -> None:
    """What Entra now says of a person holds for all visits of his or hers."""
    mine = sa.update(WEB_SESSION).where(WEB_SESSION.c.oid == oid)
    conn.execute(mine.values(name=name, roles=" ".join(roles), checked_at=at))


def end(conn: Connection, number: str) -> None:
    conn.execute(sa.delete(WEB_SESSION).where(WEB_SESSION.c.number == _hashed(number)))


def end_all(conn: Connection, oid: str) -> None:
    """End every visit of one person."""
    conn.execute(sa.delete(WEB_SESSION).where(WEB_SESSION.c.oid == oid))


def has_any(conn: Connection, oid: str) -> bool:
    """Whether a person is signed in anywhere."""
    return bool(conn.scalar(sa.select(sa.exists().where(WEB_SESSION.c.oid == oid))))


def _hashed(number: str) -> str:
    return hashlib.sha256(number.encode()).hexdigest()
