"""One mailbox: its folders, then the mail of each folder that is read.

What if it runs twice: messages are keyed by immutable id. What if it dies half-way: every folder has its
own place. What if Microsoft says no: to one folder, the others are read and the mailbox is degraded; to the
mailbox, it is left as it was and looked at again later.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from relationship.errors import BadItem
from relationship.store.activities import sightings
from relationship.store.activities.sightings import Piece, Read
from relationship.store.database import Store
from relationship.store.sources import folders, quarantine
from relationship.store.sources.cursors import Place
from relationship.sync.readers.delta import Round, Stream, read_round
from relationship.sync.readers.folder_tree import FolderTree
from relationship.sync.shapes import msgraph
from relationship.sync.wire.transport import Channel, Json


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading any mailbox needs. headers: sent with every page; circle_mark: fingerprint of who is
    inside (`disposition.Circle`)."""

    store: Store
    channel: Channel
    headers: Mapping[str, str]
    read: Read
    circle_mark: str
    zone: ZoneInfo
    progress: Callable[[int], None]


def read_mailbox(reading: Reading, user_id: str, source_id: int, *, refresh: bool) -> Round:
    """Bring one mailbox up to date; a folder that fails is left for the next run, the others are read.

    raises  Unavailable, Reconnect: nothing of it can be read; else the first failure of a folder, at the end
    """
    tree = FolderTree("mail", reading, user_id, source_id, refresh=refresh)
    tree.judge_anew_if_circle_changed()
    tree.read_folders()
    return _Mailbox(reading, tree, user_id, source_id, refresh).read_mail()


class _Mailbox:
    """One reading of one mailbox."""

    def __init__(self, reading: Reading, tree: FolderTree, user_id: str, source_id: int, refresh: bool) -> None:
        self._to = reading
        self._tree = tree
        self._user_id = user_id
        self._source_id = source_id
        self._refresh = refresh

    def read_mail(self) -> Round:
        return self._tree.each_readable(self._read_folder)

    def _read_folder(self, folder_id: str, place: Place | None) -> Round:
        container = folders.container_of(folder_id)
        stream = Stream(
            room="mail",
            source_id=self._source_id,
            container=container,
            start=msgraph.messages_link(self._to.channel.base_url, self._user_id, folder_id),
            fetch=lambda link, is_saved: self._fetch(link, is_saved=is_saved),
            save=partial(self._save_mail, folder_id),
            end_full=partial(self._end_full, container),
        )
        return read_round(self._to.store, stream, place, refresh=self._refresh, progress=self._to.progress)

    def _save_mail(self, folder_id: str, conn: Connection, rows: Sequence[Json], place: Place) -> int:
        page = _sorted_out(rows, folder_id)
        for item_id, reason in sorted(page.bad.items()):
            quarantine.add(conn, self._source_id, item_id, reason)
        written = sightings.apply_page(
            conn,
            self._source_id,
            folders.container_of(folder_id),
            page.pieces,
            page.removed,
            place=place,
            read=self._to.read,
            zone=self._to.zone,
        )
        return written + len(page.bad)

    def _end_full(self, container: str, conn: Connection, place: Place) -> int:
        return sightings.end_full_round(conn, self._source_id, container, place, read=self._to.read, zone=self._to.zone)

    def _fetch(self, link: str, *, is_saved: bool) -> Json:
        return self._to.channel.fetch(link, scope=self._user_id, headers=self._to.headers, at_saved_link=is_saved)


@dataclass(frozen=True, slots=True)
class _Page:
    pieces: list[Piece]
    removed: list[str]
    bad: dict[str, str]


def _sorted_out(rows: Sequence[Any], folder_id: str) -> _Page:
    """A page of messages by what is to be done; an item that is both removed and told has its last row's fate."""
    pieces: dict[str, list[Piece]] = {}
    removed: dict[str, None] = {}
    bad: dict[str, str] = {}
    for row in _dicts(rows):
        try:
            item_id = msgraph.item_id(row)
        except BadItem:
            continue  # nothing to name it by
        if msgraph.is_removed(row):
            pieces.pop(item_id, None)
            removed[item_id] = None
            continue
        try:
            piece = msgraph.message(row, folder_id)
        except BadItem as error:
            bad[item_id] = error.code
            continue
        removed.pop(item_id, None)
        pieces.setdefault(item_id, []).append(piece)
    return _Page([piece for same in pieces.values() for piece in same], list(removed), bad)


def _dicts(rows: Iterable[Any]) -> list[Json]:
    return [row for row in rows if isinstance(row, dict)]
