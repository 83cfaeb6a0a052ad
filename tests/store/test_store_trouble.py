"""Trouble with disk and database: a sentence, a next step, and nothing half-written."""

from pathlib import Path

import pytest

from relationship.errors import StorageTrouble
from relationship.store import tables
from relationship.store.database import Store, open_store
from relationship.store.migrate import migrate
from relationship.store.sources import sources
from relationship.store.upsert import upsert


def fill(store: Store) -> None:
    rows = [{"key": f"mailbox/{n:0100}", "state": "new", "reason": ""} for n in range(50_000)]
    with store.transaction() as conn:
        if conn.dialect.name == "sqlite":
            pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
            conn.exec_driver_sql(f"PRAGMA max_page_count = {pages + 20}")  # the disk that is full soon
        upsert(conn, tables.Source, rows, key=["key"])
        if conn.dialect.name == "postgresql":
            conn.exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = '53100'; END $$")


def test_a_full_disk_is_told_and_leaves_nothing_half_written(store: Store):
    with pytest.raises(StorageTrouble) as told:
        fill(store)
    assert told.value.code == "disk_full"
    assert told.value.next_step
    with store.reading() as conn:
        assert sources.all_sources(conn) == []


def test_a_database_that_cannot_be_reached_is_told():
    store = open_store("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(StorageTrouble) as told:
        migrate(store)
    assert told.value.code == "database_unreachable"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageTrouble) as told:
        open_store(f"sqlite:///{tmp_path}/file/relationship.db")
    assert told.value.code == "database_folder"


def test_an_empty_database_is_told(tmp_path: Path):
    store = open_store(f"sqlite:///{tmp_path}/empty.db")
    with pytest.raises(StorageTrouble) as told, store.reading() as conn:
        sources.all_sources(conn)
    assert told.value.code == "database_not_prepared"
