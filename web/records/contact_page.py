"""The page of one contact; besides what every record shows, the opportunities it stands on."""

from typing import Any

from sqlalchemy import Connection

from relationship.store.crm import related_records
from web.identity import rights
from web.identity.members import member
from web.nouns import CONTACTS
from web.records import record_page
from web.records.record_page import MOST_RELATED, Relationship


def _opportunities(conn: Connection, found: Relationship) -> dict[str, Any]:
    related = related_records.opportunities_of_contact(
        conn, found.record.guid, scope=member().scope, limit=MOST_RELATED
    )
    seen = rights.among(related.refs)
    return {"opportunities": related.only(seen)}


blueprint = record_page.room(CONTACTS, _opportunities)
