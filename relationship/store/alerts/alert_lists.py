"""Who is on a list, with names: addresses, and accounts that wait for somebody to choose an address of theirs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind, RecordRef
from relationship.store import tables
from relationship.store.alerts.alert_rules import MailingList, lists, put_on_list, take_off_list
from relationship.store.alerts.alert_tables import ALERT, ALERT_LIST_ENTRY, ALERT_RULE
from relationship.store.chunks import in_chunks
from relationship.store.crm import mail_refusals
from relationship.store.crm.record_tables import Record, RecordAddress
from relationship.store.verbatims.verbatim_tables import VERBATIM

_record = tables.table(Record)
_contact = _record.alias("contact")
_address = tables.table(RecordAddress)


@dataclass(frozen=True, slots=True)
class OnList:
    """address: '' while only the account is known; contact, name: of whoever has the address, None and '' for
    somebody whom the CRM does not know; speaker: GUID of the contact whose words put the account there, '' unknown;
    rule_name: '' when somebody added it by hand; is_refused: the CRM says that they want no mail that goes to many."""

    key: str
    address: str
    account_id: int | None
    account: RecordRef | None
    account_name: str
    contact: RecordRef | None
    name: str
    speaker: str
    alert_id: int | None
    rule_name: str
    added_at: datetime
    is_refused: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """An address of a contact of an account."""

    address: str
    contact: RecordRef
    name: str


def one(conn: Connection, number: int) -> MailingList | None:
    return next((found for found in lists(conn) if found.id == number), None)


def entries(conn: Connection, number: int, *, limit: int, after: str = "") -> list[OnList]:
    """Who is on it, by key: up to `limit` after the key `after`."""
    columns = ALERT_LIST_ENTRY.c
    query = (
        sa.select(
            ALERT_LIST_ENTRY,
            _record.c.guid.label("account_guid"),
            _record.c.name.label("account_name"),
            VERBATIM.c.contact_guid.label("speaker"),
            ALERT_RULE.c.name.label("rule_name"),
        )
        .outerjoin(ALERT, ALERT.c.id == columns.alert_id)
        .outerjoin(ALERT_RULE, ALERT_RULE.c.id == ALERT.c.rule_id)
        .outerjoin(VERBATIM, VERBATIM.c.id == ALERT.c.verbatim_id)
        .outerjoin(_record, _record.c.id == columns.account_id)
        .where(columns.list_id == number, columns.key > after)
        .order_by(columns.key)
        .limit(limit)
    )
    rows = conn.execute(query).all()
    people = _people(conn, [row.address for row in rows if row.address])
    refused: frozenset[str | int] = mail_refusals.addresses(
        conn, {row.address for row in rows if row.address}, bulk=True
    ) | mail_refusals.accounts(conn, {row.account_id for row in rows if row.account_id}, bulk=True)
    return [
        _on_list(row, people.get(row.address), is_refused=not refused.isdisjoint((row.address, row.account_id)))
        for row in rows
    ]


def choices(conn: Connection, account_ids: Collection[int]) -> dict[int, list[Choice]]:
    """The addresses of the active contacts of these accounts, by account and name; of those who take mail to many."""
    account = _record.alias("account")
    found: dict[int, list[Choice]] = {}
    for chunk in in_chunks(sorted(account_ids)):
        query = (
            sa.select(account.c.id, _address.c.address, _contact.c.guid, _contact.c.name)
            .join_from(_contact, account, sa.and_(account.c.guid == _contact.c.account_guid))
            .join(_address, _address.c.record_id == _contact.c.id)
            .where(
                account.c.kind == RecordKind.ACCOUNT.value,
                account.c.id.in_(chunk),
                _contact.c.kind == RecordKind.CONTACT.value,
                _contact.c.status == "active",
                _address.c.address.contains("@"),
            )
            .order_by(_contact.c.name, _address.c.address)
        )
        rows = conn.execute(query).all()
        refused = mail_refusals.addresses(conn, {address for _id, address, _guid, _name in rows}, bulk=True)
        for account_id, address, guid, name in rows:
            if address not in refused:
                found.setdefault(account_id, []).append(Choice(address, RecordRef(RecordKind.CONTACT, guid), name))
    return found


def choose(conn: Connection, number: int, entry: OnList, addresses: Sequence[str], *, at: datetime) -> None:
    """Put these addresses of an account on the list in the place of the account alone."""
    for address in addresses:
        put_on_list(
            conn, number, at=at, address=address, account_id=entry.account_id, alert_id=entry.alert_id
        )  # fmt: skip
    take_off_list(conn, number, entry.key)


def _people(conn: Connection, addresses: Sequence[str]) -> dict[str, tuple[str, str]]:
    """(GUID, name) of the contacts with these addresses."""
    found: dict[str, tuple[str, str]] = {}
    for chunk in in_chunks(list(addresses)):
        query = (
            sa.select(_address.c.address, _contact.c.guid, _contact.c.name)
            .join_from(_address, _contact, _contact.c.id == _address.c.record_id)
            .where(_contact.c.kind == RecordKind.CONTACT.value, _address.c.address.in_(chunk))
            .order_by(_contact.c.guid.desc())
        )
        found |= {address: (guid, name) for address, guid, name in conn.execute(query)}
    return found


def _on_list(row: Any, person: tuple[str, str] | None, *, is_refused: bool) -> OnList:
    return OnList(
        key=row.key,
        address=row.address,
        account_id=row.account_id,
        account=RecordRef(RecordKind.ACCOUNT, row.account_guid) if row.account_guid else None,
        account_name=row.account_name or "",
        contact=RecordRef(RecordKind.CONTACT, person[0]) if person else None,
        name=person[1] if person else "",
        speaker=row.speaker or "",
        alert_id=row.alert_id,
        rule_name=row.rule_name or "",
        added_at=row.added_at,
        is_refused=is_refused,
    )
