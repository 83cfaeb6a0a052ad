"""A source that is to be read whole again, because somebody doubts what is kept of it."""

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.sources import cursors
from relationship.store.tables import Source, table

_source = table(Source)


def read_again(conn: Connection, key: str) -> bool:
    """Let the next cycle read this source from the start; False when there is none with this key.

    What is kept stays until the new reading has ended; only then what did not come back is gone. A source that was
    left alone until tomorrow is asked again at once. Twice is harmless.
    """
    source_id = conn.scalar(sa.select(_source.c.id).where(_source.c.key == key))
    if source_id is None:
        return False
    cursors.begin_anew(conn, source_id)
    conn.execute(sa.update(_source).where(_source.c.id == source_id).values(tried_at=None))
    return True
