"""Sales teams and stakeholders of opportunities (connections in Dataverse)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.addresses import identity
from relationship.store import tables
from relationship.store.activities.people import note_change
from relationship.store.chunks import in_chunks
from relationship.store.privacy import erased_names
from relationship.store.sources.cursors import Place
from relationship.store.upsert import upsert

_membership = tables.table(tables.Membership)


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """member: 'systemuser' (sales team) or 'contact' (stakeholder)."""

    connection_guid: str
    opportunity_guid: str
    member: str
    member_guid: str


def save(conn: Connection, rows: Sequence[MembershipRow], removed: Sequence[str], *, place: Place) -> int:
    """Add, change or remove memberships by connection GUID; returns how many rows were written. Of whoever was erased
    none is kept."""
    gone = erased_names.among(conn, {identity(row.member, row.member_guid) for row in rows})
    rows = [row for row in rows if identity(row.member, row.member_guid) not in gone]
    columns = [{**asdict(row), "round": place.round} for row in rows]
    keep = [] if place.full else ["round"]
    written = upsert(conn, tables.Membership, columns, key=["connection_guid"], keep=keep)
    for chunk in in_chunks(list(removed)):
        written += conn.execute(sa.delete(_membership).where(_membership.c.connection_guid.in_(chunk))).rowcount
    if written:
        note_change(conn)
    return written


def end_full_round(conn: Connection, place: Place) -> int:
    """What a complete full round did not bring is gone from the CRM."""
    written = conn.execute(sa.delete(_membership).where(_membership.c.round < place.round)).rowcount
    if written:
        note_change(conn)
    return written


def guids(conn: Connection) -> set[str]:
    """The connections that are kept."""
    return set(conn.scalars(sa.select(_membership.c.connection_guid)))
