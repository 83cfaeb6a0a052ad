"""Files of surveys and reviews: any columns, each with the role that somebody gives it.

In: the bytes of a CSV or XLSX file and a role per column. Out: one answer per line, and what is wrong with the lines
that are not taken. A column without a role is not read at all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from relationship.importing import csv_lines, values, xlsx_lines
from relationship.importing.csv_lines import Line
from relationship.importing.faults import Bad, Fault, FileRefused
from relationship.importing.header import MOST_COLUMNS
from relationship.importing.opening import Source, is_workbook
from relationship.importing.options import Dates, Options
from relationship.importing.survey_roles import SCALES, ColumnRoles, Role
from relationship.importing.words import plain

MOST_LINES = 100_000
BATCH = 1_000
LONGEST_VALUE = 500
LONGEST_SHOWN = 200


_LANGUAGES = {"fr": "fr", "francais": "fr", "french": "fr", "en": "en", "anglais": "en", "english": "en"}


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of a file; what it does not tell is empty. satisfaction: 0 to 100."""

    line: int
    day: int
    text: str
    language: str = ""
    line_id: str = ""
    customer_id: str = ""
    account: str = ""
    address: str = ""
    satisfaction: float | None = None
    recommendation: float | None = None
    filters: dict[str, str] = field(default_factory=dict)
    information: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Batch:
    """A part of a file. answers, faults: of its lines;  silent: lines without a text;  read: lines so far."""

    answers: list[Answer] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    silent: int = 0
    read: int = 0


@dataclass(frozen=True, slots=True)
class Survey:
    """titles: of the columns;  batches: to be read once."""

    titles: tuple[str, ...]
    batches: Iterator[Batch]


def read(source: Source, options: Options, mapping: ColumnRoles) -> Survey:
    """Open a file; its answers follow batch by batch, with what is wrong with lines that are not taken.

    Lines without a text are counted and left out: most people who answer write none.
    raises  FileRefused for the file as a whole, also midway
    """
    titles, lines = opened(source, options)
    return Survey(titles, _batches(list(titles), lines, mapping, options))


def opened(source: Source, options: Options) -> tuple[tuple[str, ...], Iterator[Line]]:
    """Titles, and the lines after them; FileRefused for what is no table."""
    module = xlsx_lines if is_workbook(source, encoding=options.encoding) else csv_lines
    lines = module.lines(source, options)
    first = next(lines, None)
    if first is None:
        raise FileRefused("empty_file")
    if len(first[1]) > MOST_COLUMNS:
        raise FileRefused("too_many_columns", line=1, detail=MOST_COLUMNS)
    return tuple(cell.strip() for cell in first[1]), lines


def _batches(titles: list[str], lines: Iterator[Line], mapping: ColumnRoles, options: Options) -> Iterator[Batch]:
    batch = Batch()
    count = 0
    for line, cells in lines:
        count += 1
        if count > MOST_LINES:
            raise FileRefused("too_many_rows", line=line, detail=MOST_LINES)
        try:
            if len(cells) != len(titles):
                raise Bad("ragged_row", len(cells))
            answer = _answer(line, titles, cells, mapping, options)
        except Bad as bad:
            batch.faults.append(Fault(line, _column_of(bad.code), bad.code, bad.detail, _kept(cells, mapping)))
        else:
            batch.silent += answer is None
            batch.answers += [] if answer is None else [answer]
        if count % BATCH == 0:
            batch.read = count
            yield batch
            batch = Batch()
    batch.read = count
    yield batch


def _kept(cells: Sequence[str], mapping: ColumnRoles) -> tuple[str, ...]:
    """The cells of a rejected line; those of columns that are not kept are not kept here either."""
    roles = (*mapping.roles, *[Role.BLANK] * len(cells))
    return tuple("" if role is Role.BLANK else cell[:LONGEST_SHOWN] for cell, role in zip(cells, roles, strict=False))[
        :MOST_COLUMNS
    ]


def _answer(line: int, titles: list[str], cells: list[str], mapping: ColumnRoles, options: Options) -> Answer | None:
    by_role: dict[Role, list[tuple[str, str]]] = {}
    for title, cell, role in zip(titles, cells, mapping.roles, strict=True):
        if role is not Role.BLANK and cell.strip():
            by_role.setdefault(role, []).append((title, cell.strip()))
    if Role.TEXT not in by_role:
        return None
    if Role.DATE not in by_role:
        raise Bad("date_missing")
    satisfaction = by_role.get(Role.SATISFACTION)
    recommendation = by_role.get(Role.RECOMMENDATION)
    return Answer(
        line,
        read_day(by_role[Role.DATE][0][1], options.dates),
        "\n".join(text for _, text in by_role[Role.TEXT]),
        _LANGUAGES.get(plain(_one(by_role, Role.LANGUAGE)), ""),
        _one(by_role, Role.LINE_ID)[:LONGEST_VALUE],
        _one(by_role, Role.CUSTOMER_ID)[:LONGEST_VALUE],
        _one(by_role, Role.ACCOUNT)[:LONGEST_VALUE],
        _one(by_role, Role.ADDRESS)[:LONGEST_VALUE],
        _share(_number(satisfaction[0][1], options), SCALES[mapping.scale]) if satisfaction else None,
        _within(_number(recommendation[0][1], options), (0, 10)) if recommendation else None,
        {title: text[:LONGEST_VALUE] for title, text in by_role.get(Role.FILTER, ())},
        {title: text[:LONGEST_VALUE] for title, text in by_role.get(Role.INFORMATION, ())},
    )


def _column_of(code: str) -> str:
    return {"date": "day", "score": "score", "number": "score"}.get(code.partition("_")[0], "")


def day_part(text: str) -> str:
    """Tools for surveys write the time beside the day; the day counts."""
    return text.replace("T", " ").split(" ")[0]


def read_day(text: str, dates: Dates) -> int:
    """A cell as a day number. raises Bad"""
    return int(str(values.day(dates)(day_part(text))))


def _one(by_role: Mapping[Role, list[tuple[str, str]]], role: Role) -> str:
    return by_role[role][0][1] if role in by_role else ""


def _number(text: str, options: Options) -> float:
    return float(str(values.amount(options.decimal)(text)))


def _within(score: float, scale: tuple[int, int]) -> float:
    low, high = scale
    if not low <= score <= high:
        raise Bad("score_out_of_range", f"{low}–{high}")
    return score


def _share(score: float, scale: tuple[int, int]) -> float:
    low, high = scale
    return round(100 * (_within(score, scale) - low) / (high - low), 2)
