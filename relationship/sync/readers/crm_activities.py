"""The CRM's e-mails, phone calls, appointments and tasks, by change tracking, each table a source of its own.

Change tracking tells no participants, so after each page those of the changed rows are asked for, before the
transaction that keeps the page. What if it runs twice: copies are keyed by GUID. What if it dies half-way: see
`delta`. What if Dynamics says no: to one table, the others are read. A change of participants alone need not
be told at all: `reconcile` finds it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from relationship import failpoints
from relationship.errors import BadItem, TryLater
from relationship.store.activities import sightings
from relationship.store.activities.sightings import Piece, Read
from relationship.store.chunks import in_chunks
from relationship.store.database import Store
from relationship.store.sources import cursors, quarantine
from relationship.store.sources.cursors import Place
from relationship.sync.readers.delta import Round, Stream, anew, read_round
from relationship.sync.shapes import dataverse, dataverse_activities
from relationship.sync.shapes.dataverse_activities import CONTAINER, MOST_KEYS_ASKED, ActivityTable
from relationship.sync.shapes.disposition import Circle
from relationship.sync.wire.transport import Channel, Json

SCOPE = "dataverse"
ROOM = "activity"
CIRCLE = "circle"
TABLES = dataverse_activities.TABLES
MOST_PAGES_OF_PARTIES = 1_000


def source_key(table: ActivityTable) -> str:
    return f"dataverse/{table.entity_set}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading any table of activities needs. read: all kinds (`dataverse_activities.activity_reader`)."""

    store: Store
    channel: Channel
    page_size: int
    read: Read
    inside: Circle
    zone: ZoneInfo
    progress: Callable[[int], None]


def read_table(reading: Reading, table: ActivityTable, source_id: int, *, refresh: bool) -> Round:
    """Bring one table up to date."""
    _judge_anew_if_circle_changed(reading, source_id)
    with reading.store.reading() as conn:
        place = cursors.load(conn, source_id).get(CONTAINER)
    stream = Stream(
        room=ROOM,
        source_id=source_id,
        container=CONTAINER,
        start=table.tracked.link(reading.channel.base_url),
        fetch=partial(_fetch, reading, table),
        save=partial(_save, reading, table, source_id),
        end_full=partial(_end_full, reading, source_id),
    )
    return read_round(reading.store, stream, place, refresh=refresh, progress=reading.progress)


def rows_of(reading: Reading, table: ActivityTable, guids: Sequence[str]) -> list[Json]:
    """Whole rows with their parties, as they are now; those that are gone are missing."""
    base_url, found = reading.channel.base_url, []
    for chunk in in_chunks(sorted(guids), MOST_KEYS_ASKED):
        for rows in plain_pages(reading, table, table.rows_link(base_url, chunk)):
            found += rows
    return found


def plain_pages(reading: Reading, table: ActivityTable, link: str) -> Iterable[list[Json]]:
    """The pages of a plain list that expands parties; a list of parties that has a page of its own is completed."""
    headers = dataverse.headers(reading.page_size, track=False)
    following: str | None = link
    for _ in range(MOST_PAGES_OF_PARTIES):
        if following is None:
            return
        page = reading.channel.fetch(following, scope=SCOPE, headers=headers)
        rows = [row for row in page["value"] if isinstance(row, dict)]
        for row in rows:
            _complete_parties(reading, table, row)
        yield rows
        following = page.get("@odata.nextLink")
    raise TryLater(
        "A list of Dynamics 365 does not end.",
        next_step="Nothing to do: the next run reads it again.",
        code="endless_list",
    )


def pieces_of(
    reading: Reading, table: ActivityTable, rows: Iterable[object]
) -> tuple[list[Piece], list[str], dict[str, str]]:
    """Rows sorted out: pieces to keep, GUIDs that are gone, and reasons of what cannot be read, by GUID.

    Of a row told twice the last counts. A row whose parties are not known any more was deleted meanwhile: the
    next round tells.
    """
    page = _Page()
    for row in rows:
        deleted = dataverse.deleted_guid(row)
        if deleted is not None:
            page.forget(deleted)
            page.gone[deleted] = None
        elif isinstance(row, dict) and table.navigation in row:
            page.add(reading, table, row)
    return list(page.kept.values()), list(page.gone), page.bad


