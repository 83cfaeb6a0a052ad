"""What the key figures of a record are read from: the example of docs/kpis.md through the tables, on both databases."""

from dataclasses import replace
from datetime import date, datetime

import kpi_example as example
import pytest
import sqlalchemy as sa
from sqlalchemy import Connection
from store_builders import FIRST, NEXT, PARIS, mailbox, opportunity, people, team

from relationship.activities import Activity, Kind, Party, RecordKind, Role, Status
from relationship.clock import number_of
from relationship.health.kpis.effort import Exchange, effort
from relationship.health.kpis.most import InTouch
from relationship.health.kpis.replies import replies
from relationship.store import tables
from relationship.store.activities import activity_tables, contact_days, sides, sightings
from relationship.store.activities.sightings import Piece
from relationship.store.crm import memberships, records
from relationship.store.crm.memberships import MembershipRow
from relationship.store.crm.record_tables import Address, Record
from relationship.store.crm.records import RecordRow
from relationship.store.database import Store
from relationship.store.knows import preferences
from relationship.store.knows.preferences import Choice
from relationship.store.privacy.exclusion_tables import ExcludedAddress
from relationship.store.reading import reading_exchanges, reading_reach, reading_similar
from relationship.store.reading.reading_exchanges import Period
from relationship.store.reading.reading_record import RatedRecord, rated_record
from relationship.store.reading.reading_scope import Reach, Scope
from relationship.store.upsert import insert_new

TODAY = number_of(date(2026, 6, 17))
LATELY = Period(TODAY - 89, TODAY)
EVERYTHING = Scope(Reach.UNCHECKED)
ADDRESSES = {name: f"{name.lower()}@{'fjord' if name in example.US else 'nordlys'}.example" for name in example.NUMBERS}
CREATED = date(2026, 4, 1)


@pytest.fixture
def conn(store: Store):
    with store.transaction() as connection:
        _the_example(connection)
        yield connection


def _the_example(conn: Connection) -> None:
    people(conn)
    vera = RecordRow(
        RecordKind.CONTACT, "c-vera", "Vera", "active", CREATED, account_guid="a1", addresses=(ADDRESSES["Vera"],)
    )
    records.save(conn, RecordKind.CONTACT, [vera], [], place=FIRST)
    records.save(conn, RecordKind.OPPORTUNITY, [opportunity("o1", created_on=CREATED)], [], place=FIRST)
    team(conn, "o1", "su-bruno")
    stakeholders = [MembershipRow(f"s-{guid}", "o1", "contact", guid) for guid in ("c-una", "c-vera")]
    memberships.save(conn, stakeholders, [], place=FIRST)
    pieces = [Piece(f"act{number}", "folder/inbox", {"number": number}) for number in range(len(example.acts()))]
    _deliver(conn, pieces)


def _deliver(conn: Connection, pieces: list[Piece]) -> None:
    source = mailbox(conn, "anne")
    sightings.apply_page(conn, source, "folder/inbox", pieces, [], place=NEXT, read=_read, zone=PARIS)
    sides.refresh(conn)
    contact_days.refresh(conn)


def _read(fields: dict[str, int]) -> Activity:
    act = example.acts()[fields["number"]]
    to = tuple(Party(ADDRESSES[name], Role.TO) for name in act.to)
    # A call that nobody answered lasted no minute.
    minutes = 0 if not act.answered else act.minutes
    parties = (Party(ADDRESSES[act.writer], Role.FROM), *to)
    return Activity(f"act{fields['number']}", act.kind, act.at, Status.DONE, parties, minutes)


def record(conn: Connection, kind: RecordKind = RecordKind.OPPORTUNITY, guid: str = "o1") -> RatedRecord:
    found = rated_record(conn, kind, scope=EVERYTHING, guid=guid)
    assert found is not None
    return found


def test_meetings_and_calls_are_told_with_their_length_and_our_attendance(conn: Connection):
    found = reading_exchanges.exchanges(conn, record(conn).id, LATELY)
    assert {(one.kind, one.ours, one.together, one.minutes, one.colleagues, one.count) for one in found} == {
        (Kind.MEETING, True, True, 60, 2, 1),
        (Kind.CALL, False, True, 15, 1, 1),
        (Kind.CALL, True, False, 0, 1, 1),
    }
    mails = [Exchange(Kind.EMAIL, ours=True, count=4), Exchange(Kind.EMAIL, ours=False, count=4)]
    assert effort([*mails, *found]).ours == 165.0


