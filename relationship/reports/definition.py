"""What one report shows: columns, filters, grouping with figures, order. Its JSON is what is kept of a report."""

import math
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from relationship.reports.columns import COLUMNS, NUMBERS, Kind
from settings.rules.form import Form, refusal

MOST_COLUMNS, MOST_CONDITIONS, MOST_FIGURES = 20, 8, 6
LONGEST_VALUE = 200
MOST_DAYS = 3_660
COUNT, GROUP = "count", "group"


class Op(StrEnum):
    """What a condition asks of a value; NEXT and PAST: a day within so many days from today, or before it."""

    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    LEAST = "least"
    MOST = "most"
    NEXT = "next"
    PAST = "past"
    EMPTY = "empty"
    FILLED = "filled"


BARE = frozenset({Op.EMPTY, Op.FILLED})
_NUMBER_OPS = (Op.LEAST, Op.MOST, Op.IS, Op.EMPTY, Op.FILLED)
OPS: Mapping[Kind, tuple[Op, ...]] = {
    Kind.TEXT: (Op.CONTAINS, Op.IS, Op.IS_NOT, Op.EMPTY, Op.FILLED),
    Kind.WORD: (Op.IS, Op.IS_NOT, Op.EMPTY, Op.FILLED),
    Kind.FLAG: (Op.IS, Op.EMPTY, Op.FILLED),
    Kind.DAY: (Op.NEXT, Op.PAST, Op.LEAST, Op.MOST, Op.EMPTY, Op.FILLED),
    **dict.fromkeys(NUMBERS, _NUMBER_OPS),
}


class How(StrEnum):
    SUM = "sum"
    MEAN = "mean"


def _known(key: str) -> str:
    if key not in COLUMNS:
        raise refusal("unknown_column", "no such column")
    return key


class Condition(Form):
    """One filter. value: a number, a day as 2026-06-17, a count of days, a word, 'true' or 'false'; '' for EMPTY and
    FILLED."""

    column: str
    op: Op
    value: Annotated[str, Field(max_length=LONGEST_VALUE)] = ""

    _column_known = field_validator("column")(_known)

    @model_validator(mode="after")
    def fits_its_column(self) -> Self:
        column = COLUMNS[self.column]
        if self.op not in OPS[column.kind]:
            raise refusal("op_unfit", "this column is not asked so")
        if not _fits(column.kind, column.choices, self.op, self.value):
            raise refusal("value_unfit", "this value does not fit the column")
        return self


class Figure(Form):
    """What is worked out over a group, or over all lines; of scores and percentages only the mean."""

    column: str
    how: How

    _column_known = field_validator("column")(_known)

    @model_validator(mode="after")
    def can_be_worked_out(self) -> Self:
        column = COLUMNS[self.column]
        if column.kind not in NUMBERS or (self.how is How.SUM and not column.has_sum):
            raise refusal("figure_unfit", "this column has no such figure")
        return self

    @property
    def key(self) -> str:
        return f"{self.how}:{self.column}"


class Definition(Form):
    """columns: in their order; conditions: all hold; group: a column whose values make the lines, '' for a line per
    account; figures: of groups, or of the last line; sort: a column, or of groups 'group', 'count' or a figure."""

    columns: Annotated[tuple[str, ...], Field(max_length=MOST_COLUMNS)] = ("name", "owner", "arr", "renewal")
    conditions: Annotated[tuple[Condition, ...], Field(max_length=MOST_CONDITIONS)] = ()
    group: str = ""
    figures: Annotated[tuple[Figure, ...], Field(max_length=MOST_FIGURES)] = ()
    sort: str = ""
    descending: bool = False

    @model_validator(mode="after")
    def holds_together(self) -> Self:
        for key in self.columns:
            _known(key)
        if len(set(self.columns)) < len(self.columns):
            raise refusal("column_twice", "each column stands there once")
        if not self.columns and not self.group:
            raise refusal("no_column", "at least one column is shown")
        if self.group and not COLUMNS[_known(self.group)].groups:
            raise refusal("group_unfit", "lines cannot be grouped by this column")
        if self.sort and self.sort not in self.sorts:
            raise refusal("sort_unfit", "the report is not sorted by this")
        return self

    @property
    def sorts(self) -> tuple[str, ...]:
        """What the lines can be sorted by; the first when nothing is said."""
        return (GROUP, COUNT, *(one.key for one in self.figures)) if self.group else self.columns

    @property
    def needs(self) -> frozenset[str]:
        """The columns that have to be read."""
        shown = () if self.group else self.columns
        return frozenset({*shown, *self.steering, *(one.column for one in self.figures)})

    @property
    def steering(self) -> frozenset[str]:
        """The columns that decide which lines there are: whoever may not see one of them sees no line."""
        return frozenset({one.column for one in self.conditions} | ({self.group} - {""}))

    def without(self, keys: frozenset[str]) -> "Definition":
        """The same without these columns and their figures."""
        if not keys & {*self.columns, *(one.column for one in self.figures)}:
            return self
        columns = tuple(key for key in self.columns if key not in keys)
        figures = tuple(one for one in self.figures if one.column not in keys)
        left = {*columns, GROUP, COUNT, *(one.key for one in figures)}
        values = {
            "columns": columns or ("name",),
            "figures": figures,
            "sort": self.sort if self.sort in left else "",
        }
        return self.model_copy(update=values)


def _fits(kind: Kind, choices: tuple[str, ...], op: Op, value: str) -> bool:
    if op in BARE:
        return not value
    if op in (Op.NEXT, Op.PAST):
        return value.isascii() and value.isdigit() and len(value) < 6 and int(value) <= MOST_DAYS
    match kind:
        case Kind.WORD:
            return value in choices
        case Kind.FLAG:
            return value in ("true", "false")
        case Kind.DAY:
            return _is_day(value)
        case Kind.TEXT:
            return bool(value.strip()) and value.isprintable()
        case _:
            return _is_number(value)


def _is_day(text: str) -> bool:
    try:
        return len(text) == len("2026-06-17") and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_number(text: str) -> bool:
    try:
        return text.isascii() and "_" not in text and math.isfinite(float(text))
    except ValueError:
        return False
