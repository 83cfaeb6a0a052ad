"""Imports as they are written down: who brought in what, how far it is, what came of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import uuid4

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.importing.faults import Fault
from relationship.importing.kinds import ImportKind
from relationship.importing.options import Options
from relationship.store.chunks import in_chunks
from relationship.store.importing.import_tables import (
    IMPORT_FAULT,
    IMPORT_PIECE,
    IMPORT_RUN,
    IMPORT_SAMPLE,
)
from relationship.store.importing.staging import By, Sample

PIECE_BYTES = 1_048_576
# Whoever works on a run gives a sign of life every second, but not while the rows are merged.
STALLED_AFTER = timedelta(minutes=5)
# Files about which nobody decided are kept so long; those of verbatims shorter, for they hold what customers said.
FILES_WAIT, WORDS_WAIT = timedelta(days=30), timedelta(days=2)


class State(StrEnum):
    COLUMNS = "columns"  # waits until somebody has said what its columns are
    CHECKING = "checking"  # the preview is being made
    CHECKED = "checked"  # waits for a decision
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


AT_WORK = (State.CHECKING, State.RUNNING)
ENDED = (State.DONE, State.FAILED, State.CANCELLED)


@dataclass(frozen=True, slots=True)
class Counts:
    """added + changed + same + rejected + silent + left_out = read; the last four are of verbatims.

    flagged: taken, and worth a look;  silent: without a text;  left_out: of people of whom nothing is kept
    unknown, old: of new and changed ones, those of nobody known and those said long ago
    """

    read: int = 0
    added: int = 0
    changed: int = 0
    same: int = 0
    rejected: int = 0
    flagged: int = 0
    silent: int = 0
    left_out: int = 0
    unknown: int = 0
    old: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """See `import_tables.ImportRun`."""

    id: int
    key: str
    kind: ImportKind
    state: State
    reason: str
    reason_line: int | None
    reason_detail: str
    channel: str
    file_name: str
    digest: str
    size: int
    options: Options
    counts: Counts
    total: int
    started_at: datetime
    started_by: str
    started_by_name: str
    touched_at: datetime
    ended_at: datetime | None
    header: tuple[str, ...]
    columns: str


@dataclass(frozen=True, slots=True)
class NewRun:
    """What is known of an import before it is looked at. digest: SHA-256 of the file; size in bytes; columns: of
    verbatims, see `import_tables.ImportRun`."""

    kind: ImportKind
    state: State
    channel: str
    options: Options
    by: By
    file_name: str = ""
    digest: str = ""
    size: int = 0
    columns: str = ""


@dataclass(frozen=True, slots=True)
class KeptFault:
    """See `import_tables.ImportFault`."""

    line: int
    column: str
    code: str
    detail: str
    is_rejected: bool
    cells: tuple[str, ...] = field(default=())


def start(conn: Connection, new: NewRun) -> str:
    """Write a run down; returns its key."""
    key = str(uuid4())
    values = {
        "key": key, "kind": new.kind.value, "state": new.state.value, "reason": "", "reason_detail": "",
        "channel": new.channel, "file_name": new.file_name, "digest": new.digest, "size": new.size,
        "options": new.options.as_json(), "read": 0, "total": 0, "added": 0, "changed": 0, "same": 0, "rejected": 0,
        "flagged": 0, "started_at": new.by.at, "started_by": new.by.key, "started_by_name": new.by.name,
        "touched_at": new.by.at, "header": "[]",
        "silent": 0, "left_out": 0, "unknown": 0, "old": 0, "columns": new.columns,
    }  # fmt: skip
    conn.execute(sa.insert(IMPORT_RUN).values(values))
    return key


def run(conn: Connection, key: str) -> Run | None:
    row = conn.execute(sa.select(IMPORT_RUN).where(IMPORT_RUN.c.key == key)).one_or_none()
    return _run(row) if row else None


def runs(conn: Connection, *, limit: int = 50, kind: ImportKind | None = None) -> list[Run]:
    """The newest runs, newest first."""
    query = sa.select(IMPORT_RUN).order_by(IMPORT_RUN.c.started_at.desc(), IMPORT_RUN.c.id.desc()).limit(limit)
    if kind is not None:
        query = query.where(IMPORT_RUN.c.kind == kind.value)
    return [_run(row) for row in conn.execute(query)]


def move(conn: Connection, key: str, wanted: State, *, only_from: Sequence[State], at: datetime) -> bool:
    """Bring a run to another state; False when it is not in one of `only_from` any more, and nothing is done."""
    query = sa.update(IMPORT_RUN).where(
        IMPORT_RUN.c.key == key, IMPORT_RUN.c.state.in_([state.value for state in only_from])
    )
    ended = at if wanted in ENDED else None
    return conn.execute(query.values(state=wanted.value, touched_at=at, ended_at=ended)).rowcount == 1


def say_columns(conn: Connection, key: str, columns: str, options: Options) -> None:
    """Note what the columns are and how the file is to be read."""
    query = sa.update(IMPORT_RUN).where(IMPORT_RUN.c.key == key)
    conn.execute(query.values(columns=columns, options=options.as_json()))


def ask_again(conn: Connection, key: str, *, at: datetime) -> bool:
    """Bring a run of verbatims back to its columns, as long as its file is there."""
    there = sa.exists().where(IMPORT_PIECE.c.run_id == IMPORT_RUN.c.id)
    states = [state.value for state in (State.COLUMNS, State.CHECKED, State.FAILED)]
    query = sa.update(IMPORT_RUN).where(IMPORT_RUN.c.key == key, IMPORT_RUN.c.state.in_(states), there)
    values = {"state": State.COLUMNS.value, "reason": "", "reason_line": None, "reason_detail": "", "ended_at": None}
    return conn.execute(query.values(**values, touched_at=at)).rowcount == 1


def note_progress(conn: Connection, key: str, *, read: int, total: int, at: datetime) -> None:
    conn.execute(sa.update(IMPORT_RUN).where(IMPORT_RUN.c.key == key).values(read=read, total=total, touched_at=at))


def note_outcome(
    conn: Connection,
    key: str,
    counts: Counts,
    faults: Sequence[Fault],
    samples: Sequence[Sample],
    *,
    header: Sequence[str],
    at: datetime,
) -> None:
    """Replace what is kept of the run's counts, faults and samples."""
    number = conn.scalar(sa.select(IMPORT_RUN.c.id).where(IMPORT_RUN.c.key == key))
    _forget_parts(conn, number, pieces=False)
    values = {name: getattr(counts, name) for name in Counts.__slots__}
    conn.execute(
        sa.update(IMPORT_RUN).where(IMPORT_RUN.c.id == number).values(**values, header=_json(header), touched_at=at)
    )
    ordered = sorted(faults, key=lambda one: one.line)
    for chunk in in_chunks(list(enumerate(ordered))):
        conn.execute(sa.insert(IMPORT_FAULT), [_fault_row(number, place, fault) for place, fault in chunk])
    if samples:
        rows = [
            {"run_id": number, "number": place, "line": one.line, "change": one.change, "name": one.name,
             "before": _json(one.before), "after": _json(one.after)}
            for place, one in enumerate(samples)
        ]  # fmt: skip
        conn.execute(sa.insert(IMPORT_SAMPLE), rows)


