"""What the store forgets of verbatims: those of one person, and of the days before one."""

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.customers.customer_tables import SATISFACTION
from relationship.store.privacy import words_handed_over
from relationship.store.privacy.one_person import Person
from relationship.store.verbatims.verbatim_tables import VERBATIM, VERBATIM_CORRECTION, VERBATIM_LINK, VERBATIM_MAPPING


def theirs(person: Person) -> sa.ColumnElement[bool]:
    """What they said, and texts of others in which their address stands."""
    addresses = sorted(name for name in person.names if "@" in name)
    named = (
        column.icontains(address, autoescape=True)
        for address in addresses
        for column in (VERBATIM.c.text, VERBATIM.c.filters, VERBATIM.c.information, VERBATIM.c.customer_id)
    )
    of_them = VERBATIM.c.contact_guid.in_(sorted(person.guids))
    return sa.or_(of_them, VERBATIM.c.address.in_(addresses), *named)


def verbatims(conn: Connection, person: Person) -> int:
    """Their texts, whole, with all that was understood of them; texts of others in which their address stands; and
    that they brought some in."""
    keys = conn.scalars(sa.select(VERBATIM.c.key).where(theirs(person))).all()
    scored = [f"verbatim/{kind}/{key}" for key in keys for kind in ("nps", "percent")]
    conn.execute(sa.update(SATISFACTION).where(SATISFACTION.c.key.in_(scored)).values(contact_guid=None, comment=""))
    gone = conn.execute(sa.delete(VERBATIM).where(theirs(person))).rowcount
    conn.execute(
        sa.update(VERBATIM).where(VERBATIM.c.added_by.in_(person.colleague_keys)).values(added_by="", added_by_name="")
    )
    link = VERBATIM_LINK.c
    linked = sa.or_(link.contact_guid.in_(sorted(person.guids)), link.name.in_(sorted(person.names)))
    conn.execute(sa.delete(VERBATIM_LINK).where(linked))
    for table in (VERBATIM_LINK, VERBATIM_CORRECTION):
        conn.execute(sa.update(table).where(table.c.by.in_(person.colleague_keys)).values(by="", by_name=""))
    conn.execute(
        sa.update(VERBATIM_MAPPING).where(VERBATIM_MAPPING.c.saved_by.in_(person.colleague_keys)).values(saved_by="")
    )
    return gone


def before(conn: Connection, day: int) -> int:
    """Remove the texts of earlier days."""
    old = VERBATIM.c.day < day
    words_handed_over.take_out(conn, list(conn.scalars(sa.select(VERBATIM.c.id).where(old))))
    return conn.execute(sa.delete(VERBATIM).where(old)).rowcount
