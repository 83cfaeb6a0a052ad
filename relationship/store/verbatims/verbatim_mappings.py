"""What the columns of files of the same shape were last time."""

from dataclasses import dataclass
from datetime import datetime

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.importing.options import Dates
from relationship.importing.survey_roles import SCALES, ColumnRoles, Role
from relationship.store.upsert import upsert
from relationship.store.verbatims.verbatim_tables import VERBATIM_MAPPING, VerbatimMapping


@dataclass(frozen=True, slots=True)
class Mapping:
    """See `verbatim_tables.VerbatimMapping`."""

    roles: ColumnRoles
    source: str
    dates: str


def remembered(conn: Connection, shape: str) -> Mapping | None:
    """As it was said last for files of this shape."""
    row = conn.execute(sa.select(VERBATIM_MAPPING).where(VERBATIM_MAPPING.c.shape == shape)).one_or_none()
    if row is None or row.scale not in SCALES:
        return None
    roles = tuple(Role(one) for one in orjson.loads(row.roles))
    return Mapping(ColumnRoles(roles, row.scale), row.source, row.dates if row.dates in set(Dates) else "")


def remember(
    conn: Connection, shape: str, roles: ColumnRoles, source: str, dates: str, *, at: datetime, by: str
) -> None:
    said = orjson.dumps([role.value for role in roles.roles]).decode()
    row = {
        "shape": shape, "roles": said, "scale": roles.scale, "source": source, "dates": dates, "saved_at": at,
        "saved_by": by,
    }  # fmt: skip
    upsert(conn, VerbatimMapping, [row], key=["shape"])
