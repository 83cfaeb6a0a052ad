"""Named queries of the lists of records of one kind: one page of rows, the share per band, the bubbles."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import sqlakeyset
import sqlalchemy as sa
from sqlakeyset.serial import BadBookmark, InvalidPage
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.store.chunks import in_chunks
from relationship.store.excluded_names import LEFT_OUT, left_out_by_name
from relationship.store.next_activities import KIND_OF_NEXT
from relationship.store.reading_scope import Scope, may_be_read, owned_by
from relationship.store.searching import holds
from relationship.store.tables import Colleague, Health, Record, table

_record = table(Record)
_health = table(Health)
_account = _record.alias("account")
_owner = table(Colleague).alias("owner")

NO_RATING = "none"
_FAR = date(9999, 12, 31)
_LONG_AGO = date(1, 1, 1)


class Column(StrEnum):
    """What the list can be sorted by."""

    NAME = "name"
    ACCOUNT = "account"
    OWNER = "owner"
    STAGE = "stage"
    SCORE = "score"
    TREND = "trend"
    VALUE = "value"
    CLOSE = "close"
    LAST = "last"
    NEXT = "next"


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; empty sets and None mean "all".

    ratings      good, fair, poor, none (without a score)
    trends       improving, steady, declining
    statuses     as in the CRM: open, won, lost; active, inactive; open, qualified, disqualified
    owner_key    only what this colleague owns
    words        each must occur in the name of the record or of its account
    closing      closing dates from the first to the second day, either may be None
    planned      only with, or only without, a next activity
    """

    ratings: frozenset[str] = frozenset()
    trends: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    owner_key: str | None = None
    words: tuple[str, ...] = ()
    closing: tuple[date | None, date | None] = (None, None)
    planned: bool | None = None


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One line of a list. What its kind does not have is empty.

    state       also "left_out" for a record that the rules leave out: it has no rating and no activities here
    next_kind   of the next activity, None without one
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
    state: str
    closed: bool
    recent: bool
    score: int | None
    rating: str | None
    trend: str | None
    last_activity_at: datetime | None
    next_activity_at: datetime | None
    next_kind: str | None


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
    query = _ordered(kind, scope, filters, column, descending=descending).with_only_columns(_record.c.id)
    try:
        page: Any = sqlakeyset.select_page(conn, query, per_page=per_page, page=place)
    except (BadBookmark, InvalidPage) as error:
        raise ValueError("not a place in this list") from error
    paging = page.paging
    return RecordPage(
        rows=record_rows(conn, [row[0] for row in page]),
        next_place=paging.bookmark_next if paging.has_next else None,
        previous_place=paging.bookmark_previous if paging.has_previous else None,
    )


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
    query = _ordered(kind, scope, filters, column, descending=descending).with_only_columns(_record.c.id).limit(limit)
    ids = list(conn.scalars(query))
    for chunk in in_chunks(ids):
        yield from record_rows(conn, chunk)


def shares(conn: Connection, kind: RecordKind, *, scope: Scope, filters: Filters) -> Shares:
    """Number and value per rating of the list that the other filters leave."""
    query = (
        _listed(kind, scope, replace(filters, ratings=frozenset()))
        .with_only_columns(
            _rating,
            _record.c.currency,
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(_record.c.value), 0.0),
            sa.func.max(_health.c.as_of),
        )
        .group_by(_rating, _record.c.currency)
        .order_by(_rating, _record.c.currency)
    )
    rows = conn.execute(query).all()
    days = [row[4] for row in rows if row[4] is not None]
    return Shares(
        shares=tuple(Share(rating, currency, count, float(value)) for rating, currency, count, value, _ in rows),
        as_of=max(days, default=None),
    )


def largest_with_close_date(
    conn: Connection, *, scope: Scope, filters: Filters, between: tuple[date, date], limit: int
) -> tuple[RecordRow, ...]:
    """The opportunities of highest value that close between two days: what the bubble chart draws."""
    first, last = between
    query = (
        _listed(RecordKind.OPPORTUNITY, scope, filters)
        .with_only_columns(_record.c.id)
        .where(_record.c.close_on.between(first, last))
        .order_by(sa.desc(sa.func.coalesce(_record.c.value, 0.0)), _record.c.id)
        .limit(limit)
    )
    return record_rows(conn, list(conn.scalars(query)))


def any_record(conn: Connection, kind: RecordKind) -> bool:
    """Whether the CRM has given us a single record of this kind yet, of anybody."""
    query = sa.select(sa.exists().where(_record.c.kind == kind.value))
    return bool(conn.execute(query).scalar())


_owner_name = sa.func.coalesce(sa.func.nullif(_owner.c.crm_name, ""), _owner.c.name, "")
_account_name = sa.func.coalesce(_account.c.name, "")
_rating = sa.func.coalesce(_health.c.rating, NO_RATING)
_ROW_COLUMNS = (
    _record.c.kind,
    _record.c.guid,
    _record.c.name,
    _record.c.job_title,
    _record.c.segment,
    _account_name.label("account_name"),
    _owner_name.label("owner_name"),
    _record.c.stage,
    _record.c.status,
    _record.c.value,
    _record.c.currency,
    _record.c.close_on,
    sa.func.coalesce(_health.c.state, "being_computed").label("state"),
    sa.func.coalesce(_health.c.closed, sa.false()).label("closed"),
    sa.func.coalesce(_health.c.recent, sa.false()).label("recent"),
    _health.c.score,
    _health.c.rating,
    _health.c.trend,
    _health.c.last_activity_at,
    _health.c.next_activity_at,
    KIND_OF_NEXT,
)


