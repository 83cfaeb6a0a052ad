"""What the filters of a list offer: the teams and segments that its records have."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.store.crm.record_tables import Record
from relationship.store.tables import table

MOST_CHOICES = 200
_record = table(Record)


@dataclass(frozen=True, slots=True)
class Choices:
    """By name; at most MOST_CHOICES of each."""

    teams: tuple[str, ...]
    segments: tuple[str, ...]


def choices(conn: Connection, kind: RecordKind) -> Choices:
    """The teams and segments of all records of a kind."""
    return Choices(_different(conn, kind, _record.c.team_name), _different(conn, kind, _record.c.segment))


def account_name(conn: Connection, guid: str) -> str:
    """The name of an account, '' for an unknown one."""
    query = sa.select(_record.c.name).where(_record.c.kind == RecordKind.ACCOUNT.value, _record.c.guid == guid)
    return conn.scalar(query) or ""


def _different(conn: Connection, kind: RecordKind, column: sa.ColumnElement[str]) -> tuple[str, ...]:
    query = sa.select(column).where(_record.c.kind == kind.value, column != "").distinct().limit(MOST_CHOICES)
    return tuple(sorted(conn.scalars(query), key=str.casefold))