def test_alike_meetings_are_one_row_with_their_number(conn: Connection):
    activity = tables.table(activity_tables.Activity)
    conn.execute(sa.update(activity).where(activity.c.kind == "call").values(minutes=5))
    # With the same length, what is left to tell the two calls apart is who called and whether anybody answered.
    found = reading_exchanges.exchanges(conn, record(conn).id, LATELY)
    assert sum(one.count for one in found if one.kind is Kind.CALL) == 2


def test_a_period_leaves_out_what_lies_before_and_after_it(conn: Connection):
    day = number_of(date(2026, 6, 8))
    assert [one.kind for one in reading_exchanges.exchanges(conn, record(conn).id, Period(day, day))] == [Kind.MEETING]
    counts = reading_exchanges.day_counts(conn, record(conn).id, Period(day - 7, day))
    assert sorted(counts) == [
        (day - 7, "email", 2),
        (day - 6, "email", 1),
        (day - 4, "email", 1),
        (day - 3, "email", 1),
        (day, "meeting", 1),
    ]


def test_replies_come_out_as_in_the_document(conn: Connection):
    found = replies(reading_exchanges.mails(conn, record(conn).id, LATELY, most=300), now=example.NOW)
    assert (found.by_us.asked, found.by_us.answered, found.by_us.hours) == (3, 3, 168.5)
    assert (found.by_them.asked, found.by_them.answered, found.by_them.hours) == (3, 2, 25.5)


def test_only_the_latest_mails_are_looked_at(conn: Connection):
    mails = reading_exchanges.mails(conn, record(conn).id, LATELY, most=2)
    assert [one.at.isoformat() for one in mails] == ["2026-06-12T09:00:00+00:00", "2026-06-12T10:30:00+00:00"]


def test_another_address_of_a_colleague_is_the_same_person(conn: Connection):
    address = tables.table(Address)
    anne = conn.scalar(sa.select(address.c.colleague_id).where(address.c.address == ADDRESSES["Anne"]))
    conn.execute(sa.update(address).where(address.c.address == ADDRESSES["Bruno"]).values(colleague_id=anne))
    mails = reading_exchanges.mails(conn, record(conn).id, LATELY, most=300)
    assert {one.writer for one in mails if one.ours} == {-anne}


def test_the_latest_activity_is_the_last_that_took_place_by_the_day(conn: Connection):
    found = reading_exchanges.latest(conn, record(conn).id, TODAY)
    assert found is not None
    assert (found.kind, found.at, found.ours, found.theirs) == (
        "email",
        datetime.fromisoformat("2026-06-12T10:30:00+00:00"),
        True,
        False,
    )
    met = reading_exchanges.latest(conn, record(conn).id, number_of(date(2026, 6, 9)))
    assert met is not None
    assert (met.kind, met.ours, met.theirs) == ("meeting", True, True)
    assert reading_exchanges.latest(conn, record(conn).id, TODAY - 400) is None


def test_the_people_of_an_opportunity_are_known_with_their_last_day(conn: Connection):
    known = reading_reach.known_people(conn, record(conn), scope=EVERYTHING)
    names = reading_reach.named(conn, [one.key for one in known])
    last = {names[one.key].guid: one.last_day for one in known}
    assert last == {"c-tor": number_of(date(2026, 6, 12)), "c-una": number_of(date(2026, 6, 8)), "c-vera": None}


def test_an_account_knows_its_contacts_and_a_contact_knows_nobody(conn: Connection):
    account = reading_reach.known_people(conn, record(conn, RecordKind.ACCOUNT, "a1"), scope=EVERYTHING)
    assert len(account) == 3
    assert reading_reach.known_people(conn, record(conn, RecordKind.CONTACT, "c-tor"), scope=EVERYTHING) == []


@pytest.mark.parametrize(("kind", "guid"), [(RecordKind.OPPORTUNITY, "o1"), (RecordKind.ACCOUNT, "a1")])
def test_the_most_contacted_are_told_with_their_activities(conn: Connection, kind: RecordKind, guid: str):
    found = reading_reach.contacted(conn, record(conn, kind, guid), LATELY, scope=EVERYTHING)
    assert {(one.guid, one.emails, one.meetings, one.calls) for one in found} == {
        ("c-tor", 6, 1, 2),
        ("c-una", 3, 1, 0),
    }


