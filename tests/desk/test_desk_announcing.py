"""The ledger follows the ratings: each change once, with its cause, in the transaction that rates."""

from dataclasses import replace
from datetime import timedelta

import pytest
from store_builders import ANNE, BRUNO, FIRST, NEXT, NOW, TOR, UNA, deliver, mail, mailbox, opportunity, people, team

from relationship.activities import RecordKind
from relationship.clock import day_number, frozen_clock
from relationship.config import Config
from relationship.desk.change_rules import change_rules
from relationship.desk.rate import rate_all
from relationship.house import House
from relationship.store import deployment
from relationship.store.crm import record_changes, records
from relationship.store.ratings import rating_changes, ratings
from relationship.store.ratings.rating_changes import Change
from relationship.store.sources import sources
from settings.rules import BandsForm, HealthSection, Rules


@pytest.fixture
def house(store) -> House:
    """Anne and Tor, who stands on "o1", wrote to each other every Wednesday for two years, up to today."""
    house = House(Config(mode="test", tenant_id="fjord", _env_file=None), store, frozen_clock(NOW))
    with store.transaction() as conn:
        deployment.ensure(conn, tenant_id="fjord", time_zone="Europe/Paris", read_from=None)
        people(conn)
        pairs = [
            (mail(f"out{n}", ANNE, TOR, days_ago=7 * n), mail(f"in{n}", TOR, ANNE, days_ago=7 * n)) for n in range(105)
        ]
        deliver(conn, mailbox(conn, "anne"), *(one for pair in pairs for one in pair))
    rate_all(house)
    return house


def later(house: House, days: float) -> House:
    return replace(house, clock=frozen_clock(NOW + timedelta(days=days)))


def ledger(house: House, guid: str = "o1") -> list[Change]:
    with house.store.reading() as conn:
        return [one for one in rating_changes.after(conn, 0, limit=1000) if one.guid == guid]


def short(changes: list[Change]) -> list[tuple[str, str, str, str]]:
    return [(one.what, one.before, one.after, one.cause) for one in changes]


def test_a_first_rating_is_no_change(house):
    assert ledger(house) == []


def test_silence_is_told_once_and_only_when_the_score_is_clear_of_the_limit(house):
    """63 today; the published rows give 40 after two weeks, 21 after four: Fair at 58, Poor at 38."""
    told = []
    for day in range(29):
        then = later(house, day)
        rate_all(then)
        rate_all(then)
        told.append(len([one for one in ledger(then) if one.what == "rating"]))
    ratings = [one for one in ledger(house) if one.what == "rating"]
    assert [(one.before, one.after, one.cause) for one in ratings] == [
        ("good", "fair", "silence"),
        ("fair", "poor", "silence"),
    ]
    assert told == sorted(told)
    assert told[-1] == 2
    first, second = ratings
    assert (first.score_before, first.score_after <= 58) == (63, True)
    assert (second.score_before, second.score_after <= 38) == (first.score_after, True)
    assert second.day > first.day > day_number(NOW, house.config.zone)


def test_a_decline_of_the_trend_is_told_as_well(house):
    rate_all(later(house, 28))
    assert ("trend", "steady", "declining", "silence") in short(ledger(house))


def test_what_happened_is_named_by_its_kinds(house):
    fallen = later(house, 28)
    rate_all(fallen)
    with house.store.transaction() as conn:
        box = mailbox(conn, "anne")
        deliver(
            conn,
            box,
            mail("call", ANNE, TOR, days_ago=-28, kind="call"),
            mail("meet", ANNE, TOR, days_ago=-28, kind="meeting"),
        )
    rate_all(fallen)
    risen = ledger(house)[-1]
    assert (risen.what, risen.after, risen.cause, risen.kinds) == ("rating", "fair", "activity", ("meeting", "call"))


def test_an_older_activity_that_arrives_late_is_a_correction(house):
    fallen = later(house, 28)
    rate_all(fallen)
    with house.store.transaction() as conn:
        box = mailbox(conn, "anne")
        deliver(conn, box, *(mail(f"old{n}", TOR, ANNE, days_ago=-20 + n, kind="meeting") for n in range(12)))
    rate_all(fallen)
    assert [one.cause for one in ledger(house) if one.after in {"fair", "good"} and one.before == "poor"] == [
        "correction"
    ]


def test_other_rules_are_named_as_the_cause_and_the_version_is_kept(house):
    stricter = Rules(health=HealthSection(bands=BandsForm(good=80, fair=40)))
    saved = change_rules(house, stricter, expected_version=0, by="anne", by_name="Anne")
    rate_all(house)
    assert [(*row[1:], one.rules_version) for one, row in zip(ledger(house), short(ledger(house)), strict=True)] == [
        ("good", "fair", "rules", saved.version)
    ]


