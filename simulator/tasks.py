"""To Do: the tasks of each user, and all that can happen to them.

A To Do task belongs to one user and names people only by links into the CRM; a task that several colleagues
share lies in Planner (`planner.py`). The list of flagged mail mirrors the mailbox.
"""

import threading
from base64 import urlsafe_b64encode
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from hashlib import sha256

from simulator.changelog import ChangeLog, What
from simulator.crm_links import CrmLinks, Link
from simulator.directory import Directory, User
from simulator.mailbox import Mailbox
from simulator.people import People, UnknownNameError
from simulator.planner import Planner, tasks_of
from simulator.world import World, WorldActivity, WorldStatus

DEFAULT_LIST, FLAGGED_LIST = "defaultList", "flaggedEmails"


@dataclass(slots=True)
class Task:
    """A To Do task. due_at, completed_at: midnight UTC of a day, as the service keeps it."""

    id: str
    title: str
    created_at: datetime
    due_at: datetime | None = None
    completed_at: datetime | None = None
    links: tuple[Link, ...] = ()
    version: int = 1
    is_gone: bool = False


@dataclass(slots=True)
class TaskList:
    """well_known: none, defaultList or flaggedEmails."""

    id: str
    name: str
    well_known: str = "none"
    tasks: dict[str, Task] = field(default_factory=dict)
    log: ChangeLog[Task] = field(default_factory=ChangeLog)
    is_gone: bool = False


@dataclass(slots=True)
class TaskLists:
    """The To Do of one user. `version` counts its changes."""

    owner_id: str
    version: int = 1
    lists: dict[str, TaskList] = field(default_factory=dict)
    log: ChangeLog[TaskList] = field(default_factory=ChangeLog)

    def enter(self, name: str, *, well_known: str = "none") -> TaskList:
        made = TaskList(task_key(self.owner_id, f"list:{len(self.lists)}:{name}"), name, well_known)
        self.lists[made.id] = made
        self.log.note(self.version, What.WRITTEN, made)
        return made

    def find(self, key: str) -> TaskList:
        """By id, well-known name or name."""
        found = self.lists.get(key)
        found = found or next((one for one in self.lists.values() if key in (one.well_known, one.name)), None)
        if found is None:
            raise UnknownNameError(f"no task list {key}")
        return found

    def write(self, into: TaskList, task: Task) -> None:
        task.version = self.version
        into.tasks[task.id] = task
        into.log.note(self.version, What.WRITTEN, task)

    def remove(self, out_of: TaskList, task: Task) -> None:
        task.is_gone = True
        del out_of.tasks[task.id]
        out_of.log.note(self.version, What.GONE, task)


def task_key(owner_id: str, name: str) -> str:
    return "AQMk" + urlsafe_b64encode(sha256(f"{owner_id}:todo:{name}".encode()).digest()[:24]).decode() + "AAA="


def day_of(at: datetime) -> datetime:
    """To Do knows days only: midnight UTC."""
    return datetime.combine(at.astimezone(UTC).date(), time(), UTC)


