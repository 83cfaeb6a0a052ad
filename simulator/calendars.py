"""The calendars of the organisation: the copies of meetings in them, and all that can happen to a meeting.

Every colleague on a meeting has a copy with an id of its own. A cancelled meeting is gone from the
organiser's calendar and stays in the others, marked.
"""

import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from simulator import identity
from simulator.changelog import ChangeLog, What
from simulator.directory import Directory, User
from simulator.meetings import DEFAULT_ZONE, Meeting, Pattern, Response, meetings_of, on_clock, repeated
from simulator.people import People, UnknownNameError
from simulator.world import World


@dataclass(slots=True)
class Entry:
    """A meeting as it lies in one calendar. version: of its last change."""

    meeting: Meeting
    version: int


@dataclass(slots=True)
class Calendar:
    """The calendar of one user. `version` counts its changes.

    owner_id: GUID of the user; entries by id of the meeting; series: ids of occurrences here by id of the series
    """

    owner_id: str
    person_id: str
    version: int = 1
    log: ChangeLog[Entry] = field(default_factory=ChangeLog)
    entries: dict[str, Entry] = field(default_factory=dict)
    series: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def first_put(self, meeting: Meeting) -> None:
        """Adds a meeting of the time before the simulation began: it is part of the first version."""
        entry = self.entries.get(meeting.id)
        if entry is None:
            entry = self.entries[meeting.id] = Entry(meeting, self.version)
        entry.meeting, entry.version = meeting, self.version
        if meeting.series_id:
            self.series[meeting.series_id].add(meeting.id)
        self.log.note(self.version, What.WRITTEN, entry)

    def put(self, meeting: Meeting) -> None:
        """Adds or changes a meeting; its series is told with it."""
        self.version += 1
        self._tell_series(meeting)
        self.first_put(meeting)

    def remove(self, meeting: Meeting, *, leaves_trace: bool = True) -> None:
        """Takes a meeting out; without a trace the change log never hears of it."""
        entry = self.entries.pop(meeting.id, None)
        if entry is None:
            return
        self.version += 1
        entry.version = self.version
        if meeting.series_id:
            self.series[meeting.series_id].discard(meeting.id)
        if leaves_trace:
            self._tell_series(meeting)
            self.log.note(self.version, What.GONE, entry)

    def _tell_series(self, meeting: Meeting) -> None:
        master = self.entries.get(meeting.series_id or "")
        if master is not None:
            master.version = self.version
            self.log.note(self.version, What.WRITTEN, master)

    def holds_within(self, meeting: Meeting, begin: datetime, end: datetime) -> bool:
        """Whether the meeting lies here and overlaps the window; a series does when an occurrence does."""
        if meeting.id not in self.entries:
            return False
        if meeting.pattern is None:
            return meeting.overlaps(begin, end)
        return any(self.entries[name].meeting.overlaps(begin, end) for name in self.series[meeting.id])


