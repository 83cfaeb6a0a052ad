"""What a person does through Microsoft Graph with the rights he gave (`/me/…`): mail here, meetings in `planning`."""

import re
from typing import Any

from simulator.msgraph import planning
from simulator.msgraph.call import Answer, Call, GraphError, Json, bad_request
from simulator.organisation import Organisation
from simulator.outbox import Handed

SEND_SCOPES = frozenset({"Mail.Send"})
DRAFT_SCOPES = frozenset({"Mail.ReadWrite"})
EVENT_SCOPES = frozenset({"Calendars.ReadWrite"})
SCHEDULE_SCOPES = EVENT_SCOPES | {"Calendars.Read", "Calendars.ReadBasic"}
_OWN_HEADER = re.compile(r"[xX]-[!-9;-~]{1,70}")
_MOST_HEADERS = 5
_LONGEST_SUBJECT = 255


def answer_me(organisation: Organisation, call: Call) -> Answer:
    """One call under /me; the person is the one in the token."""
    claims = call.claims or {}
    if "scp" not in claims:
        raise bad_request("/me request is only valid with delegated authentication flow.")
    match call.method, call.segments[1:]:
        case "POST", ("sendMail",):
            _require(claims, SEND_SCOPES)
            return _send(organisation, call, str(claims["oid"]))
        case "POST", ("messages",):
            _require(claims, DRAFT_SCOPES)
            return _draft(organisation, call, str(claims["oid"]))
        case "POST", ("calendar", "getSchedule"):
            _require(claims, SCHEDULE_SCOPES)
            return planning.schedule(organisation, call)
        case "POST", ("events",) | ("calendar", "events"):
            _require(claims, EVENT_SCOPES)
            return planning.create_event(organisation, call, str(claims["oid"]))
    raise bad_request(f"Resource not found for the segment '{call.segments[-1]}'.")


def _send(organisation: Organisation, call: Call, sender: str) -> Answer:
    body = call.body if isinstance(call.body, dict) else {}
    handed = _handed(body.get("message"), sender)
    if not handed.to:
        raise GraphError(400, "ErrorInvalidRecipients", "At least one recipient isn't valid.")
    organisation.handed.append(handed)
    organisation.deliver(organisation.user(sender).person_id, list(handed.to), subject=handed.subject)
    return Answer(202, raw=b"")


def _draft(organisation: Organisation, call: Call, sender: str) -> Answer:
    handed = _handed(call.body, sender, is_draft=True)
    organisation.handed.append(handed)
    mail = organisation.save_draft(organisation.user(sender).person_id, list(handed.to), subject=handed.subject)
    told: Json = {
        "@odata.context": f"{call.origin}/$metadata#users('{sender}')/messages/$entity",
        "id": mail.id,
        "isDraft": True,
        "subject": handed.subject,
        "webLink": f"https://outlook.office365.com/owa/?ItemID={mail.id}&exvsurl=1&viewmodel=ReadMessageItem",
    }
    return Answer(201, told)


def _handed(message: object, sender: str, *, is_draft: bool = False) -> Handed:
    if not isinstance(message, dict):
        raise bad_request("The message is missing.", code="ErrorInvalidArgument")
    body, subject = message.get("body") or {}, message.get("subject", "")
    if not isinstance(subject, str) or not isinstance(body, dict) or body.get("contentType") not in ("Text", "HTML"):
        raise bad_request("The message has another form than documented.", code="ErrorInvalidArgument")
    if any(sign in subject for sign in "\r\n") or len(subject) > _LONGEST_SUBJECT:
        raise bad_request("The subject is not valid.", code="ErrorInvalidProperty")
    return Handed(
        "msgraph",
        sender,
        tuple(_address(one) for one in message.get("toRecipients", ())),
        subject,
        str(body.get("content", "")),
        _headers(message.get("internetMessageHeaders", ())),
        is_draft,
    )


def _address(recipient: Any) -> str:
    try:
        address = recipient["emailAddress"]["address"]
    except (KeyError, TypeError):
        address = None
    if not isinstance(address, str) or address.count("@") != 1 or any(sign.isspace() for sign in address):
        raise GraphError(400, "ErrorInvalidRecipients", "At least one recipient isn't valid.")
    return address


def _headers(given: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(given, list | tuple) or len(given) > _MOST_HEADERS:
        raise GraphError(400, "InvalidInternetMessageHeaderCollection", "Maximum number of headers exceeded.")
    found = []
    for one in given:
        name, value = one.get("name", ""), one.get("value", "")
        if not _OWN_HEADER.fullmatch(name) or any(sign in value for sign in "\r\n"):
            raise GraphError(400, "InvalidInternetMessageHeader", "Header names begin with x-.")
        found.append((name, value))
    return tuple(found)


def _require(claims: Json, scopes: frozenset[str]) -> None:
    if scopes.isdisjoint(str(claims.get("scp", "")).split()):
        raise GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
