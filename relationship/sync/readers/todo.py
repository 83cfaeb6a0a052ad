"""The To Do of one user: its lists by delta, then the tasks of each list by delta.

What if it runs twice: tasks are keyed by id. What if it dies half-way: every list has its own place. What if
Microsoft says no: the source is unavailable, with the reason, and looked at again after a day; older
organisations let no application read tasks. The list of flagged mail mirrors mail and is not read.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from relationship.errors import Reconnect, Unavailable
from relationship.store.activities import sightings
from relationship.store.activities.sightings import Read
from relationship.store.database import Store
from relationship.store.sources import cursors, folders
from relationship.store.sources.cursors import Place
from relationship.store.sources.folders import FolderRow
from relationship.sync.readers.delta import Round, Stream, read_round
from relationship.sync.readers.item_page import keep, sorted_out
from relationship.sync.shapes import msgraph, task_rows
from relationship.sync.shapes.texts import is_clean
from relationship.sync.wire.auth import CREDENTIAL_CODES
from relationship.sync.wire.transport import Channel, Json

SOURCE = "todo/"
ROOMS = ("lists", "todo")
LISTS = "lists"
FLAGGED = "flaggedEmails"


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading anybody's tasks needs, in To Do or Planner. lifts: see `disposition.Circle`."""

    store: Store
    channel: Channel
    page_size: int
    read: Read
    zone: ZoneInfo
    progress: Callable[[int], None]
    lifts: int = 0


@contextmanager
def permission() -> Iterator[None]:
    """A refusal of the right to read tasks, in whichever way it is told, closes this source alone."""
    try:
        yield
    except (Reconnect, Unavailable) as error:
        if error.code in CREDENTIAL_CODES or error.code not in ("token_refused", "not_permitted"):
            raise
        raise Unavailable(
            "We are not allowed to read tasks.",
            next_step="Grant the application Tasks.Read.All, or leave tasks out with RELATIONSHIP_SOURCES.",
            code="no_permission",
        ) from error


def read_todo(reading: Reading, user_id: str, source_id: int, *, refresh: bool) -> Round:
    """Bring the tasks of one user up to date."""
    with reading.store.transaction() as conn:
        cursors.follow_lifts(conn, source_id, reading.lifts)
    with permission():
        todo = _Todo(reading, user_id, source_id, refresh)
        done = todo.read_lists()
        with reading.store.reading() as conn:
            readable = folders.readable(conn, source_id)
        for list_id in readable:
            one = todo.read_tasks(list_id)
            done = Round(done.pages + one.pages, done.rows + one.rows, done.written + one.written)
        return done


class _Todo:
    """One reading of the To Do of one user."""

    def __init__(self, reading: Reading, user_id: str, source_id: int, refresh: bool) -> None:
        self._to = reading
        self._user_id = user_id
        self._source_id = source_id
        self._refresh = refresh
        self._headers = msgraph.page_headers(reading.page_size)

    def read_lists(self) -> Round:
        start = msgraph.task_lists_link(self._to.channel.base_url, self._user_id)
        return self._read(ROOMS[0], LISTS, start, self._save_lists, self._end_full_lists)

    def read_tasks(self, list_id: str) -> Round:
        container = folders.container_of(list_id)
        start = msgraph.tasks_link(self._to.channel.base_url, self._user_id, list_id)
        return self._read(
            ROOMS[1], container, start, partial(self._save_tasks, container), partial(self._end_full_tasks, container)
        )

    def _read(
        self,
        room: str,
        container: str,
        start: str,
        save: Callable[[Connection, Sequence[Json], Place], int],
        end_full: Callable[[Connection, Place], int],
    ) -> Round:
        with self._to.store.reading() as conn:
            place = cursors.load(conn, self._source_id).get(container)
        stream = Stream(
            room=room,
            source_id=self._source_id,
            container=container,
            start=start,
            fetch=self._fetch,
            save=save,
            end_full=end_full,
        )
        return read_round(self._to.store, stream, place, refresh=self._refresh, progress=self._to.progress)

    def _fetch(self, link: str, is_saved: bool) -> Json:
        return self._to.channel.fetch(link, scope=self._user_id, headers=self._headers, at_saved_link=is_saved)

    # Lists: kept as folders are

    def _save_lists(self, conn: Connection, rows: Sequence[Json], place: Place) -> int:
        found: dict[str, FolderRow] = {}
        removed: set[str] = set()
        for row in rows:
            if not isinstance(row, dict) or not is_clean(row.get("id")):
                continue
            list_id = row["id"]
            if msgraph.is_removed(row):
                removed.add(list_id)
            elif "wellknownListName" in row:
                # In a full round the round's number stands in place of the parent that lists do not have.
                seen_in = str(place.round) if place.full else self._seen_in(conn, list_id)
                found[list_id] = FolderRow(list_id, seen_in, read=row["wellknownListName"] != FLAGGED)
        written = self._remove_lists(conn, sorted(removed - found.keys()))
        return written + folders.save(conn, self._source_id, list(found.values()))

    def _seen_in(self, conn: Connection, list_id: str) -> str | None:
        return folders.parents(conn, self._source_id).get(list_id)

    def _end_full_lists(self, conn: Connection, place: Place) -> int:
        known = folders.parents(conn, self._source_id)
        return self._remove_lists(conn, sorted(one for one, seen in known.items() if seen != str(place.round)))

    def _remove_lists(self, conn: Connection, list_ids: Sequence[str]) -> int:
        return folders.remove(conn, self._source_id, list_ids, read=self._to.read, zone=self._to.zone)

    # Tasks

    def _save_tasks(self, container: str, conn: Connection, rows: Sequence[Any], place: Place) -> int:
        page = sorted_out(rows, lambda row: task_rows.todo_task(row, container, self._user_id))
        return keep(conn, self._source_id, container, page, place=place, read=self._to.read, zone=self._to.zone)

    def _end_full_tasks(self, container: str, conn: Connection, place: Place) -> int:
        return sightings.end_full_round(conn, self._source_id, container, place, read=self._to.read, zone=self._to.zone)
