"""From what came in to signals that are kept, on both databases."""

from datetime import UTC, date, datetime, timedelta

import orjson
import pytest
import sqlalchemy as sa
from store_builders import FIRST, opportunity, people

from relationship.activities import RecordKind
from relationship.clock import frozen_clock, number_of
from relationship.config import Config
from relationship.desk.detect import detect_all, detect_some, would_detect
from relationship.desk.rate import rate_all
from relationship.house import House
from relationship.store import deployment, rules
from relationship.store.activities.activity_tables import Activity, ActivityParty, RecordActivity
from relationship.store.crm import records
from relationship.store.crm.record_tables import Address, Record, RecordSide
from relationship.store.crm.records import RecordRow
from relationship.store.customers import contact_standings, usage
from relationship.store.customers.customer_tables import ACCOUNT_EVENT, STAGE_DAY, USAGE_DAY
from relationship.store.database import Store
from relationship.store.outbox.outbox_tables import DELIVERY
from relationship.store.signals import signals
from relationship.store.signals.signal_tables import SIGNAL
from relationship.store.sources import sources
from relationship.store.tables import table
from relationship.store.verbatims.verbatim_tables import VERBATIM, VERBATIM_MARK
from relationship.terminal.seeding_contacts import change_primary_contacts
from settings.rules import Actions, Rules, Signals
from settings.rules.actions import EVENTS, Endpoint

NOW = datetime(2026, 6, 17, 9, tzinfo=UTC)
TODAY = number_of(NOW.date())
RECORD = table(Record)
ADDRESS, SIDE, PARTY = table(Address), table(RecordSide), table(ActivityParty)
ACTIVITY, LINK = table(Activity), table(RecordActivity)


def house(store: Store, *, days_later: int = 0, hours: int = 0) -> House:
    config = Config(_env_file=None, mode="test", tenant_id="7c4b0f4e-0000-4000-8000-000000000001")
    return House(config, store, frozen_clock(NOW + timedelta(days=days_later, hours=hours)))


@pytest.fixture
def office(store: Store) -> Store:
    """Nordlys with Tor, Una and the opportunity "o1", of which nothing is known."""
    with store.transaction() as conn:
        deployment.ensure(conn, tenant_id="t", time_zone="Europe/Paris", read_from=None)
        people(conn)
    rate_all(house(store))
    return store


def number(store: Store, kind: str, guid: str) -> int:
    with store.reading() as conn:
        return int(conn.scalar(sa.select(RECORD.c.id).where(RECORD.c.kind == kind, RECORD.c.guid == guid)) or 0)


def happened(store: Store, kind: str, direction: str, *, days_ago: int = 3, key: str = "e") -> None:
    row = {"account_id": number(store, "account", "a1"), "key": key, "day": TODAY - days_ago, "kind": kind}
    with store.transaction() as conn:
        conn.execute(sa.insert(ACCOUNT_EVENT), [{**row, "direction": direction, "added_at": NOW}])


def used(store: Store, logins_by_month: dict[date, int]) -> None:
    """Log-ins on every day of these months."""
    account = number(store, "account", "a1")
    rows = [
        {"account_id": account, "day": number_of(first) + day, "logins": logins, "active_users": 3, "seats": 10}
        for first, logins in logins_by_month.items()
        for day in range(31)
        if (first + timedelta(days=day)).month == first.month and number_of(first) + day < TODAY
    ]
    with store.transaction() as conn:
        conn.execute(sa.insert(USAGE_DAY), rows)
        usage.add_up(conn, sa.select(USAGE_DAY.c.account_id, USAGE_DAY.c.day).subquery("touched"))


def found(store: Store) -> dict[str, signals.SignalRow]:
    with store.reading() as conn:
        return {row.detector: row for row in signals.open_of(conn)}


def test_an_event_is_a_signal_once_and_ends_when_it_is_old(office: Store) -> None:
    happened(office, "budget", "down")
    first = detect_all(house(office))
    assert (first.accounts, first.opened) == (1, len(found(office)))
    row = found(office)["H-R8"]
    assert [(fact.what, fact.day) for fact in row.evidence] == [("event", TODAY - 3)]
    again = detect_all(house(office))
    assert (again.opened, again.ended) == (0, 0)
    assert found(office)["H-R8"].id == row.id
    detect_all(house(office, days_later=200))
    assert "H-R8" not in found(office)
    with office.reading() as conn:
        ended = signals.by_id(conn, row.id)
    assert ended is not None
    assert (ended.first_seen, ended.last_seen, ended.ended_why) == (TODAY, TODAY, "over")
    assert ended.ended_at == NOW + timedelta(days=200)


def test_the_same_fact_that_comes_again_opens_its_own_signal_again(office: Store) -> None:
    happened(office, "competitor", "")
    detect_all(house(office))
    row = found(office)["H-X5"]
    with office.transaction() as conn:
        rules.save(conn, Rules(signals=Signals(off=("H-X5",))), at=NOW, by="test")
    assert detect_all(house(office)).ended == 1
    with office.transaction() as conn:
        rules.save(conn, Rules(), at=NOW, by="test")
    detect_all(house(office))
    assert found(office)["H-X5"] == row


