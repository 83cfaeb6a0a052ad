"""Calls that took place: Teams call records, and the two logs of the telephone network.

Each is a source of its own for the whole organisation, for each needs a right of its own. None has a delta:
what began since two days before the last reading is asked for again, since records appear late and come again
in newer versions. What if it runs twice: records are keyed by id, an older version changes nothing. What if it
dies half-way: the place moves at the end, so the same span is read again. What if Microsoft says no: the
source is unavailable, everything else is read.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from relationship import failpoints
from relationship.errors import BadItem, TryLater, Unavailable
from relationship.store.activities import sightings
from relationship.store.activities.sightings import Piece, Read
from relationship.store.database import Store
from relationship.store.sources import cursors, quarantine
from relationship.store.sources.cursors import Place
from relationship.sync.readers.delta import Round, page_transaction
from relationship.sync.shapes import call_rows, msgraph
from relationship.sync.wire.transport import Channel, Json

RECORDS, PSTN, DIRECT_ROUTING = "calls/records", "calls/pstn", "calls/direct-routing"
SOURCES = (RECORDS, PSTN, DIRECT_ROUTING)
SCOPE = "calls"
ROOM = "calls"
CONTAINER, LEFT_OUT = "", "left out"
PLACES = ("before_fetch", "fetched", "rows_saved", "committed", "ended")

OVERLAP = timedelta(hours=48)
# Call records are kept for 30 days; a log is told for at most 90 days at once.
RECORDS_KEPT = timedelta(days=30)
LONGEST_SPAN = timedelta(days=89)
MOST_PAGES = 10_000


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading calls needs. tenant_id: whose users are ours; now: when this run looks; lifts: see
    `disposition.Circle`."""

    store: Store
    channel: Channel
    read: Read
    tenant_id: str
    read_from: date | None
    now: datetime
    zone: ZoneInfo
    progress: Callable[[int], None]
    lifts: int = 0


def read_calls(reading: Reading, key: str, source_id: int, *, refresh: bool) -> Round:
    """Bring one of `SOURCES` up to date."""
    with reading.store.transaction() as conn:
        cursors.follow_lifts(conn, source_id, reading.lifts)
        place = cursors.load(conn, source_id).get(CONTAINER)
    since = _since(reading, key, place)
    calls = _Calls(reading, key, source_id, is_anew=place is not None and place.full)
    try:
        for link in _links(reading, key, since):
            calls.read_list(link)
    except Unavailable as error:
        right = "CallRecords.Read.All" if key == RECORDS else "CallRecord-PstnCalls.Read.All"
        raise Unavailable(
            "We are not allowed to read these calls.",
            next_step=f"Grant the application {right}, or leave calls out with RELATIONSHIP_SOURCES.",
            code="no_permission",
        ) from error
    calls.end(refresh=refresh or place is None or place.full)
    return calls.done


def read_again(reading: Reading, key: str, source_id: int, since: datetime) -> None:
    """Read everything that began since then, as far back as it is told; the place of the source is not moved."""
    oldest = reading.now - RECORDS_KEPT if key == RECORDS else since
    calls = _Calls(reading, key, source_id, is_anew=False)
    for link in _links(reading, key, max(since, oldest)):
        calls.read_list(link)


def _since(reading: Reading, key: str, place: Place | None) -> datetime:
    """Where this reading begins: an overlap before the last one, at first as far back as calls are told."""
    if place is not None and place.delta_link is not None:
        return datetime.fromisoformat(place.delta_link) - OVERLAP
    begin = reading.now - (RECORDS_KEPT if key == RECORDS else LONGEST_SPAN)
    if reading.read_from is None:
        return begin
    return max(begin, datetime.combine(reading.read_from, datetime.min.time(), UTC) - timedelta(days=1))


