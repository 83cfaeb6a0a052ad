"""Introductions: writing requests down, moving them, and what the two people on one see of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind, RecordRef
from relationship.graph.ties import TieWord
from relationship.introductions import (
    BUSY_FROM,
    HANDS,
    OPEN,
    WAITING,
    Hand,
    NotPossible,
    State,
    Step,
    Via,
    after,
)
from relationship.store import tables
from relationship.store.crm.record_tables import Colleague
from relationship.store.knows.introduction_tables import INTRODUCTION, INTRODUCTION_STEP

_one = INTRODUCTION.c
_step = INTRODUCTION_STEP
_colleague = tables.table(Colleague)

# States in which the colleague has, or may have, got a mail: what the weekly limit counts.
_RECEIVED = tuple(state.value for state in State if state is not State.UNSENT)
_WAITING = tuple(state.value for state in WAITING)
_OPEN = tuple(state.value for state in OPEN)


@dataclass(frozen=True, slots=True)
class NewIntroduction:
    """What is written down before the mail leaves; see `introduction_tables.Introduction`."""

    key: str
    request_key: str
    seller_key: str
    colleague_key: str
    target: RecordRef
    notify: bool
    via: Via
    language: str
    template_key: str
    subject: str
    body: str
    word: TieWord
    hops: int
    asked_at: datetime
    remind_at: datetime | None
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Introduction:
    """One request as it is kept; for the seller and the colleague on it only."""

    id: int
    key: str
    request_key: str
    seller_key: str
    colleague_key: str
    target: RecordRef
    state: State
    step: int
    in_doubt: bool
    notify: bool
    via: Via
    language: str
    template_key: str
    subject: str
    body: str
    word: TieWord
    hops: int
    asked_at: datetime
    remind_at: datetime | None
    due_at: datetime
    reminded_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None
    reason: str
    proposed_key: str | None


@dataclass(frozen=True, slots=True)
class Happened:
    """One row of the ledger."""

    at: datetime
    step: Step
    hand: Hand
    by: str
    state: State


def add(conn: Connection, new: NewIntroduction) -> Introduction:
    """Write a request down, its mail not sent yet."""
    values = {field.name: getattr(new, field.name) for field in fields(new) if field.name != "target"}
    conn.execute(
        sa.insert(INTRODUCTION).values(
            **values,
            target_kind=new.target.kind.value,
            target_guid=new.target.guid,
            state=State.SENDING.value,
            step=0,
            in_doubt=False,
            reason="",
        )
    )
    found = by_key(conn, new.key)
    if found is None:
        raise LookupError("the request that was just written is not there")
    return found


def move(conn: Connection, one: Introduction, step: Step, *, at: datetime, by: str, **values: object) -> Introduction:
    """Take a step from the state that `one` shows; returns the request after it.

    by      'page', 'link', 'mail', 'schedule'
    values  further columns to set
    raises  NotPossible when the step is not in the table, or somebody else moved the request since it was read
    """
    state = after(one.state, step)
    closed = {"closed_at": at} if state not in OPEN else {}
    changed = conn.execute(
        sa.update(INTRODUCTION)
        .where(_one.id == one.id, _one.step == one.step)
        .values(state=state.value, step=one.step + 1, **closed, **values)
    ).rowcount
    found = by_key(conn, one.key)
    if not changed or found is None:
        raise NotPossible(
            "This request has moved on in the meantime.",
            next_step="Look at the request again: its page shows what became of it.",
            code="introduction_moved_on",
        )
    conn.execute(
        sa.insert(_step).values(
            introduction_id=one.id,
            number=one.step + 1,
            at=at,
            step=step.value,
            hand=HANDS[step].value,
            by=by,
            state=state.value,
        )
    )
    return found


def doubt(conn: Connection, one: Introduction) -> None:
    """Note that nobody knows whether the mail left."""
    conn.execute(
        sa.update(INTRODUCTION).where(_one.id == one.id, _one.state == State.SENDING.value).values(in_doubt=True)
    )


def doubt_older(conn: Connection, than: datetime) -> int:
    """The same for every request whose sending was never finished, because its process ended."""
    late = sa.and_(_one.state == State.SENDING.value, _one.asked_at < than, ~_one.in_doubt)
    return conn.execute(sa.update(INTRODUCTION).where(late).values(in_doubt=True)).rowcount


def by_key(conn: Connection, key: str) -> Introduction | None:
    return _first(conn, _one.key == key)


def by_id(conn: Connection, number: int) -> Introduction | None:
    return _first(conn, _one.id == number)


def by_request(conn: Connection, seller_key: str, request_key: str) -> Introduction | None:
    """What an earlier press of the same button wrote."""
    return _first(conn, _one.seller_key == seller_key, _one.request_key == request_key)


def open_one(conn: Connection, seller_key: str, colleague_key: str, target: RecordRef) -> Introduction | None:
    """The open request of this seller to this colleague for this person, of which there is one at most."""
    return _first(
        conn,
        _one.seller_key == seller_key,
        _one.colleague_key == colleague_key,
        _one.target_kind == target.kind.value,
        _one.target_guid == target.guid,
        _one.state.in_(_OPEN),
    )


def of(conn: Connection, person_key: str, *, limit: int = 200) -> tuple[list[Introduction], list[Introduction]]:
    """The requests that this person asked, and those that others asked of this person, newest first.

    A request whose mail was refused never reached the colleague, who therefore never sees it; nor do those
    whose sending is under way.
    """
    asked = _rows(conn, _one.seller_key == person_key, limit=limit)
    seen = [state for state in _RECEIVED if state != State.SENDING.value]
    return asked, _rows(conn, _one.colleague_key == person_key, _one.state.in_(seen), limit=limit)


def ledger(conn: Connection, one: Introduction) -> list[Happened]:
    """What happened to a request, in order."""
    columns = _step.c
    query = (
        sa.select(columns.at, columns.step, columns.hand, columns.by, columns.state)
        .where(columns.introduction_id == one.id)
        .order_by(columns.number)
    )
    return [Happened(at, Step(step), Hand(hand), by, State(state)) for at, step, hand, by, state in conn.execute(query)]


def lock_people(conn: Connection, keys: Iterable[str]) -> None:
    """Whoever asks at the same time about one of these people waits; SQLite has one writer anyway."""
    query = sa.select(_colleague.c.id).where(_colleague.c.key.in_(sorted(keys))).order_by(_colleague.c.id)
    conn.execute(query.with_for_update(key_share=True)).all()


def asked_by(conn: Connection, seller_key: str, since: datetime) -> list[datetime]:
    """When this seller's mails left, or were to leave, since an instant; oldest first."""
    query = sa.select(_one.asked_at).where(
        _one.seller_key == seller_key, _one.asked_at > since, _one.state.in_(_RECEIVED)
    )
    return list(conn.scalars(query.order_by(_one.asked_at)))


