"""What an administrator's tool does over the Web API: publishers, solutions and columns, and publishing them."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

from flask import Response

from simulator.dataverse.call import Call, json_response
from simulator.dataverse.crm import Crm
from simulator.dataverse.errors import NO_SUCH_ROW, PRIVILEGE_MISSING, DataverseError, bad_query
from simulator.dataverse.own_columns import EDM
from simulator.dataverse.schema import tables

Json = dict[str, Any]

DUPLICATE_NAME = "0x80044363"
IN_USE = "0x8004f01f"
_GUID = r"(?P<id>[0-9a-fA-F-]{36})"
_COLUMNS = re.compile(r"EntityDefinitions\(LogicalName='(?P<table>\w+)'\)/Attributes")
_COLUMN = re.compile(_COLUMNS.pattern + r"\(LogicalName='(?P<column>\w+)'\)")
_KEPT = re.compile(r"(?P<set>publishers|solutions)(?:\(" + _GUID + r"\))?")
_DEPENDENCIES = re.compile(r"RetrieveDependenciesForDelete\(ObjectId=" + _GUID + r",ComponentType=2\)")
_PRIVILEGES = re.compile(r"systemusers\(" + _GUID + r"\)/Microsoft\.Dynamics\.CRM\.RetrieveUserPrivileges")
_FILTER = re.compile(r"\s*(?P<column>\w+) eq '(?P<value>[^']*)'\s*")
_KEYS = {"publishers": "publisherid", "solutions": "solutionid"}


def answer(crm: Crm, call: Call) -> Response | None:
    """The answer, None when the call asks for something else; DataverseError when it is refused."""
    if call.address == "organizations" and call.method == "GET":
        return _list(call, [{"organizationid": crm.organization_id, "languagecode": crm.language}])
    if call.address == "RetrieveProvisionedLanguages" and call.method == "GET":
        return json_response({"RetrieveProvisionedLanguages": crm.own.languages or [crm.language]})
    if call.address in ("PublishXml", "PublishAllXml") and call.method == "POST":
        _check_customizer(crm)
        crm.own.published += 1
        return Response(status=204)
    acts: tuple[tuple[re.Pattern[str], Callable[[Crm, Call, re.Match[str]], Response]], ...] = (
        (_COLUMN, _one_column),
        (_COLUMNS, _new_column),
        (_KEPT, _kept),
        (_DEPENDENCIES, _dependencies),
        (_PRIVILEGES, _privileges),
    )
    for pattern, act in acts:
        found = pattern.fullmatch(call.address)
        if found:
            with crm.lock:
                return act(crm, call, found)
    return None


def _one_column(crm: Crm, call: Call, found: re.Match[str]) -> Response:
    table, name = found["table"], found["column"]
    column = crm.own.of(table).get(name)
    if column is None:
        raise DataverseError(404, NO_SUCH_ROW, f"Could not find an attribute with specified name: {name}")
    if call.method == "GET":
        return json_response({**column.definition, "LogicalName": name, "MetadataId": column.metadata_id})
    if call.method != "DELETE":
        raise DataverseError(405, "", "The definition of a column has no PATCH.")
    _check_customizer(crm)
    if crm.own.dependencies.get(column.metadata_id):
        raise DataverseError(400, IN_USE, f"The {name} component cannot be deleted because it is referenced.")
    _remove(crm, table, name)
    return Response(status=204)


def _new_column(crm: Crm, call: Call, found: re.Match[str]) -> Response:
    table, body = found["table"], call.json
    if table not in tables():
        raise DataverseError(404, NO_SUCH_ROW, f"Could not find an entity with name {table}.")
    if call.method == "GET":
        return _list(call, [{"LogicalName": name} for name in crm.own.of(table)])
    _check_customizer(crm)
    _check_definition(crm, body)
    solution = call.headers.get("mscrm.solutionuniquename")
    if solution is not None and not any(one["uniquename"] == solution for one in crm.own.solutions):
        raise DataverseError(404, NO_SUCH_ROW, f"The solution {solution} does not exist.")
    try:
        made = crm.own.add(table, body)
    except ValueError as error:
        raise DataverseError(400, DUPLICATE_NAME, str(error)) from error
    crm.expire_tokens(table)  # delta links end with the definition they were made for
    return _made(f"{call.service}/EntityDefinitions(LogicalName='{table}')/Attributes({made.metadata_id})")


def _remove(crm: Crm, table: str, name: str) -> None:
    """A column goes with its values."""
    rows, _ = crm.page(table, 0, crm.count(table))
    for row in rows:
        if name in row:
            crm.update(table, str(row[tables()[table].key]), {name: None})
    crm.own.take_away(table, name)
    crm.expire_tokens(table)


def _check_definition(crm: Crm, body: Json) -> None:
    kind = str(body.get("@odata.type", "")).rpartition(".")[2]
    if kind not in EDM:
        raise bad_query(f"This organisation makes no column of type {kind}.")
    languages = {one["LanguageCode"] for one in body["DisplayName"]["LocalizedLabels"]}
    installed = {crm.language, *crm.own.languages}
    if crm.language not in languages or not languages <= installed:
        raise bad_query("A label is missing in the base language, or is in a language that is not installed.")


def _kept(crm: Crm, call: Call, found: re.Match[str]) -> Response:
    name = found["set"]
    rows = crm.own.publishers if name == "publishers" else crm.own.solutions
    if call.method == "GET":
        return _list(call, rows)
    _check_customizer(crm)
    if call.method == "POST":
        if any(one["uniquename"] == call.json.get("uniquename") for one in rows):
            raise DataverseError(412, DUPLICATE_NAME, "A record with this unique name already exists.")
        rows.append({_KEYS[name]: str(uuid4()), **call.json})
        return _made(f"{call.service}/{name}({rows[-1][_KEYS[name]]})")
    kept = [one for one in rows if one[_KEYS[name]] != found["id"]]
    if len(kept) == len(rows):
        raise DataverseError(404, NO_SUCH_ROW, f"No row {found['id']}")
    rows[:] = kept
    return Response(status=204)


def _dependencies(crm: Crm, call: Call, found: re.Match[str]) -> Response:
    uses = crm.own.dependencies.get(found["id"], ())
    return _list(call, [{"dependentcomponenttype": kind, "dependentcomponentobjectid": guid} for kind, guid in uses])


def _privileges(crm: Crm, _call: Call, _found: re.Match[str]) -> Response:
    names = [f"prvWrite{name.title()}" for name in sorted(crm.own.writable)]
    return json_response({"RolePrivileges": [{"PrivilegeName": name, "Depth": "Global"} for name in names]})


def _list(call: Call, rows: list[Json]) -> Response:
    options = {name: values[0] for name, values in parse_qs(call.raw_query).items()}
    if "$filter" in options:
        wanted = _FILTER.fullmatch(options["$filter"])
        if not wanted:
            raise bad_query("This organisation filters by one column only.")
        rows = [one for one in rows if one.get(wanted["column"]) == wanted["value"]]
    return json_response({"@odata.context": f"{call.service}/$metadata#{call.address}", "value": rows})


def _made(link: str) -> Response:
    response = Response(status=204)
    response.headers["OData-EntityId"] = link
    return response


def _check_customizer(crm: Crm) -> None:
    if not crm.own.may_customize:
        raise DataverseError(403, PRIVILEGE_MISSING, "Principal user is missing prvCreateAttribute privilege")
