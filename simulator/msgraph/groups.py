"""Groups and their members. Naming a type of member is an "advanced query": it takes a header and `$count`."""

from collections.abc import Callable, Mapping, Sequence

from simulator.directory import User
from simulator.groups import DirectoryGroup
from simulator.msgraph.call import Answer, Call, GraphError, Json, selected
from simulator.msgraph.users import FIELDS_OF_USERS, row_of_user
from simulator.organisation import Organisation

USER_TYPE = "microsoft.graph.user"
_DEFAULT_PAGE, _MOST_PER_PAGE = 100, 999

_FIELDS: Mapping[str, Callable[[DirectoryGroup], object]] = {
    "id": lambda group: group.id,
    "displayName": lambda group: group.name,
    "description": lambda _: None,
    "groupTypes": lambda _: [],
    "mail": lambda _: None,
    "mailEnabled": lambda _: False,
    "securityEnabled": lambda _: True,
}


def list_groups(organisation: Organisation, call: Call) -> Answer:
    fields = selected(call, _FIELDS, "group") or tuple(_FIELDS)
    groups = sorted(organisation.groups, key=lambda group: group.id)
    rows: list[Json] = [{name: _FIELDS[name](group) for name in ("id", *fields)} for group in groups]
    return Answer(body=_page(call, rows, "groups", "groups"))


def transitive_members(organisation: Organisation, call: Call) -> Answer:
    """The users in a group, through other groups too."""
    if call.headers.get("consistencylevel", "").lower() != "eventual" or call.query.get("$count") != "true":
        raise GraphError(
            400,
            "Request_UnsupportedQuery",
            "Filter or cast on this property requires the ConsistencyLevel header and $count.",
        )
    group = organisation.groups.find(call.segments[1])
    if group is None:
        raise GraphError(404, "Request_ResourceNotFound", "Resource does not exist or a reference is missing.")
    fields = selected(call, FIELDS_OF_USERS, "user")
    found = (organisation.directory.find(person_id) for person_id in organisation.groups.all_members(group))
    members: list[User] = [user for user in found if user is not None]
    body = _page(call, [row_of_user(user, fields) for user in members], "users", "/".join(call.segments))
    return Answer(body={"@odata.context": body.pop("@odata.context"), "@odata.count": len(members), **body})


def _page(call: Call, rows: Sequence[Json], context: str, path: str) -> Json:
    size = call.number("$top", _DEFAULT_PAGE, most=_MOST_PER_PAGE) or _DEFAULT_PAGE
    start = call.number("$skiptoken", 0, most=10**9)
    body: Json = {"@odata.context": f"{call.origin}/$metadata#{context}"}
    if start + size < len(rows):
        options = {**call.query, "$skiptoken": str(start + size)}
        body["@odata.nextLink"] = f"{call.origin}/{path}?" + "&".join(f"{k}={v}" for k, v in options.items())
    body["value"] = list(rows[start : start + size])
    return body
