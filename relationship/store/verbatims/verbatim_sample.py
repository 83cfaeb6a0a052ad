"""The latest texts, on which other words are tried before they are saved."""

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.verbatims.verbatim_tables import VERBATIM


def latest(conn: Connection, *, limit: int) -> list[tuple[int, str, str]]:
    """Id, text and language of the latest ones, newest first."""
    query = sa.select(VERBATIM.c.id, VERBATIM.c.text, VERBATIM.c.language)
    rows = conn.execute(query.order_by(VERBATIM.c.day.desc(), VERBATIM.c.id.desc()).limit(limit))
    return [tuple(row) for row in rows]
