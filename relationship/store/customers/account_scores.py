"""Scores of accounts by day: written once a day, thinned when they are old, read for lists and curves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.signals.scores import Reason, Score, ScoreArrays
from relationship.store.chunks import in_chunks
from relationship.store.customers.score_tables import ACCOUNT_SCORE as SCORE
from relationship.store.customers.score_tables import AccountScore
from relationship.store.upsert import upsert_columns

# Every day of so many is kept, then the Mondays; older ones than KEPT_DAYS go.
DAILY_DAYS, KEPT_DAYS = 35, 400
# Day number 0 is a Thursday, so Mondays leave this rest.
_MONDAY = 4
_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One score of an account on a day; reasons add up to the value; told_on: see `score_tables.AccountScore`."""

    account_id: int
    score: Score
    day: int
    value: int
    reasons: tuple[Reason, ...]
    learned: bool = False
    told_on: int | None = None


ByScore = Mapping[Score, ScoreRow]
_COLUMNS = tuple(SCORE.c[name] for name in ScoreRow.__slots__)


def save(
    conn: Connection,
    account_ids: Sequence[int],
    found: ScoreArrays,
    *,
    day: int,
    learned: bool = False,
    told_on: int | None = None,
) -> int:
    """Write one score of many accounts for a day, over what that day had; returns how many rows changed."""
    # What nobody told is nan, which JSON writes as null.
    points, measures = found.points.T.tolist(), np.round(found.measure.T, _DECIMALS).tolist()
    reasons = [
        orjson.dumps([*zip(found.reasons, *of_one, strict=True)]).decode()
        for of_one in zip(points, measures, strict=True)
    ]
    count = len(account_ids)
    columns = {
        "account_id": list(account_ids),
        "score": [found.score.value] * count,
        "day": [day] * count,
        "value": found.value.tolist(),
        "reasons": reasons,
        "learned": [learned] * count,
        "told_on": [told_on] * count,
    }
    return upsert_columns(conn, AccountScore, columns, key=["account_id", "score", "day"])


def told_in_time(conn: Connection, *, day: int) -> set[int]:
    """The accounts that were scored for a day on that day: that stays as it was told then."""
    query = sa.select(SCORE.c.account_id).where(SCORE.c.day == day, SCORE.c.told_on.is_(None)).distinct()
    return set(conn.scalars(query))


def keep_only(conn: Connection, account_ids: Sequence[int], *, day: int) -> None:
    """Take back the scores of the day of accounts that are not scored any more."""
    ids = set(account_ids)
    stored = conn.execute(sa.select(SCORE.c.account_id).where(SCORE.c.day == day).distinct()).scalars()
    for chunk in in_chunks(sorted(set(stored) - ids)):
        conn.execute(sa.delete(SCORE).where(SCORE.c.day == day, SCORE.c.account_id.in_(chunk)))


def thin(conn: Connection, *, today: int) -> int:
    """Let go what is older than is kept, and all but the Mondays of what is older than five weeks."""
    old = SCORE.c.day < today - KEPT_DAYS
    between = sa.and_(SCORE.c.day < today - DAILY_DAYS, SCORE.c.day % 7 != _MONDAY)
    return conn.execute(sa.delete(SCORE).where(sa.or_(old, between))).rowcount


def last_day(conn: Connection) -> int | None:
    """The last day that was scored at all."""
    return conn.execute(sa.select(sa.func.max(SCORE.c.day))).scalar()


def latest(conn: Connection, *, account_ids: Sequence[int] | None = None) -> dict[int, dict[Score, ScoreRow]]:
    """The scores of the last day that was scored at all, by account."""
    last = last_day(conn)
    return {} if last is None else _of_days(conn, SCORE.c.day == last, account_ids)


def before(conn: Connection, *, day: int, account_ids: Sequence[int] | None = None) -> dict[int, dict[Score, ScoreRow]]:
    """The scores of the last day on or before `day` that was scored, at most three weeks before it."""
    query = sa.select(sa.func.max(SCORE.c.day)).where(SCORE.c.day.between(day - 21, day))
    last = conn.execute(query).scalar()
    return {} if last is None else _of_days(conn, SCORE.c.day == last, account_ids)


def curve(conn: Connection, account_id: int, *, since: int) -> list[ScoreRow]:
    """All scores of one account from a day on, oldest first."""
    query = (
        sa.select(*_COLUMNS).where(SCORE.c.account_id == account_id, SCORE.c.day >= since).order_by(SCORE.c.day)
    )  # fmt: skip
    return [_row(row) for row in conn.execute(query)]


def _of_days(
    conn: Connection, which: sa.ColumnElement[bool], account_ids: Sequence[int] | None
) -> dict[int, dict[Score, ScoreRow]]:
    query = sa.select(*_COLUMNS).where(which)
    chunks = [None] if account_ids is None else list(in_chunks(sorted(account_ids)))
    found: dict[int, dict[Score, ScoreRow]] = {}
    for chunk in chunks:
        for row in conn.execute(query if chunk is None else query.where(SCORE.c.account_id.in_(chunk))):
            one = _row(row)
            found.setdefault(one.account_id, {})[one.score] = one
    return found


def _row(row: Any) -> ScoreRow:
    account_id, score, day, value, reasons, learned, told_on = row
    found = tuple(Reason(*one) for one in orjson.loads(reasons))
    return ScoreRow(account_id, Score(score), day, value, found, learned, told_on)
