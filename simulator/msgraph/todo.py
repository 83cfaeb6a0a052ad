"""To Do: lists and tasks, with their deltas."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from simulator import identity
from simulator.changelog import Change, What
from simulator.crm_links import Link
from simulator.msgraph.call import Answer, Call, GraphError, Json, bad_request, checked_select, selected
from simulator.msgraph.call_rows import instant
from simulator.msgraph.links import Place
from simulator.msgraph.mailboxes import mailbox_of, window
from simulator.msgraph.rounds import Stream, page
from simulator.msgraph.zones import stamped
from simulator.organisation import Organisation
from simulator.tasks import Task, TaskList, TaskLists

_DEFAULT_PAGE = 20
_NOT_ON_DELTA = ("$search",)


def _gone() -> GraphError:
    return GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")


# Lists

_LIST_FIELDS: Mapping[str, Callable[[TaskList], object]] = {
    "displayName": lambda one: one.name,
    "isOwner": lambda _: True,
    "isShared": lambda _: False,
    "wellknownListName": lambda one: one.well_known,
    "id": lambda one: one.id,
}


def _list_row(one: TaskList, fields: tuple[str, ...]) -> Json:
    row: Json = {"@odata.etag": f'W/"{one.id[4:20]}"'}
    row |= {name: _LIST_FIELDS[name](one) for name in fields or _LIST_FIELDS}
    row["id"] = one.id
    return row


def _todo(organisation: Organisation, call: Call) -> TaskLists:
    return organisation.tasks.of(mailbox_of(organisation, call).owner_id)


def _list_of(todo: TaskLists, call: Call) -> TaskList:
    found = todo.lists.get(call.segments[4])
    if found is None and ("$deltatoken" in call.query or "$skiptoken" in call.query):
        raise GraphError(410, "ErrorSyncFolderNotFound", "The list of the sync state is gone.")
    if found is None:
        raise _gone()
    return found


def all_lists(organisation: Organisation, call: Call) -> Answer:
    fields = selected(call, _LIST_FIELDS, "todoTaskList")
    todo = _todo(organisation, call)
    rows = [_list_row(one, fields) for one in todo.lists.values()]
    context = f"users('{todo.owner_id}')/todo/lists"
    return Answer(body=window(call, rows, f"{call.origin}/{call.path}", context, default=_DEFAULT_PAGE))


def one_list(organisation: Organisation, call: Call) -> Answer:
    todo = _todo(organisation, call)
    row = _list_row(_list_of(todo, call), selected(call, _LIST_FIELDS, "todoTaskList"))
    return Answer(
        body={"@odata.context": f"{call.origin}/$metadata#users('{todo.owner_id}')/todo/lists/$entity", **row}
    )


def lists_delta(organisation: Organisation, call: Call, secret: bytes) -> Answer:
    _refuse(call)
    selected(call, _LIST_FIELDS, "todoTaskList")
    todo = _todo(organisation, call)

    def row(change: Change[TaskList], fields: tuple[str, ...]) -> Json | None:
        if change.what is What.GONE:
            return {"id": change.item.id, "@removed": {"reason": "deleted"}}
        return None if change.item.is_gone else _list_row(change.item, fields)

    stream = Stream(
        scope=f"lists:{todo.owner_id}",
        address=f"{call.origin}/users/{todo.owner_id}/todo/lists/delta",
        context="Collection(todoTaskList)",
        log=todo.log,
        version=todo.version,
        epoch=_epoch(organisation, call),
        page_size=_size(call),
        key=lambda change: change.item.id,
        fields=lambda select: checked_select(select, _LIST_FIELDS, "todoTaskList"),
        row=row,
        partial=lambda change: {"id": change.item.id, "displayName": change.item.name},
    )
    first = Place(stream.scope, stream.epoch, 0, stream.version, select=call.query.get("$select", ""))
    return page(call, stream, first, secret=secret, expiry=organisation.expiry)


def _epoch(organisation: Organisation, call: Call) -> int:
    return organisation.token_epoch + mailbox_of(organisation, call).token_epoch


def _size(call: Call) -> int:
    return call.number("$top", call.page_size(_DEFAULT_PAGE), most=1000)


def _refuse(call: Call) -> None:
    for option in _NOT_ON_DELTA:
        if option in call.query:
            raise bad_request(f"The query parameter '{option}' is not supported with change tracking.")


# Tasks

_TASK_FIELDS: Mapping[str, Callable[[Task, datetime], object]] = {
    "importance": lambda *_: "normal",
    "isReminderOn": lambda *_: False,
    "status": lambda task, _: "completed" if task.completed_at else "notStarted",
    "title": lambda task, _: task.title,
    "createdDateTime": lambda task, _: instant(task.created_at),
    "lastModifiedDateTime": lambda _, modified: instant(modified),
    "hasAttachments": lambda *_: False,
    "categories": lambda *_: [],
    "id": lambda task, _: task.id,
    "body": lambda *_: {"content": "", "contentType": "text"},
    "completedDateTime": lambda task, _: _day(task.completed_at),
    "dueDateTime": lambda task, _: _day(task.due_at),
    "linkedResources": lambda task, _: [_linked(link) for link in task.links],
}


def _day(at: datetime | None) -> Json | None:
    return stamped(at, "UTC") if at else None


def _linked(link: Link) -> Json:
    return {
        "id": identity.guid("linked-resource", link.url),
        "webUrl": link.url,
        "applicationName": link.application,
        "displayName": link.name,
        "externalId": link.external_id,
    }


def _task_row(organisation: Organisation, task: Task, fields: tuple[str, ...]) -> Json:
    """What is not set is left out, as the service does."""
    first = task.version == 1
    modified = task.created_at if first else organisation.world.now + timedelta(seconds=task.version)
    row: Json = {"@odata.etag": f'W/"{task.id[4:16]}{task.version:04}"'}
    row |= {name: _TASK_FIELDS[name](task, modified) for name in fields or _TASK_FIELDS}
    row["id"] = task.id
    return {name: value for name, value in row.items() if value is not None}


def list_tasks(organisation: Organisation, call: Call) -> Answer:
    fields = selected(call, _TASK_FIELDS, "todoTask")
    if call.query.get("$expand", "linkedResources") != "linkedResources" or "$filter" in call.query:
        raise bad_request("Invalid request", code="invalidRequest")
    todo = _todo(organisation, call)
    where = _list_of(todo, call)
    rows = [_task_row(organisation, task, fields) for task in where.tasks.values()]
    context = f"users('{todo.owner_id}')/todo/lists('{where.id}')/tasks"
    return Answer(body=window(call, rows, f"{call.origin}/{call.path}", context, default=_DEFAULT_PAGE))


def _task_of(organisation: Organisation, call: Call) -> Task:
    task = _list_of(_todo(organisation, call), call).tasks.get(call.segments[6])
    if task is None:
        raise _gone()
    return task


def one_task(organisation: Organisation, call: Call) -> Answer:
    row = _task_row(organisation, _task_of(organisation, call), selected(call, _TASK_FIELDS, "todoTask"))
    return Answer(body={"@odata.context": f"{call.origin}/$metadata#{call.path}/$entity", **row})


def linked_resources(organisation: Organisation, call: Call) -> Answer:
    rows = [_linked(link) for link in _task_of(organisation, call).links]
    return Answer(body={"@odata.context": f"{call.origin}/$metadata#{call.path}", "value": rows})


def tasks_delta(organisation: Organisation, call: Call, secret: bytes) -> Answer:
    _refuse(call)
    selected(call, _TASK_FIELDS, "todoTask")
    todo = _todo(organisation, call)
    where = _list_of(todo, call)

    def row(change: Change[Task], fields: tuple[str, ...]) -> Json | None:
        if change.what is What.GONE:
            return {"id": change.item.id, "@removed": {"reason": "deleted"}}
        return None if change.item.is_gone else _task_row(organisation, change.item, fields)

    stream = Stream(
        scope=f"tasks:{todo.owner_id}:{where.id}",
        address=f"{call.origin}/users/{todo.owner_id}/todo/lists/{where.id}/tasks/delta",
        context="Collection(todoTask)",
        log=where.log,
        version=todo.version,
        epoch=_epoch(organisation, call),
        page_size=_size(call),
        key=lambda change: change.item.id,
        fields=lambda select: checked_select(select, _TASK_FIELDS, "todoTask"),
        row=row,
        partial=lambda change: _task_row(organisation, change.item, ("title", "status")),
    )
    first = Place(stream.scope, stream.epoch, 0, stream.version, select=call.query.get("$select", ""))
    return page(call, stream, first, secret=secret, expiry=organisation.expiry)
