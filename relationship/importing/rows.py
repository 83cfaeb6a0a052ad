"""A whole file as batches of checked rows: the way from bytes to values.

`read` is a generator: it holds one batch at a time, so a million rows need no more memory than a thousand.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from relationship.clock import number_of
from relationship.importing import csv_lines, header, xlsx_lines
from relationship.importing.csv_lines import Line
from relationship.importing.faults import Bad, Fault, FileRefused
from relationship.importing.kinds import SPECS, ImportKind, KindSpec
from relationship.importing.names import Names
from relationship.importing.opening import Source, is_workbook
from relationship.importing.options import Options

MOST_ROWS = 1_000_000
BATCH = 20_000
# Different texts remembered per column; a file has few days and small numbers, again and again.
MOST_REMEMBERED = 200_000
LONG_AGO_DAYS = 3_653
LONGEST_CELL_KEPT = 200

Value = object
Row = tuple[Value, ...]


@dataclass(slots=True)
class Batch:
    """rows: what is taken, first the line, then values in the order of `Layout.staged`; read: lines so far.
    rejected: lines of this batch that are not taken; one line may have several faults."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    rejected: int = 0
    read: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """staged: the columns of a row beside its line; only those the file has, where rows are staged as they are."""

    spec: KindSpec
    header: tuple[str, ...]
    staged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """layout: known after the header; batches: to be read once; is_file: not single rows that were sent."""

    layout: Layout
    batches: Iterator[Batch]
    is_file: bool = True


class _Remembered(dict[str, Value]):
    """Values by text: each different text is read once."""

    def __init__(self, read: Callable[[str], Value], missing: str) -> None:
        super().__init__()
        self._read = read
        self._missing = missing

    def __missing__(self, text: str) -> Value:
        bare = text.strip()
        if not bare:
            if self._missing:
                raise Bad(self._missing)
            value: Value = None
        else:
            value = self._read(bare)
        if len(self) < MOST_REMEMBERED:
            self[text] = value
        return value


def read(kind: ImportKind, source: Source, options: Options, names: Names, *, today: int) -> Reading:
    """Open a file and read its header; the rows follow batch by batch. FileRefused at any point, also midway.

    today  day number; later days are flagged
    """
    module = xlsx_lines if is_workbook(source, encoding=options.encoding) else csv_lines
    lines = module.lines(source, options)
    first = next(lines, None)
    if first is None:
        raise FileRefused("empty_file")
    return _reading(SPECS[kind], first[1], lines, options, names, today)


def read_cells(
    kind: ImportKind, title: list[str], lines: Iterable[Line], options: Options, names: Names, *, today: int
) -> Reading:
    """Rows that are no file, as of the API: the same checks."""
    return replace(_reading(SPECS[kind], title, iter(lines), options, names, today), is_file=False)


def _reading(
    spec: KindSpec, title: list[str], lines: Iterator[Line], options: Options, names: Names, today: int
) -> Reading:
    places = header.columns(title, spec, options)
    staged = spec.staged or tuple(
        "account_id" if column.name == "account" else column.name
        for column in spec.columns
        if column.name in places or (column.name == "day" and options.as_of)
    )
    layout = Layout(spec, tuple(title), staged)
    return Reading(layout, _Rows(layout, places, len(title), options, names, today).batches(lines))


class _Rows:
    """Turns lines into rows by a plan made once from the header."""

    def __init__(
        self, layout: Layout, places: dict[str, int], width: int, options: Options, names: Names, today: int
    ) -> None:
        self._spec = layout.spec
        self._width = width
        self._names = names
        self._oldest, self._today = today - LONG_AGO_DAYS, today
        self._as_of = number_of(options.as_of) if options.as_of and self._spec.has_day else None
        registry = names.accounts if self._spec.subject == "account" else names.opportunities
        self._order = tuple(column.name for column in self._spec.columns if column.name in places)
        self._plan: list[tuple[int, _Remembered]] = []
        for name in self._order:
            column = self._spec.column(name)
            reader = registry.find if name == self._spec.subject else column.reader(options)
            self._plan.append((places[name], _Remembered(reader, column.missing)))
        self._figures = sum(name in self._spec.figures for name in self._order)
        self._day_place = self._order.index("day") if "day" in self._order else None

    def batches(self, lines: Iterator[Line]) -> Iterator[Batch]:
        batch = Batch()
        count = 0
        take = self._take_plain if self._spec.finish is None else self._take_finished
        for line, cells in lines:
            count += 1
            if count > MOST_ROWS:
                raise FileRefused("too_many_rows", line=line, detail=MOST_ROWS)
            if len(cells) != self._width:
                batch.rejected += 1
                batch.faults.append(self._fault(line, "", Bad("ragged_row", len(cells)), cells))
            else:
                try:
                    take(batch, line, cells)
                except Bad:
                    batch.rejected += 1
                    batch.faults.extend(self._all_faults(line, cells))
            if count % BATCH == 0:
                batch.read = count
                yield batch
                batch = Batch()
        batch.read = count
        yield batch

    def _take_plain(self, batch: Batch, line: int, cells: list[str]) -> None:
        values = [known[cells[place]] for place, known in self._plan]
        if values.count(None) == self._figures and not self._spec.blanks:
            raise Bad("nothing_told")
        if self._as_of is not None:
            values.insert(1, self._as_of)
        elif self._day_place is not None:
            self._flag_day(batch, line, values[self._day_place])
        batch.rows.append((line, *values))

    def _take_finished(self, batch: Batch, line: int, cells: list[str]) -> None:
        found: dict[str, Value] = dict.fromkeys(column.name for column in self._spec.columns)
        for name, (place, known) in zip(self._order, self._plan, strict=True):
            found[name] = known[cells[place]]
        if self._as_of is not None:
            found["day"] = self._as_of
        finish = self._spec.finish
        if finish is not None:
            batch.rows.append((line, *finish(found, self._names)))
        self._flag_day(batch, line, found["day"])

    def _flag_day(self, batch: Batch, line: int, day: Value) -> None:
        if isinstance(day, int) and not self._oldest <= day <= self._today:
            code = "date_in_future" if day > self._today else "date_long_ago"
            batch.faults.append(Fault(line, "day", code))

    def _all_faults(self, line: int, cells: list[str]) -> list[Fault]:
        """Everything that is wrong with a line; the way that is not hurried."""
        faults = []
        found: dict[str, Value] = dict.fromkeys(column.name for column in self._spec.columns)
        for name, (place, known) in zip(self._order, self._plan, strict=True):
            try:
                found[name] = known[cells[place]]
            except Bad as bad:
                faults.append(self._fault(line, name, bad, cells))
        if faults:
            return faults
        try:
            if self._spec.finish is None:
                raise Bad("nothing_told")
            self._spec.finish(found | ({"day": self._as_of} if self._as_of is not None else {}), self._names)
        except Bad as bad:
            faults.append(self._fault(line, _column_of(bad.code), bad, cells))
        return faults

    @staticmethod
    def _fault(line: int, column: str, bad: Bad, cells: list[str]) -> Fault:
        kept = tuple(cell[:LONGEST_CELL_KEPT] for cell in cells[: header.MOST_COLUMNS])
        return Fault(line, column, bad.code, bad.detail, kept)


def _column_of(code: str) -> str:
    """The column of a fault that shows only when the whole line is read."""
    noun = code.partition("_")[0]
    return {"score": "score", "direction": "direction", "contact": "contact", "address": "contact"}.get(noun, "")
