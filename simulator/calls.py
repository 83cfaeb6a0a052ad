"""Calls that took place: peer to peer, over the telephone network, and the group calls of online meetings.

A record appears some time after its call and may come again with a higher version.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from zlib import crc32

from relationship.activities import Kind
from simulator import identity
from simulator.calendars import Calendars
from simulator.changelog import ChangeLog, What
from simulator.meetings import Meeting, Response
from simulator.people import People, UnknownNameError
from simulator.world import Source, World, WorldActivity, WorldStatus


class Network(StrEnum):
    """TEAMS: both over Teams; PSTN and DIRECT: the outsider by phone number, through Microsoft or an own trunk."""

    TEAMS = "teams"
    PSTN = "pstn"
    DIRECT = "direct"


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call. id: GUID; other_ids: who was called, or who took part in a meeting beside its organiser.

    at: start, UTC; modified: when this version was written; anonymous: so many more nobody can name
    """

    id: str
    activity_id: str
    caller_id: str
    other_ids: tuple[str, ...]
    at: datetime
    seconds: int
    network: Network
    modified: datetime
    version: int = 1
    is_missed: bool = False
    join_url: str | None = None
    anonymous: int = 0

    @property
    def end(self) -> datetime:
        return self.at + timedelta(seconds=self.seconds)

    @property
    def is_group(self) -> bool:
        return self.join_url is not None or len(self.other_ids) + self.anonymous > 1


# A record is written so long after its call, at the earliest.
_WRITTEN_AFTER = timedelta(minutes=20)


