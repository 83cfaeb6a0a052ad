"""Named queries of what belongs together: the opportunities of an account or a contact.

Everything is asked within the reader's scope; what lies outside is neither listed nor counted.
"""

from collections.abc import Container
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind, RecordRef
from relationship.store.crm.record_tables import Membership, Record
from relationship.store.lists.record_lists import RecordRow, record_rows
from relationship.store.reading.reading_scope import Scope, may_be_read
from relationship.store.tables import table

_record = table(Record)
_membership = table(Membership)
_account = _record.alias("account")


@dataclass(frozen=True, slots=True)
class Related:
    """rows: the first of them; total: how many there are within the scope."""

    rows: tuple[RecordRow, ...]
    total: int

    @property
    def refs(self) -> frozenset[RecordRef]:
        return frozenset(map(_ref, self.rows))

    def only(self, seen: Container[RecordRef]) -> "Related":
        """Without the rows that were not seen; they are not counted either."""
        rows = tuple(row for row in self.rows if _ref(row) in seen)
        return Related(rows, self.total - len(self.rows) + len(rows))


def _ref(row: RecordRow) -> RecordRef:
    return RecordRef(RecordKind(row.kind), row.guid)


def opportunities_of_account(conn: Connection, guid: str, *, scope: Scope, limit: int) -> Related:
    """Its open opportunities, highest value first."""
    which = sa.and_(_record.c.account_guid == guid, _record.c.status == "open")
    return _opportunities(conn, which, scope=scope, limit=limit)


def opportunities_of_contact(conn: Connection, guid: str, *, scope: Scope, limit: int) -> Related:
    """Those it is the contact or a stakeholder of, or whose account it is the primary contact of; open ones first."""
    on_them = sa.select(_membership.c.opportunity_guid).where(
        _membership.c.member == "contact", _membership.c.member_guid == guid
    )
    accounts = sa.select(_account.c.guid).where(
        _account.c.kind == RecordKind.ACCOUNT.value, _account.c.contact_guid == guid
    )
    which = sa.or_(_record.c.contact_guid == guid, _record.c.guid.in_(on_them), _record.c.account_guid.in_(accounts))
    return _opportunities(conn, which, scope=scope, limit=limit)


def _opportunities(conn: Connection, which: sa.ColumnElement[bool], *, scope: Scope, limit: int) -> Related:
    closed_last = sa.case((_record.c.status == "open", 0), else_=1)
    query = (
        sa.select(_record.c.id, sa.func.count().over())
        .where(_record.c.kind == RecordKind.OPPORTUNITY.value, which, may_be_read(scope))
        .order_by(closed_last, sa.desc(sa.func.coalesce(_record.c.value, 0.0)), _record.c.id)
        .limit(limit)
    )
    found = conn.execute(query).all()
    return Related(record_rows(conn, [number for number, _ in found]), found[0][1] if found else 0)
