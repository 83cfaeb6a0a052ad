"""What goes of customers' own words when somebody is left out from now on."""

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.addresses import addresses_in, identity
from relationship.excluded import has_excluded_domain
from relationship.store.chunks import in_chunks
from relationship.store.privacy import words_handed_over
from relationship.store.privacy.excluded_names import LeftOut
from relationship.store.verbatims.verbatim_tables import VERBATIM


def remove(conn: Connection, left_out: LeftOut) -> int:
    """Remove the texts of people who are left out, and texts of others in which their address stands; how many."""
    found: list[int] = []
    columns = (VERBATIM.c.id, VERBATIM.c.address, VERBATIM.c.contact_guid, VERBATIM.c.text)
    someone = sa.or_(VERBATIM.c.address != "", VERBATIM.c.contact_guid.is_not(None), VERBATIM.c.text.contains("@"))
    for number, address, guid, text in conn.execute(sa.select(*columns).where(someone).order_by(VERBATIM.c.id)):
        names = {*addresses_in(text), address, identity("contact", guid) if guid else ""}
        if names & left_out.addresses or any(has_excluded_domain(one, left_out.domains) for one in names):
            found.append(number)
    words_handed_over.take_out(conn, found)
    for chunk in in_chunks(found):
        conn.execute(sa.delete(VERBATIM).where(VERBATIM.c.id.in_(chunk)))
    return len(found)
