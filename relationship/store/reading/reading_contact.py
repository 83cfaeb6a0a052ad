"""Named query of how a contact is addressed: name, job title, company."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.store.crm.record_tables import Record
from relationship.store.tables import table

_record = table(Record)
_account = _record.alias("account")


@dataclass(frozen=True, slots=True)
class ContactNames:
    """company, job_title: '' where the CRM does not know it."""

    name: str
    job_title: str
    company: str


def contact_names(conn: Connection, guid: str) -> ContactNames | None:
    """The contact or lead with this GUID, None when the CRM has none."""
    row = conn.execute(
        sa.select(_record.c.name, _record.c.job_title, sa.func.coalesce(_account.c.name, ""))
        .outerjoin(
            _account, sa.and_(_account.c.kind == RecordKind.ACCOUNT.value, _account.c.guid == _record.c.account_guid)
        )
        .where(_record.c.guid == guid, _record.c.kind.in_((RecordKind.CONTACT.value, RecordKind.LEAD.value)))
        .order_by(_record.c.kind)
        .limit(1)
    ).one_or_none()
    return ContactNames(*row) if row else None