def test_who_is_left_out_or_inactive_or_unreadable_is_neither_counted_nor_named(conn: Connection):
    insert_new(conn, ExcludedAddress, [{"address": "contact:c-una"}], key=["address"])
    row = tables.table(Record)
    conn.execute(sa.update(row).where(row.c.guid == "c-vera").values(status="inactive"))
    known = reading_reach.known_people(conn, record(conn), scope=EVERYTHING)
    assert [one.guid for one in reading_reach.named(conn, [one.key for one in known]).values()] == ["c-tor"]
    assert [one.guid for one in reading_reach.contacted(conn, record(conn), LATELY, scope=EVERYTHING)] == ["c-tor"]
    nothing = Scope(Reach.NOTHING)
    assert reading_reach.known_people(conn, record(conn), scope=nothing) == []
    assert reading_reach.contacted(conn, record(conn), LATELY, scope=nothing) == []


def test_colleagues_in_touch_are_told_by_their_days(conn: Connection):
    # Anne: 20 May, 1, 5, 8, 10, 11 and 12 June; Bruno: 2, 4 and 8 June.
    found = reading_reach.in_touch(conn, record(conn), LATELY)
    assert found == [
        InTouch("anne", "Anne", 7, number_of(date(2026, 6, 12))),
        InTouch("bruno", "Bruno", 3, number_of(date(2026, 6, 8))),
    ]


def test_whoever_opted_out_or_is_left_out_or_left_is_in_touch_with_nobody(conn: Connection):
    preferences.save(conn, "anne", Choice(opted_out_at=example.NOW))
    assert [one.key for one in reading_reach.in_touch(conn, record(conn), LATELY)] == ["bruno"]
    insert_new(conn, ExcludedAddress, [{"address": "user:bruno"}], key=["address"])
    assert reading_reach.in_touch(conn, record(conn), LATELY) == []


def test_only_those_who_sell_an_opportunity_are_in_touch_for_it(conn: Connection):
    memberships.save(conn, [], ["m-su-bruno"], place=NEXT)
    sides.refresh(conn)
    contact_days.refresh(conn)
    assert [one.key for one in reading_reach.in_touch(conn, record(conn), LATELY)] == ["anne"]
    account = record(conn, RecordKind.ACCOUNT, "a1")
    assert [one.key for one in reading_reach.in_touch(conn, account, LATELY)] == ["anne", "bruno"]


def test_similar_opportunities_share_segment_currency_and_size_and_were_read_whole(conn: Connection):
    own = replace(record(conn), segment="PME", value=100.0, currency="EUR")
    table = tables.table(Record)
    rows = {
        "alike": {},
        "twice": {"value": 200.0},
        "smaller": {"value": 49.0},
        "dollars": {"currency": "USD"},
        "segment": {"segment": "ETI"},
        "lost": {"status": "lost"},
        "early": {"closed_on": date(2026, 3, 30)},  # its 90 days began on 31 December
        "whole": {"closed_on": date(2026, 3, 31)},
        "later": {"closed_on": date(2026, 6, 18)},
    }
    usual = {"status": "won", "value": 60.0, "currency": "EUR", "segment": "PME", "closed_on": date(2026, 6, 1)}
    records.save(conn, RecordKind.OPPORTUNITY, [opportunity(guid, created_on=CREATED) for guid in rows], [], place=NEXT)
    for guid, columns in rows.items():
        conn.execute(sa.update(table).where(table.c.guid == guid).values(**{**usual, **columns}))
    like = reading_similar.likeness(own)
    found = reading_similar.closed(conn, own, like, "won", until=date(2026, 6, 17), read_from=date(2026, 1, 1))
    guids = dict(conn.execute(sa.select(table.c.id, table.c.guid)).all())
    assert [guids[one.record_id] for one in found] == ["twice", "alike", "whole"]
    assert found[0].days == 61  # from 1 April to 1 June


def test_deals_are_counted_within_their_own_period(conn: Connection):
    found = record(conn)
    until = number_of(date(2026, 6, 10))
    lifetime = reading_similar.Lifetime(found.id, number_of(date(2026, 6, 1)), until)
    # 14 days to 10 June: from 28 May, so without the mail of 20 May and what came later.
    (deal,) = reading_similar.deals(conn, [lifetime])
    assert (deal.days, deal.emails, deal.meetings, deal.calls) == (14, 5, 1, 1)
