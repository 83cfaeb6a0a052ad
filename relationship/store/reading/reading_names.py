"""Named queries for choosing records by name: those that settings name, and a search over all kinds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Record
from relationship.store.lists.searching import holds
from relationship.store.tables import table

_record = table(Record)
_account = table(Record).alias("account")


@dataclass(frozen=True, slots=True)
class NamedRecord:
    """key: 'kind:guid'; account: the name of its account, '' without one."""

    key: str
    name: str
    account: str


def named(conn: Connection, keys: Iterable[str]) -> dict[str, NamedRecord]:
    """The records with these keys; what the CRM no longer has is left out."""
    guids: dict[str, list[str]] = {}
    for key in keys:
        kind, _, guid = key.partition(":")
        guids.setdefault(kind, []).append(guid)
    found: dict[str, NamedRecord] = {}
    for kind, ones in guids.items():
        for chunk in in_chunks(ones):
            found |= {row.key: row for row in _rows(conn, _query(_record.c.kind == kind, _record.c.guid.in_(chunk)))}
    return found


def search(conn: Connection, words: Sequence[str], *, limit: int) -> list[NamedRecord]:
    """Records whose name holds all the words, by name; nothing without words."""
    if not words:
        return []
    query = _query(*(holds([_record.c.name], word) for word in words))
    return _rows(conn, query.order_by(_record.c.name, _record.c.kind, _record.c.guid).limit(limit))


def _query(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    theirs = sa.and_(_account.c.kind == "account", _account.c.guid == _record.c.account_guid)
    return (
        sa.select(_record.c.kind, _record.c.guid, _record.c.name, _account.c.name)
        .select_from(_record.outerjoin(_account, theirs))
        .where(*conditions)
    )


def _rows(conn: Connection, query: sa.Select[Any]) -> list[NamedRecord]:
    return [NamedRecord(f"{kind}:{guid}", name, account or "") for kind, guid, name, account in conn.execute(query)]
