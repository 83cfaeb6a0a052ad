"""Amounts of several currencies in one list: compared in the organisation's own, by the CRM's rates of exchange."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from relationship.activities import RecordKind
from relationship.store import tables
from relationship.store.crm.record_tables import Record
from relationship.store.database import Store
from relationship.store.lists import record_lists
from relationship.store.lists.list_filters import Column, Filters
from relationship.store.reading.reading_scope import Reach, Scope

EVERYTHING = Scope(Reach.UNCHECKED)
# Guid, amount, currency, what one euro is worth in it: 900, 1,000, 6,000 and (its rate is not told) 7,000 euros.
AMOUNTS: list[tuple[str, float | None, str, float | None]] = [
    ("yen", 144_000.0, "JPY", 160.0),
    ("euro", 1_000.0, "EUR", 1.0),
    ("kuwait", 2_000.0, "KWD", 1 / 3),
    ("untold", 7_000.0, "EUR", None),
    ("none", None, "EUR", 1.0),
]


@pytest.fixture
def mixed(store: Store) -> Store:
    """The same amounts as values of opportunities and as revenues of accounts."""
    common = {"created_on": date(2025, 1, 1)}
    with store.transaction() as conn:
        for guid, amount, currency, rate in AMOUNTS:
            told: dict[str, Any] = {**common, "guid": guid, "name": guid, "currency": currency, "exchange_rate": rate}
            deal = {**told, "kind": "opportunity", "status": "open", "value": amount, "close_on": date(2026, 7, 1)}
            account = {**told, "kind": "account", "status": "active", "arr": amount}
            for row in (deal, account):
                conn.execute(sa.insert(tables.table(Record)).values(row))
    return store


def listed(store: Store, kind: RecordKind, column: Column, *, descending: bool, filters: Filters) -> list[str]:
    """The whole list, two lines a page."""
    found: list[str] = []
    place: str | None = None
    while True:
        with store.reading() as conn:
            page = record_lists.record_page(
                conn, kind, scope=EVERYTHING, filters=filters, column=column, descending=descending, per_page=2,
                place=place,
            )  # fmt: skip
        found += [row.guid for row in page.rows]
        place = page.next_place
        if place is None:
            return found


@pytest.mark.parametrize(
    ("kind", "column"),
    [(RecordKind.OPPORTUNITY, Column.VALUE), (RecordKind.ACCOUNT, Column.ARR)],
    ids=["deal", "account"],
)
def test_amounts_are_ordered_and_narrowed_by_what_they_are_worth(
    mixed: Store, kind: RecordKind, column: Column
) -> None:
    def order(*, descending: bool, filters: Filters = Filters()) -> list[str]:  # noqa: B008  # filters are frozen
        return listed(mixed, kind, column, descending=descending, filters=filters)

    assert order(descending=True) == ["untold", "kuwait", "euro", "yen", "none"]
    assert order(descending=False) == ["yen", "euro", "kuwait", "untold", "none"]
    assert order(descending=True, filters=Filters(worth=(950.0, 6_500.0))) == ["kuwait", "euro"]


def test_the_bubble_chart_draws_those_that_are_worth_most(mixed: Store) -> None:
    days = date(2026, 6, 1), date(2026, 8, 1)
    with mixed.reading() as conn:
        rows = record_lists.largest_with_close_date(conn, scope=EVERYTHING, filters=Filters(), between=days, limit=2)
    assert [row.guid for row in rows] == ["untold", "kuwait"]
