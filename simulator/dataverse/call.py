"""One request to the Web API, free of any web framework, and what it is answered: a list, a row, a count."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import orjson
from flask import Response

from simulator.dataverse.crm import Crm
from simulator.dataverse.errors import (
    NO_SUCH_CALLER,
    NO_SUCH_SET,
    PRIVILEGE_MISSING,
    UNREADABLE_BODY,
    DataverseError,
)
from simulator.dataverse.metadata import definitions
from simulator.dataverse.query import LONGEST_QUERY, Preferences, RowQuery, read_preferences, read_query
from simulator.dataverse.reading import Reader
from simulator.dataverse.rights import Depth
from simulator.dataverse.schema import Table, entity_sets

_GUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_ADDRESS = re.compile(rf"(?P<set>\w+)(?:\((?P<guid>{_GUID})\))?(?P<count>/\$count)?")


@dataclass(frozen=True, slots=True)
class Call:
    """address: the path below the service; prefer: its Prefer headers; service: what all links start with.

    user: GUID of the systemuser who asks; longest_query: longer ones are refused; headers: names in lower case.
    person: GUID of the systemuser in whose name it is asked (impersonation), None when in its own.
    """

    method: str
    address: str
    raw_query: str
    prefer: tuple[str, ...]
    service: str
    user: str
    longest_query: int = LONGEST_QUERY
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    person: str | None = None

    @property
    def json(self) -> dict[str, Any]:
        """The body of a writing; a refusal (400) when it is no JSON object."""
        try:
            found = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            found = None
        if not isinstance(found, dict):
            raise DataverseError(400, UNREADABLE_BODY, "The body is no JSON object.")
        return found


def answer(crm: Crm, call: Call) -> Response:
    """The answer to one reading; DataverseError when it is refused."""
    if call.method != "GET":
        raise DataverseError(501, "", "This simulated organisation only answers readings.")
    if call.address in ("WhoAmI", "WhoAmI()"):
        return json_response(
            {
                "@odata.context": f"{call.service}/$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse",
                "BusinessUnitId": crm.divisions.root,
                "UserId": call.person or call.user,
                "OrganizationId": crm.organization_id,
            }
        )
    definition = definitions(call.address, call.raw_query, call.service)
    if definition is not None:
        return json_response(definition)
    found = _ADDRESS.fullmatch(call.address)
    table = entity_sets().get(found["set"]) if found else None
    if found is None or table is None:
        raise DataverseError(404, NO_SUCH_SET, f"Resource not found for the segment '{call.address.split('/')[0]}'.")
    return _rows(crm, table, call, found)


def _rows(crm: Crm, table: Table, call: Call, address: re.Match[str]) -> Response:
    table = crm.own.extended(table)
    preferences = read_preferences(call.prefer)
    query = read_query(call.raw_query, table, preferences, longest=call.longest_query)
    _check_privilege(crm, table, call, query)
    reader = Reader(crm, table, call.service, preferences, call.person)
    if address["count"]:
        return Response(str(reader.delta_count(query)), content_type="text/plain")
    with crm.lock:  # Rows and their parties are of the same moment.
        body = reader.single(address["guid"].lower(), query) if address["guid"] else reader.collection(query)
    response = json_response(body)
    applied = _applied(preferences)
    if applied:
        response.headers["Preference-Applied"] = ", ".join(applied)
    return response


def impersonated(crm: Crm, call: Call) -> Call:
    """The call in the name of the person that its headers name; DataverseError when that is refused."""
    object_id = call.headers.get("callerobjectid")
    system_user = call.headers.get("mscrmcallerid")
    if object_id is None and system_user is None:
        return call
    if not crm.rights.acts_for_others:
        text = f"Principal user (Id={call.user}, type=8) is missing prvActOnBehalfOfAnotherUser privilege"
        raise DataverseError(403, PRIVILEGE_MISSING, text)
    person = crm.user_id(application_id=None, object_id=object_id) if object_id else system_user
    if person is None or not crm.has("systemuser", person):
        raise DataverseError(403, NO_SUCH_CALLER, "The impersonated user is not a member of the organization.")
    return replace(call, person=person)


def _check_privilege(crm: Crm, table: Table, call: Call, query: RowQuery) -> None:
    """A table without any read privilege is refused as a whole; tracking changes takes the whole organisation."""
    if call.person is None:
        return
    depth = crm.rights.depth(call.person, table.logical_name)
    tracks = query.deltatoken is not None or "odata.track-changes" in ",".join(call.prefer).lower()
    if depth is Depth.NONE or (tracks and depth is not Depth.ORGANISATION):
        text = f"Principal user (Id={call.person}, type=8) is missing prvRead{table.logical_name} privilege"
        raise DataverseError(403, PRIVILEGE_MISSING, text)


def _applied(preferences: Preferences) -> list[str]:
    return [
        *(["odata.track-changes"] if preferences.track_changes else []),
        *([f"odata.maxpagesize={preferences.page_size}"] if preferences.page_size else []),
        *([f'odata.include-annotations="{",".join(preferences.annotations)}"'] if preferences.annotations else []),
    ]


def json_response(body: object, status: int = 200) -> Response:
    response = Response(orjson.dumps(body), status, content_type="application/json; odata.metadata=minimal")
    response.headers["OData-Version"] = "4.0"
    response.headers["x-ms-service-request-id"] = response.headers["REQ_ID"] = str(uuid4())
    return response


def refusal(refused: DataverseError) -> Response:
    response = json_response(refused.body, refused.status)
    if refused.wait_seconds is not None:
        response.headers["Retry-After"] = str(refused.wait_seconds)
    return response
