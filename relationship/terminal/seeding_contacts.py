"""Customers whose primary contact is another one than before, so that the demonstration shows that contacts change."""

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.clock import day_number
from relationship.desk.take_up import take_up
from relationship.house import House
from relationship.importing.words import EventKind
from relationship.store.crm.record_tables import Record
from relationship.store.customers import contact_standings
from relationship.store.customers.customer_tables import ACCOUNT_EVENT
from relationship.store.signals.signal_tables import CONTACT_STANDING
from relationship.store.tables import table

_account = table(Record).alias("seeded_account")
_contact = table(Record).alias("seeded_contact")


def change_primary_contacts(house: House) -> int:
    """Note at each customer that was reorganised that its oldest other contact was the primary one until today.

    Returns how many changes there were; to be called once contacts have been looked at.
    """
    with house.store.transaction(alone=True) as conn:
        before = _former_contacts(conn)
        conn.execute(
            sa.update(CONTACT_STANDING).where(CONTACT_STANDING.c.record_id.in_(list(before))).values(is_primary=True)
        )
        noted = contact_standings.note_changes(conn, today=day_number(house.clock(), house.config.zone))
    take_up(house, sorted(set(before.values())))
    return noted


def _former_contacts(conn: Connection) -> dict[int, int]:
    """The account of each contact who is taken for the primary one of before."""
    reorganised = sa.select(ACCOUNT_EVENT.c.account_id).where(ACCOUNT_EVENT.c.kind == EventKind.REORGANISATION.value)
    query = (
        sa.select(_contact.c.id, _account.c.id)
        .join_from(_contact, _account, _account.c.guid == _contact.c.account_guid)
        .where(
            _contact.c.kind == RecordKind.CONTACT.value,
            _contact.c.status == "active",
            _account.c.kind == RecordKind.ACCOUNT.value,
            _account.c.id.in_(reorganised),
            _account.c.contact_guid != _contact.c.guid,
        )
        .order_by(_contact.c.created_on, _contact.c.guid)
    )
    first: dict[int, int] = {}
    for contact, account in conn.execute(query):
        first.setdefault(account, contact)
    return {contact: account for account, contact in first.items()}
