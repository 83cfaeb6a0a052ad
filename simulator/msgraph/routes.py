"""Which path is answered by what, and which permission it needs."""

from simulator.msgraph.call import Answer, Call, GraphError, bad_request
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
from simulator.msgraph.messages import list_messages, messages_delta, one_message
from simulator.msgraph.users import domains, list_users, one_user, organization, users_delta
from simulator.organisation import Organisation

MAIL_ROLES = frozenset({"Mail.ReadBasic.All", "Mail.Read", "Mail.ReadWrite"})
CALENDAR_DELTA_ROLES = frozenset({"Calendars.Read", "Calendars.ReadWrite"})
CALENDAR_ROLES = CALENDAR_DELTA_ROLES | {"Calendars.ReadBasic", "Calendars.ReadBasic.All"}
USER_ROLES = frozenset({"User.Read.All", "User.ReadWrite.All", "Directory.Read.All"})
LIST_ROLES = USER_ROLES | {"User.ReadBasic.All"}
DOMAIN_ROLES = frozenset({"Domain.Read.All", "Directory.Read.All"})
ORGANIZATION_ROLES = frozenset({"Organization.Read.All", "Directory.Read.All"})


def route(organisation: Organisation, call: Call, secret: bytes) -> Answer:
    """The answer to one call; GraphError for everything the service would refuse."""
    if call.method != "GET":
        raise GraphError(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
    match call.segments:
        case ("users",):
            _require(call, LIST_ROLES, "Authorization_RequestDenied")
            return list_users(organisation, call)
        case ("users", "delta"):
            _require(call, USER_ROLES, "Authorization_RequestDenied")
            return users_delta(organisation, call, secret)
        case ("users", _):
            _require(call, LIST_ROLES, "Authorization_RequestDenied")
            return one_user(organisation, call)
        case ("domains",):
            _require(call, DOMAIN_ROLES, "Authorization_RequestDenied")
            return domains(organisation, call)
        case ("organization",):
            _require(call, ORGANIZATION_ROLES, "Authorization_RequestDenied")
            return organization(organisation, call)
        case ("users", _, "mailFolders" | "messages", *_):
            _require(call, MAIL_ROLES, "ErrorAccessDenied")
            return _mail(organisation, call, call.segments[2:], secret)
        case ("users", _, "calendar" | "calendars" | "calendarView" | "events", *_):
            return _calendar(organisation, call, secret)
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
    _require(call, CALENDAR_DELTA_ROLES if is_delta else CALENDAR_ROLES, "ErrorAccessDenied")
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


def _no_such_path(call: Call) -> GraphError:
    return bad_request(f"Resource not found for the segment '{call.segments[-1]}'.")


def _require(call: Call, roles: frozenset[str], code: str) -> None:
    held = (call.claims or {}).get("roles", ())
    if roles.isdisjoint(held):
        raise GraphError(403, code, "Insufficient privileges to complete the operation.")
