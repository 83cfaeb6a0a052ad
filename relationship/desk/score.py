"""Score every active account for today, after signals were detected, and put the fields that follow in force.

Twice is harmless: the second time of a day only what changed is written. It asks Microsoft nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from relationship.clock import day_number
from relationship.desk import keep_health
from relationship.house import House
from relationship.signals import churn_model
from relationship.signals.churn_model import ChurnModel
from relationship.signals.scores import Bools, Ints, Score, ScoreFacts, is_known, scores
from relationship.store import rules
from relationship.store.customers import account_health, account_scores, churn_models, score_facts
from relationship.store.customers.account_health import COMPUTED, NewValue


@dataclass(frozen=True, slots=True)
class ScoreReport:
    """accounts: scored; unknown: active ones of which nothing is known; changed: health fields that changed."""

    accounts: int
    unknown: int
    changed: int


def score_all(house: House) -> ScoreReport:
    """Work out and store the three scores of every account, its computed health score, and the fields in force."""
    today = day_number(house.clock(), house.config.zone)
    with house.store.transaction(alone=True) as conn:
        _version, present = rules.current(conn)
        found = score_facts.of_today(conn, today=today)
        known = is_known(found.facts)
        ids = found.account_ids[known]
        by_score = scores(found.facts)
        model = churn_models.of(conn, present.customer_health.churn_model)
        write(conn, found.account_ids, found.facts, day=today, model=model)
        account_scores.keep_only(conn, ids.tolist(), day=today)
        account_scores.thin(conn, today=today)
        computed = account_health.present(conn, source=COMPUTED)
        values = [
            NewValue(int(number), account_health.SCORE, str(int(value)))
            for number, value in zip(ids, by_score[Score.HEALTH].value[known], strict=True)
        ]
        scored = set(ids.tolist())
        values += [NewValue(number, account_health.SCORE, None) for number in computed if number not in scored]
        account_health.save(conn, values, source=COMPUTED, at=house.clock())
        changed = keep_health.keep(conn, house)
    return ScoreReport(len(ids), len(found.account_ids) - len(ids), len(changed))


def score_some(house: House, account_ids: Sequence[int]) -> None:
    """The same for these accounts alone, once a day has its scores: a list shows those of the last day that has any."""
    today = day_number(house.clock(), house.config.zone)
    with house.store.transaction(alone=True) as conn:
        if account_scores.last_day(conn) != today:
            return
        _version, present = rules.current(conn)
        found = score_facts.of_some(conn, account_ids, today=today)
        model = churn_models.of(conn, present.customer_health.churn_model)
        ids = write(conn, found.account_ids, found.facts, day=today, model=model)
        health = scores(found.facts)[Score.HEALTH].value[is_known(found.facts)]
        values = [
            NewValue(int(number), account_health.SCORE, str(int(value)))
            for number, value in zip(ids, health, strict=True)
        ]
        account_health.save(conn, values, source=COMPUTED, at=house.clock())
        keep_health.keep(conn, house, ids.tolist())


def is_scored_today(house: House) -> bool:
    """Whether scores of today were written already; also when nothing was known of anybody then."""
    today = day_number(house.clock(), house.config.zone)
    with house.store.reading() as conn:
        return account_scores.last_day(conn) == today or not score_facts.active_accounts(conn)


def write(
    conn: Connection,
    account_ids: Ints,
    facts: ScoreFacts,
    *,
    day: int,
    model: ChurnModel | None,
    told_on: int | None = None,
    among: Bools | None = None,
) -> Ints:
    """Write the three scores of accounts for a day; returns the ids of those of which enough was known.

    model    the churn model that was accepted;  told_on: the later day on which they are worked out
    among    those that are written, None for all
    """
    known = is_known(facts) if among is None else is_known(facts) & among
    ids = account_ids[known]
    for score, arrays in scores(facts).items():
        learned = score is Score.CHURN and model is not None
        told = churn_model.scored(model, facts) if model is not None and learned else arrays
        account_scores.save(conn, ids.tolist(), told.only(known), day=day, learned=learned, told_on=told_on)
    return ids
