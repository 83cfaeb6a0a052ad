"""What the address of a list of records asks for: filters, order, page. Everything is in it, nothing elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from werkzeug.datastructures import MultiDict

from relationship.store.record_lists import Column, Filters

RATINGS = ("good", "fair", "poor", "none")
TRENDS = ("improving", "steady", "declining")
OWNERS = ("all", "me")
CLOSINGS = ("", "late", "7", "30", "90")
NEXT = ("", "planned", "none")
SIZES = (25, 50, 100)
LONGEST_SEARCH = 100
MOST_WORDS = 6


class BadAddress(ValueError):
    """The address asks for something that the list does not know."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the list of one kind of record offers; without a wish it shows the first status in the order of `column`.

    closings  wishes about the closing date, the empty one alone where the kind has none
    """

    statuses: tuple[str, ...]
    columns: tuple[Column, ...]
    column: Column
    closings: tuple[str, ...] = ("",)

    @property
    def start(self) -> "ListQuery":
        """The list as it is shown without a wish."""
        return ListQuery(self, status=self.statuses[0], column=self.column)


@dataclass(frozen=True, slots=True)
class ListQuery:
    """One state of a list. following: with or without a next activity; place: signed cursor of a page, empty for
    the first."""

    shape: Shape
    status: str
    column: Column
    ratings: tuple[str, ...] = ()
    trend: str = ""
    owner: str = "all"
    search: str = ""
    closing: str = ""
    following: str = ""
    descending: bool = True
    size: int = 50
    place: str = ""

    @property
    def sort(self) -> str:
        return f"-{self.column}" if self.descending else str(self.column)

    @property
    def narrowed(self) -> bool:
        """Whether any filter differs from what the list starts with."""
        start = replace(self.shape.start, column=self.column, descending=self.descending, size=self.size)
        return self.fingerprint != start.fingerprint

    @property
    def fingerprint(self) -> str:
        """Names this list and its order, without the page: a cursor belongs to exactly one."""
        return repr(replace(self, place=""))

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

    def arguments(self, *, ordered: bool = True) -> dict[str, Any]:
        """The address arguments of this list, with or without its order; what is as at the start is left out."""
        start = self.shape.start
        pairs: dict[str, tuple[Any, Any]] = {
            "rating": (list(self.ratings), list(start.ratings)),
            "trend": (self.trend, start.trend),
            "status": (self.status, start.status),
            "owner": (self.owner, start.owner),
            "q": (self.search, start.search),
            "closing": (self.closing, start.closing),
            "next": (self.following, start.following),
            "sort": (self.sort, start.sort),
            "size": (self.size, start.size),
            "page": (self.place, start.place),
        }
        wanted = pairs.items() if ordered else [pair for pair in pairs.items() if pair[0] != "sort"]
        return {name: value for name, (value, usual) in wanted if value != usual}

    def filters(self, *, reader_oid: str, today: date) -> Filters:
        """The filters as the store takes them."""
        return Filters(
            ratings=frozenset(self.ratings),
            trends=frozenset({self.trend} - {""}),
            statuses=frozenset() if self.status == "all" else frozenset({self.status}),
            owner_key=reader_oid if self.owner == "me" else None,
            words=tuple(self.search.split()[:MOST_WORDS]),
            closing=_closing(self.closing, today),
            planned=_PLANNED[self.following],
        )


_PLANNED = {"": None, "planned": True, "none": False}
LARGEST_FIRST = frozenset({Column.SCORE, Column.TREND, Column.VALUE, Column.LAST})


def list_query(arguments: "MultiDict[str, str]", shape: Shape) -> ListQuery:
    """The list that an address asks for; BadAddress for a value that no control of ours produces."""
    start = shape.start
    sort = arguments.get("sort", "") or start.sort
    names = {column.value: column for column in shape.columns}
    column = names.get(sort.removeprefix("-"))
    ratings = [name for name in arguments.getlist("rating") if name]
    size = arguments.get("size", "") or str(start.size)
    search = " ".join(arguments.get("q", "").replace("\x00", " ").split())
    if column is None or not set(ratings) <= set(RATINGS) or size not in {str(one) for one in SIZES}:
        raise BadAddress
    return ListQuery(
        shape,
        ratings=tuple(name for name in RATINGS if name in ratings),
        trend=_one_of(arguments, "trend", ("", *TRENDS)),
        status=_one_of(arguments, "status", shape.statuses),
        owner=_one_of(arguments, "owner", OWNERS),
        search=search[:LONGEST_SEARCH],
        closing=_one_of(arguments, "closing", shape.closings),
        following=_one_of(arguments, "next", NEXT),
        column=column,
        descending=sort.startswith("-"),
        size=int(size),
        place=arguments.get("page", ""),
    )


def _one_of(arguments: Mapping[str, str], name: str, known: tuple[str, ...]) -> str:
    value = arguments.get(name) or known[0]
    if value not in known:
        raise BadAddress
    return value


def _closing(wish: str, today: date) -> tuple[date | None, date | None]:
    if wish == "late":
        return None, today - timedelta(days=1)
    if wish:
        return today, today + timedelta(days=int(wish))
    return None, None
