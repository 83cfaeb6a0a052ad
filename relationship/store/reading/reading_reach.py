"""Named queries of the people of a record: who they are, when we last had contact, who of us is in touch.

Nobody who is left out is ever returned, nor a colleague who opted out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import Kind, RecordKind, Status
from relationship.health.kpis.most import Contacted, InTouch
from relationship.health.kpis.reach import KnownPerson
from relationship.store.activities.activity_tables import RecordActivity
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Address, Colleague, Membership, Record, RecordSide
from relationship.store.knows.tie_tables import PREFERENCE, TieDay
from relationship.store.privacy.excluded_names import left_out_by_name
from relationship.store.privacy.exclusion_tables import ExcludedAddress
from relationship.store.reading.reading_exchanges import Period, in_period
from relationship.store.reading.reading_record import RatedRecord
from relationship.store.reading.reading_scope import Scope, may_be_read
from relationship.store.tables import table
from relationship.store.verbatims.feedback_mailboxes import is_feedback_mailbox

_record = table(Record)
_membership = table(Membership)
_colleague = table(Colleague)
_address = table(Address)
_side = table(RecordSide)
_link = table(RecordActivity)
_of_person = _link.alias("of_person")
_day = table(TieDay)
_excluded = table(ExcludedAddress)


@dataclass(frozen=True, slots=True)
class NamedPerson:
    guid: str
    name: str
    job_title: str


def known_people(conn: Connection, found: RatedRecord, *, scope: Scope) -> list[KnownPerson]:
    """The people of an account (its contacts) or an opportunity (its contact, its stakeholders, the account's primary
    contact) that the reader may open; empty for other kinds, which are one person.

    Without contacts that are inactive in the CRM or were merged into another.
    """
    which = _people_of(found)
    if which is None:
        return []
    last = (
        sa.select(sa.func.max(_of_person.c.day))
        .where(_of_person.c.record_id == _record.c.id, _of_person.c.status == Status.DONE.value)
        .correlate(_record)
        .scalar_subquery()
    )
    query = sa.select(_record.c.id, last).where(*_shown(which, scope)).order_by(_record.c.id)
    return [KnownPerson(number, day) for number, day in conn.execute(query)]


def named(conn: Connection, numbers: Sequence[int]) -> dict[int, NamedPerson]:
    """The people with these numbers."""
    found: dict[int, NamedPerson] = {}
    for chunk in in_chunks(numbers):
        query = sa.select(_record.c.id, _record.c.guid, _record.c.name, _record.c.job_title)
        rows = conn.execute(query.where(_record.c.id.in_(chunk)))
        found |= {number: NamedPerson(guid, name, title) for number, guid, name, title in rows}
    return found


def contacted(conn: Connection, found: RatedRecord, period: Period, *, scope: Scope) -> list[Contacted]:
    """How many e-mails, meetings and calls each of these people was on in a period.

    Of an opportunity only activities that count for it; an account's activities are those of its contacts.
    """
    which = _people_of(found)
    if which is None:
        return []
    people = sa.select(_record.c.id).where(*_shown(which, scope))
    if found.kind is RecordKind.ACCOUNT:
        source: sa.FromClause = _of_person
        within: tuple[sa.ColumnElement[bool], ...] = (
            _of_person.c.status == Status.DONE.value,
            _of_person.c.day.between(period.since, period.until),
        )
    else:
        source = _link.join(_of_person, _of_person.c.activity_id == _link.c.activity_id)
        within = in_period(found.id, period)
    each = (
        sa.select(
            _of_person.c.record_id,
            *(_count_of(kind).label(kind.value) for kind in (Kind.EMAIL, Kind.MEETING, Kind.CALL)),
            sa.func.max(_of_person.c.day).label("last_day"),
        )
        .select_from(source)
        .where(*within, _of_person.c.record_id.in_(people))
        .group_by(_of_person.c.record_id)
        .subquery("each")
    )
    query = sa.select(
        _record.c.guid, _record.c.name, each.c.email, each.c.meeting, each.c.call, each.c.last_day
    ).select_from(each.join(_record, _record.c.id == each.c.record_id))
    return [Contacted(*row) for row in conn.execute(query)]


def in_touch(conn: Connection, found: RatedRecord, period: Period) -> list[InTouch]:
    """Colleagues with days of contact with the record's people in a period: of an opportunity or lead those who sell it."""
    them = sa.select(_side.c.address_id).where(_side.c.record_id == found.id, _side.c.side == "them")
    query = (
        sa.select(
            _colleague.c.key,
            sa.func.coalesce(sa.func.nullif(_colleague.c.name, ""), _colleague.c.crm_name),
            sa.func.count(sa.distinct(_day.c.day)),
            sa.func.max(_day.c.day),
        )
        .select_from(_day.join(_colleague, _colleague.c.id == _day.c.colleague_id))
        .where(
            _day.c.address_id.in_(them),
            _day.c.day.between(period.since, period.until),
            _colleague.c.enabled,
            ~is_feedback_mailbox(_colleague.c.key),
            ~sa.exists().where(PREFERENCE.c.colleague_key == _colleague.c.key, PREFERENCE.c.opted_out_at.is_not(None)),
            ~sa.exists().where(_excluded.c.address == sa.literal("user:") + sa.func.lower(_colleague.c.key)),
        )
        .group_by(_colleague.c.id, _colleague.c.key, _colleague.c.name, _colleague.c.crm_name)
        .order_by(_colleague.c.key)
    )
    if found.kind in (RecordKind.OPPORTUNITY, RecordKind.LEAD):
        us = (
            sa.select(_address.c.colleague_id)
            .select_from(_side.join(_address, _address.c.id == _side.c.address_id))
            .where(_side.c.record_id == found.id, _side.c.side == "us", _address.c.colleague_id.is_not(None))
        )
        query = query.where(_colleague.c.id.in_(us))
    return [InTouch(*row) for row in conn.execute(query)]


def _count_of(kind: Kind) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((_of_person.c.kind == kind.value, 1), else_=0))


def _people_of(found: RatedRecord) -> sa.ColumnElement[bool] | None:
    if found.kind is RecordKind.ACCOUNT:
        return _record.c.account_guid == found.guid
    if found.kind is not RecordKind.OPPORTUNITY:
        return None
    stakeholders = sa.select(_membership.c.member_guid).where(
        _membership.c.opportunity_guid == found.guid, _membership.c.member == "contact"
    )
    named_directly = [guid for guid in (found.contact_guid, found.account_contact_guid) if guid]
    return sa.or_(_record.c.guid.in_(named_directly), _record.c.guid.in_(stakeholders))


def _shown(which: sa.ColumnElement[bool], scope: Scope) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        _record.c.kind == RecordKind.CONTACT.value,
        which,
        _record.c.contact_guid.is_(None),
        _record.c.status != "inactive",
        ~left_out_by_name(_record.c.kind, _record.c.guid),
        may_be_read(scope, RecordKind.CONTACT),
    )
