"""What the store forgets of verbatims: those of one person, and of the days before one."""

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.customers.customer_tables import SATISFACTION
from relationship.store.privacy import words_handed_over
from relationship.store.privacy.one_person import Person
from relationship.store.verbatims.verbatim_tables import VERBATIM, VERBATIM_LINK

# Where an address may stand in what came in.
_WORDS = tuple(VERBATIM.c[name] for name in ("text", "filters", "information", "customer_id", "line_id"))


def theirs(person: Person) -> sa.ColumnElement[bool]:
    """What they said, and texts of others in which their address stands."""
    addresses = sorted(name for name in person.names if "@" in name)
    named = (column.icontains(address, autoescape=True) for address in addresses for column in _WORDS)
    of_them = VERBATIM.c.contact_guid.in_(sorted(person.guids))
    return sa.or_(of_them, VERBATIM.c.address.in_(addresses), *named)


def verbatims(conn: Connection, person: Person) -> int:
    """Their texts, whole, with all that was understood of them, and texts of others in which their address stands."""
    keys = conn.scalars(sa.select(VERBATIM.c.key).where(theirs(person))).all()
    scored = [f"verbatim/{kind}/{key}" for key in keys for kind in ("nps", "percent")]
    conn.execute(sa.update(SATISFACTION).where(SATISFACTION.c.key.in_(scored)).values(contact_guid=None, comment=""))
    gone = conn.execute(sa.delete(VERBATIM).where(theirs(person))).rowcount
    link = VERBATIM_LINK.c
    linked = sa.or_(link.contact_guid.in_(sorted(person.guids)), link.name.in_(sorted(person.names)))
    conn.execute(sa.delete(VERBATIM_LINK).where(linked))
    return gone


def count_before(conn: Connection, day: int) -> int:
    """How many texts `before` would remove."""
    return conn.scalar(sa.select(sa.func.count()).select_from(VERBATIM).where(VERBATIM.c.day < day)) or 0


def before(conn: Connection, day: int) -> int:
    """Remove the texts of earlier days."""
    old = VERBATIM.c.day < day
    words_handed_over.take_out(conn, list(conn.scalars(sa.select(VERBATIM.c.id).where(old))))
    return conn.execute(sa.delete(VERBATIM).where(old)).rowcount
