"""The tables that the simulated Dataverse serves: entity sets, keys, column types, lookups, choices.

Read once from `columns.json` beside this module, whose first line names the source. Some columns are the
organisation's own, as administrators add them: the segment of accounts and leads, renewal and revenue of a year of
accounts, the competitor of opportunities.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple


class Ref(NamedTuple):
    """The value of a lookup column: a row of a table by its logical name."""

    table: str
    guid: str


# A choice made by hand: its name begins with the usual prefix, its values at the usual number.
SEGMENT = "new_segment"
FIRST_OWN_CHOICE = 100_000_000
RENEWAL, ARR, COMPETITOR = "new_renewalon", "new_arr", "new_competitor"
_OWN_COLUMNS = {
    "account": {SEGMENT: "Int32", RENEWAL: "Date", ARR: "Decimal"},
    "lead": {SEGMENT: "Int32"},
    "opportunity": {COMPETITOR: "String"},
}

Value = str | int | float | bool | Ref | None
Row = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Table:
    """types: JSON name to Edm type without "Edm."; lookups: JSON name to logical names it may point at."""

    logical_name: str
    entity_set: str
    key: str
    name_column: str
    types: Mapping[str, str]
    lookups: Mapping[str, tuple[str, ...]]
    choices: Mapping[str, Mapping[int, str]]

    def knows(self, column: str) -> bool:
        """Names are case-sensitive, as in the real service."""
        return column in self.types or column in self.lookups

    @property
    def columns(self) -> list[str]:
        return [*self.types, *self.lookups]


@cache
def _said() -> dict[str, Any]:
    return dict(json.loads(files("simulator.dataverse").joinpath("columns.json").read_text(encoding="utf-8")))


def _table(name: str, said: Mapping[str, Any]) -> Table:
    return Table(
        logical_name=name,
        entity_set=said["set"],
        key=said["key"],
        name_column=said["name"],
        types={column: edm for edm, columns in said["types"].items() for column in columns}
        | _OWN_COLUMNS.get(name, {}),
        lookups={column: tuple(targets) for column, targets in said["lookups"].items()},
        choices={
            column: {int(value): label for value, label in labels.items()} for column, labels in said["choices"].items()
        },
    )


@cache
def tables() -> Mapping[str, Table]:
    """All tables by logical name."""
    return {name: _table(name, said) for name, said in _said()["tables"].items()}


@cache
def party_table() -> Table:
    """Activity parties: no table of its own address here, reached through the activities only."""
    return _table("activityparty", _said()["activityparty"])


def check_columns(table: Table, columns: Mapping[str, Value]) -> None:
    """ValueError when a change cannot be held by the table: unknown names, wrong lookups, the key."""
    for column, value in columns.items():
        if not table.knows(column):
            raise ValueError(f"{table.logical_name} has no column {column}")
        if column in (table.key, "versionnumber"):
            raise ValueError(f"{column} cannot be set")
        if column in table.lookups:
            targets = table.lookups[column]
            if value is not None and not isinstance(value, Ref):
                raise ValueError(f"{column} is a lookup: give table and guid")
            if isinstance(value, Ref) and targets and value.table not in targets:
                raise ValueError(f"{column} does not point at {value.table}")
        elif isinstance(value, Ref):
            raise ValueError(f"{column} is no lookup")


@cache
def entity_sets() -> Mapping[str, Table]:
    """All tables by the name of their entity set, as in addresses."""
    return {table.entity_set: table for table in tables().values()}


def plain(row: Row, *, without: str = "") -> dict[str, str | int | float | bool | None]:
    """A row with lookups as bare GUIDs, without nulls and without one column."""
    return {
        column: value.guid if isinstance(value, Ref) else value
        for column, value in row.items()
        if value is not None and column != without
    }
