"""The mood of an account on the pages of its records: what it said lately, and how that differs from before."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.store.reading.reading_record import RatedRecord
from relationship.store.verbatims import verbatim_moods
from relationship.store.verbatims.verbatim_moods import Mood
from web.house import today


@dataclass(frozen=True, slots=True)
class MoodCard:
    """mood: of the account, None when it said nothing within a year; own: of the contact whose page it is."""

    account: str
    account_guid: str
    mood: Mood | None
    own: Mood | None = None


def of(conn: Connection, record: RatedRecord) -> dict[str, Any]:
    """What the template of the card needs; {} where the reader may not open the account, or there is none."""
    is_account = record.kind is RecordKind.ACCOUNT
    guid = record.guid if is_account else record.account_guid
    number = verbatim_moods.account_id(conn, guid) if guid and record.kind is not RecordKind.LEAD else None
    if guid is None or number is None:
        return {}
    found = verbatim_moods.mood(conn, [number], today=today()).get(number)
    own = None
    if record.kind is RecordKind.CONTACT:
        own = verbatim_moods.of_contact(conn, record.guid, today=today())
    return {"mood": MoodCard(record.name if is_account else record.account, guid, found, own)}
