"""Who is to hear of alerts, and what else is to be done about them: what waits, what was handed over, what is dropped."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.alerts.alert_tables import ALERT, ALERT_RULE, ALERT_TELLING, AlertTelling
from relationship.store.chunks import in_chunks
from relationship.store.upsert import insert_new

# What begins the targets that people and machines hear of; the others are done at once or on confirmation.
TOLD_BY_TURN = ("person/", "address/", "endpoint/", "folder")
TASK, NOTE, RISK, LIST = "task", "note", "risk/", "list/"
OPEN = ("new", "confirmed")
# A mail holds up to 3,000 alerts, a delivery of it 30.
MOST_PARTS = 101


@dataclass(frozen=True, slots=True)
class NewTelling:
    """state: 'waiting', or 'told' for what is done already; key: of its delivery; instead: for whom somebody hears."""

    alert_id: int
    target: str
    state: str = "waiting"
    key: str = ""
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Alerts of one rule that somebody is to hear of. oldest: when the first of them was raised."""

    rule_id: int
    target: str
    count: int
    oldest: datetime


def mail_key(key: str, number: int) -> str:
    """Of one of the deliveries that leave in one mail, of those that were handed over under a key."""
    return f"{key}/{number}"


def delivery_keys(key: str) -> list[str]:
    """Every key in the outbox that may belong to what was handed over under this one."""
    return [key, *(mail_key(key, number) for number in range(MOST_PARTS))]


def letter_key(number: int) -> str:
    """Of the mail to the customer that an alert prepared."""
    return f"alert-letter/{number}"


def add(conn: Connection, rule_id: int, new: Sequence[NewTelling], *, at: datetime) -> int:
    """That these targets are to hear of these alerts, each once."""
    by_target: dict[tuple[int, str], NewTelling] = {}
    for one in new:
        by_target.setdefault((one.alert_id, one.target), one)
    rows = [
        {
            "alert_id": one.alert_id, "rule_id": rule_id, "target": one.target, "state": one.state, "raised_at": at,
            "told_at": None if one.state == "waiting" else at, "told_key": one.key, "instead": one.instead,
        }
        for one in by_target.values()
    ]  # fmt: skip
    return insert_new(conn, AlertTelling, rows, key=["alert_id", "target"])


def waiting(conn: Connection) -> list[Waiting]:
    """Who is to hear of what, of rules that are not removed."""
    columns = ALERT_TELLING.c
    query = (
        sa.select(
            columns.rule_id,
            columns.target,
            sa.func.count(),
            sa.func.min(columns.raised_at, type_=columns.raised_at.type),
        )
        .join(ALERT_RULE, ALERT_RULE.c.id == columns.rule_id)
        .where(
            columns.state == "waiting",
            ALERT_RULE.c.removed_at.is_(None),
            sa.or_(*(columns.target.startswith(one) for one in TOLD_BY_TURN)),
        )
        .group_by(columns.rule_id, columns.target)
        .order_by(columns.rule_id, columns.target)
    )
    return [Waiting(*row) for row in conn.execute(query)]


def told_since(conn: Connection, rule_id: int, target: str, since: datetime) -> int:
    """How many deliveries of this rule have left for this target since then."""
    columns = ALERT_TELLING.c
    query = sa.select(sa.func.count(sa.distinct(columns.told_key))).where(
        columns.rule_id == rule_id, columns.target == target, columns.state == "told", columns.told_at > since
    )
    return conn.scalar(query) or 0


def next_to_tell(conn: Connection, rule_id: int, target: str, *, limit: int) -> list[int]:
    """Numbers of the alerts that wait, oldest first."""
    columns = ALERT_TELLING.c
    query = sa.select(columns.alert_id).where(
        columns.rule_id == rule_id, columns.target == target, columns.state == "waiting"
    )
    return list(conn.scalars(query.order_by(columns.alert_id).limit(limit)))


def note_told(
    conn: Connection, target: str, ids: Collection[int], *, key: str, at: datetime, state: str = "told"
) -> None:
    columns = ALERT_TELLING.c
    for chunk in in_chunks(sorted(ids)):
        which = sa.update(ALERT_TELLING).where(columns.alert_id.in_(chunk), columns.target == target)
        conn.execute(which.values(state=state, told_at=at, told_key=key))


def drop_waiting(conn: Connection, ids: Iterable[int]) -> None:
    """Nobody is to hear of these alerts any more."""
    _set(conn, ids, before="waiting", after="dropped")


def wait_again(conn: Connection, ids: Iterable[int]) -> None:
    """An alert is open again: who would have heard of it does, where nothing was handed over before."""
    columns = ALERT_TELLING.c
    for chunk in in_chunks(sorted(set(ids))):
        which = (columns.alert_id.in_(chunk), columns.state == "dropped", columns.told_key == "")
        conn.execute(sa.update(ALERT_TELLING).where(*which).values(state="waiting", told_at=None))


def drop_told(conn: Connection, ids: Iterable[int], key: str) -> None:
    """What was handed over in this delivery did not leave after all."""
    columns = ALERT_TELLING.c
    for chunk in in_chunks(sorted(set(ids))):
        which = (columns.alert_id.in_(chunk), columns.told_key == key, columns.state == "told")
        conn.execute(sa.update(ALERT_TELLING).where(*which).values(state="dropped"))


def of_alerts(conn: Connection, ids: Iterable[int]) -> list[Any]:
    """Rows of these alerts (see `AlertTelling`), in the order in which they were noted."""
    found: list[Any] = []
    for chunk in in_chunks(sorted(set(ids))):
        query = sa.select(ALERT_TELLING).where(ALERT_TELLING.c.alert_id.in_(chunk))
        found += conn.execute(query.order_by(ALERT_TELLING.c.id)).all()
    return found


def instead(conn: Connection, target: str, ids: Collection[int]) -> dict[int, str]:
    """Of which of these alerts the target hears for the owner, and why."""
    columns = ALERT_TELLING.c
    found: dict[int, str] = {}
    for chunk in in_chunks(sorted(ids)):
        query = sa.select(columns.alert_id, columns.instead)
        found |= dict(
            conn.execute(
                query.where(columns.alert_id.in_(chunk), columns.target == target, columns.instead != "")
            ).all()
        )
    return found


def told_in(conn: Connection, key: str, target: str) -> list[tuple[int, str]]:
    """(alert, state) of what was handed over in this delivery, by alert."""
    columns = ALERT_TELLING.c
    query = (
        sa.select(columns.alert_id, ALERT.c.state)
        .join(ALERT, ALERT.c.id == columns.alert_id)
        .where(columns.target == target, columns.told_key == key, columns.state == "told")
        .order_by(columns.alert_id)
    )
    return [(number, state) for number, state in conn.execute(query)]


def _set(conn: Connection, ids: Iterable[int], *, before: str, after: str) -> None:
    columns = ALERT_TELLING.c
    for chunk in in_chunks(sorted(set(ids))):
        which = (columns.alert_id.in_(chunk), columns.state == before)
        conn.execute(sa.update(ALERT_TELLING).where(*which).values(state=after))
