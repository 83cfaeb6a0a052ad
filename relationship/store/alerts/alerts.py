"""Alerts: what rules raised, who is to hear of it, and what people decided."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind, RecordRef
from relationship.store import tables
from relationship.store.alerts.alert_tables import (
    ALERT,
    ALERT_LETTER,
    ALERT_PLACE,
    ALERT_RULE,
    ALERT_TELLING,
    ATTRITION_PROFILE,
    Alert,
    AlertLetter,
    AlertPlace,
    AlertTelling,
)
from relationship.store.chunks import in_chunks
from relationship.store.ratings.rating_change_tables import RECORD_CHANGE
from relationship.store.upsert import insert_new, upsert
from relationship.store.verbatims.verbatim_tables import VERBATIM
from relationship.verbatims.alerts.attrition import Profile
from relationship.verbatims.alerts.conditions import Because

_record = tables.table(tables.Record)
# No row has a number beyond what the column holds.
HIGHEST_ID = 2**31 - 1


class State(StrEnum):
    NEW = "new"
    CONFIRMED = "confirmed"
    HANDLED = "handled"
    FALSE_ALARM = "false_alarm"


@dataclass(frozen=True, slots=True)
class NewAlert:
    """key: rule and verbatim, or rule and change of owner."""

    key: str
    rule_id: int
    rule_version: int
    verbatim_id: int
    account_id: int | None
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert as pages show it. account: None while nobody knows whose words they are."""

    id: int
    rule_id: int
    rule_name: str
    rule_owner: str
    verbatim_id: int
    account: RecordRef | None
    account_name: str
    raised_at: datetime
    because: tuple[Because, ...]
    state: State
    decided_at: datetime | None
    decided_by_name: str
    note: str
    text: str
    day: int
    emotion: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """Alerts of one rule that somebody is to hear of. oldest: when the first of them was raised."""

    rule_id: int
    target: str
    count: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    alert_id: int
    address: str
    language: str
    subject: str
    body: str
    state: str


def add(conn: Connection, new: Sequence[NewAlert], *, at: datetime) -> dict[str, int]:
    """Keep alerts; the numbers of those that were not there yet, by key."""
    known: set[str] = set()
    for chunk in in_chunks([one.key for one in new]):
        known |= set(conn.scalars(sa.select(ALERT.c.key).where(ALERT.c.key.in_(chunk))))
    fresh = {one.key: one for one in new if one.key not in known}
    insert_new(conn, Alert, [_row(one, at) for one in fresh.values()], key=["key"])
    found: dict[str, int] = {}
    for chunk in in_chunks(list(fresh)):
        found |= dict(conn.execute(sa.select(ALERT.c.key, ALERT.c.id).where(ALERT.c.key.in_(chunk))).all())
    return found