def test_limits_moved_by_a_point_or_two_tell_nobody(house):
    """63 stays announced as good while the limit is 64: it is not two points past it."""
    change_rules(house, Rules(health=HealthSection(bands=BandsForm(good=64))), expected_version=0, by="a", by_name="A")
    assert ledger(house) == []


def test_another_owner_is_named_when_other_activities_count(house):
    with house.store.transaction() as conn:
        records.save(conn, RecordKind.OPPORTUNITY, [opportunity("o1", owner_guid="su-bruno")], [], place=NEXT)
        deliver(conn, mailbox(conn, "anne"), mail("hello", BRUNO, TOR, days_ago=9))
    rate_all(house)
    assert short(ledger(house))[0] == ("rating", "good", "poor", "owner")


def test_a_change_of_owner_and_of_stage_is_kept_with_the_day_it_was_seen(house):
    with house.store.transaction() as conn:
        records.save(conn, RecordKind.OPPORTUNITY, [opportunity("o1", stage="2-Develop")], [], place=NEXT)
        row = opportunity("o1", owner_guid="su-bruno", stage="3-Propose")
        records.save(conn, RecordKind.OPPORTUNITY, [row], [], place=NEXT)
        records.save(conn, RecordKind.OPPORTUNITY, [row], [], place=FIRST)  # read again: nothing new
    rate_all(house)
    today = day_number(NOW, house.config.zone)
    with house.store.reading() as conn:
        number = conn.exec_driver_sql("SELECT id FROM record WHERE guid = 'o1'").scalar_one()
        events = record_changes.events(conn, number, since_day=today)
    assert [(one.day, one.what, one.before, one.after) for one in events] == [
        (today, "owner", "Anne", "Bruno"),
        (today, "stage", "2-Develop", "3-Propose"),
    ]


def test_while_health_is_switched_off_nothing_is_told_and_it_begins_anew_afterwards(house):
    change_rules(house, Rules(health=HealthSection(enabled=False)), expected_version=0, by="a", by_name="A")
    fallen = later(house, 28)
    rate_all(fallen)
    change_rules(fallen, Rules(), expected_version=1, by="a", by_name="A")
    assert ledger(house) == []


def test_a_broken_mailbox_is_never_told_as_silence(house):
    with house.store.transaction() as conn:
        sources.set_state(conn, mailbox(conn, "anne"), "degraded", "syncStateLoop", at=NOW, success=False)
    rate_all(later(house, 28))
    assert ledger(house) == []


def test_nothing_is_kept_of_a_record_whose_activities_are_all_gone(house):
    rate_all(later(house, 28))
    assert ledger(house)
    with house.store.transaction() as conn:
        gone = tuple(f"{way}{n}" for way in ("out", "in") for n in range(105))
        deliver(conn, mailbox(conn, "anne"), removed=gone)
    rate_all(later(house, 28))
    assert ledger(house) == []


def test_also_while_health_is_switched_off_nothing_is_kept_of_it(house):
    fallen = later(house, 28)
    rate_all(fallen)
    change_rules(fallen, Rules(health=HealthSection(enabled=False)), expected_version=0, by="a", by_name="A")
    assert ledger(house)
    with house.store.transaction() as conn:
        gone = tuple(f"{way}{n}" for way in ("out", "in") for n in range(105))
        deliver(conn, mailbox(conn, "anne"), removed=gone)
    rate_all(fallen)
    assert ledger(house) == []


def test_a_rating_that_fails_leaves_nothing_in_the_ledger_and_the_next_one_tells_it(house, monkeypatch):
    def stumble(*_: object) -> int:
        raise OSError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(ratings, "save", stumble)
        with pytest.raises(OSError, match="disk full"):
            rate_all(later(house, 28))
    assert ledger(house) == []
    rate_all(later(house, 28))
    assert short(ledger(house))[0] == ("rating", "good", "poor", "silence")


def test_contacts_and_accounts_have_a_ledger_too(house):
    with house.store.transaction() as conn:
        team(conn, "o1", "su-bruno")
        deliver(conn, mailbox(conn, "anne"), mail("una", UNA, ANNE, days_ago=2))
    rate_all(later(house, 28))
    assert short(ledger(house, "c-tor"))[0] == ("rating", "good", "poor", "silence")
    assert short(ledger(house, "a1"))[0][1] == "good"


def test_who_follows_the_ledger_goes_on_after_the_last_change_seen(house):
    rate_all(later(house, 28))
    with house.store.reading() as conn:
        everything = rating_changes.after(conn, 0, limit=1000)
        assert [one.id for one in everything] == sorted(one.id for one in everything)
        assert rating_changes.after(conn, everything[0].id, limit=1000) == everything[1:]
        assert rating_changes.latest_id(conn) == everything[-1].id
        number = conn.exec_driver_sql("SELECT id FROM record WHERE guid = 'o1'").scalar_one()
        assert rating_changes.of_record(conn, number, limit=10) == ledger(house)[::-1]
