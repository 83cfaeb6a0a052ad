"""One calendar: its events in a rolling window, by calendarView/delta; occurrences completed from their series.

What if it runs twice: events are keyed by immutable id. What if it dies half-way: see `delta`. What if
Microsoft says no: this calendar alone is unavailable or degraded, the mailbox is read. A removal counts only
when the event itself, asked for alone, is not there or lies outside the window; occurrences that vanish
without a word are found by comparing with the series when it changes, and by every full round.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from relationship import failpoints
from relationship.errors import BadItem, TryLater
from relationship.store.activities import sightings
from relationship.store.activities.sightings import Fields, Held, Piece, Read
from relationship.store.database import Store
from relationship.store.knows import pair_days
from relationship.store.knows.pair_days import Internal
from relationship.store.sources import cursors, quarantine
from relationship.store.sources.cursors import Place
from relationship.sync.readers.delta import Round, Stream, anew, read_round
from relationship.sync.readers.item_page import ItemPage, keep, sorted_out
from relationship.sync.shapes import events, msgraph
from relationship.sync.shapes.disposition import Circle
from relationship.sync.shapes.events import MASTER, OCCURRENCE, Owner
from relationship.sync.shapes.window import PAST, Window, window_for, window_of
from relationship.sync.wire.transport import Channel, Json

SOURCE = "calendar/"
ROOM = "calendar"
CIRCLE = "circle"
UNKNOWN_ZONE = "unknown_zone"
MOST_PAGES = 1_000


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading any calendar needs. owners: whose address is whose, by user id; today: in UTC."""

    store: Store
    channel: Channel
    page_size: int
    read: Read
    inside: Circle
    owners: Mapping[str, frozenset[str]]
    read_from: date | None
    today: date
    zone: ZoneInfo
    progress: Callable[[int], None]


def read_calendar(reading: Reading, user_id: str, source_id: int, *, refresh: bool) -> Round:
    """Bring one calendar up to date, in the window it is read in now or, when that is old, in a new one."""
    _judge_anew_if_circle_changed(reading, source_id)
    with reading.store.reading() as conn:
        places = cursors.load(conn, source_id)
    window = _window(reading, places)
    calendar = _Calendar(reading, user_id, source_id, window, places.get(window.container))
    return calendar.read(refresh=refresh)


def begin_anew(conn: Connection, source_id: int) -> None:
    """The next run reads the windows of this calendar from the start and removes what is not there any more,
    told or not."""
    for container, place in cursors.load(conn, source_id).items():
        if window_of(container) is not None:
            cursors.save(conn, source_id, container, anew(place))


def _window(reading: Reading, places: Mapping[str, Place]) -> Window:
    """The newest window that was begun, unless it is due for another."""
    begun = [window for window in map(window_of, places) if window is not None]
    newest = max(begun, key=lambda window: window.end, default=None)
    if newest is None or newest.is_due(reading.today):
        return window_for(reading.read_from, reading.today)
    return newest


def _judge_anew_if_circle_changed(reading: Reading, source_id: int) -> None:
    """Whether a meeting is internal depends on who is inside; when that changes all are read again."""
    with reading.store.reading() as conn:
        places = cursors.load(conn, source_id)
    if places.get(CIRCLE, Place()).delta_link == reading.inside.mark:
        return
    with reading.store.transaction() as conn:
        begin_anew(conn, source_id)
        failpoints.passage(f"{ROOM}.places_reset")
        cursors.save(conn, source_id, CIRCLE, Place(delta_link=reading.inside.mark, full=False))


