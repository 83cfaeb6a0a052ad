"""One mailbox: its folders, then the mail of each folder that is read.

What if it runs twice: messages are keyed by immutable id. What if it dies half-way: every folder has its
own place. What if Microsoft says no: to one folder, the others are read and the mailbox is degraded; to the
mailbox, it is left as it was and looked at again later.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from relationship.store.activities import sightings
from relationship.store.activities.sightings import Read
from relationship.store.database import Store
from relationship.store.sources import folders
from relationship.store.sources.cursors import Place
from relationship.sync.readers.delta import Round, Stream, read_round
from relationship.sync.readers.folder_tree import FolderTree
from relationship.sync.readers.item_page import keep, sorted_out
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
        page = sorted_out(rows, lambda row: msgraph.message(row, folder_id))
        container = folders.container_of(folder_id)
        return keep(conn, self._source_id, container, page, place=place, read=self._to.read, zone=self._to.zone)

    def _end_full(self, container: str, conn: Connection, place: Place) -> int:
        return sightings.end_full_round(conn, self._source_id, container, place, read=self._to.read, zone=self._to.zone)

    def _fetch(self, link: str, *, is_saved: bool) -> Json:
        return self._to.channel.fetch(link, scope=self._user_id, headers=self._to.headers, at_saved_link=is_saved)
