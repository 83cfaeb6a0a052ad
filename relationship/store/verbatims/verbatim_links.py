"""Whose words they are, as somebody said by hand: for an address, a customer number, or one text that carries neither."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.upsert import upsert
from relationship.store.verbatims.verbatim_tables import VERBATIM, VERBATIM_LINK, VerbatimLink
from relationship.store.verbatims.verbatims import Kept


@dataclass(frozen=True, slots=True)
class Link:
    """See `verbatim_tables.VerbatimLink`."""

    id: int
    sort: str
    name: str
    account_id: int
    contact_guid: str | None
    at: datetime
    by_name: str


_COLUMNS = tuple(VERBATIM_LINK.c[name] for name in Link.__slots__)


def all_of(conn: Connection) -> dict[tuple[str, str], Link]:
    """By sort and name."""
    return {(row.sort, row.name): Link(*row) for row in conn.execute(sa.select(*_COLUMNS))}


def of(conn: Connection, number: int) -> Link | None:
    """A link by its id."""
    row = conn.execute(sa.select(*_COLUMNS).where(VERBATIM_LINK.c.id == number)).one_or_none()
    return Link(*row) if row else None


def name_of(text: Kept, key: str) -> tuple[str, str]:
    """By what the speaker of a text is remembered: the address, else the customer number, else the text alone."""
    if text.address:
        return "address", text.address
    return ("customer", text.customer_id) if text.customer_id else ("text", key)


def save(
    conn: Connection, sort: str, name: str, *, account_id: int, contact_guid: str | None, at: datetime, by: str,
    by_name: str,
) -> list[int]:  # fmt: skip
    """Link a speaker; returns the texts of nobody known that are of this account now."""
    row = {"sort": sort, "name": name, "account_id": account_id, "contact_guid": contact_guid, "at": at, "by": by,
           "by_name": by_name}  # fmt: skip
    upsert(conn, VerbatimLink, [row], key=["sort", "name"])
    number = conn.scalar(
        sa.select(VERBATIM_LINK.c.id).where(VERBATIM_LINK.c.sort == sort, VERBATIM_LINK.c.name == name)
    )
    theirs = sa.and_(_said_by(sort, name), sa.or_(VERBATIM.c.account_id.is_(None), VERBATIM.c.link_id == number))
    ids = list(conn.scalars(sa.select(VERBATIM.c.id).where(theirs).order_by(VERBATIM.c.id)))
    conn.execute(
        sa.update(VERBATIM).where(theirs).values(account_id=account_id, contact_guid=contact_guid, link_id=number)
    )
    return ids


def remove(conn: Connection, number: int) -> list[int]:
    """Take a link back; returns the texts that are of nobody known again."""
    linked = VERBATIM.c.link_id == number
    ids = list(conn.scalars(sa.select(VERBATIM.c.id).where(linked).order_by(VERBATIM.c.id)))
    conn.execute(sa.update(VERBATIM).where(linked).values(account_id=None, contact_guid=None, link_id=None))
    conn.execute(sa.delete(VERBATIM_LINK).where(VERBATIM_LINK.c.id == number))
    return ids


def _said_by(sort: str, name: str) -> sa.ColumnElement[bool]:
    columns = VERBATIM.c
    return {
        "address": columns.address == name,
        "customer": sa.and_(columns.customer_id == name, columns.address == ""),
        "text": columns.key == name,
    }[sort]
