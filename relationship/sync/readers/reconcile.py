"""A window at the source compared with the store, and what differs healed. Deltas stay the usual way.

Read in plain lists: the mail of every folder, the rows of every table of the CRM, calls; calendars are read
anew in their window. What is missing or changed is kept, page by page, in transactions of their own. What we
keep and the list does not show is removed only when the source, asked for that item alone, says that it is
gone; calls stay, for their records end after a month. Places in delta streams are not moved; what was never
read to a place is left to the sync.

What if it runs twice: the second time finds nothing. What if it dies half-way: what was healed stays healed.
What if Microsoft says no: to one source, the others are compared; what could not be confirmed is kept.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial

import structlog

from relationship import failpoints
from relationship.errors import BadItem, FixSettings, Reconnect, RelationshipError, StorageTrouble, TryLater
from relationship.excluded import without
from relationship.store import deployment
from relationship.store.activities import sightings
from relationship.store.activities.sightings import Piece, Verdict
from relationship.store.crm import colleagues
from relationship.store.knows import pair_days
from relationship.store.knows.pair_days import Internal
from relationship.store.privacy import excluded_names
from relationship.store.sources import comparing, cursors, folders, scope, sources
from relationship.sync.readers import calendars, calls, crm, crm_activities
from relationship.sync.readers.compared import Finding, Reconciled
from relationship.sync.readers.delta import page_transaction
from relationship.sync.readers.policy import require_consent
from relationship.sync.readers.readers import House, reader_of
from relationship.sync.report import DEGRADED, Trouble
from relationship.sync.shapes import msgraph
from relationship.sync.shapes.dataverse import TrackedTable
from relationship.sync.shapes.dataverse_activities import CONTAINER, ActivityTable
from relationship.sync.shapes.own_columns import OwnColumns
from relationship.sync.wire.auth import CREDENTIAL_CODES
from relationship.sync.wire.connection import Microsoft, connect
from relationship.sync.wire.transport import Channel, Json

__all__ = ["Finding", "Reconciled", "reconcile_once"]

log = structlog.get_logger()

USUAL_DAYS = 30
MOST_PAGES = 5_000
MOST_CONFIRMED = 500  # items asked for alone, for each folder
_PAGE_SIZE = 200


def reconcile_once(house: House, *, days: int = USUAL_DAYS, microsoft: Microsoft | None = None) -> Reconciled:
    """Compare the last `days` days, at most the read window, with every source that was read, and heal.

    raises  SyncIsOff; FixSettings when nothing was read yet, or our configuration is wrong; Reconnect: our credentials
    """
    require_consent(house.store)
    connection = microsoft or connect(house.config)
    try:
        if house.config.mode == "production":
            connection.check_rights()
        return _Reconciling(house, connection, days).run()
    finally:
        if microsoft is None:
            connection.close()


class _Reconciling:
    """One comparison of everything."""

    def __init__(self, house: House, microsoft: Microsoft, days: int) -> None:
        self._house = house
        self._store = house.store
        self._zone = house.config.zone
        self._microsoft = microsoft
        self._sent_before = microsoft.requests_sent
        with house.store.reading() as conn:
            found = deployment.load(conn)
            if found is None:
                raise _nothing_read()
            self._ids = sources.ids(conn)
            self._users = scope.readable_users(conn)
            self._owners = colleagues.addresses_by_key(conn)
        self._inside, self._read = reader_of(house, found.read_from)
        self._today = house.clock().astimezone(self._zone).date()
        self._read_from = found.read_from
        wanted = self._today - timedelta(days=days)
        self._since_day = wanted if found.read_from is None else max(wanted, found.read_from)
        self._since = datetime.combine(self._since_day, time(), self._zone).astimezone(UTC)
        self._findings: list[Finding] = []
        self._troubles: list[Trouble] = []

    def run(self) -> Reconciled:
        if self._microsoft.dataverse:
            for records in crm.TABLES:
                self._attempt(crm.source_key(records), partial(self._compare_records, records))
            for table in crm_activities.TABLES:
                self._attempt(crm_activities.source_key(table), partial(self._compare_table, table))
        for user_id in self._users:
            self._attempt(sources.MAILBOX + user_id, partial(self._compare_mailbox, user_id))
            self._attempt(calendars.SOURCE + user_id, partial(self._read_calendar_anew, user_id))
        for key in calls.SOURCES if self._house.config.reads("calls") else ():
            self._attempt(key, self._compare_calls)
        requests = self._microsoft.requests_sent - self._sent_before
        return Reconciled(self._since_day, requests, tuple(self._findings), tuple(self._troubles))

    def _attempt(self, key: str, compare: Callable[[Finding, int], Finding]) -> None:
        """Compare one source that was read before; its failure stops no other."""
        source_id = self._ids.get(key)
        if source_id is None:
            return
        try:
            self._findings.append(compare(Finding(key), source_id))
        except (FixSettings, StorageTrouble):
            raise
        except RelationshipError as error:
            if isinstance(error, Reconnect) and error.code in CREDENTIAL_CODES:
                raise
            log.warning("reconcile_trouble", key=key, code=error.code)
            self._troubles.append(Trouble(key, DEGRADED, error.code, error.message, error.next_step))

    # Tables of the CRM

    def _compare_records(self, table: TrackedTable, found: Finding, source_id: int) -> Finding:
        """Records have no day: their tables are compared whole."""
        done = crm.compare_table(
            self._store,
            self._crm_channel(),
            table,
            source_id,
            page_size=self._microsoft.crm_page_size,
            zone=self._zone,
            own=OwnColumns(self._house.config.crm_columns),
        )
        changed = max(0, done.written - done.missing)
        return Finding(found.key, done.rows, done.missing, changed, done.ghosts)

    def _crm_channel(self) -> Channel:
        if self._microsoft.dataverse is None:
            raise AssertionError("no table is compared without a CRM")
        return self._microsoft.dataverse

    def _compare_table(self, table: ActivityTable, found: Finding, source_id: int) -> Finding:
        reading = self._crm_reading()
        shown: set[str] = set()
        for rows in crm_activities.plain_pages(reading, table, table.rows_link(reading.channel.base_url)):
            failpoints.passage("reconcile.fetched")
            pieces, _, bad = crm_activities.pieces_of(reading, table, rows)
            shown |= {piece.item_id for piece in pieces} | bad.keys()
            found = replace(found, compared=found.compared + len(rows)) + self._heal(found.key, source_id, pieces)
        unseen = self._kept_since(source_id, CONTAINER) - shown
        still_there, _, _ = crm_activities.pieces_of(
            reading, table, crm_activities.rows_of(reading, table, sorted(unseen)) if unseen else []
        )
        found += self._heal(found.key, source_id, still_there)
        return found + self._remove(found.key, source_id, unseen - {piece.item_id for piece in still_there})

    def _crm_reading(self) -> crm_activities.Reading:
        return crm_activities.Reading(
            store=self._store,
            channel=self._crm_channel(),
            page_size=self._microsoft.crm_page_size,
            read=self._read,
            inside=self._inside,
            zone=self._zone,
            progress=_tell_nobody,
        )

    # Mailboxes

    def _compare_mailbox(self, user_id: str, found: Finding, source_id: int) -> Finding:
        with self._store.reading() as conn:
            readable = folders.readable(conn, source_id)
        for folder_id in readable:
            found += self._compare_folder(user_id, folder_id, readable, found.key, source_id)
        return found

    def _compare_folder(
        self, user_id: str, folder_id: str, readable: Sequence[str], key: str, source_id: int
    ) -> Finding:
        found, shown = Finding(key), set()
        for rows in self._mail_pages(user_id, folder_id):
            failpoints.passage("reconcile.fetched")
            pieces = [piece for row in rows if (piece := _message(row, folder_id)) is not None]
            shown |= {str(row.get("id")) for row in rows}
            found = replace(found, compared=found.compared + len(rows)) + self._heal(key, source_id, pieces)
        unseen = sorted(self._kept_since(source_id, folders.container_of(folder_id)) - shown)
        gone: set[str] = set()
        for message_id in unseen[:MOST_CONFIRMED]:
            piece = self._asked_for_alone(user_id, message_id)
            if piece is None or piece.container not in {folders.container_of(name) for name in readable}:
                gone.add(message_id)
            else:
                found += self._heal(key, source_id, [piece])
        found += self._remove(key, source_id, gone)
        return replace(found, doubtful=found.doubtful + len(unseen[MOST_CONFIRMED:]))

    def _mail_pages(self, user_id: str, folder_id: str) -> Iterable[list[Json]]:
        channel = self._microsoft.msgraph
        page_size = min(_PAGE_SIZE, self._microsoft.mail_page_size)
        following: str | None = msgraph.messages_since_link(
            channel.base_url, user_id, folder_id, self._since, page_size
        )
        for _ in range(MOST_PAGES):
            if following is None:
                return
            page = channel.fetch(following, scope=user_id, headers=msgraph.mail_headers(page_size))
            yield [row for row in page["value"] if isinstance(row, dict)]
            following = page.get("@odata.nextLink")
        raise TryLater(
            "A folder does not end.",
            next_step="Nothing to do: the next comparison reads it again.",
            code="endless_list",
        )

    def _asked_for_alone(self, user_id: str, message_id: str) -> Piece | None:
        """A message where it lies now; None when the mailbox says that there is none."""
        headers = msgraph.mail_headers(1)
        try:
            row = self._microsoft.msgraph.fetch_one(
                msgraph.message_path(user_id, message_id), scope=user_id, headers=headers
            )
        except BadItem as error:
            if error.code != "not_found":
                raise
            return None
        return msgraph.message(row, msgraph.parent_folder(row))

    def _read_calendar_anew(self, user_id: str, found: Finding, source_id: int) -> Finding:
        reading = calendars.Reading(
            store=self._store,
            channel=self._microsoft.msgraph,
            page_size=self._microsoft.mail_page_size,
            read=self._read,
            inside=self._inside,
            owners=self._owners,
            read_from=self._read_from,
            today=self._today,
            zone=self._zone,
            progress=_tell_nobody,
        )
        before = self._content(source_id)
        with self._store.transaction() as conn:
            calendars.begin_anew(conn, source_id)
        done = calendars.read_calendar(reading, user_id, source_id, refresh=True)
        after = self._content(source_id)
        return Finding(
            found.key,
            compared=done.rows,
            missing=len(after.keys() - before.keys()),
            changed=sum(before[item] != after[item] for item in before.keys() & after.keys()),
            ghosts=len(before.keys() - after.keys()),
        )

    def _compare_calls(self, found: Finding, source_id: int) -> Finding:
        """A call may be told days late, or again after the sync looks back."""
        with self._store.reading() as conn:
            if calls.CONTAINER not in cursors.load(conn, source_id):
                return found
        counts: list[int] = []
        reading = calls.Reading(
            store=self._store,
            channel=self._microsoft.msgraph,
            read=self._read,
            tenant_id=self._house.config.tenant_id,
            read_from=self._read_from,
            now=self._house.clock(),
            zone=self._zone,
            progress=counts.append,
        )
        before = self._content(source_id)
        calls.read_again(reading, found.key, source_id, self._since)
        after = self._content(source_id)
        return Finding(
            found.key,
            compared=sum(counts),
            missing=len(after.keys() - before.keys()),
            changed=sum(before[item] != after[item] for item in before.keys() & after.keys()),
        )

    def _content(self, source_id: int) -> dict[str, object]:
        with self._store.reading() as conn:
            return {item: copy.fields for item, copy in sightings.held(conn, source_id).items()}

    # Healing

    def _kept_since(self, source_id: int, container: str) -> set[str]:
        with self._store.reading() as conn:
            return comparing.items_since(conn, source_id, container, self._since)

    def _heal(self, key: str, source_id: int, pieces: Sequence[Piece]) -> Finding:
        """Keep what is missing or differs, if its container was read before."""
        with self._store.reading() as conn:
            held = sightings.held(conn, source_id, [piece.item_id for piece in pieces])
            places = cursors.load(conn, source_id)
            left_out = excluded_names.among_items(conn, (piece.fields for piece in pieces))
        missing, changed, internal = [], [], list[Internal]()
        for told in pieces:
            fields = without(told.fields, left_out)
            if fields is None:
                continue
            piece = replace(told, fields=fields)
            copy = held.get(piece.item_id)
            if piece.container not in places:
                continue
            if copy is None:
                found = self._read(piece.fields)
                if isinstance(found, Internal):
                    internal += [found] if fields is told.fields else []
                elif found is not Verdict.DROP:
                    missing.append(piece)
            elif copy.container != piece.container or {**copy.fields, **piece.fields} != copy.fields:
                changed.append(piece)
        if internal:  # what was planned when it was read has taken place since
            with page_transaction(self._store) as conn:
                pair_days.count(conn, internal, zone=self._zone)
        for container in sorted({piece.container for piece in (*missing, *changed)}):
            wanted = [piece for piece in (*missing, *changed) if piece.container == container]
            with page_transaction(self._store) as conn:
                failpoints.passage("reconcile.transaction_open")
                place = cursors.load(conn, source_id).get(container, places[container])
                sightings.apply_page(
                    conn, source_id, container, wanted, [], place=place, read=self._read, zone=self._zone
                )
                failpoints.passage("reconcile.saved")
            failpoints.passage("reconcile.committed")
        return Finding(key, missing=len(missing), changed=len(changed))

    def _remove(self, key: str, source_id: int, gone: Iterable[str]) -> Finding:
        """Remove what the source said is gone."""
        wanted = sorted(gone)
        if wanted:
            with page_transaction(self._store) as conn:
                failpoints.passage("reconcile.transaction_open")
                sightings.remove_items(conn, source_id, wanted, read=self._read, zone=self._zone)
                failpoints.passage("reconcile.saved")
            failpoints.passage("reconcile.committed")
        return Finding(key, ghosts=len(wanted))


def _message(row: Json, folder_id: str) -> Piece | None:
    """A row of a list; None for one that cannot be read, which the quarantine of the sync holds."""
    try:
        return msgraph.message(row, folder_id)
    except BadItem:
        return None


def _tell_nobody(_count: int) -> None:
    return


def _nothing_read() -> FixSettings:
    return FixSettings(
        "Nothing was read yet, so there is nothing to compare.",
        next_step="Run `relationship sync --once` first.",
        code="nothing_read",
    )
