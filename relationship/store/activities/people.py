"""Addresses, and which of them belong to a colleague."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store import tables
from relationship.store.activities.activity_tables import StalePeople
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Address
from relationship.store.upsert import insert_new

_address = tables.table(Address)


def ensure_addresses(conn: Connection, addresses: Iterable[str]) -> dict[str, int]:
    """The ids of these normalised addresses; unknown ones are created."""
    wanted = sorted(set(addresses))
    found = _ids(conn, wanted)
    missing = [address for address in wanted if address not in found]
    if missing:
        insert_new(conn, Address, [{"address": address} for address in missing], key=["address"])
        found |= _ids(conn, missing)
    return found


def _ids(conn: Connection, addresses: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for chunk in in_chunks(addresses):
        query = sa.select(_address.c.address, _address.c.id).where(_address.c.address.in_(chunk))
        found |= dict(conn.execute(query).all())
    return found


def note_change(conn: Connection) -> None:
    """People, addresses or memberships changed: the sides of the records are worked out before the next rating."""
    insert_new(conn, StalePeople, [{"id": 1}], key=["id"])
