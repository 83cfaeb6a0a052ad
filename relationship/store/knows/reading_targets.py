"""Named queries of whom one may want to meet: contacts, leads and accounts that the reader may read.

A record outside the scope looks like one that does not exist.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind, RecordRef
from relationship.store.crm.record_tables import Colleague, Record
from relationship.store.lists.searching import holds
from relationship.store.reading.reading_scope import Scope, may_be_read
from relationship.store.tables import table

TARGETS = (RecordKind.CONTACT, RecordKind.LEAD, RecordKind.ACCOUNT)
PEOPLE = (RecordKind.CONTACT, RecordKind.LEAD)

_record = table(Record)
_account = _record.alias("account")


@dataclass(frozen=True, slots=True)
class Target:
    """job_title, account: '' and account_guid: None where there is none."""

    kind: RecordKind
    guid: str
    name: str
    job_title: str
    account: str
    account_guid: str | None

    @property
    def ref(self) -> RecordRef:
        return RecordRef(self.kind, self.guid)


def search(conn: Connection, text: str, *, scope: Scope, limit: int) -> list[Target]:
    """Those whose name, or whose account's name, holds every word; accounts first, then by name; [] without words."""
    words = text.split()
    if not words:
        return []
    named = [holds([_record.c.name, _account.c.name], word) for word in words]
    is_person = sa.case((_record.c.kind == RecordKind.ACCOUNT.value, 0), else_=1)
    query = _query(scope).where(*named).order_by(is_person, sa.func.lower(_record.c.name), _record.c.guid)
    return _rows(conn, query.limit(limit))


def target(conn: Connection, ref: RecordRef, *, scope: Scope) -> Target | None:
    """One of them, None outside the scope."""
    found = targets(conn, [ref], scope=scope)
    return found[0] if found else None


def targets(conn: Connection, refs: Sequence[RecordRef], *, scope: Scope) -> list[Target]:
    """Those of a short list that lie inside the scope, in its order."""
    if not refs:
        return []
    wanted = sa.or_(*(sa.and_(_record.c.kind == ref.kind.value, _record.c.guid == ref.guid) for ref in refs))
    found = {one.ref: one for one in _rows(conn, _query(scope).where(wanted))}
    return [found[ref] for ref in refs if ref in found]


def colleague_keys(conn: Connection, ids: Iterable[int]) -> frozenset[str]:
    """The keys of colleagues, from their ids."""
    columns = table(Colleague).c
    return frozenset(conn.scalars(sa.select(columns.key).where(columns.id.in_(sorted(ids)))))


def _query(scope: Scope) -> sa.Select[Any]:
    r = _record.c
    theirs = sa.and_(_account.c.kind == RecordKind.ACCOUNT.value, _account.c.guid == r.account_guid)
    within = sa.or_(*(sa.and_(r.kind == kind.value, may_be_read(scope, kind)) for kind in TARGETS))
    return (
        sa.select(r.kind, r.guid, r.name, r.job_title, sa.func.coalesce(_account.c.name, ""), r.account_guid)
        .select_from(_record.outerjoin(_account, theirs))
        .where(within)
    )


def _rows(conn: Connection, query: sa.Select[Any]) -> list[Target]:
    return [Target(RecordKind(kind), *rest) for kind, *rest in conn.execute(query)]
