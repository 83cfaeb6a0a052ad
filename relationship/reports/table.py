"""Working a report out: facts of accounts in columns in, lines or groups with figures out."""

import math
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from relationship.reports.columns import COLUMNS, Kind
from relationship.reports.definition import COUNT, GROUP, Condition, Definition, Figure, How, Op

T = TypeVar("T")
Value = str | int | float | bool | date | None


@dataclass(frozen=True, slots=True)
class Frame:
    """Facts of accounts, all lists of one length.

    guids       of the accounts
    values      by column, at least those that the report needs
    currencies  of each money column
    today       for conditions that count from it
    """

    guids: Sequence[str]
    values: Mapping[str, Sequence[Value]]
    currencies: Mapping[str, Sequence[str]]
    today: date


@dataclass(frozen=True, slots=True)
class Head:
    """What stands over a column of the table: one of the report, the group, the count, or a figure. currency: of a
    figure of money, which has a column for each."""

    key: str
    how: How | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """values: as the heads; guid: of the account, '' for a group; currencies: of the values, '' for no money."""

    values: tuple[Value, ...]
    guid: str = ""
    currencies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportTable:
    """accounts: how many there are in it; totals: figures over all, with their heads; none without figures, and none
    beside groups whose figures are all there is."""

    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    accounts: int
    total_heads: tuple[Head, ...] = ()
    totals: tuple[Value, ...] = ()

    @property
    def is_grouped(self) -> bool:
        return any(head.key == COUNT for head in self.heads)


def work_out(definition: Definition, frame: Frame) -> ReportTable:
    """The report over these accounts."""
    tests = [_test(one, frame) for one in definition.conditions]
    chosen = [place for place in range(len(frame.guids)) if all(test(place) for test in tests)]
    figure_heads = _figure_heads(definition.figures, frame, chosen)
    totals = _figures(figure_heads, frame, chosen)
    if definition.group:
        heads, lines = _grouped(definition, frame, chosen, figure_heads)
        return ReportTable(heads, lines, len(chosen), (Head(COUNT), *figure_heads), (len(chosen), *totals))
    lines = _listed(definition, frame, chosen)
    heads = tuple(Head(key) for key in definition.columns)
    return ReportTable(heads, lines, len(chosen), figure_heads, totals)


def _listed(definition: Definition, frame: Frame, chosen: list[int]) -> tuple[Line, ...]:
    sort = definition.sort or definition.columns[0]
    order = _sorted(chosen, lambda place: frame.values[sort][place], COLUMNS[sort].choices, definition.descending)
    columns = [frame.values[key] for key in definition.columns]
    moneys = [frame.currencies.get(key) for key in definition.columns]
    return tuple(
        Line(
            tuple(column[place] for column in columns),
            frame.guids[place],
            tuple(money[place] if money else "" for money in moneys),
        )
        for place in order
    )


def _grouped(
    definition: Definition, frame: Frame, chosen: list[int], figure_heads: tuple[Head, ...]
) -> tuple[tuple[Head, ...], tuple[Line, ...]]:
    column = COLUMNS[definition.group]
    groups: dict[Value, list[int]] = {}
    for place in chosen:
        groups.setdefault(_group(frame.values[column.key][place], column.kind), []).append(place)
    lines = [
        Line((name, len(places), *_figures(figure_heads, frame, places)), currencies=())
        for name, places in groups.items()
    ]
    heads = (Head(column.key), Head(COUNT), *figure_heads)
    place = _sorted_place(definition, heads)
    choices = column.choices if place == 0 else ()
    return heads, tuple(_sorted(lines, lambda line: line.values[place], choices, definition.descending))


def _sorted_place(definition: Definition, heads: tuple[Head, ...]) -> int:
    if definition.sort in ("", GROUP):
        return 0
    if definition.sort == COUNT:
        return 1
    keys = [f"{head.how}:{head.key}" for head in heads]
    return keys.index(definition.sort) if definition.sort in keys else 0


def _group(value: Value, kind: Kind) -> Value:
    """What of a value makes the group: of a day its month."""
    if kind is Kind.DAY and isinstance(value, date):
        return value.replace(day=1)
    return None if value == "" else value


