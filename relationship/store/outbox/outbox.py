"""What leaves by itself: enqueued in the writer's own transaction, taken on lease, marked when it has left.

A row is sent at least once and always under the same id; a process that dies in between leaves a lease that ends by
itself. What was enqueued once under a key is never enqueued again. All times are real time.
"""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind, RecordRef
from relationship.store.chunks import in_chunks
from relationship.store.outbox.outbox_tables import DELIVERY, Delivery
from relationship.store.upsert import insert_new

# What the target of a mail begins with: a colleague by key, anybody by language and address, a customer likewise.
PERSON, ADDRESS, CUSTOMER = "person/", "address/", "customer/"
# Why something was dropped: the CRM says that the reader wants no such mail.
NOT_WANTED = "mail_not_wanted"
# Longer than any way of sending takes; afterwards the sender is taken for dead.
LEASE = timedelta(minutes=2)
MOST_IN_A_MAIL = 200
_IDS = uuid.UUID("6e0f5a54-0f4b-5c53-9a55-5b3f2a4b1c11")


class Kind(StrEnum):
    """LETTER: a mail that a person releases to a customer, never joined with another one."""

    WEBHOOK = "webhook"
    MAIL = "mail"
    LETTER = "letter"
    CRM_TASK = "crm_task"
    CRM_NOTE = "crm_note"
    FILE = "file"


MAILS = (Kind.MAIL.value, Kind.LETTER.value)


class State(StrEnum):
    """WAITING: not tried yet; FAILED: will be tried again; DROPPED: nobody wants it any more."""

    WAITING = "waiting"
    FAILED = "failed"
    SENT = "sent"
    GIVEN_UP = "given_up"
    DROPPED = "dropped"


OPEN = (State.WAITING.value, State.FAILED.value)


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """What a writer enqueues; see `outbox_tables.Delivery`. settled: why it is dropped from the start, '' if it is
    not."""

    key: str
    kind: Kind
    target: str
    payload: dict[str, Any]
    due_at: datetime
    lane: str = ""
    event: str = ""
    about: RecordRef | None = None
    is_digest: bool = False
    dropped: str = ""


@dataclass(frozen=True, slots=True)
class OneDelivery:
    """A row; see `outbox_tables.Delivery`. payload: {} once forgotten."""

    id: int
    key: str
    kind: Kind
    target: str
    lane: str
    event: str
    about: RecordRef | None
    payload: dict[str, Any]
    state: State
    created_at: datetime
    due_at: datetime
    attempts: int
    tried_at: datetime | None
    settled_at: datetime | None
    last_code: str
    is_digest: bool
    bundle: str

    @property
    def message_id(self) -> str:
        """The id that is sent along, the same at every try."""
        return f"msg_{uuid.uuid5(_IDS, self.key).hex}"


@dataclass(frozen=True, slots=True)
class CrmTask:
    """A task in Dynamics 365. due_on: None for none; regarding: the record it is about; owner_guid: the systemuser
    it belongs to, '' for whoever makes it; priority: 'low', 'normal' or 'high'."""

    subject: str
    description: str = ""
    due_on: date | None = None
    regarding: RecordRef | None = None
    owner_guid: str = ""
    priority: str = "normal"


@dataclass(frozen=True, slots=True)
class CrmNote:
    """A note in the time line of a record in Dynamics 365. Plain text."""

    subject: str
    text: str
    regarding: RecordRef


def task_guid(key: str) -> str:
    """The GUID of the CRM task that is enqueued under this key.

    >>> task_guid("signal/7") == task_guid("signal/7") != task_guid("signal/8")
    True
    """
    return str(uuid.uuid5(_IDS, f"task/{key}"))


def note_guid(key: str) -> str:
    """The GUID of the CRM note that is enqueued under this key."""
    return str(uuid.uuid5(_IDS, f"note/{key}"))


def enqueue(conn: Connection, new: NewDelivery, *, at: datetime) -> bool:
    """Keep a delivery; False when there is one under its key already."""
    return enqueue_all(conn, [new], at=at) == 1


def enqueue_all(conn: Connection, new: Sequence[NewDelivery], *, at: datetime) -> int:
    """Keep deliveries, all under keys of their own; returns how many were not there yet."""
    return insert_new(conn, Delivery, [_new_row(one, at) for one in new], key=["key"])


