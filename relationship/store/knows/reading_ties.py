"""Named queries of single ties: who is meant by a record, and the facts of the few ties an answer shows."""

from collections.abc import Collection
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import KINDS, RecordKind
from relationship.graph.ties import RECENT_DAYS

_STARTS = {
    RecordKind.CONTACT: "SELECT id FROM record WHERE kind = 'contact' AND guid = :guid",
    RecordKind.LEAD: "SELECT id FROM record WHERE kind = 'lead' AND guid = :guid",
    RecordKind.ACCOUNT: "SELECT id FROM record WHERE kind = 'contact' AND account_guid = :guid",
    RecordKind.OPPORTUNITY: """
        SELECT p.id FROM record o JOIN record p ON p.kind = 'contact' AND p.guid = o.contact_guid
            WHERE o.kind = 'opportunity' AND o.guid = :guid
        UNION SELECT p.id FROM membership m JOIN record p ON p.kind = 'contact' AND p.guid = m.member_guid
            WHERE m.opportunity_guid = :guid AND m.member = 'contact'
        UNION SELECT p.id FROM record o JOIN record a ON a.kind = 'account' AND a.guid = o.account_guid
            JOIN record p ON p.kind = 'contact' AND p.guid = a.contact_guid
            WHERE o.kind = 'opportunity' AND o.guid = :guid""",
}
# A contact that was merged into another is that one.
_MERGED = """
WITH RECURSIVE same(id) AS ({start}
    UNION SELECT m.id FROM same JOIN record p ON p.id = same.id AND p.kind = 'contact'
        JOIN record m ON m.kind = 'contact' AND m.guid = p.contact_guid)
SELECT same.id FROM same JOIN record p ON p.id = same.id
WHERE p.kind = 'lead' OR NOT EXISTS (SELECT 1 FROM record m WHERE m.kind = 'contact' AND m.guid = p.contact_guid)
ORDER BY same.id
"""
_PEOPLE = {kind: sa.text(_MERGED.format(start=f"SELECT id FROM ({start}) start")) for kind, start in _STARTS.items()}

_recent_kinds = " + ".join(
    f"MAX(CASE WHEN d.day > :since AND d.kind = '{kind.value}' THEN {1 << number} ELSE 0 END)"
    for number, kind in enumerate(KINDS)
)
_FACTS = sa.text(
    "SELECT d.colleague_id, p.record_id, MAX(d.day), COUNT(DISTINCT CASE WHEN d.day > :since THEN d.day END), "
    f"{_recent_kinds} FROM tie_person p JOIN tie_day d ON d.address_id = p.address_id "
    "WHERE p.record_id IN :records AND d.colleague_id IN :colleagues AND d.day <= :today "
    "GROUP BY d.colleague_id, p.record_id"
).bindparams(sa.bindparam("records", expanding=True), sa.bindparam("colleagues", expanding=True))


class Facts(NamedTuple):
    """last_day: of contact; recent_days: how many of the last 90 had some; recent_kinds: bits as in `graph.ties`."""

    last_day: int
    recent_days: int
    recent_kinds: int


def people_of(conn: Connection, kind: RecordKind, guid: str) -> list[int]:
    """The ids of the contacts or leads meant by a record: itself, an account's contacts, an opportunity's people."""
    return list(conn.scalars(_PEOPLE[kind], {"guid": guid}))


def facts(conn: Connection, pairs: Collection[tuple[int, int]], *, today: int) -> dict[tuple[int, int], Facts]:
    """The facts of the ties of colleagues (by id) with contacts or leads (by record id), as of a day."""
    if not pairs:
        return {}
    rows = conn.execute(
        _FACTS,
        {
            "since": today - RECENT_DAYS,
            "today": today,
            "colleagues": sorted({colleague for colleague, _ in pairs}),
            "records": sorted({record for _, record in pairs}),
        },
    )
    found = {(colleague, record): Facts(*rest) for colleague, record, *rest in rows}
    return {pair: found[pair] for pair in pairs if pair in found}
