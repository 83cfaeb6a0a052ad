"""Named queries of the lists of records of one kind: one page of rows, the share per band, the bubbles."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlakeyset
import sqlalchemy as sa
from sqlakeyset.serial import BadBookmark, InvalidPage
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.store.activities.next_activities import KIND_OF_NEXT
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Record
from relationship.store.customers.account_figures import CustomerFigures, customers
from relationship.store.lists import list_starts
from relationship.store.lists.list_filters import (
    ACCOUNT,
    NO_RATING,
    OWNER,
    WITH_ACCOUNT,
    WITH_OWNER,
    account_name,
    in_own_currency,
    listed,
    ordered,
    owner_name,
    rating_of_row,
)
from relationship.store.lists.list_filters import Column as Column
from relationship.store.lists.list_filters import Filters as Filters
from relationship.store.privacy.excluded_names import LEFT_OUT, left_out_by_name
from relationship.store.ratings.rating_tables import Health
from relationship.store.reading.reading_scope import Scope
from relationship.store.tables import table

_record = table(Record)
_health = table(Health)
_RATINGS = ("good", "fair", "poor", NO_RATING)
# The place of the last page: read backwards from the end.
LAST_PAGE = "<"


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One line of a list. What its kind does not have is empty.

    falls_on    day the rating falls to `falls_to` if nothing happens
    state       also "left_out" for a record that the rules leave out: it has no rating and no activities here
    next_kind   of the next activity, None without one
    customer    of accounts
    """

    kind: str
    guid: str
    name: str
    job_title: str
    segment: str
    account: str
    owner: str
    stage: str
    status: str
    value: float | None
    currency: str
    close_on: date | None
    team: str
    state: str
    closed: bool
    recent: bool
    score: int | None
    rating: str | None
    trend: str | None
    last_activity_at: datetime | None
    next_activity_at: datetime | None
    next_kind: str | None
    falls_on: date | None
    falls_to: str | None
    customer: CustomerFigures | None = None


@dataclass(frozen=True, slots=True)
class RecordPage:
    """rows, and the places from which the next and the previous page are read (None at an end)."""

    rows: tuple[RecordRow, ...]
    next_place: str | None
    previous_place: str | None


@dataclass(frozen=True, slots=True)
class Share:
    """How many records have a rating, and what they are worth in one currency."""

    rating: str
    currency: str
    count: int
    value: float


@dataclass(frozen=True, slots=True)
class Shares:
    """Per rating and currency, over the whole filtered list; as_of: latest day rated, None without one."""

    shares: tuple[Share, ...]
    as_of: int | None


def record_page(
    conn: Connection,
    kind: RecordKind,
    *,
    scope: Scope,
    filters: Filters,
    column: Column,
    descending: bool,
    per_page: int,
    place: str | None = None,
) -> RecordPage:
    """One keyset page of the list. Rows without the sorted value come last in both directions.

    place   where to go on, from an earlier page with the same filters and order; ValueError if it is none
    """
    page: Any = None
    if place is None or place.startswith(">"):
        known = list_starts.start(kind, scope, filters, column, descending=descending)
        page = None if known is None else _selected(conn, known, per_page, place)
    if page is None or not page.paging.has_next:
        query = ordered(kind, scope, filters, column, descending=descending).with_only_columns(_record.c.id)
        page = _selected(conn, query, per_page, place)
    paging = page.paging
    return RecordPage(
        rows=record_rows(conn, [row[0] for row in page]),
        next_place=paging.bookmark_next if paging.has_next else None,
        previous_place=paging.bookmark_previous if paging.has_previous else None,
    )


def _selected(conn: Connection, query: sa.Select[Any], per_page: int, place: str | None) -> Any:
    try:
        return sqlakeyset.select_page(conn, query, per_page=per_page, page=place)
    except (BadBookmark, InvalidPage) as error:
        raise ValueError("not a place in this list") from error


def all_records(
    conn: Connection,
    kind: RecordKind,
    *,
    scope: Scope,
    filters: Filters,
    column: Column,
    descending: bool,
    limit: int,
) -> Iterator[RecordRow]:
    """The rows of the whole list in its order, up to `limit`, read as they are asked for."""
    query = ordered(kind, scope, filters, column, descending=descending).with_only_columns(_record.c.id).limit(limit)
    ids = list(conn.scalars(query))
    for chunk in in_chunks(ids):
        yield from record_rows(conn, chunk)


