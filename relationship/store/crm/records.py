"""CRM records as they arrive, by kind and GUID."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.addresses import identity
from relationship.clock import number_of, real_clock
from relationship.store import tables
from relationship.store.activities.activity_tables import StaleRecord
from relationship.store.activities.people import note_change
from relationship.store.chunks import in_chunks
from relationship.store.crm import record_changes, stage_days, told_fields
from relationship.store.crm.record_tables import Record, RecordAddress
from relationship.store.crm.stage_days import Standing
from relationship.store.crm.told_fields import ToldField
from relationship.store.customers import account_health
from relationship.store.customers.account_health import NewValue
from relationship.store.privacy import erased_names
from relationship.store.rights import reader_sets
from relationship.store.sources.cursors import Place
from relationship.store.upsert import insert_new, upsert

_record = tables.table(Record)
_address = tables.table(RecordAddress)
_account = _record.alias("account")

_TAKES_SEGMENT = (RecordKind.OPPORTUNITY, RecordKind.CONTACT)
_WISHES = ("no_mail", "no_bulk_mail")
# Columns that not every kind has.
_OF_KIND = {
    RecordKind.ACCOUNT: ("account_number", "domain", "renewal_on", "arr", "exchange_rate", *_WISHES),
    RecordKind.CONTACT: _WISHES,
    RecordKind.LEAD: _WISHES,
    RecordKind.OPPORTUNITY: ("competitor", "exchange_rate"),
}


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One CRM record; see `Record`. addresses: normalised, contacts and leads only; segment: accounts
    and leads only, the others take their account's; modified_on: opportunities and accounts, when the CRM last
    changed it; health: accounts only, the health fields that the CRM itself keeps, by name; told: accounts and
    opportunities, the fields whose change tells something; lost_on: accounts only, as a column of the CRM has it."""

    kind: RecordKind
    guid: str
    name: str
    status: str
    created_on: date
    closed_on: date | None = None
    owner_guid: str | None = None
    account_guid: str | None = None
    contact_guid: str | None = None
    job_title: str = ""
    stage: str = ""
    probability: int | None = None
    value: float | None = None
    currency: str = ""
    close_on: date | None = None
    team_guid: str | None = None
    team_name: str = ""
    segment: str = ""
    addresses: tuple[str, ...] = ()
    account_number: str = ""
    domain: str = ""
    renewal_on: date | None = None
    arr: float | None = None
    health: tuple[tuple[str, str | None], ...] = ()
    competitor: str = ""
    lost_on: date | None = None
    exchange_rate: float | None = None
    no_mail: bool = False
    no_bulk_mail: bool = False
    modified_on: date | None = None
    told: tuple[ToldField, ...] = ()

    def columns(self) -> dict[str, Any]:
        names = [
            "guid",
            "name",
            "status",
            "created_on",
            "closed_on",
            "owner_guid",
            "account_guid",
            "contact_guid",
            "job_title",
            "stage",
            "probability",
            "value",
            "currency",
            "close_on",
            "team_guid",
            "team_name",
            *(() if self.kind in _TAKES_SEGMENT else ("segment",)),
            *_OF_KIND.get(self.kind, ()),
        ]
        return {"kind": self.kind.value, **{name: getattr(self, name) for name in names}}


def save(
    conn: Connection,
    kind: RecordKind,
    rows: Sequence[RecordRow],
    removed_guids: Sequence[str],
    *,
    place: Place,
) -> int:
    """Add, change or remove records of one kind; returns how many rows were written. Of whoever was erased none stays."""
    rows, erased = _without_erased(conn, kind, rows)
    removed_guids = [*removed_guids, *erased]
    record_changes.note(conn, kind, rows)
    _note_rights(conn, kind, rows)
    lost = _lost(conn, rows) if kind is RecordKind.ACCOUNT else {}
    columns = [{**row.columns(), **lost.get(row.guid, {}), "round": place.round} for row in rows]
    keep = [] if place.full else ["round"]
    written = upsert(conn, Record, columns, key=["kind", "guid"], keep=keep)
    if written:
        _note_rating(conn, kind, [row.guid for row in rows])
    written += _set_addresses(conn, kind, rows)
    if kind is RecordKind.OPPORTUNITY:
        _observe_stages(conn, rows)
    if kind is RecordKind.ACCOUNT:
        written += _keep_health(conn, rows)
    written += _observe_fields(conn, kind, rows)
    written += _remove(conn, kind, list(removed_guids))
    written += _hand_on_segments(conn, kind, [*(row.guid for row in rows), *removed_guids])
    if written:
        note_change(conn)
    return written


