"""Writing columns of the customer's own into rows that exist: the PATCH of the Web API."""

import re

from flask import Response

from simulator.dataverse.call import Call
from simulator.dataverse.crm import Crm
from simulator.dataverse.errors import NO_SUCH_ROW, PRIVILEGE_MISSING, UNREADABLE_BODY, DataverseError
from simulator.dataverse.schema import entity_sets

OUT_OF_RANGE = "0x8004431a"
_ROW = re.compile(r"(?P<set>\w+)\((?P<guid>[0-9a-fA-F-]{36})\)")


def answer(crm: Crm, call: Call) -> Response | None:
    """The answer to a PATCH, None for everything else; DataverseError when it is refused."""
    found = _ROW.fullmatch(call.address) if call.method == "PATCH" else None
    if found and found["set"] == "tasks":
        return None  # its own columns are written elsewhere
    table = entity_sets().get(found["set"]) if found else None
    if found is None or table is None:
        return None
    name, guid = table.logical_name, found["guid"].lower()
    if call.headers.get("if-match") != "*":
        raise DataverseError(501, "", "This simulated organisation only updates rows that exist (If-Match: *).")
    with crm.lock:
        if name not in crm.own.writable:
            raise DataverseError(403, PRIVILEGE_MISSING, f"Principal user is missing prvWrite{name} privilege")
        refused = crm.own.refusal_of(name, call.json)
        if refused:
            code = OUT_OF_RANGE if "outside" in refused else UNREADABLE_BODY
            raise DataverseError(400, code, refused)
        if not crm.has(name, guid):
            raise DataverseError(404, NO_SUCH_ROW, f"{name} With Id = {guid} Does Not Exist")
        crm.update(name, guid, call.json)
    return Response(status=204)
