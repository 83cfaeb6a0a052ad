"""Sales teams and stakeholders of opportunities (connections in Dataverse)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.addresses import identity
from relationship.store import tables
from relationship.store.activities.people import note_change
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_changes import note_teams
from relationship.store.crm.record_tables import Membership
from relationship.store.privacy import erased_names
from relationship.store.sources.cursors import Place
from relationship.store.upsert import upsert

_membership = tables.table(Membership)
_IN_TEAM = "systemuser"


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
    note_teams(conn, _team_changes(conn, rows, removed))
    columns = [{**asdict(row), "round": place.round} for row in rows]
    keep = [] if place.full else ["round"]
    written = upsert(conn, Membership, columns, key=["connection_guid"], keep=keep)
    for chunk in in_chunks(list(removed)):
        written += conn.execute(sa.delete(_membership).where(_membership.c.connection_guid.in_(chunk))).rowcount
    if written:
        note_change(conn)
    return written


def end_full_round(conn: Connection, place: Place) -> int:
    """What a complete full round did not bring is gone from the CRM."""
    gone = sa.select(_membership).where(_membership.c.round < place.round, _membership.c.member == _IN_TEAM)
    note_teams(conn, [(row.opportunity_guid, row.member_guid, "") for row in conn.execute(gone)])
    written = conn.execute(sa.delete(_membership).where(_membership.c.round < place.round)).rowcount
    if written:
        note_change(conn)
    return written


def _team_changes(
    conn: Connection, rows: Sequence[MembershipRow], removed: Sequence[str]
) -> list[tuple[str, str, str]]:
    """(opportunity, who left, who joined) of sales teams; the first people of a team change nothing."""
    arriving = {row.connection_guid: row for row in rows}
    kept: dict[str, tuple[str, str]] = {}
    for chunk in in_chunks([*arriving, *removed]):
        query = sa.select(_membership.c.connection_guid, _membership.c.opportunity_guid, _membership.c.member_guid)
        query = query.where(_membership.c.connection_guid.in_(chunk), _membership.c.member == _IN_TEAM)
        kept |= {guid: (opportunity, member) for guid, opportunity, member in conn.execute(query)}
    team = {guid: (row.opportunity_guid, row.member_guid) for guid, row in arriving.items() if row.member == _IN_TEAM}
    before, after = set(kept.values()), set(team.values())
    with_team: set[str] = set()
    for chunk in in_chunks(sorted({opportunity for opportunity, _ in after - before})):
        query = sa.select(_membership.c.opportunity_guid).distinct()
        found = query.where(_membership.c.opportunity_guid.in_(chunk), _membership.c.member == _IN_TEAM)
        with_team |= set(conn.scalars(found))
    left = [(opportunity, member, "") for opportunity, member in sorted(before - after)]
    return left + [(one, "", member) for one, member in sorted(after - before) if one in with_team]


def guids(conn: Connection) -> set[str]:
    """The connections that are kept."""
    return set(conn.scalars(sa.select(_membership.c.connection_guid)))
