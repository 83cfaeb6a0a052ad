"""Named queries of what belongs together: an account's people and opportunities, a contact's opportunities.

Everything is asked within the reader's scope; what lies outside is neither listed nor counted.
"""

from collections.abc import Container
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind, RecordRef, Status
from relationship.store.reading_scope import Scope, may_be_read
from relationship.store.record_lists import RecordRow, record_rows
from relationship.store.tables import Health, Membership, Record, RecordActivity, table

_record = table(Record)
_health = table(Health)
_membership = table(Membership)
_account = _record.alias("account")
_of_account = table(RecordActivity).alias("of_account")
_of_person = table(RecordActivity).alias("of_person")


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


@dataclass(frozen=True, slots=True)
class PartOfAccount:
    """A contact of an account; activities: those of the account, since a day, that this contact was on."""

    row: RecordRow
    activities: int


@dataclass(frozen=True, slots=True)
class PeopleOfAccount:
    """people: most active first; total: contacts within the scope; activities: all of the account's, since a day."""

    people: tuple[PartOfAccount, ...]
    total: int
    activities: int

    @property
    def refs(self) -> frozenset[RecordRef]:
        return frozenset(_ref(part.row) for part in self.people)

    def only(self, seen: Container[RecordRef]) -> "PeopleOfAccount":
        """Without the people who were not seen; they are not counted either."""
        people = tuple(part for part in self.people if _ref(part.row) in seen)
        return replace(self, people=people, total=self.total - len(self.people) + len(people))


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


def people_of_account(
    conn: Connection, account_id: int, guid: str, *, scope: Scope, since_day: int, limit: int
) -> PeopleOfAccount:
    """Its contacts with their part in its activities since a day (day number, included).

    An activity with two of them counts for both. Contacts merged into another one are not listed.
    """
    shared = (
        sa.select(_of_person.c.record_id, sa.func.count().label("activities"))
        .select_from(_of_account.join(_of_person, _of_person.c.activity_id == _of_account.c.activity_id))
        .where(*_lately(account_id, since_day))
        .group_by(_of_person.c.record_id)
        .subquery("shared")
    )
    count = sa.func.coalesce(shared.c.activities, 0)
    query = (
        sa.select(_record.c.id, count, sa.func.count().over())
        .select_from(
            _record.outerjoin(shared, shared.c.record_id == _record.c.id).outerjoin(
                _health, _health.c.record_id == _record.c.id
            )
        )
        .where(
            _record.c.kind == RecordKind.CONTACT.value,
            _record.c.account_guid == guid,
            _record.c.contact_guid.is_(None),
            may_be_read(scope, RecordKind.CONTACT),
        )
        .order_by(sa.desc(count), sa.desc(sa.func.coalesce(_health.c.score, -1)), _record.c.id)
        .limit(limit)
    )
    found = conn.execute(query).all()
    total = conn.scalar(sa.select(sa.func.count()).select_from(_of_account).where(*_lately(account_id, since_day)))
    rows = record_rows(conn, [number for number, _, _ in found])
    people = tuple(PartOfAccount(row, part) for row, (_, part, _) in zip(rows, found, strict=True))
    return PeopleOfAccount(people, found[0][2] if found else 0, total or 0)


def _lately(account_id: int, since_day: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        _of_account.c.record_id == account_id,
        _of_account.c.status == Status.DONE.value,
        _of_account.c.day >= since_day,
    )
