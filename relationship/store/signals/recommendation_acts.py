"""The ledger of what people did about recommendations, and what followed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.clock import day_number
from relationship.signals.recommendations import FOLLOWED_DAYS, Cause, Outcome
from relationship.signals.standing import ACTING, Deed, Move, State
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Colleague
from relationship.store.customers.score_tables import ACCOUNT_SCORE
from relationship.store.signals.recommendation_tables import RECOMMENDATION_ACT, RecommendationAct
from relationship.store.signals.signal_tables import SIGNAL
from relationship.store.tables import table
from relationship.store.upsert import insert_new

_act = RECOMMENDATION_ACT
_colleague = table(Colleague)
# Why a signal is over that ended by itself, found in time or later; one that was switched off did not.
_OVER = ("over", "past")
_HAPPENED = (State.MADE.value, State.WAITING.value, State.IN_DOUBT.value, State.DRAFT.value)


@dataclass(frozen=True, slots=True)
class NewAct:
    """See `recommendation_tables.RecommendationAct`."""

    key: str
    cause: Cause
    account_id: int | None
    record_id: int | None
    trigger: str
    recommendation: str
    deed: Deed
    state: State
    at: datetime
    by: str
    until_day: int | None = None
    reason: str = ""
    due_on: date | None = None
    score_before: float | None = None


@dataclass(frozen=True, slots=True)
class OneAct:
    """A row. who: the name of the person, '' for somebody who is not there any more."""

    id: int
    key: str
    cause: str
    account_id: int | None
    record_id: int | None
    recommendation: str
    deed: Deed
    state: State
    until_day: int | None
    reason: str
    due_on: date | None
    made_id: str
    link: str
    at: datetime
    by: str
    who: str

    @property
    def move(self) -> Move:
        return Move(self.deed, self.state, self.until_day)


def add(conn: Connection, new: NewAct) -> bool:
    """Write a deed down; False when there is one under its key already."""
    row = {
        "key": new.key,
        "cause": str(new.cause),
        "account_id": new.account_id,
        "record_id": new.record_id,
        "trigger": new.trigger,
        "recommendation": new.recommendation,
        "act": new.deed.value,
        "state": new.state.value,
        "until_day": new.until_day,
        "reason": new.reason,
        "due_on": new.due_on,
        "made_id": "",
        "link": "",
        "score_before": new.score_before,
        "at": new.at,
        "by": new.by,
    }
    return insert_new(conn, RecommendationAct, [row], key=["key"]) == 1


def note(conn: Connection, key: str, state: State, *, made_id: str = "", link: str = "") -> None:
    """What became of a deed."""
    values = {"state": state.value, "made_id": made_id, "link": link}
    conn.execute(sa.update(_act).where(_act.c.key == key).values(**values))


def take_again(conn: Connection, key: str) -> bool:
    """Begin a deed anew that did not happen for certain; False for every other one."""
    which = (_act.c.key == key, _act.c.state == State.REFUSED.value)
    return conn.execute(sa.update(_act).where(*which).values(state=State.SENDING.value)).rowcount == 1


def health_of(conn: Connection, account_id: int | None) -> float | None:
    """The account's latest health, None where there is none."""
    columns = ACCOUNT_SCORE.c
    query = sa.select(columns.value).where(columns.account_id == account_id, columns.score == "health")
    found = conn.scalar(query.order_by(columns.day.desc()).limit(1))
    return None if found is None else float(found)


def by_key(conn: Connection, key: str) -> OneAct | None:
    row = conn.execute(_rows().where(_act.c.key == key)).one_or_none()
    return _one(row) if row else None


def of_subjects(
    conn: Connection, subjects: Iterable[tuple[int | None, int | None]]
) -> dict[tuple[int | None, str], list[OneAct]]:
    """What was done about these records, oldest first, by record and recommendation.

    subjects  account and opportunity of each, None for the opportunity where the account itself is meant
    """
    wanted = set(subjects)
    accounts = {account for account, record in wanted if record is None and account is not None}
    records = {record for _account, record in wanted if record is not None}
    found: dict[tuple[int | None, str], list[OneAct]] = {}
    of_accounts = sa.and_(_act.c.record_id.is_(None), _act.c.account_id.in_(sa.bindparam("ids", expanding=True)))
    of_records = _act.c.record_id.in_(sa.bindparam("ids", expanding=True))
    for ids, which in ((accounts, of_accounts), (records, of_records)):
        for chunk in in_chunks(sorted(ids)):
            for row in conn.execute(_rows().where(which).order_by(_act.c.id), {"ids": chunk}):
                one = _one(row)
                found.setdefault((one.record_id or one.account_id, one.recommendation), []).append(one)
    return found


