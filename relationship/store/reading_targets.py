"""Named queries of whom one may want to meet: contacts, leads and accounts that the reader may read.

A seller reads what is his, and what stands on the opportunities that he may read: their account, its contacts, their
stakeholders. In doubt a record is outside, and looks like one that does not exist.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind, RecordRef
from relationship.store.reading_scope import Reach, Scope, may_be_read, owned_by
from relationship.store.searching import holds
from relationship.store.tables import Colleague, Membership, Record, table

TARGETS = (RecordKind.CONTACT, RecordKind.LEAD, RecordKind.ACCOUNT)
PEOPLE = (RecordKind.CONTACT, RecordKind.LEAD)

_record = table(Record)
_target = _record.alias("target")
_account = _record.alias("account")
_membership = table(Membership)


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
    named = [holds([_target.c.name, _account.c.name], word) for word in words]
    is_person = sa.case((_target.c.kind == RecordKind.ACCOUNT.value, 0), else_=1)
    query = _query(scope).where(*named).order_by(is_person, sa.func.lower(_target.c.name), _target.c.guid)
    return _rows(conn, query.limit(limit))


def target(conn: Connection, ref: RecordRef, *, scope: Scope) -> Target | None:
    """One of them, None outside the scope."""
    found = _rows(conn, _query(scope).where(_target.c.kind == ref.kind.value, _target.c.guid == ref.guid))
    return found[0] if found else None


def targets(conn: Connection, refs: Sequence[RecordRef], *, scope: Scope) -> list[Target]:
    """Those of a short list that lie inside the scope, in its order."""
    if not refs:
        return []
    wanted = sa.or_(*(sa.and_(_target.c.kind == ref.kind.value, _target.c.guid == ref.guid) for ref in refs))
    found = {one.ref: one for one in _rows(conn, _query(scope).where(wanted))}
    return [found[ref] for ref in refs if ref in found]


def contacts_of_opportunity(conn: Connection, guid: str, *, scope: Scope) -> list[Target]:
    """The contact, the stakeholders and the account's primary contact of an opportunity, by name."""
    deal = sa.and_(_record.c.kind == RecordKind.OPPORTUNITY.value, _record.c.guid == guid, may_be_read(scope))
    primary = (
        sa.select(_account.c.contact_guid)
        .select_from(_record.join(_account, _account.c.guid == _record.c.account_guid))
        .where(deal, _account.c.kind == RecordKind.ACCOUNT.value, _account.c.contact_guid.is_not(None))
    )
    own = sa.select(_record.c.contact_guid).where(deal, _record.c.contact_guid.is_not(None))
    on_it = _target.c.guid.in_(sa.union_all(own, primary, _members(sa.select(_record.c.guid).where(deal))))
    query = _query(Scope(Reach.EVERYTHING)).where(_target.c.kind == RecordKind.CONTACT.value, on_it)
    return _rows(conn, query.order_by(sa.func.lower(_target.c.name), _target.c.guid))


def colleague_keys(conn: Connection, ids: Iterable[int]) -> frozenset[str]:
    """The keys of colleagues, from their ids."""
    columns = table(Colleague).c
    return frozenset(conn.scalars(sa.select(columns.key).where(columns.id.in_(sorted(ids)))))


def _query(scope: Scope) -> sa.Select[Any]:
    t = _target.c
    theirs = sa.and_(_account.c.kind == RecordKind.ACCOUNT.value, _account.c.guid == t.account_guid)
    return (
        sa.select(t.kind, t.guid, t.name, t.job_title, sa.func.coalesce(_account.c.name, ""), t.account_guid)
        .select_from(_target.outerjoin(_account, theirs))
        .where(t.kind.in_([kind.value for kind in TARGETS]), _within(scope))
    )


def _within(scope: Scope) -> sa.ColumnElement[bool]:
    if scope.reach is Reach.EVERYTHING:
        return sa.true()
    if scope.reach is not Reach.OWN or not scope.colleague_key:
        return sa.false()
    t = _target.c
    deals = sa.and_(_record.c.kind == RecordKind.OPPORTUNITY.value, may_be_read(scope))
    own = sa.select(_record.c.id).where(owned_by(scope.colleague_key))
    accounts = sa.union_all(
        sa.select(_record.c.account_guid).where(deals, _record.c.account_guid.is_not(None)),
        sa.select(_record.c.guid).where(_record.c.kind == RecordKind.ACCOUNT.value, owned_by(scope.colleague_key)),
    )
    contacts = sa.union_all(
        sa.select(_record.c.contact_guid).where(deals, _record.c.contact_guid.is_not(None)),
        _members(sa.select(_record.c.guid).where(deals)),
    )
    return sa.or_(
        t.id.in_(own),
        sa.and_(t.kind == RecordKind.ACCOUNT.value, t.guid.in_(accounts)),
        sa.and_(t.kind == RecordKind.CONTACT.value, sa.or_(t.account_guid.in_(accounts), t.guid.in_(contacts))),
    )


def _members(deals: sa.Select[tuple[str]]) -> sa.Select[tuple[str]]:
    team = _membership.c
    return sa.select(team.member_guid).where(team.member == "contact", team.opportunity_guid.in_(deals))


def _rows(conn: Connection, query: sa.Select[Any]) -> list[Target]:
    return [Target(RecordKind(kind), *rest) for kind, *rest in conn.execute(query)]
