"""Colleagues, as the directory and the CRM know them. Each source writes its own columns only, so the
order of the two never matters; a colleague stays while one of them knows him or her."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.addresses import identity
from relationship.store import tables
from relationship.store.activities.people import note_change
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Colleague, ColleagueAddress
from relationship.store.privacy import erased_names
from relationship.store.sources.cursors import Place
from relationship.store.upsert import insert_new, upsert

_colleague = tables.table(Colleague)
_address = tables.table(ColleagueAddress)


@dataclass(frozen=True, slots=True)
class DirectoryUser:
    """key: Graph user id; addresses: all normalised ones (mail, aliases, sign-in name)."""

    key: str
    name: str
    enabled: bool
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CrmUser:
    """key: Graph user id the CRM names, None when it names none; address normalised."""

    systemuser_guid: str
    key: str | None
    name: str
    address: str | None
    enabled: bool

    @property
    def colleague_key(self) -> str:
        return self.key or f"systemuser:{self.systemuser_guid}"


def save_directory(conn: Connection, rows: Sequence[DirectoryUser], removed: Sequence[str], *, place: Place) -> int:
    """Add, change or remove directory users by key; returns how many rows were written. Nobody erased comes back."""
    gone = erased_names.among(conn, {name for row in rows for name in _directory_names(row)})
    rows = [row for row in rows if not gone & _directory_names(row)] if gone else rows
    columns = [{"key": row.key, "name": row.name, "enabled": row.enabled, "in_directory": True} for row in rows]
    written = _save(conn, columns, "directory_round", place)
    ids = _ids(conn, [row.key for row in rows])
    wanted = {(ids[row.key], address) for row in rows for address in (*row.addresses, identity("user", row.key))}
    written += _set_addresses(conn, "msgraph", set(ids.values()), wanted)
    written += _leave(conn, "in_directory", "msgraph", _ids(conn, removed).values())
    if written:
        note_change(conn)
    return written


def _directory_names(row: DirectoryUser) -> set[str]:
    return {identity("user", row.key), *row.addresses}


def _crm_names(row: CrmUser) -> set[str]:
    found = {identity("systemuser", row.systemuser_guid)}
    found |= {identity("user", row.key)} if row.key else set()
    return found | ({row.address} if row.address else set())


def end_full_directory_round(conn: Connection, place: Place) -> int:
    """Who did not come in a complete full round has left the directory."""
    query = sa.select(_colleague.c.id).where(_colleague.c.in_directory, _colleague.c.directory_round < place.round)
    written = _leave(conn, "in_directory", "msgraph", conn.scalars(query).all())
    if written:
        note_change(conn)
    return written


def save_crm_users(conn: Connection, rows: Sequence[CrmUser], removed_guids: Sequence[str], *, place: Place) -> int:
    """Add, change or remove CRM users by GUID; returns how many rows were written. Nobody erased comes back."""
    gone = erased_names.among(conn, {name for row in rows for name in _crm_names(row)})
    rows = [row for row in rows if not gone & _crm_names(row)] if gone else rows
    columns = [
        {"key": r.colleague_key, "crm_name": r.name, "systemuser_guid": r.systemuser_guid, "in_crm": True} for r in rows
    ]
    written = _unlink_moved(conn, rows)
    written += _save(conn, columns, "crm_round", place)
    ids = _ids(conn, [row.colleague_key for row in rows])
    wanted = {(ids[row.colleague_key], row.address) for row in rows if row.address}
    wanted |= {(ids[row.colleague_key], identity("systemuser", row.systemuser_guid)) for row in rows}
    written += _set_addresses(conn, "dataverse", set(ids.values()), wanted)
    written += _leave(conn, "in_crm", "dataverse", _ids_by_guid(conn, removed_guids))
    if written:
        note_change(conn)
    return written


def end_full_crm_round(conn: Connection, place: Place) -> int:
    """Who did not come in a complete full round is no CRM user any more."""
    query = sa.select(_colleague.c.id).where(_colleague.c.in_crm, _colleague.c.crm_round < place.round)
    written = _leave(conn, "in_crm", "dataverse", conn.scalars(query).all())
    if written:
        note_change(conn)
    return written


def mailbox_keys(conn: Connection) -> list[str]:
    """The directory users that may have a mailbox, in a fixed order."""
    query = (
        sa.select(_colleague.c.key).where(_colleague.c.in_directory, _colleague.c.enabled).order_by(_colleague.c.key)
    )
    return list(conn.scalars(query))


def addresses_by_key(conn: Connection) -> dict[str, frozenset[str]]:
    """The addresses of every colleague that has some, by key."""
    query = sa.select(_colleague.c.key, _address.c.address).join(_address, _address.c.colleague_id == _colleague.c.id)
    found: dict[str, set[str]] = {}
    for key, address in conn.execute(query):
        found.setdefault(key, set()).add(address)
    return {key: frozenset(addresses) for key, addresses in found.items()}


def crm_guids(conn: Connection) -> set[str]:
    """The users of the CRM that are kept."""
    query = sa.select(_colleague.c.systemuser_guid).where(
        _colleague.c.in_crm, _colleague.c.systemuser_guid.is_not(None)
    )
    return {str(guid) for guid in conn.scalars(query)}


def own_addresses(conn: Connection) -> set[str]:
    """Every address of every colleague."""
    return set(conn.scalars(sa.select(_address.c.address)))


def _save(conn: Connection, rows: list[dict[str, Any]], round_column: str, place: Place) -> int:
    if place.full:
        return upsert(conn, Colleague, [{**row, round_column: place.round} for row in rows], key=["key"])
    return upsert(
        conn,
        Colleague,
        [{**row, round_column: place.round} for row in rows],
        key=["key"],
        keep=[round_column],
    )


def _unlink_moved(conn: Connection, rows: Sequence[CrmUser]) -> int:
    """A CRM user that now names another directory user leaves the colleague it was joined to."""
    now = {row.systemuser_guid: row.colleague_key for row in rows}
    moved: list[int] = []
    for chunk in in_chunks(sorted(now)):
        query = sa.select(_colleague.c.id, _colleague.c.systemuser_guid, _colleague.c.key).where(
            _colleague.c.systemuser_guid.in_(chunk)
        )
        moved += [number for number, guid, key in conn.execute(query) if now[guid] != key]
    return _leave(conn, "in_crm", "dataverse", moved)


def _leave(conn: Connection, flag: str, origin: str, ids: Iterable[int]) -> int:
    """Take colleagues out of one source. Whoever left the directory keeps the addresses known from it:
    past mail keeps its sender."""
    written = 0
    for chunk in in_chunks(sorted(ids)):
        values: dict[str, Any] = {flag: False}
        if flag == "in_crm":
            values["systemuser_guid"] = None
            conn.execute(sa.delete(_address).where(_address.c.colleague_id.in_(chunk), _address.c.origin == origin))
        written += conn.execute(
            sa.update(_colleague).where(_colleague.c.id.in_(chunk), _colleague.c[flag]).values(**values)
        ).rowcount
    return written


def _set_addresses(conn: Connection, origin: str, ids: set[int], wanted: set[tuple[int, str]]) -> int:
    present: set[tuple[int, str]] = set()
    for chunk in in_chunks(sorted(ids)):
        query = sa.select(_address.c.colleague_id, _address.c.address).where(
            _address.c.colleague_id.in_(chunk), _address.c.origin == origin
        )
        present |= {(number, address) for number, address in conn.execute(query)}
    for number, address in sorted(present - wanted):
        conn.execute(
            sa.delete(_address).where(
                _address.c.colleague_id == number, _address.c.address == address, _address.c.origin == origin
            )
        )
    rows = [
        {"colleague_id": number, "origin": origin, "address": address} for number, address in sorted(wanted - present)
    ]
    return insert_new(conn, ColleagueAddress, rows, key=["colleague_id", "origin", "address"]) + len(present - wanted)


def _ids(conn: Connection, keys: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for chunk in in_chunks(list(keys)):
        query = sa.select(_colleague.c.key, _colleague.c.id).where(_colleague.c.key.in_(chunk))
        found |= dict(conn.execute(query).all())
    return found


def _ids_by_guid(conn: Connection, guids: Sequence[str]) -> list[int]:
    found: list[int] = []
    for chunk in in_chunks(list(guids)):
        found += conn.scalars(sa.select(_colleague.c.id).where(_colleague.c.systemuser_guid.in_(chunk)))
    return found