class Calendars:
    """All calendars, each built from the world when it is first looked at, and the acts that change them.

    People are named by the world's person id, GUID or any address; meetings by the world's activity id.
    """

    def __init__(self, world: World, people: People, directory: Directory, lock: threading.RLock) -> None:
        self._world = world
        self._people = people
        self._directory = directory
        self._lock = lock
        self._calendars: dict[str, Calendar] = {}
        # Meetings that a client made, by organiser and the client's own id for the making.
        self.made: dict[tuple[str, str], Meeting] = {}
        self._known: dict[str, Meeting] | None = None
        self._ids_of: defaultdict[str, list[str]] = defaultdict(list)

    @property
    def meetings(self) -> dict[str, Meeting]:
        """Every meeting and series by id, as it stands now."""
        if self._known is None:
            self._known = meetings_of(self._world)
            for meeting in self._known.values():
                for person_id in meeting.people_ids:
                    self._ids_of[person_id].append(meeting.id)
        return self._known

    def of(self, key: str) -> Calendar:
        """The calendar of a user, built the first time."""
        with self._lock:
            user = self._directory.find(key)
            if user is None:
                raise UnknownNameError(f"no user {key}")
            if user.id not in self._calendars:
                self._calendars[user.id] = self._build(user)
            return self._calendars[user.id]

    def _build(self, user: User) -> Calendar:
        calendar = Calendar(user.id, user.person_id)
        meetings = self.meetings
        for name in self._ids_of[user.person_id]:
            meeting = meetings[name]
            if meeting.pattern is not None or (meeting.is_cancelled and meeting.organiser_id == user.person_id):
                continue
            if meeting.series_id and meeting.series_id not in calendar.entries:
                calendar.first_put(meetings[meeting.series_id])
            calendar.first_put(meeting)
        return calendar

    def _holders(self, meeting: Meeting) -> list[Calendar]:
        """The calendars of the users on a meeting, in an order that is always the same."""
        return [self.of(person) for person in sorted(meeting.people_ids) if self._directory.find(person)]

    def meeting(self, meeting_id: str) -> Meeting:
        found = self.meetings.get(meeting_id)
        if found is None:
            raise UnknownNameError(f"no meeting {meeting_id}")
        return found

    # Acts

    def arrange(
        self,
        organiser: str,
        required: Sequence[str],
        *,
        at: datetime,
        minutes: int = 60,
        optional: Sequence[str] = (),
        subject: str = "",
        zone: str = "",
        is_all_day: bool = False,
        is_online: bool = True,
        hides_attendees: bool = False,
        sensitivity: str = "normal",
        show_as: str = "busy",
    ) -> Meeting:
        """A single meeting appears in the calendar of every colleague on it. at: timezone-aware."""
        with self._lock:
            name = self._people.new_id("meeting")
            meeting = replace(
                self._drawn_up(organiser, required, optional, at, minutes, subject, zone),
                id=name,
                uid=identity.calendar_uid(name),
                is_all_day=is_all_day,
                is_online=is_online,
                hides_attendees=hides_attendees,
                sensitivity=sensitivity,
                show_as=show_as,
            )
            self._put(meeting)
            return meeting

    def arrange_series(
        self,
        organiser: str,
        required: Sequence[str],
        *,
        at: datetime,
        count: int,
        every: str = "week",
        interval: int = 1,
        minutes: int = 60,
        optional: Sequence[str] = (),
        subject: str = "",
        zone: str = "",
    ) -> Meeting:
        """A series that keeps the hour of its first start on the clocks of its zone; occurrences are "<id>-1" …

        at: first start, timezone-aware; every: day, week or month. Returns the series as a whole.
        """
        with self._lock:
            name = self._people.new_id("series")
            first = self._drawn_up(organiser, required, optional, at, minutes, subject, zone)
            start = first.local(at)
            days = repeated(start.date(), every, interval, count)
            pattern = Pattern(every, interval, days[0], days[-1])
            series = replace(first, id=name, uid=identity.series_uid(name), pattern=pattern)
            self._put(series)
            for number, day in enumerate(days, 1):
                occurrence = f"{name}-{number}"
                slot = on_clock(day, start.time(), first.zone)
                uid = identity.calendar_uid(occurrence, name)
                self._put(replace(first, id=occurrence, uid=uid, at=slot, slot=slot, series_id=name))
            return series

    def _drawn_up(
        self,
        organiser: str,
        required: Sequence[str],
        optional: Sequence[str],
        at: datetime,
        minutes: int,
        subject: str,
        zone: str,
    ) -> Meeting:
        """A meeting that has no id yet."""
        return Meeting(
            id="",
            uid="",
            organiser_id=self._people.person_for(organiser).id,
            required_ids=tuple(self._people.person_for(key).id for key in required),
            optional_ids=tuple(self._people.person_for(key).id for key in optional),
            at=at,
            minutes=minutes,
            subject=subject,
            zone=zone or self._world.time_zone or DEFAULT_ZONE,
        )

    def reschedule(self, meeting_id: str, *, at: datetime, minutes: int | None = None) -> None:
        """Moves a meeting; an occurrence becomes an exception of its series."""
        with self._lock:
            meeting = self.meeting(meeting_id)
            self._put(replace(meeting, at=at, minutes=meeting.minutes if minutes is None else minutes))

    def reinvite(self, meeting_id: str, required: Sequence[str], *, optional: Sequence[str] = ()) -> None:
        """Other people are invited; who no longer is loses the copy."""
        with self._lock:
            meeting = self.meeting(meeting_id)
            changed = replace(
                meeting,
                required_ids=tuple(self._people.person_for(key).id for key in required),
                optional_ids=tuple(self._people.person_for(key).id for key in optional),
            )
            for person in sorted(meeting.people_ids - changed.people_ids):
                if self._directory.find(person):
                    self.of(person).remove(meeting)
            self._put(changed)

    def describe(
        self,
        meeting_id: str,
        *,
        subject: str | None = None,
        sensitivity: str | None = None,
        show_as: str | None = None,
        hides_attendees: bool | None = None,
    ) -> None:
        """Changes what is said of a meeting; None leaves a thing as it is."""
        with self._lock:
            meeting = self.meeting(meeting_id)
            self._put(
                replace(
                    meeting,
                    subject=meeting.subject if subject is None else subject,
                    sensitivity=meeting.sensitivity if sensitivity is None else sensitivity,
                    show_as=meeting.show_as if show_as is None else show_as,
                    hides_attendees=meeting.hides_attendees if hides_attendees is None else hides_attendees,
                )
            )

    def respond(self, meeting_id: str, key: str, response: str) -> None:
        """An invited person answers: accepted, tentativelyAccepted, declined, notResponded or none."""
        with self._lock:
            meeting = self.meeting(meeting_id)
            answers = {**meeting.responses, self._people.person(key).id: Response(response)}
            self._put(replace(meeting, responses=answers))

    def cancel(self, meeting_id: str) -> None:
        """Gone from the organiser's calendar, marked as cancelled in the others."""
        with self._lock:
            meeting = self.meeting(meeting_id)
            for name in self._with_occurrences(meeting):
                self._put(replace(self.meeting(name), is_cancelled=True))

    def delete(self, meeting_id: str, key: str | None = None, *, leaves_trace: bool = True) -> None:
        """Gone from every calendar, or from that of one user; a series goes with its occurrences.

        Without a trace no delta round ever tells it, as happens to single occurrences on the live service.
        """
        with self._lock:
            meeting = self.meeting(meeting_id)
            calendars = self._holders(meeting) if key is None else [self.of(key)]
            for name in self._with_occurrences(meeting):
                for calendar in calendars:
                    calendar.remove(self.meeting(name), leaves_trace=leaves_trace)

    def _with_occurrences(self, meeting: Meeting) -> list[str]:
        if meeting.pattern is None:
            return [meeting.id]
        return [*(name for name, other in self.meetings.items() if other.series_id == meeting.id), meeting.id]

    def _put(self, meeting: Meeting) -> None:
        earlier = self.meetings.get(meeting.id)
        if earlier is not None and meeting.series_id:
            meeting = replace(meeting, is_exception=True)
        calendars = self._holders(meeting)
        if earlier is None:
            for person_id in meeting.people_ids:
                self._ids_of[person_id].append(meeting.id)
        self.meetings[meeting.id] = meeting
        for calendar in calendars:
            if meeting.is_cancelled and meeting.organiser_id == calendar.person_id:
                calendar.remove(meeting)
            elif earlier is None or meeting.id in calendar.entries or calendar.person_id not in earlier.people_ids:
                calendar.put(meeting)

    # Truth

    def truth(self) -> list[Meeting]:
        """What a perfect reader of all calendars knows: each meeting once, no series as a whole, by start.

        A meeting counts while one copy lies in a calendar.
        """
        with self._lock:
            found = {
                name: entry.meeting
                for user in self._directory
                for name, entry in self.of(user.id).entries.items()
                if entry.meeting.pattern is None
            }
            return sorted(found.values(), key=lambda meeting: (meeting.at, meeting.id))