class Tasks:
    """The To Do of all users and the one Planner, built from the world when it is first looked at.

    refused_with: 401 or 403 where the organisation lets no application read tasks; None lets it
    """

    def __init__(
        self,
        world: World,
        people: People,
        directory: Directory,
        lock: threading.RLock,
        *,
        mailbox: Callable[[str], Mailbox],
        now: Callable[[], datetime],
    ) -> None:
        self.refused_with: int | None = None
        self._now = now
        self.planner = Planner(world, people, lock)
        self._world = world
        self._people = people
        self._directory = directory
        self._lock = lock
        self._mailbox = mailbox
        self._links = CrmLinks(world, people)
        self._of_world: defaultdict[str, list[WorldActivity]] = defaultdict(list)
        for activity in tasks_of(world):
            if not self.planner.is_shared(activity):
                self._of_world[activity.from_id].append(activity)
        self._todo: dict[str, TaskLists] = {}

    # Reading

    def of(self, key: str) -> TaskLists:
        """The To Do of a user, built the first time."""
        with self._lock:
            user = self._user(key)
            if user.id not in self._todo:
                self._todo[user.id] = self._build(user)
            return self._todo[user.id]

    def _user(self, key: str) -> User:
        user = self._directory.find(key)
        if user is None:
            raise UnknownNameError(f"no user {key}")
        return user

    def _build(self, user: User) -> TaskLists:
        todo = TaskLists(user.id)
        default = todo.enter("Tâches", well_known=DEFAULT_LIST)
        for activity in self._of_world.get(user.person_id, ()):
            todo.write(default, self._own_task(user, activity))
        flagged = todo.enter("E-mails avec indicateur", well_known=FLAGGED_LIST)
        for copy in self._mailbox(user.id).all_copies():
            if copy.is_flagged:
                todo.write(flagged, self._mirror(user, copy.mail, copy.received_at))
        return todo

    def _own_task(self, user: User, activity: WorldActivity) -> Task:
        day = day_of(activity.at)
        is_done = activity.status is WorldStatus.DONE
        return Task(
            id=task_key(user.id, activity.id),
            title=activity.subject,
            created_at=min(activity.at, self._world.now),
            due_at=day,
            completed_at=day if is_done else None,
            links=self._links.of(activity),
        )

    def _mirror(self, user: User, mail: WorldActivity, at: datetime) -> Task:
        url = f"https://outlook.office365.com/owa/?ItemID={mail.id}"
        return Task(
            id=task_key(user.id, f"flag:{mail.id}"),
            title=mail.subject,
            created_at=at,
            links=(Link("Outlook", mail.subject, mail.id, url),),
        )

    # Acts

    def add(
        self,
        owner: str,
        title: str,
        *,
        about: Sequence[str] = (),
        due: datetime | None = None,
        into: str = DEFAULT_LIST,
    ) -> Task:
        """A To Do task. about: ids of the world's opportunities, accounts, people, or addresses."""
        with self._lock:
            todo = self.of(owner)
            todo.version += 1
            task = Task(
                id=task_key(todo.owner_id, self._people.new_id("task")),
                title=title,
                created_at=self._now(),
                due_at=day_of(due) if due else None,
                links=self._links.about(about),
            )
            todo.write(todo.find(into), task)
            return task

    def change(
        self,
        task_id: str,
        *,
        title: str | None = None,
        about: Sequence[str] | None = None,
        due: datetime | None = None,
    ) -> None:
        """Another title, other records, another day; None leaves a thing as it is."""
        with self._lock:
            todo, where, task = self._find(task_id)
            task.title = task.title if title is None else title
            task.links = task.links if about is None else self._links.about(about)
            task.due_at = task.due_at if due is None else day_of(due)
            self._rewrite(todo, where, task)

    def complete(self, task_id: str, *, at: datetime | None = None) -> None:
        with self._lock:
            todo, where, task = self._find(task_id)
            task.completed_at = day_of(at or self._now())
            self._rewrite(todo, where, task)

    def reopen(self, task_id: str) -> None:
        with self._lock:
            todo, where, task = self._find(task_id)
            task.completed_at = None
            self._rewrite(todo, where, task)

    def delete(self, task_id: str) -> None:
        with self._lock:
            todo, where, task = self._find(task_id)
            todo.version += 1
            todo.remove(where, task)

    def _rewrite(self, todo: TaskLists, where: TaskList, task: Task) -> None:
        todo.version += 1
        todo.write(where, task)

    def _find(self, task_id: str) -> tuple[TaskLists, TaskList, Task]:
        """A To Do task by its id, or by the world's activity id."""
        for user in self._directory:
            todo = self.of(user.id)
            for where in todo.lists.values():
                task = where.tasks.get(task_id) or where.tasks.get(task_key(user.id, task_id))
                if task is not None:
                    return todo, where, task
        raise UnknownNameError(f"no task {task_id}")

    def add_list(self, owner: str, name: str) -> TaskList:
        with self._lock:
            todo = self.of(owner)
            todo.version += 1
            return todo.enter(name)

    def delete_list(self, owner: str, name: str) -> None:
        with self._lock:
            todo = self.of(owner)
            gone = todo.find(name)
            todo.version += 1
            gone.is_gone = True
            del todo.lists[gone.id]
            todo.log.note(todo.version, What.GONE, gone)

    def mirror_flag(self, owner: str, mail: WorldActivity) -> None:
        """A mail that was flagged appears in the list of flagged mail."""
        user = self._user(owner)
        todo = self.of(user.id)
        todo.version += 1
        todo.write(todo.find(FLAGGED_LIST), self._mirror(user, mail, self._now()))

    # Truth

    def truth(self) -> list[tuple[str, Task]]:
        """Every To Do task outside the list of flagged mail, with the person it belongs to."""
        with self._lock:
            return [
                (user.person_id, task)
                for user in self._directory
                for where in self.of(user.id).lists.values()
                if where.well_known != FLAGGED_LIST
                for task in where.tasks.values()
            ]
