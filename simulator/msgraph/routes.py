"""Which path is answered by what, and which permission it needs."""

from simulator.msgraph.call import Answer, Call, GraphError, bad_request
from simulator.msgraph.call_records import call_log, list_records, one_record, parts_of_record
from simulator.msgraph.events import (
    calendar_view,
    events_delta,
    instances,
    list_calendars,
    list_events,
    one_calendar,
    one_event,
)
from simulator.msgraph.folders import folders_delta, list_folders, one_folder
from simulator.msgraph.groups import list_groups, transitive_members
from simulator.msgraph.mailboxes import is_scoped
from simulator.msgraph.messages import list_messages, messages_delta, one_message
from simulator.msgraph.planner import one_planner_task, planner_details, planner_tasks
from simulator.msgraph.settings import mailbox_settings, user_purpose
from simulator.msgraph.todo import (
    all_lists,
    linked_resources,
    list_tasks,
    lists_delta,
    one_list,
    one_task,
    tasks_delta,
)
from simulator.msgraph.users import domains, list_users, one_user, organization, users_delta
from simulator.organisation import Organisation

MAIL_ROLES = frozenset({"Mail.ReadBasic.All", "Mail.Read", "Mail.ReadWrite"})
CALENDAR_DELTA_ROLES = frozenset({"Calendars.Read", "Calendars.ReadWrite"})
CALENDAR_ROLES = CALENDAR_DELTA_ROLES | {"Calendars.ReadBasic", "Calendars.ReadBasic.All"}
SETTINGS_ROLES = frozenset({"MailboxSettings.Read", "MailboxSettings.ReadWrite"})
TASK_ROLES = frozenset({"Tasks.Read.All", "Tasks.ReadWrite.All"})
CALL_ROLES = frozenset({"CallRecords.Read.All"})
PSTN_ROLES = frozenset({"CallRecord-PstnCalls.Read.All", "CallRecords.Read.All"})
USER_ROLES = frozenset({"User.Read.All", "User.ReadWrite.All", "Directory.Read.All"})
LIST_ROLES = USER_ROLES | {"User.ReadBasic.All"}
GROUP_ROLES = frozenset({"GroupMember.Read.All", "Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All"})
DOMAIN_ROLES = frozenset({"Domain.Read.All", "Directory.Read.All"})
ORGANIZATION_ROLES = frozenset({"Organization.Read.All", "Directory.Read.All"})


