"""The opportunities that were won or lost, as suggested settings learn from them."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.store import tables
from relationship.store.crm.record_tables import Record

_record = tables.table(Record)


@dataclass(frozen=True, slots=True)
class ClosedOpportunity:
    """segment, team_guid: what decides the frequency expected of it, besides its guid"""

    record_id: int
    guid: str
    won: bool
    created_on: date
    closed_on: date
    account_guid: str | None
    segment: str
    team_guid: str | None


def closed_opportunities(conn: Connection) -> list[ClosedOpportunity]:
    """All of them with a day of closing, by id."""
    columns = _record.c
    query = (
        sa.select(
            columns.id,
            columns.guid,
            columns.status == "won",
            columns.created_on,
            columns.closed_on,
            columns.account_guid,
            columns.segment,
            columns.team_guid,
        )
        .where(
            columns.kind == RecordKind.OPPORTUNITY.value,
            columns.status.in_(("won", "lost")),
            columns.closed_on.is_not(None),
        )
        .order_by(columns.id)
    )
    return [
        ClosedOpportunity(number, guid, bool(won), created_on, closed_on, account, segment, team)
        for number, guid, won, created_on, closed_on, account, segment, team in conn.execute(query)
    ]
