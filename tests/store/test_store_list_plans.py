"""How the databases read a list: by an index, never row after row of a whole table."""

import re

import pytest
import sqlalchemy as sa

from relationship.activities import RecordKind
from relationship.store.database import Store
from relationship.store.lists import record_lists
from relationship.store.lists.list_filters import Column, Filters
from relationship.store.lists.searching import folded, folded_holds
from relationship.store.reading.reading_scope import Reach, Scope

OPEN = Filters(statuses=frozenset({"open"}))
EVERY_RECORD = Scope(Reach.UNCHECKED)


def plans(store: Store, column: Column, filters: Filters, *, place: str | None = None) -> list[str]:
    """What the database says of every query behind one page."""
    asked: list[tuple[str, object]] = []

    def note(_conn: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if statement.lstrip().startswith("SELECT"):
            asked.append((statement, parameters))

    with store.reading() as conn:
        sa.event.listen(store.engine, "before_cursor_execute", note)
        record_lists.record_page(
            conn,
            RecordKind.OPPORTUNITY,
            scope=EVERY_RECORD,
            filters=filters,
            column=column,
            descending=True,
            per_page=50,
            place=place,
        )
        record_lists.shares(conn, RecordKind.OPPORTUNITY, scope=EVERY_RECORD, filters=filters)
        sa.event.remove(store.engine, "before_cursor_execute", note)
        explain = "EXPLAIN QUERY PLAN " if conn.dialect.name == "sqlite" else "EXPLAIN "
        if conn.dialect.name == "postgresql":
            # On empty tables it would read everything in order; asked not to, it shows whether an index serves.
            conn.exec_driver_sql("SET LOCAL enable_seqscan = off")
        return [
            "\n".join(str(row[-1]) for row in conn.exec_driver_sql(explain + statement, parameters))
            for statement, parameters in asked
        ]


@pytest.mark.parametrize("column", list(Column))
def test_no_order_of_the_first_or_last_page_reads_a_whole_table(store: Store, column: Column) -> None:
    for place in (None, record_lists.LAST_PAGE):
        for plan in plans(store, column, OPEN, place=place):
            assert not re.search(r"\bSCAN (record|health)\b|Seq Scan on (record|health)\b", plan), plan


def test_a_search_reads_no_whole_table_and_where_it_can_the_names_alone(store: Store) -> None:
    first = plans(store, Column.VALUE, Filters(statuses=frozenset({"open"}), words=("brévent",)))[0]
    if store.engine.dialect.name == "sqlite":
        assert "COVERING INDEX ix_record_named" in first
    assert not re.search(r"\bSCAN (record|health)\b|Seq Scan on (record|health)\b", first), first


def test_the_order_of_names_is_read_from_an_index_and_not_sorted(store: Store) -> None:
    first = plans(store, Column.NAME, OPEN)[0]
    assert "ix_record_named" in first


@pytest.mark.parametrize(
    ("name", "word", "found"),
    [
        ("École Montplaisir", "ecole", True),
        ("École Montplaisir", "ÉCOLE", True),
        ("Ecole", "école", True),
        ("Straße 7", "STRASSE", True),
        ("Œuvre", "oeuvre", True),
        ("Ærø A/S", "aero", True),
        ("Łódź", "lodz", True),
        ("100 % Bio", "%", True),
        ("Bio", "%", False),
        ("Bio", "_", False),
        ("a'b", "'", True),
        ("Жук", "ЖУК", True),
    ],
)
def test_both_databases_find_the_same_words(store: Store, name: str, word: str, found: bool) -> None:
    with store.reading() as conn:
        assert bool(conn.scalar(sa.select(folded_holds(sa.literal(folded(name)), word)))) is found
