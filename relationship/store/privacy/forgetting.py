"""What the store forgets of one person: one function per noun, each returning how many rows went.

Activities and their copies are judged again elsewhere (`exclusions.take_out`); here goes what names the person
besides. Twice is harmless.
"""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store import tables
from relationship.store.activities.people import note_change
from relationship.store.crm.record_tables import Address, Colleague, Membership, Record
from relationship.store.knows import tie_people, tie_rounds
from relationship.store.knows.introduction_tables import INTRODUCTION
from relationship.store.knows.tie_tables import PREFERENCE
from relationship.store.lists.view_tables import VIEW
from relationship.store.privacy.exclusion_tables import ExcludedAddress, GroupMember
from relationship.store.privacy.one_person import Person
from relationship.store.reports.report_tables import REPORT
from relationship.store.rights.rights_tables import READER_RECORD, READER_SET, WEB_SESSION
from relationship.store.sources.subscription_tables import ChangeSubscription, Hint

_address = tables.table(Address)
_colleague = tables.table(Colleague)
_membership = tables.table(Membership)
_record = tables.table(Record)
_tokens = tables.table(tables.TokenCache)
_excluded = tables.table(ExcludedAddress)
_member = tables.table(GroupMember)
_subscription = tables.table(ChangeSubscription)
_hint = tables.table(Hint)


def ties(conn: Connection, person: Person) -> int:
    """Every day of contact and every tie, of a colleague with anybody and of anybody with this person."""
    gone = 0
    addresses = _listed(person.address_ids)
    people = _listed(2 * number + 1 for number in person.record_ids)
    for name in ("tie_activity", "tie_day", "tie_person"):
        gone += conn.exec_driver_sql(f"DELETE FROM {name} WHERE address_id IN ({addresses})").rowcount
    for name in ("tie", "stale_tie"):
        gone += conn.exec_driver_sql(f"DELETE FROM {name} WHERE person IN ({people})").rowcount
    tie_people.forget_colleagues(conn, person.colleague_ids)
    tie_rounds.note_loss(conn)
    return gone


def introductions(conn: Connection, person: Person) -> int:
    """Requests by, to and about this person, with texts and ledgers; who was named instead is nobody any more."""
    one = INTRODUCTION.c
    theirs = sa.or_(
        one.seller_key.in_(person.colleague_keys),
        one.colleague_key.in_(person.colleague_keys),
        sa.and_(one.target_kind.in_(["contact", "lead"]), one.target_guid.in_(person.guids)),
    )
    conn.execute(sa.update(INTRODUCTION).where(one.proposed_key.in_(person.colleague_keys)).values(proposed_key=None))
    return conn.execute(sa.delete(INTRODUCTION).where(theirs)).rowcount


def choices(conn: Connection, person: Person) -> int:
    """What a colleague chose, kept for themselves and may read, and that they are signed in."""
    keys = person.colleague_keys
    gone = 0
    for column in (
        PREFERENCE.c.colleague_key,
        VIEW.c.colleague_key,
        REPORT.c.owner_key,
        READER_SET.c.reader_key,
        READER_RECORD.c.reader_key,
        WEB_SESSION.c.oid,
        _member.c.member,
    ):
        gone += conn.execute(sa.delete(column.table).where(column.in_(keys))).rowcount
    for key in keys:
        gone += conn.execute(sa.delete(_tokens).where(_tokens.c.key.endswith(key, autoescape=True))).rowcount
    return gone


def records(conn: Connection, person: Person) -> int:
    """The contact or lead itself, with what is derived from it (ON DELETE CASCADE), and where others name it."""
    conn.execute(sa.delete(_membership).where(_membership.c.member_guid.in_(person.guids)))
    conn.execute(sa.update(_record).where(_record.c.contact_guid.in_(person.guids)).values(contact_guid=None))
    return conn.execute(sa.delete(_record).where(_record.c.id.in_(person.record_ids))).rowcount


def colleagues(conn: Connection, person: Person) -> int:
    """The colleague, his places in sales teams, and what Microsoft was to tell of his mailbox."""
    users = [name.partition(":")[2] for name in person.names if name.startswith("systemuser:")]
    conn.execute(sa.delete(_membership).where(_membership.c.member_guid.in_(users)))
    for table in (_subscription, _hint):
        for key in person.colleague_keys:
            conn.execute(sa.delete(table).where(table.c.source_key.endswith(f"/{key}", autoescape=True)))
    conn.execute(sa.update(_address).where(_address.c.colleague_id.in_(person.colleague_ids)).values(colleague_id=None))
    return conn.execute(sa.delete(_colleague).where(_colleague.c.id.in_(person.colleague_ids))).rowcount


def addresses(conn: Connection, person: Person) -> int:
    """The addresses, wherever they still stand; whoever had them on a side is worked out anew."""
    ids = _listed(person.address_ids)
    for name in ("record_side", "activity_party"):
        conn.exec_driver_sql(f"DELETE FROM {name} WHERE address_id IN ({ids})")
    conn.execute(sa.delete(_excluded).where(_excluded.c.address.in_(person.names)))
    note_change(conn)
    return conn.execute(sa.delete(_address).where(_address.c.id.in_(person.address_ids))).rowcount


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(str(int(number)) for number in numbers) or "NULL"
