"""Calendars: the list of them, calendar views, single events, the occurrences of a series, the delta of a view."""

import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256

from simulator.calendars import Calendar, Entry
from simulator.changelog import Change, What
from simulator.faults import FaultKind
from simulator.msgraph.call import Answer, Call, GraphError, Json, bad_request, selected
from simulator.msgraph.event_rows import FIELDS, EventView, delta_row, event_id, full_row, kind, partial_row
from simulator.msgraph.links import Place, read
from simulator.msgraph.mailboxes import mailbox_of, window
from simulator.msgraph.rounds import Stream, page
from simulator.msgraph.zones import Clock, clock_of, clock_of_name
from simulator.organisation import Organisation

_DEFAULT_PAGE = 10
_CONTENT_ROLES = frozenset({"Calendars.Read", "Calendars.ReadWrite"})
_NOT_ON_DELTA = ("$select", "$expand", "$filter", "$orderby", "$search")
# The name of the default calendar, then of one in which nothing lies.
_CALENDAR_NAMES = ("Calendrier", "Anniversaires")


def _calendar_id(calendar: Calendar, name: str) -> str:
    digest = sha256(f"{calendar.owner_id}:calendar:{name}".encode()).digest()
    return "AQMk" + urlsafe_b64encode(digest[:30]).decode() + "CAL="


def _calendar_of(organisation: Organisation, call: Call) -> tuple[Calendar, bool]:
    """The calendar in the path, and whether it is the default one; the other is always empty."""
    mailbox = mailbox_of(organisation, call)
    calendar = organisation.calendars.of(mailbox.owner_id)
    parts = call.segments
    if parts[2] != "calendars" or len(parts) < 4:
        return calendar, True
    if parts[3] not in [_calendar_id(calendar, name) for name in _CALENDAR_NAMES]:
        raise GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")
    return calendar, parts[3] == _calendar_id(calendar, _CALENDAR_NAMES[0])


def list_calendars(organisation: Organisation, call: Call) -> Answer:
    calendar, _ = _calendar_of(organisation, call)
    rows = [_calendar_row(organisation, calendar, name) for name in _CALENDAR_NAMES]
    context = f"users('{calendar.owner_id}')/calendars"
    return Answer(body=window(call, rows, f"{call.origin}/{call.path}", context, default=_DEFAULT_PAGE))


def one_calendar(organisation: Organisation, call: Call) -> Answer:
    calendar, is_default = _calendar_of(organisation, call)
    row = _calendar_row(organisation, calendar, _CALENDAR_NAMES[0 if is_default else 1])
    context = f"{call.origin}/$metadata#users('{calendar.owner_id}')/calendars/$entity"
    return Answer(body={"@odata.context": context, **row})


def _calendar_row(organisation: Organisation, calendar: Calendar, name: str) -> Json:
    person = organisation.person(calendar.person_id)
    return {
        "id": _calendar_id(calendar, name),
        "name": name,
        "color": "auto",
        "isDefaultCalendar": name == _CALENDAR_NAMES[0],
        "canEdit": True,
        "canShare": True,
        "canViewPrivateItems": True,
        "owner": {"name": person.name, "address": person.email},
    }


# Lists and single events


def calendar_view(organisation: Organisation, call: Call) -> Answer:
    """What overlaps the window: single events, occurrences, exceptions; no series as a whole."""
    begin, end = _window(call)
    return _list(organisation, call, lambda entry: entry.meeting.pattern is None and entry.meeting.overlaps(begin, end))


def list_events(organisation: Organisation, call: Call) -> Answer:
    """Single events and series; their occurrences only in views and as instances."""
    return _list(organisation, call, lambda entry: entry.meeting.series_id is None)


def instances(organisation: Organisation, call: Call) -> Answer:
    """The occurrences and exceptions of a series that overlap the window."""
    begin, end = _window(call)
    calendar, _ = _calendar_of(organisation, call)
    series = _entry(calendar, call.segments[-2]).meeting
    if series.pattern is None:
        raise bad_request("The event is not a recurring master.", code="ErrorInvalidRequest")
    return _list(
        organisation,
        call,
        lambda entry: entry.meeting.series_id == series.id and entry.meeting.overlaps(begin, end),
    )


