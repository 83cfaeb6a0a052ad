"""What goes of customers' own words when somebody is left out from now on."""

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.addresses import addresses_in, identity
from relationship.excluded import has_excluded_domain
from relationship.store import tables
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Record
from relationship.store.privacy import words_handed_over
from relationship.store.privacy.excluded_names import LeftOut
from relationship.store.verbatims.verbatim_tables import VERBATIM

_record = tables.table(Record)
# Where an address may stand in words.
_WORDS = (VERBATIM.c.text, VERBATIM.c.filters, VERBATIM.c.information, VERBATIM.c.customer_id)


def remove(conn: Connection, left_out: LeftOut) -> int:
    """Remove what `theirs` finds; how many."""
    found = theirs(conn, left_out)
    words_handed_over.take_out(conn, found)
    for chunk in in_chunks(found):
        conn.execute(sa.delete(VERBATIM).where(VERBATIM.c.id.in_(chunk)))
    return len(found)


def theirs(conn: Connection, left_out: LeftOut) -> list[int]:
    """Texts of people and accounts that are left out, and texts of others in which their address stands."""
    accounts = _account_ids(conn, left_out)

    def is_left_out(names: frozenset[str]) -> bool:
        return bool(names & left_out.addresses) or any(has_excluded_domain(one, left_out.domains) for one in names)

    columns = (VERBATIM.c.id, VERBATIM.c.address, VERBATIM.c.contact_guid, VERBATIM.c.account_id)
    found = {
        number
        for number, address, guid, account in conn.execute(sa.select(*columns))
        if account in accounts or is_left_out(frozenset({address, identity("contact", guid) if guid else ""}))
    }
    with_addresses = sa.select(VERBATIM.c.id, *_WORDS).where(sa.or_(*(one.contains("@") for one in _WORDS)))
    for number, *words in conn.execute(with_addresses):
        if is_left_out(addresses_in("\n".join(words))):
            found.add(number)
    return sorted(found)


def account_names(conn: Connection, numbers: set[int]) -> dict[int, str]:
    """The identity of each account, by its number here."""
    found: dict[int, str] = {}
    for chunk in in_chunks(sorted(numbers)):
        query = sa.select(_record.c.id, _record.c.guid).where(_record.c.id.in_(chunk))
        found |= {number: identity(RecordKind.ACCOUNT, guid) for number, guid in conn.execute(query)}
    return found


def _account_ids(conn: Connection, left_out: LeftOut) -> set[int]:
    named = (name.partition(":") for name in left_out.addresses)
    guids = sorted(guid for kind, _, guid in named if kind == RecordKind.ACCOUNT)
    found: set[int] = set()
    for chunk in in_chunks(guids):
        is_theirs = sa.and_(_record.c.kind == RecordKind.ACCOUNT.value, sa.func.lower(_record.c.guid).in_(chunk))
        found |= set(conn.scalars(sa.select(_record.c.id).where(is_theirs)))
    return found
