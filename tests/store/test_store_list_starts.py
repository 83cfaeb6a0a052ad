"""Lists read from an index that keeps their order: the same pages as by sorting everything."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from relationship.activities import RecordKind
from relationship.store import tables
from relationship.store.crm.record_tables import Record
from relationship.store.database import Store
from relationship.store.lists import list_starts, record_lists
from relationship.store.lists.list_filters import Column, Filters
from relationship.store.ratings.rating_tables import Health
from relationship.store.reading.reading_scope import KeptSet, Reach, Scope

NOW = datetime(2026, 6, 17, 9, tzinfo=UTC)
EVERYTHING = Scope(Reach.UNCHECKED)
OPEN = Filters(statuses=frozenset({"open"}))


def fill(store: Store, count: int = 60) -> None:
    """Accounts of which two bear one name and one has none; opportunities of any, or of no account, in any state."""
    dice = random.Random(5)
    record, health = tables.table(Record), tables.table(Health)
    common = {"created_on": date(2025, 1, 1), "account_guid": None}
    names = ("Brévent", "Castelnau", "Castelnau", "Éole", "")
    rows = [
        {**common, "kind": "account", "guid": f"a{n}", "name": name, "status": "active"} for n, name in enumerate(names)
    ]
    for number in range(count):
        of = dice.choice(("a0", "a1", "a2", "a3", "a4", "gone", None))
        status = dice.choice(("open", "open", "open", "won"))
        rows.append(
            {**common, "kind": "opportunity", "guid": f"o{number}", "name": f"O {number}", "status": status}
            | {"account_guid": of}
        )
    with store.transaction() as conn:
        conn.execute(sa.insert(record), rows)
        for number in conn.scalars(sa.select(record.c.id).order_by(record.c.id)).all():
            moments = [NOW + timedelta(days=dice.randrange(9)) if dice.random() < 0.7 else None for _ in range(2)]
            values = {"last_activity_at": moments[0], "next_activity_at": moments[1]}
            if dice.random() < 0.9:
                conn.execute(
                    sa.insert(health).values(
                        record_id=number, as_of=1, rules_version=0, state="rated", closed=False, recent=False, **values
                    )
                )


def walked(store: Store, column: Column, *, descending: bool) -> Iterator[list[str]]:
    """The pages of the list from the first to the last, 7 lines each."""
    place: str | None = None
    while True:
        with store.reading() as conn:
            page = record_lists.record_page(
                conn,
                RecordKind.OPPORTUNITY,
                scope=EVERYTHING,
                filters=OPEN,
                column=column,
                descending=descending,
                per_page=7,
                place=place,
            )
        yield [row.guid for row in page.rows]
        place = page.next_place
        if place is None:
            return


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("column", [Column.ACCOUNT, Column.LAST, Column.NEXT])
def test_pages_read_in_order_are_those_of_everything_sorted(
    store: Store, column: Column, descending: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    in_order = list(walked(store, column, descending=descending))
    monkeypatch.setattr(list_starts, "start", lambda *_, **__: None)
    assert in_order == list(walked(store, column, descending=descending))
    assert len(in_order) > 3


@pytest.mark.parametrize("column", [Column.ACCOUNT, Column.LAST, Column.NEXT])
def test_reading_in_order_leads_over_an_index_on_both_databases(store: Store, column: Column) -> None:
    fill(store)
    query = list_starts.start(RecordKind.OPPORTUNITY, EVERYTHING, OPEN, column, descending=True)
    assert query is not None
    with store.reading() as conn:
        if conn.dialect.name == "postgresql":
            conn.exec_driver_sql("SET LOCAL enable_seqscan = off")
            conn.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
        explained = "EXPLAIN" if conn.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"

        @sa.event.listens_for(conn, "before_cursor_execute", retval=True)
        def explain(_conn: object, _cursor: object, statement: str, values: object, *_: object) -> tuple[str, object]:
            return f"{explained} {statement}", values

        plan = "\n".join(str(row) for row in conn.execute(query.limit(7)).cursor.fetchall())
    led_by = {
        Column.ACCOUNT: "ix_record_named",
        Column.LAST: "ix_health_last_activity_at",
        Column.NEXT: "ix_health_next_activity_at",
    }
    assert led_by[column] in plan


def scope(*, all_but: bool, up_to: int) -> Scope:
    kept = KeptSet(all_but=all_but, up_to=up_to, size=3, read_at=NOW)
    return Scope(Reach.SETS, "oid", {RecordKind.OPPORTUNITY: kept})


@pytest.mark.parametrize(
    ("within", "filters", "column"),
    [
        (scope(all_but=False, up_to=100_000), OPEN, Column.LAST),
        (scope(all_but=True, up_to=500), OPEN, Column.LAST),
        (EVERYTHING, Filters(statuses=frozenset({"lost"})), Column.LAST),
        (EVERYTHING, Filters(statuses=frozenset({"open"}), words=("tilleuls",)), Column.LAST),
        (EVERYTHING, OPEN, Column.SCORE),
        (Scope(Reach.NOTHING), OPEN, Column.LAST),
    ],
)
def test_few_records_and_other_orders_are_sorted(within: Scope, filters: Filters, column: Column) -> None:
    assert list_starts.start(RecordKind.OPPORTUNITY, within, filters, column, descending=True) is None
    known = list_starts.start(
        RecordKind.OPPORTUNITY, scope(all_but=True, up_to=100_000), OPEN, Column.LAST, descending=True
    )
    assert known is not None
