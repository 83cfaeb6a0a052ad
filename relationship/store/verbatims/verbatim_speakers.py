"""Whose words they are: contacts and accounts by address, domain and what customers are called elsewhere."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.addresses import domain_of
from relationship.importing.faults import Bad
from relationship.importing.kinds import ImportKind
from relationship.importing.names import Registry
from relationship.store import tables
from relationship.store.chunks import in_chunks
from relationship.store.importing import import_names

_record = tables.table(tables.Record)
_address = tables.table(tables.RecordAddress)

# Whose domain says nothing about the company.
FREE_MAIL = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "outlook.fr",
        "hotmail.com",
        "hotmail.fr",
        "live.com",
        "live.fr",
        "msn.com",
        "yahoo.com",
        "yahoo.fr",
        "icloud.com",
        "me.com",
        "mac.com",
        "aol.com",
        "gmx.com",
        "gmx.fr",
        "gmx.net",
        "mail.com",
        "proton.me",
        "protonmail.com",
        "orange.fr",
        "wanadoo.fr",
        "free.fr",
        "sfr.fr",
        "neuf.fr",
        "laposte.net",
        "bbox.fr",
        "club-internet.fr",
        "numericable.fr",
        "aliceadsl.fr",
        "mailo.com",
    ]
)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who said something. account_id, contact_guid: None where it is not known."""

    account_id: int | None = None
    contact_guid: str | None = None


class Speakers:
    """Made for some addresses; the accounts are those known now."""

    def __init__(self, conn: Connection, addresses: Collection[str]) -> None:
        self._accounts: Registry = import_names.names(conn, ImportKind.HEALTH).accounts
        self._contacts = _contacts(conn, addresses)

    def find(self, *, account: str = "", customer_id: str = "", address: str = "") -> Speaker:
        """By what the account is called, else by the customer number, else by the contact's address or its domain."""
        contact_guid, of_contact = self._contacts.get(address, (None, None))
        for name in (account, customer_id):
            found = self._account(name)
            if found is not None:
                return Speaker(found, contact_guid if of_contact in (found, None) else None)
        if contact_guid is not None:
            return Speaker(of_contact, contact_guid)
        domain = domain_of(address) if "@" in address else ""
        return Speaker(self._account(domain) if domain and domain not in FREE_MAIL else None)

    def _account(self, name: str) -> int | None:
        try:
            return self._accounts.find(name) if name.strip() else None
        except Bad:
            return None


def _contacts(conn: Connection, addresses: Collection[str]) -> dict[str, tuple[str, int | None]]:
    """GUID and account of the one contact with each address; an address of several contacts names none."""
    account = _record.alias("account")
    query = (
        sa.select(_address.c.address, _record.c.guid, account.c.id)
        .join_from(_address, _record, _record.c.id == _address.c.record_id)
        .join(
            account,
            sa.and_(account.c.kind == RecordKind.ACCOUNT.value, account.c.guid == _record.c.account_guid),
            isouter=True,
        )
        .where(_record.c.kind == RecordKind.CONTACT.value)
    )
    several: dict[str, set[tuple[str, int | None]]] = {}
    for chunk in in_chunks(sorted(set(addresses) - {""})):
        for address, guid, account_id in conn.execute(query.where(_address.c.address.in_(chunk))):
            several.setdefault(address, set()).add((guid, account_id))
    return {address: next(iter(found)) for address, found in several.items() if len(found) == 1}
