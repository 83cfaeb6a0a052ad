"""Score past Mondays from what is known now: after the first scoring, and when older facts came in later.

Days that were scored in time stay as they were told then. It works in turns, one Monday after the other, each in a
transaction of its own; a process killed half-way begins again with what is due. Twice is harmless. It asks Microsoft
nothing. What of the past can be told, and what cannot: `docs/customer-health.md`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy import Connection

from relationship import failpoints
from relationship.clock import day_number, day_of, number_of
from relationship.desk.rerating import first_day_read
from relationship.desk.score import write
from relationship.health.contact_days import ContactDays
from relationship.health.past import scores_on
from relationship.house import House
from relationship.signals.churn_model import ChurnModel
from relationship.signals.facts import Facts
from relationship.signals.replay import Replay
from relationship.store import rules
from relationship.store.activities import contact_days
from relationship.store.crm.record_tables import Record
from relationship.store.customers import account_scores, churn_models, past_scored, score_facts, usage
from relationship.store.customers.usage import UsageSpans
from relationship.store.signals import past_facts, past_signals
from relationship.store.tables import table
from settings.rules import Rules
from settings.rules.precedence import frequency_codes, record_keys

WEEKS = 52
# Whether a signal is open depends on the weeks before: so many are looked at before the first one that is due.
WARM_UP_WEEKS = 12
# How far back of a day its use is looked at: eight whole months before it.
USE_DAYS = 9 * 31
# Contact days younger than this come every day; older ones mean that history was read.
LATELY_DAYS = 7

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]

_record = table(Record)


@dataclass(frozen=True, slots=True)
class PastReport:
    """days: Mondays that were scored;  accounts: scored on the last of them;  signals: of these days that are over."""

    days: int
    accounts: int
    signals: int


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """What is read once for all days. ids: of the active accounts, ascending; days, created, frequency: theirs;
    weeks, months: of use, of all accounts."""

    facts: Facts
    ids: Ints
    days: ContactDays
    weeks: UsageSpans
    months: UsageSpans
    created: Ints
    frequency: Ints
    window_began: int
    rules: Rules
    model: ChurnModel | None

    def engagement(self, day: int) -> Floats:
        """The scores of relationship health on a day, nan without one."""
        return scores_on(
            self.days,
            records=len(self.ids),
            day=day,
            created=self.created,
            window_began=self.window_began,
            rules=self.rules.rating_rules(),
            frequency=self.frequency,
        )


def score_past(house: House, *, progress: Progress | None = None) -> PastReport | None:
    """Score what is due of the last 52 weeks; None when nothing is."""
    today = day_number(house.clock(), house.config.zone)
    first = _monday(today) - 7 * WEEKS
    since = due_since(house)
    if since is None:
        return None
    begin = max(first, _monday(since) - 7 * WARM_UP_WEEKS)
    with house.store.reading() as conn:
        past = _read(conn, today=today, since=begin)
        known_days = past_scored.contact_days(conn, until=today - LATELY_DAYS)
    mondays = list(range(begin, today, 7))
    replay, scored = Replay(), 0
    for number, day in enumerate(mondays, 1):
        open_then = _look(house, past, replay, day)
        if day >= since:
            scored = _score(house, past, open_then, day=day, today=today)
            failpoints.passage("desk.score_past.day")
        if progress:
            progress(number, len(mondays))
    with house.store.transaction(alone=True) as conn:
        past_signals.save(conn, replay.over, replay.now.values(), since=begin)
        past_scored.done(conn, since=since, contact_days=known_days)
    return PastReport(sum(day >= since for day in mondays), scored, len(replay.over))


def due_since(house: House, *, recount: bool = False) -> int | None:
    """The first day that is due, None when nothing is.

    recount  count whether so much more history was read since the last time that everything is due again
    """
    today = day_number(house.clock(), house.config.zone)
    first = _monday(today) - 7 * WEEKS
    if recount:
        with house.store.transaction() as conn:
            past_scored.note_more_history(conn, first=first, until=today - LATELY_DAYS)
    with house.store.reading() as conn:
        return past_scored.due(conn, first=first)


def _monday(day: int) -> int:
    return number_of(usage.monday_of(day_of(day)))


def _read(conn: Connection, *, today: int, since: int) -> Past:
    _version, present = rules.current(conn)
    ids = score_facts.active_accounts(conn)
    columns = _record.c
    query = sa.select(columns.id, columns.kind, columns.guid, columns.segment, columns.team_guid, columns.created_on)
    rows = {row[0]: row for row in conn.execute(query.where(columns.kind == "account"))}
    keys = record_keys([tuple(rows[number][1:5]) for number in ids])
    return Past(
        facts=past_facts.whole(
            conn, present.signals.thresholds(), today=today, since=since, rated=present.health.enabled
        ),
        ids=np.array(ids, dtype=np.int64),
        days=contact_days.load(conn, ids),
        weeks=usage.spans(conn, usage.WEEK, since=since - USE_DAYS, until=today),
        months=usage.spans(conn, usage.MONTH, since=since - USE_DAYS, until=today),
        created=np.array([number_of(rows[number][5]) for number in ids], dtype=np.int64),
        frequency=frequency_codes(present.health, keys) if ids else np.empty(0, dtype=np.int64),
        window_began=first_day_read(conn),
        rules=present,
        model=churn_models.of(conn, present.customer_health.churn_model),
    )


def _look(house: House, past: Past, replay: Replay, day: int) -> list[tuple[int, str, float]]:
    """The signals of that day, as scores take them."""
    limits = past.rules.signals.thresholds()
    with house.store.reading() as conn:
        facts = past_facts.on(conn, past.facts, limits, day=day, months=past.months, weeks=past.weeks)
    return [(one.subject_id, one.detector, one.strength) for one in replay.look(facts, limits)]


def _score(house: House, past: Past, open_then: list[tuple[int, str, float]], *, day: int, today: int) -> int:
    there = past.created <= day
    with house.store.reading() as conn:
        in_time = account_scores.told_in_time(conn, day=day)
        there &= ~np.isin(past.ids, np.array(sorted(in_time), dtype=np.int64))
        ids = past.ids[there]
        engagement = past.engagement(day)[there]
        facts = score_facts.of_day(conn, ids, day=day, engagement=engagement, signals=open_then, weeks=past.weeks)
    with house.store.transaction(alone=True) as conn:
        # Whoever was left out or erased meanwhile gets no scores.
        still = np.isin(ids, np.array(score_facts.active_accounts(conn), dtype=np.int64))
        return len(write(conn, ids, facts, day=day, model=past.model, told_on=today, among=still))