def shares(conn: Connection, kind: RecordKind, *, scope: Scope, filters: Filters) -> Shares:
    """Number and value per rating of the list that the other filters leave."""
    # One group per currency and a sum per rating: grouping by both sorts every row first.
    worth = sa.func.coalesce(_record.c.value, 0.0)
    sums = [
        sa.func.sum(sa.case((rating_of_row == rating, amount), else_=none))
        for rating in _RATINGS
        for amount, none in ((sa.literal(1), sa.literal(0)), (worth, sa.literal(0.0)))
    ]
    query = (
        listed(kind, scope, replace(filters, ratings=frozenset()))
        .with_only_columns(_record.c.currency, sa.func.max(_health.c.as_of), *sums)
        .group_by(_record.c.currency)
        .order_by(_record.c.currency)
    )
    found: list[Share] = []
    days: list[int] = []
    for currency, day, *figures in conn.execute(query):
        days += [] if day is None else [day]
        for place, rating in enumerate(_RATINGS):
            count, value = figures[2 * place : 2 * place + 2]
            found += [Share(rating, currency, count, float(value))] if count else []
    return Shares(shares=tuple(sorted(found, key=_by_rating)), as_of=max(days, default=None))


def _by_rating(share: Share) -> tuple[str, str]:
    return share.rating, share.currency


def largest_with_close_date(
    conn: Connection, *, scope: Scope, filters: Filters, between: tuple[date, date], limit: int
) -> tuple[RecordRow, ...]:
    """The opportunities of highest value that close between two days: what the bubble chart draws."""
    first, last = between
    query = (
        listed(RecordKind.OPPORTUNITY, scope, filters)
        .with_only_columns(_record.c.id)
        .where(_record.c.close_on.between(first, last))
        .order_by(sa.desc(sa.func.coalesce(in_own_currency(_record.c.value), 0.0)), _record.c.id)
        .limit(limit)
    )
    return record_rows(conn, list(conn.scalars(query)))


def any_record(conn: Connection, kind: RecordKind) -> bool:
    """Whether the CRM has given us a single record of this kind yet, of anybody."""
    query = sa.select(sa.exists().where(_record.c.kind == kind.value))
    return bool(conn.execute(query).scalar())


def more_than(conn: Connection, kind: RecordKind, number: int) -> bool:
    """Whether there are more records of this kind, of anybody; looks at no more of them than that."""
    some = sa.select(sa.literal(1)).where(_record.c.kind == kind.value).limit(number + 1).subquery()
    return (conn.scalar(sa.select(sa.func.count()).select_from(some)) or 0) > number


_ROW_COLUMNS = (
    _record.c.kind,
    _record.c.guid,
    _record.c.name,
    _record.c.job_title,
    _record.c.segment,
    account_name.label("account_name"),
    owner_name.label("owner_name"),
    _record.c.stage,
    _record.c.status,
    _record.c.value,
    _record.c.currency,
    _record.c.close_on,
    _record.c.team_name,
    sa.func.coalesce(_health.c.state, "being_computed").label("state"),
    sa.func.coalesce(_health.c.closed, sa.false()).label("closed"),
    sa.func.coalesce(_health.c.recent, sa.false()).label("recent"),
    _health.c.score,
    _health.c.rating,
    _health.c.trend,
    _health.c.last_activity_at,
    _health.c.next_activity_at,
    KIND_OF_NEXT,
    _health.c.falls_on,
    _health.c.falls_to,
)


def record_rows(conn: Connection, ids: Sequence[int]) -> tuple[RecordRow, ...]:
    """The lines of these records, in this order.

    A list is narrowed and sorted on as few columns as it takes; names are looked up for the lines shown.
    """
    joined = (
        _record.outerjoin(_health, _health.c.record_id == _record.c.id)
        .outerjoin(ACCOUNT, WITH_ACCOUNT)
        .outerjoin(OWNER, WITH_OWNER)
    )
    out = left_out_by_name(_record.c.kind, _record.c.guid).label("left_out")
    query = sa.select(_record.c.id, out, *_ROW_COLUMNS).select_from(joined).where(_record.c.id.in_(ids))
    found: dict[int, RecordRow] = {}
    for number, is_left_out, *line in conn.execute(query):
        row = RecordRow(*line)
        found[number] = _without_activities(row) if is_left_out else row
    accounts = [number for number, row in found.items() if row.kind == RecordKind.ACCOUNT.value]
    for number, customer in customers(conn, accounts).items():
        found[number] = replace(found[number], customer=customer)
    return tuple(found[number] for number in ids)


def _without_activities(row: RecordRow) -> RecordRow:
    return replace(
        row,
        state=LEFT_OUT,
        recent=False,
        score=None,
        rating=None,
        trend=None,
        last_activity_at=None,
        next_activity_at=None,
        next_kind=None,
        falls_on=None,
        falls_to=None,
    )
