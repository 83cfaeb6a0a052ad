"""Every version of the organisation's rules; the newest is in force."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store import tables
from settings.rules import Rules

_rules = tables.table(tables.Rules)


def current(conn: Connection) -> tuple[int, Rules]:
    """The version in force and its rules; version 0 with the defaults while nothing was saved."""
    row = conn.execute(
        sa.select(_rules.c.version, _rules.c.body).order_by(_rules.c.version.desc()).limit(1)
    ).one_or_none()
    return (row[0], Rules.model_validate_json(row[1])) if row else (0, Rules())


def save(conn: Connection, rules: Rules, *, at: datetime, by: str) -> int:
    """Put rules in force; returns their version. Rules equal to those in force keep their version."""
    version, present = current(conn)
    if rules == present:
        return version
    conn.execute(
        sa.insert(tables.Rules).values(version=version + 1, body=rules.model_dump_json(), saved_at=at, saved_by=by)
    )
    return version + 1
