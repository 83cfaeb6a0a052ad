"""Meetings in the name of the person who is signed in: when everybody is free, and the appointment itself.

Delegated Calendars.ReadWrite only: what the person may see and do in the own calendar, nothing more.
What if it runs twice: the appointment has a `transactionId` of ours, so Exchange makes one. What if it dies half-way:
the same. What if Microsoft says no: `faults.fault` names who acts.
Sources: Microsoft Graph, calendar: getSchedule (v1.0); user: create event (v1.0).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from relationship.config import Config
from relationship.errors import FixSettings, Reconnect, RelationshipError, TryLater
from relationship.sync.outward.mail_out import Line, LostError
from relationship.sync.wire.delegated import CALENDAR
from relationship.sync.wire.faults import Service
from relationship.sync.wire.transport import Tokens

# One sign per interval: 0 free, 1 tentative, 2 busy, 3 out of office, 4 working elsewhere; ? cannot be known.
INTERVAL_MINUTES = 30
_OPEN = frozenset("04?")
MOST_PEOPLE, MOST_DAYS = 20, 42
DAY_BEGINS, DAY_ENDS = time(9), time(18)
MOST_SLOTS = 8
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Slot:
    """A time when everybody we can ask is free. unknown: of how many people the calendar cannot be seen."""

    start: datetime
    end: datetime
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Meeting:
    """An appointment to be made.

    key        a GUID of ours: the same key makes the same appointment
    body_html  the agenda, HTML that is made by us
    start      timezone-aware;  attendees: mail addresses and names, the organiser not among them
    """

    key: str
    subject: str
    body_html: str
    start: datetime
    minutes: int
    attendees: tuple[tuple[str, str], ...]
    is_online: bool = True


@dataclass(frozen=True, slots=True)
class Planned:
    """The appointment in the organiser's calendar. link: opens it in Outlook on the web, '' when unknown."""

    id: str
    link: str


def free_times(
    config: Config,
    tokens: Tokens,
    people: Sequence[str],
    *,
    first: date,
    last: date,
    minutes: int,
    now: datetime,
    most: int = MOST_SLOTS,
) -> list[Slot]:
    """Times within working hours of the organisation's zone when these people are free, at most two a day.

    people  mail addresses, the organiser among them; outside calendars that cannot be seen count as free
    raises  Reconnect `calendar_consent_missing`; TryLater; FixSettings
    """
    zone = config.zone
    days = min((last - first).days + 1, MOST_DAYS)
    begin = datetime.combine(first, time(0), zone)
    body = {
        "schedules": list(people[:MOST_PEOPLE]),
        "startTime": _moment(begin.astimezone(UTC)),
        "endTime": _moment((begin + timedelta(days=days)).astimezone(UTC)),
        "availabilityViewInterval": INTERVAL_MINUTES,
    }
    found = _asked(config, tokens, "/me/calendar/getSchedule", body)
    views = [str(one.get("availabilityView", "")) for one in found.get("value", ()) if isinstance(one, dict)]
    return proposed(views, begin=begin.astimezone(UTC), days=days, minutes=minutes, zone=zone, now=now, most=most)


def proposed(
    views: Sequence[str], *, begin: datetime, days: int, minutes: int, zone: ZoneInfo, now: datetime, most: int
) -> list[Slot]:
    """The free times in availability views that begin at `begin` (UTC): on the hour or half hour, not at noon's hour,
    two a day at most and as far apart as the day lets them be. Pure."""
    unknown = sum(not view for view in views)
    step = timedelta(minutes=INTERVAL_MINUTES)
    length = timedelta(minutes=minutes)
    found: list[Slot] = []
    for number in range(days):
        day = (begin.astimezone(zone) + timedelta(days=number, hours=1)).date()
        if day.weekday() >= _SATURDAY:
            continue
        starts = []
        start = datetime.combine(day, DAY_BEGINS, zone)
        while start + length <= datetime.combine(day, DAY_ENDS, zone):
            if start > now and not _over_noon(start, length) and _all_free(views, begin, start, length):
                starts.append(start)
            start += step
        chosen = starts[:1] + [start for start in starts[-1:] if start >= starts[0] + max(length, 2 * step)]
        found += [Slot(start, start + length, unknown) for start in chosen]
    return found[:most]


def create_event(config: Config, tokens: Tokens, meeting: Meeting) -> Planned:
    """Make the appointment and invite; the same `key` makes it once.

    raises  Reconnect `calendar_consent_missing`; TryLater, also when no answer came: asking again is safe
    """
    end = meeting.start + timedelta(minutes=meeting.minutes)
    body: dict[str, object] = {
        "transactionId": meeting.key,
        "subject": " ".join(meeting.subject.split())[:255],
        "body": {"contentType": "HTML", "content": meeting.body_html},
        "start": _moment(meeting.start.astimezone(UTC)),
        "end": _moment(end.astimezone(UTC)),
        "attendees": [
            {"type": "required", "emailAddress": {"address": address, "name": name}}
            for address, name in meeting.attendees
        ],
        "allowNewTimeProposals": True,
    }
    if meeting.is_online:
        body |= {"isOnlineMeeting": True, "onlineMeetingProvider": "teamsForBusiness"}
    found = _asked(config, tokens, "/me/events", body)
    if not isinstance(found.get("id"), str):
        raise TryLater("The calendar gave no answer.", next_step="Try again.", code="unreadable_answer")
    link = str(found.get("webLink", ""))
    return Planned(found["id"], link if link.startswith("https://") else "")


def _asked(config: Config, tokens: Tokens, path: str, body: object) -> dict[str, Any]:
    line = Line(config, Service.MSGRAPH, config.msgraph_url, tokens)
    try:
        reply = line.ask("POST", path, body, {"Prefer": 'outlook.timezone="UTC"'})
    except LostError:
        raise _silent() from None
    if reply.status in (401, 403):
        raise CALENDAR.missing()
    if reply.status // 100 != 2 or not isinstance(reply.body, dict):
        raise _told(line.told(reply))
    return reply.body


def _told(error: RelationshipError) -> RelationshipError:
    return error if isinstance(error, Reconnect | FixSettings | TryLater) else _silent()


def _silent() -> TryLater:
    return TryLater(
        "The calendar gave no answer.",
        next_step="Try again: the appointment is made once, however often you try.",
        code="calendar_silent",
    )


def _all_free(views: Sequence[str], begin: datetime, start: datetime, length: timedelta) -> bool:
    """Whether nobody is busy; an interval that is only touched counts whole."""
    step = timedelta(minutes=INTERVAL_MINUTES)
    first = (start.astimezone(UTC) - begin) // step
    last = -((begin - (start + length).astimezone(UTC)) // step)
    return all(set(view[first:last]) <= _OPEN for view in views)


def _over_noon(start: datetime, length: timedelta) -> bool:
    """Whether it would begin while people have lunch; what lasts half a day may."""
    return start.hour in (12, 13) and length <= timedelta(hours=3)


def _moment(at: datetime) -> dict[str, str]:
    return {"dateTime": f"{at:%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"}
