"""`relationship import`: a file into the database, with a bar, a summary, and the first lines that were rejected."""

import csv
import hashlib
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from rich.table import Table

from relationship.config import Config
from relationship.desk.bring_in import Outcome, bring_in, look, of_file
from relationship.desk.take_up import take_up
from relationship.errors import FixSettings
from relationship.house import House, open_house
from relationship.importing.faults import FLAGS, Fault
from relationship.importing.kinds import SPECS, ImportKind
from relationship.importing.opening import MOST_BYTES, Source, safe_name
from relationship.importing.options import Options
from relationship.importing.template import csv_template, xlsx_template
from relationship.store.importing import import_runs
from relationship.store.importing.import_runs import NewRun, State
from relationship.store.importing.staging import By
from relationship.terminal.console import progress, stderr

# What data that is not all right ends the command with (sysexits.h: EX_DATAERR).
EX_DATAERR = 65
MOST_SHOWN = 20
_CHUNK = 1_048_576
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def import_file(
    config: Config, kind: ImportKind, path: Path, options: Options, *, preview: bool, rejected: Path | None
) -> int:
    """Bring a file in, or only say what it would change; 0, or 65 when a line was rejected."""
    source, digest, lines = source_of(path)
    with open_house(config) as house, progress(f"Reading {safe_name(path.name)}") as advance:
        if preview:
            opened = of_file(house, kind, source, options)
            found = look(house, opened, options=options, progress=advance, total=lines)
        else:
            found = _taken(house, kind, source, options, digest=digest, lines=lines, advance=advance)
            take_up(house, found.touched)
    tell(found, preview=preview)
    if rejected is not None:
        write_rejected(rejected, found.header, found.faults)
    return EX_DATAERR if found.counts.rejected else 0


def import_folder(house: House, folder: Path) -> None:
    """Bring in what lies in a folder as <kind>.csv, as the demonstration does with what other systems tell."""
    for kind in SPECS:
        path = folder / f"{kind.value}.csv"
        if path.exists():
            source, digest, lines = source_of(path)
            _taken(house, kind, source, Options(), digest=digest, lines=lines)


def _taken(
    house: House,
    kind: ImportKind,
    source: Source,
    options: Options,
    *,
    digest: str,
    lines: int,
    advance: Callable[[int, int], None] | None = None,
) -> Outcome:
    by = By(house.clock(), "", "")
    new = NewRun(kind, State.RUNNING, "cli", options, by, safe_name(source.name), digest, source.size)
    with house.store.transaction() as conn:
        import_runs.fail_stalled(conn, at=house.clock())
        key = import_runs.start(conn, new)
    opened = of_file(house, kind, source, options)
    return bring_in(house, key, opened, options=options, by=by, progress=advance, total=lines)


def write_template(kind: ImportKind, path: Path, language: str) -> None:
    """Write the template; XLSX when the name says so."""
    body = xlsx_template(kind, language) if path.suffix.lower() == ".xlsx" else csv_template(kind, language)
    try:
        path.write_bytes(body)
    except OSError as error:
        raise FixSettings(
            f"{path} cannot be written.", next_step="Name a folder that exists and may be written to.", code="bad_file"
        ) from error


def options(
    *, encoding: str, delimiter: str, dates: str, decimal: str, clear_empty: bool, as_of: date | None
) -> Options:
    from relationship.importing.options import Dates

    return Options(encoding, delimiter, Dates(dates), decimal, clear_empty, as_of)


def source_of(path: Path) -> tuple[Source, str, int]:
    """A file, its digest, and how many lines it has at the most."""
    seen, lines, size = hashlib.sha256(), 0, 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                size += len(chunk)
                if size <= MOST_BYTES:
                    seen.update(chunk)
                    lines += chunk.count(b"\n")
    except OSError as error:
        raise FixSettings(
            f"{path} cannot be read.", next_step="Check the path and its rights.", code="bad_file"
        ) from error
    is_text = path.suffix.lower() != ".xlsx"
    return Source(lambda: path.open("rb"), size, path.name), seen.hexdigest(), max(0, lines - 1) if is_text else 0


def tell(found: Outcome, *, preview: bool) -> None:
    """What a file changed or would change, on the terminal."""
    counts = found.counts
    said = "Would take" if preview else "Took"
    stderr.print(
        f"Read {counts.read} lines. {said} {counts.added} new and {counts.changed} changed ones; {counts.same} say "
        f"what is known already; {counts.rejected} rejected, {counts.flagged} flagged.",
        soft_wrap=True,
    )
    if preview and found.samples:
        stderr.print(_samples(found))
    shown = [fault for fault in found.faults if fault.code not in FLAGS] or found.faults
    if shown:
        table = Table("Line", "Column", "Code", "What to do", box=None)
        for fault in shown[:MOST_SHOWN]:
            table.add_row(str(fault.line), fault.column, fault.code, fault.sentence)
        stderr.print(table)
        if len(shown) > MOST_SHOWN:
            stderr.print(f"… and {len(shown) - MOST_SHOWN} more; --rejected FILE writes them all.")


def _samples(found: Outcome) -> Table:
    table = Table("Line", "", "Record", "Values", box=None)
    for one in found.samples[:MOST_SHOWN]:
        values = ", ".join(
            f"{name} {one.before[name]} → {value}" if name in one.before else f"{name} {value}"
            for name, value in one.after.items()
            if value not in (None, "") or name in one.before
        )
        table.add_row(str(one.line), one.change, one.name, values)
    return table


def write_rejected(path: Path, header: Sequence[str], faults: Sequence[Fault]) -> None:
    """The rejected lines as a CSV file to correct and import again, with what is wrong in two more columns."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*header, "line", "what to do"])
        told: dict[int, tuple[Fault, list[str]]] = {}
        for fault in faults:
            if fault.is_rejected:
                told.setdefault(fault.line, (fault, []))[1].append(fault.sentence)
        for line, (fault, sentences) in told.items():
            cells = [*fault.cells, *[""] * (len(header) - len(fault.cells))]
            row = [*cells, str(line), " ".join(sentences)]
            writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row])
    stderr.print(f"The rejected lines stand in {path}.", soft_wrap=True)
    sys.stderr.flush()
