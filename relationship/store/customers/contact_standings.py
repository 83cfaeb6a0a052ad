"""How contacts of accounts stood when they were last looked at, and what happened to them since."""

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.store.crm.record_tables import Record
from relationship.store.signals.signal_tables import CONTACT_CHANGE, CONTACT_STANDING, ContactChange, ContactStanding
from relationship.store.tables import table
from relationship.store.upsert import insert_new, upsert

LEFT, MOVED, REPLACED = "left", "moved", "replaced"

_contact = table(Record).alias("standing_contact")
_account = table(Record).alias("standing_account")
_before = CONTACT_STANDING


def note_changes(conn: Connection, *, today: int) -> int:
    """Note who left, moved to another account or is no longer its primary contact since the last look; returns how
    many changes there were. The first look at a contact notes nothing; twice is harmless."""
    active = _contact.c.status == "active"
    primary = sa.func.coalesce(_account.c.contact_guid == _contact.c.guid, sa.false())
    query = (
        sa.select(
            _contact.c.id,
            _account.c.id.label("account_id"),
            active.label("active"),
            primary.label("is_primary"),
            _before.c.account_id.label("account_before"),
            _before.c.active.label("active_before"),
            _before.c.is_primary.label("primary_before"),
        )
        .join_from(
            _contact,
            _account,
            sa.and_(_account.c.kind == RecordKind.ACCOUNT.value, _account.c.guid == _contact.c.account_guid),
        )
        .outerjoin(_before, _before.c.record_id == _contact.c.id)
        .where(
            _contact.c.kind == RecordKind.CONTACT.value,
            sa.or_(
                _before.c.record_id.is_(None),
                _before.c.account_id != _account.c.id,
                _before.c.active != active,
                _before.c.is_primary != primary,
            ),
        )
        .order_by(_contact.c.id)
    )
    rows = conn.execute(query).all()
    changes = [
        {"account_id": row.account_before, "record_id": row.id, "what": what, "day": today}
        for row in rows
        if row.account_before is not None and (what := _what(row))
    ]
    noted = insert_new(conn, ContactChange, changes, key=["record_id", "account_id", "what", "day"])
    standings = [
        {
            "record_id": row.id,
            "account_id": row.account_id,
            "active": bool(row.active),
            "is_primary": bool(row.is_primary),
        }
        for row in rows
    ]
    upsert(conn, ContactStanding, standings, key=["record_id"])
    return noted


def _what(row: sa.Row[tuple[object, ...]]) -> str:
    """The weightiest thing that happened; '' for good news such as a contact that became the primary one."""
    if row.active_before and not row.active:
        return LEFT
    if row.account_before != row.account_id:
        return MOVED
    if row.primary_before and not row.is_primary:
        return REPLACED
    return ""


def changes(conn: Connection, *, since: int, until: int) -> list[tuple[int, int, str, int]]:
    """(account id, contact's record id, what, day) of the days `since` to `until`, both included."""
    columns = CONTACT_CHANGE.c
    query = (
        sa.select(columns.account_id, columns.record_id, columns.what, columns.day)
        .where(columns.day.between(since, until))
        .order_by(columns.account_id, columns.day, columns.id)
    )
    return [(row[0], row[1], row[2], row[3]) for row in conn.execute(query)]
