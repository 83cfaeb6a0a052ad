"""A contact that was merged into another stands for that one, whatever order told it (F48)."""

from datetime import date
from itertools import permutations

import pytest
from store_builders import ANNE, NEXT, TOR, UNA, days_of, deliver, mail, mailbox, people

from relationship.activities import RecordKind
from relationship.store.activities import contact_days, sides
from relationship.store.crm import records
from relationship.store.crm.records import RecordRow
from relationship.store.database import Store


@pytest.fixture
def conn(store: Store):
    with store.transaction() as connection:
        people(connection)
        yield connection


def contact(guid: str, *addresses: str, into: str | None = None, account: str = "a1") -> RecordRow:
    status = "inactive" if into else "active"
    return RecordRow(
        RecordKind.CONTACT, guid, guid, status, date(2024, 6, 17), account_guid=account, contact_guid=into,
        addresses=addresses,
    )  # fmt: skip


def told(conn, *rows: RecordRow, gone: tuple[str, ...] = ()) -> None:
    for row in rows:
        records.save(conn, RecordKind.CONTACT, [row], [], place=NEXT)
    records.save(conn, RecordKind.CONTACT, [], gone, place=NEXT)
    sides.refresh(conn)
    contact_days.refresh(conn)


def written(conn) -> None:
    deliver(conn, mailbox(conn, "anne"), mail("m1", ANNE, TOR, days_ago=3), mail("m2", UNA, ANNE, days_ago=2))
    call = mail("m3", "systemuser:su-anne", "contact:c-una", kind="call", days_ago=1)
    deliver(conn, mailbox(conn, "anne"), call)


def test_what_was_with_the_merged_contact_counts_for_the_master_and_its_deals(conn):
    written(conn)
    told(conn)
    assert days_of(conn, "opportunity", "o1") == [("email", 3, 1, 0)]
    told(conn, contact("c-una", UNA, into="c-tor"))
    everything = [("email", 3, 1, 0), ("email", 2, 0, 1), ("call", 1, 1, 1)]
    assert days_of(conn, "contact", "c-tor") == everything
    assert days_of(conn, "opportunity", "o1") == everything
    assert days_of(conn, "account", "a1") == everything
    assert days_of(conn, "contact", "c-una") == []


def test_mail_that_comes_after_the_merge_counts_for_the_master_too(conn):
    told(conn, contact("c-una", UNA, into="c-tor"))
    written(conn)
    told(conn)
    assert [kind for kind, *_ in days_of(conn, "contact", "c-tor")] == ["email", "email", "call"]


def test_a_merge_that_is_undone_parts_them_again(conn):
    written(conn)
    told(conn, contact("c-una", UNA, into="c-tor"))
    told(conn, contact("c-una", UNA))
    assert days_of(conn, "contact", "c-tor") == [("email", 3, 1, 0)]
    assert days_of(conn, "contact", "c-una") == [("email", 2, 0, 1), ("call", 1, 1, 1)]


def test_the_merged_contact_of_another_account_counts_for_the_masters_account_too(conn):
    written(conn)
    told(conn, contact("c-una", UNA, into="c-tor", account="a2"))
    assert len(days_of(conn, "account", "a1")) == 3


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_chain_of_merges_ends_with_the_last_master_in_any_order(conn, order):
    written(conn)
    rows = [contact("c-una", UNA, into="c-old"), contact("c-old", into="c-tor"), contact("c-tor", TOR)]
    told(conn, *(rows[number] for number in order))
    assert len(days_of(conn, "contact", "c-tor")) == 3
    assert days_of(conn, "contact", "c-old") == days_of(conn, "contact", "c-una") == []


def test_two_that_name_each_other_end_the_search(conn):
    written(conn)
    told(conn, contact("c-una", UNA, into="c-tor"), contact("c-tor", TOR, into="c-una"))
    assert days_of(conn, "contact", "c-una") == days_of(conn, "contact", "c-tor") == []


def test_a_master_that_is_gone_leaves_the_merged_contact_its_own(conn):
    written(conn)
    told(conn, contact("c-una", UNA, into="c-gone"))
    assert len(days_of(conn, "contact", "c-una")) == 2
