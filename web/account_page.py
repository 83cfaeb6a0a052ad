"""The page of one account; besides what every record shows, its people with their part in it, its opportunities."""

from typing import Any

from sqlalchemy import Connection

from relationship.health.kpis import RECENT_DAYS
from relationship.store import related_records
from web import record_page
from web.members import member
from web.nouns import ACCOUNTS
from web.record_page import MOST_RELATED, Relationship


def _people_and_opportunities(conn: Connection, found: Relationship) -> dict[str, Any]:
    record, scope = found.record, member().scope
    return {
        "people": related_records.people_of_account(
            conn,
            record.id,
            record.guid,
            scope=scope,
            since_day=found.as_of - RECENT_DAYS + 1,
            limit=MOST_RELATED,
        ),
        "opportunities": related_records.opportunities_of_account(conn, record.guid, scope=scope, limit=MOST_RELATED),
    }


blueprint = record_page.room(ACCOUNTS, _people_and_opportunities)