@dataclass(slots=True)
class _Page:
    kept: dict[str, Piece] = field(default_factory=dict)
    gone: dict[str, None] = field(default_factory=dict)
    bad: dict[str, str] = field(default_factory=dict)

    def add(self, reading: Reading, table: ActivityTable, row: Json) -> None:
        try:
            guid = dataverse.guid(row, "activityid")
        except BadItem:
            return  # nothing to name it by
        self.forget(guid)
        try:
            self.kept[guid] = dataverse_activities.piece(table, row, reading.inside)
        except BadItem as error:
            self.bad[guid] = error.code

    def forget(self, guid: str) -> None:
        self.kept.pop(guid, None)
        self.gone.pop(guid, None)
        self.bad.pop(guid, None)


def _judge_anew_if_circle_changed(reading: Reading, source_id: int) -> None:
    """Whether an activity is internal depends on who is inside; when that changes all are read again."""
    with reading.store.reading() as conn:
        places = cursors.load(conn, source_id)
    if places.get(CIRCLE, Place()).delta_link == reading.inside.mark:
        return
    with reading.store.transaction() as conn:
        if CONTAINER in places:
            cursors.save(conn, source_id, CONTAINER, anew(places[CONTAINER]))
        failpoints.passage(f"{ROOM}.places_reset")
        cursors.save(conn, source_id, CIRCLE, Place(delta_link=reading.inside.mark, full=False))


def _fetch(reading: Reading, table: ActivityTable, link: str, is_saved: bool) -> Json:
    """A page of changes, each row with its parties."""
    headers = dataverse.headers(reading.page_size, track=True)
    page = reading.channel.fetch(link, scope=SCOPE, headers=headers, at_saved_link=is_saved)
    rows = {guid: row for row in page["value"] if (guid := _guid(row)) is not None}
    for chunk in in_chunks(sorted(rows), MOST_KEYS_ASKED):
        for found in plain_pages(reading, table, table.parties_link(reading.channel.base_url, chunk)):
            for row in found:
                if (guid := _guid(row)) in rows:
                    rows[guid][table.navigation] = row.get(table.navigation)
    failpoints.passage(f"{ROOM}.parties_fetched")
    return page


def _guid(row: object) -> str | None:
    """The GUID of a row that is still there."""
    if not isinstance(row, dict) or dataverse.deleted_guid(row) is not None:
        return None
    try:
        return dataverse.guid(row, "activityid")
    except BadItem:
        return None


def _complete_parties(reading: Reading, table: ActivityTable, row: Json) -> None:
    parties, following = row.get(table.navigation), row.get(f"{table.navigation}@odata.nextLink")
    headers = dataverse.headers(reading.page_size, track=False)
    while isinstance(following, str) and isinstance(parties, list):
        page = reading.channel.fetch(following, scope=SCOPE, headers=headers)
        parties += page["value"]
        following = page.get("@odata.nextLink") if page["value"] else None


def _save(
    reading: Reading, table: ActivityTable, source_id: int, conn: Connection, rows: Sequence[Json], place: Place
) -> int:
    kept, gone, bad = pieces_of(reading, table, rows)
    return keep(reading, source_id, conn, kept, gone, bad, place)


def keep(
    reading: Reading,
    source_id: int,
    conn: Connection,
    kept: Sequence[Piece],
    gone: Sequence[str],
    bad: dict[str, str],
    place: Place,
) -> int:
    """Keep what was sorted out; returns how many rows were written."""
    for guid, reason in sorted(bad.items()):
        quarantine.add(conn, source_id, guid, reason)
    written = sightings.apply_page(
        conn, source_id, CONTAINER, kept, gone, place=place, read=reading.read, zone=reading.zone
    )
    return written + len(bad)


def _end_full(reading: Reading, source_id: int, conn: Connection, place: Place) -> int:
    return sightings.end_full_round(conn, source_id, CONTAINER, place, read=reading.read, zone=reading.zone)