def route(organisation: Organisation, call: Call, secret: bytes) -> Answer:
    """The answer to one call; GraphError for everything the service would refuse."""
    if call.method != "GET":
        raise GraphError(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
    match call.segments:
        case ("users",):
            require(call, LIST_ROLES, "Authorization_RequestDenied")
            return list_users(organisation, call)
        case ("users", "delta"):
            require(call, USER_ROLES, "Authorization_RequestDenied")
            return users_delta(organisation, call, secret)
        case ("users", _):
            require(call, LIST_ROLES, "Authorization_RequestDenied")
            return one_user(organisation, call)
        case ("groups",):
            require(call, GROUP_ROLES, "Authorization_RequestDenied")
            return list_groups(organisation, call)
        case ("groups", _, "transitiveMembers", "microsoft.graph.user"):
            require(call, GROUP_ROLES, "Authorization_RequestDenied")
            return transitive_members(organisation, call)
        case ("domains",):
            require(call, DOMAIN_ROLES, "Authorization_RequestDenied")
            return domains(organisation, call)
        case ("organization",):
            require(call, ORGANIZATION_ROLES, "Authorization_RequestDenied")
            return organization(organisation, call)
        case ("users", _, "mailFolders" | "messages", *_):
            if not is_scoped(organisation, call):
                require(call, MAIL_ROLES, "ErrorAccessDenied")
            return _mail(organisation, call, call.segments[2:], secret)
        case ("users", _, "calendar" | "calendars" | "calendarView" | "events", *_):
            return _calendar(organisation, call, secret)
        case ("users", _, "todo", *_) | ("users", _, "planner", *_) | ("planner", *_):
            return _tasks(organisation, call, secret)
        case ("users", _, "mailboxSettings", *rest):
            require(call, SETTINGS_ROLES, "ErrorAccessDenied")
            if not rest:
                return mailbox_settings(organisation, call)
            if rest == ["userPurpose"]:
                return user_purpose(organisation, call)
        case ("communications", "callRecords", *_):
            return _calls(organisation, call)
        case ("me", *_):
            raise bad_request("/me request is only valid with delegated authentication flow.")
    raise _no_such_path(call)


def _mail(organisation: Organisation, call: Call, rest: tuple[str, ...], secret: bytes) -> Answer:
    match rest:
        case ("mailFolders",) | ("mailFolders", _, "childFolders"):
            return list_folders(organisation, call)
        case ("mailFolders", "delta"):
            return folders_delta(organisation, call, secret)
        case ("mailFolders", _):
            return one_folder(organisation, call)
        case ("mailFolders", _, "messages", "delta"):
            return messages_delta(organisation, call, secret)
        case ("messages", "delta"):
            raise bad_request("Change tracking is not supported against 'microsoft.graph.message'.")
        case ("messages",) | ("mailFolders", _, "messages"):
            return list_messages(organisation, call)
        case ("messages", _) | ("mailFolders", _, "messages", _):
            return one_message(organisation, call)
    raise _no_such_path(call)


def _calendar(organisation: Organisation, call: Call, secret: bytes) -> Answer:
    is_delta = call.segments[-1] == "delta"
    require(call, CALENDAR_DELTA_ROLES if is_delta else CALENDAR_ROLES, "ErrorAccessDenied")
    rest = call.segments[2:]
    match rest[2:] if rest[0] == "calendars" and len(rest) > 2 else rest[1:] if rest[0] == "calendar" else rest:
        case ("calendars",):
            return list_calendars(organisation, call)
        case () | ("calendars", _):
            return one_calendar(organisation, call)
        case ("calendarView",):
            return calendar_view(organisation, call)
        case ("calendarView", "delta"):
            return events_delta(organisation, call, secret)
        case ("events", "delta"):
            raise bad_request("Change tracking is not supported against 'microsoft.graph.event'.")
        case ("events",):
            return list_events(organisation, call)
        case ("events", _):
            return one_event(organisation, call)
        case ("events", _, "instances"):
            return instances(organisation, call)
    raise _no_such_path(call)


def _calls(organisation: Organisation, call: Call) -> Answer:
    rest = call.segments[2:]
    is_log = len(rest) == 1 and "(" in rest[0]
    require(call, PSTN_ROLES if is_log else CALL_ROLES, "Forbidden")
    match rest:
        case ():
            return list_records(organisation, call)
        case (_,) if is_log:
            return call_log(organisation, call)
        case (_,):
            return one_record(organisation, call)
        case (_, "sessions" | "participants_v2"):
            return parts_of_record(organisation, call)
    raise _no_such_path(call)


def _tasks(organisation: Organisation, call: Call, secret: bytes) -> Answer:
    _refuse_if_closed(organisation)
    require(call, TASK_ROLES, "Forbidden")
    match call.segments if call.segments[0] == "planner" else call.segments[2:]:
        case ("todo", "lists"):
            return all_lists(organisation, call)
        case ("todo", "lists", "delta"):
            return lists_delta(organisation, call, secret)
        case ("todo", "lists", _):
            return one_list(organisation, call)
        case ("todo", "lists", _, "tasks"):
            return list_tasks(organisation, call)
        case ("todo", "lists", _, "tasks", "delta"):
            return tasks_delta(organisation, call, secret)
        case ("todo", "lists", _, "tasks", _):
            return one_task(organisation, call)
        case ("todo", "lists", _, "tasks", _, "linkedResources"):
            return linked_resources(organisation, call)
        case ("planner", "tasks") if call.segments[0] == "users":
            return planner_tasks(organisation, call)
        case ("planner", "plans", _, "tasks"):
            return planner_tasks(organisation, call)
        case ("planner", "tasks", _):
            return one_planner_task(organisation, call)
        case ("planner", "tasks", _, "details"):
            return planner_details(organisation, call)
    raise _no_such_path(call)


def _refuse_if_closed(organisation: Organisation) -> None:
    """Some organisations let no application read tasks at all."""
    if organisation.tasks.refused_with == 401:
        raise GraphError(401, "UnknownError", "")
    if organisation.tasks.refused_with is not None:
        raise GraphError(403, "Forbidden", "Insufficient privileges to complete the operation.")


def _no_such_path(call: Call) -> GraphError:
    return bad_request(f"Resource not found for the segment '{call.segments[-1]}'.")


def require(call: Call, roles: frozenset[str], code: str) -> None:
    """Refuses with 403 unless the token carries one of these roles."""
    held = (call.claims or {}).get("roles", ())
    if roles.isdisjoint(held):
        raise GraphError(403, code, "Insufficient privileges to complete the operation.")
