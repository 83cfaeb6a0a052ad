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
from relationship.store.crm.record_tables import Record, RecordAddress
from relationship.store.importing import import_names
from relationship.store.verbatims import verbatim_links

_record = tables.table(Record)
_address = tables.table(RecordAddress)

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
    """Who said something. account_id, contact_guid: None where it is not known;  link_id: of the link by hand that
    told them."""

    account_id: int | None = None
    contact_guid: str | None = None
    link_id: int | None = None


class Speakers:
    """The accounts, contacts and links by hand that are known now."""

    def __init__(self, conn: Connection) -> None:
        self._accounts: Registry = import_names.names(conn, ImportKind.HEALTH).accounts
        self._links = verbatim_links.all_of(conn)
        self._contacts: dict[str, tuple[str | None, int | None]] = {}

    def learn(self, conn: Connection, addresses: Collection[str]) -> None:
        """Look up the contacts of some addresses."""
        new = set(addresses) - set(self._contacts)
        self._contacts |= dict.fromkeys(new, (None, None)) | _contacts(conn, new)

    def find(self, *, account: str = "", customer_id: str = "", address: str = "", key: str = "") -> Speaker:
        """By what the account is called, else by the customer number, else by the contact's address or its domain.

        What somebody linked by hand goes before a domain. key: of the text; addresses must have been learnt
        """
        contact_guid, of_contact = self._contacts.get(address, (None, None))
        for name in (account, customer_id):
            found = self._account(name)
            if found is not None:
                return Speaker(found, contact_guid if of_contact in (found, None) else None)
        if contact_guid is not None and of_contact is not None:
            return Speaker(of_contact, contact_guid)
        for sort, name in (("text", key), ("customer", customer_id.strip()), ("address", address)):
            if link := self._links.get((sort, name)):
                return Speaker(link.account_id, link.contact_guid or contact_guid, link.id)
        domain = domain_of(address) if "@" in address else ""
        return Speaker(self._account(domain) if domain and domain not in FREE_MAIL else None, contact_guid)

    def _account(self, name: str) -> int | None:
        try:
            return self._accounts.find(name) if name.strip() else None
        except Bad:
            return None


def _contacts(conn: Connection, addresses: Collection[str]) -> dict[str, tuple[str | None, int | None]]:
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
    several: dict[str, set[tuple[str | None, int | None]]] = {}
    for chunk in in_chunks(sorted(set(addresses) - {""})):
        for address, guid, account_id in conn.execute(query.where(_address.c.address.in_(chunk))):
            several.setdefault(address, set()).add((guid, account_id))
    return {address: next(iter(found)) for address, found in several.items() if len(found) == 1}
