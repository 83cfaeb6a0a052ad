"""Learn from the organisation's own lost and kept customers what told them apart three months before.

It changes nothing but the list of learnt models: whether one is used, an administrator decides in the settings.
"""

from dataclasses import dataclass, replace

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy import Connection

from relationship.clock import day_number, day_of, number_of
from relationship.desk.rerating import OPEN_WINDOW_BEGAN
from relationship.health.past import scores_on
from relationship.house import House
from relationship.signals.churn_model import LEAST_KEPT, LEAST_LOST, ChurnModel, matrix
from relationship.signals.detect import ACCOUNT_RULES
from relationship.signals.detect import signals as detected
from relationship.signals.scores import Score, scores
from relationship.store import rules
from relationship.store.activities import contact_days
from relationship.store.customers import account_facts, churn_models, score_facts
from relationship.store.customers.account_facts import AccountFacts
from relationship.store.customers.score_tables import ACCOUNT_SCORE
from relationship.store.signals import past_facts
from settings.rules import Rules

# A customer is looked at as it stood so long before it left, while something could still be done.
DAYS_BEFORE = 90
# Who became a customer later than this before that day has no history to learn from.
LEAST_AGE_DAYS = 90
WINDOW_DAYS = 730

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Learnt:
    """lost, kept: customers with a day; guessed: of the lost ones, those whose day is a guess; undated: lost ones of
    which nobody knows when; number and model: of the model that was kept, None for too few customers."""

    lost: int
    kept: int
    guessed: int
    undated: int
    number: int | None = None
    model: ChurnModel | None = None

    @property
    def is_enough(self) -> bool:
        return self.lost >= LEAST_LOST and self.kept >= LEAST_KEPT


@dataclass(frozen=True, slots=True)
class Case:
    """One customer, and the day it is looked at. is_guess: nobody told the day on which it was lost."""

    account_id: int
    day: int
    lost: bool
    is_guess: bool = False


def learn_churn(house: House) -> Learnt:
    """Fit a model to the customers of the last two years and keep it; with too few of them keep nothing."""
    from relationship.signals.churn_learning import learn

    today = day_number(house.clock(), house.config.zone)
    with house.store.reading() as conn:
        _version, present = rules.current(conn)
        cases, undated = _cases(conn, today)
        lost = sum(one.lost for one in cases)
        found = Learnt(lost, len(cases) - lost, sum(one.is_guess for one in cases), undated)
        if not found.is_enough:
            return found
        measured, rule = _measured(conn, cases, present)
    days = np.array([one.day for one in cases], dtype=np.int64)
    model = learn(measured, np.array([one.lost for one in cases]), rule, days)
    if model is None:
        return found
    with house.store.transaction() as conn:
        number = churn_models.add(conn, model, day=today)
    return replace(found, number=number, model=model)


def _cases(conn: Connection, today: int) -> tuple[list[Case], int]:
    """Lost: on the day that the CRM told or on which the account was seen to become inactive; where nobody knows it,
    as a guess the day of its renewal, else the last one on which it was scored in time. Kept customers are looked at
    on the same days as the lost ones, so that neither the season nor the year tells them apart."""
    query = sa.select(ACCOUNT_SCORE.c.account_id, sa.func.max(ACCOUNT_SCORE.c.day))
    query = query.where(ACCOUNT_SCORE.c.told_on.is_(None)).group_by(ACCOUNT_SCORE.c.account_id)
    scored: dict[int, int] = dict(conn.execute(query).all())
    lost, undated, kept = [], 0, []
    for account in account_facts.facts(conn):
        if account.status == "active" and account.lost_on is None:
            kept.append(account)
            continue
        told = number_of(account.lost_on) if account.lost_on else None
        ended = number_of(account.renewal_on) if account.renewal_on else None
        guess = ended if ended is not None and ended <= today else scored.get(account.account_id)
        day = told if told is not None else guess
        if day is None or day > today:
            undated += 1
        elif day > today - WINDOW_DAYS and _was_there(account, _month(day - DAYS_BEFORE)):
            lost.append(Case(account.account_id, _month(day - DAYS_BEFORE), True, is_guess=told is None))
    days = sorted(one.day for one in lost) or [_month(today - DAYS_BEFORE)]
    looked_at = [(one, days[place % len(days)]) for place, one in enumerate(kept)]
    cases = [Case(one.account_id, day, False) for one, day in looked_at if _was_there(one, day)]
    return sorted([*lost, *cases], key=lambda one: one.account_id), undated


def _was_there(account: AccountFacts, day: int) -> bool:
    return number_of(account.created_on) <= day - LEAST_AGE_DAYS


def _month(day: int) -> int:
    """The first of its month: customers of one month are read together."""
    return number_of(day_of(day).replace(day=1))


def _measured(conn: Connection, cases: list[Case], present: Rules) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The measures of every case on its day, and the churn risk by the published rule: signals are detected anew from
    the facts of that day, for what is stored of them may have been found later."""
    created = {one.account_id: number_of(one.created_on) for one in account_facts.facts(conn)}
    measured = np.zeros((len(cases), 0))
    rule = np.zeros(len(cases))
    limits = present.signals.thresholds()
    days = sorted({one.day for one in cases})
    whole = past_facts.whole(conn, limits, today=days[-1], since=days[0], rated=False)
    for day in days:
        places = [place for place, one in enumerate(cases) if one.day == day]
        ids = np.array([cases[place].account_id for place in places], dtype=np.int64)
        engagement = scores_on(
            contact_days.load(conn, ids.tolist()),
            records=len(ids),
            day=day,
            created=np.array([created[number] for number in ids.tolist()], dtype=np.int64),
            window_began=OPEN_WINDOW_BEGAN,
            rules=present.rating_rules(),
        )
        then = detected(past_facts.on(conn, whole, limits, day=day), limits, rules=ACCOUNT_RULES)
        open_then = [(one.account_id, one.detector, one.strength) for one in then if one.account_id is not None]
        facts = score_facts.of_day(conn, ids, day=day, engagement=engagement, signals=open_then)
        found = matrix(facts)
        if not measured.size:
            measured = np.zeros((len(cases), found.shape[1]))
        measured[places] = found
        rule[places] = scores(facts)[Score.CHURN].value
    return measured, rule