class _Calendar:
    """One reading of one calendar in one window."""

    def __init__(self, reading: Reading, user_id: str, source_id: int, window: Window, place: Place | None) -> None:
        self._to = reading
        self._user_id = user_id
        self._source_id = source_id
        self._window = window
        self._container = window.container
        self._place = place
        self._start = msgraph.calendar_link(
            reading.channel.base_url, user_id, f"{window.begin}T00:00:00Z", f"{window.end}T00:00:00Z"
        )
        self._headers = msgraph.calendar_headers(reading.page_size)
        self._owner = Owner(reading.owners.get(user_id, frozenset()))
        self._is_full = place is None or place.full
        self._has_rows = place is not None and place.next_link is not None
        # What internal series read in this round have; their occurrences come without people.
        self._internal_series: dict[str, Fields] = {}

    def read(self, *, refresh: bool) -> Round:
        stream = Stream(
            room=ROOM,
            source_id=self._source_id,
            container=self._container,
            start=self._start,
            fetch=self._fetch,
            save=self._save,
            end_full=self._end_full,
        )
        return read_round(self._to.store, stream, self._place, refresh=refresh, progress=self._to.progress)

    # Before a page is kept: what its rows leave open is asked for

    def _fetch(self, link: str, is_saved: bool) -> Json:
        page = self._to.channel.fetch(link, scope=self._user_id, headers=self._headers, at_saved_link=is_saved)
        if link == self._start:
            self._is_full = True
        rows = [row for row in page["value"] if isinstance(row, dict)]
        self._has_rows = self._has_rows or bool(rows)
        rows = self._confirmed(rows)
        if not self._is_full:
            rows += self._changed_series(rows)
        if "@odata.deltaLink" in page and self._has_rows:
            rows += self._missing_series(rows)
        failpoints.passage(f"{ROOM}.completed")
        page["value"] = rows
        return page

    def _held(self, item_ids: Iterable[str] | None = None) -> dict[str, Held]:
        """What is kept of this window."""
        with self._to.store.reading() as conn:
            found = sightings.held(conn, self._source_id, item_ids)
        return {item_id: held for item_id, held in found.items() if held.container == self._container}

    def _confirmed(self, rows: Sequence[Json]) -> list[Json]:
        """Each removal of something we keep as what the calendar itself says of it: gone, or how it is now."""
        removed = {str(row.get("id")) for row in rows if msgraph.is_removed(row)}
        if not removed:
            return list(rows)
        told = {str(row.get("id")) for row in rows if not msgraph.is_removed(row)}
        kept = self._held(removed - told)
        found: list[Json] = []
        for row in rows:
            item_id = str(row.get("id"))
            if not msgraph.is_removed(row):
                found.append(row)
            elif item_id in kept:
                found += self._as_it_is(row, kept.pop(item_id))
        return found

    def _as_it_is(self, row: Json, held: Held) -> list[Json]:
        event = self._event(held.item_id)
        is_series = held.fields.get("type") == MASTER
        if event is not None and (self._instances(event) if is_series else self._is_within(event)):
            return [event]
        return [row, *(_gone(other) for other in self._occurrences(held.item_id))] if is_series else [row]

    def _event(self, item_id: str) -> Json | None:
        """The event read alone, None when it is gone."""
        path = msgraph.event_path(self._user_id, item_id)
        try:
            return self._to.channel.fetch_one(path, scope=self._user_id, headers=self._headers)
        except BadItem as error:
            if error.code == "not_found":
                return None
            raise

    def _is_within(self, row: Json) -> bool:
        try:
            lasting = events.times(events.event(row, "", self._owner, self._to.inside).fields)
        except BadItem:
            return True
        return lasting is None or self._window.overlaps(*lasting)

    def _occurrences(self, series_id: str) -> list[str]:
        return [item_id for item_id, held in self._held().items() if held.fields.get("series") == series_id]

    def _changed_series(self, rows: Sequence[Json]) -> list[Json]:
        """The occurrences of every series that changed, and removals of those that it has no more."""
        told = {str(row.get("id")) for row in rows}
        found: list[Json] = []
        for master in rows:
            if master.get("type") != MASTER or msgraph.is_removed(master) or "attendees" not in master:
                continue
            if self._is_left_out(master):
                continue
            instances = self._instances(master)
            present = {str(row.get("id")) for row in instances}
            found += [row for row in instances if str(row.get("id")) not in told]
            found += [_gone(item_id) for item_id in self._occurrences(str(master.get("id"))) if item_id not in present]
        return found

    def _is_left_out(self, master: Json) -> bool:
        try:
            return bool(events.event(master, "", self._owner, self._to.inside).fields.get("left_out"))
        except BadItem:
            return True

    def _instances(self, master: Json) -> list[Json]:
        """The occurrences of a series in the window, thin as in a delta round, and its exceptions, whole."""
        window = self._window
        following: str | None = msgraph.instances_link(
            self._to.channel.base_url,
            self._user_id,
            msgraph.item_id(master),
            f"{window.begin}T00:00:00Z",
            f"{window.end}T00:00:00Z",
            self._to.page_size,
        )
        found: list[Json] = []
        for _ in range(MOST_PAGES):
            if following is None:
                return found
            try:
                page = self._to.channel.fetch(following, scope=self._user_id, headers=self._headers)
            except BadItem as error:
                if error.code == "not_found":
                    return []  # the series went meanwhile
                raise
            found += [_as_told(row) for row in page["value"] if isinstance(row, dict)]
            following = page.get("@odata.nextLink")
        raise TryLater(
            "The list of a series' occurrences does not end.",
            next_step="Nothing to do: the next run reads it again.",
            code="endless_list",
        )

    def _missing_series(self, rows: Sequence[Json]) -> list[Json]:
        """The series of occurrences that came without them."""
        thin = {str(row["seriesMasterId"]) for row in rows if _is_thin(row)}
        kept = self._held()
        thin |= {
            str(held.fields["series"])
            for held in kept.values()
            if held.fields.get("series") and not events.is_complete(held.fields)
        }
        known = {str(row.get("id")) for row in rows if "attendees" in row}
        known |= {item_id for item_id, held in kept.items() if "left_out" in held.fields}
        asked = (self._event(series_id) for series_id in sorted(thin - known))
        return [event for event in asked if event is not None]

    # Keeping a page

    def _save(self, conn: Connection, rows: Sequence[Json], place: Place) -> int:
        page = sorted_out(rows, lambda row: events.event(row, self._container, self._owner, self._to.inside))
        self._complete(conn, page, place)
        written = keep(
            conn, self._source_id, self._container, page, place=place, read=self._to.read, zone=self._to.zone
        )
        pair_days.count(conn, self._internal_occurrences(rows, page), zone=self._to.zone)
        for item_id in sorted(page.pieces):
            if any(events.has_unknown_zone(piece.fields) for piece in page.pieces[item_id]):
                quarantine.add(conn, self._source_id, item_id, UNKNOWN_ZONE)
        return written

    def _internal_occurrences(self, rows: Sequence[Json], page: ItemPage) -> list[Internal]:
        """The meetings of internal series that a page tells: of these nothing is kept, so they are counted now."""
        for row in rows:
            if isinstance(row, dict) and row.get("id") in page.pieces:
                series = events.internal_series(row, self._owner, self._to.inside)
                if series is not None:
                    self._internal_series[row["id"]] = series
        told = [piece.fields for same in page.pieces.values() for piece in same]
        found = [
            self._to.read({**fields, **self._internal_series[fields["series"]]})
            for fields in told
            if fields.get("type") == OCCURRENCE and fields.get("series") in self._internal_series
        ]
        return [one for one in found if isinstance(one, Internal)]

    def _complete(self, conn: Connection, page: ItemPage, place: Place) -> None:
        """Occurrences get what their series has: those of this page, and kept ones when the series changed."""
        masters = {
            item_id: _merged(same) for item_id, same in page.pieces.items() if same[-1].fields.get("type") == MASTER
        }
        wanted = {piece.fields["series"] for same in page.pieces.values() for piece in same if _lacks_people(piece)}
        known = sightings.held(conn, self._source_id, None if masters else sorted(wanted))
        series = {item_id: held.fields for item_id, held in known.items() if held.fields.get("type") == MASTER}
        for item_id, fields in masters.items():
            series[item_id] = {**series.get(item_id, {}), **fields}
        for item_id, same in page.pieces.items():
            page.pieces[item_id] = [_completed(piece, series) for piece in same]
        for item_id, held in known.items():
            of = held.fields.get("series")
            if of in masters and held.fields.get("type") == OCCURRENCE and item_id not in page.pieces:
                # In a full round, what it has not brought yet must not look as if it had.
                if place.full and (held.round != place.round or held.container != self._container):
                    continue
                page.pieces[item_id] = [Piece(item_id, held.container, events.of_series(series[of]))]

    def _end_full(self, conn: Connection, place: Place) -> int:
        """What a complete full round did not bring is gone; older windows end, their past stays as it was."""
        read, zone = self._to.read, self._to.zone
        written = sightings.end_full_round(conn, self._source_id, self._container, place, read=read, zone=zone)
        older = [name for name in cursors.load(conn, self._source_id) if window_of(name) and name != self._container]
        if not older:
            return written
        left = [held for held in sightings.held(conn, self._source_id).values() if held.container in older]
        past = [held.item_id for held in left if self._is_past(held.fields)]
        written += sightings.move(conn, self._source_id, past, PAST)
        gone = sorted({held.item_id for held in left}.difference(past))
        written += sightings.remove_items(conn, self._source_id, gone, read=read, zone=zone)
        for name in older:
            cursors.forget(conn, self._source_id, name)
        return written

    def _is_past(self, fields: Fields) -> bool:
        lasting = events.times(fields)
        return lasting is not None and lasting[1] <= self._window.starts_at


def _merged(same: Sequence[Piece]) -> Fields:
    found: Fields = {}
    for piece in same:
        found |= piece.fields
    return found


def _lacks_people(piece: Piece) -> bool:
    return bool(piece.fields.get("series")) and not events.is_complete(piece.fields)


def _completed(piece: Piece, series: Mapping[str, Fields]) -> Piece:
    master = series.get(piece.fields.get("series") or "")
    if master is None or not _lacks_people(piece) or piece.fields.get("type") != OCCURRENCE:
        return piece
    return Piece(piece.item_id, piece.container, {**events.of_series(master), **piece.fields}, piece.modified_at)


def _is_thin(row: Json) -> bool:
    return bool(row.get("seriesMasterId")) and "attendees" not in row and not msgraph.is_removed(row)


def _as_told(row: Json) -> Json:
    """An occurrence as a delta round tells it, so that both ways lead to the same."""
    if row.get("type") != OCCURRENCE:
        return row
    return {name: row[name] for name in ("id", "seriesMasterId", "type", "start", "end") if name in row}


def _gone(item_id: str) -> Json:
    return {"@removed": {"reason": "deleted"}, "id": item_id}
