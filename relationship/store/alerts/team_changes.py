"""Changes in the team of an account: its owner, the owners of its open opportunities, their sales teams."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.store import tables
from relationship.store.crm.record_changes import OWNER, TEAM
from relationship.store.crm.record_tables import Record
from relationship.store.ratings.rating_change_tables import RECORD_CHANGE

_record = tables.table(Record)
_account = _record.alias("account")


@dataclass(frozen=True, slots=True)
class TeamChange:
    """id: of the change, ascending; is_owner: the account itself has another owner."""

    id: int
    account_id: int
    is_owner: bool


def after(conn: Connection, last: int, *, limit: int) -> list[TeamChange]:
    """The changes after that one, oldest first."""
    query = _query().where(RECORD_CHANGE.c.id > last)
    return _found(conn, query.limit(limit))


def since_day(conn: Connection, day: int, *, limit: int) -> list[TeamChange]:
    """The changes since this day number, oldest first; those of today have no day yet."""
    days = RECORD_CHANGE.c.day
    return _found(conn, _query().where(sa.or_(days.is_(None), days >= day)).limit(limit))


def _found(conn: Connection, query: sa.Select[Any]) -> list[TeamChange]:
    return [
        TeamChange(number, account, kind == RecordKind.ACCOUNT.value)
        for number, account, kind in conn.execute(query)
        if account is not None
    ]


def _query() -> sa.Select[Any]:
    """An owner counts where there was one before and is one now; whoever opens a new opportunity changes nothing."""
    change, record = RECORD_CHANGE.c, _record.c
    is_account = record.kind == RecordKind.ACCOUNT.value
    is_open = sa.and_(record.kind == RecordKind.OPPORTUNITY.value, record.status == "open")
    of_opportunity = sa.select(_account.c.id).where(
        _account.c.kind == RecordKind.ACCOUNT.value, _account.c.guid == record.account_guid
    )
    account = sa.case((is_account, record.id), else_=of_opportunity.scalar_subquery())
    replaced = sa.and_(change.what == OWNER, change.before != "", change.after != "")
    return (
        sa.select(change.id, account, record.kind)
        .select_from(RECORD_CHANGE)
        .join(_record, record.id == change.record_id)
        .where(sa.or_(replaced, change.what == TEAM), sa.or_(is_account, is_open))
        .order_by(change.id)
    )
