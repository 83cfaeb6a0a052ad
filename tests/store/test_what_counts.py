"""What counts for a record (design: "what counts"), on both databases."""

import pytest
from store_builders import (
    ANNE,
    BRUNO,
    FIRST,
    NEXT,
    STRANGER,
    TOR,
    UNA,
    days_of,
    deliver,
    mail,
    mailbox,
    opportunity,
    people,
    team,
)

from relationship.activities import RecordKind
from relationship.store.activities import contact_days, sides
from relationship.store.crm import records
from relationship.store.database import Store


@pytest.fixture
def conn(store: Store):
    with store.transaction() as connection:
        people(connection)
        yield connection


def counted(conn, *mails, kind="opportunity", guid="o1"):
    deliver(conn, mailbox(conn, "anne"), *mails)
    sides.refresh(conn)
    contact_days.refresh(conn)
    return days_of(conn, kind, guid)


def test_a_mail_from_the_owner_to_the_contact_is_ours(conn):
    assert counted(conn, mail("m1", ANNE, TOR, days_ago=3)) == [("email", 3, 1, 0)]


def test_an_answer_from_the_contact_is_theirs(conn):
    assert counted(conn, mail("m1", TOR, ANNE, days_ago=2)) == [("email", 2, 0, 1)]


def test_several_mails_of_a_day_are_one_contact_day_with_their_numbers(conn):
    mails = [mail("m1", ANNE, TOR, days_ago=2), mail("m2", ANNE, TOR, days_ago=2), mail("m3", TOR, ANNE, days_ago=2)]
    assert counted(conn, *mails) == [("email", 2, 2, 1)]


def test_the_day_is_that_of_the_organisations_time_zone(conn):
    late = mail("m1", ANNE, TOR, at="2026-06-15T22:30:00+00:00")  # half past midnight on the 16th in Paris
    assert counted(conn, late) == [("email", 1, 1, 0)]


def test_a_colleague_outside_the_sales_team_does_not_count_for_the_opportunity(conn):
    assert counted(conn, mail("m1", BRUNO, TOR, days_ago=1)) == []


def test_but_counts_for_the_contact_and_for_the_account(conn):
    assert counted(conn, mail("m1", BRUNO, TOR, days_ago=1), kind="contact", guid="c-tor") == [("email", 1, 1, 0)]
    assert days_of(conn, "account", "a1") == [("email", 1, 1, 0)]


def test_the_sales_team_counts(conn):
    team(conn, "o1", "su-bruno")
    assert counted(conn, mail("m1", BRUNO, TOR, days_ago=1)) == [("email", 1, 1, 0)]


def test_joining_the_team_later_makes_earlier_mail_count_and_leaving_takes_it_away(conn):
    assert counted(conn, mail("m1", BRUNO, TOR, days_ago=1)) == []
    team(conn, "o1", "su-bruno")
    assert counted(conn) == [("email", 1, 1, 0)]
    from relationship.store.crm import memberships

    memberships.save(conn, [], ["m-su-bruno"], place=NEXT)
    assert counted(conn) == []


def test_another_contact_of_the_account_does_not_count_for_the_opportunity(conn):
    assert counted(conn, mail("m1", ANNE, UNA, days_ago=1)) == []
    assert days_of(conn, "account", "a1") == [("email", 1, 1, 0)]


def test_two_people_of_one_side_in_copy_make_no_contact(conn):
    assert counted(conn, mail("m1", STRANGER, ANNE, TOR, days_ago=1)) == []


def test_a_mail_filed_under_the_opportunity_always_counts_and_under_another_one_never(conn):
    records.save(conn, RecordKind.OPPORTUNITY, [opportunity("o2")], [], place=FIRST)
    filed = [
        mail("m1", BRUNO, UNA, days_ago=4, regarding=("opportunity", "o1")),
        mail("m2", ANNE, TOR, days_ago=2, regarding=("opportunity", "o2")),
    ]
    assert counted(conn, *filed) == [("email", 4, 1, 0)]
    assert days_of(conn, "opportunity", "o2") == [("email", 2, 1, 0)]


