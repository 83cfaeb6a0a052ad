"""The door to records alone: who comes in by role, what the CRM's answers open, and for how long they count."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
import web_builder
from crm_of_tests import CrmOfTests
from web_builder import Deal, guid, oid

from relationship.access import (
    OLDEST,
    REREAD,
    AppRole,
    Door,
    Reader,
    RightsUnknown,
    known_roles,
    read_sets,
    reads_records,
)
from relationship.activities import RecordKind, RecordRef
from relationship.store.crm import records
from relationship.store.database import Store
from relationship.store.lists.record_lists import RecordPage, record_rows
from relationship.store.reading.reading_scope import Reach, Scope
from relationship.store.rights import reader_sets
from relationship.store.sources.cursors import Place

READER = Reader(oid(0), frozenset({AppRole.SELLER}))
DEALS = tuple(Deal(f"Affaire {number:02}", account=number % 3) for number in range(12))
REFS = tuple(RecordRef(RecordKind.OPPORTUNITY, deal.guid) for deal in DEALS)


@pytest.mark.parametrize(
    ("roles", "opens"),
    [
        (set(), False),
        ({"privacy_officer"}, False),
        ({"seller"}, True),
        ({"sales_manager"}, True),
        ({"sales_admin"}, True),
        ({"customer_success"}, True),
        ({"seller", "privacy_officer"}, True),
    ],
)
def test_roles_say_whether_pages_of_records_open_at_all(roles: set[str], opens: bool) -> None:
    assert reads_records(Reader(oid(0), known_roles(roles))) is opens


def test_somebody_without_an_object_id_reads_nothing() -> None:
    assert not reads_records(Reader("", frozenset(AppRole)))


def test_a_role_that_we_do_not_know_gives_no_right() -> None:
    assert known_roles(["Seller", "admin", "sales_managers", ""]) == frozenset()


class Bench:
    """A door over a store with twelve deals; `now` is real time, moved by hand; sets are read when asked for."""

    def __init__(self, store: Store) -> None:
        web_builder.prepare(store)
        web_builder.build(store, DEALS)
        self.store, self.crm = store, CrmOfTests(store)
        self.now = datetime.now(UTC)
        self.readings = 0
        self.loads = True
        self.door = Door(store, self.crm, self, lambda: self.now)

    def ask(self, who: str, *, wait: bool) -> None:
        self.readings += 1
        if self.loads and not self.crm.is_down:
            read_sets(self.store, self.crm, who, clock=lambda: self.now)

    def brought(self, key: str, *, owner: int) -> None:
        """What a sync does with a row of the CRM."""
        row = records.RecordRow(
            RecordKind.OPPORTUNITY, key, "Affaire", "open", web_builder.TODAY, owner_guid=guid("systemuser", owner)
        )
        with self.store.transaction() as conn:
            records.save(conn, RecordKind.OPPORTUNITY, [row], [], place=Place(full=False))

    def listed(self, scope: Scope) -> set[RecordRef]:
        with self.store.reading() as conn:
            return set(reader_sets.within(conn, REFS, scope=scope))

    def paged(self, size: int, place: str | None = None) -> tuple[RecordPage, list[tuple[str | None, int]]]:
        """A page of the list of all deals in order of name, places being numbers; what was asked of the list."""
        asked: list[tuple[str | None, int]] = []
        with self.store.reading() as conn:
            ids = reader_sets.ids_by_guid(conn, RecordKind.OPPORTUNITY)
            rows = record_rows(conn, [ids[deal.guid] for deal in DEALS])

        def read(_scope: Scope, at: str | None, count: int) -> RecordPage:
            asked.append((at, count))
            if at is not None and at.startswith("<"):
                end = int(at[1:])
                begin = max(0, end - count)
            else:
                begin = int(at[1:]) if at else 0
                end = min(begin + count, len(rows))
            return RecordPage(
                rows[begin:end],
                next_place=f">{end}" if end < len(rows) else None,
                previous_place=f"<{begin}" if begin else None,
            )

        return self.door.page(READER, RecordKind.OPPORTUNITY, read, place=place, size=size), asked


@pytest.fixture
def bench(store: Store) -> Bench:
    return Bench(store)


@pytest.mark.parametrize(
    "chosen", [slice(0, 0), slice(0, 2), slice(0, 11), slice(0, 12)], ids=["none", "few", "nearly all", "all"]
)
def test_a_scope_holds_exactly_what_the_crm_lets_somebody_read(bench: Bench, chosen: slice) -> None:
    bench.crm.grant(READER.oid, REFS[chosen])
    assert bench.listed(bench.door.scope(READER)) == set(REFS[chosen])


def test_the_smaller_side_of_a_set_is_kept(bench: Bench) -> None:
    bench.crm.grant(READER.oid, REFS[:11])
    kept = bench.door.scope(READER).sets[RecordKind.OPPORTUNITY]
    assert (kept.all_but, kept.size) == (True, 1)


def test_a_set_follows_the_crm_when_it_is_read_again(bench: Bench) -> None:
    for granted in (REFS[:2], REFS[1:4], REFS[:10], REFS[2:3], REFS):
        bench.crm.grant(READER.oid, granted)
        read_sets(bench.store, bench.crm, READER.oid, clock=lambda: bench.now)
        assert bench.listed(bench.door.scope(READER)) == set(granted)


def test_while_a_set_turns_round_nothing_is_read_rather_than_the_opposite(bench: Bench) -> None:
    bench.crm.grant(READER.oid, REFS[:2])
    scope = bench.door.scope(READER)
    bench.crm.grant(READER.oid, REFS[:11])
    read_sets(bench.store, bench.crm, READER.oid, clock=lambda: bench.now)
    assert bench.listed(scope) == set()
    assert bench.listed(bench.door.scope(READER)) == set(REFS[:11])


def test_a_record_that_came_later_is_not_in_a_set_that_names_the_others(bench: Bench) -> None:
    bench.crm.grant(READER.oid, REFS)
    scope = bench.door.scope(READER)
    late = guid("opportunity", "late")
    bench.brought(late, owner=0)
    with bench.store.reading() as conn:
        assert not reader_sets.within(conn, [RecordRef(RecordKind.OPPORTUNITY, late)], scope=scope)


def test_newcomers_are_looked_for_after_some_seconds(bench: Bench) -> None:
    bench.crm.grant(READER.oid, REFS)
    bench.door.scope(READER)
    bench.brought(guid("opportunity", "late"), owner=0)
    bench.door.scope(READER)
    assert bench.readings == 1
    bench.now += timedelta(seconds=6)
    bench.door.scope(READER)
    bench.door.scope(READER)
    assert bench.readings == 2


def test_without_a_set_nothing_is_counted_and_it_is_said(bench: Bench) -> None:
    bench.loads = False
    scope = bench.door.scope(READER)
    assert not scope.knows(RecordKind.OPPORTUNITY)
    assert bench.listed(scope) == set()
    assert bench.readings == 1


def test_a_set_is_read_again_after_two_minutes_and_counts_for_five(bench: Bench) -> None:
    bench.door.scope(READER)
    bench.loads = False
    bench.now += REREAD - timedelta(seconds=1)
    assert bench.door.scope(READER).knows(RecordKind.OPPORTUNITY)
    assert bench.readings == 1
    bench.now += timedelta(seconds=2)
    assert bench.door.scope(READER).knows(RecordKind.OPPORTUNITY)
    assert bench.readings == 2
    bench.now += OLDEST - REREAD
    assert not bench.door.scope(READER).knows(RecordKind.OPPORTUNITY)


def test_a_record_with_another_owner_is_left_out_until_the_set_is_read_again(bench: Bench) -> None:
    """F48: rights are read again before the next answer."""
    bench.door.scope(READER)
    bench.loads = False
    bench.brought(DEALS[0].guid, owner=1)
    assert bench.listed(bench.door.scope(READER)) == set(REFS[1:])
    assert bench.readings == 2
    bench.loads, bench.now = True, datetime.now(UTC) + timedelta(seconds=1)
    bench.door.scope(READER)
    assert bench.listed(bench.door.scope(READER)) == set(REFS)


def test_records_of_every_kind_are_asked_for_in_one_request(bench: Bench) -> None:
    account = RecordRef(RecordKind.ACCOUNT, guid("account", 1))
    bench.crm.grant(READER.oid, [REFS[0], account])
    assert bench.door.among(READER, [*REFS, account]) == {REFS[0], account}
    assert len(bench.crm.requests) == 1


def test_what_is_not_there_is_asked_for_like_what_is_not_one_s_own(bench: Bench) -> None:
    """A01: neither the answer nor the way to it tells the two apart."""
    bench.crm.grant(READER.oid, [])
    missing = RecordRef(RecordKind.OPPORTUNITY, guid("opportunity", "missing"))
    assert not bench.door.opens(READER, missing)
    assert not bench.door.opens(READER, REFS[0])
    assert [refs for _, refs in bench.crm.requests] == [{missing}, {REFS[0]}]


def test_a_page_is_filled_up_where_the_crm_withholds_records(bench: Bench) -> None:
    bench.crm.grant(READER.oid, REFS[::2])
    page, asked = bench.paged(4)
    assert [row.guid for row in page.rows] == [REFS[number].guid for number in (0, 2, 4, 6)]
    assert asked[0] == (None, 4)
    onward, _ = bench.paged(4, page.next_place)
    assert [row.guid for row in onward.rows] == [REFS[number].guid for number in (8, 10)]
    back, _ = bench.paged(4, onward.previous_place)
    assert [row.guid for row in back.rows][-2:] == [REFS[number].guid for number in (4, 6)]


def test_filling_up_ends_where_hardly_anything_may_be_read(bench: Bench) -> None:
    bench.crm.grant(READER.oid, [])
    page, asked = bench.paged(1)
    assert page.rows == ()
    assert len(asked) == 9


def test_while_the_crm_is_down_a_fresh_set_answers_and_an_old_one_does_not(bench: Bench) -> None:
    bench.crm.grant(READER.oid, REFS[:2])
    bench.door.scope(READER)
    bench.crm.is_down = True
    assert bench.door.among(READER, REFS) == set(REFS[:2])
    bench.now += OLDEST + timedelta(seconds=1)
    with pytest.raises(RightsUnknown):
        bench.door.among(READER, REFS)


@pytest.mark.parametrize("ask", [lambda door, who: door.scope(who).reach, lambda door, who: door.among(who, REFS)])
def test_without_a_reading_role_the_crm_is_not_even_asked(bench: Bench, ask: Callable[[Door, Reader], object]) -> None:
    assert ask(bench.door, Reader(oid(0), frozenset({AppRole.PRIVACY_OFFICER}))) in (Reach.NOTHING, frozenset())
    assert (bench.readings, bench.crm.requests) == (0, [])


def test_one_person_s_sets_say_nothing_about_another_s(bench: Bench) -> None:
    others = [Reader(oid(number), frozenset({AppRole.SELLER})) for number in (1, 2)]
    for reader, refs in zip(others, (REFS[:3], REFS[3:9]), strict=True):
        bench.crm.grant(reader.oid, refs)
    found: Sequence[set[RecordRef]] = [bench.listed(bench.door.scope(reader)) for reader in others]
    assert found == [set(REFS[:3]), set(REFS[3:9])]
