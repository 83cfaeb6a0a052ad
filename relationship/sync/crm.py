"""The CRM: users, accounts, contacts, leads, opportunities and who belongs to them, by change tracking.

Each table is a source of its own: one that may not be read stops no other. What if it runs twice: rows are
keyed by GUID. What if it dies half-way: see `delta`. What if Dynamics says no: the rows known so far stay.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.errors import BadItem, TryLater
from relationship.store import colleagues, cursors, memberships, quarantine, records
from relationship.store.chunks import in_chunks
from relationship.store.colleagues import CrmUser
from relationship.store.cursors import Place
from relationship.store.database import Store
from relationship.store.memberships import MembershipRow
from relationship.store.records import RecordRow
from relationship.sync import dataverse
from relationship.sync.dataverse import TrackedTable
from relationship.sync.delta import Round, Stream, page_transaction, read_round
from relationship.sync.transport import Channel, Json

SCOPE = "dataverse"
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
) -> Round:
    """Bring one table up to date."""
    keeper = _keeper(channel, table, page_size, zone)
    headers = dataverse.headers(page_size, track=True)
    with store.reading() as conn:
        place = cursors.load(conn, source_id).get("")
    stream = Stream(
        room="crm",
        source_id=source_id,
        container="",
        start=table.link(channel.base_url),
        fetch=lambda link, is_saved: channel.fetch(link, scope=SCOPE, headers=headers, at_saved_link=is_saved),
        save=partial(_save, keeper, source_id, table.key),
        end_full=keeper.end_full,
    )
    return read_round(store, stream, place, refresh=refresh, progress=progress)


@dataclass(frozen=True, slots=True)
class Compared:
    """rows: shown by the table; missing: of these not kept before; written: rows written, the missing among
    them; ghosts: kept here, gone there."""

    rows: int = 0
    missing: int = 0
    written: int = 0
    ghosts: int = 0


def compare_table(
    store: Store, channel: Channel, table: TrackedTable, source_id: int, *, page_size: int, zone: ZoneInfo
) -> Compared:
    """Compare a whole table with the store and heal; what it does not show goes only if it says so by key."""
    with store.reading() as conn:
        place = cursors.load(conn, source_id).get("")
    if place is None:
        return Compared()
    keeper = _keeper(channel, table, page_size, zone)
    with store.reading() as conn:
        known = keeper.known(conn)
    shown: set[str] = set()
    missing = written = 0

    def heal(rows: Sequence[Json], gone: Iterable[str] = ()) -> int:
        with page_transaction(store) as conn:
            done = _save(keeper, source_id, table.key, conn, rows, place)
            return done + keeper.save(conn, [], sorted(gone), place)

    for rows in _plain_pages(channel, table.link(channel.base_url), page_size):
        page = _sorted_out(keeper, table.key, rows)
        shown |= {*page.kept, *page.gone, *page.bad}
        missing += len(page.kept.keys() - known)
        written += heal(rows)
    unseen = sorted(known - shown)
    still_there: set[str] = set()
    for chunk in in_chunks(unseen, MOST_KEYS_ASKED):
        for rows in _plain_pages(channel, table.link(channel.base_url, chunk), page_size):
            still_there |= {dataverse.guid(row, table.key) for row in rows}
    ghosts = set(unseen) - still_there
    if ghosts:
        heal([], ghosts)
    return Compared(len(shown), missing, written, len(ghosts))


def _plain_pages(channel: Channel, link: str, page_size: int) -> Iterator[list[Json]]:
    following: str | None = link
    for _ in range(MOST_PLAIN_PAGES):
        if following is None:
            return
        page = channel.fetch(following, scope=SCOPE, headers=dataverse.headers(page_size, track=False))
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


def _keeper(channel: Channel, table: TrackedTable, page_size: int, zone: ZoneInfo) -> _Keeper:
    if table is dataverse.SYSTEM_USERS:
        return _Keeper(
            parse=lambda row: dataverse.crm_user(row, zone),
            save=_save_users,
            end_full=colleagues.end_full_crm_round,
            known=colleagues.crm_guids,
        )
    if table is dataverse.CONNECTIONS:
        roles = _roles(channel, page_size)
        return _Keeper(
            parse=lambda row: dataverse.membership(row, roles),
            save=_save_memberships,
            end_full=memberships.end_full_round,
            known=memberships.guids,
        )
    kind, parse = _record_parser(channel, table, page_size)
    return _Keeper(
        parse=lambda row: parse(row, zone),
        save=partial(_save_records, kind),
        end_full=lambda conn, place: records.end_full_round(conn, kind, place),
        known=lambda conn: records.guids(conn, kind),
    )


_Parser = tuple[RecordKind, Callable[[Json, ZoneInfo], RecordRow]]
_RECORDS: dict[str, _Parser] = {
    dataverse.ACCOUNTS.entity_set: (RecordKind.ACCOUNT, dataverse.account),
    dataverse.CONTACTS.entity_set: (RecordKind.CONTACT, dataverse.contact),
    dataverse.LEADS.entity_set: (RecordKind.LEAD, dataverse.lead),
}


def _record_parser(channel: Channel, table: TrackedTable, page_size: int) -> _Parser:
    if table is not dataverse.OPPORTUNITIES:
        return _RECORDS[table.entity_set]
    currencies = dataverse.currency_codes(_whole_table(channel, dataverse.CURRENCIES, page_size))
    return RecordKind.OPPORTUNITY, lambda row, zone: dataverse.opportunity(row, zone, currencies)


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
