"""Alerts: what rules raised, and what people decided. Who hears of it: `tellings.py`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
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
)
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Record
from relationship.store.upsert import insert_new, upsert
from relationship.store.verbatims.verbatim_tables import VERBATIM
from relationship.verbatims.alerts.attrition import Profile
from relationship.verbatims.alerts.conditions import Because

_record = tables.table(Record)
# The note of an alert that rested on what somebody corrected.
CORRECTED = "text_corrected"
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
    said: str = ""


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert as pages show it. account: None while nobody knows whose words they are; is_replaced: the text is
    another one than it was then, so nothing in it is marked."""

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
    account_id: int | None = None
    owner_guid: str = ""
    is_replaced: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to a customer. address: '' while nobody knows one; state: draft, released or discarded."""

    alert_id: int
    address: str
    language: str
    subject: str
    body: str
    state: str
    decided_at: datetime | None = None
    decided_by_name: str = ""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a rule raised about a text before. said: digest of the text as it was; note: of who decided; because: kinds
    of the conditions that held; is_told: somebody heard of it."""

    id: int
    state: str
    said: str
    note: str
    because: frozenset[str]
    is_told: bool


def digest(text: str) -> str:
    """By which a text is told from the one that it replaced."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def earlier(conn: Connection, rule_id: int, verbatim_ids: Collection[int]) -> dict[int, list[Earlier]]:
    """What this rule raised about these texts when they came in or were replaced, newest first; changes of a team
    raise alerts of their own."""
    is_told = sa.exists().where(ALERT_TELLING.c.alert_id == ALERT.c.id, ALERT_TELLING.c.state == "told")
    found: dict[int, list[Earlier]] = {}
    for chunk in in_chunks(sorted(verbatim_ids)):
        columns = ALERT.c
        query = sa.select(
            columns.verbatim_id, columns.id, columns.state, columns.said, columns.note, columns.because, is_told
        )
        query = query.where(ALERT.c.rule_id == rule_id, ALERT.c.verbatim_id.in_(chunk)).order_by(ALERT.c.id.desc())
        for row in conn.execute(query.where(columns.key.startswith(f"{rule_id}/v"))):
            verbatim_id, number, state, said, note, because, told = row
            kinds = frozenset(one[0] for one in orjson.loads(because))
            found.setdefault(verbatim_id, []).append(Earlier(number, state, said, note, kinds, told))
    return found


def refresh(conn: Connection, number: int, new: NewAlert) -> None:
    """An open alert stands for the text as it is now."""
    values = _because(new) | {"account_id": new.account_id, "rule_version": new.rule_version, "said": new.said}
    conn.execute(sa.update(ALERT).where(ALERT.c.id == number).values(values))


def take_back(conn: Connection, ids: Collection[int]) -> None:
    """Of the text as it is now these say nothing, and nobody has heard of them."""
    for chunk in in_chunks(sorted(ids)):
        conn.execute(sa.delete(ALERT).where(ALERT.c.id.in_(chunk)))


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
    unassigned: bool = False,
    mine: str = "",
) -> list[Raised]:
    """Newest first. mine: key of a colleague who is told of them, or whose rule it is; before: number of an alert;
    unassigned: only of customers whom nobody knows yet.

    What of it somebody may see is not decided here.
    """
    columns = ALERT.c
    query = _query().where(*filters(states=states, rule_id=rule_id, account_guid=account_guid, mine=mine))
    if before is not None:
        query = query.where(columns.id < before)
    if unassigned:
        query = query.where(columns.account_id.is_(None))
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


def place(conn: Connection) -> int:
    """Up to which change of a record rules were followed."""
    return conn.scalar(sa.select(ALERT_PLACE.c.change_id)) or 0


def move_place(conn: Connection, change_id: int) -> None:
    upsert(conn, AlertPlace, [{"id": 1, "change_id": change_id}], key=["id"])


def add_letters(conn: Connection, letters: Sequence[Letter]) -> int:
    """Keep letters, one for each alert; one that lacked an address gets it."""
    rows = [
        {
            "alert_id": one.alert_id, "address": one.address, "language": one.language, "subject": one.subject,
            "body": one.body, "state": one.state, "decided_at": None, "decided_by": "", "decided_by_name": "",
        }
        for one in letters
    ]  # fmt: skip
    columns = ALERT_LETTER.c
    for one in letters:
        if one.address:  # somebody found out whose words they are
            without = (columns.alert_id == one.alert_id, columns.address == "", columns.state == "draft")
            conn.execute(sa.update(ALERT_LETTER).where(*without).values(address=one.address))
    return insert_new(conn, AlertLetter, rows, key=["alert_id"])


def letter(conn: Connection, number: int) -> Letter | None:
    columns = ALERT_LETTER.c
    row = conn.execute(
        sa.select(*(columns[name] for name in Letter.__slots__)).where(columns.alert_id == number)
    ).one_or_none()
    return Letter(*row) if row else None


def note_letter(
    conn: Connection, number: int, state: str, *, subject: str, body: str, at: datetime, by: tuple[str, str]
) -> bool:
    """Release or discard a letter that waits; False when somebody was faster."""
    columns = ALERT_LETTER.c
    values = {"state": state, "subject": subject, "body": body, "decided_at": at, "decided_by": by[0]}
    values["decided_by_name"] = by[1]
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
            _record.c.owner_guid,
            VERBATIM.c.text,
            VERBATIM.c.day,
            VERBATIM.c.emotion,
        )
        .join(ALERT_RULE, ALERT_RULE.c.id == ALERT.c.rule_id)
        .join(VERBATIM, VERBATIM.c.id == ALERT.c.verbatim_id)
        .outerjoin(_record, _record.c.id == ALERT.c.account_id)
    )


def _raised(row: Any) -> Raised:
    is_replaced = row.said not in ("", digest(row.text))
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
            Because(what, found, negative, () if is_replaced else tuple((a, b) for a, b in spans))
            for what, found, negative, spans in orjson.loads(row.because)
        ),
        state=State(row.state),
        decided_at=row.decided_at,
        decided_by_name=row.decided_by_name,
        note=row.note,
        text=row.text,
        day=row.day,
        emotion=row.emotion,
        account_id=row.account_id,
        owner_guid=row.owner_guid or "",
        is_replaced=is_replaced,
    )


def _because(one: NewAlert) -> dict[str, str]:
    because = [[each.what, each.found, each.negative, [list(span) for span in each.spans]] for each in one.because]
    return {"because": orjson.dumps(because).decode()}


def _row(one: NewAlert, at: datetime) -> dict[str, Any]:
    return {
        "key": one.key,
        "rule_id": one.rule_id,
        "rule_version": one.rule_version,
        "verbatim_id": one.verbatim_id,
        "account_id": one.account_id,
        "raised_at": at,
        **_because(one),
        "said": one.said,
        "state": State.NEW.value,
        "decided_at": None,
        "decided_by": "",
        "decided_by_name": "",
        "note": "",
    }
