"""Fields of accounts and opportunities whose change tells something about the customer, as they stand in rows.

What each tells: `signals.told_fields`. Columns that are no standard ones are named by the configuration.
"""

from collections.abc import Callable, Mapping
from typing import Any

from relationship.signals.told_fields import AMOUNTS, CHOICES
from relationship.store.crm.told_fields import ToldField
from relationship.sync.shapes.own_columns import OwnColumns
from relationship.sync.shapes.texts import clean

Shown = Callable[[Mapping[str, Any], str], str]

LONGEST = 200
# The column of each where the configuration names no other.
OF_ACCOUNTS = {"headcount": "numberofemployees", "revenue": "revenue", "budget": "", "strategy": "", "need": "",
               "funding": ""}  # fmt: skip
OF_OPPORTUNITIES = {"deal_budget": "budgetamount", "budget_status": "budgetstatus", "deal_need": "need",
                    "timeframe": "purchasetimeframe"}  # fmt: skip


def of_account(row: Mapping[str, Any], own: OwnColumns, shown: Shown) -> tuple[ToldField, ...]:
    """The fields of an account that are read at all; shown: a column as people see it."""
    columns = {what: own.column(what) or column for what, column in OF_ACCOUNTS.items()}
    return tuple(_field(row, what, column, shown) for what, column in columns.items() if column in row)


def of_opportunity(row: Mapping[str, Any], shown: Shown) -> tuple[ToldField, ...]:
    return tuple(_field(row, what, column, shown) for what, column in OF_OPPORTUNITIES.items() if column in row)


def _field(row: Mapping[str, Any], what: str, column: str, shown: Shown) -> ToldField:
    raw = row[column]
    is_number = isinstance(raw, (int, float)) and not isinstance(raw, bool)
    if what in AMOUNTS:
        value = f"{raw:.10g}" if is_number else ""
    elif what in CHOICES:
        value = str(raw) if isinstance(raw, int) and is_number else ""
    else:
        value = clean(raw if isinstance(raw, str) else "" if raw is None else str(raw), longest=LONGEST)
    return ToldField(what, column, value, (shown(row, column) or value)[:LONGEST] if value else "")
