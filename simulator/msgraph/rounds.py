"""Delta rounds: pages with nextLink, at the end a deltaLink; the same for users, folders and messages."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from simulator.changelog import Change, ChangeLog, What
from simulator.expiry import Expiry
from simulator.faults import FaultKind
from simulator.msgraph.call import Answer, Call, GraphError, Json, bad_request
from simulator.msgraph.links import Place, read, written

T = TypeVar("T")

# A filtered round of Outlook never tells more messages than this (documented limit).
FILTERED_LIMIT = 5_000
_KINDS_OF = {
    "created": frozenset({What.WRITTEN}),
    "updated": frozenset({What.WRITTEN, What.TOUCHED}),
    "deleted": frozenset({What.GONE}),
}


@dataclass(frozen=True, slots=True)
class Stream(Generic[T]):
    """One collection that tells its changes.

    address: of the delta function, absolute; context: after $metadata#; version, epoch: where it stands now
    key: what counts as one item; fields: those that a `$select` names, () for the usual ones
    row: the JSON of a change with these fields, None when there is nothing to tell any more
    partial: the row after a mere flag change; at: the instant a date filter looks at
    """

    scope: str
    address: str
    context: str
    log: ChangeLog[T]
    version: int
    epoch: int
    page_size: int
    key: Callable[[Change[T]], Hashable]
    fields: Callable[[str], tuple[str, ...]]
    row: Callable[[Change[T], tuple[str, ...]], Json | None]
    partial: Callable[[Change[T]], Json]
    at: Callable[[T], datetime] | None = None


def page(call: Call, stream: Stream[T], first: Place, *, secret: bytes, expiry: Expiry) -> Answer:
    """The page that this call asks for; `first` is the place when it brings no token."""
    place = _place(call, stream, first, secret, expiry)
    changes = _changes(stream, place)
    chosen = changes[place.offset : place.offset + stream.page_size]
    offset = place.offset + len(chosen)
    if place.empty:
        chosen, onwards = [], place._replace(empty=place.empty - 1)
    elif offset < len(changes):
        onwards = place._replace(offset=offset)
    else:
        onwards = None
    if fault := call.has_fault(FaultKind.EMPTY_PAGES):
        chosen, onwards = [], place._replace(empty=fault.amount - 1)
    if call.has_fault(FaultKind.ENDLESS):
        chosen, onwards = changes[: offset + 1], place._replace(turn=place.turn + 1)
    if call.has_fault(FaultKind.LOOP) and place.offset:
        onwards = place._replace(offset=max(0, place.offset - stream.page_size))
    body: Json = {"@odata.context": f"{call.origin}/$metadata#{stream.context}"}
    if onwards is not None:
        body["@odata.nextLink"] = f"{stream.address}?$skiptoken={written(onwards, secret)}"
    else:
        body["@odata.deltaLink"] = f"{stream.address}?$deltatoken={written(_end(place), secret)}"
    if not call.has_fault(FaultKind.FORGOTTEN_VALUE):
        body["value"] = _rows(call, stream, chosen, place)
    return Answer(body=body, headers={} if place.offset or place.after else _FIRST_ANSWER)


_FIRST_ANSWER = {"Preference-Applied": "odata.track-changes"}


def _place(call: Call, stream: Stream[T], first: Place, secret: bytes, expiry: Expiry) -> Place:
    token = call.query.get("$skiptoken") or call.query.get("$deltatoken")
    if not token:
        return first
    if token == "latest":  # noqa: S105  # a word of the protocol
        return first._replace(after=first.until)
    place = read(token, secret, scope=stream.scope)
    if place.epoch != stream.epoch or max(place.after, place.until) > stream.version:
        raise expired(stream.address, expiry, place.select)
    if "$deltatoken" in call.query:
        return place._replace(until=stream.version, offset=0)
    return place


def _end(place: Place) -> Place:
    return place._replace(after=place.until, offset=0, empty=0, turn=0)


def expired(address: str, expiry: Expiry, select: str = "") -> GraphError:
    """The refusal of a token that is no longer known, in the form the organisation was told to use."""
    fresh = f"{address}?$deltatoken=" + (f"&$select={select}" if select else "")
    headers = {"Location": fresh} if expiry.with_location else {}
    return GraphError(expiry.status, expiry.code, "The sync state generation is not found.", headers=headers)


def _changes(stream: Stream[T], place: Place) -> list[Change[T]]:
    changes = stream.log.between(place.after, place.until, stream.key)
    if place.change_type:
        changes = [change for change in changes if change.what in _KINDS_OF[place.change_type]]
    if place.since and stream.at is not None:
        oldest = datetime.fromisoformat(place.since)
        changes = [c for c in changes if c.what is What.GONE or stream.at(c.item) >= oldest]
    if place.newest_first and stream.at is not None:
        instant = stream.at
        changes.sort(key=lambda change: instant(change.item), reverse=True)
    return changes[:FILTERED_LIMIT] if place.since and place.after == 0 else changes


def change_type(call: Call) -> str:
    """The `changeType` option of the first call, checked."""
    wanted = call.query.get("changeType", "")
    if wanted and wanted not in _KINDS_OF:
        raise bad_request(f"The value '{wanted}' of changeType is not one of created, updated, deleted.")
    return wanted


def _rows(call: Call, stream: Stream[T], chosen: list[Change[T]], place: Place) -> list[Json]:
    fields = stream.fields(place.select)
    rows: list[Json] = []
    if call.has_fault(FaultKind.OLD_PAGE):
        old = stream.log.between(0, place.until, stream.key)[: stream.page_size]
        rows += [row for change in old if (row := stream.row(change, fields)) is not None]
    if call.has_fault(FaultKind.UNKNOWN_REMOVED):
        rows.append({"@removed": {"reason": "deleted"}, "id": "AAMkAGNobodyEverSawThisItem="})
    for change in chosen:
        row = stream.row(change, fields)
        if row is None:
            continue
        if change.what is not What.GONE and call.has_fault(FaultKind.UPDATE_FIRST):
            rows.append(stream.partial(change))
        if change.what is not What.GONE and call.has_fault(FaultKind.DELETE_FIRST):
            rows.append({"@removed": {"reason": "deleted"}, "id": row["id"]})
        rows.append(row)
    if call.has_fault(FaultKind.REPEATED_ITEM):
        again = next((row for row in rows if "@removed" not in row), None)
        rows += [{**again, "@odata.etag": 'W/"CQAAABYAAABSZXBlYXRlZA=="'}] if again else []
    return rows
