"""What files may call the accounts, opportunities and contacts that are kept."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind, RecordRef
from relationship.importing.kinds import ImportKind
from relationship.importing.names import ContactName, Contacts, Named, Names, Registry
from relationship.store import tables
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Record, RecordAddress
from relationship.store.customers import account_facts

_record = tables.table(Record)
_address = tables.table(RecordAddress)
# So many accounts may share a domain of mail before it names none of them, as that of a mail provider.
_SHARED_BY = 3


def names(conn: Connection, kind: ImportKind) -> Names:
    """The names that a kind of import needs."""
    if kind is ImportKind.STAGES:
        return Names(Registry("account", ()), _opportunities(conn), Contacts(()))
    accounts = _accounts(conn)
    contacts = _contacts(conn) if kind is ImportKind.SATISFACTION else Contacts(())
    return Names(accounts, Registry("opportunity", ()), contacts)


def records_called(conn: Connection, wanted: Collection[str]) -> dict[str, frozenset[RecordRef]]:
    """The accounts and opportunities that bear these names, by name."""
    found: dict[str, set[RecordRef]] = {}
    kinds = [RecordKind.ACCOUNT.value, RecordKind.OPPORTUNITY.value]
    for chunk in in_chunks(sorted(set(wanted))):
        query = sa.select(_record.c.name, _record.c.kind, _record.c.guid).where(_record.c.name.in_(chunk))
        for name, kind, guid in conn.execute(query.where(_record.c.kind.in_(kinds))):
            found.setdefault(name, set()).add(RecordRef(RecordKind(kind), guid))
    return {name: frozenset(refs) for name, refs in found.items()}


def _accounts(conn: Connection) -> Registry:
    """By GUID, number, name, domain of the web site, and domain of the mail of their contacts."""
    known = account_facts.facts(conn)
    sites = {one.domain for one in known if one.domain}
    users: dict[str, set[int]] = {}
    for number, domain in account_facts.mail_domains(conn):
        if domain not in sites:
            users.setdefault(domain, set()).add(number)
    domains: dict[int, list[str]] = {}
    for domain, numbers in users.items():
        if len(numbers) <= _SHARED_BY:
            for number in numbers:
                domains.setdefault(number, []).append(domain)
    return Registry(
        "account",
        (
            Named(
                one.account_id,
                one.guid,
                (one.account_number, one.name, one.domain, *domains.get(one.account_id, ())),
                one.status == "active",
            )
            for one in known
        ),
    )


def _opportunities(conn: Connection) -> Registry:
    query = sa.select(_record.c.id, _record.c.guid, _record.c.name).where(
        _record.c.kind == RecordKind.OPPORTUNITY.value
    )
    return Registry("opportunity", (Named(number, guid, (name,)) for number, guid, name in conn.execute(query)))


def _contacts(conn: Connection) -> Contacts:
    account = _record.alias("account")
    query = (
        sa.select(_record.c.id, _record.c.guid, account.c.id)
        .join_from(
            _record,
            account,
            sa.and_(account.c.kind == RecordKind.ACCOUNT.value, account.c.guid == _record.c.account_guid),
            isouter=True,
        )
        .where(_record.c.kind == RecordKind.CONTACT.value)
    )
    found = {number: (guid, account_id) for number, guid, account_id in conn.execute(query)}
    addresses: dict[int, list[str]] = {}
    told = sa.select(_address.c.record_id, _address.c.address).where(_address.c.address.contains("@"))
    for number, address in conn.execute(told):
        addresses.setdefault(number, []).append(address)
    return Contacts(
        ContactName(guid, account_id, tuple(addresses.get(number, ()))) for number, (guid, account_id) in found.items()
    )