def of_account(conn: Connection, account_id: int, *, since: datetime, until: datetime) -> list[OneAct]:
    """What was done for an account in a span of time, oldest first."""
    query = _rows().where(_act.c.account_id == account_id, _act.c.at >= since, _act.c.at < until)
    return [_one(row) for row in conn.execute(query.order_by(_act.c.id))]


def count_since(conn: Connection, by: str, deed: Deed, since: datetime) -> int:
    """How often somebody did this since then, refused ones left out."""
    query = sa.select(sa.func.count()).where(_act.c.by == by, _act.c.act == deed.value, _act.c.at > since)
    return conn.scalar(query.where(_act.c.state != State.REFUSED.value)) or 0


def outcomes(conn: Connection, *, now: datetime, zone: Any) -> list[Outcome]:
    """Of the first act on each recommendation, where it is long enough ago: what followed within the time given."""
    deeds = [one.value for one in (*ACTING, Deed.DONE)]
    firsts = (
        sa.select(sa.func.min(_act.c.id))
        .where(_act.c.act.in_(deeds), _act.c.state.in_(_HAPPENED))
        .group_by(_act.c.cause, _act.c.recommendation)
    )
    query = sa.select(_act.c.cause, _act.c.recommendation, _act.c.account_id, _act.c.at, _act.c.score_before).where(
        _act.c.id.in_(firsts), _act.c.at <= now - timedelta(days=FOLLOWED_DAYS)
    )
    rows = conn.execute(query).all()
    causes = [Cause.read(row.cause) for row in rows]
    ends = _ends(conn, [one.number for one in causes if one is not None and not one.score])
    later = _later_scores(conn, {row.account_id for row in rows if row.account_id is not None})
    found = []
    for row, cause in zip(rows, causes, strict=True):
        ended = None
        if cause is not None and cause.number in ends and not cause.score:
            at, why = ends[cause.number]
            ended = at is not None and why in _OVER and row.at <= at <= row.at + timedelta(days=FOLLOWED_DAYS)
        before, after = row.score_before, later.get(row.account_id, {})
        day = day_number(row.at, zone) + FOLLOWED_DAYS
        known = [value for told, value in after.items() if day - FOLLOWED_DAYS < told <= day]
        rose = known[-1] > before if known and before is not None else None
        found.append(Outcome(row.recommendation, ended, rose))
    return found


def _ends(conn: Connection, ids: Sequence[int]) -> dict[int, tuple[datetime | None, str]]:
    found: dict[int, tuple[datetime | None, str]] = {}
    for chunk in in_chunks(sorted(set(ids))):
        query = sa.select(SIGNAL.c.id, SIGNAL.c.ended_at, SIGNAL.c.ended_why).where(SIGNAL.c.id.in_(chunk))
        found |= {row.id: (row.ended_at, row.ended_why) for row in conn.execute(query)}
    return found


def _later_scores(conn: Connection, accounts: Iterable[int]) -> dict[int, dict[int, float]]:
    """The health of accounts by day, oldest first."""
    found: dict[int, dict[int, float]] = {}
    columns = ACCOUNT_SCORE.c
    for chunk in in_chunks(sorted(accounts)):
        query = sa.select(columns.account_id, columns.day, columns.value).where(
            columns.account_id.in_(chunk), columns.score == "health"
        )
        for account, day, value in conn.execute(query.order_by(columns.day)):
            found.setdefault(account, {})[day] = float(value)
    return found


def _rows() -> Any:
    who = sa.func.coalesce(sa.func.nullif(_colleague.c.name, ""), _colleague.c.crm_name, "").label("who")
    return sa.select(_act, who).outerjoin(_colleague, _colleague.c.key == _act.c.by)


def _one(row: Any) -> OneAct:
    return OneAct(
        id=row.id,
        key=row.key,
        cause=row.cause,
        account_id=row.account_id,
        record_id=row.record_id,
        recommendation=row.recommendation,
        deed=Deed(row.act),
        state=State(row.state),
        until_day=row.until_day,
        reason=row.reason,
        due_on=row.due_on,
        made_id=row.made_id,
        link=row.link,
        at=row.at,
        by=row.by,
        who=row.who,
    )
