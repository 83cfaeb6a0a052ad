"""Named queries of who may be asked, for whom, and how the people on requests are called."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind, RecordRef
from relationship.addresses import domain_of
from relationship.store import deployment, tables
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Colleague, ColleagueAddress, Record, RecordAddress
from relationship.store.knows.introductions import Introduction
from relationship.store.knows.tie_tables import PREFERENCE
from relationship.store.reading.reading_contact import contact_names

_colleague = tables.table(Colleague)
_own = tables.table(ColleagueAddress)
_record = tables.table(Record)
_record_address = tables.table(RecordAddress)

CRM_ONLY = "systemuser:"


@dataclass(frozen=True, slots=True)
class Correspondent:
    """A colleague as mail reaches him. address: '' when none is known; systemuser_guid: '' outside the CRM."""

    key: str
    name: str
    systemuser_guid: str
    address: str


def correspondent(conn: Connection, key: str) -> Correspondent | None:
    """A colleague who is still there, None for everybody else."""
    columns = _colleague.c
    row = conn.execute(sa.select(_colleague).where(columns.key == key, columns.enabled)).one_or_none()
    if row is None or not (row.in_directory or (row.in_crm and key.startswith(CRM_ONLY))):
        return None
    return Correspondent(key, row.name or row.crm_name, row.systemuser_guid or "", _address(conn, row.id))


def may_be_asked(conn: Connection, key: str) -> bool:
    """Whether a colleague's own switches let him be asked."""
    columns = PREFERENCE.c
    query = sa.select(columns.opted_out_at, columns.do_not_ask).where(columns.colleague_key == key)
    row = conn.execute(query).one_or_none()
    return row is None or (row.opted_out_at is None and not row.do_not_ask)


def is_outside(conn: Connection, target: RecordRef) -> bool:
    """Whether this is a contact or lead, and no address of it is a colleague's or in a domain of ours."""
    if target.kind not in (RecordKind.CONTACT, RecordKind.LEAD):
        return False
    query = sa.select(_record.c.id).where(_record.c.kind == target.kind.value, _record.c.guid == target.guid)
    number = conn.execute(query).scalar_one_or_none()
    if number is None:
        return False
    addresses = set(conn.scalars(sa.select(_record_address.c.address).where(_record_address.c.record_id == number)))
    own = conn.scalars(sa.select(_own.c.address).where(_own.c.address.in_(sorted(addresses)))).all()
    return not own and not {domain_of(address) for address in addresses} & _domains(conn)


def colleague_names(conn: Connection, keys: Iterable[str]) -> dict[str, str]:
    """Names by key, also of those who have left."""
    found: dict[str, str] = {}
    columns = _colleague.c
    for chunk in in_chunks(sorted(set(keys))):
        for key, name, crm_name in conn.execute(
            sa.select(columns.key, columns.name, columns.crm_name).where(columns.key.in_(chunk))
        ):
            found[key] = name or crm_name
    return found


def names_on(conn: Connection, one: Introduction) -> tuple[str, str, str]:
    """How seller, colleague and contact of a request are called now, '' for who is gone."""
    known = colleague_names(conn, (one.seller_key, one.colleague_key))
    contact = contact_names(conn, one.target.guid)
    return known.get(one.seller_key, ""), known.get(one.colleague_key, ""), contact.name if contact else ""


def _address(conn: Connection, number: int) -> str:
    """The address to write to: the CRM's when the directory has it too, else the first in a domain of ours.

    Every mail address of a directory user leads to the same mailbox; ids and `onmicrosoft.com` names come last.
    """
    rows = conn.execute(sa.select(_own.c.address, _own.c.origin).where(_own.c.colleague_id == number)).all()
    mail = [(address, origin) for address, origin in rows if "@" in address]
    in_directory = {address for address, origin in mail if origin == "msgraph"}
    crm = {address for address, origin in mail if origin == "dataverse"}
    ours = _domains(conn)

    def rank(address: str) -> tuple[bool, bool, bool, str]:
        domain = domain_of(address)
        known_to_crm = address in crm and (address in in_directory or not in_directory)
        return domain.endswith(".onmicrosoft.com"), domain not in ours, not known_to_crm, address

    return min((address for address, _origin in mail), key=rank, default="")


def _domains(conn: Connection) -> frozenset[str]:
    kept = deployment.load(conn)
    return kept.domains if kept else frozenset()
