"""How the days of a file are written, as choices with what the first of them would mean."""

from dataclasses import dataclass

from relationship.clock import day_of
from relationship.importing.faults import Bad
from relationship.importing.options import Dates
from relationship.importing.survey import read_day
from relationship.importing.survey_columns import ColumnSeen
from web import formats


@dataclass(frozen=True, slots=True)
class Choice:
    """form: a word of `Dates`;  meant: a cell, and the day it would be;  unread: cells that cannot be read so."""

    form: str
    chosen: bool
    meant: tuple[str, str] | None
    unread: int


@dataclass(frozen=True, slots=True)
class Days:
    """choices: the best first;  undecided: several ways read the column equally well;  filled: cells with something."""

    choices: tuple[Choice, ...]
    undecided: bool
    filled: int


def choices(column: ColumnSeen | None, chosen: Dates) -> Days:
    """None: no column is the date yet."""
    if column is None or not column.filled:
        return Days(tuple(Choice(form.value, form is chosen, None, 0) for form in Dates), False, 0)
    best = column.forms()
    ordered = sorted(Dates, key=lambda form: (column.days[form], form is not chosen))
    found = tuple(
        Choice(form.value, form is chosen, _meant(column.examples, form), column.days[form]) for form in ordered
    )
    return Days(found, len(best) > 1 and Dates.ISO not in best, column.filled)


def _meant(cells: list[str], form: Dates) -> tuple[str, str] | None:
    for cell in cells:
        try:
            return cell, formats.day(day_of(read_day(cell, form)), "long")
        except Bad:
            continue
    return None
