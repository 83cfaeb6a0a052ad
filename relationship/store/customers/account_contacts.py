"""The contacts of one account: who is new, who is gone, when each was last in contact with us."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.store.activities.activity_tables import ContactDay
from relationship.store.crm.record_tables import Record
from relationship.store.lists.list_filters import OWNER, WITH_OWNER, owner_name
from relationship.store.privacy.excluded_names import left_out_by_name
from relationship.store.reading.reading_scope import Scope, may_be_read
from relationship.store.signals.signal_tables import CONTACT_CHANGE
from relationship.store.tables import table

_record = table(Record)
_account = _record.alias("account_of_contact")
_day = table(ContactDay)


@dataclass(frozen=True, slots=True)
class AccountContact:
    """owner: who of us looks after the contact, as the CRM has it; is_primary: the account's main contact
    last_day, last_theirs   day of the last contact, and of the last one that came from them; None: never
    changed, changed_on   what happened last ('left', 'moved', 'replaced', 'primary') and on which day; '' and None
    """

    record_id: int
    guid: str
    name: str
    job_title: str
    is_active: bool
    created_on: date
    owner: str
    is_primary: bool
    last_day: int | None
    last_theirs: int | None
    changed: str = ""
    changed_on: int | None = None


def contacts_of(conn: Connection, account_id: int, *, scope: Scope, today: int) -> list[AccountContact]:
    """Contacts that the reader may see and the rules do not leave out, also those who left or moved away; whoever was
    in contact last first, then those who never were, by name."""
    changes = _last_changes(conn, account_id, today)
    c = _record.c
    days = (
        sa.select(
            _day.c.record_id,
            sa.func.max(_day.c.day).label("last_day"),
            sa.func.max(sa.case((_day.c.theirs > 0, _day.c.day))).label("last_theirs"),
        )
        .where(_day.c.day <= today)
        .group_by(_day.c.record_id)
        .subquery()
    )
    of_account = sa.and_(c.account_guid == _account.c.guid, c.contact_guid.is_(None))
    query = (
        sa.select(
            c.id,
            c.guid,
            c.name,
            c.job_title,
            (c.status == "active"),
            c.created_on,
            owner_name,
            sa.func.coalesce(_account.c.contact_guid == c.guid, sa.false()),
            days.c.last_day,
            days.c.last_theirs,
        )
        .select_from(
            _record.join(_account, _account.c.id == account_id)
            .outerjoin(OWNER, WITH_OWNER)
            .outerjoin(days, days.c.record_id == c.id)
        )
        .where(
            c.kind == RecordKind.CONTACT.value,
            sa.or_(of_account, c.id.in_(sorted(changes))),
            may_be_read(scope, RecordKind.CONTACT),
            sa.not_(left_out_by_name(c.kind, c.guid)),
        )
        .order_by(days.c.last_day.is_(None), days.c.last_day.desc(), c.folded, c.id)
    )
    return [AccountContact(*row, *changes.get(row[0], ("", None))) for row in conn.execute(query)]


def _last_changes(conn: Connection, account_id: int, today: int) -> dict[int, tuple[str, int]]:
    query = (
        sa.select(CONTACT_CHANGE.c.record_id, CONTACT_CHANGE.c.what, CONTACT_CHANGE.c.day)
        .where(CONTACT_CHANGE.c.account_id == account_id, CONTACT_CHANGE.c.day <= today)
        .order_by(CONTACT_CHANGE.c.day, CONTACT_CHANGE.c.id)
    )
    return {number: (what, day) for number, what, day in conn.execute(query)}
