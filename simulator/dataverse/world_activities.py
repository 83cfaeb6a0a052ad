"""The activities of a world that lie in the CRM: those with source `dataverse` or `both`.

Rows are built when they are read; until then an activity costs its GUID and a place in a dictionary.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from relationship.activities import Kind
from simulator import identity
from simulator.dataverse.activity_rows import (
    ACTIVITY_TABLES,
    POINTER,
    SERIES,
    TABLES,
    Filed,
    activity_row,
    participants,
    pointer_row,
    series_row,
)
from simulator.dataverse.parties import Party, Someone
from simulator.dataverse.rows import WorldRows
from simulator.dataverse.schema import Ref, Row
from simulator.world import Source, World, WorldActivity


class WorldActivities:
    """Tables, rows and participants of a world's activities in the CRM, by GUID."""

    def __init__(self, world: World, rows: WorldRows) -> None:
        self._world = world
        self._rows = rows
        self._activities: dict[str, WorldActivity] = {}
        self._first_of_series: dict[str, WorldActivity] = {}
        self._people: dict[str, Someone] = {}
        for activity in world.activities:
            if activity.source is not Source.MSGRAPH:
                self._activities[identity.activity(activity.id)] = activity
                series = _series_of(activity)
                if series:
                    self._first_of_series.setdefault(series, activity)

    def keys(self) -> Mapping[str, list[str]]:
        """GUIDs by table in order of time; every one of them is an activitypointer too."""
        found: dict[str, list[str]] = {table: [] for table in ACTIVITY_TABLES}
        for guid, activity in self._activities.items():
            found[TABLES[activity.kind]].append(guid)
        found[SERIES] += self._first_of_series
        return found | {POINTER: [*self._activities, *self._first_of_series]}

    def builders(self) -> Mapping[str, Callable[[str], Row]]:
        return {**dict.fromkeys(ACTIVITY_TABLES, self.row), POINTER: self._pointer}

    def row(self, guid: str) -> Row:
        first = self._first_of_series.get(guid)
        if first is None:
            return activity_row(guid, self._filed(self._activities[guid]))
        uid = identity.series_uid(first.conversation_id)
        return series_row(guid, replace(self._filed(first), calendar_uid=uid))

    def parties(self, guid: str) -> list[Party]:
        """The participants of an activity; [] for one that is not of the world."""
        activity = self._activities.get(guid) or self._first_of_series.get(guid)
        return participants(self._filed(activity)) if activity else []

    def any_of_world(self, activity_id: str) -> Filed:
        """Any activity of the world as it would be filed, in the CRM or not; KeyError when there is none."""
        for activity in self._world.activities:
            if activity.id == activity_id:
                return self._filed(activity)
        raise KeyError(activity_id)

    def _pointer(self, guid: str) -> Row:
        activity = self._activities.get(guid)
        return pointer_row(TABLES[activity.kind] if activity else SERIES, self.row(guid))

    def _someone(self, person_id: str) -> Someone:
        found = self._people.get(person_id)
        if found is None:
            found = self._people[person_id] = self._rows.someone(person_id)
        return found

    def _filed(self, activity: WorldActivity) -> Filed:
        people = [self._someone(person_id) for person_id in _people(activity)]
        ours = [someone.ref for someone in people if someone.ref and someone.is_ours]
        receivers = len(activity.to_ids)
        regarding = Ref("opportunity", identity.opportunity(activity.regarding_id)) if activity.regarding_id else None
        if regarding is None and activity.kind is Kind.TASK:
            # The CRM has no participants of tasks: only as its regarding can a person be on one.
            regarding = next((someone.ref for someone in people[1:] if someone.ref and not someone.is_ours), None)
        is_meeting = activity.kind is Kind.MEETING
        others = [key for key, someone in zip(_people(activity), people, strict=True) if not someone.is_ours]
        return Filed(
            kind=activity.kind,
            at=activity.at,
            minutes=activity.minutes,
            sender=people[0],
            to=tuple(people[1 : receivers + 1]),
            cc=tuple(people[receivers + 1 :]),
            owner=ours[0] if ours else self._rows.owner_of_opportunity(activity.regarding_id, activity.id),
            regarding=regarding,
            status=activity.status,
            subject=activity.subject,
            created=min(activity.at, self._world.now),
            message_id=identity.message_id(activity.id, people[0].address),
            calendar_uid=identity.calendar_uid(activity.id, activity.conversation_id) if is_meeting else "",
            phone=identity.phone(others[0]) if activity.kind is Kind.CALL and others else "",
            series=_series_of(activity),
        )


def _people(activity: WorldActivity) -> Iterator[str]:
    yield activity.from_id
    yield from activity.to_ids
    yield from activity.cc_ids


def _series_of(activity: WorldActivity) -> str | None:
    """The GUID of the master of a meeting that belongs to a series."""
    if activity.kind is Kind.MEETING and activity.conversation_id.startswith("s"):
        return identity.activity_series(activity.conversation_id)
    return None
