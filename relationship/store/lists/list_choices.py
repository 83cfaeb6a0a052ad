"""What the filters of a list offer: the teams and segments that those of its records have that a reader may see."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.store.crm.record_tables import Record
from relationship.store.reading.reading_scope import Scope, may_be_read
from relationship.store.tables import table

MOST_CHOICES = 200
_record = table(Record)


@dataclass(frozen=True, slots=True)
class Choices:
    """By name; at most MOST_CHOICES of each."""

    teams: tuple[str, ...]
    segments: tuple[str, ...]


def choices(conn: Connection, kind: RecordKind, *, scope: Scope) -> Choices:
    """The teams and segments of the records of a kind within the reader's scope."""
    teams, segments = (_different(conn, kind, one, scope) for one in (_record.c.team_name, _record.c.segment))
    return Choices(teams, segments)


def account_name(conn: Connection, guid: str) -> str:
    """The name of an account, '' for an unknown one."""
    query = sa.select(_record.c.name).where(_record.c.kind == RecordKind.ACCOUNT.value, _record.c.guid == guid)
    return conn.scalar(query) or ""


def _different(conn: Connection, kind: RecordKind, column: sa.ColumnElement[str], scope: Scope) -> tuple[str, ...]:
    theirs = (_record.c.kind == kind.value, column != "", may_be_read(scope, kind))
    query = sa.select(column).where(*theirs).distinct().order_by(column).limit(MOST_CHOICES)
    return tuple(sorted(conn.scalars(query), key=str.casefold))
