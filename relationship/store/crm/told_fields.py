"""Fields of the CRM that tell something when they change: kept as they stand, and told once as events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.signals.told_fields import Change, event_of, settles
from relationship.store.chunks import in_chunks
from relationship.store.crm.field_tables import CRM_FIELD, CrmField
from relationship.store.crm.record_tables import Record
from relationship.store.customers.customer_tables import AccountEvent
from relationship.store.tables import table
from relationship.store.upsert import insert_new, upsert

# Where such an event is known from, before the name of its column.
ORIGIN = "Dynamics 365"
ARROW = " → "

_record = table(Record)
_account = _record.alias("account_of_field")


@dataclass(frozen=True, slots=True)
class ToldField:
    """One field as a row of the CRM has it; see `field_tables.CrmField`."""

    what: str
    column: str
    value: str
    shown: str


def observe(conn: Connection, told: Mapping[int, tuple[int, Sequence[ToldField]]]) -> int:
    """Keep how fields stand; returns how many rows were written.

    told  by record: the day on which the CRM changed it, and its fields
    """
    known: dict[tuple[int, str], tuple[str, str]] = {}
    columns = CRM_FIELD.c
    for chunk in in_chunks(sorted(told)):
        query = sa.select(columns.record_id, columns.what, columns.column_name, columns.value)
        found = conn.execute(query.where(columns.record_id.in_(chunk)))
        known |= {(record, what): (column, value) for record, what, column, value in found}
    rows = [
        {
            "record_id": record,
            "what": field.what,
            "column_name": field.column,
            "value": field.value,
            "shown": field.shown,
            "day": day,
            # Another column is another field: what it holds is no change.
            **({} if _is_same(known, record, field) else _NO_BASE),
        }
        for record, (day, fields) in told.items()
        for field in fields
        if known.get((record, field.what)) != (field.column, field.value)
    ]
    anew = [row for row in rows if "base_day" in row]
    moved = [row for row in rows if "base_day" not in row]
    key = ["record_id", "what"]
    return upsert(conn, CrmField, anew, key=key) + upsert(conn, CrmField, moved, key=key)


_NO_BASE = {"base_value": "", "base_shown": "", "base_day": None}


def _is_same(known: Mapping[tuple[int, str], tuple[str, str]], record: int, field: ToldField) -> bool:
    before = known.get((record, field.what))
    return before is not None and before[0] == field.column


def tell(conn: Connection, *, percent: int, at: datetime, account_ids: Sequence[int] | None = None) -> int:
    """Make events of what changed since it was last told; returns how many. What is seen for the first time is no
    change. Twice is harmless.

    percent  from which change of an amount on
    """
    events: list[dict[str, object]] = []
    settled: list[dict[str, object]] = []
    for row in _changed(conn, account_ids):
        change = Change(row.what, row.base_value, row.value, 0 if row.base_day is None else row.day - row.base_day)
        event = None if row.base_day is None else event_of(change, percent=percent)
        if event is not None and row.account_id is not None:
            events.append(_event(row, event, at))
        if row.base_day is None or settles(change, told=event is not None):
            settled.append({"number": row.record_id, "field": row.what})
    made = insert_new(conn, AccountEvent, events, key=["account_id", "key"])
    columns = CRM_FIELD.c
    base = {"base_value": columns.value, "base_shown": columns.shown, "base_day": columns.day}
    if settled:
        which = sa.and_(columns.record_id == sa.bindparam("number"), columns.what == sa.bindparam("field"))
        conn.execute(sa.update(CRM_FIELD).where(which).values(**base), settled)
    return made


def _changed(conn: Connection, account_ids: Sequence[int] | None) -> Sequence[Any]:
    is_account = _record.c.kind == RecordKind.ACCOUNT.value
    account_id = sa.case((is_account, _record.c.id), else_=_account.c.id)
    query = (
        sa.select(*CRM_FIELD.c, account_id.label("account_id"), is_account.label("is_account"))
        .join_from(CRM_FIELD, _record, _record.c.id == CRM_FIELD.c.record_id)
        .outerjoin(
            _account,
            sa.and_(_account.c.kind == RecordKind.ACCOUNT.value, _account.c.guid == _record.c.account_guid),
        )
        .where(sa.or_(CRM_FIELD.c.base_day.is_(None), CRM_FIELD.c.value != CRM_FIELD.c.base_value))
        .order_by(CRM_FIELD.c.record_id, CRM_FIELD.c.what)
    )
    if account_ids is not None:
        query = query.where(account_id.in_(list(account_ids)))
    return conn.execute(query).all()


def _event(row: Any, event: tuple[str, str], at: datetime) -> dict[str, object]:
    kind, direction = event
    return {
        "account_id": row.account_id,
        "record_id": None if row.is_account else row.record_id,
        "key": f"crm/{row.record_id}/{row.what}/{row.day}",
        "day": row.day,
        "kind": kind,
        "direction": direction,
        "text": f"{row.base_shown}{ARROW}{row.shown}" if row.base_shown else row.shown,
        "source": f"{ORIGIN} ({row.column_name})",
        "added_at": at,
        "added_by": "",
        "added_by_name": "",
    }