def received_by(conn: Connection, colleague_key: str, since: datetime) -> int:
    """How many requests this colleague got since an instant, from whomever."""
    query = sa.select(sa.func.count()).where(
        _one.colleague_key == colleague_key, _one.asked_at > since, _one.state.in_(_RECEIVED)
    )
    return int(conn.execute(query).scalar_one())


def busy(conn: Connection) -> frozenset[int]:
    """The colleagues (ids) who have so many open requests that others are asked first."""
    query = (
        sa.select(_colleague.c.id)
        .join(INTRODUCTION, _one.colleague_key == _colleague.c.key)
        .where(_one.state.in_(_WAITING))
        .group_by(_colleague.c.id)
        .having(sa.func.count() >= BUSY_FROM)
    )
    return frozenset(conn.scalars(query))


def to_remind(conn: Connection, now: datetime) -> list[Introduction]:
    """The requests whose one reminder is due."""
    return _rows(conn, _one.state == State.ASKED.value, _one.remind_at <= now, _one.due_at > now, limit=None)


def to_lapse(conn: Connection, now: datetime) -> list[Introduction]:
    """The open requests whose time is over."""
    return _rows(conn, _one.state.in_(_OPEN), _one.due_at <= now, limit=None)


def to_tell(conn: Connection) -> list[Introduction]:
    """The answered requests whose sellers want to hear of the answer and have not yet. They count as told from now
    on, so that nobody is told twice."""
    wanted = sa.and_(_one.notify, _one.answered_at.is_not(None))
    found = _rows(conn, wanted, limit=None)
    conn.execute(sa.update(INTRODUCTION).where(_one.id.in_([one.id for one in found])).values(notify=False))
    return found


