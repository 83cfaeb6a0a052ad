"""The page of one lead: what every record shows, nothing besides."""

from typing import Any

from sqlalchemy import Connection

from web.nouns import LEADS
from web.records import record_page
from web.records.record_page import Relationship


def _nothing(_conn: Connection, _found: Relationship) -> dict[str, Any]:
    return {}


blueprint = record_page.room(LEADS, _nothing)