def claim(
    conn: Connection, *, now: datetime, kinds: Collection[Kind], without: Collection[str] = ()
) -> list[OneDelivery]:
    """Take the next delivery on lease; for a mail, all that leave in the same one. [] when nothing is due.

    without   targets that are to be left in peace
    """
    columns = DELIVERY.c
    earlier = DELIVERY.alias("earlier")
    is_behind = sa.exists().where(
        earlier.c.lane == columns.lane, earlier.c.id < columns.id, earlier.c.state.in_(OPEN), columns.lane != ""
    )
    query = (
        sa.select(DELIVERY)
        .where(*_free(now), columns.due_at <= now, columns.kind.in_([kind.value for kind in kinds]), ~is_behind)
        .order_by(columns.due_at, columns.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if without:
        query = query.where(columns.target.not_in(sorted(without)))
    head = conn.execute(query).one_or_none()
    if head is None:
        return []
    rows: Sequence[Any] = [head]
    if head.kind == Kind.MAIL.value:
        rows = _same_mail(conn, head, now)
    _lease(conn, [row.id for row in rows], now + LEASE)
    return [_delivery(row) for row in rows]


def claim_one(conn: Connection, key: str, *, now: datetime) -> OneDelivery | None:
    """Take this one on lease whatever its time is; None when it is settled, or somebody is at it."""
    query = sa.select(DELIVERY).where(DELIVERY.c.key == key, *_free(now)).with_for_update(skip_locked=True)
    row = conn.execute(query).one_or_none()
    if row is None:
        return None
    _lease(conn, [row.id], now + LEASE)
    return _delivery(row)


def note_bundle(conn: Connection, ids: Collection[int], bundle: str) -> None:
    """Say in which mail these leave, before it leaves."""
    _change(conn, ids, bundle=bundle)


def note_settled(conn: Connection, ids: Collection[int], state: State, *, at: datetime, code: str = "") -> None:
    """They have left, or never will. What a mail said is forgotten once it has left."""
    _change(conn, ids, state=state.value, settled_at=at, tried_at=at, leased_until=None, last_code=code)
    if state in (State.SENT, State.DROPPED):
        is_mail = DELIVERY.c.kind.in_(MAILS)
        conn.execute(sa.update(DELIVERY).where(DELIVERY.c.id.in_(list(ids)), is_mail).values(payload=""))


def note_failed(conn: Connection, ids: Collection[int], *, code: str, at: datetime, due_at: datetime) -> None:
    """A try failed, and another follows."""
    values = {"state": State.FAILED.value, "last_code": code, "tried_at": at, "due_at": due_at, "leased_until": None}
    _change(conn, ids, attempts=DELIVERY.c.attempts + 1, **values)


def postpone(conn: Connection, ids: Collection[int], due_at: datetime, *, digest: bool | None = None) -> None:
    """Later, without counting as a try. digest: whether they are to be joined from now on, None: as before."""
    _change(conn, ids, due_at=due_at, leased_until=None, **({} if digest is None else {"is_digest": digest}))


def hold_back(conn: Connection, target: str, until: datetime) -> None:
    """Nothing else goes to this target before then."""
    waits = (DELIVERY.c.target == target, DELIVERY.c.state.in_(OPEN), DELIVERY.c.due_at < until)
    conn.execute(sa.update(DELIVERY).where(*waits).values(due_at=until))


def drop_for(conn: Connection, target: str, *, at: datetime, code: str) -> None:
    """Nothing that waits for this target is wanted any more."""
    found = conn.scalars(sa.select(DELIVERY.c.id).where(DELIVERY.c.target == target, DELIVERY.c.state.in_(OPEN)))
    ids = list(found)
    if ids:
        note_settled(conn, ids, State.DROPPED, at=at, code=code)


def drop_keys(conn: Connection, keys: Collection[str], *, at: datetime, code: str) -> frozenset[str]:
    """Nobody wants these any more; the keys of those that nobody has begun to send."""
    dropped: dict[int, str] = {}
    for chunk in in_chunks(sorted(keys)):
        query = sa.select(DELIVERY.c.id, DELIVERY.c.key).where(DELIVERY.c.key.in_(chunk), *_free(at))
        dropped |= dict(conn.execute(query.with_for_update(skip_locked=True)).all())
    if dropped:
        note_settled(conn, list(dropped), State.DROPPED, at=at, code=code)
    return frozenset(dropped.values())


def by_keys(conn: Connection, keys: Collection[str]) -> dict[str, OneDelivery]:
    """Deliveries by their keys, of those that are there."""
    found: dict[str, OneDelivery] = {}
    for chunk in in_chunks(sorted(keys)):
        rows = conn.execute(sa.select(DELIVERY).where(DELIVERY.c.key.in_(chunk)))
        found |= {row.key: _delivery(row) for row in rows}
    return found


def say_otherwise(conn: Connection, key: str, payload: dict[str, Any]) -> None:
    """What a delivery says from now on."""
    conn.execute(sa.update(DELIVERY).where(DELIVERY.c.key == key).values(payload=orjson.dumps(payload).decode()))


def remove_keys(conn: Connection, keys: Collection[str]) -> int:
    """Forget deliveries whatever became of them; returns how many."""
    gone = 0
    for chunk in in_chunks(sorted(keys)):
        gone += conn.execute(sa.delete(DELIVERY).where(DELIVERY.c.key.in_(chunk))).rowcount
    return gone


def join_for(conn: Connection, target: str, *, until: datetime) -> None:
    """What waits for this target, and has not been put into a mail yet, waits for the digest."""
    which = (DELIVERY.c.target == target, DELIVERY.c.state.in_(OPEN), DELIVERY.c.bundle == "")
    conn.execute(sa.update(DELIVERY).where(*which).values(is_digest=True, due_at=until))


def mails_since(conn: Connection, target: str, since: datetime) -> int:
    """How many mails have left for this target since then."""
    columns = DELIVERY.c
    query = sa.select(sa.func.count(sa.distinct(columns.bundle)))
    return conn.scalar(query.where(columns.target == target, columns.state == "sent", columns.settled_at > since)) or 0


def again(conn: Connection, ids: Collection[int], *, at: datetime) -> int:
    """Send these once more, under the same ids; mails whose text is forgotten stay. Returns how many will be."""
    columns = DELIVERY.c
    which = (columns.id.in_(list(ids)), columns.payload != "", columns.state != State.WAITING.value)
    values = {"state": State.WAITING.value, "attempts": 0, "due_at": at, "settled_at": None, "last_code": ""}
    return conn.execute(sa.update(DELIVERY).where(*which).values(**values, leased_until=None)).rowcount


def forget(conn: Connection, *, before: datetime) -> int:
    """Remove what was settled before then; returns how many."""
    old = (DELIVERY.c.state.not_in(OPEN), DELIVERY.c.settled_at < before)
    return conn.execute(sa.delete(DELIVERY).where(*old)).rowcount


def give_up_older(conn: Connection, *, before: datetime, at: datetime) -> int:
    """What has waited since before then, though it was due, for a way out that is not there; returns how many."""
    columns = DELIVERY.c
    old = (columns.state.in_(OPEN), columns.due_at < before, columns.leased_until.is_(None))
    values = {"state": State.GIVEN_UP.value, "settled_at": at, "last_code": "too_old"}
    return conn.execute(sa.update(DELIVERY).where(*old).values(**values)).rowcount


def by_key(conn: Connection, key: str) -> OneDelivery | None:
    row = conn.execute(sa.select(DELIVERY).where(DELIVERY.c.key == key)).one_or_none()
    return _delivery(row) if row else None


def about(conn: Connection, ref: RecordRef) -> list[OneDelivery]:
    """What left or leaves because of a record, newest first."""
    which = (DELIVERY.c.record_kind == ref.kind.value, DELIVERY.c.record_guid == ref.guid)
    return [_delivery(row) for row in conn.execute(sa.select(DELIVERY).where(*which).order_by(DELIVERY.c.id.desc()))]


def delivery_of(row: Any) -> OneDelivery:
    """A row of the table as a value."""
    return _delivery(row)


def _same_mail(conn: Connection, head: Any, now: datetime) -> Sequence[Any]:
    """The rows that leave in one mail with this one: those of its bundle, or all that are due for the same target."""
    columns = DELIVERY.c
    same = columns.bundle == head.bundle
    if not head.bundle:
        same = sa.and_(columns.bundle == "", columns.is_digest == head.is_digest, columns.due_at <= now)
    query = sa.select(DELIVERY).where(*_free(now), columns.target == head.target, columns.kind == head.kind, same)
    query = query.order_by(columns.id).limit(MOST_IN_A_MAIL).with_for_update(skip_locked=True)
    rows = conn.execute(query).all()
    return rows if any(row.id == head.id for row in rows) else [head]


def _free(now: datetime) -> tuple[Any, ...]:
    until = DELIVERY.c.leased_until
    return DELIVERY.c.state.in_(OPEN), sa.or_(until.is_(None), until <= now)


def _lease(conn: Connection, ids: Collection[int], until: datetime) -> None:
    _change(conn, ids, leased_until=until)


def _change(conn: Connection, ids: Iterable[int], **values: Any) -> None:
    conn.execute(sa.update(DELIVERY).where(DELIVERY.c.id.in_(list(ids))).values(**values))


def _new_row(new: NewDelivery, at: datetime) -> dict[str, Any]:
    return {
        "key": new.key,
        "kind": new.kind.value,
        "target": new.target,
        "lane": new.lane,
        "event": new.event,
        "record_kind": new.about.kind.value if new.about else "",
        "record_guid": new.about.guid if new.about else "",
        "payload": "" if new.dropped else orjson.dumps(new.payload).decode(),
        "state": (State.DROPPED if new.dropped else State.WAITING).value,
        "created_at": at,
        "due_at": new.due_at,
        "attempts": 0,
        "settled_at": at if new.dropped else None,
        "last_code": new.dropped,
        "is_digest": new.is_digest,
        "bundle": "",
    }


def _delivery(row: Any) -> OneDelivery:
    ref = RecordRef(RecordKind(row.record_kind), row.record_guid) if row.record_kind else None
    return OneDelivery(
        id=row.id,
        key=row.key,
        kind=Kind(row.kind),
        target=row.target,
        lane=row.lane,
        event=row.event,
        about=ref,
        payload=orjson.loads(row.payload) if row.payload else {},
        state=State(row.state),
        created_at=row.created_at,
        due_at=row.due_at,
        attempts=row.attempts,
        tried_at=row.tried_at,
        settled_at=row.settled_at,
        last_code=row.last_code,
        is_digest=row.is_digest,
        bundle=row.bundle,
    )
