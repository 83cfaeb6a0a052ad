"""Named queries of a seller's first page: what moved, what will fall, what is worth doing, what is planned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import Kind, RecordKind, Status
from relationship.store.activities.activity_tables import Activity, RecordActivity
from relationship.store.crm.record_tables import Record
from relationship.store.lists.list_filters import in_own_currency, sold_by
from relationship.store.lists.record_lists import RecordRow, record_rows
from relationship.store.privacy.excluded_names import left_out_by_name, unhidden
from relationship.store.ratings import rating_changes
from relationship.store.ratings.rating_changes import Change
from relationship.store.ratings.rating_tables import Health
from relationship.store.reading.reading_scope import Scope, may_be_read, owned_by
from relationship.store.tables import table

_record = table(Record)
_health = table(Health)
_activity = table(Activity)
_link = table(RecordActivity)
_deal = RecordKind.OPPORTUNITY
# More than a person works on; a statement takes a limited number of parameters.
MOST_DEALS = 2_000


@dataclass(frozen=True, slots=True)
class Contact:
    """What came from the customer or was held together: how many of a kind on an opportunity, and the latest."""

    guid: str
    name: str
    kind: str
    count: int
    latest: datetime


@dataclass(frozen=True, slots=True)
class Planned:
    """An activity that lies ahead, on one of the opportunities that it belongs to."""

    guid: str
    name: str
    kind: str
    at: datetime
    minutes: int | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An opportunity that may need something: what its urgency is worked out from, and what its rules hang on.

    value  in the organisation's own currency
    """

    record_id: int
    guid: str
    value: float
    score: int
    falls_on: date | None
    trend_points: float | None
    close_on: date | None
    created_on: date
    segment: str
    team_guid: str | None


def mine(conn: Connection, scope: Scope, colleague_key: str) -> list[int]:
    """The open opportunities that somebody owns, or sells in the sales team, and may read; the most valuable ones
    where there are more than MOST_DEALS. What the rules leave out is not among them."""
    query = (
        sa.select(_record.c.id)
        .where(
            _record.c.kind == _deal.value,
            _record.c.status == "open",
            sa.or_(owned_by(colleague_key), sold_by(colleague_key)),
            may_be_read(scope, _deal),
            sa.not_(left_out_by_name(_record.c.kind, _record.c.guid)),
        )
        .order_by(sa.func.coalesce(in_own_currency(_record.c.value), 0.0).desc(), _record.c.id)
        .limit(MOST_DEALS)
    )
    return list(conn.scalars(query))


def moved(conn: Connection, deals: Sequence[int], *, since: int, limit: int) -> list[Change]:
    """The changes of rating and trend announced from a day number on, the latest first."""
    return rating_changes.of_records(conn, deals, since=since, limit=limit)


def contacts(conn: Connection, deals: Sequence[int], *, since: int, limit: int) -> tuple[Contact, ...]:
    """Mail from the customer, meetings and calls since a day number, the latest first."""
    from_them = sa.or_(
        sa.and_(_link.c.kind == Kind.EMAIL.value, _link.c.theirs > 0),
        _link.c.kind.in_([Kind.MEETING.value, Kind.CALL.value]),
    )
    latest = sa.func.max(_activity.c.at, type_=_activity.c.at.type)
    query = (
        sa.select(_record.c.guid, _record.c.name, _link.c.kind, sa.func.count(), latest)
        .select_from(_joined())
        .where(
            _link.c.day >= since,
            _link.c.status == Status.DONE.value,
            from_them,
            unhidden(_link.c.activity_id),
            _record.c.id.in_(deals),
        )
        .group_by(_record.c.guid, _record.c.name, _link.c.kind)
        .order_by(latest.desc(), _record.c.guid)
        .limit(limit)
    )
    return tuple(Contact(*row) for row in conn.execute(query))


def planned(
    conn: Connection, deals: Sequence[int], *, between: tuple[datetime, datetime], limit: int
) -> tuple[Planned, ...]:
    """Activities that lie between two instants, each once, by time."""
    first, last = between
    query = (
        sa.select(
            sa.func.min(_record.c.guid),
            sa.func.min(_record.c.name),
            _activity.c.kind,
            _activity.c.at,
            _activity.c.minutes,
        )
        .select_from(_joined())
        .where(
            _activity.c.at >= first,
            _activity.c.at < last,
            _link.c.status == Status.PLANNED.value,
            unhidden(_link.c.activity_id),
            _record.c.id.in_(deals),
        )
        .group_by(_activity.c.id, _activity.c.kind, _activity.c.at, _activity.c.minutes)
        .order_by(_activity.c.at, _activity.c.id)
        .limit(limit)
    )
    return tuple(Planned(*row) for row in conn.execute(query))


def falling(conn: Connection, deals: Sequence[int], *, days: tuple[date, date], limit: int) -> tuple[RecordRow, ...]:
    """What falls to a lower rating from the first to the second day if nothing happens, the soonest first."""
    query = (
        sa.select(_record.c.id)
        .select_from(_rated())
        .where(_health.c.falls_on.between(*days), _health.c.closed.is_(False), _record.c.id.in_(deals))
        .order_by(_health.c.falls_on, sa.func.coalesce(in_own_currency(_record.c.value), 0.0).desc(), _record.c.id)
        .limit(limit)
    )
    return record_rows(conn, list(conn.scalars(query)))


def candidates(conn: Connection, deals: Sequence[int], *, limit: int) -> tuple[Candidate, ...]:
    """The rated opportunities of highest value."""
    r, h = _record.c, _health.c
    query: sa.Select[Any] = (
        sa.select(
            r.id, r.guid, sa.func.coalesce(in_own_currency(r.value), 0.0), h.score, h.falls_on, h.trend_points,
            r.close_on, r.created_on, r.segment, r.team_guid,
        )
        .select_from(_rated())
        .where(h.score.is_not(None), h.state == "rated", h.closed.is_(False), _record.c.id.in_(deals))
        .order_by(sa.func.coalesce(in_own_currency(r.value), 0.0).desc(), r.id)
        .limit(limit)
    )  # fmt: skip
    return tuple(Candidate(*row) for row in conn.execute(query))


def rows(conn: Connection, record_ids: Sequence[int]) -> tuple[RecordRow, ...]:
    """The lines of these opportunities."""
    return record_rows(conn, record_ids)


def _rated() -> Any:
    return _record.join(_health, _health.c.record_id == _record.c.id)


def _joined() -> Any:
    return _link.join(_record, _record.c.id == _link.c.record_id).join(_activity, _activity.c.id == _link.c.activity_id)