class Calls:
    """The call records of the organisation, made from the world when they are first asked for.

    kept_days: records of older calls are not told, as on the live service (30 there); None tells all.
    """

    def __init__(self, world: World, people: People, calendars: Calendars, lock: threading.RLock) -> None:
        self.kept_days: int | None = None
        self.log: ChangeLog[CallRecord] = ChangeLog()
        self._version = 1
        self._world = world
        self._people = people
        self._calendars = calendars
        self._lock = lock
        self._records: dict[str, CallRecord] | None = None
        self._held_back: set[str] = set()

    @property
    def _known(self) -> dict[str, CallRecord]:
        if self._records is None:
            self._records = {record.id: record for record in self._from_world()}
        return self._records

    def _from_world(self) -> Iterator[CallRecord]:
        for activity in self._world.activities:
            took_place = activity.status in (WorldStatus.DONE, WorldStatus.DECLINED) and activity.at < self._world.now
            if activity.kind is Kind.CALL and activity.source is not Source.DATAVERSE and took_place:
                yield self._of_activity(activity)
        for meeting in list(self._calendars.meetings.values()):
            if meeting.is_online and meeting.pattern is None and meeting.end <= self._world.now and _was_held(meeting):
                yield group_call(meeting)

    def _of_activity(self, activity: WorldActivity) -> CallRecord:
        is_missed = activity.status is WorldStatus.DECLINED
        seconds = 0 if is_missed else 60 * (activity.minutes or 0)
        end = activity.at + timedelta(seconds=seconds)
        return CallRecord(
            id=identity.call_record(activity.id),
            activity_id=activity.id,
            caller_id=activity.from_id,
            other_ids=(*activity.to_ids, *activity.cc_ids),
            at=activity.at,
            seconds=seconds,
            network=self._network(activity),
            modified=end + _WRITTEN_AFTER,
            is_missed=is_missed,
        )

    def _network(self, activity: WorldActivity) -> Network:
        """Colleagues call each other over Teams, and one outsider in four is reached that way."""
        people = (activity.from_id, *activity.to_ids, *activity.cc_ids)
        lot = crc32(activity.id.encode())
        if all(self._people.person(key).is_colleague for key in people) or lot % 4 == 3 or len(people) > 2:
            return Network.TEAMS
        return Network.DIRECT if lot % 3 == 0 else Network.PSTN

    # Reading

    def between(self, begin: datetime | None, end: datetime | None, *, now: datetime) -> list[CallRecord]:
        """The records of calls that began in [begin, end), oldest first; None leaves a side open."""
        with self._lock:
            oldest = now - timedelta(days=self.kept_days) if self.kept_days is not None else None
            found = [
                record
                for record in self._known.values()
                if record.id not in self._held_back
                and (begin is None or record.at >= begin)
                and (end is None or record.at < end)
                and (oldest is None or record.at >= oldest)
            ]
            return sorted(found, key=lambda record: (record.at, record.id))

    def record(self, key: str) -> CallRecord:
        """By GUID or by the world's activity id."""
        found = self._known.get(key) or self._known.get(identity.call_record(key))
        if found is None or found.id in self._held_back:
            raise UnknownNameError(f"no call {key}")
        return found

    # Acts

    def record_call(
        self,
        caller: str,
        called: Sequence[str],
        *,
        at: datetime,
        minutes: float = 5,
        network: str = "pstn",
        anonymous: int = 0,
    ) -> CallRecord:
        """The record of a call appears now, however long ago the call was. minutes: 0 for a missed one."""
        with self._lock:
            name = self._people.new_id("call")
            end = at + timedelta(minutes=minutes)
            record = CallRecord(
                id=identity.call_record(name),
                activity_id=name,
                caller_id=self._people.person_for(caller).id,
                other_ids=tuple(self._people.person_for(key).id for key in called),
                at=at,
                seconds=round(minutes * 60),
                network=Network(network),
                modified=end + _WRITTEN_AFTER,
                is_missed=minutes == 0,
                anonymous=anonymous,
            )
            return self._write(record)

    def record_meeting(self, meeting_id: str) -> CallRecord:
        """The group call of an online meeting appears."""
        with self._lock:
            return self._write(group_call(self._calendars.meeting(meeting_id)))

    def revise(self, key: str, *, minutes: float | None = None, at: datetime | None = None) -> CallRecord:
        """A newer version of a record."""
        with self._lock:
            earlier = self.record(key)
            seconds = earlier.seconds if minutes is None else round(minutes * 60)
            changed = replace(
                earlier,
                version=earlier.version + 1,
                modified=earlier.modified + timedelta(hours=1),
                seconds=seconds,
                at=at or earlier.at,
                is_missed=seconds == 0,
            )
            return self._write(changed)

    def hold_back(self, *, last: int, since: datetime | None = None) -> list[str]:
        """The records of the `last` latest calls (that began `since` then) are not told until `release`; returns
        their ids."""
        with self._lock:
            known = [record for record in self._known.values() if since is None or record.at >= since]
            latest = sorted(known, key=lambda record: (record.at, record.id))[-last:]
            self._held_back |= {record.id for record in latest}
            return [record.id for record in latest]

    def release(self) -> None:
        """What was held back appears, late."""
        with self._lock:
            late, self._held_back = sorted(self._held_back), set()
            for record in map(self.record, late):
                self._note(record)

    def _write(self, record: CallRecord) -> CallRecord:
        self._known[record.id] = record
        if record.id not in self._held_back:
            self._note(record)
        return record

    def _note(self, record: CallRecord) -> None:
        self._version += 1
        self.log.note(self._version, What.WRITTEN, record)

    def truth(self) -> list[CallRecord]:
        """Every record in its newest version, those held back too, by start."""
        with self._lock:
            return sorted(self._known.values(), key=lambda record: (record.at, record.id))


def _was_held(meeting: Meeting) -> bool:
    if meeting.is_cancelled:
        return False
    return any(meeting.response_of(person) is not Response.DECLINED for person in meeting.invited_ids)


def group_call(meeting: Meeting) -> CallRecord:
    """The call of an online meeting: it begins up to four minutes late, and who declined is not on it."""
    late = timedelta(minutes=crc32(meeting.id.encode()) % 5)
    there = [person for person in meeting.invited_ids if meeting.response_of(person) is not Response.DECLINED]
    return CallRecord(
        id=identity.call_record(meeting.id),
        activity_id=meeting.id,
        caller_id=meeting.organiser_id,
        other_ids=tuple(dict.fromkeys(there)),
        at=meeting.at + late,
        seconds=meeting.minutes * 60,
        network=Network.TEAMS,
        modified=meeting.end + late + _WRITTEN_AFTER,
        join_url=meeting.join_url,
    )
