"""What the CRM tells of accounts, and the names by which files call them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.store import tables
from relationship.store.crm.record_tables import Record, RecordAddress

_record = tables.table(Record)
_address = tables.table(RecordAddress)


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """One account of the CRM. arr: revenue of a year in `currency`; renewal_on: when its contract is renewed; lost_on:
    see `Record`."""

    account_id: int
    guid: str
    name: str
    status: str
    owner_guid: str | None
    contact_guid: str | None
    segment: str
    account_number: str
    domain: str
    renewal_on: date | None
    arr: float | None
    currency: str
    created_on: date
    lost_on: date | None = None


_COLUMNS = (_record.c.id, *(_record.c[name] for name in AccountFacts.__slots__[1:]))


def facts(conn: Connection) -> list[AccountFacts]:
    """All accounts, by id."""
    query = sa.select(*_COLUMNS).where(_record.c.kind == RecordKind.ACCOUNT.value).order_by(_record.c.id)
    return [AccountFacts(*row) for row in conn.execute(query)]


def facts_of(conn: Connection, account_id: int) -> AccountFacts | None:
    query = sa.select(*_COLUMNS).where(_record.c.kind == RecordKind.ACCOUNT.value, _record.c.id == account_id)
    row = conn.execute(query).one_or_none()
    return AccountFacts(*row) if row else None


def mail_domains(conn: Connection) -> Iterator[tuple[int, str]]:
    """(account id, mail domain of one of its contacts), each once."""
    account = _record.alias("account")
    contact = _record.alias("contact")
    query = (
        sa.select(account.c.id, _address.c.address)
        .join_from(_address, contact, contact.c.id == _address.c.record_id)
        .join(account, sa.and_(account.c.kind == RecordKind.ACCOUNT.value, account.c.guid == contact.c.account_guid))
        .where(contact.c.kind == RecordKind.CONTACT.value, _address.c.address.contains("@"))
    )
    seen: set[tuple[int, str]] = set()
    for number, address in conn.execute(query):
        one = number, address.rpartition("@")[2]
        if one not in seen:
            seen.add(one)
            yield one
