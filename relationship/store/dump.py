"""The canonical dump: everything that counts, sorted, without surrogate keys and times of work.

Two databases that hold the same truth give the same bytes, whatever order, page size, repeats or kills
brought it there. One JSON array per line, first the section.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection

SECTIONS: dict[str, str] = {
    "organisation": "SELECT tenant_id, time_zone, read_from, domains, kept_from FROM deployment",
    "rules": "SELECT version, body FROM rules ORDER BY version",
    "colleague": (
        "SELECT c.key, c.name, c.crm_name, c.systemuser_guid, c.in_directory, c.in_crm, c.enabled FROM colleague c"
    ),
    "colleague_address": (
        "SELECT c.key, a.origin, a.address FROM colleague_address a JOIN colleague c ON c.id = a.colleague_id"
    ),
    "record": (
        "SELECT kind, guid, name, status, created_on, closed_on, owner_guid, account_guid, contact_guid, job_title, "
        "stage, probability, value, currency, close_on FROM record"
    ),
    "record_mail": "SELECT kind, guid, no_mail, no_bulk_mail FROM record",
    "record_division": "SELECT kind, guid, team_guid, team_name, segment FROM record",
    "record_address": ("SELECT r.kind, r.guid, a.address FROM record_address a JOIN record r ON r.id = a.record_id"),
    "membership": "SELECT connection_guid, opportunity_guid, member, member_guid FROM membership",
    "activity": (
        "SELECT key, kind, at, day, status, minutes, regarding_kind, regarding_guid FROM activity "
        "WHERE status <> 'gone'"
    ),
    "party": (
        "SELECT a.key, p.role, d.address FROM activity_party p JOIN activity a ON a.id = p.activity_id "
        "JOIN address d ON d.id = p.address_id WHERE a.status <> 'gone'"
    ),
    "sighting": (
        "SELECT s.key, i.item_id, i.container, i.activity_key FROM sighting i JOIN source s ON s.id = i.source_id"
    ),
    "quarantine": ("SELECT s.key, q.item_id, q.reason FROM quarantine q JOIN source s ON s.id = q.source_id"),
    "contact_day": (
        "SELECT r.kind, r.guid, d.kind AS activity, d.day, d.ours, d.theirs FROM contact_day d "
        "JOIN record r ON r.id = d.record_id"
    ),
    "tie_day": (
        "SELECT c.key, a.address, d.kind AS activity, d.day, d.ours_among, d.theirs_among FROM tie_day d "
        "JOIN colleague c ON c.id = d.colleague_id JOIN address a ON a.id = d.address_id"
    ),
    "health": (
        "SELECT r.kind, r.guid, h.as_of, h.state, h.closed, h.recent, h.score, h.exact, h.rating, "
        "h.trend, h.trend_points, h.falls_on, h.falls_to, h.last_activity_at, h.next_activity_at "
        "FROM health h JOIN record r ON r.id = h.record_id"
    ),
}

BOOLEANS = {"in_directory", "in_crm", "enabled", "closed", "recent", "no_mail", "no_bulk_mail"}
INSTANTS = {"at", "last_activity_at", "next_activity_at"}
ROUNDED = {"exact", "trend_points", "value"}


def lines(conn: Connection) -> Iterator[bytes]:
    """The dump line by line, each without a line end."""
    for section, query in SECTIONS.items():
        result = conn.exec_driver_sql(query)
        names = list(result.keys())
        rows = [
            orjson.dumps([section, *(_plain(name, value) for name, value in zip(names, row, strict=True))])
            for row in result
        ]
        yield from sorted(rows)


def dump(conn: Connection) -> str:
    """The whole dump as text."""
    return b"\n".join(lines(conn)).decode() + "\n"


def _plain(name: str, value: Any) -> Any:
    """One spelling per value, whichever database it comes from."""
    if value is None:
        return None
    if name in BOOLEANS:
        return bool(value)
    if name in INSTANTS:
        instant = datetime.fromisoformat(value) if isinstance(value, str) else value
        return instant.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    if name in ROUNDED:
        return round(float(value), 6)
    if isinstance(value, date):
        return value.isoformat()
    return value
