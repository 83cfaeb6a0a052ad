"""Closed opportunities and the days of their lives on which their score is looked at.

A look asks what the score would have been on a day long before the end was known. All opportunities are
looked at on the same days of their lives and compared only with others on that day (landmarks: Anderson,
Cain & Gelber, J. Clin. Oncol. 1 (1983)), so that the rush before a signature, the silence after a loss and
a longer life do not pass for an effect of contact.
"""

from dataclasses import dataclass

import numpy as np

from relationship.activities import KINDS
from relationship.health.contact_days import NO_DAY, Bools, ContactDays, Ints
from relationship.health.score import Standing, standing
from relationship.health.sums import day_sums

# Days of life; the first is past the age at which a score is still provisional.
LOOK_AGES = (21, 45, 90, 180)
# The last two weeks, and the last third of a longer life, belong to the closing itself.
CLOSING_DAYS = 14
CLOSING_SHARE = 1 / 3

OWN_ACCOUNT = -1
EVERYBODYS = 0


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """n closed opportunities; arrays of shape (n,).

    won              won (True) or lost
    created, closed  day numbers;  account  a number for each account, OWN_ACCOUNT where none is known
    frequency        code of the expected frequency where an override gives it, else EVERYBODYS
    """

    won: Bools
    created: Ints
    closed: Ints
    account: Ints
    frequency: Ints

    def __len__(self) -> int:
        return len(self.won)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Every look at which a score is shown; one row per look.

    record  index into the outcomes;  age  index into LOOK_AGES;  at  what the score is computed from
    contacts  contact days per kind, all looks together (in the order of KINDS)
    short     opportunities that ended too early for a look;  silent  those without contact at every look
    """

    record: Ints
    age: Ints
    at: Standing
    contacts: tuple[int, ...]
    short: int
    silent: int


def seen(days: ContactDays, outcomes: Outcomes, *, window_began: int) -> Seen:
    """Look at every closed opportunity on LOOK_AGES, counted from the day it could first be seen.

    days          contact days; `record` counts positions in `outcomes`
    window_began  first day of the read window: an older opportunity is seen from that day on
    """
    n = len(outcomes)
    began = np.maximum(outcomes.created, window_began)
    life = outcomes.closed - began
    until_end = np.maximum(CLOSING_DAYS, np.ceil(life * CLOSING_SHARE))
    long_enough = np.zeros(n, dtype=np.bool_)
    records, ages, parts = [], [], []
    for age, look_age in enumerate(LOOK_AGES):
        looked = life - look_age >= until_end
        long_enough |= looked
        day = began + look_age
        sums = day_sums(days, records=n, until=day)
        rows = np.flatnonzero(looked & (sums.last_day != NO_DAY) & (sums.last_day >= window_began))
        parts.append(standing(sums.take(rows), today=day[rows], created=began[rows], window_began=window_began))
        records.append(rows)
        ages.append(np.full(len(rows), age))
    record = np.concatenate(records)
    counted = np.isin(days.record, record)
    scored = len(np.unique(record))
    return Seen(
        record=record,
        age=np.concatenate(ages),
        at=_joined(parts),
        contacts=tuple(np.bincount(days.kind[counted], minlength=len(KINDS)).tolist()),
        short=int(n - long_enough.sum()),
        silent=int(long_enough.sum()) - scored,
    )


def _joined(parts: list[Standing]) -> Standing:
    return Standing(*(np.concatenate([getattr(part, name) for part in parts]) for name in Standing.__slots__))
