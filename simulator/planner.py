"""Planner: the tasks that several colleagues share. It has no delta; a changed task has another etag."""

import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from relationship.activities import Kind
from simulator.crm_links import CrmLinks, Link
from simulator.people import People, UnknownNameError
from simulator.world import Source, World, WorldActivity, WorldStatus


def tasks_of(world: World) -> Iterator[WorldActivity]:
    """The world's tasks that lie in Microsoft 365; a task that was given up is in no list any more."""
    for activity in world.activities:
        is_there = activity.kind is Kind.TASK and activity.source is not Source.DATAVERSE
        if is_there and activity.status in (WorldStatus.DONE, WorldStatus.PLANNED):
            yield activity


@dataclass(slots=True)
class PlannerTask:
    """A task that several share. assigned: person ids; percent: 0, 50 or 100."""

    id: str
    title: str
    owner_id: str
    assigned: tuple[str, ...]
    created_at: datetime
    due_at: datetime | None
    completed_at: datetime | None
    percent: int
    links: tuple[Link, ...]
    version: int = 1


class Planner:
    """All shared tasks by id, in order of creation."""

    def __init__(self, world: World, people: People, lock: threading.RLock) -> None:
        self._world = world
        self._people = people
        self._lock = lock
        self._links = CrmLinks(world, people)
        self.tasks = {task.id: task for task in map(self._of_world, filter(self.is_shared, tasks_of(world)))}

    def is_shared(self, activity: WorldActivity) -> bool:
        """Somebody beside its owner is a colleague on it."""
        return any(self._people.person(key).is_colleague for key in (*activity.to_ids, *activity.cc_ids))

    def assigned_to(self, person_id: str) -> list[PlannerTask]:
        return [task for task in self.tasks.values() if person_id in task.assigned]

    def _of_world(self, activity: WorldActivity) -> PlannerTask:
        people = (activity.from_id, *activity.to_ids, *activity.cc_ids)
        is_done = activity.status is WorldStatus.DONE
        return PlannerTask(
            id=_key(activity.id),
            title=activity.subject,
            owner_id=activity.from_id,
            assigned=tuple(dict.fromkeys(key for key in people if self._people.person(key).is_colleague)),
            created_at=min(activity.at, self._world.now),
            due_at=activity.at,
            completed_at=activity.at if is_done else None,
            percent=100 if is_done else 0,
            links=self._links.of(activity),
        )

    def share(
        self,
        owner: str,
        title: str,
        assigned: Sequence[str],
        *,
        at: datetime,
        about: Sequence[str] = (),
        due: datetime | None = None,
    ) -> PlannerTask:
        """A new task for several colleagues. about: ids of the world's opportunities, accounts, people."""
        with self._lock:
            people = [self._people.person(key).id for key in (owner, *assigned)]
            task = PlannerTask(
                id=_key(self._people.new_id("planner")),
                title=title,
                owner_id=people[0],
                assigned=tuple(dict.fromkeys(people)),
                created_at=at,
                due_at=due,
                completed_at=None,
                percent=0,
                links=self._links.about(about),
            )
            self.tasks[task.id] = task
            return task

    def advance(self, task_id: str, percent: int, *, at: datetime) -> None:
        """A task begins (50), ends (100) or is open again (0)."""
        with self._lock:
            task = self.tasks.get(task_id)
            if task is None:
                raise UnknownNameError(f"no task {task_id}")
            task.percent = percent
            task.completed_at = at if percent == 100 else None
            task.version += 1


def _key(name: str) -> str:
    return urlsafe_b64encode(sha256(f"planner:{name}".encode()).digest()[:21]).decode()
