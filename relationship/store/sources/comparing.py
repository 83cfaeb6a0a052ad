"""What is kept of a window, to be compared with its source."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store import tables
from relationship.store.activities.activity_tables import Activity, Sighting

_sighting = tables.table(Sighting)
_activity = tables.table(Activity)


def items_since(conn: Connection, source_id: int, container: str, at: datetime) -> set[str]:
    """The ids of the items in a container whose activity is of this instant or later."""
    query = (
        sa.select(_sighting.c.item_id)
        .join(_activity, _activity.c.key == _sighting.c.activity_key)
        .where(_sighting.c.source_id == source_id, _sighting.c.container == container, _activity.c.at >= at)
    )
    return set(conn.scalars(query))