def add_tellings(conn: Connection, rule_id: int, told: Sequence[tuple[int, str]], *, at: datetime) -> int:
    """That these targets are to hear of these alerts, each once."""
    rows = [
        {
            "alert_id": number, "rule_id": rule_id, "target": target, "state": "waiting",
            "raised_at": at, "told_at": None, "told_key": "",
        }
        for number, target in dict.fromkeys(told)
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
        .where(columns.state == "waiting", ALERT_RULE.c.removed_at.is_(None))
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


def tellings(conn: Connection, number: int) -> list[Any]:
    """Rows with target, state, told_at and told_key of one alert."""
    return list(
        conn.execute(sa.select(ALERT_TELLING).where(ALERT_TELLING.c.alert_id == number).order_by(ALERT_TELLING.c.id))
    )


def of_ids(conn: Connection, ids: Sequence[int]) -> list[Raised]:
    """These alerts, oldest first."""
    found: list[Raised] = []
    for chunk in in_chunks([one for one in ids if one <= HIGHEST_ID]):
        found += [_raised(row) for row in conn.execute(_query().where(ALERT.c.id.in_(chunk)).order_by(ALERT.c.id))]
    return found


def page(
    conn: Connection,
    *,
    limit: int,
    before: int | None = None,
    states: Collection[str] = (),
    rule_id: int | None = None,
    account_guid: str = "",
    mine: str = "",
) -> list[Raised]:
    """Newest first. mine: key of a colleague who is told of them, or whose rule it is; before: number of an alert.

    What of it somebody may see is not decided here.
    """
    columns = ALERT.c
    query = _query().where(*filters(states=states, rule_id=rule_id, account_guid=account_guid, mine=mine))
    if before is not None:
        query = query.where(columns.id < before)
    return [_raised(row) for row in conn.execute(query.order_by(columns.id.desc()).limit(limit))]


def decide(
    conn: Connection, number: int, state: State, *, at: datetime, by: tuple[str, str], note: str = ""
) -> bool:  # fmt: skip
    """Say what became of an alert; False when there is none."""
    values = {"state": state.value, "decided_at": at, "decided_by": by[0], "decided_by_name": by[1], "note": note}
    return conn.execute(sa.update(ALERT).where(ALERT.c.id == number).values(**values)).rowcount == 1


def counts(conn: Connection) -> dict[int, dict[str, int]]:
    """How many alerts of each rule are in each state."""
    found: dict[int, dict[str, int]] = {}
    query = sa.select(ALERT.c.rule_id, ALERT.c.state, sa.func.count()).group_by(ALERT.c.rule_id, ALERT.c.state)
    for rule_id, state, count in conn.execute(query):
        found.setdefault(rule_id, {})[state] = count
    return found


def place(conn: Connection) -> tuple[int, int]:
    """Up to which verbatim and which change of owner rules were followed."""
    row = conn.execute(sa.select(ALERT_PLACE.c.verbatim_id, ALERT_PLACE.c.change_id)).one_or_none()
    return (row.verbatim_id, row.change_id) if row else (0, 0)


def move_place(conn: Connection, verbatim_id: int, change_id: int) -> None:
    upsert(conn, AlertPlace, [{"id": 1, "verbatim_id": verbatim_id, "change_id": change_id}], key=["id"])


def owner_changes(conn: Connection, last: int, *, limit: int) -> list[tuple[int, int]]:
    """(change, account) of accounts that came to another owner after that change, in order."""
    columns = RECORD_CHANGE.c
    query = (
        sa.select(columns.id, columns.record_id)
        .join(_record, _record.c.id == columns.record_id)
        .where(
            columns.id > last,
            columns.what == "owner",
            columns.before != "",
            columns.after != "",
            _record.c.kind == RecordKind.ACCOUNT.value,
        )
        .order_by(columns.id)
        .limit(limit)
    )
    return [(number, account) for number, account in conn.execute(query)]


def add_letters(conn: Connection, letters: Sequence[Letter]) -> int:
    rows = [
        {
            "alert_id": one.alert_id, "address": one.address, "language": one.language, "subject": one.subject,
            "body": one.body, "state": one.state, "decided_at": None, "decided_by": "",
        }
        for one in letters
    ]  # fmt: skip
    return insert_new(conn, AlertLetter, rows, key=["alert_id"])


def letter(conn: Connection, number: int) -> Letter | None:
    columns = ALERT_LETTER.c
    row = conn.execute(
        sa.select(*(columns[name] for name in Letter.__slots__)).where(columns.alert_id == number)
    ).one_or_none()
    return Letter(*row) if row else None


def note_letter(
    conn: Connection, number: int, state: str, *, subject: str, body: str, at: datetime, by: str
) -> bool:  # fmt: skip
    """Release or discard a letter that waits; False when somebody was faster."""
    columns = ALERT_LETTER.c
    values = {"state": state, "subject": subject, "body": body, "decided_at": at, "decided_by": by}
    which = sa.update(ALERT_LETTER).where(columns.alert_id == number, columns.state == "draft")
    return conn.execute(which.values(**values)).rowcount == 1


def profile(conn: Connection) -> Profile | None:
    """The profile of lost customers that was learnt last."""
    columns = ATTRITION_PROFILE.c
    body = conn.scalar(sa.select(columns.body).order_by(columns.id.desc()).limit(1))
    return Profile.of(orjson.loads(body)) if body else None


def save_profile(conn: Connection, found: Profile, *, at: datetime, by: str) -> None:
    body = orjson.dumps(found.body()).decode()
    conn.execute(sa.insert(ATTRITION_PROFILE).values(learnt_at=at, learnt_by=by, body=body))


def filters(*, states: Collection[str], rule_id: int | None, account_guid: str, mine: str) -> list[Any]:
    """Which alerts are meant, of a query that joins rules and accounts."""
    columns = ALERT.c
    which: list[Any] = []
    if states:
        which.append(columns.state.in_(sorted(states)))
    if rule_id is not None:
        which.append(columns.rule_id == rule_id)
    if account_guid:
        which.append(_record.c.guid == account_guid)
    if mine:
        told = sa.exists().where(ALERT_TELLING.c.alert_id == columns.id, ALERT_TELLING.c.target == f"person/{mine}")
        which.append(sa.or_(told, ALERT_RULE.c.owner_key == mine))
    return which


def _query() -> sa.Select[Any]:
    return (
        sa.select(
            ALERT,
            ALERT_RULE.c.name.label("rule_name"),
            ALERT_RULE.c.owner_key.label("rule_owner"),
            _record.c.guid.label("account_guid"),
            _record.c.name.label("account_name"),
            VERBATIM.c.text,
            VERBATIM.c.day,
            VERBATIM.c.emotion,
        )
        .join(ALERT_RULE, ALERT_RULE.c.id == ALERT.c.rule_id)
        .join(VERBATIM, VERBATIM.c.id == ALERT.c.verbatim_id)
        .outerjoin(_record, _record.c.id == ALERT.c.account_id)
    )


def _raised(row: Any) -> Raised:
    return Raised(
        id=row.id,
        rule_id=row.rule_id,
        rule_name=row.rule_name,
        rule_owner=row.rule_owner,
        verbatim_id=row.verbatim_id,
        account=RecordRef(RecordKind.ACCOUNT, row.account_guid) if row.account_guid else None,
        account_name=row.account_name or "",
        raised_at=row.raised_at,
        because=tuple(
            Because(what, found, negative, tuple((a, b) for a, b in spans))
            for what, found, negative, spans in orjson.loads(row.because)
        ),
        state=State(row.state),
        decided_at=row.decided_at,
        decided_by_name=row.decided_by_name,
        note=row.note,
        text=row.text,
        day=row.day,
        emotion=row.emotion,
    )


def _row(one: NewAlert, at: datetime) -> dict[str, Any]:
    because = [[each.what, each.found, each.negative, [list(span) for span in each.spans]] for each in one.because]
    return {
        "key": one.key,
        "rule_id": one.rule_id,
        "rule_version": one.rule_version,
        "verbatim_id": one.verbatim_id,
        "account_id": one.account_id,
        "raised_at": at,
        "because": orjson.dumps(because).decode(),
        "state": State.NEW.value,
        "decided_at": None,
        "decided_by": "",
        "decided_by_name": "",
        "note": "",
    }
