"""A request for rows, read from its raw query string and its Prefer header; bad ones are refused."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote, unquote_plus

from simulator.dataverse.errors import bad_query, unknown_column
from simulator.dataverse.filters import Condition, read_filter
from simulator.dataverse.schema import Table, party_table

LARGEST_PAGE = 5000
LONGEST_QUERY = 32 * 1024
LONGEST_QUERY_IN_BATCH = 64 * 1024

_KNOWN = {
    "$select",
    "$filter",
    "$orderby",
    "$top",
    "$expand",
    "$count",
    "$apply",
    "$skiptoken",
    "$deltatoken",
}
# Decoded once and never with "+" as a blank: what was given out must come back to the letter.
_OPAQUE = {"$skiptoken", "$deltatoken"}


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the Prefer header asks for; page_size is None when it says nothing."""

    page_size: int | None = None
    track_changes: bool = False
    annotations: tuple[str, ...] = ()

    def wants(self, annotation: str) -> bool:
        """`*` asks for all annotations, `Some.Name.*` for those that begin so."""
        return any(
            asked == annotation or (asked.endswith("*") and annotation.startswith(asked[:-1]))
            for asked in self.annotations
        )


def read_preferences(headers: Iterable[str]) -> Preferences:
    """The preferences of all Prefer headers of a request; unknown ones are ignored as OData demands."""
    page_size: int | None = None
    track_changes = False
    annotations: tuple[str, ...] = ()
    for name, value in re.findall(r'([\w.-]+)(?:\s*=\s*("[^"]*"|[^,;\s]*))?', ",".join(headers)):
        match name.lower():
            case "odata.maxpagesize" | "maxpagesize":
                if not re.fullmatch(r"[1-9]\d{0,8}", value):
                    raise bad_query("The value of the preference odata.maxpagesize is not a positive integer.")
                page_size = min(int(value), LARGEST_PAGE)
            case "odata.track-changes":
                track_changes = True
            case "odata.include-annotations":
                annotations = tuple(part.strip() for part in value.strip('"').split(",") if part.strip())
    return Preferences(page_size, track_changes, annotations)


@dataclass(frozen=True, slots=True)
class Expansion:
    """The party list asked for with every activity. select: its columns, all when empty."""

    name: str
    select: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowQuery:
    """select: columns asked for, all when empty; raw: the query as sent, without paging options."""

    select: tuple[str, ...] = ()
    expand: Expansion | None = None
    filter: Condition | None = None
    order: tuple[str, bool] | None = None
    top: int | None = None
    count: bool = False
    skiptoken: str | None = None
    deltatoken: str | None = None
    raw: tuple[str, ...] = field(default=())

    def columns(self, table: Table) -> list[str]:
        return list(self.select) or table.columns


def read_query(raw_query: str, table: Table, preferences: Preferences, *, longest: int = LONGEST_QUERY) -> RowQuery:
    """The query of a list or a single row of a table; refuses what Dataverse refuses."""
    if len(raw_query) > longest:
        raise bad_query("The request URI is too long.")
    options: dict[str, str] = {}
    kept: list[str] = []
    for part in filter(None, raw_query.split("&")):
        raw_name, _, raw_value = part.partition("=")
        name = unquote_plus(raw_name)
        if not name.startswith("$"):
            continue
        if name == "$skip":
            raise bad_query("Skip Clause is not supported in CRM")
        if name not in _KNOWN:
            raise bad_query(f"The query parameter '{name}' is not supported.")
        if name in options:
            raise bad_query(
                f"Query option '{name}' was specified more than once, but it must be specified at most once."
            )
        options[name] = unquote(raw_value) if name in _OPAQUE else unquote_plus(raw_value)
        if name not in _OPAQUE:
            kept.append(part)
    _refuse_combinations(options, preferences)
    return RowQuery(
        select=_select(options.get("$select"), table),
        expand=_expand(options.get("$expand"), table),
        filter=read_filter(options["$filter"], table) if "$filter" in options else None,
        order=_order(options.get("$orderby"), table),
        top=_top(options.get("$top")),
        count=options.get("$count", "false") == "true",
        skiptoken=options.get("$skiptoken"),
        deltatoken=options.get("$deltatoken"),
        raw=tuple(kept),
    )


def _refuse_combinations(options: dict[str, str], preferences: Preferences) -> None:
    if preferences.track_changes or "$deltatoken" in options:
        for name in ("$filter", "$orderby", "$expand", "$top", "$apply", "$count"):
            if name in options:
                raise bad_query(f"The {name} query parameter is not supported when tracking changes.")
    if "$top" in options and preferences.page_size is not None:
        raise bad_query("The $top query option cannot be used together with the preference odata.maxpagesize.")
    if "$apply" in options:
        raise bad_query("The $apply query parameter is not supported by this organisation.")


def _select(text: str | None, table: Table) -> tuple[str, ...]:
    if text is None:
        return ()
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if not table.knows(name):
            raise unknown_column(name, table)
    return tuple(dict.fromkeys(names))


def _expand(text: str | None, table: Table) -> Expansion | None:
    """The party list of an activity, with or without a $select; this organisation expands nothing else."""
    if text is None:
        return None
    found = re.fullmatch(r"\s*(\w+)\s*(?:\(\s*\$select=([^();]*)\))?\s*", text)
    if not found:
        raise bad_query("The $expand expression is not supported by this organisation.")
    if found[1] != f"{table.logical_name}_activity_parties" or not table.knows("activityid"):
        raise unknown_column(found[1], table)
    return Expansion(found[1], _select(found[2], party_table()))


def _order(text: str | None, table: Table) -> tuple[str, bool] | None:
    """Column and whether descending."""
    if text is None:
        return None
    found = re.fullmatch(r"\s*(\w+)(?:\s+(asc|desc))?\s*", text)
    if not found:
        raise bad_query("The $orderby expression is not supported by this organisation.")
    if not table.knows(found[1]):
        raise unknown_column(found[1], table)
    return found[1], found[2] == "desc"


def _top(text: str | None) -> int | None:
    if text is None:
        return None
    if not re.fullmatch(r"\d{1,9}", text):
        raise bad_query(f"Invalid value '{text}' for $top query option found.")
    return int(text)
