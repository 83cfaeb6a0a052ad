"""The page of one opportunity; besides what every record shows, its value, its stage and its people."""

from typing import Any

from sqlalchemy import Connection

from relationship.store import reading_opportunity
from web import record_page
from web.nouns import OPPORTUNITIES
from web.record_page import Relationship


def _people(conn: Connection, found: Relationship) -> dict[str, Any]:
    people = reading_opportunity.people_of(conn, found.record)
    return {
        "people": people,
        "contacts": [person for person in people if person.guid],
        "knows_offered": found.introductions_offered,
    }


blueprint = record_page.room(OPPORTUNITIES, _people)
