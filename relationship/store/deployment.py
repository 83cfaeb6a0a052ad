"""The one organisation this database belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.errors import FixSettings
from relationship.store import tables
from relationship.store.activities.activity_tables import StalePeople
from relationship.store.upsert import insert_new

_deployment = tables.table(tables.Deployment)


@dataclass(frozen=True, slots=True)
class DeploymentRow:
    """read_from: first day that is read, None = everything; domains: our verified mail domains.

    counts_from: first day whose contact days are kept, None = everything.
    """

    tenant_id: str
    time_zone: str
    read_from: date | None
    domains: frozenset[str]
    counts_from: date | None = None


def load(conn: Connection) -> DeploymentRow | None:
    columns = _deployment.c
    row = conn.execute(
        sa.select(columns.tenant_id, columns.time_zone, columns.read_from, columns.domains, counts_from())
    ).one_or_none()
    return DeploymentRow(row[0], row[1], row[2], frozenset(row[3].split()), row[4]) if row else None


def counts_from() -> sa.ColumnElement[date | None]:
    """The first day whose contact days are kept, as a column of the organisation's row."""
    return sa.func.coalesce(_deployment.c.kept_from, _deployment.c.read_from)


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
        insert_new(conn, StalePeople, [{"id": 1}], key=["id"])


def widen_window(conn: Connection, read_from: date | None) -> None:
    """Let the read window begin earlier; None: with everything."""
    conn.execute(sa.update(_deployment).values(read_from=read_from, kept_from=None))


def move_window(conn: Connection, read_from: date, *, kept_from: date) -> None:
    """Let the read window begin at a day, if it began before; it never moves back.

    kept_from  first day whose contact days stay, at most as far back as they go now
    """
    found = load(conn)
    if found is None:
        return
    read = max(found.read_from or date.min, read_from)
    kept = min(read, max(found.counts_from or date.min, kept_from))
    values = {"read_from": read, "kept_from": kept if kept < read else None}
    conn.execute(sa.update(_deployment).values(**values))