def one_event(organisation: Organisation, call: Call) -> Answer:
    fields = selected(call, FIELDS, "event")
    calendar, _ = _calendar_of(organisation, call)
    entry = _entry(calendar, call.segments[-1])
    view = EventView(organisation, calendar, entry, call.wants_immutable_ids, clock_of(call))
    context = f"{call.origin}/$metadata#users('{calendar.owner_id}')/events/$entity"
    return Answer(body={"@odata.context": context, **full_row(view, fields, with_content=_may_see_content(call))})


def _entry(calendar: Calendar, wanted: str) -> Entry:
    for name, entry in calendar.entries.items():
        if wanted in (event_id(calendar, name, immutable=kind) for kind in (False, True)):
            return entry
    raise GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def _list(organisation: Organisation, call: Call, belongs: Callable[[Entry], bool]) -> Answer:
    if "$deltatoken" in call.query:
        raise bad_request("Parameter 'DeltaToken' not supported for this request.")
    fields = selected(call, FIELDS, "event")
    clock = clock_of(call)
    fits, newest_first = _filter(call), _newest_first(call)
    calendar, is_default = _calendar_of(organisation, call)
    entries = [e for e in calendar.entries.values() if is_default and belongs(e) and fits(e)]
    entries.sort(key=lambda entry: (entry.meeting.at, entry.meeting.id), reverse=newest_first)
    content = _may_see_content(call)
    views = [EventView(organisation, calendar, entry, call.wants_immutable_ids, clock) for entry in entries]
    rows = [full_row(view, fields, with_content=content) for view in views]
    context = f"users('{calendar.owner_id}')/calendarView"
    return Answer(body=window(call, rows, f"{call.origin}/{call.path}", context, default=_DEFAULT_PAGE))


def _may_see_content(call: Call) -> bool:
    return bool(call.claims and _CONTENT_ROLES.intersection(call.claims.get("roles", ())))


_CLAUSE = re.compile(r"(start/dateTime|end/dateTime|isCancelled|isAllDay|type) (eq|ge|gt|le|lt) '?([^']+?)'?$")
_COMPARED: dict[str, Callable[[str, str], bool]] = {
    "eq": lambda found, asked: found == asked,
    "ge": lambda found, asked: found >= asked,
    "gt": lambda found, asked: found > asked,
    "le": lambda found, asked: found <= asked,
    "lt": lambda found, asked: found < asked,
}
_FILTERED: dict[str, Callable[[Entry], str]] = {
    "start/dateTime": lambda entry: _comparable(entry.meeting.at),
    "end/dateTime": lambda entry: _comparable(entry.meeting.end),
    "isCancelled": lambda entry: str(entry.meeting.is_cancelled).lower(),
    "isAllDay": lambda entry: str(entry.meeting.is_all_day).lower(),
    "type": lambda entry: kind(entry.meeting),
}


