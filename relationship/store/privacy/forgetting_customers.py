"""What the store forgets of what came in about customers: of one person, and of the days before one."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.customers import usage
from relationship.store.customers.customer_tables import ACCOUNT_EVENT, SATISFACTION, USAGE_DAY, USAGE_SPAN
from relationship.store.importing import import_runs
from relationship.store.importing.import_tables import IMPORT_FAULT
from relationship.store.privacy.one_person import Person

# A week or month that holds a day began at most so many days before it.
LONGEST_SPAN = 31
BY_DAY = (USAGE_DAY, ACCOUNT_EVENT, SATISFACTION)


def answers(conn: Connection, person: Person) -> int:
    """Who gave an answer to a survey, and the words; the score stays, of nobody."""
    theirs = sa.update(SATISFACTION).where(SATISFACTION.c.contact_guid.in_(sorted(person.guids)))
    return conn.execute(theirs.values(contact_guid=None, comment="")).rowcount


def imports(conn: Connection, person: Person) -> int:
    """Rejected lines that hold an address of the person, and what runs show of customers' words."""
    gone = 0
    for address in sorted(one for one in person.names if "@" in one):
        lines = IMPORT_FAULT.c.cells.icontains(address, autoescape=True)
        gone += conn.execute(sa.update(IMPORT_FAULT).where(lines).values(cells="")).rowcount
    if person.names:
        import_runs.forget_words(conn)
    return gone


def count_before(conn: Connection, day: int) -> int:
    """How many days of use, events and answers `before` would remove."""
    return sum(
        conn.scalar(sa.select(sa.func.count()).select_from(table).where(table.c.day < day)) or 0 for table in BY_DAY
    )


def before(conn: Connection, day: int, *, runs_before: datetime) -> int:
    """Remove use, events and answers of earlier days, and earlier runs of imports; sums keep to the days that stay.
    Returns how many of the former."""
    gone = 0
    for table in BY_DAY:
        gone += conn.execute(sa.delete(table).where(table.c.day < day)).rowcount
    conn.execute(sa.delete(USAGE_SPAN).where(USAGE_SPAN.c.start < day))
    kept = sa.select(USAGE_DAY.c.account_id, USAGE_DAY.c.day).where(USAGE_DAY.c.day < day + LONGEST_SPAN)
    usage.add_up(conn, kept.subquery("kept"))
    import_runs.remove_before(conn, runs_before)
    return gone
