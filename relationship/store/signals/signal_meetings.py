"""Meetings and calls that took place with accounts, and how many of theirs were on each."""

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import Kind, Status
from relationship.signals.facts import Ints, Meetings
from relationship.store.activities.activity_tables import ActivityParty, RecordActivity
from relationship.store.crm.record_tables import RecordSide
from relationship.store.signals.signal_places import among, places
from relationship.store.tables import table

_held = table(RecordActivity)
_party = table(ActivityParty)
_side = table(RecordSide)


def held(conn: Connection, ids: Ints, *, since: int, until: int) -> Meetings:
    """By account; ids ascending."""
    theirs = sa.and_(
        _side.c.address_id == _party.c.address_id, _side.c.record_id == _held.c.record_id, _side.c.side == "them"
    )
    query = (
        sa.select(
            _held.c.record_id,
            _held.c.day,
            sa.func.count(sa.distinct(_party.c.address_id)),
            sa.func.max(sa.case((_held.c.kind == Kind.MEETING.value, 1), else_=0)),
        )
        .join_from(_held, _party, _party.c.activity_id == _held.c.activity_id)
        .join(_side, theirs)
        .where(
            among(_held.c.record_id, ids),
            _held.c.kind.in_([Kind.MEETING.value, Kind.CALL.value]),
            _held.c.status == Status.DONE.value,
            _held.c.day > since,
            _held.c.day <= until,
        )
        .group_by(_held.c.record_id, _held.c.activity_id, _held.c.day)
        .order_by(_held.c.record_id, _held.c.day)
    )
    rows = np.array([tuple(row) for row in conn.execute(query)], dtype=np.int64).reshape(-1, 4)
    place, there = places(ids, rows[:, 0].tolist())
    return Meetings(place[there], rows[there, 1], rows[there, 2], rows[there, 3] > 0)