def _links(reading: Reading, key: str, since: datetime) -> Iterable[str]:
    base_url = reading.channel.base_url
    if key == RECORDS:
        yield msgraph.call_records_link(base_url, f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
        return
    function = "getPstnCalls" if key == PSTN else "getDirectRoutingCalls"
    today = reading.now.astimezone(UTC).date()
    begin = since.astimezone(UTC).date()
    while begin <= today:
        end = min(begin + LONGEST_SPAN, today)
        yield msgraph.call_log_link(base_url, function, begin, end)
        begin = end + timedelta(days=1)


class _Calls:
    """One reading of one source."""

    def __init__(self, reading: Reading, key: str, source_id: int, *, is_anew: bool) -> None:
        self._to = reading
        self._is_anew = is_anew
        self._key = key
        self._source_id = source_id
        self._place = Place(round=1, full=False)
        self.done = Round()

    def read_list(self, link: str) -> None:
        following: str | None = link
        for _ in range(MOST_PAGES):
            if following is None:
                return
            failpoints.passage(f"{ROOM}.before_fetch")
            page = self._to.channel.fetch(following, scope=SCOPE)
            rows = self._whole(page["value"])
            failpoints.passage(f"{ROOM}.fetched")
            written = self._keep(rows) if rows else 0
            self._to.progress(len(page["value"]))
            self.done = Round(self.done.pages + 1, self.done.rows + len(rows), self.done.written + written)
            following = page.get("@odata.nextLink")
        raise TryLater(
            "The list of calls does not end.",
            next_step="Nothing to do: the next run reads it again.",
            code="endless_list",
        )

    def _whole(self, rows: Sequence[Any]) -> list[Json]:
        """Rows of a log are whole; a record's people are told by the record alone, asked for once per version."""
        named = [row for row in rows if isinstance(row, dict)]
        if self._key != RECORDS:
            return named
        with self._to.store.reading() as conn:
            kept = sightings.held(conn, self._source_id, [str(row.get("id")) for row in named])
        versions = {item_id: held.fields.get("version") for item_id, held in kept.items()}
        return [
            self._record(row) if call_rows.needs_people(row) else row
            for row in named
            if self._is_anew or versions.get(str(row.get("id"))) != row.get("version")
        ]

    def _record(self, row: Json) -> Json:
        try:
            found = self._to.channel.fetch_one(msgraph.call_record_path(msgraph.item_id(row)), scope=SCOPE)
        except BadItem:
            return row
        following = found.get("participants_v2@odata.nextLink")
        for _ in range(MOST_PAGES):
            if not isinstance(following, str):
                break
            page = self._to.channel.fetch(following, scope=SCOPE)
            found["participants_v2"] += page["value"]
            following = page.get("@odata.nextLink")
        return found

    def _keep(self, rows: Sequence[Json]) -> int:
        pieces: list[Piece] = []
        bad: dict[str, str] = {}
        for row in rows:
            try:
                item_id = msgraph.item_id(row)
            except BadItem:
                continue  # nothing to name it by
            try:
                pieces.append(self._piece(row))
            except BadItem as error:
                bad[item_id] = error.code
        with page_transaction(self._to.store) as conn:
            for item_id, reason in sorted(bad.items()):
                quarantine.add(conn, self._source_id, item_id, reason)
            written = sightings.apply_page(
                conn,
                self._source_id,
                CONTAINER,
                pieces,
                [],
                place=self._place,
                read=self._to.read,
                zone=self._to.zone,
            )
            failpoints.passage(f"{ROOM}.rows_saved")
        failpoints.passage(f"{ROOM}.committed")
        return written + len(bad)

    def _piece(self, row: Json) -> Piece:
        piece = call_rows.record(row, self._to.tenant_id) if self._key == RECORDS else call_rows.log_row(row)
        return replace(piece, container=LEFT_OUT if piece.fields["left_out"] else CONTAINER)

    def end(self, *, refresh: bool) -> None:
        """Move the place, and forget what was only kept so as not to be asked for again."""
        if not refresh and self.done.written == 0:
            return
        with page_transaction(self._to.store) as conn:
            self._forget_left_out(conn)
            after = Place(delta_link=self._to.now.isoformat(), round=1, full=False)
            cursors.save(conn, self._source_id, CONTAINER, after)
        failpoints.passage(f"{ROOM}.ended")

    def _forget_left_out(self, conn: Connection) -> None:
        oldest = self._to.now - RECORDS_KEPT  # older ones are not told any more
        old = [
            item_id
            for item_id, held in sightings.held(conn, self._source_id, container=LEFT_OUT).items()
            if datetime.fromisoformat(held.fields["at"]) < oldest
        ]
        sightings.remove_items(conn, self._source_id, sorted(old), read=self._to.read, zone=self._to.zone)
