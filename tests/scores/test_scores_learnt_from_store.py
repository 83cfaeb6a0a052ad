"""From stored customers to a model that an administrator accepts, over planted and over empty histories."""

from datetime import timedelta

import numpy as np
import pytest
import sqlalchemy as sa
from score_builders import NOW, TODAY, house_over

from relationship.clock import day_of
from relationship.desk.change_rules import change_rules
from relationship.desk.learn_churn import learn_churn
from relationship.desk.score import score_all
from relationship.signals.scores import Score
from relationship.store import rules
from relationship.store.crm.record_tables import Record
from relationship.store.customers import account_scores
from relationship.store.customers.customer_tables import ACCOUNT_EVENT, SATISFACTION
from relationship.store.database import Store
from relationship.store.tables import table
from settings.rules import CustomerHealth

RECORD = table(Record)
LOST = KEPT = 90


def fill(store: Store, *, planted: bool) -> None:
    """Ninety lost and ninety kept customers, answers of every quarter.

    planted  lost ones answered badly in the year before they left; else all answer alike
    Every lost one also has an escalation after the day on which it is looked at: nobody may learn from that.
    """
    draw = np.random.default_rng(3)
    with store.transaction() as conn:
        accounts = [
            {
                "kind": "account",
                "guid": f"guid-{place}",
                "name": f"Account {place}",
                "status": "inactive" if place < LOST else "active",
                "created_on": day_of(TODAY - 1_400),
                # Half of the days come from the CRM, the rest is guessed from the renewal.
                "lost_on": day_of(lost_day(place)) if place < LOST and place % 2 else None,
                "renewal_on": day_of(lost_day(place)) if place < LOST and not place % 2 else None,
            }
            for place in range(LOST + KEPT)
        ]
        conn.execute(sa.insert(RECORD), accounts)
        ids = list(conn.scalars(sa.select(RECORD.c.id).order_by(RECORD.c.id)))
        answers = [
            {
                "account_id": number,
                "key": f"{day}",
                "day": day,
                "kind": "percent",
                "score": share,
                "share": share,
                "added_at": NOW,
            }
            for place, number in enumerate(ids)
            for day in range(TODAY - 1_000, lost_day(place) if place < LOST else TODAY, 60)
            for share in [float(np.clip(draw.normal(45 if planted and place < LOST else 62, 14), 0, 100))]
        ]
        conn.execute(sa.insert(SATISFACTION), answers)
        later = {"key": "e", "kind": "escalation", "direction": "", "added_at": NOW}
        events = [
            {**later, "account_id": number, "day": lost_day(place) - 20} for place, number in enumerate(ids[:LOST])
        ]
        conn.execute(sa.insert(ACCOUNT_EVENT), events)


def lost_day(place: int) -> int:
    return TODAY - 20 - 7 * place


@pytest.mark.parametrize("planted", [True, False], ids=["planted", "nothing"])
def test_what_told_lost_customers_apart_is_found_and_used_once_it_is_accepted(small: Store, planted: bool) -> None:
    fill(small, planted=planted)
    house = house_over(small)
    found = learn_churn(house)
    assert (found.lost, found.undated) == (LOST, 0)
    assert 0 < found.guessed < LOST
    assert found.model is not None
    trial = found.model.trial
    assert trial.lost + trial.kept < found.lost + found.kept
    assert sum(one.count for one in trial.calibration) == trial.lost + trial.kept
    assert trial.auc_low <= trial.auc <= trial.auc_high
    if not planted:
        assert trial.auc < 0.65
        assert not trial.is_better
        return
    assert trial.auc > 0.75
    assert trial.is_better
    score_all(house)
    with small.transaction() as conn:
        version, present = rules.current(conn)
        churn = [one[Score.CHURN] for one in account_scores.latest(conn).values()]
    assert not any(one.learned for one in churn)
    accepted = CustomerHealth(**{**present.customer_health.model_dump(), "churn_model": found.number})
    wanted = present.model_copy(update={"customer_health": accepted})
    change_rules(house, wanted, expected_version=version, by="a", by_name="Ada")
    score_all(house_over(small, NOW + timedelta(days=1)))
    with small.reading() as conn:
        churn = [one[Score.CHURN] for one in account_scores.latest(conn).values()]
    assert churn
    assert all(one.learned for one in churn)
    assert all(sum(reason.points for reason in one.reasons) == one.value for one in churn)
