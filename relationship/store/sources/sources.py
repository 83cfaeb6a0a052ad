"""Sources: mailboxes, CRM tables and the directory, each with its state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.tables import Cursor, Quarantine, Source, table
from relationship.store.upsert import insert_new

MAILBOX = "mailbox/"

_source = table(Source)
_cursor = table(Cursor)
_quarantine = table(Quarantine)


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source as the status page shows it. containers/complete: delta streams known and read to the end once."""

    key: str
    state: str
    reason: str
    last_success_at: datetime | None
    tried_at: datetime | None
    containers: int
    complete: int
    quarantined: int


def ensure(conn: Connection, keys: Sequence[str]) -> dict[str, int]:
    """The ids of the sources with these keys; unknown ones are created in state `new`."""
    insert_new(conn, Source, [{"key": key, "state": "new", "reason": ""} for key in keys], key=["key"])
    known = ids(conn)
    return {key: known[key] for key in keys}


def ids(conn: Connection) -> dict[str, int]:
    """The ids of all sources by key."""
    return {key: source_id for source_id, key in conn.execute(sa.select(_source.c.id, _source.c.key))}


def forget(conn: Connection, key: str) -> None:
    """Forget a source that is not needed any more, with its places."""
    conn.execute(sa.delete(_source).where(_source.c.key == key))


def set_state(conn: Connection, source_id: int, state: str, reason: str = "", *, at: datetime, success: bool) -> None:
    """Note how reading a source went. An unchanged healthy state only moves its times."""
    values: dict[str, object] = {"state": state, "reason": reason, "tried_at": at}
    if success:
        values["last_success_at"] = at
    conn.execute(sa.update(_source).where(_source.c.id == source_id).values(**values))


def all_sources(conn: Connection) -> list[SourceRow]:
    """Every source by key, with what the status needs."""
    streams = (
        sa.select(
            _cursor.c.source_id,
            sa.func.count().label("containers"),
            sa.func.count(_cursor.c.delta_link).label("complete"),
        )
        .group_by(_cursor.c.source_id)
        .subquery()
    )
    bad = (
        sa.select(_quarantine.c.source_id, sa.func.count().label("quarantined"))
        .group_by(_quarantine.c.source_id)
        .subquery()
    )
    query = (
        sa.select(
            _source.c.key,
            _source.c.state,
            _source.c.reason,
            _source.c.last_success_at,
            _source.c.tried_at,
            sa.func.coalesce(streams.c.containers, 0),
            sa.func.coalesce(streams.c.complete, 0),
            sa.func.coalesce(bad.c.quarantined, 0),
        )
        .select_from(
            _source.outerjoin(streams, streams.c.source_id == _source.c.id).outerjoin(
                bad, bad.c.source_id == _source.c.id
            )
        )
        .order_by(_source.c.key)
    )
    return [SourceRow(*row) for row in conn.execute(query)]


def counts_by_state(conn: Connection, prefix: str = MAILBOX) -> dict[str, int]:
    """How many sources of one sort are in each state."""
    query = (
        sa.select(_source.c.state, sa.func.count())
        .where(_source.c.key.startswith(prefix, autoescape=True))
        .group_by(_source.c.state)
    )
    return dict(conn.execute(query).all())
