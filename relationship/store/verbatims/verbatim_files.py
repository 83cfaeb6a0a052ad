"""Files of verbatims that wait, and what columns of files of the same shape were last time."""

from datetime import datetime, timedelta
from uuid import uuid4

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.importing.survey import SCALES, ColumnRoles, Role
from relationship.store.upsert import upsert
from relationship.store.verbatims.verbatim_tables import VERBATIM_FILE, VERBATIM_MAPPING, VerbatimMapping

WAITS = timedelta(days=1)


def keep(conn: Connection, name: str, body: bytes, *, at: datetime, by: str) -> str:
    """Keep a file; those that waited too long go. Returns its key."""
    conn.execute(sa.delete(VERBATIM_FILE).where(VERBATIM_FILE.c.sent_at < at - WAITS))
    key = str(uuid4())
    conn.execute(sa.insert(VERBATIM_FILE).values(key=key, name=name, body=body, sent_at=at, sent_by=by))
    return key


def waiting(conn: Connection, key: str, *, by: str) -> tuple[str, bytes] | None:
    """Name and content of a file that this person sent; None when it is not there."""
    query = sa.select(VERBATIM_FILE.c.name, VERBATIM_FILE.c.body)
    row = conn.execute(query.where(VERBATIM_FILE.c.key == key, VERBATIM_FILE.c.sent_by == by)).one_or_none()
    return (row.name, bytes(row.body)) if row else None


def forget(conn: Connection, key: str) -> None:
    conn.execute(sa.delete(VERBATIM_FILE).where(VERBATIM_FILE.c.key == key))


def remembered(conn: Connection, shape: str) -> tuple[ColumnRoles, str] | None:
    """Roles and source of files of this shape, as they were said last."""
    row = conn.execute(sa.select(VERBATIM_MAPPING).where(VERBATIM_MAPPING.c.shape == shape)).one_or_none()
    if row is None or row.scale not in SCALES:
        return None
    return ColumnRoles(tuple(Role(one) for one in orjson.loads(row.roles)), row.scale), row.source


def remember(conn: Connection, shape: str, roles: ColumnRoles, source: str, *, at: datetime, by: str) -> None:
    said = orjson.dumps([role.value for role in roles.roles]).decode()
    row = {"shape": shape, "roles": said, "scale": roles.scale, "source": source, "saved_at": at, "saved_by": by}
    upsert(conn, VerbatimMapping, [row], key=["shape"])