_WITH_ACCOUNT = sa.and_(_account.c.kind == RecordKind.ACCOUNT.value, _account.c.guid == _record.c.account_guid)
_WITH_OWNER = _owner.c.systemuser_guid == _record.c.owner_guid


def record_rows(conn: Connection, ids: Sequence[int]) -> tuple[RecordRow, ...]:
    """The lines of these records, in this order.

    A list is narrowed and sorted on as few columns as it takes; names are looked up for the lines shown.
    """
    joined = (
        _record.outerjoin(_health, _health.c.record_id == _record.c.id)
        .outerjoin(_account, _WITH_ACCOUNT)
        .outerjoin(_owner, _WITH_OWNER)
    )
    out = left_out_by_name(_record.c.kind, _record.c.guid).label("left_out")
    query = sa.select(_record.c.id, out, *_ROW_COLUMNS).select_from(joined).where(_record.c.id.in_(ids))
    found: dict[int, RecordRow] = {}
    for number, is_left_out, *line in conn.execute(query):
        row = RecordRow(*line)
        found[number] = _without_activities(row) if is_left_out else row
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
    )


def _ordered(kind: RecordKind, scope: Scope, filters: Filters, column: Column, *, descending: bool) -> sa.Select[Any]:
    key = _sort_key(column, descending=descending)
    listed = _listed(kind, scope, filters, account=column is Column.ACCOUNT, owner=column is Column.OWNER)
    return listed.order_by(sa.desc(key) if descending else sa.asc(key), _record.c.id)


def _listed(
    kind: RecordKind, scope: Scope, filters: Filters, *, account: bool = False, owner: bool = False
) -> sa.Select[Any]:
    """The filtered records; names of accounts and owners are joined only where they are asked for."""
    joined = _record.outerjoin(_health, _health.c.record_id == _record.c.id)
    if account or filters.words:
        joined = joined.outerjoin(_account, _WITH_ACCOUNT)
    if owner:
        joined = joined.outerjoin(_owner, _WITH_OWNER)
    return (
        sa.select(_record.c.id)
        .select_from(joined)
        .where(_record.c.kind == kind.value, may_be_read(scope, kind), *_conditions(filters))
    )


def _conditions(filters: Filters) -> Iterator[sa.ColumnElement[bool]]:
    if filters.statuses:
        yield _record.c.status.in_(sorted(filters.statuses))
    if filters.ratings:
        yield _rating.in_(sorted(filters.ratings))
    if filters.trends:
        yield _health.c.trend.in_(sorted(filters.trends))
    if filters.owner_key is not None:
        yield owned_by(filters.owner_key)
    first, last = filters.closing
    if first is not None:
        yield _record.c.close_on >= first
    if last is not None:
        yield _record.c.close_on <= last
    if filters.planned is not None:
        missing = _health.c.next_activity_at.is_(None)
        yield sa.not_(missing) if filters.planned else missing
    for word in filters.words:
        yield holds((_record.c.name, _account.c.name), word)


def _sort_key(column: Column, *, descending: bool) -> sa.ColumnElement[Any]:
    """The expression to sort by; a missing value stands at the end, whatever the direction."""
    c, h = _record.c, _health.c
    missing_text = "" if descending else "\uffff"
    missing_score = -1 if descending else 101
    missing_number = -1e15 if descending else 1e15
    missing_date = _LONG_AGO if descending else _FAR
    keys: dict[Column, sa.ColumnElement[Any]] = {
        Column.NAME: sa.func.lower(c.name),
        Column.ACCOUNT: _text_key(_account_name, missing_text),
        Column.OWNER: _text_key(_owner_name, missing_text),
        Column.STAGE: _text_key(c.stage, missing_text),
        Column.SCORE: sa.func.coalesce(h.score, missing_score),
        Column.TREND: sa.func.coalesce(h.trend_points, float(-1000 if descending else 1000)),
        Column.VALUE: sa.func.coalesce(c.value, missing_number),
        Column.CLOSE: sa.func.coalesce(c.close_on, missing_date),
        Column.LAST: sa.func.coalesce(h.last_activity_at, _instant(missing_date)),
        Column.NEXT: sa.func.coalesce(h.next_activity_at, _instant(missing_date)),
    }
    return keys[column].label("sort_key")


def _text_key(text: sa.ColumnElement[str], missing: str) -> sa.ColumnElement[str]:
    return sa.func.coalesce(sa.func.nullif(sa.func.lower(text), ""), missing)


def _instant(day: date) -> sa.BindParameter[datetime]:
    return sa.literal(datetime(day.year, day.month, day.day, tzinfo=UTC), _health.c.last_activity_at.type)