def test_a_fall_of_log_ins_is_found_and_a_feed_that_stops_is_told_instead(office: Store) -> None:
    before = [date(2025, month, 1) for month in (10, 11, 12)] + [date(2026, month, 1) for month in (1, 2, 3)]
    used(office, {**dict.fromkeys(before, 100), date(2026, 4, 1): 60, date(2026, 5, 1): 55, date(2026, 6, 1): 50})
    detect_all(house(office))
    fall = found(office)["H-R1"]
    assert [(round(fact.value or 0), round(fact.before or 0)) for fact in fall.evidence] == [(60, 100), (55, 100)]
    detect_all(house(office, days_later=40))
    assert found(office)["H-R1"].last_seen == TODAY
    with office.reading() as conn:
        states = signals.source_states(conn)
    assert states[number(office, "account", "a1"), "usage"] == "broken"


def test_an_opportunity_in_its_stage_for_long_drags_on_until_it_is_closed(office: Store) -> None:
    deal = number(office, "opportunity", "o1")
    with office.transaction() as conn:
        conn.execute(sa.insert(STAGE_DAY), [{"record_id": deal, "day": TODAY - 70, "stage": "1", "source": "crm"}])
    detect_all(house(office))
    assert found(office)["H-P1"].record_id == deal
    with office.transaction() as conn:
        won = [opportunity("o1", status="won", closed_on=NOW.date())]
        records.save(conn, RecordKind.OPPORTUNITY, won, [], place=FIRST)
    detect_all(house(office))
    assert "H-P1" not in found(office)


def test_a_contact_that_leaves_is_noticed_once(office: Store) -> None:
    detect_all(house(office))
    assert "H-R5" not in found(office)
    gone = RecordRow(RecordKind.CONTACT, "c-tor", "c-tor", "inactive", date(2024, 6, 17), account_guid="a1")
    with office.transaction() as conn:
        records.save(conn, RecordKind.CONTACT, [gone], [], place=FIRST)
    detect_all(house(office))
    detect_all(house(office, days_later=1))
    assert [fact.what for fact in found(office)["H-R5"].evidence] == ["contact_left"]
    with office.reading() as conn:
        assert len(contact_standings.changes(conn, since=0, until=TODAY + 9)) == 1


def test_what_customers_say_and_who_comes_to_meetings_is_detected_of_one_account_alone(office: Store) -> None:
    """Two angry texts about support, one that asks for a discount, one that names competitors; four meetings with two
    of theirs, then four with one."""
    account, gone = number(office, "account", "a1"), 990
    texts = [
        (1, 5, "negative", "anger", "service/support"),
        (2, 9, "negative", "anger", "service/support"),
        (3, 9, "neutral", "calm", "price/discount"),
        (4, 9, "neutral", "calm", "risk/competition"),
        (5, 9, "positive", "joy", "risk/competition"),
    ]
    with office.transaction() as conn:
        rows = [
            {"id": one, "key": str(one), "source": "survey", "day": TODAY - ago, "text": "…", "account_id": account,
             "feeling": feeling, "emotion": emotion, "added_at": NOW}
            for one, ago, feeling, emotion, _theme in texts
        ]  # fmt: skip
        conn.execute(sa.insert(VERBATIM), rows)
        marks = [{"verbatim_id": one, "sort": "theme", "word": theme} for one, *_, theme in texts]
        conn.execute(sa.insert(VERBATIM_MARK), marks)
        conn.execute(sa.insert(ADDRESS), [{"id": gone + one, "address": f"p{one}@nordlys.example"} for one in (1, 2)])
        sides = [{"record_id": account, "address_id": gone + one, "side": "them"} for one in (1, 2)]
        conn.execute(sa.insert(SIDE), sides)
        for one in range(8):
            day, people = TODAY - 3 - 20 * one, (1,) if one < 3 else (1, 2)
            held = {"kind": "meeting", "day": day, "status": "done"}
            at = NOW - timedelta(days=TODAY - day)
            conn.execute(sa.insert(ACTIVITY), [{"id": gone + one, "key": f"m{one}", "at": at, **held}])
            conn.execute(
                sa.insert(PARTY),
                [{"activity_id": gone + one, "address_id": gone + who, "role": "to"} for who in people],
            )
            link = {"record_id": account, "activity_id": gone + one, "ours": 1, "theirs": 1, **held}
            conn.execute(sa.insert(LINK), [link])
        read = sources.ensure(conn, ["mailbox/una"])
        sources.set_state(conn, read["mailbox/una"], "healthy", at=NOW, success=True)
        rules.save(conn, Rules(signals=Signals(participants_least=3)), at=NOW, by="test")
        conn.execute(sa.insert(SIGNAL), [other_signal(conn)])
    detect_some(house(office), [account])
    seen = found(office)
    facts = {
        detector: [(fact.what, fact.ref) for fact in seen[detector].evidence] for detector in ("H-X3", "H-X4", "H-X5")
    }
    assert facts == {
        "H-X3": [("angry_text", 1), ("angry_text", 2)],
        "H-X4": [("price_text", 3)],
        "H-X5": [("rival_text", 4)],
    }
    assert [(fact.value, fact.before) for fact in seen["H-X2.fewer"].evidence] == [(1.0, 2.0)]
    assert seen["H-R4"].account_id != account  # it was not looked at, so it stays
    detect_all(house(office))
    assert "H-R4" not in found(office)