def fail(conn: Connection, key: str, *, code: str, line: int | None = None, detail: str = "", at: datetime) -> None:
    """Note why nothing was taken. The file goes, but one of verbatims stays: its columns may be said differently."""
    query = sa.update(IMPORT_RUN).where(
        IMPORT_RUN.c.key == key, IMPORT_RUN.c.state.in_([state.value for state in (*AT_WORK, State.CHECKED)])
    )
    failed = {"state": State.FAILED.value, "reason": code, "reason_line": line, "reason_detail": detail}
    conn.execute(query.values(**failed, touched_at=at, ended_at=at))
    if conn.scalar(sa.select(IMPORT_RUN.c.kind).where(IMPORT_RUN.c.key == key)) != ImportKind.VERBATIMS:
        forget_file(conn, key)


def fail_stalled(conn: Connection, *, at: datetime) -> int:
    """Whoever worked on them died; nothing of these runs was written."""
    query = sa.select(IMPORT_RUN.c.key).where(
        IMPORT_RUN.c.state.in_([state.value for state in AT_WORK]), IMPORT_RUN.c.touched_at < at - STALLED_AFTER
    )
    stalled = list(conn.scalars(query))
    for key in stalled:
        fail(conn, key, code="interrupted", at=at)
    return len(stalled)


def faults(conn: Connection, run_id: int, *, limit: int | None = 100, rejected: bool | None = None) -> list[KeptFault]:
    """By line."""
    query = (
        sa.select(*(IMPORT_FAULT.c[name] for name in KeptFault.__slots__))
        .where(IMPORT_FAULT.c.run_id == run_id)
        .order_by(IMPORT_FAULT.c.number)
        .limit(limit)
    )
    if rejected is not None:
        query = query.where(IMPORT_FAULT.c.is_rejected == rejected)
    return [
        KeptFault(line, column, code, detail, is_rejected, tuple(orjson.loads(cells)) if cells else ())
        for line, column, code, detail, is_rejected, cells in conn.execute(query)
    ]


