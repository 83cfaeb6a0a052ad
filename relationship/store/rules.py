"""Every version of the organisation's rules; the newest is in force."""

from dataclasses import dataclass
from datetime import datetime

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store import tables
from settings.rules import HealthSection, Rules

_rules = tables.table(tables.Rules)


@dataclass(frozen=True, slots=True)
class Version:
    """One version; saved_by: object id of who saved it, with the name at that time; note: why, in their words."""

    number: int
    rules: Rules
    saved_at: datetime
    saved_by: str
    saved_by_name: str
    note: str


def current(conn: Connection) -> tuple[int, Rules]:
    """The version in force and its rules; version 0 with the defaults while nothing was saved."""
    row = conn.execute(
        sa.select(_rules.c.version, _rules.c.body).order_by(_rules.c.version.desc()).limit(1)
    ).one_or_none()
    return (row[0], Rules.model_validate_json(row[1])) if row else (0, Rules())


def save(conn: Connection, rules: Rules, *, at: datetime, by: str, by_name: str = "", note: str = "") -> int:
    """Put rules in force; returns their version. Rules equal to those in force keep their version."""
    version, present = current(conn)
    if rules == present:
        return version
    conn.execute(
        sa.insert(tables.Rules).values(
            version=version + 1,
            body=rules.model_dump_json(),
            saved_at=at,
            saved_by=by,
            saved_by_name=by_name,
            note=note,
        )
    )
    return version + 1


def versions(conn: Connection, *, limit: int, before: int | None = None) -> list[Version]:
    """The latest versions, newest first; before: only those with a smaller number."""
    columns = _rules.c
    query = sa.select(
        columns.version, columns.body, columns.saved_at, columns.saved_by, columns.saved_by_name, columns.note
    )
    if before is not None:
        query = query.where(columns.version < before)
    rows = conn.execute(query.order_by(columns.version.desc()).limit(limit))
    return [
        Version(number, Rules.model_validate_json(body), saved_at, saved_by, by_name, note)
        for number, body, saved_at, saved_by, by_name, note in rows
    ]


def changes_of_health(conn: Connection, *, since: datetime) -> list[tuple[int, datetime]]:
    """The versions from a moment on that rate otherwise than the one before, oldest first: number and when saved.

    The first version is held against the rules of the beginning.
    """
    columns = _rules.c
    last_before = sa.select(sa.func.max(columns.version)).where(columns.saved_at < since).scalar_subquery()
    query = sa.select(columns.version, columns.saved_at, columns.body).where(
        columns.version >= sa.func.coalesce(last_before, 0)
    )
    present, found = HealthSection(), []
    for version, saved_at, body in conn.execute(query.order_by(columns.version)):
        section = HealthSection.model_validate(orjson.loads(body).get("health", {}))
        if section != present and saved_at >= since:
            found.append((version, saved_at))
        present = section
    return found
