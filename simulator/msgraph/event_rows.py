"""An event as JSON: a meeting as it lies in one calendar, as one caller sees it."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple
from zlib import crc32

from simulator.calendars import Calendar, Entry
from simulator.meetings import Meeting, Pattern, Response
from simulator.msgraph.call import Json
from simulator.msgraph.zones import Clock, stamped, windows_name
from simulator.organisation import Organisation

CONTENT_FIELDS = frozenset({"body", "bodyPreview"})
_NEVER = "0001-01-01T00:00:00Z"
_ARRANGED_BEFORE = timedelta(days=7)
_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_INDEXES = ("first", "second", "third", "fourth", "last")
_PATTERN_TYPES = {"day": "daily", "week": "weekly", "month": "absoluteMonthly", "month_weekday": "relativeMonthly"}


class EventView(NamedTuple):
    """A meeting in a calendar, as one caller sees it."""

    organisation: Organisation
    calendar: Calendar
    entry: Entry
    immutable: bool
    clock: Clock

    @property
    def meeting(self) -> Meeting:
        return self.entry.meeting

    @property
    def is_organiser(self) -> bool:
        return self.meeting.organiser_id == self.calendar.person_id


def event_id(calendar: Calendar, meeting_id: str, *, immutable: bool) -> str:
    """The id of a meeting in one calendar, of either kind."""
    digest = sha256(f"{calendar.owner_id}:event:{meeting_id}:{immutable}".encode()).digest()
    return ("AAkE" if immutable else "AAMk") + urlsafe_b64encode(digest[:30]).decode() + "AAA="


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").removesuffix("+00:00") + ".0000000Z"


def _created(view: EventView) -> datetime:
    return min(view.meeting.at - _ARRANGED_BEFORE, view.organisation.world.now)


def _modified(view: EventView) -> datetime:
    """Changes of the simulation are dated after the world's end, one second apart, so that newer is later."""
    first = view.entry.version == 1
    return _created(view) if first else view.organisation.world.now + timedelta(seconds=view.entry.version)


def change_key(view: EventView) -> str:
    raw = crc32(view.meeting.id.encode()).to_bytes(6, "big") + view.entry.version.to_bytes(6, "big")
    return "EZ9r3czxY0m2" + urlsafe_b64encode(raw).decode()


def kind(meeting: Meeting) -> str:
    if meeting.pattern is not None:
        return "seriesMaster"
    if meeting.series_id is None:
        return "singleInstance"
    return "exception" if meeting.is_exception else "occurrence"


def _start(view: EventView) -> Json:
    meeting = view.meeting
    if meeting.is_all_day:
        return stamped(_midnight(meeting, meeting.at), view.clock.name)
    return view.clock.shown(meeting.at)


def _end(view: EventView) -> Json:
    meeting = view.meeting
    if meeting.is_all_day:
        # Half a day more than enough, so that a day of 23 or 25 hours ends on the right date.
        return stamped(_midnight(meeting, meeting.end + timedelta(hours=12)), view.clock.name)
    return view.clock.shown(meeting.end)


def _midnight(meeting: Meeting, at: datetime) -> datetime:
    """All-day meetings go from midnight to midnight in their own zone, whatever zone is asked for."""
    return meeting.local(at).replace(hour=0, minute=0, second=0, microsecond=0)


def _party(view: EventView, person_id: str) -> Json:
    person = view.organisation.person(person_id)
    return {"name": person.name, "address": person.email}


def _status(response: Response, view: EventView) -> Json:
    answered = response not in (Response.NONE, Response.ORGANIZER, Response.NOT_RESPONDED)
    return {"response": response.value, "time": _instant(_modified(view)) if answered else _NEVER}


def _attendees(view: EventView) -> list[Json]:
    """The organiser's copy alone knows what others answered; some copies name the organiser too."""
    meeting, me = view.meeting, view.calendar.person_id
    listed = [(person, "required") for person in meeting.required_ids]
    listed += [(person, "optional") for person in meeting.optional_ids]
    if meeting.hides_attendees and not view.is_organiser:
        listed = [(person, how) for person, how in listed if person == me]
    elif crc32(f"{meeting.id}:{me}".encode()) % 3 == 0:
        listed.insert(0, (meeting.organiser_id, "required"))
    found: list[Json] = []
    for person, how in listed:
        is_known = view.is_organiser or person in (me, meeting.organiser_id)
        response = meeting.response_of(person) if is_known else Response.NONE
        found.append({"type": how, "status": _status(response, view), "emailAddress": _party(view, person)})
    return found


def _own_response(view: EventView) -> Json:
    return _status(view.meeting.response_of(view.calendar.person_id), view)


def _recurrence(view: EventView) -> Json | None:
    meeting = view.meeting
    pattern = meeting.pattern
    if pattern is None:
        return None
    zone = windows_name(meeting.zone)
    days_matter = pattern.unit in ("week", "month_weekday")
    return {
        "pattern": {
            "type": _PATTERN_TYPES[pattern.unit],
            "interval": pattern.interval,
            "month": 0,
            "dayOfMonth": pattern.first.day if pattern.unit == "month" else 0,
            "daysOfWeek": [_DAY_NAMES[pattern.first.weekday()]] if days_matter else [],
            "firstDayOfWeek": "monday",
            "index": _index(pattern),
        },
        "range": {
            "type": "endDate",
            "startDate": pattern.first.isoformat(),
            "endDate": pattern.last.isoformat(),
            "recurrenceTimeZone": zone,
            "numberOfOccurrences": 0,
        },
    }


