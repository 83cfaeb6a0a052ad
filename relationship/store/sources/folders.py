"""Mail folders: which exist and which of them are read."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store import tables
from relationship.store.activities import sightings
from relationship.store.sources import cursors
from relationship.store.upsert import upsert

_folder = tables.table(tables.Folder)


@dataclass(frozen=True, slots=True)
class FolderRow:
    folder_id: str
    parent_id: str | None
    read: bool


def container_of(folder_id: str) -> str:
    """The name of the delta stream with the mail of a folder."""
    return f"folder/{folder_id}"


def save(conn: Connection, source_id: int, rows: Sequence[FolderRow]) -> int:
    """Add or change folders; returns how many rows were written."""
    return upsert(
        conn,
        tables.Folder,
        [{"source_id": source_id, **asdict(row)} for row in rows],
        key=["source_id", "folder_id"],
    )


def remove(conn: Connection, source_id: int, folder_ids: Sequence[str], *, read: sightings.Read, zone: ZoneInfo) -> int:
    """Remove folders with their places and everything still lying in them."""
    written = 0
    for folder_id in folder_ids:
        written += sightings.remove_container(conn, source_id, container_of(folder_id), read=read, zone=zone)
        cursors.forget(conn, source_id, container_of(folder_id))
        written += conn.execute(
            sa.delete(_folder).where(_folder.c.source_id == source_id, _folder.c.folder_id == folder_id)
        ).rowcount
    return written


def readable(conn: Connection, source_id: int) -> list[str]:
    """The folders whose mail is read, in a fixed order."""
    query = (
        sa.select(_folder.c.folder_id)
        .where(_folder.c.source_id == source_id, _folder.c.read)
        .order_by(_folder.c.folder_id)
    )
    return list(conn.scalars(query))


def all_ids(conn: Connection, source_id: int) -> set[str]:
    return set(conn.scalars(sa.select(_folder.c.folder_id).where(_folder.c.source_id == source_id)))


def parents(conn: Connection, source_id: int) -> dict[str, str | None]:
    """What is kept as the parent of every folder."""
    query = sa.select(_folder.c.folder_id, _folder.c.parent_id).where(_folder.c.source_id == source_id)
    return dict(conn.execute(query).all())