def other_signal(conn: sa.Connection) -> dict[str, object]:
    """An open signal of another account, which nothing bears out any more."""
    other = {"kind": "account", "guid": "a2", "name": "Granit", "status": "active", "created_on": date(2024, 1, 8)}
    number = conn.scalar(sa.insert(RECORD).values(**other).returning(RECORD.c.id))
    return {
        "account_id": number, "record_id": None, "subject_id": number, "detector": "H-R4", "family": "risk", "key": "k",
        "strength": 0.5, "evidence": "[]", "first_seen": TODAY - 9, "last_seen": TODAY - 9,
    }  # fmt: skip


def test_the_effect_of_other_thresholds_is_counted_and_nothing_written(office: Store) -> None:
    happened(office, "budget", "down", days_ago=90)
    detect_all(house(office))
    counts = would_detect(house(office), Signals(event_days=30))
    assert counts["H-R8"] == (1, 0)
    assert "H-R8" in found(office)


def test_what_an_account_has_goes_with_it(office: Store) -> None:
    happened(office, "budget", "down")
    detect_all(house(office))
    with office.transaction() as conn:
        conn.execute(sa.delete(RECORD).where(RECORD.c.kind == "account"))
    with office.reading() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(SIGNAL).where(SIGNAL.c.record_id.is_(None))) == 0


def test_webhooks_hear_of_signals_that_begin_and_end_but_not_of_the_first_detection(office: Store) -> None:
    """The budget falls, then the event is ninety and more days old; what stood at the first look is no news."""
    endpoint = Endpoint(key="finance", name="Finance", url="https://finance.example/hook", events=tuple(EVENTS))
    with office.transaction() as conn:
        present = Rules(actions=Actions(endpoints=(endpoint,)))
        rules.save(conn, present, at=NOW, by="test")
    happened(office, "headcount", "down", key="staff")
    detect_all(house(office))

    def told() -> list[tuple[str, str]]:
        with office.reading() as conn:
            bodies = [
                orjson.loads(orjson.loads(one)["body"])
                for one in conn.scalars(sa.select(DELIVERY.c.payload).order_by(DELIVERY.c.id))
            ]
        return [(body["type"], body["data"]["signal"]["detector"]) for body in bodies]

    assert told() == []
    happened(office, "budget", "down", key="budget")
    detect_some(house(office), [number(office, "account", "a1")])
    assert told() == [("signal.opened", "H-R8")]
    detect_all(house(office))
    assert len(told()) == 1
    with office.transaction() as conn:
        conn.execute(sa.delete(ACCOUNT_EVENT).where(ACCOUNT_EVENT.c.key == "budget"))
    detect_all(house(office, days_later=1))
    assert told()[1:] == [("signal.ended", "H-R8")]
    for hour in (1, 2):
        happened(office, "budget", "down", key="budget")
        detect_all(house(office, days_later=1, hours=2 * hour))
        with office.transaction() as conn:
            conn.execute(sa.delete(ACCOUNT_EVENT).where(ACCOUNT_EVENT.c.key == "budget"))
        detect_all(house(office, days_later=1, hours=2 * hour + 1))
    assert told()[2:] == [("signal.opened", "H-R8"), ("signal.ended", "H-R8")] * 2


def test_the_demonstration_tells_of_a_primary_contact_that_is_another_one_than_before(office: Store) -> None:
    happened(office, "reorganisation", "")
    with office.transaction() as conn:
        conn.execute(sa.update(RECORD).where(RECORD.c.guid == "a1").values(contact_guid="c-una"))
    detect_all(house(office))
    assert "H-R5" not in found(office)
    assert change_primary_contacts(house(office)) == 1
    assert [(fact.what, fact.day, fact.ref) for fact in found(office)["H-R5"].evidence] == [
        ("contact_replaced", TODAY, number(office, "contact", "c-tor"))
    ]


def test_the_stage_of_a_deal_tells_what_its_probability_may_be(office: Store) -> None:
    with office.transaction() as conn:
        conn.execute(sa.update(RECORD).where(RECORD.c.guid == "o1").values(stage="qualify", probability=40))
    detect_all(house(office))
    assert [(fact.what, fact.value, fact.before) for fact in found(office)["H-P2"].evidence] == [
        ("probability", 40, 15),
        ("stage_qualify", None, 15),
    ]
