"""The folders of a mailbox: which there are, which of them are read, and reading one after the other.

What if it runs twice: folders are keyed by id. What if it dies half-way: the tree is kept whole or not at all, and
every folder has its own place. What if Microsoft says no: to one folder, the others are read.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import structlog

from relationship import failpoints
from relationship.errors import BadItem, CursorExpired, RelationshipError, TryLater
from relationship.store.activities.sightings import Read
from relationship.store.database import Store
from relationship.store.sources import cursors, folders
from relationship.store.sources.cursors import Place
from relationship.sync.readers.delta import MOST_RESTARTS, Round, anew, page_transaction, started
from relationship.sync.shapes import msgraph
from relationship.sync.shapes.texts import is_clean
from relationship.sync.wire.faults import NOT_FOUND
from relationship.sync.wire.transport import Channel, Json

log = structlog.get_logger()

FOLDERS = "folders"
CIRCLE = "circle"
MOST_FOLDER_PAGES = 1_000


class Reading(Protocol):
    """What reading folders needs of the reading of a mailbox. circle_mark: fingerprint of who is inside."""

    @property
    def store(self) -> Store: ...
    @property
    def channel(self) -> Channel: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def read(self) -> Read: ...
    @property
    def circle_mark(self) -> str: ...
    @property
    def zone(self) -> ZoneInfo: ...


class FolderTree:
    """The folders of one mailbox, in one reading of it. room: prefix of its fail point; unread: well-known names."""

    def __init__(
        self,
        room: str,
        reading: Reading,
        user_id: str,
        source_id: int,
        *,
        refresh: bool,
        unread: Sequence[str] = msgraph.UNREAD_FOLDERS,
    ) -> None:
        self._room = room
        self._to = reading
        self._user_id = user_id
        self._source_id = source_id
        self._refresh = refresh
        self._unread = unread

    def judge_anew_if_circle_changed(self) -> None:
        """Whether a mail is internal depends on who is inside; when that changes all mail is read again."""
        with self._to.store.reading() as conn:
            places = cursors.load(conn, self._source_id)
        if places.get(CIRCLE, Place()).delta_link == self._to.circle_mark:
            return
        with self._to.store.transaction() as conn:
            for container, place in places.items():
                if container not in (FOLDERS, CIRCLE):
                    cursors.save(conn, self._source_id, container, anew(place))
            failpoints.passage(f"{self._room}.places_reset")
            mark = Place(delta_link=self._to.circle_mark, full=False)
            cursors.save(conn, self._source_id, CIRCLE, mark)

    def read_folders(self) -> None:
        """Read the changes of the folder tree; all of its pages are kept in one transaction, for they are few."""
        with self._to.store.reading() as conn:
            place = started(cursors.load(conn, self._source_id).get(FOLDERS))
        for _ in range(MOST_RESTARTS):
            try:
                rows, delta_link = self._folder_rows(place)
            except CursorExpired:
                place = anew(place)
                continue
            self._save_folders(rows, place, delta_link)
            return
        raise TryLater(
            "Microsoft drops our place in the folder list as soon as it gives it.",
            next_step="Nothing to do: the next run reads it again.",
            code="place_never_kept",
        )

    def _folder_rows(self, place: Place) -> tuple[list[Any], str]:
        start = msgraph.folders_link(self._to.channel.base_url, self._user_id)
        link = place.delta_link or start
        rows: list[Any] = []
        seen = set()
        for _ in range(MOST_FOLDER_PAGES):
            failpoints.passage("folders.before_fetch")
            page = self._fetch(link, is_saved=link != start)
            failpoints.passage("folders.fetched")
            rows += page["value"]
            if (delta_link := page.get("@odata.deltaLink")) is not None:
                return rows, delta_link
            seen.add(link)
            link = page.get("@odata.nextLink", link)
            if link in seen:
                break
        raise TryLater(
            "The pages of the folder list lead in a circle.",
            next_step="Nothing to do: the next run reads it again.",
            code="link_loop",
        )

    def _save_folders(self, rows: Sequence[Any], place: Place, delta_link: str) -> None:
        if not rows and not place.full and not (self._refresh and delta_link != place.delta_link):
            return
        gone_rows = [row for row in _dicts(rows) if msgraph.is_removed(row)]
        told = {row["id"]: row for row in _dicts(rows) if not msgraph.is_removed(row) and is_clean(row.get("id"))}
        found = {row.folder_id: row for row in self._to_keep(told, place)}
        removed = {str(row.get("id")) for row in gone_rows} - told.keys()
        with page_transaction(self._to.store) as conn:
            failpoints.passage("folders.transaction_open")
            known = folders.all_ids(conn, self._source_id)
            if place.full:
                removed |= known - told.keys()
            readable = set(folders.readable(conn, self._source_id))
            closed = {folder_id for folder_id, row in found.items() if folder_id in readable and not row.read}
            gone = sorted((removed & known) | closed)
            written = folders.remove(conn, self._source_id, gone, read=self._to.read, zone=self._to.zone)
            failpoints.passage("folders.removed")
            written += folders.save(conn, self._source_id, list(found.values()))
            failpoints.passage("folders.saved")
            if written or place.full or self._refresh:
                after = Place(delta_link=delta_link, next_link=None, round=place.round, full=False)
                cursors.save(conn, self._source_id, FOLDERS, after)
            failpoints.passage("folders.place_saved")
        failpoints.passage("folders.committed")

    def _to_keep(self, told: Mapping[str, Json], place: Place) -> list[folders.FolderRow]:
        """The folders to write down. Where each is known to lie, nothing changed that matters: then none, and the
        well-known ones are not asked for."""
        with self._to.store.reading() as conn:
            parents = folders.parents(conn, self._source_id)
        known = [name for name, row in told.items() if name in parents and row.get("parentFolderId") == parents[name]]
        if len(known) == len(told) and not place.full:
            return []
        unread = self._unread_ids() if told else frozenset()
        return [msgraph.folder(row, unread) for row in told.values()]

    def _unread_ids(self) -> frozenset[str]:
        """The ids of the well-known folders that are not read; a mailbox need not have all of them.

        Each is asked for alone, not all in a $batch: what fails is then asked again without an envelope of its
        own, and the limits count every member of a batch anyway.
        """
        found = set()
        for name in self._unread:
            path = msgraph.folder_path(self._user_id, name)
            try:
                row = self._to.channel.fetch_one(path, scope=self._user_id, headers=self._to.headers)
                found.add(msgraph.item_id(row))
            except BadItem as error:
                if error.code != NOT_FOUND:
                    raise
        return frozenset(found)

    def each_readable(self, read: Callable[[str, Place | None], Round]) -> Round:
        """Read folder by folder; one that fails is left for the next run, the others are read.

        raises  the first failure at the end, unless the folder went while it was read
        """
        done, failures = Round(), []
        with self._to.store.reading() as conn:
            places = cursors.load(conn, self._source_id)
            readable = folders.readable(conn, self._source_id)
        for folder_id in readable:
            try:
                one = read(folder_id, places.get(folders.container_of(folder_id)))
                done = Round(done.pages + one.pages, done.rows + one.rows, done.written + one.written)
            except (BadItem, TryLater) as error:
                log.info("folder_failed", source_id=self._source_id, code=error.code)
                if isinstance(error, TryLater) and error.wait_seconds is not None:
                    raise
                failures.append((folder_id, error))
        self._raise_first_real(failures)
        return done

    def _raise_first_real(self, failures: Iterable[tuple[str, RelationshipError]]) -> None:
        """A folder may go while it is read: the folder list tells, and then it was no failure."""
        failed = list(failures)
        if not failed:
            return
        self.read_folders()
        with self._to.store.reading() as conn:
            readable = set(folders.readable(conn, self._source_id))
        for folder_id, error in failed:
            if folder_id in readable:
                raise error

    def _fetch(self, link: str, *, is_saved: bool) -> Json:
        return self._to.channel.fetch(link, scope=self._user_id, headers=self._to.headers, at_saved_link=is_saved)


def _dicts(rows: Iterable[Any]) -> list[Json]:
    return [row for row in rows if isinstance(row, dict)]
