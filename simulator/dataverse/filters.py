"""The part of $filter that the simulated Dataverse understands: `column eq value`, `and`, `or`.

`and` binds stronger than `or`; there are no parentheses. A list of keys joined by `or` is looked up, not
searched for. Anything else is refused with the text of a syntax error.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from simulator.dataverse.errors import bad_query, unknown_column
from simulator.dataverse.schema import Ref, Table, Value

_GUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_TERM = re.compile(
    rf"\s*(?P<column>\w+)\s+eq\s+(?:(?P<guid>{_GUID})|'(?P<text>(?:[^']|'')*)'|(?P<day>\d{{4}}-\d\d-\d\d(?:T[\d:]+Z)?)"
    r"|(?P<number>-?\d+(?:\.\d+)?)|(?P<word>true|false|null))(?=\s|$)"
)
_JOINER = re.compile(r"\s+(and|or)(?=\s)|\s*$")


@dataclass(frozen=True, slots=True)
class Condition:
    """An `or` of `and`s of equalities."""

    choices: tuple[Mapping[str, Value], ...]

    def holds(self, row: Mapping[str, Value]) -> bool:
        return any(all(_same(row.get(column), wanted) for column, wanted in terms.items()) for terms in self.choices)

    def keys(self, column: str) -> list[str] | None:
        """The values of the key column when every choice names one, in order; None otherwise."""
        found = [terms.get(column) for terms in self.choices]
        return list(dict.fromkeys(key for key in found if isinstance(key, str))) if all(found) else None


def read_filter(text: str, table: Table) -> Condition:
    choices: list[dict[str, Value]] = [{}]
    place = 0
    while True:
        term = _TERM.match(text, place)
        if not term:
            raise bad_query(f"Syntax error at position {place} in '$filter'.")
        column = term["column"]
        if not table.knows(column):
            raise unknown_column(column, table)
        value = _value(term)
        if choices[-1].get(column, value) != value:
            raise bad_query(f"'{column}' stands twice in one 'and', which this organisation does not support.")
        choices[-1][column] = value
        joiner = _JOINER.match(text, term.end())
        if not joiner:
            raise bad_query(f"Syntax error at position {term.end()} in '$filter'.")
        if joiner[1] is None:
            return Condition(tuple(choices))
        if joiner[1] == "or":
            choices.append({})
        place = joiner.end()


def _value(term: re.Match[str]) -> Value:
    if term["guid"]:
        return term["guid"].lower()
    if term["text"] is not None:
        return term["text"].replace("''", "'")
    if term["day"]:
        return term["day"]
    if term["number"]:
        return float(term["number"]) if "." in term["number"] else int(term["number"])
    return {"true": True, "false": False, "null": None}[term["word"]]


def _same(have: Value, wanted: Value) -> bool:
    """Text compares without regard to case, as in Dataverse."""
    if isinstance(have, Ref):
        have = have.guid
    if isinstance(have, str) and isinstance(wanted, str):
        return have.casefold() == wanted.casefold()
    if isinstance(have, bool) or isinstance(wanted, bool):
        return have is wanted
    return have == wanted
