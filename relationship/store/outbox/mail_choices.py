"""How colleagues wish to be told by mail."""

from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.outbox.outbox_tables import MAIL_CHOICE, MailChoice
from relationship.store.upsert import upsert


class How(StrEnum):
    INSTANT = "instant"
    DAILY = "daily"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Choice:
    """language: of the mails, 'fr' or 'en'."""

    how: How = How.INSTANT
    language: str = "fr"


def choice(conn: Connection, person_key: str) -> Choice:
    """What a colleague chose; whoever never chose has the defaults."""
    query = sa.select(MAIL_CHOICE.c.how, MAIL_CHOICE.c.language).where(MAIL_CHOICE.c.person_key == person_key)
    row = conn.execute(query).one_or_none()
    return Choice(How(row.how), row.language) if row else Choice()


def save(conn: Connection, person_key: str, wanted: Choice) -> None:
    row = {"person_key": person_key, "how": wanted.how.value, "language": wanted.language}
    upsert(conn, MailChoice, [row], key=["person_key"])