def forget_texts(conn: Connection, closed_before: datetime) -> int:
    """Drop what sellers wrote in requests that ended before an instant; what became of them stays."""
    old = sa.and_(_one.closed_at < closed_before, sa.or_(_one.body != "", _one.subject != ""))
    return conn.execute(sa.update(INTRODUCTION).where(old).values(subject="", body="")).rowcount


# From the few mails of the person asked for, not from the many of the two colleagues. A contact that was merged into
# another since is that other one.
JOINED = """
SELECT i.key
FROM introduction i
JOIN colleague k ON k.key = i.colleague_key
JOIN colleague s ON s.key = i.seller_key
JOIN record r ON r.kind = i.target_kind AND (r.guid = i.target_guid OR (r.kind = 'contact' AND r.guid = (
    SELECT m.contact_guid FROM record m WHERE m.kind = 'contact' AND m.guid = i.target_guid)))
JOIN record_side t ON t.record_id = r.id AND t.side = 'them'
JOIN activity_party p ON p.address_id = t.address_id AND p.role <> 'from'
JOIN activity a ON a.id = p.activity_id AND a.kind = 'email' AND a.status = 'done' AND a.at > i.asked_at
WHERE (i.state IN ('sending', 'asked', 'accepted') OR (i.state = 'lapsed' AND i.closed_at >= :lapsed_since
    AND NOT EXISTS (SELECT 1 FROM introduction n WHERE n.seller_key = i.seller_key AND n.colleague_key = i.colleague_key
        AND n.target_kind = i.target_kind AND n.target_guid = i.target_guid AND n.id > i.id AND n.state <> 'unsent')))
AND EXISTS (SELECT 1 FROM activity_party f JOIN address fa ON fa.id = f.address_id
    WHERE f.activity_id = a.id AND f.role = 'from' AND fa.colleague_id = k.id)
AND EXISTS (SELECT 1 FROM activity_party u JOIN address ua ON ua.id = u.address_id
    WHERE u.activity_id = a.id AND u.role <> 'from' AND ua.colleague_id = s.id)
GROUP BY i.key ORDER BY i.key
"""
_JOINED = sa.text(JOINED).bindparams(sa.bindparam("lapsed_since", type_=tables.UtcDateTime))


def joined(conn: Connection, *, lapsed_since: datetime) -> list[str]:
    """The keys of requests of which a mail says more than their state: since asking, the colleague wrote one that both
    the seller and the person asked for are on, at any of their addresses.

    Of open ones, and of those that lapsed since an instant, unless the seller has asked the same again.
    """
    return list(conn.scalars(_JOINED, {"lapsed_since": lapsed_since}))


def _first(conn: Connection, *conditions: sa.ColumnElement[bool]) -> Introduction | None:
    found = _rows(conn, *conditions, limit=1)
    return found[0] if found else None


def _rows(conn: Connection, *conditions: sa.ColumnElement[bool], limit: int | None) -> list[Introduction]:
    query = sa.select(INTRODUCTION).where(*conditions).order_by(_one.asked_at.desc(), _one.id.desc()).limit(limit)
    return [_introduction(dict(row)) for row in conn.execute(query).mappings()]


def _introduction(row: Mapping[str, Any]) -> Introduction:
    return Introduction(
        **{
            **{field.name: row[field.name] for field in fields(Introduction) if field.name != "target"},
            "target": RecordRef(RecordKind(row["target_kind"]), row["target_guid"]),
            "state": State(row["state"]),
            "via": Via(row["via"]),
            "word": TieWord(row["word"]),
        }
    )
