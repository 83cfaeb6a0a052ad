"""Meetings as they were arranged: single ones, series and their occurrences, read from a world or made anew.

Occurrences of a series are kept one by one, each at its own instant in UTC, so that an hour of the clock
stays the same hour across a change of time without any arithmetic where it is read.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from relationship.activities import Kind
from simulator import identity
from simulator.world import Source, World, WorldActivity, WorldStatus

DEFAULT_ZONE = "UTC"
_USUAL_MINUTES = 60
_WEEK = 7


class Response(StrEnum):
    """What an invited person answered."""

    NONE = "none"
    ORGANIZER = "organizer"
    ACCEPTED = "accepted"
    TENTATIVE = "tentativelyAccepted"
    DECLINED = "declined"
    NOT_RESPONDED = "notResponded"


@dataclass(frozen=True, slots=True)
class Pattern:
    """How a series repeats, from its first day to its last.

    unit: "day", "week", "month" (the same day of the month) or "month_weekday" (like the second Tuesday)
    """

    unit: str
    interval: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Meeting:
    """A single meeting, one occurrence, or a series as a whole (then `pattern` is set).

    id: of the activity; of a series its conversation id; uid: the iCalUId
    at: start, UTC; zone: IANA name of the zone it was arranged in; an all-day meeting starts at its midnight
    responses: by person; who is not named accepted
    slot: the instant at which the series has this occurrence; an exception differs from it
    """

    id: str
    uid: str
    organiser_id: str
    required_ids: tuple[str, ...]
    optional_ids: tuple[str, ...]
    at: datetime
    minutes: int
    subject: str
    zone: str
    series_id: str | None = None
    slot: datetime | None = None
    is_exception: bool = False
    pattern: Pattern | None = None
    is_cancelled: bool = False
    is_all_day: bool = False
    is_online: bool = True
    hides_attendees: bool = False
    sensitivity: str = "normal"
    show_as: str = "busy"
    responses: Mapping[str, Response] = field(default_factory=dict)

    @property
    def end(self) -> datetime:
        return self.at + timedelta(minutes=self.minutes)

    @property
    def invited_ids(self) -> tuple[str, ...]:
        return (*self.required_ids, *self.optional_ids)

    @property
    def people_ids(self) -> frozenset[str]:
        return frozenset((self.organiser_id, *self.invited_ids))

    @property
    def join_url(self) -> str | None:
        return identity.join_url(self.series_id or self.id) if self.is_online else None

    def response_of(self, person_id: str) -> Response:
        if person_id == self.organiser_id:
            return Response.ORGANIZER
        return self.responses.get(person_id, Response.ACCEPTED)

    def overlaps(self, begin: datetime, end: datetime) -> bool:
        return (self.at < end and self.end > begin) or self.at == begin

    def local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.zone))


def meetings_of(world: World) -> dict[str, Meeting]:
    """All meetings of a world that lie in calendars, by id; a series stands before its occurrences."""
    zone = world.time_zone or DEFAULT_ZONE
    ours = {person.id for person in world.people if person.is_colleague}
    held = [a for a in world.activities if a.kind is Kind.MEETING and a.source is not Source.DATAVERSE]
    series: defaultdict[str, list[WorldActivity]] = defaultdict(list)
    for activity in held:
        if activity.conversation_id.startswith("s"):
            series[activity.conversation_id].append(activity)
    found: dict[str, Meeting] = {}
    for activity in held:
        if activity.id in found:
            continue
        occurrences = series.get(activity.conversation_id, ())
        if len(occurrences) > 1:
            found |= {meeting.id: meeting for meeting in _series(occurrences, zone, ours)}
        else:
            found[activity.id] = _single(activity, zone, ours)
    return found


def _single(activity: WorldActivity, zone: str, ours: set[str]) -> Meeting:
    minutes = _USUAL_MINUTES if activity.minutes is None else activity.minutes
    # Meetings of colleagues alone and one in five others took place in a room.
    with_outsiders = not ours.issuperset((activity.from_id, *activity.to_ids, *activity.cc_ids))
    is_online = with_outsiders and sum(activity.id.encode()) % 5 != 0
    return Meeting(
        id=activity.id,
        uid=identity.calendar_uid(activity.id, activity.conversation_id),
        organiser_id=activity.from_id,
        required_ids=activity.to_ids,
        optional_ids=activity.cc_ids,
        at=activity.at,
        minutes=minutes,
        subject=activity.subject,
        zone=zone,
        is_cancelled=activity.status is WorldStatus.CANCELLED,
        is_online=is_online,
        responses=_refusals(activity, ours) if activity.status is WorldStatus.DECLINED else {},
    )


def _refusals(activity: WorldActivity, ours: set[str]) -> dict[str, Response]:
    """A declined meeting: the other side of the organiser said no; with nobody there, all who were invited."""
    invited = (*activity.to_ids, *activity.cc_ids)
    other_side = [person for person in invited if (person in ours) is not (activity.from_id in ours)]
    return dict.fromkeys(other_side or invited, Response.DECLINED)


def _series(activities: Sequence[WorldActivity], zone: str, ours: set[str]) -> Iterator[Meeting]:
    """The series as a whole, then its occurrences. What leaves the usual hour or day is an exception."""
    singles = [_single(activity, zone, ours) for activity in activities]
    hour = _usual([meeting.local(meeting.at).time() for meeting in singles])
    regular = [m for m in singles if m.local(m.at).time() == hour]
    days = sorted({m.local(m.at).date() for m in regular})
    pattern = _pattern(days)
    taken = set(days)
    series_id = activities[0].conversation_id
    is_online = any(meeting.is_online for meeting in singles)
    first = regular[0]
    yield replace(
        first,
        id=series_id,
        uid=identity.series_uid(series_id),
        at=on_clock(pattern.first, hour, zone),
        pattern=pattern,
        is_cancelled=False,
        is_online=is_online,
        responses={},
    )
    for meeting in singles:
        day = meeting.local(meeting.at).date()
        is_moved = meeting.local(meeting.at).time() != hour
        slot_day = _slot(day, pattern, taken) if is_moved else day
        taken.add(slot_day)
        yield replace(
            meeting,
            series_id=series_id,
            slot=on_clock(slot_day, hour, zone),
            is_exception=is_moved or meeting.is_cancelled or bool(meeting.responses),
            is_online=is_online,
        )


def _usual(times: Iterable[time]) -> time:
    counted = Counter(times)
    return min(counted, key=lambda hour: (-counted[hour], hour))


def _pattern(days: Sequence[date]) -> Pattern:
    """The rhythm that fits the days of the regular occurrences; some of its days may be missing."""
    gaps = Counter((later - earlier).days for earlier, later in pairwise(days))
    if not gaps:
        return Pattern("week", 1, days[0], days[-1])
    gap = min(gaps, key=lambda number: (-gaps[number], number))
    if gap >= 4 * _WEEK:
        same_weekday = len({day.weekday() for day in days}) == 1
        return Pattern("month_weekday" if same_weekday else "month", max(1, round(gap / 30)), days[0], days[-1])
    if gap % _WEEK == 0:
        return Pattern("week", gap // _WEEK, days[0], days[-1])
    return Pattern("day", gap, days[0], days[-1])


def _slot(day: date, pattern: Pattern, taken: set[date]) -> date:
    """The free day of the pattern at or before the day; the day itself when there is none near."""
    if pattern.unit.startswith("month"):
        return day
    step = pattern.interval * (_WEEK if pattern.unit == "week" else 1)
    slot = pattern.first + timedelta(days=(day - pattern.first).days // step * step)
    return slot if slot not in taken else day


def on_clock(day: date, hour: time, zone: str) -> datetime:
    """The instant, UTC, at which the clocks of a zone show this hour; a skipped hour counts from before the change.

    >>> [on_clock(date(2026, 3, day), time(9), "Europe/Paris").hour for day in (28, 29)]
    [8, 7]
    """
    return datetime.combine(day, hour, ZoneInfo(zone)).astimezone(UTC)


def repeated(first: date, unit: str, interval: int, count: int) -> list[date]:
    """The days of a new series. unit: day, week or month (then the same day of the month, at most its last)."""
    if unit == "month":
        return [_months_later(first, place * interval) for place in range(count)]
    if unit not in ("day", "week"):
        raise ValueError(f"a series repeats by day, week or month, not by {unit}")
    step = timedelta(days=interval * (_WEEK if unit == "week" else 1))
    return [first + place * step for place in range(count)]


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))
