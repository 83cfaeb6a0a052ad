"""The one organisation this database belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.errors import FixSettings
from relationship.store import tables
from relationship.store.upsert import insert_new

_deployment = tables.table(tables.Deployment)


@dataclass(frozen=True, slots=True)
class DeploymentRow:
    """read_from: first day that is read, None = everything; domains: our verified mail domains."""

    tenant_id: str
    time_zone: str
    read_from: date | None
    domains: frozenset[str]


def load(conn: Connection) -> DeploymentRow | None:
    columns = _deployment.c
    row = conn.execute(
        sa.select(columns.tenant_id, columns.time_zone, columns.read_from, columns.domains)
    ).one_or_none()
    return DeploymentRow(row[0], row[1], row[2], frozenset(row[3].split())) if row else None


def ensure(conn: Connection, *, tenant_id: str, time_zone: str, read_from: date | None) -> DeploymentRow:
    """The stored organisation, created on first use. FixSettings when the database is another one's.

    The read window is fixed at the first call, so that it does not move with every run.
    """
    insert_new(
        conn,
        tables.Deployment,
        [{"id": 1, "tenant_id": tenant_id, "time_zone": time_zone, "read_from": read_from, "domains": ""}],
        key=["id"],
    )
    found = load(conn)
    if found is None or found.tenant_id != tenant_id:
        raise FixSettings(
            "This database belongs to another organisation.",
            next_step="Point RELATIONSHIP_DATABASE_URL at the database of this organisation, or at an empty one.",
            code="foreign_database",
        )
    if found.time_zone != time_zone:
        raise FixSettings(
            f"This database counts its days in {found.time_zone}, the configuration says {time_zone}.",
            next_step=f"Set RELATIONSHIP_TIME_ZONE={found.time_zone}, or start with an empty database.",
            code="other_time_zone",
        )
    return found


def set_domains(conn: Connection, domains: Sequence[str]) -> None:
    """Keep our verified mail domains; unchanged ones write nothing."""
    text = " ".join(sorted({domain.lower() for domain in domains}))
    changed = conn.execute(sa.update(_deployment).where(_deployment.c.domains != text).values(domains=text)).rowcount
    if changed:
        insert_new(conn, tables.StalePeople, [{"id": 1}], key=["id"])
