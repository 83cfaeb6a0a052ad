"""The act of rating: up to date, and nothing written twice."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from store_builders import ANNE, FIRST, NOW, TOR, UNA, deliver, mail, mailbox, opportunity, people

from relationship.activities import RecordKind
from relationship.clock import frozen_clock
from relationship.config import Config
from relationship.desk.rate import rate_all
from relationship.house import House, prepare
from relationship.store import deployment, rules, tables
from relationship.store.crm import records
from relationship.store.crm.record_tables import Record
from relationship.store.database import Store
from relationship.store.dump import dump
from relationship.store.ratings.rating_tables import Health
from relationship.store.sources import sources
from settings.rules import HealthSection, Rules, WeightsForm

HEALTH = tables.table(Health)
RECORD = tables.table(Record)


@pytest.fixture
def house(store: Store) -> House:
    config = Config(mode="test", tenant_id="fjord", read_window_days=400)
    house = House(config, store, frozen_clock(NOW))
    prepare(house)
    with store.transaction() as conn:
        began = (NOW - timedelta(days=400)).date()
        deployment.ensure(conn, tenant_id="fjord", time_zone="Europe/Paris", read_from=began)
        people(conn)
        both = []
        for n in range(105):
            both.append(mail(f"out{n}", ANNE, TOR, days_ago=7 * n))
            both.append(mail(f"in{n}", TOR, ANNE, days_ago=7 * n))
        deliver(conn, mailbox(conn, "anne"), *both)
    return house


def health(house: House, guid: str = "o1"):
    query = sa.select(HEALTH).join(RECORD, RECORD.c.id == HEALTH.c.record_id).where(RECORD.c.guid == guid)
    with house.store.reading() as conn:
        return conn.execute(query).one()


def test_two_years_of_weekly_mail_both_ways_stand_at_63(house):
    """The first worked row of the published formula, through the whole store."""
    rate_all(house)
    row = health(house)
    assert (row.score, row.rating, row.state, row.recent) == (63, "good", "rated", False)
    assert row.exact == pytest.approx(62.97, abs=0.005)
    assert row.last_activity_at == NOW


def test_rating_twice_changes_nothing(house):
    assert rate_all(house).changed > 0
    again = rate_all(house)
    assert (again.activities, again.records, again.changed) == (0, 0, 0)


def test_one_new_mail_rates_only_the_records_it_touches(house):
    rate_all(house)
    with house.store.transaction() as conn:
        deliver(conn, mailbox(conn, "anne"), mail("new", ANNE, UNA))
    report = rate_all(house)
    assert report.activities == 1
    assert report.records == 2  # the contact Una and her account


def test_other_weights_rate_everything_again_without_touching_an_activity(house):
    rate_all(house)
    with house.store.transaction() as conn:
        rules.save(conn, Rules(health=HealthSection(weights=WeightsForm(email=3))), at=NOW, by="test")
    report = rate_all(house)
    assert report.activities == 0
    assert health(house).exact == pytest.approx(40.03, abs=0.005)


def test_silence_lowers_the_score_as_days_pass(house):
    rate_all(house)
    before = health(house).score
    later = replace(house, clock=frozen_clock(NOW + timedelta(days=28)))
    rate_all(later)
    # 21.42 with a window of 400 days; by then it began 428 days ago, which asks for a little more.
    assert health(later).exact == pytest.approx(21.42, abs=0.1)
    assert health(later).score < before


def test_a_won_opportunity_keeps_the_score_of_the_day_it_was_closed(house):
    day = (NOW - timedelta(days=7)).date()
    with house.store.transaction() as conn:
        records.save(conn, RecordKind.OPPORTUNITY, [opportunity("o1", status="won", closed_on=day)], [], place=FIRST)
    rate_all(house)
    assert health(house).closed
    scored = health(house).score
    later = replace(house, clock=frozen_clock(NOW + timedelta(days=90)))
    rate_all(later)
    assert health(later).score == scored == 63


def test_a_broken_mailbox_marks_the_record_until_it_is_well_again(house):
    rate_all(house)
    with house.store.transaction() as conn:
        sources.set_state(conn, mailbox(conn, "anne"), "degraded", "syncStateLoop", at=NOW, success=False)
    rate_all(house)
    assert (health(house).state, health(house).score) == ("source_degraded", 63)
    with house.store.transaction() as conn:
        sources.set_state(conn, mailbox(conn, "anne"), "healthy", at=NOW, success=True)
    rate_all(house)
    assert health(house).state == "rated"


def test_the_end_depends_on_the_truth_and_not_on_the_order(house, store):
    rate_all(house)
    with store.reading() as conn:
        straight = dump(conn)
    with store.transaction() as conn:
        source = mailbox(conn, "anne")
        deliver(conn, source, removed=tuple(f"out{n}" for n in range(50)))
    rate_all(house)
    with store.reading() as conn:
        assert dump(conn) != straight
    with store.transaction() as conn:
        for n in reversed(range(50)):
            deliver(conn, mailbox(conn, "anne"), mail(f"out{n}", ANNE, TOR, days_ago=7 * n))
    rate_all(house)
    with store.reading() as conn:
        assert dump(conn) == straight
