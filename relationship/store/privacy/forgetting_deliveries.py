"""Forgetting one person in what leaves by itself: what goes to them, what is about them, and how they wish to be told."""

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.chunks import in_chunks
from relationship.store.outbox.outbox import ADDRESS, CUSTOMER, PERSON
from relationship.store.outbox.outbox_tables import DELIVERY, MAIL_CHOICE
from relationship.store.privacy.one_person import Person


def deliveries(conn: Connection, person: Person) -> int:
    """Deliveries to the person and about the person's records, whatever became of them."""
    keys = person.colleague_keys
    conn.execute(sa.delete(MAIL_CHOICE).where(MAIL_CHOICE.c.person_key.in_(keys)))
    targets = [f"{PERSON}{key}" for key in keys]
    targets += [
        f"{sort}{language}/{name}" for sort in (ADDRESS, CUSTOMER) for name in person.names for language in ("fr", "en")
    ]
    gone = 0
    for column, values in ((DELIVERY.c.target, targets), (DELIVERY.c.record_guid, sorted(person.guids))):
        for chunk in in_chunks(values):
            gone += conn.execute(sa.delete(DELIVERY).where(column.in_(chunk))).rowcount
    return gone