def _index(pattern: Pattern) -> str:
    return _INDEXES[(pattern.first.day - 1) // 7] if pattern.unit == "month_weekday" else "first"


def _online(view: EventView) -> Json | None:
    return {"joinUrl": view.meeting.join_url} if view.meeting.is_online else None


def _id(view: EventView) -> str:
    return event_id(view.calendar, view.meeting.id, immutable=view.immutable)


def _master_id(view: EventView) -> str | None:
    series = view.meeting.series_id
    return event_id(view.calendar, series, immutable=view.immutable) if series else None


def _cancelled_occurrences(view: EventView) -> list[str]:
    """The occurrences of a series that are deleted here, as the service names them."""
    organisation, series = view.organisation, view.meeting.id
    if view.meeting.pattern is None:
        return []
    here = view.calendar.series[series]
    gone = [m for m in organisation.calendars.meetings.values() if m.series_id == series and m.id not in here]
    mine = [m for m in gone if view.calendar.person_id in m.people_ids and m.slot]
    return sorted(f"OID.{_id(view)}.{m.local(m.slot).date().isoformat()}" for m in mine if m.slot)


FIELDS: Mapping[str, Callable[[EventView], object]] = {
    "id": _id,
    "createdDateTime": lambda view: _instant(_created(view)),
    "lastModifiedDateTime": lambda view: _instant(_modified(view)),
    "changeKey": change_key,
    "categories": lambda _: [],
    "originalStartTimeZone": lambda view: windows_name(view.meeting.zone),
    "originalEndTimeZone": lambda view: windows_name(view.meeting.zone),
    "iCalUId": lambda view: view.meeting.uid,
    "reminderMinutesBeforeStart": lambda _: 15,
    "isReminderOn": lambda _: True,
    "hasAttachments": lambda _: False,
    "subject": lambda view: view.meeting.subject,
    "bodyPreview": lambda view: f"Ordre du jour : {view.meeting.subject}",
    "importance": lambda _: "normal",
    "sensitivity": lambda view: view.meeting.sensitivity,
    "isAllDay": lambda view: view.meeting.is_all_day,
    "isCancelled": lambda view: view.meeting.is_cancelled,
    "isDraft": lambda _: False,
    "isOrganizer": lambda view: view.is_organiser,
    "responseRequested": lambda _: True,
    "seriesMasterId": _master_id,
    "transactionId": lambda _: None,
    "showAs": lambda view: "free" if view.meeting.is_cancelled else view.meeting.show_as,
    "type": lambda view: kind(view.meeting),
    "webLink": lambda view: f"https://outlook.office365.com/owa/?itemid={_id(view)}&exvsurl=1&path=/calendar/item",
    "onlineMeetingUrl": lambda _: None,
    "isOnlineMeeting": lambda view: view.meeting.is_online,
    "onlineMeetingProvider": lambda view: "teamsForBusiness" if view.meeting.is_online else "unknown",
    "onlineMeeting": _online,
    "allowNewTimeProposals": lambda _: True,
    "hideAttendees": lambda view: view.meeting.hides_attendees,
    "originalStart": lambda view: _instant(view.meeting.slot) if view.meeting.slot else None,
    "recurrence": _recurrence,
    "responseStatus": _own_response,
    "body": lambda view: {"contentType": "text", "content": f"Ordre du jour : {view.meeting.subject}"},
    "start": _start,
    "end": _end,
    "location": lambda _: {"displayName": "", "locationType": "default", "uniqueIdType": "unknown"},
    "locations": lambda _: [],
    "attendees": _attendees,
    "organizer": lambda view: {"emailAddress": _party(view, view.meeting.organiser_id)},
    "cancelledOccurrences": _cancelled_occurrences,
}
# What comes without `$select`; the deleted occurrences of a series only when asked for by name.
_DEFAULT_FIELDS = tuple(FIELDS)[:-1]
_THIN_FIELDS = ("seriesMasterId", "type", "start", "end")


def full_row(view: EventView, fields: tuple[str, ...], *, with_content: bool) -> Json:
    row: Json = {"@odata.etag": f'W/"{change_key(view)}"', "id": _id(view)}
    for name in fields or _DEFAULT_FIELDS:
        if with_content or name not in CONTENT_FIELDS:
            row[name] = FIELDS[name](view)
    return row


def delta_row(view: EventView, *, with_content: bool) -> Json:
    """A row of a delta round: of a mere occurrence only when it takes place and to which series it belongs."""
    thin = kind(view.meeting) == "occurrence"
    row = full_row(view, _THIN_FIELDS if thin else (), with_content=with_content)
    return {"@odata.type": "#microsoft.graph.event", **row}


def partial_row(view: EventView) -> Json:
    """What comes first when an update is told before the whole row."""
    return {"@odata.type": "#microsoft.graph.event", **full_row(view, _THIN_FIELDS, with_content=False)}
