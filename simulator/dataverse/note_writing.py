"""Writing a note on a record of the simulated CRM: the POST of the Web API."""

import re
from uuid import UUID

from flask import Response

from simulator.dataverse.call import Call
from simulator.dataverse.crm import Crm
from simulator.dataverse.errors import NO_SUCH_ROW, PRIVILEGE_MISSING, UNREADABLE_BODY, DataverseError
from simulator.dataverse.rows import instant
from simulator.dataverse.schema import Ref, Row, entity_sets
from simulator.dataverse.sending import DUPLICATE_KEY

LONGEST_SUBJECT, LONGEST_TEXT = 500, 100_000
_BIND = re.compile(r"/(?P<set>\w+)\((?P<guid>[0-9a-fA-F-]{36})\)")
_OBJECT = re.compile(r"objectid_(?P<table>account|contact|lead|opportunity)@odata\.bind")


def answer(crm: Crm, call: Call) -> Response | None:
    """The answer to the creation of a note, None for everything else; DataverseError when it is refused."""
    if call.method != "POST" or call.address != "annotations":
        return None
    with crm.lock:
        body = call.json
        guid = _guid(body.get("annotationid"))
        if "annotation" not in crm.own.writable:
            raise DataverseError(403, PRIVILEGE_MISSING, "Principal user is missing prvCreateNote privilege")
        if guid in crm.notes:
            raise DataverseError(412, DUPLICATE_KEY, "A record with matching key values already exists.")
        row: Row = {"annotationid": guid, "createdon": instant(crm.now)}
        for name, value in body.items():
            row |= _column(crm, name, value)
        if "_objectid_value" not in row:
            raise DataverseError(400, UNREADABLE_BODY, "A note is written on a record.")
        crm.notes[guid] = row
    response = Response(status=204)
    response.headers["OData-EntityId"] = f"{call.service}/annotations({guid})"
    return response


def _guid(given: object) -> str:
    try:
        return str(UUID(str(given)))
    except ValueError:
        raise DataverseError(400, UNREADABLE_BODY, "The annotationid is no GUID.") from None


def _column(crm: Crm, name: str, value: object) -> Row:
    longest = {"subject": LONGEST_SUBJECT, "notetext": LONGEST_TEXT}.get(name)
    if longest and isinstance(value, str) and len(value) <= longest:
        return {name: value}
    if name == "annotationid":
        return {}
    named, bound = _OBJECT.fullmatch(name), _BIND.fullmatch(str(value))
    table = entity_sets().get(bound["set"]) if bound else None
    if named is None or bound is None or table is None or table.logical_name != named["table"]:
        raise DataverseError(400, UNREADABLE_BODY, f"A note cannot hold {name}.")
    ref = Ref(table.logical_name, bound["guid"].lower())
    if not crm.has(*ref):
        raise DataverseError(404, NO_SUCH_ROW, f"{ref.table} With Id = {ref.guid} Does Not Exist")
    return {"_objectid_value": ref}