def samples(conn: Connection, run_id: int) -> list[Sample]:
    query = (
        sa.select(IMPORT_SAMPLE.c.line, IMPORT_SAMPLE.c.change, IMPORT_SAMPLE.c.name, IMPORT_SAMPLE.c.before,
                  IMPORT_SAMPLE.c.after)
        .where(IMPORT_SAMPLE.c.run_id == run_id)
        .order_by(IMPORT_SAMPLE.c.number)
    )  # fmt: skip
    return [Sample(*row[:3], orjson.loads(row[3]), orjson.loads(row[4])) for row in conn.execute(query)]


def keep_file(conn: Connection, key: str, pieces: Iterator[bytes]) -> None:
    """Keep the file of a run until it has ended."""
    number = conn.scalar(sa.select(IMPORT_RUN.c.id).where(IMPORT_RUN.c.key == key))
    for place, piece in enumerate(pieces):
        conn.execute(sa.insert(IMPORT_PIECE).values(run_id=number, number=place, body=piece))


def file_pieces(conn: Connection, key: str) -> Iterator[bytes]:
    query = (
        sa.select(IMPORT_PIECE.c.body)
        .join_from(IMPORT_PIECE, IMPORT_RUN, IMPORT_RUN.c.id == IMPORT_PIECE.c.run_id)
        .where(IMPORT_RUN.c.key == key)
        .order_by(IMPORT_PIECE.c.number)
    )
    for (body,) in conn.execute(query):
        yield bytes(body)


def forget_file(conn: Connection, key: str) -> None:
    number = conn.scalar(sa.select(IMPORT_RUN.c.id).where(IMPORT_RUN.c.key == key))
    conn.execute(sa.delete(IMPORT_PIECE).where(IMPORT_PIECE.c.run_id == number))


def forget_waiting(conn: Connection, *, now: datetime) -> int:
    """Forget files about which nobody decided for so long; their runs are called off. Returns how many."""
    waiting = [State.COLUMNS.value, State.CHECKED.value, State.FAILED.value]
    holds_words = IMPORT_RUN.c.kind == ImportKind.VERBATIMS.value
    too_long = sa.or_(
        IMPORT_RUN.c.touched_at < now - FILES_WAIT, sa.and_(holds_words, IMPORT_RUN.c.touched_at < now - WORDS_WAIT)
    )
    query = sa.select(IMPORT_RUN.c.key).where(
        IMPORT_RUN.c.state.in_(waiting), too_long, sa.exists().where(IMPORT_PIECE.c.run_id == IMPORT_RUN.c.id)
    )
    found = list(conn.scalars(query))
    for key in found:
        move(conn, key, State.CANCELLED, only_from=(State.COLUMNS, State.CHECKED), at=now)
        forget_file(conn, key)
    return len(found)


def forget_words(conn: Connection) -> None:
    """Forget what runs of verbatims show of customers' words, and all files that wait: nobody knows here who stands in
    them."""
    mine = IMPORT_RUN.c.kind == ImportKind.VERBATIMS.value
    conn.execute(sa.delete(IMPORT_SAMPLE).where(IMPORT_SAMPLE.c.run_id.in_(sa.select(IMPORT_RUN.c.id).where(mine))))
    conn.execute(sa.delete(IMPORT_PIECE))
    waiting = IMPORT_RUN.c.state.in_([State.COLUMNS.value, State.CHECKED.value])
    conn.execute(sa.update(IMPORT_RUN).where(waiting).values(state=State.CANCELLED.value))
    conn.execute(sa.update(IMPORT_RUN).where(mine, IMPORT_RUN.c.state != State.RUNNING.value).values(columns=""))


def remove_before(conn: Connection, at: datetime) -> int:
    """Forget the runs that began before a moment, with the lines that were rejected."""
    return conn.execute(sa.delete(IMPORT_RUN).where(IMPORT_RUN.c.started_at < at)).rowcount


def _forget_parts(conn: Connection, run_id: int | None, *, pieces: bool) -> None:
    for table in (IMPORT_FAULT, IMPORT_SAMPLE, *((IMPORT_PIECE,) if pieces else ())):
        conn.execute(sa.delete(table).where(table.c.run_id == run_id))


def _run(row: sa.Row[Any]) -> Run:
    values = row._asdict()
    plain = {
        name: values[name] for name in Run.__slots__ if name not in ("kind", "state", "options", "counts", "header")
    }
    return Run(
        **plain,
        kind=ImportKind(values["kind"]),
        state=State(values["state"]),
        options=Options.from_json(values["options"]),
        counts=Counts(*(values[name] for name in Counts.__slots__)),
        header=tuple(orjson.loads(values["header"])),
    )


def _fault_row(run_id: int | None, place: int, fault: Fault) -> dict[str, Any]:
    cells = _json(fault.cells) if fault.is_rejected and fault.cells else ""
    return {
        "run_id": run_id, "number": place, "line": fault.line, "column": fault.column, "code": fault.code,
        "detail": fault.detail, "is_rejected": fault.is_rejected, "cells": cells,
    }  # fmt: skip


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
