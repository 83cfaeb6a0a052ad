"""The reports that people keep: each changes only their own, and opens what others share."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.reports.definition import Definition
from relationship.store.reports.report_tables import REPORT

# No row has a number beyond what the column holds.
HIGHEST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Kept:
    """One report; is_own: of who asks."""

    id: int
    name: str
    definition: Definition
    owner_name: str
    is_own: bool
    is_shared: bool
    changed_at: datetime


def kept(conn: Connection, colleague_key: str) -> list[Kept]:
    """A person's own reports and those that others share, the own ones first, each by name."""
    query = _open_to(colleague_key).order_by(
        sa.case((REPORT.c.owner_key == colleague_key, 0), else_=1), sa.func.lower(REPORT.c.name), REPORT.c.id
    )
    return [_kept(row, colleague_key) for row in conn.execute(query)]


def one(conn: Connection, colleague_key: str, number: int) -> Kept | None:
    """A report that is theirs or shared; None for any other, and for one that is removed."""
    if not 0 < number <= HIGHEST_ID:
        return None
    row = conn.execute(_open_to(colleague_key).where(REPORT.c.id == number)).one_or_none()
    return _kept(row, colleague_key) if row else None


def add(
    conn: Connection, colleague_key: str, owner_name: str, name: str, definition: Definition, *, at: datetime
) -> int:
    """Keep a report; returns its number."""
    row = {
        "owner_key": colleague_key,
        "owner_name": owner_name,
        "name": name,
        "body": definition.model_dump_json(),
        "is_shared": False,
        "changed_at": at,
    }
    number: int = conn.execute(sa.insert(REPORT).values(**row).returning(REPORT.c.id)).scalar_one()
    return number


def change(conn: Connection, colleague_key: str, number: int, **values: Any) -> bool:
    """Set columns of a person's own report; False for one that is not theirs."""
    if not 0 < number <= HIGHEST_ID:
        return False
    if definition := values.pop("definition", None):
        values["body"] = definition.model_dump_json()
    mine = sa.update(REPORT).where(REPORT.c.owner_key == colleague_key, REPORT.c.id == number)
    return bool(conn.execute(mine.values(**values)).rowcount)


def forget_removed(conn: Connection, before: datetime) -> None:
    """Drop for good what was removed before."""
    conn.execute(sa.delete(REPORT).where(REPORT.c.removed_at < before))


def _open_to(colleague_key: str) -> sa.Select[Any]:
    columns = (REPORT.c.id, REPORT.c.name, REPORT.c.body, REPORT.c.owner_name, REPORT.c.owner_key, REPORT.c.is_shared)
    open_to = sa.or_(REPORT.c.owner_key == colleague_key, REPORT.c.is_shared)
    return sa.select(*columns, REPORT.c.changed_at).where(open_to, REPORT.c.removed_at.is_(None))


def _kept(row: Any, colleague_key: str) -> Kept:
    number, name, body, owner_name, owner_key, is_shared, changed_at = row
    definition = Definition.model_validate_json(body)
    return Kept(number, name, definition, owner_name, owner_key == colleague_key, is_shared, changed_at)
