"""A report as its form and its address say it, and back. The address alone is enough: it can be kept and sent on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from relationship.reports.columns import COLUMNS, Kind
from relationship.reports.definition import (
    BARE,
    MOST_COLUMNS,
    MOST_CONDITIONS,
    MOST_FIGURES,
    OPS,
    Condition,
    Definition,
    Figure,
    Op,
)


@dataclass(frozen=True, slots=True)
class Typed:
    """A filter as it stands on the form. fault: why it is not applied, '' when it is or is not finished yet."""

    column: str
    op: Op
    value: str
    fault: str = ""

    @property
    def kind(self) -> Kind:
        return COLUMNS[self.column].kind

    @property
    def control(self) -> str:
        """What its value is entered with."""
        if self.op in BARE:
            return "none"
        if self.op in (Op.NEXT, Op.PAST):
            return "number"
        return {Kind.WORD: "choice", Kind.FLAG: "choice", Kind.DAY: "date", Kind.TEXT: "text"}.get(self.kind, "number")


@dataclass(frozen=True, slots=True)
class Read:
    """definition: what can be worked out; typed: all filters, also those that are not applied yet."""

    definition: Definition
    typed: tuple[Typed, ...]


def read(arguments: "MultiDict[str, str]") -> Read:
    """The report of an address or a form; what is not known in it is left out, so that an old address still opens."""
    typed = tuple(_typed(arguments))[:MOST_CONDITIONS]
    conditions = [Condition(column=one.column, op=one.op, value=one.value) for one in typed if _is_applied(one)]
    group = arguments.get("group", "")
    group = group if group in COLUMNS and COLUMNS[group].groups else ""
    columns = _columns(arguments)
    figures = tuple(dict.fromkeys(_figures(arguments)))[:MOST_FIGURES]
    wish = arguments.get("sort", "")
    values: dict[str, Any] = {
        "columns": columns or ("name",),
        "conditions": conditions,
        "group": group,
        "figures": figures,
    }
    sort = wish.removeprefix("-")
    if sort in Definition.model_validate(values).sorts:
        values |= {"sort": sort, "descending": wish.startswith("-")}
    return Read(Definition.model_validate(values), typed)


def arguments(definition: Definition) -> list[tuple[str, str]]:
    """The address of a report; `read` makes the same of it."""
    found = [("columns", ".".join(definition.columns))]
    for one in definition.conditions:
        found += [("fc", one.column), ("fo", one.op.value), ("fv", one.value)]
    if definition.group:
        found.append(("group", definition.group))
    found += [("figure", one.key) for one in definition.figures]
    if definition.sort:
        found.append(("sort", ("-" if definition.descending else "") + definition.sort))
    return found


def address(definition: Definition) -> str:
    return urlencode(arguments(definition))


def _columns(arguments: "MultiDict[str, str]") -> tuple[str, ...]:
    """In the order they had; what was ticked since comes last."""
    text = arguments.get("columns")
    kept = [key for key in dict.fromkeys((text or "").split(".")) if key in COLUMNS]
    if "ticked" in arguments:
        ticked = [key for key in arguments.getlist("column") if key in COLUMNS]
        kept = [key for key in kept if key in ticked] + [key for key in ticked if key not in kept]
    elif text is None:
        kept = list(Definition().columns)
    return tuple(kept[:MOST_COLUMNS])


def _figures(arguments: "MultiDict[str, str]") -> Iterator[Figure]:
    for text in arguments.getlist("figure"):
        how, _colon, column = text.partition(":")
        try:
            yield Figure.model_validate({"column": column, "how": how})
        except ValidationError:
            continue


def _typed(arguments: "MultiDict[str, str]") -> Iterator[Typed]:
    names, ops, values = (arguments.getlist(name) for name in ("fc", "fo", "fv"))
    for place, name in enumerate(names):
        if name not in COLUMNS:
            continue
        kind = COLUMNS[name].kind
        wish = ops[place] if place < len(ops) else ""
        op = Op(wish) if wish in OPS[kind] else OPS[kind][0]
        value = values[place].strip() if place < len(values) and op not in BARE else ""
        if kind not in (Kind.TEXT, Kind.WORD, Kind.FLAG, Kind.DAY):
            value = "".join(value.split()).replace("\u00a0", "").replace("\u202f", "").replace(",", ".")
        if not value and kind in (Kind.WORD, Kind.FLAG) and op not in BARE:
            value = COLUMNS[name].choices[0] if kind is Kind.WORD else "true"
        yield _checked(name, op, value)


def _checked(name: str, op: Op, value: str) -> Typed:
    try:
        Condition(column=name, op=op, value=value)
    except ValidationError:
        kind = COLUMNS[name].kind
        if kind is Kind.WORD:
            return Typed(name, op, COLUMNS[name].choices[0])
        if kind is Kind.FLAG:
            return Typed(name, op, "true")
        return Typed(name, op, value, "value_unfit" if value else "unfinished")
    return Typed(name, op, value)


def _is_applied(one: Typed) -> bool:
    return not one.fault
