"""What changed in a resource since one last looked: the news that change notifications are made of."""

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from simulator.changelog import Change, ChangeLog, What
from simulator.mailbox import Copy, Mailbox
from simulator.msgraph.event_rows import event_id
from simulator.msgraph.message_rows import item_id
from simulator.organisation import Organisation
from simulator.people import UnknownNameError


class Item(NamedTuple):
    """How a notification names a thing. path, odata_type: with the capitals of the live service."""

    id: str
    path: str
    odata_type: str


class News(NamedTuple):
    """change: created, updated or deleted."""

    change: str
    item: Item


class Watch:
    """Looks at change logs and tells each change once, as the service sees it."""

    def __init__(self, logs: Callable[[], Iterable[ChangeLog[Any]]], name: Callable[[Change[Any]], Item]) -> None:
        self._logs = logs
        self._name = name
        self._seen: dict[int, tuple[ChangeLog[Any], int]] = {}
        self._known: set[str] = set()
        self.news()

    def news(self) -> list[News]:
        """What happened since the last look; hold the lock of the organisation meanwhile."""
        for log in self._logs():
            self._seen.setdefault(id(log), (log, 0))
        found = []
        for key, (log, place) in self._seen.items():
            if len(log) > place:
                found += [self._told(change) for change in log.since(place)]
                self._seen[key] = (log, len(log))
        return found

    def _told(self, change: Change[Any]) -> News:
        item = self._name(change)
        if change.what is What.GONE:
            self._known.discard(item.id)
            return News("deleted", item)
        is_new = change.what is What.WRITTEN and item.id not in self._known
        self._known.add(item.id)
        return News("created" if is_new else "updated", item)


_MAIL = re.compile(r"users/([^/]+)(?:/mailFolders/([^/]+))?/messages$")
_EVENTS = re.compile(r"users/([^/]+)/events$")
_TASKS = re.compile(r"users/([^/]+)/todo/lists/([^/]+)/tasks$")


def watch(organisation: Organisation, resource: str, *, immutable: bool) -> Watch | None:
    """A watch over a resource by its plain path; None when nothing can be watched there.

    Resources: messages of a mailbox or folder, events, tasks of a list, users, call records.
    """
    try:
        if found := _MAIL.match(resource):
            return _mail_watch(organisation.mailbox(found[1]), found[2], immutable=immutable)
        if found := _EVENTS.match(resource):
            return _event_watch(organisation, found[1], immutable=immutable)
        if found := _TASKS.match(resource):
            return _task_watch(organisation, found[1], found[2])
    except UnknownNameError:
        return None
    if resource == "users":
        log = organisation.directory.log
        return Watch(lambda: [log], lambda change: _item("Users", change.item.id, "#Microsoft.Graph.User"))
    if resource == "communications/callRecords":
        calls = organisation.calls.log
        place, kind = "communications/callRecords", "#microsoft.graph.callrecord"
        return Watch(lambda: [calls], lambda change: _item(place, change.item.id, kind))
    return None


def _item(place: str, name: str, odata_type: str) -> Item:
    return Item(name, f"{place}/{name}", odata_type)


def _mail_watch(mailbox: Mailbox, folder_key: str | None, *, immutable: bool) -> Watch | None:
    folder = mailbox.folder(folder_key) if folder_key else None
    if folder_key and folder is None:
        return None

    def name(change: Change[Copy]) -> Item:
        generation = None if immutable else change.generation
        message = item_id(mailbox, change.item.serial, generation)
        return _item(f"Users/{mailbox.owner_id}/Messages", message, "#Microsoft.Graph.Message")

    def logs() -> list[ChangeLog[Copy]]:
        return [folder.log] if folder else [one.log for one in mailbox.folders.values()]

    return Watch(logs, name)


def _event_watch(organisation: Organisation, key: str, *, immutable: bool) -> Watch:
    calendar = organisation.calendars.of(key)

    def name(change: Change[Any]) -> Item:
        event = event_id(calendar, change.item.meeting.id, immutable=immutable)
        return _item(f"Users/{calendar.owner_id}/Events", event, "#Microsoft.Graph.Event")

    return Watch(lambda: [calendar.log], name)


def _task_watch(organisation: Organisation, key: str, list_key: str) -> Watch:
    todo = organisation.tasks.of(key)
    where = todo.find(list_key)
    place = f"Users/{todo.owner_id}/todo/lists/{where.id}/tasks"
    return Watch(lambda: [where.log], lambda change: _item(place, change.item.id, "#Microsoft.Graph.todoTask"))
