"""How many mailboxes another scope would leave, counted before it is saved."""

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store import tables
from relationship.store.crm.record_tables import Colleague
from relationship.store.sources import scope
from relationship.store.sources.sources import MAILBOX
from settings.rules import Sources

_source = tables.table(tables.Source)
_colleague = tables.table(Colleague)


def mailboxes_leaving(conn: Connection, wanted: Sources) -> int:
    """Mailboxes that were read and are outside of this scope; what only they knew goes when it is saved.

    Who left the directory left its groups by that, and stays. While nothing may be read nothing leaves.
    """
    if not wanted.may_read or wanted.everyone:
        return 0
    inside = scope.members(conn, wanted.groups)
    owner = sa.func.substr(_source.c.key, len(MAILBOX) + 1)
    query = (
        sa.select(_colleague.c.key)
        .join(_source, owner == _colleague.c.key)
        .where(_source.c.key.startswith(MAILBOX, autoescape=True), _colleague.c.in_directory)
    )
    return sum(key not in inside for key in conn.scalars(query))
