"""From days of contact to ties: who is one person, what is kept, and what goes without a trace."""

import pytest
from store_builders import FIRST, NEXT
from tie_worlds import (
    NOW,
    OURS,
    OUTSIDE,
    TODAY,
    Deed,
    bring_up_to_date,
    contact,
    deliver,
    lead,
    piece,
    settle,
    stored_days,
    stored_pairs,
)

from relationship.activities import RecordKind
from relationship.graph.ties import closeness
from relationship.store.crm import records
from relationship.store.database import Store
from relationship.store.knows import preferences
from relationship.store.knows.preferences import Choice
from relationship.store.privacy import retention

ANNE, BRUNO, BRUNO_TOO, CEM = OURS
TOR, UNA, STRANGER = OUTSIDE


@pytest.fixture
def conn(store: Store):
    with store.transaction() as connection:
        settle(connection)
        yield connection


def happened(conn, *deeds):
    deliver(conn, [piece(deed, f"k{number}") for number, deed in enumerate(deeds)])
    bring_up_to_date(conn)


def mail(sender, *others, days_ago=0):
    return Deed("email", days_ago, sender, others)


def closenesses(conn) -> dict[tuple[str, str], float]:
    """By colleague and record, or two colleagues, as of today; pairs without a tie are not there."""
    rows = conn.exec_driver_sql(
        "SELECT c.key, COALESCE(r.guid, o.key), t.ours, t.theirs FROM tie t JOIN colleague c ON c.id = t.colleague_id "
        "LEFT JOIN record r ON 2 * r.id + 1 = t.person LEFT JOIN colleague o ON 2 * o.id = t.person"
    )
    found = {(key, other): float(closeness(ours, theirs, today=TODAY)) for key, other, ours, theirs in rows}
    return {pair: pytest.approx(close) for pair, close in found.items() if close}


def rows_of(conn, name: str, key: str) -> int:
    query = f"SELECT COUNT(*) FROM {name} t JOIN colleague c ON c.id = t.colleague_id WHERE c.key = '{key}'"
    return conn.exec_driver_sql(query).scalar_one()


def test_a_mail_and_its_answer_are_a_closeness_of_one(conn):
    happened(conn, mail(ANNE, TOR), mail(TOR, ANNE))
    assert closenesses(conn) == {("anne", "c-tor"): 1.0}


def test_a_mail_to_two_contacts_is_half_a_share_for_each(conn):
    happened(conn, mail(ANNE, TOR, UNA))
    assert closenesses(conn) == {("anne", "c-tor"): 0.05, ("anne", "c-una"): 0.05}


def test_two_colleagues_in_a_meeting_with_a_contact_have_a_tie_too(conn):
    happened(conn, Deed("meeting", 0, ANNE, (BRUNO, TOR)))
    assert closenesses(conn) == {("anne", "c-tor"): 0.5, ("bruno", "c-tor"): 0.5, ("anne", "bruno"): 0.5}


def test_a_colleague_with_two_addresses_on_a_mail_is_one_person(conn):
    happened(conn, mail(TOR, BRUNO, BRUNO_TOO))
    assert stored_days(conn) == {("bruno", TOR, "email", 0): (0, 1)}


def test_the_address_of_nobody_has_days_but_no_tie_until_it_becomes_a_lead(conn):
    happened(conn, mail(ANNE, STRANGER, days_ago=90))
    assert closenesses(conn) == {}
    records.save(conn, RecordKind.LEAD, [lead("l-x", STRANGER)], [], place=NEXT)
    bring_up_to_date(conn)
    assert closenesses(conn) == {("anne", "l-x"): 0.05}


def test_a_lead_that_becomes_a_contact_keeps_its_ties_under_the_contact(conn):
    records.save(conn, RecordKind.LEAD, [lead("l-x", STRANGER)], [], place=FIRST)
    happened(conn, mail(ANNE, STRANGER))
    records.save(conn, RecordKind.LEAD, [], ["l-x"], place=NEXT)
    records.save(conn, RecordKind.CONTACT, [contact("c-x", STRANGER)], [], place=NEXT)
    bring_up_to_date(conn)
    assert closenesses(conn) == {("anne", "c-x"): 0.1}


def test_mails_to_both_addresses_of_a_contact_on_one_day_count_once(conn):
    records.save(conn, RecordKind.CONTACT, [contact("c-tor", TOR, STRANGER)], [], place=NEXT)
    happened(conn, mail(ANNE, TOR), mail(ANNE, STRANGER))
    assert closenesses(conn) == {("anne", "c-tor"): 0.1}


