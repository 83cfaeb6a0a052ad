"""Tasks in the simulated CRM: creating one, as the application or in the name of a person, and closing one."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from flask import Response

from simulator.dataverse.call import Call
from simulator.dataverse.crm import Crm
from simulator.dataverse.errors import NO_SUCH_CALLER, NO_SUCH_ROW, UNREADABLE_BODY, DataverseError, unknown_column
from simulator.dataverse.rows import instant
from simulator.dataverse.schema import Ref, Value, entity_sets, tables
from simulator.dataverse.sending import DUPLICATE_KEY

_BIND = re.compile(r"/?(?P<set>\w+)\((?P<guid>[0-9a-fA-F-]{36})\)")
_REGARDING = re.compile(r"regardingobjectid_(?P<table>\w+)_task")
_PLAIN = {"subject": str, "description": str, "prioritycode": int, "category": str}
_TIMES = ("scheduledstart", "scheduledend")
_TASK = re.compile(r"tasks\((?P<guid>[0-9a-fA-F-]{36})\)")
_OPEN, _NOT_STARTED = 0, 2
# Reasons of the states of a task that is done, and of one that nobody does.
_CLOSED = {1: (5,), 2: (6,)}


def answer(crm: Crm, call: Call) -> Response | None:
    """The answer to the creation or closing of a task, None for everything else; DataverseError when it is refused."""
    if call.method == "PATCH" and (found := _TASK.fullmatch(call.address)):
        return _closed(crm, call, found["guid"].lower())
    if call.method != "POST" or call.address != "tasks":
        return None
    with crm.lock:
        maker = _maker(crm, call)
        body = call.json
        guid = _guid(body.get("activityid"))
        if crm.has("task", guid):
            raise DataverseError(412, DUPLICATE_KEY, "A record with matching key values already exists.")
        row = {**_columns(crm, body), "statecode": _OPEN, "statuscode": _NOT_STARTED, "createdon": instant(crm.now)}
        owner = row.setdefault("_ownerid_value", Ref("systemuser", maker))
        row["_owninguser_value"] = owner
        crm.create("task", row, guid=guid)
    response = Response(status=204)
    response.headers["OData-EntityId"] = f"{call.service}/tasks({guid})"
    return response


def _closed(crm: Crm, call: Call, guid: str) -> Response:
    """Completed or cancelled; what is closed already may not be changed any more."""
    with crm.lock:
        if not crm.has("task", guid):
            raise DataverseError(404, NO_SUCH_ROW, f"task With Id = {guid} Does Not Exist")
        states = call.json
        if set(states) != {"statecode", "statuscode"} or states["statuscode"] not in _CLOSED.get(
            states["statecode"], ()
        ):
            raise DataverseError(400, UNREADABLE_BODY, "The state and its reason do not fit together.")
        if crm.row("task", guid)["statecode"] != _OPEN:
            raise DataverseError(400, UNREADABLE_BODY, "A closed task cannot be changed.")
        crm.update("task", guid, states)
    return Response(status=204)


def _maker(crm: Crm, call: Call) -> str:
    """The systemuser in whose name it is asked."""
    object_id = call.headers.get("callerobjectid")
    if object_id is None:
        return call.user
    user = crm.user_id(application_id=None, object_id=object_id)
    if user is None:
        raise DataverseError(403, NO_SUCH_CALLER, "The impersonated user is not a member of the organization.")
    return user


def _guid(given: object) -> str:
    try:
        return str(UUID(str(given))) if given is not None else str(uuid4())
    except ValueError:
        raise DataverseError(400, UNREADABLE_BODY, "The activityid is no GUID.") from None


def _columns(crm: Crm, body: Mapping[str, Any]) -> dict[str, Value]:
    row: dict[str, Value] = {}
    for name, value in body.items():
        if name == "activityid":
            continue
        plain, _, annotation = name.partition("@")
        regarding = _REGARDING.fullmatch(plain)
        if annotation == "odata.bind" and regarding:
            row["_regardingobjectid_value"] = _bound(crm, value, (regarding["table"],))
        elif annotation == "odata.bind" and plain == "ownerid":
            row["_ownerid_value"] = _bound(crm, value, ("systemuser", "team"))
        elif plain in _PLAIN and isinstance(value, str | int) and isinstance(value, _PLAIN[plain]):
            row[plain] = value
        elif plain in _TIMES:
            row[plain] = _time(value)
        else:
            raise unknown_column(name, tables()["task"])
    return row


def _bound(crm: Crm, value: object, targets: tuple[str, ...]) -> Ref:
    found = _BIND.fullmatch(str(value))
    table = entity_sets().get(found["set"]) if found else None
    if found is None or table is None or table.logical_name not in targets:
        raise DataverseError(400, UNREADABLE_BODY, "A link points at no such table.")
    ref = Ref(table.logical_name, found["guid"].lower())
    if not crm.has(*ref):
        raise DataverseError(404, NO_SUCH_ROW, f"{ref.table} With Id = {ref.guid} Does Not Exist")
    return ref


def _time(value: object) -> str:
    try:
        return instant(datetime.fromisoformat(str(value)))
    except ValueError:
        raise DataverseError(400, UNREADABLE_BODY, "A time has another form than documented.") from None