def _comparable(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _filter(call: Call) -> Callable[[Entry], bool]:
    """`$filter` as clauses joined by `and` over start, end, isCancelled, isAllDay and type."""
    text = call.query.get("$filter", "")
    clauses = [_CLAUSE.match(clause.strip()) for clause in text.split(" and ")] if text else []
    tests: list[Callable[[Entry], bool]] = []
    for clause in clauses:
        if clause is None:
            raise bad_request("Invalid filter clause.", code="ErrorInvalidUrlQueryFilter")
        name, operator, asked = clause.groups()
        if name.endswith("dateTime"):
            asked = _comparable(_moment(asked))
        tests.append(_test(name, operator, asked))
    return lambda entry: all(test(entry) for test in tests)


def _test(name: str, operator: str, asked: str) -> Callable[[Entry], bool]:
    return lambda entry: _COMPARED[operator](_FILTERED[name](entry), asked)


def _newest_first(call: Call) -> bool:
    order = call.query.get("$orderby", "start/dateTime").lower()
    if order not in ("start/datetime", "start/datetime asc", "start/datetime desc"):
        raise bad_request("The property to order by is not supported.", code="ErrorInvalidUrlQuery")
    return order.endswith("desc")


def _moment(text: str) -> datetime:
    """An instant of a query; without zone it is UTC."""
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        raise bad_request(f"The value '{text}' is not a valid time.", code="ErrorInvalidParameter") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _window(call: Call) -> tuple[datetime, datetime]:
    begin, end = call.query.get("startDateTime"), call.query.get("endDateTime")
    if not begin or not end:
        message = "This request requires a time window by the query parameters StartDateTime and EndDateTime."
        raise bad_request(message, code="ErrorInvalidParameter")
    found = _moment(begin), _moment(end)
    if found[1] <= found[0]:
        raise bad_request("The end of the time window lies before its start.", code="ErrorInvalidParameter")
    return found


# Delta


def events_delta(organisation: Organisation, call: Call, secret: bytes) -> Answer:
    for option in _NOT_ON_DELTA:
        if option in call.query:
            message = (
                f"The parameter '{option}' is not supported with change tracking over the 'CalendarView' resource."
            )
            raise bad_request(message, code="ErrorInvalidUrlQuery")
    mailbox = mailbox_of(organisation, call)
    calendar, is_default = _calendar_of(organisation, call)
    clock, immutable, content = clock_of(call), call.wants_immutable_ids, _may_see_content(call)
    scope = f"events:{calendar.owner_id}:{is_default}"
    place = _known_place(call, secret, scope)
    if place is None:
        begin, end = _window(call)
    else:
        begin, end = datetime.fromisoformat(place.begins), datetime.fromisoformat(place.ends)

    def view(change: Change[Entry]) -> EventView:
        return EventView(organisation, calendar, change.item, immutable, clock)

    def row(change: Change[Entry], _: tuple[str, ...]) -> Json | None:
        meeting = change.item.meeting
        if not is_default:
            return None
        if change.what is not What.GONE and calendar.holds_within(meeting, begin, end):
            return _oddly_zoned(call, delta_row(view(change), with_content=content), clock)
        # What left the window, or changed outside it, is told as removed; the first round is silent on it.
        if place is None or place.after == 0:
            return None
        return {"@removed": {"reason": "deleted"}, "id": event_id(calendar, meeting.id, immutable=immutable)}

    base = f"{call.origin}/users/{calendar.owner_id}"
    part = "" if call.segments[2] == "calendarView" else f"/{'/'.join(call.segments[2:-2])}"
    stream = Stream(
        scope=scope,
        address=f"{base}{part}/calendarView/delta",
        context="Collection(event)",
        log=calendar.log,
        version=calendar.version,
        epoch=organisation.token_epoch + mailbox.token_epoch,
        page_size=call.page_size(_DEFAULT_PAGE),
        key=lambda change: change.item.meeting.id,
        fields=lambda _: (),
        row=row,
        partial=lambda change: partial_row(view(change)),
    )
    first = Place(scope, stream.epoch, 0, stream.version, begins=begin.isoformat(), ends=end.isoformat())
    return page(call, stream, first, secret=secret, expiry=organisation.expiry)


def _known_place(call: Call, secret: bytes, scope: str) -> Place | None:
    token = call.query.get("$skiptoken") or call.query.get("$deltatoken")
    return read(token, secret, scope=scope) if token else None


def _oddly_zoned(call: Call, row: Json, clock: Clock) -> Json:
    """With an ordered fault, the times of a row in a zone nobody asked for, or under a name that says nothing."""
    fault = call.has_fault(FaultKind.ODD_ZONE)
    if fault is None:
        return row
    named = clock_of_name(fault.code) if fault.code and not fault.code.startswith("tzone:") else None
    for side in ("start", "end"):
        told = row.get(side)
        if isinstance(told, dict):
            at = datetime.fromisoformat(str(told["dateTime"])[:19]).replace(tzinfo=clock.zone)
            row[side] = named.shown(at) if named else {**clock.shown(at), "timeZone": fault.code}
    if "originalStartTimeZone" in row:
        row["originalStartTimeZone"] = row["originalEndTimeZone"] = fault.code
    return row
