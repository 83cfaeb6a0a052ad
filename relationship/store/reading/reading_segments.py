"""Named queries of the settings page: the teams and segments that records belong to."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.store.crm.record_tables import Record
from relationship.store.tables import table

_record = table(Record)
_open = sa.func.count(sa.case((sa.and_(_record.c.kind == RecordKind.OPPORTUNITY.value, _record.c.status == "open"), 1)))


@dataclass(frozen=True, slots=True)
class Team:
    """A business unit that owns records. name: '' when the CRM did not tell it; opportunities: open ones."""

    guid: str
    name: str
    opportunities: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment that an account or lead is in. opportunities: open ones of its accounts."""

    name: str
    opportunities: int


def teams(conn: Connection) -> tuple[Team, ...]:
    """Every team that owns a record, by name."""
    # A unit renamed in the CRM has its old name on rows that were not sent again; the comparison mends them.
    query = sa.select(_record.c.team_guid, sa.func.max(_record.c.team_name), _open)
    found = conn.execute(query.where(_record.c.team_guid.is_not(None)).group_by(_record.c.team_guid))
    return tuple(sorted((Team(*row) for row in found), key=lambda team: (team.name.casefold(), team.guid)))


def segments(conn: Connection) -> tuple[Segment, ...]:
    """Every segment that a record is in, by name."""
    query = sa.select(_record.c.segment, _open).where(_record.c.segment != "").group_by(_record.c.segment)
    found = (Segment(*row) for row in conn.execute(query))
    return tuple(sorted(found, key=lambda segment: (segment.name.casefold(), segment.name)))
