"""The shape of To Do and Planner tasks, and which of them are activities of ours. Pure.

Only a task that points to a CRM record is one; it is the act of whom it is assigned to, filed under that
record. A task that points to the CRM's own task is that one, seen twice.

The names of a task's fields, as the store keeps them: task (its own id, with the source before it), owners
(Graph ids), done, done_at, due_at (ISO 8601), links (table and GUID), version (Planner's etag).
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

from relationship.activities import Activity, Kind, Party, RecordKind, RecordRef, Role, Status
from relationship.addresses import identity
from relationship.errors import BadItem
from relationship.store.activities.sightings import Fields, Found, Piece, Read, Verdict
from relationship.sync.shapes.identity import own_key
from relationship.sync.shapes.msgraph import instant as stamp
from relationship.sync.shapes.msgraph import item_id
from relationship.sync.shapes.zones import instant

Row = Mapping[str, Any]

# The CRM's own copy of a task knows more.
STANDING = 1
CRM_TASK = "task"
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Under which of several records a task is filed.
_FIRST = (RecordKind.OPPORTUNITY, RecordKind.LEAD, RecordKind.CONTACT, RecordKind.ACCOUNT)
_NOON = time(12)


def todo_task(row: Row, container: str, user_id: str) -> Piece:
    """A row of todo/lists/…/tasks/delta; what a whole row leaves out is not set."""
    fields: Fields = {"task": f"todo/{item_id(row)}", "owners": [user_id], "standing": STANDING}
    is_whole = "createdDateTime" in row
    if "status" in row:
        fields["done"] = row["status"] == "completed"
    for name, ours in (("completedDateTime", "done_at"), ("dueDateTime", "due_at")):
        if name in row or is_whole:
            fields[ours] = _day(row.get(name))
    if "linkedResources" in row or is_whole:
        linked = row.get("linkedResources")
        fields["links"] = _links((one.get("webUrl"), one.get("externalId")) for one in _dicts(linked))
    modified = row.get("lastModifiedDateTime")
    return Piece(item_id(row), container, fields, stamp(modified) if modified else None)


def planner_task(row: Row, references: object, container: str) -> Piece:
    """A row of a list of Planner tasks, and the references of its details (encoded addresses)."""
    assigned = row.get("assignments")
    done_at = stamp(row.get("completedDateTime"))
    due_at = stamp(row.get("dueDateTime"))
    addresses = sorted(references) if isinstance(references, dict) else []
    fields: Fields = {
        "task": f"planner/{item_id(row)}",
        "owners": sorted(assigned) if isinstance(assigned, dict) else [],
        "done": row.get("percentComplete") == 100,
        "done_at": done_at.isoformat() if done_at else None,
        "due_at": due_at.isoformat() if due_at else None,
        "links": _links((unquote(address), None) for address in addresses),
        "version": row.get("@odata.etag"),
        "standing": STANDING,
    }
    return Piece(item_id(row), container, fields)


def task_reader(other: Read, *, read_from: date | None, zone: ZoneInfo) -> Read:
    """How the store turns the fields of a task into an activity; what is no such task is read by `other`.

    returns  a function: fields in; Activity or CONTEXT out. A task that is none of ours is kept without being
             one, for it may be linked or dated later, and a Planner task must not be asked for again
    """

    def read(fields: Fields) -> Found:
        if "task" not in fields:
            return other(fields)
        links = fields.get("links") or ()
        records = {RecordKind(table): guid for table, guid in reversed(links) if table in set(RecordKind)}
        told = fields.get("done_at") or fields.get("due_at") if fields.get("done") else fields.get("due_at")
        if not records or told is None or not fields.get("owners"):
            return Verdict.CONTEXT
        at = datetime.fromisoformat(told)
        if read_from is not None and at.astimezone(zone).date() < read_from:
            return Verdict.DROP
        twin = next((guid for table, guid in links if table == CRM_TASK), None)
        kind = next(kind for kind in _FIRST if kind in records)
        people = [identity(table, guid) for table, guid in links if table in (RecordKind.CONTACT, RecordKind.LEAD)]
        return Activity(
            key=own_key(Kind.TASK, twin or fields["task"]),
            kind=Kind.TASK,
            at=at,
            status=Status.DONE if fields.get("done") else Status.PLANNED,
            parties=(
                *(Party(identity("user", owner), Role.FROM) for owner in fields["owners"]),
                *(Party(person, Role.TO) for person in dict.fromkeys(people)),
            ),
            regarding=RecordRef(kind, records[kind]),
        )

    return read


def _links(told: Iterable[tuple[object, object]]) -> list[list[str]]:
    """Table and GUID of every link into the CRM: its address names both (`etn`, `id`)."""
    found: list[list[str]] = []
    for address, external_id in told:
        try:
            parts = parse_qs(urlsplit(address).query) if isinstance(address, str) else {}
        except ValueError:
            continue
        table = next(iter(parts.get("etn", ())), "").lower()
        named = next(iter(parts.get("id", ())), "") or (external_id if isinstance(external_id, str) else "")
        guid = named.strip("{} ").lower()
        if table and _GUID.fullmatch(guid) and [table, guid] not in found:
            found.append([table, guid])
    return found


def _day(raw: object) -> str | None:
    """To Do keeps days, told as a midnight: the noon of that day, so that no zone near makes another day of it."""
    if raw is None:
        return None
    if not isinstance(raw, dict) or not isinstance(raw.get("dateTime"), str):
        raise BadItem(
            "A task of Microsoft Graph has a time of another form.",
            next_step="Nothing to do: it is left out and read again when it changes.",
            code="bad_time",
        )
    found = instant(raw["dateTime"], raw.get("timeZone") or "")
    if found is None:
        return None
    local = datetime.fromisoformat(raw["dateTime"])
    if local.time() == time():
        found = datetime.combine(local.date(), _NOON, UTC)
    return found.isoformat()


def _dicts(raw: object) -> Iterable[Row]:
    return (one for one in raw if isinstance(one, dict)) if isinstance(raw, list) else ()