def end_full_round(conn: Connection, kind: RecordKind, place: Place) -> int:
    """What a complete full round did not bring is gone from the CRM."""
    query = sa.select(_record.c.guid).where(_record.c.kind == kind.value, _record.c.round < place.round)
    gone = list(conn.scalars(query))
    written = _remove(conn, kind, gone)
    written += _hand_on_segments(conn, kind, gone)
    if written:
        note_change(conn)
    return written


def _observe_stages(conn: Connection, rows: Sequence[RecordRow]) -> None:
    """Keep how opportunities stood on the day on which the CRM changed them; one it does not date leaves no trace."""
    dated = [row for row in rows if row.modified_on is not None]
    ids = _ids(conn, RecordKind.OPPORTUNITY, [row.guid for row in dated])
    seen = [
        Standing(ids[row.guid], number_of(row.modified_on), row.stage, row.probability, row.value, row.close_on)
        for row in dated
        if row.modified_on is not None
    ]
    stage_days.observe(conn, seen)


def _lost(conn: Connection, rows: Sequence[RecordRow]) -> dict[str, dict[str, date | None]]:
    """The day on which each account was lost, as a column: its own of the CRM, else the day on which an account that
    was active is seen to be so no more; unknown of one that came inactive."""
    before: dict[str, tuple[str, date | None]] = {}
    for chunk in in_chunks([row.guid for row in rows]):
        query = sa.select(_record.c.guid, _record.c.status, _record.c.lost_on)
        found = conn.execute(query.where(_record.c.kind == RecordKind.ACCOUNT.value, _record.c.guid.in_(chunk)))
        before |= {guid: (status, day) for guid, status, day in found}

    def day(row: RecordRow) -> date | None:
        status, known = before.get(row.guid, ("", None))
        if row.status == "active" or row.lost_on is not None:
            return row.lost_on
        return (row.modified_on or real_clock().date()) if status == "active" else known

    return {row.guid: {"lost_on": day(row)} for row in rows}


def _observe_fields(conn: Connection, kind: RecordKind, rows: Sequence[RecordRow]) -> int:
    dated = [(row, row.modified_on) for row in rows if row.told and row.modified_on is not None]
    ids = _ids(conn, kind, [row.guid for row, _day in dated])
    return told_fields.observe(conn, {ids[row.guid]: (number_of(day), row.told) for row, day in dated})


def _keep_health(conn: Connection, rows: Sequence[RecordRow]) -> int:
    told = [row for row in rows if row.health]
    ids = _ids(conn, RecordKind.ACCOUNT, [row.guid for row in told])
    values = [NewValue(ids[row.guid], field, value) for row in told for field, value in row.health]
    return account_health.save(conn, values, source=account_health.CRM, at=real_clock()) if values else 0


def guids(conn: Connection, kind: RecordKind) -> set[str]:
    """The records of one kind that are kept."""
    return set(conn.scalars(sa.select(_record.c.guid).where(_record.c.kind == kind.value)))


def _without_erased(
    conn: Connection, kind: RecordKind, rows: Sequence[RecordRow]
) -> tuple[Sequence[RecordRow], list[str]]:
    """The rows that may be kept, naming nobody who was erased, and the GUIDs of those who were."""
    names = {row.guid: {identity(kind.value, row.guid), *row.addresses} for row in rows}
    other = {row.guid: identity(RecordKind.CONTACT.value, row.contact_guid) for row in rows if row.contact_guid}
    gone = erased_names.among(conn, {*other.values(), *(name for own in names.values() for name in own)})
    if not gone:
        return rows, []
    kept = [
        replace(row, contact_guid=None) if other.get(row.guid) in gone else row
        for row in rows
        if not names[row.guid] & gone
    ]
    return kept, [row.guid for row in rows if names[row.guid] & gone]


