"""The database itself: both kinds answer alike."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from relationship.store import tables
from relationship.store.database import Store
from relationship.store.migrate import alembic_config
from relationship.store.sources import sources
from relationship.store.upsert import insert_new, upsert

NOW = datetime(2026, 6, 17, 9, 0, tzinfo=UTC)


def test_a_time_comes_back_as_the_same_instant_in_utc(store: Store):
    paris = NOW.astimezone(timezone(timedelta(hours=2)))
    with store.transaction() as conn:
        ids = sources.ensure(conn, ["mailbox/one"])
        sources.set_state(conn, ids["mailbox/one"], "healthy", at=paris, success=True)
    with store.reading() as conn:
        (row,) = sources.all_sources(conn)
    assert row.last_success_at == NOW
    assert row.last_success_at.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(store: Store):
    naive = NOW.replace(tzinfo=None)
    with store.transaction() as conn:
        ids = sources.ensure(conn, ["mailbox/one"])
        with pytest.raises((ValueError, sa.exc.StatementError)):
            sources.set_state(conn, ids["mailbox/one"], "healthy", at=naive, success=True)


def test_an_upsert_writes_only_what_changed(store: Store):
    rows = [{"key": f"mailbox/{n}", "state": "new", "reason": ""} for n in range(100)]
    with store.transaction() as conn:
        assert upsert(conn, tables.Source, rows, key=["key"]) == 100
        assert upsert(conn, tables.Source, rows, key=["key"]) == 0
        rows[7] = {**rows[7], "state": "healthy"}
        assert upsert(conn, tables.Source, rows, key=["key"]) == 1
        assert insert_new(conn, tables.Source, [*rows, {**rows[0], "key": "mailbox/new"}], key=["key"]) == 1
    with store.reading() as conn:
        assert sources.counts_by_state(conn) == {"new": 100, "healthy": 1}


@pytest.mark.parametrize("count", [1, 150, 1000])
def test_an_upsert_counts_alike_for_few_and_for_many_rows(store: Store, count: int):
    rows = [{"key": f"mailbox/{n}", "state": "new", "reason": ""} for n in range(count)]
    with store.transaction() as conn:
        assert upsert(conn, tables.Source, rows, key=["key"]) == count
        assert upsert(conn, tables.Source, rows, key=["key"]) == 0
        assert upsert(conn, tables.Source, [{**row, "state": "x"} for row in rows], key=["key"]) == count


def test_what_fails_half_way_leaves_nothing_behind(store: Store):
    class Stumble(Exception):
        pass

    def stumble() -> None:
        with store.transaction() as conn:
            sources.ensure(conn, ["mailbox/one"])
            raise Stumble

    with pytest.raises(Stumble):
        stumble()
    with store.reading() as conn:
        assert sources.all_sources(conn) == []


def test_the_migrations_lead_to_the_tables_of_the_code(store: Store):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with store.transaction() as conn:
        alembic_config(conn)
        context = MigrationContext.configure(conn)
        assert compare_metadata(context, SQLModel.metadata) == []
