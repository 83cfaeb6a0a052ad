"""Who wants no mail, as the CRM says: no mail at all, or none that goes to many.

What a contact or lead says holds for each of their addresses; what an account says holds for its contacts too.
"""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.store import tables
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Record, RecordAddress

_record = tables.table(Record)
_account = _record.alias("account")
_address = tables.table(RecordAddress)
_PEOPLE = (RecordKind.CONTACT.value, RecordKind.LEAD.value)


def addresses(conn: Connection, found: Collection[str], *, bulk: bool) -> frozenset[str]:
    """Those of these addresses that may not be written to. bulk: a mail that goes to many, or that nobody released."""
    theirs = sa.and_(_account.c.guid == _record.c.account_guid, _account.c.kind == RecordKind.ACCOUNT.value)
    refused: set[str] = set()
    for chunk in in_chunks(sorted(found)):
        query = (
            sa.select(_address.c.address)
            .join(_record, _record.c.id == _address.c.record_id)
            .outerjoin(_account, theirs)
            .where(_address.c.address.in_(chunk), _record.c.kind.in_(_PEOPLE))
            .where(sa.or_(_says_no(_record, bulk=bulk), _says_no(_account, bulk=bulk)))
        )
        refused |= set(conn.scalars(query))
    return frozenset(refused)


def accounts(conn: Connection, ids: Collection[int], *, bulk: bool) -> frozenset[int]:
    """Those of these accounts, by number, whose people may not be written to."""
    refused: set[int] = set()
    for chunk in in_chunks(sorted(ids)):
        query = sa.select(_record.c.id).where(_record.c.id.in_(chunk), _says_no(_record, bulk=bulk))
        refused |= set(conn.scalars(query))
    return frozenset(refused)


def _says_no(who: sa.FromClause, *, bulk: bool) -> sa.ColumnElement[bool]:
    wishes = (who.c.no_mail, who.c.no_bulk_mail) if bulk else (who.c.no_mail,)
    return sa.or_(*(wish.is_(True) for wish in wishes))
