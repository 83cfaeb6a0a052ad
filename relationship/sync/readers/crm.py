"""The CRM: users, accounts, contacts, leads, opportunities and who belongs to them, by change tracking.

Each table is a source of its own: one that may not be read stops no other. What if it runs twice: rows are
keyed by GUID. What if it dies half-way: see `delta`. What if Dynamics says no: the rows known so far stay.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.errors import BadItem, TryLater
from relationship.store.chunks import in_chunks
from relationship.store.crm import colleagues, memberships, records
from relationship.store.crm.colleagues import CrmUser
from relationship.store.crm.memberships import MembershipRow
from relationship.store.crm.records import RecordRow
from relationship.store.database import Store
from relationship.store.sources import cursors, quarantine
from relationship.store.sources.cursors import Place
from relationship.sync.readers.delta import Round, Stream, anew, page_transaction, read_round
from relationship.sync.shapes import dataverse
from relationship.sync.shapes.dataverse import TrackedTable
from relationship.sync.shapes.own_columns import NONE, OwnColumns
from relationship.sync.wire.transport import Channel, Json

log = structlog.get_logger()

SCOPE = "dataverse"
# How the accounts' missing segment column is kept among what could not be read.
SEGMENT_COLUMN, NO_SEGMENT_COLUMN = "column/segment", "no_segment_column"
# The same of columns that the configuration names by what they hold.
OWN_COLUMN, NO_OWN_COLUMN = "column/own/", "no_own_column"
MOST_SMALL_PAGES = 100
MOST_PLAIN_PAGES = 5_000
MOST_KEYS_ASKED = 200  # in one address; one term has about 60 characters, an address may have 32 KB
# In this order: who a record belongs to is known before the record.
TABLES = (
    dataverse.SYSTEM_USERS,
    dataverse.ACCOUNTS,
    dataverse.CONTACTS,
    dataverse.LEADS,
    dataverse.OPPORTUNITIES,
    dataverse.CONNECTIONS,
)


def source_key(table: TrackedTable) -> str:
    return f"dataverse/{table.entity_set}"


def read_table(
    store: Store,
    channel: Channel,
    table: TrackedTable,
    source_id: int,
    *,
    page_size: int,
    zone: ZoneInfo,
    refresh: bool,
    progress: Callable[[int], None],
    segment_column: str = "",
    own: OwnColumns = NONE,
) -> Round:
    """Bring one table up to date.

    own             columns that the organisation added; one that the table does not have is left out
    segment_column  of accounts and leads; a table that does not have it is read without, and of accounts that
                    is noted among what could not be read
    """
    with store.reading() as conn:
        place = cursors.load(conn, source_id).get("")
    reading = _Reading(
        store, channel, source_id, page_size=page_size, zone=zone, refresh=refresh, progress=progress, own=own
    )
    table = reading.with_own(table, place)
    if table.entity_set not in dataverse.SEGMENTED:
        return reading.read(table, place)
    wanted = table.with_segment(segment_column)
    # A table known to be without the column is asked for it again at most as often as places are renewed.
    is_settled = place is not None and not refresh and not _is_other(table, place)
    if wanted != table and not is_settled:
        try:
            done = reading.read(wanted, place)
        except BadItem as error:
            # Links handed out earlier answer with CursorExpired, so the refusal is about the first page.
            log.info("segment_column_refused", table=table.entity_set, column=segment_column, code=error.code)
        else:
            reading.note_segment_column(is_missing=False)
            return done
    done = reading.read(table, place)
    reading.note_segment_column(is_missing=wanted != table and table.entity_set == dataverse.ACCOUNTS.entity_set)
    return done


def _is_other(table: TrackedTable, place: Place) -> bool:
    """Whether the links of a place ask for other columns than the table does, as after a change of a setting."""
    return not table.is_asked_by(place.next_link or place.delta_link or "")


@dataclass(frozen=True, slots=True)
class _Reading:
    """One table about to be read."""

    store: Store
    channel: Channel
    source_id: int
    page_size: int
    zone: ZoneInfo
    refresh: bool
    progress: Callable[[int], None]
    own: OwnColumns

    def with_own(self, table: TrackedTable, place: Place | None) -> TrackedTable:
        """The table with those own columns that it has, which a place with links for all the others knows."""
        wanted = self.own.of(table.entity_set)
        if not wanted:
            return table
        link = (place.next_link or place.delta_link or "") if place is not None and not self.refresh else ""
        if link and table.covers(link):
            return replace(table, own=tuple(name for name in wanted if name in dataverse.selected_by(link)))
        found = tuple(name for name in wanted if has_column(self.channel, table, name))
        for name in wanted:
            self.note_column(OWN_COLUMN + name, NO_OWN_COLUMN, is_missing=name not in found)
        return replace(table, own=found)

    def read(self, table: TrackedTable, place: Place | None) -> Round:
        """To the end of the round; all rows anew when the place was for other columns."""
        keeper = _keeper(self.channel, table, self.page_size, self.zone, self.own)
        headers = dataverse.headers(self.page_size, track=True, shown=table.shown)
        stream = Stream(
            room="crm",
            source_id=self.source_id,
            container="",
            start=table.link(self.channel.base_url),
            fetch=lambda link, is_saved: self.channel.fetch(link, scope=SCOPE, headers=headers, at_saved_link=is_saved),
            save=partial(_save, keeper, self.source_id, table.key),
            end_full=keeper.end_full,
        )
        if place is not None and _is_other(table, place):
            place = anew(place)
        return read_round(self.store, stream, place, refresh=self.refresh, progress=self.progress)

    def note_segment_column(self, *, is_missing: bool) -> None:
        self.note_column(SEGMENT_COLUMN, NO_SEGMENT_COLUMN, is_missing=is_missing)

    def note_column(self, name: str, code: str, *, is_missing: bool) -> None:
        """Show on the status page that a column is missing, or no more."""
        with self.store.reading() as conn:
            is_noted = quarantine.holds(conn, self.source_id, name)
        if is_missing == is_noted:
            return
        with self.store.transaction() as conn:
            if is_missing:
                quarantine.add(conn, self.source_id, name, code)
            else:
                quarantine.clear(conn, self.source_id, [name])


def has_column(channel: Channel, table: TrackedTable, name: str) -> bool:
    """Whether a table of the CRM has a column."""
    try:
        link = f"{channel.base_url}/{table.entity_set}?$select={table.key},{name}"
        channel.fetch(link, scope=SCOPE, headers=dataverse.headers(1, track=False))
    except BadItem as error:
        log.info("own_column_refused", table=table.entity_set, column=name, code=error.code)
        return False
    return True


@dataclass(frozen=True, slots=True)
class Compared:
    """rows: shown by the table; missing: of these not kept before; written: rows written, the missing among
    them; ghosts: kept here, gone there."""

    rows: int = 0
    missing: int = 0
    written: int = 0
    ghosts: int = 0


def compare_table(
    store: Store,
    channel: Channel,
    table: TrackedTable,
    source_id: int,
    *,
    page_size: int,
    zone: ZoneInfo,
    own: OwnColumns = NONE,
) -> Compared:
    """Compare a whole table with the store and heal; what it does not show goes only if it says so by key."""
    with store.reading() as conn:
        place = cursors.load(conn, source_id).get("")
    if place is None:
        return Compared()
    table = table.as_read_by(place.delta_link or place.next_link or "", own.of(table.entity_set))
    keeper = _keeper(channel, table, page_size, zone, own)
    with store.reading() as conn:
        known = keeper.known(conn)
    shown: set[str] = set()
    new: set[str] = set()
    written = 0

    def heal(rows: Sequence[Json], gone: Iterable[str] = ()) -> int:
        with page_transaction(store) as conn:
            done = _save(keeper, source_id, table.key, conn, rows, place)
            return done + keeper.save(conn, [], sorted(gone), place)

    for rows in _plain_pages(channel, table, page_size):
        page = _sorted_out(keeper, table.key, rows)
        shown |= {*page.kept, *page.gone, *page.bad}
        new |= page.kept.keys() - known
        written += heal(rows)
    unseen = sorted(known - shown)
    still_there: set[str] = set()
    for chunk in in_chunks(unseen, MOST_KEYS_ASKED):
        for rows in _plain_pages(channel, table, page_size, chunk):
            still_there |= {dataverse.guid(row, table.key) for row in rows}
    ghosts = set(unseen) - still_there
    if ghosts:
        heal([], ghosts)
    if new:  # whoever was erased is shown and not kept: that is no difference
        with store.reading() as conn:
            new &= keeper.known(conn)
    return Compared(len(shown), len(new), written, len(ghosts))


def _plain_pages(
    channel: Channel, table: TrackedTable, page_size: int, guids: Sequence[str] = ()
) -> Iterator[list[Json]]:
    headers = dataverse.headers(page_size, track=False, shown=table.shown)
    following: str | None = table.link(channel.base_url, guids)
    for _ in range(MOST_PLAIN_PAGES):
        if following is None:
            return
        page = channel.fetch(following, scope=SCOPE, headers=headers)
        yield [row for row in page["value"] if isinstance(row, dict)]
        following = page.get("@odata.nextLink")
    raise TryLater(
        "A list of Dynamics 365 does not end.",
        next_step="Nothing to do: the next comparison reads it again.",
        code="endless_list",
    )


@dataclass(frozen=True, slots=True)
class _Keeper:
    """How one table reaches the store. parse: a row in, what is kept out, None when it is not (any more);
    known: the GUIDs of all rows that are kept."""

    parse: Callable[[Json], Any]
    save: Callable[[Connection, list[Any], list[str], Place], int]
    end_full: Callable[[Connection, Place], int]
    known: Callable[[Connection], set[str]]


@dataclass(slots=True)
class _Page:
    """One page sorted out: what is kept, gone or unreadable, by GUID; of a GUID told twice the last row counts."""

    kept: dict[str, Any] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    bad: dict[str, str] = field(default_factory=dict)


def _save(keeper: _Keeper, source_id: int, key: str, conn: Connection, rows: Sequence[Json], place: Place) -> int:
    page = _sorted_out(keeper, key, rows)
    quarantine.clear(conn, source_id, sorted({*page.kept, *page.gone} - page.bad.keys()))
    for guid, reason in sorted(page.bad.items()):
        quarantine.add(conn, source_id, guid, reason)
    return keeper.save(conn, list(page.kept.values()), sorted(page.gone), place)


def _sorted_out(keeper: _Keeper, key: str, rows: Sequence[Json]) -> _Page:
    page = _Page()
    for row in rows:
        deleted = dataverse.deleted_guid(row)
        if deleted is not None:
            page.kept.pop(deleted, None)
            page.gone.add(deleted)
            continue
        try:
            guid = dataverse.guid(row, key)
        except (BadItem, AttributeError):
            continue  # nothing to name it by
        try:
            kept = keeper.parse(row)
        except BadItem as error:
            page.bad[guid] = error.code
            continue
        page.kept.pop(guid, None)
        page.gone.discard(guid)
        if kept is None:
            page.gone.add(guid)
        else:
            page.kept[guid] = kept
    return page


def _keeper(channel: Channel, table: TrackedTable, page_size: int, zone: ZoneInfo, own: OwnColumns) -> _Keeper:
    if table == dataverse.SYSTEM_USERS:
        return _Keeper(
            parse=lambda row: dataverse.crm_user(row, zone),
            save=_save_users,
            end_full=colleagues.end_full_crm_round,
            known=colleagues.crm_guids,
        )
    if table == dataverse.CONNECTIONS:
        roles = _roles(channel, page_size)
        return _Keeper(
            parse=lambda row: dataverse.membership(row, roles),
            save=_save_memberships,
            end_full=memberships.end_full_round,
            known=memberships.guids,
        )
    kind, parse = _record_parser(channel, table, page_size, own)
    return _Keeper(
        parse=lambda row: parse(row, zone),
        save=partial(_save_records, kind),
        end_full=lambda conn, place: records.end_full_round(conn, kind, place),
        known=lambda conn: records.guids(conn, kind),
    )


_Parser = tuple[RecordKind, Callable[[Json, ZoneInfo], RecordRow]]


def _record_parser(channel: Channel, table: TrackedTable, page_size: int, own: OwnColumns) -> _Parser:
    if table.entity_set == dataverse.LEADS.entity_set:
        return RecordKind.LEAD, lambda row, zone: dataverse.lead(row, zone, table.segment)
    if table == dataverse.CONTACTS:
        return RecordKind.CONTACT, dataverse.contact
    if table.entity_set == dataverse.ACCOUNTS.entity_set:
        # Asked once a row comes, for most often none does.
        codes = cache(lambda: _currencies(channel, page_size))
        return RecordKind.ACCOUNT, lambda row, zone: dataverse.account(
            row, zone, table.segment, own, lambda number: codes().get(number, "")
        )
    currencies = _currencies(channel, page_size)
    return RecordKind.OPPORTUNITY, lambda row, zone: dataverse.opportunity(row, zone, currencies, own)


def _currencies(channel: Channel, page_size: int) -> dict[str, str]:
    return dataverse.currency_codes(_whole_table(channel, dataverse.CURRENCIES, page_size))


def _save_users(conn: Connection, rows: list[CrmUser], gone: list[str], place: Place) -> int:
    return colleagues.save_crm_users(conn, rows, gone, place=place)


def _save_memberships(conn: Connection, rows: list[MembershipRow], gone: list[str], place: Place) -> int:
    return memberships.save(conn, rows, gone, place=place)


def _save_records(kind: RecordKind, conn: Connection, rows: list[RecordRow], gone: list[str], place: Place) -> int:
    return records.save(conn, kind, rows, gone, place=place)


def _roles(channel: Channel, page_size: int) -> dict[str, int | None]:
    return dataverse.role_categories(_whole_table(channel, dataverse.CONNECTION_ROLES, page_size))


def _whole_table(channel: Channel, table: TrackedTable, page_size: int) -> list[Json]:
    """A table of a few rows, read whole each time: a role or currency renamed changes nothing else."""
    rows: list[Json] = []
    link: str | None = table.link(channel.base_url)
    for _ in range(MOST_SMALL_PAGES):
        if link is None:
            break
        page = channel.fetch(link, scope=SCOPE, headers=dataverse.headers(page_size, track=False))
        rows += page["value"]
        link = page.get("@odata.nextLink")
    return rows
