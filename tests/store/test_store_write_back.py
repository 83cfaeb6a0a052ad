"""Which columns of the CRM differ from the ratings, and how far they are."""

from itertools import product

import pytest
import sqlalchemy as sa
from store_builders import NOW

from relationship.health.crm_codes import Codes, codes
from relationship.health.rules import Band
from relationship.health.states import State
from relationship.health.trend import Trend
from relationship.store import tables
from relationship.store.crm import write_back
from relationship.store.crm.record_tables import Record
from relationship.store.database import Store
from relationship.store.ratings import bases
from relationship.store.ratings.bases import Round
from relationship.store.ratings.rating_tables import Health
from relationship.store.upsert import upsert

RECORD, HEALTH = tables.table(Record), tables.table(Health)


def add(store: Store, guid: str, *, kind: str = "contact", stamp: int = 1, **rating: object) -> None:
    """A rated record; the latest round is that of its stamp."""
    usual = {"state": "rated", "score": 50, "rating": "fair", "trend": None}
    with store.transaction() as conn:
        row = {"kind": kind, "guid": guid, "created_on": NOW.date()}
        upsert(conn, Record, [row], key=["kind", "guid"])
        number = conn.scalar(sa.select(RECORD.c.id).where(RECORD.c.guid == guid))
        health = {"record_id": number, "as_of": 1, "rules_version": 1, "stamp": stamp, **usual, **rating}
        upsert(conn, Health, [health], key=["record_id"])
        bases.save_round(conn, Round(stamp, 1, 0, 1))


def waiting(store: Store, **options: object) -> list[tuple[str, Codes]]:
    with store.reading() as conn:
        return [(one.guid, one.codes) for one in write_back.to_tell(conn, limit=100, **options)]


def tell_all(store: Store, refused: str = "") -> None:
    with store.transaction() as conn:
        found = write_back.to_tell(conn, limit=100)
        write_back.note_told(conn, [(one, refused) for one in found], at=NOW)
        write_back.note_settled(conn, stamp=write_back.latest_round(conn))


def test_the_database_names_the_same_codes_as_the_rule(store: Store):
    expected = []
    for number, (state, band, trend) in enumerate(product(State, Band, [*Trend, None])):
        has_score = state in (State.RATED, State.SOURCE_DEGRADED)
        score, rating = (40 + number, band) if has_score else (None, None)
        add(store, f"{number:03}", state=state, score=score, rating=rating, trend=trend)
        expected.append((f"{number:03}", codes(state, score=score, band=rating, trend=trend)))
    assert waiting(store) == expected


def test_what_was_told_is_told_again_only_when_it_differs(store: Store):
    add(store, "a", score=50)
    add(store, "b", score=50)
    tell_all(store)
    assert waiting(store) == []
    add(store, "a", score=50, stamp=2)  # rated again, to the same
    add(store, "b", score=51, stamp=2)
    assert waiting(store) == [("b", Codes(51, 1, 3))]


def test_opportunities_come_first(store: Store):
    for guid, kind in (("1", "account"), ("2", "opportunity"), ("3", "lead")):
        add(store, guid, kind=kind)
    assert [guid for guid, _ in waiting(store)] == ["2", "1", "3"]
    assert [guid for guid, _ in waiting(store, without={"opportunity", "lead"})] == ["1"]


def test_switching_health_off_clears_what_was_told_and_nothing_else(store: Store):
    add(store, "told")
    tell_all(store)
    off = {"state": "switched_off", "score": None, "rating": None}
    add(store, "told", stamp=2, **off)
    add(store, "new", stamp=2, **off)
    assert waiting(store) == [("told", Codes(None, None, None))]


def test_the_progress_counts_what_is_told_and_what_is_left(store: Store):
    for guid in "abc":
        add(store, guid)
    with store.transaction() as conn:
        write_back.note_begun(conn, at=NOW)
        [first, *_] = write_back.to_tell(conn, limit=3)
        write_back.note_told(conn, [(first, "")], at=NOW)
        found = write_back.progress(conn)
    assert (found.told, found.to_tell, found.refused, found.since, found.total) == (1, 2, 0, NOW, 3)
    tell_all(store, refused="gone")
    with store.reading() as conn:
        found = write_back.progress(conn)
        assert write_back.is_settled(conn)
    assert (found.told, found.to_tell, found.refused, found.since) == (1, 0, 2, None)


def test_a_record_that_goes_takes_what_it_was_told_along(store: Store):
    add(store, "a")
    tell_all(store)
    with store.transaction() as conn:
        conn.execute(sa.delete(RECORD))
        assert write_back.progress(conn).total == 0
        assert conn.execute(sa.text("SELECT COUNT(*) FROM told_rating")).scalar() == 0


@pytest.mark.parametrize("code", ["columns_missing", ""])
def test_a_trouble_is_kept_until_it_is_over(store: Store, code: str):
    add(store, "a")
    tell_all(store)
    with store.transaction() as conn:
        write_back.note_trouble(conn, code)
        assert write_back.trouble(conn) == code
        assert write_back.is_settled(conn) is (code == "")
