"""Named queries of an opportunity: the record, and the people who stand on it."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.store.crm.record_tables import Colleague, Membership, Record
from relationship.store.reading.reading_record import RatedRecord, rated_record
from relationship.store.reading.reading_scope import Scope
from relationship.store.tables import table

_record = table(Record)
_colleague = table(Colleague)
_membership = table(Membership)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who stands on an opportunity; role: team, contact, stakeholder or account_contact.

    guid  of a contact, '' for a colleague
    """

    name: str
    role: str
    job_title: str = ""
    guid: str = ""


def opportunity(conn: Connection, *, scope: Scope, guid: str) -> RatedRecord | None:
    """The opportunity, or None when there is none with this GUID inside the scope."""
    return rated_record(conn, RecordKind.OPPORTUNITY, scope=scope, guid=guid)


def people_of(conn: Connection, found: RatedRecord) -> tuple[Person, ...]:
    """The sales team, then the contact, the stakeholders and the account's primary contact, each once."""
    team = sa.select(
        sa.func.coalesce(sa.func.nullif(_colleague.c.crm_name, ""), _colleague.c.name).label("name"),
        sa.literal("team").label("role"),
        sa.literal("").label("job_title"),
        sa.literal("").label("guid"),
    ).where(
        _colleague.c.systemuser_guid.in_(
            sa.select(_membership.c.member_guid).where(
                _membership.c.opportunity_guid == found.guid, _membership.c.member == "systemuser"
            )
        )
    )
    stakeholders = sa.select(_membership.c.member_guid).where(
        _membership.c.opportunity_guid == found.guid, _membership.c.member == "contact"
    )
    role = sa.case(
        (_record.c.guid == (found.contact_guid or ""), "contact"),
        (_record.c.guid.in_(stakeholders), "stakeholder"),
        else_="account_contact",
    )
    contacts = sa.select(_record.c.name, role, _record.c.job_title, _record.c.guid).where(
        _record.c.kind == RecordKind.CONTACT.value,
        sa.or_(
            _record.c.guid.in_([guid for guid in (found.contact_guid, found.account_contact_guid) if guid]),
            _record.c.guid.in_(stakeholders),
        ),
    )
    order = ("team", "contact", "stakeholder", "account_contact")
    people = [Person(*row) for row in conn.execute(team.union_all(contacts))]
    return tuple(sorted(people, key=lambda person: (order.index(person.role), person.name)))
