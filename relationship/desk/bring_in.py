"""Bring a file in: look what it changes, or take it over, all of it or nothing.

The order is the design. The file is read, checked and staged in temporary tables, which bars nobody; then one
transaction compares, merges and writes down what became of the run. What if it runs twice: the second time every
line is the same as before. What if it dies half-way: nothing of it is there, and the run is noted as interrupted
by the next one. One import at a time over all processes.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Connection

from relationship import failpoints
from relationship.clock import day_number
from relationship.desk import keep_health
from relationship.desk.keep_health import Why
from relationship.desk.stage_verbatims import VerbatimStaging
from relationship.desk.take_up import MOST_ALONE
from relationship.errors import RelationshipError
from relationship.house import House
from relationship.importing import rows
from relationship.importing.csv_lines import Line
from relationship.importing.faults import Fault, FileRefused
from relationship.importing.kinds import ImportKind
from relationship.importing.opening import Source
from relationship.importing.options import Options
from relationship.importing.rows import Reading
from relationship.store.customers import past_scored
from relationship.store.importing import import_names, import_runs
from relationship.store.importing.import_runs import Counts, State
from relationship.store.importing.staging import By, Sample, Staging, TableStaging
from relationship.store.importing.staging_health import EVERY_RIGHT, HealthStaging
from relationship.store.lease import lease
from relationship.store.privacy import audit
from relationship.store.privacy.audit import Act, Action
from settings.rules.health_rights import HealthRight

# With more the file as a whole is wrong, and nobody reads the list.
MOST_REJECTED = 10_000
MOST_FLAGS_KEPT = 1_000
SECONDS_BETWEEN_SIGNS = 1.0
# Figures of the last days come as a matter of course: no day of the past looks different for them.
OLDER_DAYS = 7

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Outcome:
    """What a file changes. faults: of rejected lines all, of flagged ones the first; key: of the run, '' for a look;
    touched: accounts whose signals and scores may be others now (`take_up`)."""

    counts: Counts
    header: tuple[str, ...] = ()
    faults: list[Fault] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    key: str = ""
    touched: list[int] = field(default_factory=list)


# Opens the rows: of a file, or of a body that the API was sent.
Open = Callable[[Connection], Reading]


def of_file(house: House, kind: ImportKind, source: Source, options: Options) -> Open:
    """The rows of a file, checked against the names that are known when it is opened."""

    def opened(conn: Connection) -> Reading:
        return rows.read(kind, source, options, import_names.names(conn, kind), today=_today(house))

    return opened


def of_cells(house: House, kind: ImportKind, title: list[str], lines: list[Line], options: Options) -> Open:
    """Rows that were sent one by one."""

    def opened(conn: Connection) -> Reading:
        names = import_names.names(conn, kind)
        return rows.read_cells(kind, title, lines, options, names, today=_today(house))

    return opened


def look(
    house: House,
    opened: Open,
    *,
    options: Options,
    progress: Progress | None = None,
    total: int = 0,
    rights: frozenset[HealthRight] = EVERY_RIGHT,
) -> Outcome:
    """What bringing it in would change; nothing is written. Raises FileRefused, and TryLater while another runs.

    rights  to health fields of whoever brings it in
    """
    with lease(house.store, "import"), house.store.staging() as conn, conn.begin():
        work = _Work(house, opened(conn), conn, options, rights, is_look=True)
        work.stage(progress, total)
        return work.settle()


def check(
    house: House,
    key: str,
    opened: Open,
    *,
    options: Options,
    total: int = 0,
    rights: frozenset[HealthRight] = EVERY_RIGHT,
) -> None:
    """Make the preview of a run that waits in `checking`; what is wrong with the file is noted on the run."""
    with _told_on(house, key):
        found = look(house, opened, options=options, progress=_signs(house, key), total=total, rights=rights)
        with house.store.transaction() as conn:
            _note(conn, house, key, found)
            import_runs.move(conn, key, State.CHECKED, only_from=(State.CHECKING,), at=house.clock())


def bring_in(
    house: House,
    key: str,
    opened: Open,
    *,
    options: Options,
    by: By,
    progress: Progress | None = None,
    total: int = 0,
    rights: frozenset[HealthRight] = EVERY_RIGHT,
) -> Outcome:
    """Take over the rows of a run that is `running`. Raises FileRefused, noted on the run; TryLater."""
    signs = _signs(house, key)

    def told(done: int, of: int) -> None:
        signs(done, of)
        if progress:
            progress(done, of)

    with _told_on(house, key), lease(house.store, "import"), house.store.staging() as conn:
        with conn.begin():
            work = _Work(house, opened(conn), conn, options, rights)
            work.stage(told, total)
        failpoints.passage("bring_in.staged")
        with house.store.transaction_on(conn):
            found = work.settle()
            work.staging.merge(conn, by)
            if isinstance(work.staging, HealthStaging):
                keep_health.keep(conn, house, why=Why(by=by.key, by_name=by.name))
            _past_is_due(conn, house, work.staging)
            if isinstance(work.staging, TableStaging):
                found.touched = work.staging.touched(conn, most=MOST_ALONE + 1)
            failpoints.passage("bring_in.merged")
            _note(conn, house, key, found)
            import_runs.move(conn, key, State.DONE, only_from=(State.RUNNING,), at=house.clock())
            import_runs.forget_file(conn, key)
            audit.add(conn, house.audit_keys(), [Act(house.clock(), by.key or "operator", Action.IMPORT, key)])
            failpoints.passage("bring_in.written")
    failpoints.passage("bring_in.done")
    found.key = key
    return found


def _past_is_due(conn: Connection, house: House, staging: Staging) -> None:
    """Facts of days that were scored already: these days are scored anew."""
    first = staging.first_day(conn) if isinstance(staging, TableStaging) else None
    if first is not None and first < _today(house) - OLDER_DAYS:
        past_scored.note_due(conn, since=first)


def _note(conn: Connection, house: House, key: str, found: Outcome) -> None:
    import_runs.note_outcome(
        conn, key, found.counts, found.faults, found.samples, header=found.header, at=house.clock()
    )


class _Work:
    """One file from its rows to what they change."""

    def __init__(
        self,
        house: House,
        reading: Reading,
        conn: Connection,
        options: Options,
        rights: frozenset[HealthRight],
        *,
        is_look: bool = False,
    ) -> None:
        self._reading = reading
        self._conn = conn
        layout = reading.layout
        self.staging: Staging
        match layout.spec.kind:
            case ImportKind.VERBATIMS:
                self.staging = VerbatimStaging(house, conn, is_look=is_look)
            case ImportKind.HEALTH:
                is_file = reading.is_file
                self.staging = HealthStaging(
                    layout, clear_empty=options.clear_empty, rights=rights, as_exported=is_file
                )
            case _:
                self.staging = TableStaging(conn, layout, clear_empty=options.clear_empty)
        self._faults: list[Fault] = []
        self._flags: list[Fault] = []
        self._flagged = self._rejected = self._read = 0

    def stage(self, progress: Progress | None, total: int) -> None:
        for batch in self._reading.batches:
            self.staging.add(self._conn, batch.rows)
            self._read = batch.read
            self._rejected += batch.rejected
            for fault in batch.faults:
                if fault.is_rejected:
                    self._faults.append(fault)
                else:
                    self._flagged += 1
                    if len(self._flags) < MOST_FLAGS_KEPT:
                        self._flags.append(fault)
            if self._rejected > MOST_REJECTED:
                raise FileRefused("too_many_faults", detail=MOST_REJECTED)
            if progress:
                progress(batch.read, max(total, batch.read))

    def settle(self) -> Outcome:
        found = self.staging.settle(self._conn)
        counts = Counts(
            read=self._read,
            added=found.added,
            changed=found.changed,
            same=found.same,
            rejected=self._rejected + len({fault.line for fault in found.faults}),
            flagged=self._flagged,
            silent=found.silent,
            left_out=found.left_out,
            unknown=found.unknown,
            old=found.old,
        )
        faults = sorted([*self._faults, *self._flags, *found.faults], key=lambda one: one.line)
        return Outcome(counts, self._reading.layout.header, faults, found.samples)


class _told_on:  # noqa: N801  # reads as what it does
    """Note on the run why it ended, then let the error go on."""

    def __init__(self, house: House, key: str) -> None:
        self._house, self._key = house, key

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, RelationshipError):
            line = error.line if isinstance(error, FileRefused) else None
            detail = error.detail if isinstance(error, FileRefused) else ""
            with self._house.store.transaction() as conn:
                import_runs.fail(conn, self._key, code=error.code, line=line, detail=detail, at=self._house.clock())


def _signs(house: House, key: str) -> Progress:
    """Tell how far a run is, at most once a second; real time, for a frozen clock never moves."""
    last = [time.monotonic()]

    def tell(done: int, total: int) -> None:
        if time.monotonic() - last[0] < SECONDS_BETWEEN_SIGNS:
            return
        last[0] = time.monotonic()
        with house.store.transaction() as conn:
            import_runs.note_progress(conn, key, read=done, total=total, at=house.clock())

    return tell


def _today(house: House) -> int:
    return day_number(house.clock(), house.config.zone)