def _figure_heads(figures: Iterable[Figure], frame: Frame, chosen: list[int]) -> tuple[Head, ...]:
    heads: list[Head] = []
    for one in figures:
        if COLUMNS[one.column].kind is not Kind.MONEY:
            heads.append(Head(one.column, one.how))
            continue
        values, currencies = frame.values[one.column], frame.currencies[one.column]
        found: dict[str, int] = {}
        for place in chosen:
            if values[place] is not None:
                found[currencies[place]] = found.get(currencies[place], 0) + 1
        ordered = sorted(found, key=lambda currency: (-found[currency], currency))
        heads += [Head(one.column, one.how, currency) for currency in ordered or [""]]
    return tuple(heads)


def _figures(heads: Iterable[Head], frame: Frame, places: Iterable[int]) -> tuple[Value, ...]:
    return tuple(_figure(head, frame, places) for head in heads)


def _figure(head: Head, frame: Frame, places: Iterable[int]) -> float | None:
    values, currencies = frame.values[head.key], frame.currencies.get(head.key)
    told = [
        float(value)
        for place in places
        if isinstance(value := values[place], int | float)
        and (currencies is None or currencies[place] == head.currency)
    ]
    if not told:
        return None
    total = math.fsum(told)
    return total if head.how is How.SUM else total / len(told)


def _sorted(items: Iterable[T], value: Callable[[T], Value], choices: tuple[str, ...], descending: bool) -> list[T]:
    """Items in the order of a value; those without one come last, whatever the direction; equals stay as they are."""
    told: list[T] = []
    untold: list[T] = []
    for item in items:
        (untold if value(item) in (None, "") else told).append(item)
    ranks = {choice: rank for rank, choice in enumerate(choices)}

    def key(item: T) -> tuple[float, str]:
        found = value(item)
        return _rank(ranks.get(found, len(ranks)) if ranks and isinstance(found, str) else found)

    return sorted(told, key=key, reverse=descending) + untold


def _rank(value: Value) -> tuple[float, str]:
    """What the values of one column are compared by: they are all texts, all days or all numbers."""
    if isinstance(value, str):
        return 0.0, folded(value)
    if isinstance(value, date):
        return float(value.toordinal()), ""
    return float(value or 0), ""


def folded(text: str) -> str:
    """A text without case and accents.

    >>> folded("Écluse")
    'ecluse'
    """
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in bare if not unicodedata.combining(sign))


def _test(condition: Condition, frame: Frame) -> Callable[[int], bool]:
    """Whether the account at a place holds the condition. Without a value only EMPTY and IS_NOT hold."""
    values, wanted = frame.values[condition.column], condition.value
    match condition.op:
        case Op.EMPTY:
            return lambda place: values[place] in (None, "")
        case Op.FILLED:
            return lambda place: values[place] not in (None, "")
        case Op.CONTAINS:
            part = folded(wanted)
            return lambda place: part in folded(str(values[place] or ""))
        case Op.NEXT | Op.PAST:
            days = timedelta(days=int(wanted))
            first = frame.today if condition.op is Op.NEXT else frame.today - days
            last = first + days
            return lambda place: isinstance(day := values[place], date) and first <= day <= last
    limit = _limit(condition)
    if condition.op is Op.IS_NOT:
        return lambda place: _same(values[place]) != limit
    if condition.op is Op.IS:
        return lambda place: _same(values[place]) == limit
    if condition.op is Op.LEAST:
        return lambda place: values[place] is not None and _rank(values[place]) >= _rank(limit)
    return lambda place: values[place] is not None and _rank(values[place]) <= _rank(limit)


def _limit(condition: Condition) -> Value:
    kind = COLUMNS[condition.column].kind
    match kind:
        case Kind.DAY:
            return date.fromisoformat(condition.value)
        case Kind.FLAG:
            return condition.value == "true"
        case Kind.WORD | Kind.TEXT:
            return folded(condition.value.strip())
        case _:
            return float(condition.value)


def _same(value: Value) -> Value:
    return folded(value) if isinstance(value, str) else value