def test_a_held_meeting_is_from_both_sides_and_a_completed_task_from_us(conn):
    acts = [
        mail("m1", ANNE, TOR, kind="meeting", days_ago=5),
        mail("m2", ANNE, TOR, kind="task", days_ago=4),
        mail("m3", TOR, ANNE, kind="call", days_ago=3),
    ]
    assert counted(conn, *acts) == [("meeting", 5, 1, 1), ("task", 4, 1, 0), ("call", 3, 1, 1)]


def test_a_planned_activity_is_no_contact_day(conn):
    assert counted(conn, mail("m1", ANNE, TOR, kind="meeting", days_ago=-5, status="planned")) == []


def test_the_same_mail_in_five_mailboxes_is_one_activity(conn):
    for owner in ("anne", "bruno", "claire", "dina", "emil"):
        deliver(conn, mailbox(conn, owner), mail(f"{owner}/m1", TOR, ANNE, BRUNO, days_ago=1))
    assert counted(conn) == [("email", 1, 0, 1)]


def test_a_mail_lives_as_long_as_one_mailbox_holds_it(conn):
    anne, bruno = mailbox(conn, "anne"), mailbox(conn, "bruno")
    deliver(conn, anne, mail("a/m1", TOR, ANNE, BRUNO, days_ago=1))
    deliver(conn, bruno, mail("b/m1", TOR, ANNE, BRUNO, days_ago=1))
    deliver(conn, anne, removed=("a/m1",))
    assert counted(conn) == [("email", 1, 0, 1)]
    deliver(conn, bruno, removed=("b/m1",))
    assert counted(conn) == []
    assert conn.exec_driver_sql("SELECT COUNT(*) FROM activity").scalar_one() == 0


@pytest.mark.parametrize("removal_first", [True, False])
def test_a_move_is_no_deletion_in_whatever_order_its_halves_arrive(conn, removal_first):
    source = mailbox(conn, "anne")
    deliver(conn, source, mail("m1", TOR, ANNE, days_ago=1))
    moved = mail("m1", TOR, ANNE, days_ago=1, container="folder/archive")
    if removal_first:
        deliver(conn, source, removed=("m1",))
        deliver(conn, source, moved, container="folder/archive")
    else:
        deliver(conn, source, moved, container="folder/archive")
        deliver(conn, source, removed=("m1",))
    assert counted(conn) == [("email", 1, 0, 1)]


def test_the_same_page_twice_writes_nothing(conn):
    source = mailbox(conn, "anne")
    page = [mail(f"m{n}", TOR, ANNE, days_ago=n) for n in range(10)]
    assert deliver(conn, source, *page) > 0
    counted(conn)
    assert deliver(conn, source, *page) == 0
    assert contact_days.refresh(conn) == 0


def test_a_changed_date_moves_the_contact_day(conn):
    assert counted(conn, mail("m1", ANNE, TOR, days_ago=9)) == [("email", 9, 1, 0)]
    assert counted(conn, mail("m1", ANNE, TOR, days_ago=2)) == [("email", 2, 1, 0)]


def test_a_new_contact_person_brings_its_mail_with_it(conn):
    assert counted(conn, mail("m1", ANNE, UNA, days_ago=3)) == []
    records.save(conn, RecordKind.OPPORTUNITY, [opportunity("o1", contact_guid="c-una")], [], place=NEXT)
    assert counted(conn) == [("email", 3, 1, 0)]


def test_a_deleted_record_leaves_no_contact_day(conn):
    assert counted(conn, mail("m1", ANNE, TOR, days_ago=3)) != []
    records.save(conn, RecordKind.OPPORTUNITY, [], ["o1"], place=NEXT)
    assert counted(conn) == []
