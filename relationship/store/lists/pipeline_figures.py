"""Named queries of the pipeline page: figures by rating, closing date and group, and who stood in the pipeline when."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.store.crm.record_tables import Record
from relationship.store.lists.list_filters import Filters, listed, rating_of_row
from relationship.store.reading.reading_scope import Scope, may_be_read
from relationship.store.tables import table

Grouping = Literal["team", "segment"]

_record = table(Record)
_deal = RecordKind.OPPORTUNITY
_GROUPS: dict[Grouping, sa.ColumnElement[str]] = {"team": _record.c.team_name, "segment": _record.c.segment}


@dataclass(frozen=True, slots=True)
class ByDay:
    """The opportunities of one rating that close on one day (None: without a date), in one currency."""

    day: date | None
    rating: str
    currency: str
    count: int
    value: float


@dataclass(frozen=True, slots=True)
class ByGroup:
    """The opportunities of one rating in one group, in one currency; group: '' for none."""

    group: str
    rating: str
    currency: str
    count: int
    value: float


@dataclass(frozen=True, slots=True)
class Stay:
    """How long an opportunity stood in the pipeline; closed_on: None while it is open. guid, segment and team_guid
    decide the frequency expected of it."""

    record_id: int
    created_on: date
    closed_on: date | None
    guid: str
    segment: str
    team_guid: str | None


def by_day(conn: Connection, scope: Scope, filters: Filters) -> tuple[ByDay, ...]:
    return tuple(ByDay(*row) for row in conn.execute(_grouped(scope, filters, _record.c.close_on)))


def by_group(conn: Connection, scope: Scope, filters: Filters, grouping: Grouping) -> tuple[ByGroup, ...]:
    return tuple(ByGroup(*row) for row in conn.execute(_grouped(scope, filters, _GROUPS[grouping])))


def people(conn: Connection, scope: Scope, filters: Filters, grouping: Grouping) -> dict[str, frozenset[str]]:
    """Who owns opportunities of each group."""
    group = _GROUPS[grouping]
    query = listed(_deal, scope, filters).with_only_columns(group, _record.c.owner_guid).distinct()
    found: dict[str, set[str]] = {}
    for name, owner in conn.execute(query):
        found.setdefault(name, set()).update({owner} - {None})
    return {name: frozenset(owners) for name, owners in found.items()}


def stays(conn: Connection, scope: Scope, filters: Filters, *, since: date) -> tuple[Stay, ...]:
    """The opportunities that were open at any time since a day, by id. Of the filters only team and segment count."""
    r = _record.c
    conditions = [r.kind == _deal.value, may_be_read(scope, _deal)]
    conditions.append(sa.or_(r.status == "open", r.closed_on >= since))
    if filters.team:
        conditions.append(r.team_name == filters.team)
    if filters.segment:
        conditions.append(r.segment == filters.segment)
    query = sa.select(
        r.id, r.created_on, sa.case((r.status == "open", None), else_=r.closed_on), r.guid, r.segment, r.team_guid
    )
    return tuple(Stay(*row) for row in conn.execute(query.where(*conditions).order_by(r.id)))


def _grouped(scope: Scope, filters: Filters, by: sa.ColumnElement[Any]) -> sa.Select[Any]:
    return (
        listed(_deal, scope, filters)
        .with_only_columns(
            by, rating_of_row, _record.c.currency, sa.func.count(), sa.func.coalesce(sa.func.sum(_record.c.value), 0.0)
        )
        .group_by(by, rating_of_row, _record.c.currency)
        .order_by(by, rating_of_row, _record.c.currency)
    )
