"""Rows as Dataverse writes them: empty columns as null, annotations on request, deletions apart."""

from collections.abc import Iterable
from datetime import datetime

from simulator.dataverse.activity_rows import POINTER
from simulator.dataverse.crm import Crm
from simulator.dataverse.query import Preferences
from simulator.dataverse.rows import FRENCH
from simulator.dataverse.schema import SEGMENT, Ref, Row, Table, Value, tables
from simulator.dataverse.tracking import Change

FORMATTED = "OData.Community.Display.V1.FormattedValue"
LOOKUP_TABLE = "Microsoft.Dynamics.CRM.lookuplogicalname"
NAVIGATION = "Microsoft.Dynamics.CRM.associatednavigationproperty"
Json = dict[str, object]

_CUSTOMER_COLUMNS = {
    "_customerid_value",
    "_parentcustomerid_value",
    "_partyid_value",
    "_record1id_value",
    "_record2id_value",
}


def row_json(crm: Crm, table: Table, row: Row, columns: Iterable[str], preferences: Preferences) -> Json:
    """One row with its row version, its key, the columns asked for and the annotations asked for."""
    return {"@odata.etag": f'W/"{row["versionnumber"]}"', **columns_json(crm, table, row, columns, preferences)}


def columns_json(crm: Crm, table: Table, row: Row, columns: Iterable[str], preferences: Preferences) -> Json:
    """As `row_json`, without the row version: how the rows of an expanded list are told."""
    answer: Json = {}
    names = list(columns)
    for column in names if table.key in names else [*names, table.key]:
        value = row.get(column)
        if value is not None and preferences.annotations:
            answer |= _annotations(crm, table, column, value, preferences)
        answer[column] = value.guid if isinstance(value, Ref) else value
    return answer


def deletion_json(context: str, change: Change) -> Json:
    return {"@odata.context": f"{context}/$deletedEntity", "id": change.guid, "reason": "deleted"}


def _annotations(crm: Crm, table: Table, column: str, value: Value, preferences: Preferences) -> Json:
    found: Json = {}
    if isinstance(value, Ref):
        if preferences.wants(NAVIGATION):
            found[f"{column}@{NAVIGATION}"] = _navigation(table, column, value)
        if preferences.wants(LOOKUP_TABLE):
            found[f"{column}@{LOOKUP_TABLE}"] = value.table
    if preferences.wants(FORMATTED):
        text = formatted(crm, table, column, value)
        if text is not None:
            found[f"{column}@{FORMATTED}"] = text
    return found


def _navigation(table: Table, column: str, value: Ref) -> str:
    plain = column.removeprefix("_").removesuffix("_value")
    if column == "_regardingobjectid_value":
        return (
            f"{plain}_{value.table}" if table.logical_name == POINTER else f"{plain}_{value.table}_{table.logical_name}"
        )
    return f"{plain}_{value.table}" if column in _CUSTOMER_COLUMNS else plain


def formatted(crm: Crm, table: Table, column: str, value: Value) -> str | None:
    """How the CRM shows a value to people; None for plain text and GUIDs."""
    french = crm.language == FRENCH
    if isinstance(value, Ref):
        return _name_of(crm, value)
    if column == SEGMENT and isinstance(value, int):
        return crm.divisions.segments.get(value)
    if column in table.choices and isinstance(value, int):
        return table.choices[column].get(value)
    if isinstance(value, bool):
        return ("Oui" if value else "Non") if french else ("Yes" if value else "No")
    kind = table.types.get(column)
    if isinstance(value, (int, float)):
        return _number(value, decimals=2 if kind == "Decimal" else 0, french=french, money=kind == "Decimal")
    if kind == "Date" and isinstance(value, str):
        return _day(datetime.fromisoformat(value), french=french)
    if kind == "DateTimeOffset" and isinstance(value, str):
        at = datetime.fromisoformat(value)
        clock = f"{at:%H:%M}" if french else at.strftime("%I:%M %p").lstrip("0")
        return f"{_day(at, french=french)} {clock}"
    return None


def _name_of(crm: Crm, ref: Ref) -> str | None:
    if ref.table == "businessunit":
        return crm.divisions.unit_name(ref.guid)
    if ref.table not in tables() or not crm.has(ref.table, ref.guid):
        return "EUR" if ref.table == "transactioncurrency" else None
    name = crm.row(ref.table, ref.guid).get(tables()[ref.table].name_column)
    return name if isinstance(name, str) else None


def _number(value: float, *, decimals: int, french: bool, money: bool) -> str:
    text = f"{value:,.{decimals}f}"
    if not french:
        return f"€{text}" if money else text
    text = text.replace(",", "\u202f").replace(".", ",")
    return f"{text}\u00a0€" if money else text


def _day(at: datetime, *, french: bool) -> str:
    return f"{at:%d/%m/%Y}" if french else f"{at.month}/{at.day}/{at.year}"
