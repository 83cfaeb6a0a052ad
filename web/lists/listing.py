"""What the address of a list of records asks for: filters, columns, order, page. Everything is in it, nothing
elsewhere, and nothing of it names a person."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from werkzeug.datastructures import MultiDict

from relationship.store.lists.list_filters import Column, Filters

RATINGS = ("good", "fair", "poor", "none")
TRENDS = ("improving", "steady", "declining")
STATES = ("", "rated", "not_enough_information", "no_closed_activity", "source_degraded", "nothing_in_window")
OWNERS = ("all", "me", "sold")
CLOSINGS = ("", "late", "7", "30", "90")
NEXT = ("", "planned", "none")
# Days with or, neglected, without an activity.
ACTIVE = ("", "7", "30", "quiet14", "quiet30", "quiet60", "quiet90")
FALLING = ("", "7", "30")
HEALTHS = ("", "healthy", "at_risk", "escalated")
LEAVING = ("", "yes", "no")
# Days within which a contract is renewed, or whether that day has passed.
RENEWALS = ("", "30", "90", "180", "past")
LEAST_SCORES = ("", "50", "70", "85")
MOODS = ("", "warm", "calm", "cold", "none")
SIZES = (25, 50, 100)
LONGEST_SEARCH = 100
LONGEST_NAME = 200
MOST_WORDS = 6
LARGEST_WORTH = 1e12
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class BadAddress(ValueError):
    """The address asks for something that the list does not know."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the list of one kind of record offers; without a wish it shows the first status in the order of `column`.

    columns   what can be sorted by;  fields: what can be shown besides the name;  shown: those shown at first
    closings  wishes about the closing date, the empty one alone where the kind has none;  worth: it has values
    customers   it has health fields, a renewal date, scores
    """

    statuses: tuple[str, ...]
    columns: tuple[Column, ...]
    column: Column
    fields: tuple[str, ...]
    shown: tuple[str, ...]
    closings: tuple[str, ...] = ("",)
    worth: bool = False
    customers: bool = False

    @property
    def start(self) -> "ListQuery":
        """The list as it is shown without a wish."""
        return ListQuery(self, status=self.statuses[0], column=self.column, fields=self.shown)


@dataclass(frozen=True, slots=True)
class ListQuery:
    """One state of a list. following: with or without a next activity; fields: what is shown besides the name;
    least, most: worth; health, leaving: of the health fields; renewal: days until; churn, upsell: least score; mood;
    place: signed cursor of a page, empty for the first."""

    shape: Shape
    status: str
    column: Column
    fields: tuple[str, ...]
    ratings: tuple[str, ...] = ()
    trend: str = ""
    state: str = ""
    owner: str = "all"
    team: str = ""
    segment: str = ""
    account: str = ""
    search: str = ""
    closing: str = ""
    least: float | None = None
    most: float | None = None
    active: str = ""
    falling: str = ""
    following: str = ""
    health: str = ""
    leaving: str = ""
    renewal: str = ""
    churn: str = ""
    upsell: str = ""
    mood: str = ""
    descending: bool = True
    size: int = 50
    place: str = ""

    @property
    def sort(self) -> str:
        return f"-{self.column}" if self.descending else str(self.column)

    @property
    def narrowed(self) -> bool:
        """Whether any filter differs from what the list starts with."""
        return self._filters != self.shape.start._filters

    @property
    def narrowed_more(self) -> int:
        """How many of the filters that are folded away are set."""
        return sum(
            bool(one)
            for one in (
                self.state,
                self.team,
                self.segment,
                self.account,
                self.active,
                self.falling,
                self.following,
                self.health,
                self.leaving,
                self.renewal,
                self.churn,
                self.upsell,
                self.mood,
                self.least is not None or self.most is not None,
            )
        )

    @property
    def _filters(self) -> "ListQuery":
        start = self.shape.start
        return replace(
            self, column=start.column, descending=True, size=start.size, fields=start.fields, place=start.place
        )

    @property
    def fingerprint(self) -> str:
        """Names this list and its order, without the page: a cursor belongs to exactly one."""
        return repr(replace(self, place="", fields=()))

    def but(self, **changes: Any) -> "ListQuery":
        """The same list with something changed, from its first page."""
        return replace(self, **{"place": "", **changes})

    def toggled(self, rating: str) -> "ListQuery":
        """The list with one rating more, or less, among those shown."""
        chosen = set(self.ratings) ^ {rating}
        return self.but(ratings=tuple(name for name in RATINGS if name in chosen))

    def sorted_by(self, column: Column) -> "ListQuery":
        """The order after a click on a column: the useful direction first, then the other."""
        if column is self.column:
            return self.but(descending=not self.descending)
        return self.but(column=column, descending=column in LARGEST_FIRST)

    def with_field(self, field: str) -> "ListQuery":
        """With a column more at the end, or without it where it is shown."""
        if field in self.fields:
            return replace(self, fields=tuple(one for one in self.fields if one != field))
        return replace(self, fields=(*self.fields, field))

    def with_field_moved(self, field: str, by: int) -> "ListQuery":
        """With a column moved by so many places."""
        order = [one for one in self.fields if one != field]
        place = min(max(self.fields.index(field) + by, 0), len(order))
        return replace(self, fields=(*order[:place], field, *order[place:]))

    def arguments(self, *, ordered: bool = True) -> dict[str, Any]:
        """The address arguments of this list, with or without its order; what is as at the start is left out."""
        start = self.shape.start
        pairs = zip(self._pairs(), start._pairs(), strict=True)
        return {name: value for (name, value), (_, usual) in pairs if value != usual and (ordered or name != "sort")}

    def _pairs(self) -> list[tuple[str, Any]]:
        return [
            ("rating", list(self.ratings)),
            ("trend", self.trend),
            ("state", self.state),
            ("status", self.status),
            ("owner", self.owner),
            ("team", self.team),
            ("segment", self.segment),
            ("account", self.account),
            ("q", self.search),
            ("closing", self.closing),
            ("min", _written(self.least)),
            ("max", _written(self.most)),
            ("active", self.active),
            ("falls", self.falling),
            ("next", self.following),
            ("health", self.health),
            ("leaving", self.leaving),
            ("renewal", self.renewal),
            ("churn", self.churn),
            ("upsell", self.upsell),
            ("mood", self.mood),
            ("columns", ".".join(self.fields) or "none"),
            ("sort", self.sort),
            ("size", self.size),
            ("page", self.place),
        ]

    def filters(self, *, reader_oid: str, today: date, midnight: datetime) -> Filters:
        """The filters as the store takes them. midnight: when `today` began."""
        return Filters(
            ratings=frozenset(self.ratings),
            trends=frozenset({self.trend} - {""}),
            states=frozenset({self.state} - {""}),
            statuses=frozenset() if self.status == "all" else frozenset({self.status}),
            owner_key=reader_oid if self.owner == "me" else None,
            seller_key=reader_oid if self.owner == "sold" else None,
            team=self.team,
            segment=self.segment,
            account=self.account,
            words=tuple(self.search.split()[:MOST_WORDS]),
            closing=_closing(self.closing, today),
            worth=(self.least, self.most),
            active=_active(self.active, midnight),
            falls_until=today + timedelta(days=int(self.falling)) if self.falling else None,
            planned=_PLANNED[self.following],
            healths=frozenset({self.health} - {""}),
            leaving=_LEAVING[self.leaving],
            renewal=_closing("late" if self.renewal == "past" else self.renewal, today),
            churn_from=int(self.churn) if self.churn else None,
            upsell_from=int(self.upsell) if self.upsell else None,
            mood=self.mood,
        )

    def without_health(self) -> "ListQuery":
        """The same list for somebody who may not see the health fields of accounts."""
        fields = tuple(one for one in self.fields if one not in HEALTH_FIELDS)
        found = replace(self, fields=fields, health="", leaving="")
        if self.column not in HEALTH_COLUMNS:
            return found
        return replace(found, column=self.shape.column, descending=True)


_PLANNED = {"": None, "planned": True, "none": False}
_LEAVING = {"": None, "yes": True, "no": False}
LARGEST_FIRST = frozenset(
    {
        Column.SCORE,
        Column.TREND,
        Column.VALUE,
        Column.LAST,
        Column.STATUS_OF_HEALTH,
        Column.LEAVING,
        Column.ARR,
        Column.CHURN,
        Column.UPSELL,
        Column.MOOD,
    }
)
# What the right to list health fields opens.
HEALTH_FIELDS = frozenset({"health", "health_status", "leaving"})
HEALTH_COLUMNS = frozenset({Column.HEALTH, Column.STATUS_OF_HEALTH, Column.LEAVING})


def list_query(arguments: "MultiDict[str, str]", shape: Shape) -> ListQuery:
    """The list that an address asks for; BadAddress for a value that no control of ours produces."""
    start = shape.start
    sort = arguments.get("sort", "") or start.sort
    names = {column.value: column for column in shape.columns}
    column = names.get(sort.removeprefix("-"))
    ratings = [name for name in arguments.getlist("rating") if name]
    size = arguments.get("size", "") or str(start.size)
    if column is None or not set(ratings) <= set(RATINGS) or size not in {str(one) for one in SIZES}:
        raise BadAddress
    least, most = (_worth(arguments.get(name, ""), shape) for name in ("min", "max"))
    return ListQuery(
        shape,
        ratings=tuple(name for name in RATINGS if name in ratings),
        trend=_one_of(arguments, "trend", ("", *TRENDS)),
        state=_one_of(arguments, "state", STATES),
        status=_one_of(arguments, "status", shape.statuses),
        owner=_one_of(arguments, "owner", OWNERS),
        team=_text(arguments, "team", LONGEST_NAME),
        segment=_text(arguments, "segment", LONGEST_NAME),
        account=_guid(arguments.get("account", "")),
        search=_text(arguments, "q", LONGEST_SEARCH),
        closing=_one_of(arguments, "closing", shape.closings),
        least=least,
        most=most,
        active=_one_of(arguments, "active", ACTIVE),
        falling=_one_of(arguments, "falls", FALLING),
        following=_one_of(arguments, "next", NEXT),
        health=_one_of(arguments, "health", HEALTHS if shape.customers else ("",)),
        leaving=_one_of(arguments, "leaving", LEAVING if shape.customers else ("",)),
        renewal=_one_of(arguments, "renewal", RENEWALS if shape.customers else ("",)),
        churn=_one_of(arguments, "churn", LEAST_SCORES if shape.customers else ("",)),
        upsell=_one_of(arguments, "upsell", LEAST_SCORES if shape.customers else ("",)),
        mood=_one_of(arguments, "mood", MOODS if shape.customers else ("",)),
        fields=_fields(arguments.get("columns", ""), shape),
        column=column,
        descending=sort.startswith("-"),
        size=int(size),
        place=arguments.get("page", ""),
    )


def _one_of(arguments: Mapping[str, str], name: str, known: Iterable[str]) -> str:
    choices = tuple(known)
    value = arguments.get(name) or choices[0]
    if value not in choices:
        raise BadAddress
    return value


def _text(arguments: Mapping[str, str], name: str, longest: int) -> str:
    return " ".join(arguments.get(name, "").replace("\x00", " ").split())[:longest]


def _guid(text: str) -> str:
    if text and not _GUID.fullmatch(text):
        raise BadAddress
    return text


def _fields(text: str, shape: Shape) -> tuple[str, ...]:
    if not text:
        return shape.shown
    wanted = tuple(one for one in text.split(".") if one != "none")
    if len(set(wanted)) != len(wanted) or not set(wanted) <= set(shape.fields):
        raise BadAddress
    return wanted


def _worth(text: str, shape: Shape) -> float | None:
    """A number as people type it, in either language: 50000, 50 000, 1500,50."""
    bare = re.sub(r"[\s\u00a0\u202f]", "", text).replace(",", ".")
    if not bare:
        return None
    try:
        value = float(bare)
    except ValueError:
        raise BadAddress from None
    if not shape.worth or not math.isfinite(value) or abs(value) > LARGEST_WORTH:
        raise BadAddress
    return value


def _written(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}".removesuffix(".00")


def _closing(wish: str, today: date) -> tuple[date | None, date | None]:
    if wish == "late":
        return None, today - timedelta(days=1)
    if wish:
        return today, today + timedelta(days=int(wish))
    return None, None


def _active(wish: str, midnight: datetime) -> tuple[datetime | None, datetime | None]:
    days = timedelta(days=int(wish.removeprefix("quiet") or 0))
    if wish.startswith("quiet"):
        return None, midnight - days
    return (midnight - days, None) if wish else (None, None)
