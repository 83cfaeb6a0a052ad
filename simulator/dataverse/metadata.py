"""Definitions of tables as `EntityDefinitions` tells them: enough for clients that look up sets and tracking."""

import re
from urllib.parse import parse_qs

from simulator.dataverse.answers import Json
from simulator.dataverse.errors import NO_SUCH_SET, DataverseError, bad_query
from simulator.dataverse.schema import Table, party_table, tables

_ONE = re.compile(r"EntityDefinitions\(LogicalName='(?P<table>\w+)'\)")
_FILTER = re.compile(r"\s*LogicalName eq '(?P<table>\w+)'\s*")


def definitions(address: str, raw_query: str, service: str) -> Json | None:
    """One definition or all of them, filtered by LogicalName; None when the address asks for something else."""
    options = {name: values[0] for name, values in parse_qs(raw_query).items()}
    one = _ONE.fullmatch(address)
    if one is None and address != "EntityDefinitions":
        return None
    names = [name.strip() for name in options.get("$select", "").split(",") if name.strip()]
    context = f"{service}/$metadata#EntityDefinitions{'(' + ','.join(names) + ')' if names else ''}"
    known = {**tables(), party_table().logical_name: party_table()}
    if one:
        table = known.get(one["table"])
        if table is None:
            raise DataverseError(404, NO_SUCH_SET, f"Could not find an entity with name {one['table']}.")
        return {"@odata.context": f"{context}/$entity", **_definition(table, names)}
    wanted = list(known.values())
    if "$filter" in options:
        found = _FILTER.fullmatch(options["$filter"])
        if not found:
            raise bad_query("This organisation filters EntityDefinitions by LogicalName only.")
        wanted = [table for table in wanted if table.logical_name == found["table"]]
    return {"@odata.context": context, "value": [_definition(table, names) for table in wanted]}


def _definition(table: Table, names: list[str]) -> Json:
    told: Json = {
        "LogicalName": table.logical_name,
        "EntitySetName": table.entity_set,
        "PrimaryIdAttribute": table.key,
        "PrimaryNameAttribute": table.name_column,
        "ChangeTrackingEnabled": table.logical_name in tables(),
    }
    unknown = [name for name in names if name not in told and name != "MetadataId"]
    if unknown:
        raise bad_query(f"Could not find a property named '{unknown[0]}' on type 'EntityMetadata'.")
    return {name: told[name] for name in names if name in told} if names else told
