"""Planning a meeting as the person who is signed in: when others are free, and the event itself.

As documented: getSchedule (at most 62 days and 20 schedules, intervals of 5 to 1,440 minutes; an address that is no
mailbox here has an error of its own, without availability), create event with a `transactionId` that makes one event.
"""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from simulator.calendars import Calendar
from simulator.meetings import Meeting, Response
from simulator.msgraph.call import Answer, Call, GraphError, Json, bad_request
from simulator.msgraph.event_rows import event_id
from simulator.organisation import Organisation
from simulator.outbox import Handed

_MOST_DAYS, _MOST_SCHEDULES = 62, 20
_SIGNS = {"free": "0", "tentative": "1", "busy": "2", "oof": "3", "workingElsewhere": "4"}
_LONGEST_SUBJECT = 255


def schedule(organisation: Organisation, call: Call) -> Answer:
    """The availability of some people."""
    body = call.body if isinstance(call.body, dict) else {}
    wanted = body.get("schedules")
    if not isinstance(wanted, list) or not 0 < len(wanted) <= _MOST_SCHEDULES:
        raise bad_request("The number of schedules is not valid.", code="ErrorInvalidRequest")
    begin, end = _instant(body.get("startTime")), _instant(body.get("endTime"))
    minutes = body.get("availabilityViewInterval", 30)
    if (
        not begin < end <= begin + timedelta(days=_MOST_DAYS)
        or not isinstance(minutes, int)
        or not 5 <= minutes <= 1440
    ):
        raise bad_request("The requested time window is not valid.", code="ErrorInvalidTimeInterval")
    step = timedelta(minutes=minutes)
    rows = [_availability(organisation, str(address), begin, end, step) for address in wanted]
    context = f"{call.origin}/$metadata#Collection(microsoft.graph.scheduleInformation)"
    return Answer(body={"@odata.context": context, "value": rows})


def create_event(organisation: Organisation, call: Call, organiser: str) -> Answer:
    """A single meeting in the person's calendar and in those of the colleagues who are invited."""
    body = call.body if isinstance(call.body, dict) else {}
    subject, made_as = body.get("subject", ""), str(body.get("transactionId", ""))
    begin, end = _instant(body.get("start")), _instant(body.get("end"))
    if end < begin:
        raise bad_request("The end is before the start.", code="ErrorPropertyValidationFailure")
    if not isinstance(subject, str) or len(subject) > _LONGEST_SUBJECT or any(sign in subject for sign in "\r\n"):
        raise bad_request("The subject is not valid.", code="ErrorInvalidProperty")
    invited = tuple(_address(one) for one in body.get("attendees", ()))
    calendars = organisation.calendars
    calendar = calendars.of(organiser)
    known = calendars.made.get((organiser, made_as)) if made_as else None
    if known is None:
        known = calendars.arrange(
            organisation.user(organiser).person_id,
            invited,
            at=begin,
            minutes=round((end - begin).total_seconds() / 60),
            subject=subject,
            is_online=body.get("isOnlineMeeting") is True,
        )
        text = str((body.get("body") or {}).get("content", ""))
        organisation.handed.append(Handed("calendar", organiser, invited, subject, text))
        if made_as:
            calendars.made[organiser, made_as] = known
    return Answer(201, _made(call, calendar, known, organiser))


def _made(call: Call, calendar: Calendar, meeting: Meeting, organiser: str) -> Json:
    name = event_id(calendar, meeting.id, immutable=call.wants_immutable_ids)
    return {
        "@odata.context": f"{call.origin}/$metadata#users('{organiser}')/events/$entity",
        "id": name,
        "subject": meeting.subject,
        "start": {"dateTime": f"{meeting.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": "UTC"},
        "webLink": f"https://outlook.office365.com/owa/?itemid={urlsafe_b64encode(name.encode()).decode()}",
    }


def _availability(organisation: Organisation, address: str, begin: datetime, end: datetime, step: timedelta) -> Json:
    user = organisation.directory.find(address)
    if user is None:
        error = {"message": "The mailbox was not found.", "responseCode": "ErrorMailRecipientNotFound"}
        return {"scheduleId": address, "error": error}
    calendar = organisation.calendars.of(user.id)
    meetings = [entry.meeting for entry in calendar.entries.values() if _takes_time(entry.meeting, calendar)]
    view, at = "", begin
    while at < end:
        view += max((_SIGNS[one.show_as] for one in meetings if one.overlaps(at, at + step)), default="0")
        at += step
    return {"scheduleId": address, "availabilityView": view, "scheduleItems": []}


def _takes_time(meeting: Meeting, calendar: Calendar) -> bool:
    declined = meeting.responses.get(calendar.person_id) == Response.DECLINED
    return meeting.pattern is None and not meeting.is_cancelled and not declined and meeting.show_as in _SIGNS


def _instant(given: Any) -> datetime:
    try:
        at = datetime.fromisoformat(str(given["dateTime"])[:19])
        return at.replace(tzinfo=ZoneInfo(str(given["timeZone"]))).astimezone(UTC)
    except (KeyError, TypeError, ValueError, OSError):
        raise bad_request("A time has another form than documented.", code="ErrorInvalidRequest") from None


def _address(attendee: Any) -> str:
    try:
        address = attendee["emailAddress"]["address"]
    except (KeyError, TypeError):
        address = None
    if not isinstance(address, str) or address.count("@") != 1 or any(sign.isspace() for sign in address):
        raise GraphError(400, "ErrorInvalidRecipients", "At least one recipient isn't valid.")
    return address
