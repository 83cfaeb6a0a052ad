"""One person with everything by which the store knows them, from one address or identity."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.addresses import identity, normalise
from relationship.errors import FixSettings
from relationship.store import tables
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Address, Colleague, ColleagueAddress, Record, RecordAddress
from relationship.store.privacy.exclusions import same_people

_colleague = tables.table(Colleague)
_colleague_address = tables.table(ColleagueAddress)
_record = tables.table(Record)
_record_address = tables.table(RecordAddress)
_address = tables.table(Address)

IDENTITIES = ("contact:", "lead:", "user:", "systemuser:", "tel:")


@dataclass(frozen=True, slots=True)
class Person:
    """names: addresses and identities; guids: of contacts and leads; the ids are those of the store."""

    names: frozenset[str]
    guids: frozenset[str]
    record_ids: tuple[int, ...]
    colleague_keys: tuple[str, ...]
    colleague_ids: tuple[int, ...]
    address_ids: tuple[int, ...]


def spelled(text: str) -> str:
    """An address or identity in the spelling of the store; FixSettings for what is neither."""
    found = text.strip().lower() if text.strip().lower().startswith(IDENTITIES) else normalise(text.strip())
    if found is None:
        raise FixSettings(
            "This is neither a mail address nor an identity.",
            next_step="Give an address, or contact:<guid>, lead:<guid>, user:<Entra object id>.",
            code="no_such_name",
        )
    return found


def person(conn: Connection, name: str) -> Person:
    """Whom a name stands for: contacts with all merged into them, leads and colleagues who have it.

    A name that nothing knows stands for somebody of whom nothing is kept yet. Addresses that other people have too
    are not among the names. Raises FixSettings when the name stands for several contacts.
    """
    ids = _contacts(conn, name)
    colleagues = _colleagues(conn, name)
    record_names = _names_of_records(conn, ids)
    own = _names_of_colleagues(conn, list(colleagues))
    names = {name} | own | (record_names - _shared(conn, record_names, ids))
    guids = _guids(conn, ids)
    found: list[int] = []
    for chunk in in_chunks(sorted(names)):
        found += conn.scalars(sa.select(_address.c.id).where(_address.c.address.in_(chunk)))
    return Person(
        frozenset(names),
        frozenset(guids),
        tuple(sorted(ids)),
        tuple(sorted(colleagues.values())),
        tuple(sorted(colleagues)),
        tuple(sorted(found)),
    )


def _contacts(conn: Connection, name: str) -> set[int]:
    """The ids of the records that are this person."""
    query = (
        sa.select(_record.c.id, _record.c.kind, _record.c.guid)
        .join(_record_address, _record_address.c.record_id == _record.c.id)
        .where(_record_address.c.address == name)
    )
    rows = conn.execute(query).all()
    contacts = {guid for _, kind, guid in rows if kind == RecordKind.CONTACT}
    together = same_people(conn, set(sorted(contacts)[:1]))
    if contacts - together:
        raise FixSettings(
            f"{len(contacts)} contacts of the CRM have this address.",
            next_step="Name one of them: " + ", ".join(identity("contact", guid) for guid in sorted(contacts)[:5]),
            code="several_people",
        )
    ids = {number for number, kind, _ in rows if kind != RecordKind.CONTACT}
    for chunk in in_chunks(sorted(together)):
        ids |= set(
            conn.scalars(
                sa.select(_record.c.id).where(_record.c.kind == RecordKind.CONTACT.value, _record.c.guid.in_(chunk))
            )
        )
    return ids


def _colleagues(conn: Connection, name: str) -> dict[int, str]:
    query = (
        sa.select(_colleague.c.id, _colleague.c.key)
        .join(_colleague_address, _colleague_address.c.colleague_id == _colleague.c.id)
        .where(_colleague_address.c.address == name)
    )
    return dict(conn.execute(query).all())


def _names_of_records(conn: Connection, ids: set[int]) -> set[str]:
    return set(conn.scalars(sa.select(_record_address.c.address).where(_record_address.c.record_id.in_(ids))))


def _names_of_colleagues(conn: Connection, ids: list[int]) -> set[str]:
    return set(conn.scalars(sa.select(_colleague_address.c.address).where(_colleague_address.c.colleague_id.in_(ids))))


def _shared(conn: Connection, names: set[str], ids: set[int]) -> set[str]:
    """Those of these names that records of other people have as well."""
    query = sa.select(_record_address.c.address).where(
        _record_address.c.address.in_(names), _record_address.c.record_id.not_in(ids)
    )
    return set(conn.scalars(query))


def _guids(conn: Connection, ids: set[int]) -> set[str]:
    return set(conn.scalars(sa.select(_record.c.guid).where(_record.c.id.in_(ids))))
