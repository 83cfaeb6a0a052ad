"""Scores are worked out from what is stored, kept by day, and put in force."""

from datetime import date, timedelta

import pytest
from score_builders import NOW, TODAY, add_account, add_answer, add_signal, add_use, house_over

from relationship.activities import RecordKind
from relationship.desk import keep_health
from relationship.desk.score import score_all
from relationship.signals.scores import Score, movement
from relationship.store.crm import records
from relationship.store.crm.records import RecordRow
from relationship.store.customers import account_facts, account_health, account_scores, health_in_force
from relationship.store.database import Store
from relationship.store.sources.cursors import Place


def test_accounts_are_scored_from_use_answers_and_signals(store: Store) -> None:
    used, silent, gone = (
        add_account(store, "used"),
        add_account(store, "silent"),
        add_account(store, "gone", status="inactive"),
    )
    add_use(store, used, [8] * 8 + [4] * 4)
    add_answer(store, used, 90)
    add_answer(store, used, 10, days_ago=200)
    add_signal(store, used, "H-R4", 0.5)
    report = score_all(house_over(store))
    assert (report.accounts, report.unknown) == (1, 1)
    with store.reading() as conn:
        found = account_scores.latest(conn)
        fields = health_in_force.of(conn)
    assert set(found) == {used}
    assert not {silent, gone} & set(fields)
    health = {one.name: (one.points, one.measure) for one in found[used][Score.HEALTH].reasons}
    # 4 of 10 seats: a third of -7; use halved: the whole -8; answers of 90: 9.6 of 12; a risk of 0.5: half of -30.
    # Together 34.3: of the two points that rounding down lost, the level and the age of the account get one each.
    assert health["use_level"] == (-2, pytest.approx(-1 / 3, abs=1e-3))
    assert health["use_change"] == (-8, -1.0)
    assert health["satisfaction"] == (9, 0.8)
    assert health["risks"] == (-15, 0.5)
    assert health["engagement"] == (0, None)
    assert found[used][Score.HEALTH].value == 34
    assert (fields[used].score, fields[used].status, fields[used].churn) == (34, "escalated", True)
    assert fields[used].score_source == "computed"


def test_the_second_time_of_a_day_changes_nothing_and_raises_no_version(small: Store) -> None:
    number = add_account(small, "one")
    add_answer(small, number, 50)
    score_all(house_over(small))
    assert score_all(house_over(small)).changed == 0
    with small.reading() as conn:
        assert health_in_force.of(conn)[number].stamp == 1


def test_a_score_of_a_month_ago_tells_the_movement_and_its_cause(small: Store) -> None:
    number = add_account(small, "one")
    add_answer(small, number, 90, days_ago=40)
    score_all(house_over(small, NOW - timedelta(days=30)))
    add_signal(small, number, "H-R1", 0.8)
    score_all(house_over(small))
    with small.reading() as conn:
        now = account_scores.latest(conn)[number][Score.HEALTH]
        then = account_scores.before(conn, day=TODAY - 30)[number][Score.HEALTH]
        curve = account_scores.curve(conn, number, since=TODAY - 365)
    moved = movement(then.reasons, now.reasons)
    # 59.5 then (an account of eleven months is a tenth of a point below one of a year), 35.6 now.
    assert (moved.points, moved.cause) == (-23, "risks")
    assert [one.day for one in curve if one.score is Score.HEALTH] == [TODAY - 30, TODAY]


def test_what_is_older_than_five_weeks_is_thinned_to_mondays(small: Store) -> None:
    number = add_account(small, "one")
    add_answer(small, number, 90, days_ago=60)
    for days in (60, 59, 58, 57, 56, 55, 54, 0):
        score_all(house_over(small, NOW - timedelta(days=days)))
    with small.reading() as conn:
        days = [one.day for one in account_scores.curve(conn, number, since=0) if one.score is Score.CHURN]
    # 20 April 2026 is a Monday, 58 days before 17 June.
    assert days == [TODAY - 58, TODAY]


def test_an_account_that_leaves_loses_its_computed_score_but_not_what_was_typed(small: Store) -> None:
    number = add_account(small, "one")
    add_answer(small, number, 50)
    score_all(house_over(small))
    with small.transaction() as conn:
        conn.exec_driver_sql("UPDATE record SET status = 'inactive'")
        account_health.save(
            conn, [account_health.NewValue(number, "status", "at_risk")], source="typed", at=NOW, by="x", by_name="X"
        )
    score_all(house_over(small))
    with small.reading() as conn:
        found = health_in_force.of(conn)[number]
    assert (found.score, found.status, found.status_source) == (None, "at_risk", "typed")


def test_what_the_crm_tells_is_in_force_right_after_it_was_read(small: Store) -> None:
    number, other = add_account(small, "one"), add_account(small, "two")
    with small.transaction() as conn:
        for place, at in ((number, NOW), (other, NOW - timedelta(hours=1))):
            account_health.save(conn, [account_health.NewValue(place, "score", "30")], source="crm", at=at)
    keep_health.after_reading(house_over(small), since=NOW)
    with small.reading() as conn:
        fields = health_in_force.of(conn)
    assert {place: (one.status, one.churn) for place, one in fields.items()} == {number: ("escalated", True)}


def test_the_day_on_which_an_account_was_lost_is_seen_or_told(small: Store) -> None:
    def read(status: str, *, day: int, lost_on: date | None = None) -> date | None:
        row = RecordRow(
            RecordKind.ACCOUNT,
            "a",
            "A",
            status,
            date(2024, 1, 1),
            modified_on=date(2026, 6, day),
            lost_on=lost_on,
        )
        with small.transaction() as conn:
            records.save(conn, RecordKind.ACCOUNT, [row], [], place=Place(round=1))
            return account_facts.facts(conn)[0].lost_on

    assert read("active", day=1) is None
    assert read("inactive", day=5) == date(2026, 6, 5)
    assert read("inactive", day=9) == date(2026, 6, 5)
    assert read("inactive", day=9, lost_on=date(2026, 5, 31)) == date(2026, 5, 31)
    assert read("active", day=10) is None