def _note_rights(conn: Connection, kind: RecordKind, rows: Sequence[RecordRow]) -> None:
    """Another owner, team, account or master may mean other readers: sets read before do not hold for the record."""
    told = {row.guid: (row.owner_guid, row.team_guid, row.account_guid, row.contact_guid) for row in rows}
    r = _record.c
    changed: list[int] = []
    for chunk in in_chunks(list(told)):
        query = sa.select(r.id, r.guid, r.owner_guid, r.team_guid, r.account_guid, r.contact_guid)
        found = conn.execute(query.where(r.kind == kind.value, r.guid.in_(chunk)))
        changed += [number for number, guid, *before in found if tuple(before) != told[guid]]
    reader_sets.note_changes(conn, changed, at=real_clock())


def _note_rating(conn: Connection, kind: RecordKind, guids: Sequence[str]) -> None:
    """Creation, status and closing date are part of a rating: whoever may have changed is rated again."""
    ids = _ids(conn, kind, guids).values()
    insert_new(conn, StaleRecord, [{"record_id": number} for number in ids], key=["record_id"])


def _hand_on_segments(conn: Connection, kind: RecordKind, guids: Sequence[str]) -> int:
    """Give contacts and opportunities the segment of their account; whose segment changes is rated again.

    guids  accounts that arrived or went, or contacts or opportunities that arrived
    """
    if kind is RecordKind.LEAD:
        return 0
    at = _record.c.account_guid if kind is RecordKind.ACCOUNT else _record.c.guid
    kinds = _TAKES_SEGMENT if kind is RecordKind.ACCOUNT else (kind,)
    theirs = sa.func.coalesce(
        sa.select(_account.c.segment)
        .where(_account.c.kind == RecordKind.ACCOUNT.value, _account.c.guid == _record.c.account_guid)
        .scalar_subquery(),
        "",
    )
    written = 0
    for chunk in in_chunks(list(guids)):
        query = sa.select(_record.c.id, theirs).where(
            at.in_(chunk), _record.c.kind.in_([one.value for one in kinds]), _record.c.segment != theirs
        )
        changed = [{"number": number, "theirs": segment} for number, segment in conn.execute(query)]
        if not changed:
            continue
        conn.execute(
            sa.update(_record).where(_record.c.id == sa.bindparam("number")).values(segment=sa.bindparam("theirs")),
            changed,
        )
        insert_new(conn, StaleRecord, [{"record_id": row["number"]} for row in changed], key=["record_id"])
        written += len(changed)
    return written


def _remove(conn: Connection, kind: RecordKind, guids: Sequence[str]) -> int:
    ids = sorted(_ids(conn, kind, guids).values())
    reader_sets.note_changes(conn, ids, at=real_clock())
    for chunk in in_chunks(ids):
        # The rows of the derived tables go with the record (ON DELETE CASCADE).
        conn.execute(sa.delete(_record).where(_record.c.id.in_(chunk)))
    return len(ids)


def _set_addresses(conn: Connection, kind: RecordKind, rows: Sequence[RecordRow]) -> int:
    if kind not in (RecordKind.CONTACT, RecordKind.LEAD):
        return 0
    ids = _ids(conn, kind, [row.guid for row in rows])
    wanted = {(ids[row.guid], address) for row in rows for address in (*row.addresses, identity(kind.value, row.guid))}
    present: set[tuple[int, str]] = set()
    for chunk in in_chunks(sorted(ids.values())):
        query = sa.select(_address.c.record_id, _address.c.address).where(_address.c.record_id.in_(chunk))
        present |= {(number, address) for number, address in conn.execute(query)}
    for number, address in sorted(present - wanted):
        conn.execute(sa.delete(_address).where(_address.c.record_id == number, _address.c.address == address))
    added = [{"record_id": number, "address": address} for number, address in sorted(wanted - present)]
    return insert_new(conn, RecordAddress, added, key=["record_id", "address"]) + len(present - wanted)


def _ids(conn: Connection, kind: RecordKind, guids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for chunk in in_chunks(list(guids)):
        query = sa.select(_record.c.guid, _record.c.id).where(_record.c.kind == kind.value, _record.c.guid.in_(chunk))
        found |= dict(conn.execute(query).all())
    return found
