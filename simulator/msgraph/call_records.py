"""Call records: the list by start, one with its parts, and the logs of the telephone network."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import quote, urlencode

from simulator.calls import CallRecord, Network
from simulator.msgraph.call import Answer, Call, GraphError, Json, bad_request
from simulator.msgraph.call_rows import direct_routing_row, list_row, participants, pstn_row, sessions
from simulator.organisation import Organisation
from simulator.people import UnknownNameError

_PAGE, _LOG_PAGE, _PARTS_PAGE = 60, 1_000, 130
_LONGEST_SPAN = timedelta(days=90)
_START = re.compile(r"startDateTime (ge|gt|le|lt) (\S+)$")
_PARTICIPANT = re.compile(r"participants_v2/any\((\w+):\1/id eq '([^']+)'\)$")
_SPAN = re.compile(r"(?:microsoft\.graph\.callRecords\.)?(\w+)\(fromDateTime=([^,)]+),toDateTime=([^,)]+)\)$")
_CONTEXT = "communications/callRecords"


def list_records(organisation: Organisation, call: Call) -> Answer:
    """Oldest first, sixty to a page; a page continues after the last call told, whatever appears meanwhile."""
    if "$expand" in call.query:
        raise bad_request("Expand is not supported on the list of call records.")
    begin, end, participant = _filter(call)
    records = organisation.calls.between(begin, end, now=organisation.now)
    if participant:
        records = [r for r in records if participant in (p["id"] for p in participants(organisation, r))]
    if after := call.query.get("$skiptoken"):
        records = [record for record in records if _key(record) > after]
    told = records[:_PAGE]
    body: Json = {"@odata.context": f"{call.origin}/$metadata#{_CONTEXT}"}
    if len(records) > _PAGE:
        options = {**{k: v for k, v in call.query.items() if k != "$skiptoken"}, "$skiptoken": _key(told[-1])}
        body["@odata.nextLink"] = _link(call, options)
    body["value"] = [list_row(organisation, record) for record in told]
    return Answer(body=body)


def _key(record: CallRecord) -> str:
    return f"{record.at.astimezone(UTC):%Y%m%dT%H%M%S}_{record.id}"


def _link(call: Call, options: dict[str, str]) -> str:
    return f"{call.origin}/{call.path}?" + urlencode(options, safe="$", quote_via=quote)


def _filter(call: Call) -> tuple[datetime | None, datetime | None, str]:
    """The window and the participant of `$filter`; its clauses are joined by `and`."""
    begin = end = None
    participant = ""
    for clause in filter(None, call.query.get("$filter", "").split(" and ")):
        if found := _START.match(clause.strip()):
            at = _moment(found[2])
            second = timedelta(seconds=1)
            match found[1]:
                case "ge":
                    begin = at
                case "gt":
                    begin = at + second
                case "lt":
                    end = at
                case _:
                    end = at + second
        elif found := _PARTICIPANT.match(clause.strip()):
            participant = found[2]
        else:
            raise bad_request("Unsupported filter on call records.")
    return begin, end, participant


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise bad_request(f"The value '{text}' is not a valid time.") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def one_record(organisation: Organisation, call: Call) -> Answer:
    record = _record(organisation, call)
    row = list_row(organisation, record)
    for part in filter(None, re.split(r",(?![^(]*\))", call.query.get("$expand", ""))):
        name, _, inner = part.strip().partition("(")
        if name == "sessions":
            rows = sessions(organisation, record, with_segments="$expand=segments" in inner)
        elif name == "participants_v2":
            rows = participants(organisation, record)
        else:
            raise bad_request(f"Could not find a property named '{name}' on type 'microsoft.graph.callRecord'.")
        row[name] = rows[:_PARTS_PAGE]
        if len(rows) > _PARTS_PAGE:
            row[f"{name}@odata.nextLink"] = f"{call.origin}/{call.path}/{name}?$skiptoken={_PARTS_PAGE}"
    return Answer(body={"@odata.context": f"{call.origin}/$metadata#{_CONTEXT}/$entity", **row})


def _record(organisation: Organisation, call: Call) -> CallRecord:
    try:
        return organisation.calls.record(call.segments[2])
    except UnknownNameError as error:
        raise GraphError(404, "NotFound", "The call record was not found.") from error


def parts_of_record(organisation: Organisation, call: Call) -> Answer:
    """`sessions` or `participants_v2` of one record, continued from the place in `$skiptoken`."""
    record, name = _record(organisation, call), call.segments[3]
    if name == "sessions":
        with_segments = "segments" in call.query.get("$expand", "")
        rows = sessions(organisation, record, with_segments=with_segments)
    else:
        rows = participants(organisation, record)
    return _by_place(call, rows, f"{_CONTEXT}('{record.id}')/{name}", _PARTS_PAGE, "$skiptoken")


def _by_place(call: Call, rows: list[Json], context: str, size: int, option: str) -> Answer:
    start = call.number(option, 0, most=10**9)
    body: Json = {"@odata.context": f"{call.origin}/$metadata#{context}", "value": rows[start : start + size]}
    if start + size < len(rows):
        body["@odata.nextLink"] = _link(call, {**call.query, option: str(start + size)})
    return Answer(body=body)


def call_log(organisation: Organisation, call: Call) -> Answer:
    """getPstnCalls and getDirectRoutingCalls: both ends of the span count, a bare day as a whole."""
    asked = _SPAN.match(call.segments[2])
    kinds: dict[str, tuple[Network, Callable[[Organisation, CallRecord], Json], str]] = {
        "getPstnCalls": (Network.PSTN, pstn_row, "pstnCallLogRow"),
        "getDirectRoutingCalls": (Network.DIRECT, direct_routing_row, "directRoutingLogRow"),
    }
    if asked is None or asked[1] not in kinds:
        raise bad_request(f"Resource not found for the segment '{call.segments[2]}'.")
    network, row, name = kinds[asked[1]]
    begin, end = _edge(asked[2], timedelta(0)), _edge(asked[3], timedelta(days=1))
    if not timedelta(0) <= end - begin <= _LONGEST_SPAN + timedelta(days=1):
        raise bad_request("The time range is limited to 90 days.")
    records = organisation.calls.between(begin, end, now=organisation.now)
    rows = [row(organisation, record) for record in records if record.network is network]
    return _by_place(call, rows, f"Collection(microsoft.graph.callRecords.{name})", _LOG_PAGE, "$skip")


def _edge(text: str, whole_day: timedelta) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC) + whole_day
    except ValueError:
        return _moment(text)
