"""Planner: the tasks of a user or of the one plan there is, and what a task refers to."""

from urllib.parse import quote

from simulator import identity
from simulator.msgraph.call import Answer, Call, GraphError, Json
from simulator.msgraph.call_rows import instant
from simulator.msgraph.mailboxes import window
from simulator.msgraph.users import user_or_refusal
from simulator.organisation import Organisation
from simulator.planner import PlannerTask


def _plan_id(organisation: Organisation) -> str:
    return identity.guid("plan", organisation.world.organisation_domain).replace("-", "")[:28]


def planner_tasks(organisation: Organisation, call: Call) -> Answer:
    """Of one user, or with a plan in the path of the one plan there is."""
    if call.segments[0] == "users":
        user = user_or_refusal(organisation, call.segments[1])
        tasks = organisation.tasks.planner.assigned_to(user.person_id)
    elif call.segments[2] == _plan_id(organisation):
        tasks = list(organisation.tasks.planner.tasks.values())
    else:
        raise _no_planner_item()
    rows = [_planner_row(organisation, task) for task in tasks]
    context = "Collection(microsoft.graph.plannerTask)"
    return Answer(body=window(call, rows, f"{call.origin}/{call.path}", context, default=100))


def one_planner_task(organisation: Organisation, call: Call) -> Answer:
    row = _planner_row(organisation, _planner_task(organisation, call))
    return Answer(body={"@odata.context": f"{call.origin}/$metadata#planner/tasks/$entity", **row})


def planner_details(organisation: Organisation, call: Call) -> Answer:
    """What a Planner task says beside its title: the records it refers to."""
    task = _planner_task(organisation, call)
    references = {
        quote(link.url, safe="").replace("%2E", ".").replace(".", "%2E"): {
            "@odata.type": "#microsoft.graph.plannerExternalReference",
            "alias": link.name,
            "type": "Other",
        }
        for link in task.links
    }
    row: Json = {
        "@odata.etag": f'W/"D{task.version:04}"',
        "id": task.id,
        "description": "",
        "previewType": "automatic",
        "references": references,
        "checklist": {},
    }
    return Answer(body={"@odata.context": f"{call.origin}/$metadata#planner/tasks('{task.id}')/details/$entity", **row})


def _planner_task(organisation: Organisation, call: Call) -> PlannerTask:
    found = organisation.tasks.planner.tasks.get(call.segments[2])
    if found is None:
        raise _no_planner_item()
    return found


def _no_planner_item() -> GraphError:
    return GraphError(404, "", "The requested item is not found.")


def _planner_row(organisation: Organisation, task: PlannerTask) -> Json:
    def who(key: str) -> str:
        user = organisation.directory.find(key)
        return user.id if user else identity.msgraph_user(key)

    by: Json = {"user": {"id": who(task.owner_id), "displayName": None}}
    assignment: Json = {
        "@odata.type": "#microsoft.graph.plannerAssignment",
        "assignedDateTime": instant(task.created_at),
        "orderHint": "",
        "assignedBy": by,
    }
    return {
        "@odata.etag": f'W/"T{task.version:04}"',
        "id": task.id,
        "planId": _plan_id(organisation),
        "bucketId": None,
        "title": task.title,
        "orderHint": "",
        "percentComplete": task.percent,
        "priority": 5,
        "createdDateTime": instant(task.created_at),
        "createdBy": by,
        "dueDateTime": instant(task.due_at) if task.due_at else None,
        "completedDateTime": instant(task.completed_at) if task.completed_at else None,
        "hasDescription": False,
        "referenceCount": len(task.links),
        "assignments": {who(key): assignment for key in task.assigned},
    }
