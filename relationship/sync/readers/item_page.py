"""A page of changes to somebody's items (mails, events, tasks): what is told, what is gone, what cannot be read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from relationship.errors import BadItem
from relationship.store.activities import sightings
from relationship.store.activities.sightings import Piece, Read
from relationship.store.sources import quarantine
from relationship.store.sources.cursors import Place
from relationship.sync.shapes import msgraph
from relationship.sync.wire.transport import Json


@dataclass(frozen=True, slots=True)
class ItemPage:
    """By item id. pieces: in the order of the rows; bad: the code of why it cannot be read."""

    pieces: dict[str, list[Piece]] = field(default_factory=dict)
    removed: dict[str, None] = field(default_factory=dict)
    bad: dict[str, str] = field(default_factory=dict)


def sorted_out(rows: Sequence[Any], piece: Callable[[Json], Piece]) -> ItemPage:
    """The rows of a page by what is to be done; an item that is both removed and told has its last row's fate.

    piece  what a row tells; BadItem when it cannot be read
    """
    page = ItemPage()
    for row in rows:
        try:
            item_id = msgraph.item_id(row)
        except BadItem:
            continue  # nothing to name it by
        if msgraph.is_removed(row):
            page.pieces.pop(item_id, None)
            page.removed[item_id] = None
            continue
        try:
            told = piece(row)
        except BadItem as error:
            page.bad[item_id] = error.code
            continue
        page.removed.pop(item_id, None)
        page.pieces.setdefault(item_id, []).append(told)
    return page


def keep(
    conn: Connection, source_id: int, container: str, page: ItemPage, *, place: Place, read: Read, zone: ZoneInfo
) -> int:
    """Keep what a page told and set aside what cannot be read; returns how many rows were written."""
    for item_id, reason in sorted(page.bad.items()):
        quarantine.add(conn, source_id, item_id, reason)
    pieces = [piece for same in page.pieces.values() for piece in same]
    written = sightings.apply_page(
        conn, source_id, container, pieces, list(page.removed), place=place, read=read, zone=zone
    )
    return written + len(page.bad)
