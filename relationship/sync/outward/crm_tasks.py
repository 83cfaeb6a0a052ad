"""Tasks in Dynamics 365, each created once, and cancelled when nobody is to do them any more.

What if it runs twice: a task has an id of ours, so the second time Dynamics says that it is there. What if it dies
half-way: the same. What if Microsoft says no: `faults.fault` names who acts.
A task that a person starts is created as that person (CallerObjectId, the rights of both), any other as the
application, which needs Create and Append on tasks and Append To on what they are about (docs/actions.md).
"""

from relationship.activities import RecordKind
from relationship.errors import BadItem, RelationshipError, TryLater
from relationship.store.outbox.outbox import CrmTask
from relationship.sync.wire.faults import DUPLICATE_KEY, NOT_FOUND
from relationship.sync.wire.transport import Channel, Json

SCOPE = "crm_tasks"
_SETS = {
    RecordKind.OPPORTUNITY: "opportunities",
    RecordKind.CONTACT: "contacts",
    RecordKind.LEAD: "leads",
    RecordKind.ACCOUNT: "accounts",
}
_OPEN, _CANCELLED, _CANCELLED_STATUS = 0, 2, 6
_PRIORITY = {"low": 0, "normal": 1, "high": 2}
LONGEST_SUBJECT, LONGEST_DESCRIPTION = 200, 2_000


def create(channel: Channel, task: CrmTask, *, guid: str, as_user: str = "") -> None:
    """Create the task under this GUID, unless it is there.

    as_user  object id in Entra of the person who acts, '' for the application
    raises   what `Channel.change` raises; BadItem for a record or owner that is not there any more
    """
    headers = {"CallerObjectId": as_user} if as_user else {}
    try:
        channel.change("POST", "/tasks", columns(task, guid=guid), scope=SCOPE, headers=headers)
    except RelationshipError as error:
        if error.code in DUPLICATE_KEY:
            return
        raise _told(error) from None


def close(channel: Channel, guid: str) -> None:
    """Cancel a task that is still open; one that is done, or not there any more, stays as it is.

    raises   what `Channel.change` raises
    """
    path = f"/tasks({guid})"
    try:
        if channel.fetch_one(f"{path}?$select=statecode", scope=SCOPE).get("statecode") != _OPEN:
            return
        body: Json = {"statecode": _CANCELLED, "statuscode": _CANCELLED_STATUS}
        channel.change("PATCH", path, body, scope=SCOPE, headers={"If-Match": "*"})
    except RelationshipError as error:
        if error.code not in ("not_offered", NOT_FOUND):
            raise _told(error) from None


def columns(task: CrmTask, *, guid: str) -> Json:
    """The row of a task."""
    row: Json = {
        "activityid": guid,
        "subject": task.subject[:LONGEST_SUBJECT],
        "description": task.description[:LONGEST_DESCRIPTION],
        "prioritycode": _PRIORITY[task.priority],
    }
    if task.due_on:
        # The end of the working day in whatever zone: at noon UTC it is the same day from Auckland to Honolulu.
        row["scheduledend"] = f"{task.due_on.isoformat()}T12:00:00Z"
    if task.regarding:
        table = task.regarding.kind.value
        row[f"regardingobjectid_{table}_task@odata.bind"] = f"/{_SETS[task.regarding.kind]}({task.regarding.guid})"
    if task.owner_guid:
        row["ownerid@odata.bind"] = f"/systemusers({task.owner_guid})"
    return row


def _told(error: RelationshipError) -> RelationshipError:
    """What is not there any more will not be there at the next try either."""
    if error.code == "not_offered":
        return BadItem(
            "The record or the owner of a task is not in Dynamics 365 any more.",
            next_step="Nothing to do.",
            code="task_record_gone",
        )
    if error.code == "not_permitted" and not isinstance(error, TryLater):
        error.code = "task_not_permitted"
    return error