def test_an_address_taken_from_a_contact_takes_its_ties_along(conn):
    records.save(conn, RecordKind.CONTACT, [contact("c-tor", TOR, STRANGER)], [], place=NEXT)
    happened(conn, mail(ANNE, STRANGER))
    records.save(conn, RecordKind.CONTACT, [contact("c-tor", TOR)], [], place=NEXT)
    bring_up_to_date(conn)
    assert closenesses(conn) == {}


def test_a_contact_merged_into_another_gives_its_ties_to_that_one(conn):
    happened(conn, mail(ANNE, TOR), mail(UNA, ANNE))
    assert closenesses(conn) == {("anne", "c-tor"): 0.1, ("anne", "c-una"): 0.1}
    records.save(conn, RecordKind.CONTACT, [contact("c-una", UNA, contact_guid="c-tor")], [], place=NEXT)
    bring_up_to_date(conn)
    assert closenesses(conn) == {("anne", "c-tor"): 1.0}


def test_a_contact_deleted_in_the_crm_leaves_no_tie_to_a_record_that_comes_later(conn):
    happened(conn, mail(ANNE, UNA))
    records.save(conn, RecordKind.CONTACT, [], ["c-una"], place=NEXT)
    records.save(conn, RecordKind.LEAD, [lead("l-other", "somebody@else.example")], [], place=NEXT)
    bring_up_to_date(conn)
    assert closenesses(conn) == {}


def test_a_mail_that_is_deleted_takes_its_tie_along(conn):
    happened(conn, mail(ANNE, TOR))
    deliver(conn, [], ["k0"])
    bring_up_to_date(conn)
    assert (stored_days(conn), closenesses(conn)) == ({}, {})


def test_a_second_refresh_writes_nothing(conn):
    happened(conn, mail(ANNE, TOR), Deed("meeting", 3, ANNE, (CEM, TOR)))
    before = conn.exec_driver_sql("SELECT stamp FROM tie_round").scalar_one()
    bring_up_to_date(conn)
    assert conn.exec_driver_sql("SELECT stamp FROM tie_round").scalar_one() == before


def test_only_the_ties_that_changed_carry_the_new_stamp(conn):
    happened(conn, mail(ANNE, TOR), mail(CEM, UNA))
    before = conn.exec_driver_sql("SELECT stamp FROM tie_round").scalar_one()
    deliver(conn, [piece(mail(TOR, ANNE), "k9")])
    bring_up_to_date(conn)
    newer = conn.exec_driver_sql(f"SELECT COUNT(*) FROM tie WHERE stamp > {before}").scalar_one()
    assert newer == 1


def test_more_than_twenty_people_besides_are_a_crowd_for_colleagues_and_not_for_the_contact(conn):
    crowd = tuple(f"p{number}@elsewhere.example" for number in range(19))
    happened(conn, Deed("meeting", 0, ANNE, (CEM, TOR, *crowd)))
    assert stored_pairs(conn) == {}
    assert closenesses(conn)["anne", "c-tor"] == pytest.approx(1 / 21)


def test_retention_removes_the_days_and_ties_of_removed_activities(conn):
    happened(conn, Deed("meeting", 400, ANNE, (CEM, TOR)), mail(ANNE, TOR, days_ago=3))
    first = TODAY - 400
    retention.remove_days(conn, first, first, contact_days_before=first + 1)
    bring_up_to_date(conn)
    assert stored_days(conn) == {("anne", TOR, "email", 3): (1, 0)}
    assert set(closenesses(conn)) == {("anne", "c-tor")}


def test_opting_out_leaves_no_row_and_taking_it_back_brings_the_same_ties(conn):
    happened(conn, Deed("meeting", 2, ANNE, (CEM, TOR)), mail(TOR, ANNE, days_ago=1))
    before = (stored_days(conn), stored_pairs(conn), closenesses(conn))
    preferences.save(conn, "anne", Choice(opted_out_at=NOW))
    assert [rows_of(conn, name, "anne") for name in ("tie_activity", "tie_day", "tie", "stale_tie")] == [0, 0, 0, 0]
    assert set(closenesses(conn)) == {("cem", "c-tor")}
    deliver(conn, [piece(mail(ANNE, TOR), "k7")])
    bring_up_to_date(conn)
    assert set(closenesses(conn)) == {("cem", "c-tor")}
    deliver(conn, [], ["k7"])
    preferences.save(conn, "anne", Choice())
    bring_up_to_date(conn)
    assert (stored_days(conn), stored_pairs(conn), closenesses(conn)) == before
