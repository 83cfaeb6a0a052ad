"""Signals as they are kept: what is open, since when, on which facts; and which sources are broken."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.signals.catalogue import DETECTORS
from relationship.signals.detect import Round, Standing
from relationship.signals.signal import Fact, Signal, Source, State
from relationship.store.chunks import in_chunks
from relationship.store.signals.signal_tables import SIGNAL, SIGNAL_SOURCE, SignalRecord, SignalSource
from relationship.store.upsert import upsert

OVER, OFF = "over", "off"


@dataclass(frozen=True, slots=True)
class SignalRow:
    """See `signal_tables.SignalRecord`."""

    id: int
    account_id: int | None
    record_id: int | None
    subject_id: int
    detector: str
    family: str
    key: str
    strength: float
    evidence: tuple[Fact, ...]
    first_seen: int
    last_seen: int
    ended_at: datetime | None
    ended_why: str


COLUMNS = tuple(SIGNAL.c[name] for name in SignalRow.__slots__)


def row_of(values: Sequence[Any]) -> SignalRow:
    """A row of `COLUMNS` as a value."""
    found = dict(zip(SignalRow.__slots__, values, strict=True))
    found["evidence"] = tuple(Fact(**fact) for fact in orjson.loads(found["evidence"]))
    return SignalRow(**found)


def standing(conn: Connection, *, account_ids: Sequence[int] | None = None) -> list[Standing]:
    """Every open signal, or those of these accounts and their opportunities, as the next round of detection takes it."""
    columns = SIGNAL.c
    query = sa.select(columns.detector, columns.account_id, columns.record_id, columns.key).where(
        columns.ended_at.is_(None)
    )
    if account_ids is not None:
        query = query.where(columns.account_id.in_(list(account_ids)))
    return [Standing(*row) for row in conn.execute(query)]


def save(conn: Connection, found: Round, *, day: int, at: datetime) -> tuple[int, int]:
    """Keep what a round found; returns how many signals were opened (or opened again) and ended.

    A fact that comes again opens its own row again; what is as it was keeps its row as it was, but for the day.
    """
    before = {(one.detector, one.subject_id, one.key) for one in standing(conn)}
    ended = _end(conn, found.ended, OVER, at) + _end(conn, found.off, OFF, at)
    rows = [_columns(one, day) for one in found.found]
    for chunk in in_chunks(rows, 20_000):
        upsert(conn, SignalRecord, chunk, key=["detector", "subject_id", "key"], keep=["first_seen"])
    opened = sum((row["detector"], row["subject_id"], row["key"]) not in before for row in rows)
    return opened, ended


def is_empty(conn: Connection) -> bool:
    """Whether no signal was ever kept."""
    return conn.execute(sa.select(SIGNAL.c.id).limit(1)).first() is None


def ids_of(conn: Connection, names: Iterable[tuple[str, int, str]]) -> list[int]:
    """The rows of these signals, each named by detector, subject and key."""
    name = sa.tuple_(SIGNAL.c.detector, SIGNAL.c.subject_id, SIGNAL.c.key)
    found: list[int] = []
    for chunk in in_chunks(sorted(set(names)), 300):
        found += conn.scalars(sa.select(SIGNAL.c.id).where(name.in_(chunk)))
    return found


def _columns(one: Signal, day: int) -> dict[str, Any]:
    return {
        "account_id": one.account_id,
        "record_id": one.record_id,
        "subject_id": one.subject_id,
        "detector": one.detector,
        "family": DETECTORS[one.detector].family.value,
        "key": one.key,
        "strength": one.strength,
        "evidence": orjson.dumps([asdict(fact) for fact in one.evidence]).decode(),
        "first_seen": day,
        "last_seen": day,
        "ended_at": None,
        "ended_why": "",
    }


def _end(conn: Connection, gone: Iterable[Standing], why: str, at: datetime) -> int:
    by_detector: dict[str, list[int]] = {}
    for one in gone:
        by_detector.setdefault(one.detector, []).append(one.subject_id)
    ended = 0
    for detector, subjects in sorted(by_detector.items()):
        for chunk in in_chunks(sorted(subjects)):
            over = sa.update(SIGNAL).where(
                SIGNAL.c.detector == detector, SIGNAL.c.subject_id.in_(chunk), SIGNAL.c.ended_at.is_(None)
            )
            ended += conn.execute(over.values(ended_at=at, ended_why=why)).rowcount
    return ended


def save_states(
    conn: Connection,
    found: Mapping[tuple[int, Source], State],
    *,
    day: int,
    account_ids: Sequence[int] | None = None,
) -> None:
    """Keep which sources are not well, of all accounts or of these; a state that lasts keeps its day."""
    columns = SIGNAL_SOURCE.c
    query = sa.select(columns.account_id, columns.source, columns.state)
    if account_ids is not None:
        query = query.where(columns.account_id.in_(list(account_ids)))
    known = {(account, source): state for account, source, state in conn.execute(query)}
    wanted = {(account, source.value): state.value for (account, source), state in found.items()}
    for account_ids, source in _by_source(known.keys() - wanted.keys()):
        for some in in_chunks(account_ids):
            conn.execute(sa.delete(SIGNAL_SOURCE).where(columns.source == source, columns.account_id.in_(some)))
    rows = [
        {"account_id": account, "source": source, "state": state, "since": day}
        for (account, source), state in sorted(wanted.items())
        if known.get((account, source)) != state
    ]
    for chunk in in_chunks(rows, 20_000):
        upsert(conn, SignalSource, chunk, key=["account_id", "source"])


def _by_source(places: Iterable[tuple[int, str]]) -> list[tuple[list[int], str]]:
    found: dict[str, list[int]] = {}
    for account, source in sorted(places):
        found.setdefault(source, []).append(account)
    return [(accounts, source) for source, accounts in found.items()]


def open_of(conn: Connection, *, account_ids: Sequence[int] | None = None) -> list[SignalRow]:
    """All open signals, or those of these accounts and their opportunities, by account, then by id."""
    query = sa.select(*COLUMNS).where(SIGNAL.c.ended_at.is_(None)).order_by(SIGNAL.c.account_id, SIGNAL.c.id)
    if account_ids is None:
        return [row_of(row) for row in conn.execute(query)]
    found: list[SignalRow] = []
    for chunk in in_chunks(sorted(account_ids)):
        found += [row_of(row) for row in conn.execute(query.where(SIGNAL.c.account_id.in_(chunk)))]
    return found


def of_account(conn: Connection, account_id: int, *, limit: int = 100, ended: bool = False) -> list[SignalRow]:
    """Signals of an account and of its opportunities, the strongest first; ended: those that are over, latest first."""
    return _listed(conn, SIGNAL.c.account_id == account_id, limit, ended)


def of_record(conn: Connection, record_id: int, *, limit: int = 100, ended: bool = False) -> list[SignalRow]:
    """Signals about one opportunity."""
    return _listed(conn, SIGNAL.c.record_id == record_id, limit, ended)


def _listed(conn: Connection, whose: sa.ColumnElement[bool], limit: int, ended: bool) -> list[SignalRow]:
    query = sa.select(*COLUMNS).where(whose).limit(limit)
    if ended:
        query = query.where(SIGNAL.c.ended_at.is_not(None)).order_by(SIGNAL.c.ended_at.desc(), SIGNAL.c.id.desc())
    else:
        query = query.where(SIGNAL.c.ended_at.is_(None)).order_by(SIGNAL.c.strength.desc(), SIGNAL.c.id)
    return [row_of(row) for row in conn.execute(query)]


def by_id(conn: Connection, number: int) -> SignalRow | None:
    row = conn.execute(sa.select(*COLUMNS).where(SIGNAL.c.id == number)).one_or_none()
    return row_of(row) if row else None


def between(conn: Connection, *, since: int, until: int) -> list[SignalRow]:
    """Signals that were open on any of the days `since` to `until`, by account, then by id."""
    begin = datetime.fromtimestamp(0, UTC) + timedelta(days=since)
    query = (
        sa.select(*COLUMNS)
        .where(SIGNAL.c.first_seen <= until, sa.or_(SIGNAL.c.ended_at.is_(None), SIGNAL.c.ended_at >= begin))
        .order_by(SIGNAL.c.account_id, SIGNAL.c.id)
    )
    return [row_of(row) for row in conn.execute(query)]


def source_states(conn: Connection, *, account_ids: Sequence[int] | None = None) -> dict[tuple[int, str], str]:
    """Which sources are missing or broken: (account id, source) → 'no_data' or 'broken'."""
    columns = SIGNAL_SOURCE.c
    query = sa.select(columns.account_id, columns.source, columns.state)
    if account_ids is not None:
        query = query.where(columns.account_id.in_(list(account_ids)))
    return {(account, source): state for account, source, state in conn.execute(query)}
