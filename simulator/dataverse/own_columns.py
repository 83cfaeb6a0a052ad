"""Columns that a customer's administrators add to the simulated CRM, and the solutions that hold them.

Live state, like `Crm`: what is made here is a column of the table for every reading and writing from then on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from simulator.dataverse.schema import Row, Table, tables

Json = dict[str, Any]

EDM = {
    "IntegerAttributeMetadata": "Int32", "PicklistAttributeMetadata": "Int32", "StringAttributeMetadata": "String",
    "DateTimeAttributeMetadata": "DateTimeOffset", "DecimalAttributeMetadata": "Decimal",
}  # fmt: skip
# The tables whose rows this organisation lets an application write.
WRITABLE = ("account", "contact", "lead", "opportunity", "annotation")


@dataclass(frozen=True, slots=True)
class OwnColumn:
    """definition: as it was posted; choices: value to label, by language."""

    metadata_id: str
    name: str
    definition: Json

    @property
    def type(self) -> str:
        return EDM[self.definition["@odata.type"].rpartition(".")[2]]

    def choices(self, language: int) -> Mapping[int, str]:
        options = self.definition.get("OptionSet", {}).get("Options", ())
        return {one["Value"]: labelled(one["Label"], language) for one in options}


def labelled(label: Json, language: int) -> str:
    """A label in a language, in any other one where it has none in that."""
    found = {one["LanguageCode"]: one["Label"] for one in label["LocalizedLabels"]}
    return str(found.get(language) or next(iter(found.values())))


@dataclass(slots=True)
class OwnColumns:
    """language: of the organisation.

    may_customize     whether the application has the role System Customizer
    writable          tables that the application may write
    languages         those installed
    late_writes       so many writings of a new column still do not know it
    dependencies      what else uses a column, by its metadata id: (component type, id)
    """

    language: int
    may_customize: bool = True
    writable: set[str] = field(default_factory=lambda: set(WRITABLE))
    languages: list[int] = field(default_factory=list)
    late_writes: int = 0
    dependencies: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    publishers: list[Json] = field(default_factory=list)
    solutions: list[Json] = field(default_factory=list)
    published: int = 0
    _columns: dict[str, dict[str, OwnColumn]] = field(default_factory=dict)

    def of(self, table: str) -> Mapping[str, OwnColumn]:
        return self._columns.get(table, {})

    def extended(self, table: Table) -> Table:
        """A table with the columns that were added to it."""
        own = self.of(table.logical_name)
        if not own:
            return table
        choices = {name: found for name, column in own.items() if (found := column.choices(self.language))}
        return replace(
            table,
            types={**table.types, **{name: column.type for name, column in own.items()}},
            choices={**table.choices, **choices},
        )

    def add(self, table: str, definition: Json) -> OwnColumn:
        """ValueError when the table has such a column, or the name lacks the prefix of a publisher."""
        schema_name = str(definition["SchemaName"])
        name = schema_name.lower()
        if tables()[table].knows(name) or name in self.of(table):
            raise ValueError(f"An attribute with the specified name {schema_name} already exists")
        if not any(name.startswith(f"{one['customizationprefix']}_") for one in self.publishers):
            raise ValueError(f"{schema_name} does not begin with the prefix of a publisher")
        made = OwnColumn(str(uuid4()), name, definition)
        self._columns.setdefault(table, {})[name] = made
        return made

    def take_away(self, table: str, name: str) -> None:
        del self._columns[table][name]

    def refusal_of(self, table: str, values: Row) -> str:
        """Why a writing is refused, '' when it is not."""
        own = self.of(table)
        for name, value in values.items():
            if name not in own:
                return f"An undeclared property '{name}' was found"
            refused = _fitting(own[name], value)
            if refused:
                return refused
        if self.late_writes > 0:
            self.late_writes -= 1
            return "An undeclared property was found: the cache of definitions is old"
        return ""


def _fitting(column: OwnColumn, value: object) -> str:
    definition = column.definition
    if value is None:
        return ""
    if column.type == "Int32":
        if type(value) is not int:
            return f"Cannot convert the value of {column.name} to Edm.Int32"
        choices = definition.get("OptionSet")
        if choices and value not in {one["Value"] for one in choices["Options"]}:
            return f"The value {value} of {column.name} is outside the valid range"
        if not choices and not definition["MinValue"] <= value <= definition["MaxValue"]:
            return f"The value {value} of {column.name} is outside the valid range"
    elif not isinstance(value, str):
        return f"Cannot convert the value of {column.name}"
    return ""
