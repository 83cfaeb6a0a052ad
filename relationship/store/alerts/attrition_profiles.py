"""Profiles of lost customers as they were learnt; the newest is in force."""

from dataclasses import dataclass
from datetime import datetime

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.alerts.alert_tables import ATTRITION_PROFILE
from relationship.verbatims.alerts.attrition import Profile


@dataclass(frozen=True, slots=True)
class KeptProfile:
    """learnt_by: a name, or 'schedule'."""

    profile: Profile
    learnt_at: datetime
    learnt_by: str


def latest(conn: Connection) -> KeptProfile | None:
    """The profile in force; None before the first was learnt."""
    found = several(conn, limit=1)
    return found[0] if found else None


def several(conn: Connection, *, limit: int) -> list[KeptProfile]:
    """The newest profiles, newest first."""
    columns = ATTRITION_PROFILE.c
    query = sa.select(columns.body, columns.learnt_at, columns.learnt_by).order_by(columns.id.desc()).limit(limit)
    return [
        KeptProfile(Profile.of(orjson.loads(row.body)), row.learnt_at, row.learnt_by) for row in conn.execute(query)
    ]
