"""The two writings that the simulated CRM takes: an e-mail activity, and sending it."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response

from relationship.activities import Kind
from simulator.dataverse.activities import Activities
from simulator.dataverse.call import Call, json_response
from simulator.dataverse.crm import Crm
from simulator.dataverse.errors import NO_SUCH_CALLER, NO_SUCH_ROW, DataverseError, bad_query
from simulator.dataverse.parties import Mask
from simulator.outbox import Handed
from simulator.world import WorldStatus

DUPLICATE_KEY = "0x80040237"
NOT_TO_BE_SENT = "0x80040203"
_SYSTEMUSER = re.compile(r"/?systemusers\(([0-9a-fA-F-]{36})\)")
_SEND = re.compile(r"emails\(([0-9a-fA-F-]{36})\)/Microsoft\.Dynamics\.CRM\.SendEmail")


def is_writing(call: Call) -> bool:
    return call.method == "POST" and (call.address == "emails" or _SEND.fullmatch(call.address) is not None)


def write(crm: Crm, call: Call, body: object, caller_object_id: str | None) -> Response:
    """The answer to one writing; DataverseError when it is refused. caller_object_id: as whom it is asked."""
    if caller_object_id is not None and crm.user_id(application_id=None, object_id=caller_object_id) is None:
        raise DataverseError(403, NO_SUCH_CALLER, "The impersonated user is not a member of the organization.")
    if not isinstance(body, dict):
        raise bad_query("The body is no JSON object.")
    sent = _SEND.fullmatch(call.address)
    with crm.lock:
        if sent is None:
            return _created(crm, call, body)
        return _sent(crm, call, sent[1].lower(), body, caller_object_id or "")


def _created(crm: Crm, call: Call, body: Mapping[str, Any]) -> Response:
    guid = str(UUID(body["activityid"])) if "activityid" in body else None
    if guid is not None and crm.has("email", guid):
        raise DataverseError(412, DUPLICATE_KEY, "A record with matching key values already exists.")
    people: dict[int, list[str]] = {Mask.SENDER: [], Mask.TO: []}
    for party in body.get("email_activity_parties", ()):
        found = _SYSTEMUSER.fullmatch(str(party.get("partyid_systemuser@odata.bind", "")))
        if found is None or not crm.has("systemuser", found[1].lower()):
            raise DataverseError(404, NO_SUCH_ROW, "systemuser With Id Does Not Exist")
        address = str(crm.row("systemuser", found[1].lower()).get("internalemailaddress", ""))
        people.setdefault(party["participationtypemask"], []).append(address)
    if len(people[Mask.SENDER]) != 1:
        raise bad_query("An e-mail has one sender.")
    made = Activities(crm).create(
        Kind.EMAIL,
        sender=people[Mask.SENDER][0],
        to=people[Mask.TO],
        subject=str(body.get("subject", "")),
        status=WorldStatus.DRAFT,
        guid=guid,
    )
    crm.update("email", made, {"description": str(body.get("description", ""))})
    response = Response(status=204)
    response.headers["OData-EntityId"] = f"{call.service}/emails({made})"
    return response


def _sent(crm: Crm, call: Call, guid: str, body: Mapping[str, Any], sender: str) -> Response:
    if not crm.has("email", guid):
        raise DataverseError(404, NO_SUCH_ROW, f"email With Id = {guid} Does Not Exist")
    row = crm.row("email", guid)
    if row.get("statecode") != 0:
        raise DataverseError(400, NOT_TO_BE_SENT, "This message can not be sent. It has been sent already.")
    subject = str(row.get("subject", ""))
    if body.get("IssueSend") is True:
        to = tuple(party.someone.address for party in crm.participants(guid) if party.mask == Mask.TO)
        crm.handed.append(Handed("dataverse", sender, to, subject, str(row.get("description", ""))))
    Activities(crm).complete(guid)
    return json_response(
        {"@odata.context": f"{call.service}/$metadata#Microsoft.Dynamics.CRM.SendEmailResponse", "Subject": subject}
    )
