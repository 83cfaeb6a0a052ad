"""Imports that pages start: the file waits in the database, a thread of this process checks it or takes it over."""

import hashlib
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO

import structlog

from relationship.access import HealthRight
from relationship.desk.bring_in import Open, bring_in, check, of_file
from relationship.desk.bring_verbatims import Columns, of_survey
from relationship.desk.take_up import take_up
from relationship.errors import RelationshipError
from relationship.house import House
from relationship.importing.kinds import ImportKind
from relationship.importing.opening import Source
from relationship.logs import place_of
from relationship.store.importing import import_runs
from relationship.store.importing.import_runs import PIECE_BYTES, NewRun, Run, State
from relationship.store.importing.staging import By

log = structlog.get_logger()


def keep(house: House, new: NewRun, file: IO[bytes]) -> str:
    """Write a run and its file down; returns its key. The size and digest are those of the file."""
    digest, size = hashlib.sha256(), 0
    while piece := file.read(PIECE_BYTES):
        digest.update(piece)
        size += len(piece)
    file.seek(0)
    known = replace(new, digest=digest.hexdigest(), size=size)
    with house.store.transaction() as conn:
        import_runs.fail_stalled(conn, at=house.clock())
        import_runs.forget_waiting(conn, now=house.clock())
        key = import_runs.start(conn, known)
        import_runs.keep_file(conn, key, iter(lambda: file.read(PIECE_BYTES), b""))
    return key


def begin(house: House, run: Run, by: By, rights: frozenset[HealthRight]) -> None:
    """Check or take over a run in the background, as its state says; this returns at once.

    rights  to health fields of whoever brings it in
    """
    threading.Thread(target=work, args=(house, run, by, rights), name=f"import-{run.key}", daemon=True).start()


def work(house: House, run: Run, by: By, rights: frozenset[HealthRight]) -> None:
    """What the thread does; what goes wrong is noted on the run."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "file"
            lines = _write_down(house, run.key, path)
            source = Source(lambda: path.open("rb"), run.size, run.file_name)
            opened = _opened(house, run, source)
            total = lines if not run.file_name.lower().endswith(".xlsx") else 0
            if run.state is State.CHECKING:
                check(house, run.key, opened, options=run.options, total=total, rights=rights)
            else:
                found = bring_in(house, run.key, opened, options=run.options, by=by, total=total, rights=rights)
                take_up(house, found.touched)
    except RelationshipError as error:
        log.info("import_not_done", run=run.key, code=error.code)
    except Exception as error:
        # The rim of this thread: whoever waits for the run must be told that nobody works on it any more. Neither the
        # message nor a value is told: both may hold what stands in the file.
        log.error("import_broken", run=run.key, kind=type(error).__name__, place=place_of(error))
        _give_up(lambda: _fail(house, run.key))


def _opened(house: House, run: Run, source: Source) -> Open:
    if run.kind is ImportKind.VERBATIMS:
        return of_survey(house, source, run.options, Columns.from_json(run.columns))
    return of_file(house, run.kind, source, run.options)


def _write_down(house: House, key: str, path: Path) -> int:
    """The file of a run on disk; returns how many lines it has beside its header."""
    lines = 0
    with house.store.reading() as conn, path.open("wb") as file:
        pieces: Iterator[bytes] = import_runs.file_pieces(conn, key)
        for piece in pieces:
            lines += piece.count(b"\n")
            file.write(piece)
    return max(0, lines - 1)


def _fail(house: House, key: str) -> None:
    with house.store.transaction() as conn:
        import_runs.fail(conn, key, code="internal", at=house.clock())


def _give_up(act: Callable[[], None]) -> None:
    try:
        act()
    except RelationshipError as error:
        log.error("import_not_noted", code=error.code)
