"""Past Mondays are scored from what is known now, as they would have been scored then."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from score_builders import NOW, TODAY, add_account, add_answer, add_use, house_over

from relationship.clock import day_of
from relationship.desk.detect import detect_all
from relationship.desk.score import score_all
from relationship.desk.score_past import WEEKS, due_since, score_past
from relationship.signals.scores import Score
from relationship.store import deployment, rules
from relationship.store.activities.activity_tables import ContactDay
from relationship.store.customers import account_scores, past_scored, usage
from relationship.store.customers.customer_tables import ACCOUNT_EVENT, SATISFACTION, USAGE_DAY, USAGE_SPAN
from relationship.store.database import Store
from relationship.store.signals import signals
from relationship.store.tables import Source, table
from settings.rules import HealthSection, Rules

CONTACT_DAY = table(ContactDay)
# 2 March 2026; events count for 180 days, so one of 27 August 2025 is over on 23 February and not on 16 February.
MONDAY = TODAY - 107
FIRST_MONDAY = TODAY - 2 - 7 * WEEKS


def customer(store: Store) -> int:
    """Use that falls in the last ten weeks, a mail every week until it stops in April, two events, two answers."""
    number = add_account(store, "one", created_on=day_of(TODAY - 900), renewal_on=day_of(TODAY - 60))
    with store.transaction() as conn:
        deployment.ensure(conn, tenant_id="t", time_zone="Europe/Paris", read_from=None)
        mailbox = {"key": "mailbox/one", "state": "healthy", "last_success_at": NOW}
        conn.execute(sa.insert(table(Source)), [mailbox])
        mails = [
            {"record_id": number, "kind": "email", "day": day, "ours": 1, "theirs": 1}
            for day in range(TODAY - 500, TODAY - 70, 7)
        ]
        conn.execute(sa.insert(CONTACT_DAY), mails)
        event = {"account_id": number, "kind": "budget", "direction": "down", "added_at": NOW}
        events = [{**event, "key": f"e{ago}", "day": TODAY - ago} for ago in (294, 20)]
        conn.execute(sa.insert(ACCOUNT_EVENT), events)
    add_use(store, number, [8] * 60 + [3] * 10)
    add_answer(store, number, 90, days_ago=200)
    add_answer(store, number, 20, days_ago=30)
    return number


def forget_after(store: Store, day: int) -> None:
    with store.transaction() as conn:
        for one in (USAGE_DAY, CONTACT_DAY, ACCOUNT_EVENT, SATISFACTION):
            conn.execute(sa.delete(one).where(one.c.day > day))
        conn.execute(sa.delete(USAGE_SPAN))
        usage.add_up(conn, USAGE_DAY)


def without_rating(store: Store) -> None:
    """Nothing rated these accounts, so detection reads contact days; scores of health then need none either."""
    with store.transaction() as conn:
        rules.save(conn, Rules(health=HealthSection(enabled=False)), at=NOW, by="t", by_name="T")


def test_a_past_monday_is_scored_as_it_would_have_been_then(small: Store) -> None:
    without_rating(small)
    number = customer(small)
    house = house_over(small)
    detect_all(house)
    score_all(house)
    report = score_past(house)
    assert report is not None
    assert (report.days, report.accounts) == (WEEKS + 1, 1)
    assert score_past(house) is None
    with small.reading() as conn:
        curve = account_scores.curve(conn, number, since=TODAY - 400)
        then = {one.score: one for one in curve if one.day == MONDAY}
        month_ago = account_scores.before(conn, day=TODAY - 30)[number]
        kept = signals.open_of(conn, account_ids=[number])
        over = signals.of_account(conn, number, ended=True)
    assert [one.day for one in curve if one.score is Score.HEALTH] == [*range(FIRST_MONDAY, TODAY, 7), TODAY]
    assert {one.told_on for one in curve if one.day < TODAY} == {TODAY}
    assert month_ago[Score.HEALTH].day == TODAY - 30
    # Silent since 11 April and used to a mail a week: 14 days later the silence was there, on the Monday after.
    silent = next(one for one in kept if one.detector == "H-R4")
    assert day_of(silent.first_seen).isoformat() == "2026-04-20"
    # The event of 27 August 2025 counted for 180 days.
    event = next(one for one in over if one.detector == "H-R8")
    assert (day_of(event.first_seen).isoformat(), day_of(event.last_seen).isoformat()) == ("2025-09-01", "2026-02-16")
    forget_after(small, MONDAY)
    with small.transaction() as conn:
        conn.exec_driver_sql("DELETE FROM signal")
        conn.exec_driver_sql("DELETE FROM account_score")
    earlier = house_over(small, datetime.combine(day_of(MONDAY), time(20), ZoneInfo("Europe/Paris")))
    detect_all(earlier)
    score_all(earlier)
    with small.reading() as conn:
        told = account_scores.latest(conn)[number]
    # Relationship health was switched off, so what scores its days would have given is left out of the comparison.
    for score in (Score.CHURN, Score.UPSELL):
        assert [(r.name, r.points) for r in told[score].reasons] == [(r.name, r.points) for r in then[score].reasons]


def test_days_scored_in_time_stay_and_older_facts_score_the_others_anew(small: Store) -> None:
    without_rating(small)
    number = customer(small)
    monday = TODAY - 9
    score_all(house_over(small, NOW - timedelta(days=9)))
    house = house_over(small)
    score_all(house)
    score_past(house)

    def of(day: int) -> account_scores.ScoreRow:
        with small.reading() as conn:
            curve = account_scores.curve(conn, number, since=day)
        return next(one for one in curve if one.day == day and one.score is Score.HEALTH)

    in_time, later = of(monday), of(MONDAY)
    assert (in_time.told_on, later.told_on) == (None, TODAY)
    assert due_since(house, recount=True) is None
    add_answer(small, number, 0, days_ago=120)
    with small.transaction() as conn:
        past_scored.note_due(conn, since=TODAY - 120)
    assert due_since(house) == TODAY - 120
    score_past(house)
    assert due_since(house) is None
    assert of(monday) == in_time
    assert of(MONDAY).value < later.value
    with small.transaction() as conn:
        more = [
            {"record_id": number, "kind": "call", "day": day, "ours": 1, "theirs": 1}
            for day in range(TODAY - 300, TODAY - 100)
        ]
        conn.execute(sa.insert(CONTACT_DAY), more)
    assert due_since(house, recount=True) == FIRST_MONDAY


def test_an_account_that_is_gone_meanwhile_stops_nothing(small: Store) -> None:
    without_rating(small)
    customer(small)
    gone = add_account(small, "gone", created_on=day_of(TODAY - 900))
    add_use(small, gone, [8] * 60 + [3] * 4 + [8] * 6)
    house = house_over(small)
    detect_all(house)
    score_all(house)

    def leaves(done: int, _days: int) -> None:
        if done == 30:
            with small.transaction() as conn:
                conn.exec_driver_sql(f"DELETE FROM record WHERE id = {gone}")

    report = score_past(house, progress=leaves)
    assert report is not None
    assert report.accounts == 1
    assert due_since(house) is None
