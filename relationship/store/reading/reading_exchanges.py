"""Named queries of a record's activities, as its key figures need them: added up by the database.

A period is two day numbers, both included. What counts for a record was decided when `record_activity` was filled.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import Kind, Role, Status
from relationship.health.kpis.effort import Exchange
from relationship.health.kpis.replies import Mail
from relationship.store.activities.activity_tables import Activity, ActivityParty, RecordActivity
from relationship.store.crm.record_tables import Address
from relationship.store.tables import table

_activity = table(Activity)
_party = table(ActivityParty)
_address = table(Address)
_link = table(RecordActivity)


@dataclass(frozen=True, slots=True)
class Period:
    """since, until: day numbers, both included."""

    since: int
    until: int


@dataclass(frozen=True, slots=True)
class LatestActivity:
    """The latest activity: its kind, when it was, and whose act it was (a meeting is of both)."""

    kind: str
    at: datetime
    ours: bool
    theirs: bool


def in_period(record_id: int, period: Period) -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions on `record_activity` for what took place in a period."""
    return (
        _link.c.record_id == record_id,
        _link.c.status == Status.DONE.value,
        _link.c.day.between(period.since, period.until),
    )


def exchanges(conn: Connection, record_id: int, period: Period) -> list[Exchange]:
    """Meetings and calls of a period; alike ones together.

    A colleague who invited or called makes it ours, whoever he is; every colleague on a meeting was there.
    """
    begun = sa.and_(_party.c.role == Role.FROM.value, _address.c.colleague_id.is_not(None))
    each = (
        sa.select(
            _link.c.kind,
            sa.func.max(sa.case((begun, 1), else_=0)).label("ours"),
            (_link.c.ours * _link.c.theirs).label("together"),
            _activity.c.minutes,
            sa.func.count(sa.distinct(_address.c.colleague_id)).label("colleagues"),
        )
        .select_from(
            _link.join(_activity, _activity.c.id == _link.c.activity_id)
            .outerjoin(_party, _party.c.activity_id == _activity.c.id)
            .outerjoin(_address, _address.c.id == _party.c.address_id)
        )
        .where(*in_period(record_id, period), _link.c.kind.in_([Kind.MEETING.value, Kind.CALL.value]))
        .group_by(_activity.c.id, _link.c.kind, _link.c.ours, _link.c.theirs, _activity.c.minutes)
        .subquery("each")
    )
    alike = (each.c.kind, each.c.ours, each.c.together, each.c.minutes, each.c.colleagues)
    rows = conn.execute(sa.select(*alike, sa.func.count()).group_by(*alike).order_by(*alike))
    return [
        Exchange(Kind(kind), bool(ours), bool(together), minutes, colleagues, count)
        for kind, ours, together, minutes, colleagues, count in rows
    ]


def day_counts(conn: Connection, record_id: int, period: Period) -> list[tuple[int, str, int]]:
    """How many activities of each kind took place on each day, as (day, kind, how many)."""
    query = (
        sa.select(_link.c.day, _link.c.kind, sa.func.count())
        .where(*in_period(record_id, period))
        .group_by(_link.c.day, _link.c.kind)
    )
    return [(day, kind, count) for day, kind, count in conn.execute(query)]


def mails(conn: Connection, record_id: int, period: Period, *, most: int) -> list[Mail]:
    """The latest e-mails of a period, at most so many, oldest first, with their writer and whom of the other side they address.

    A colleague is one person with all his addresses, and has a negative number: minus `colleague.id`. Somebody
    outside is an address.
    """
    latest = (
        sa.select(_link.c.activity_id, _link.c.ours)
        .where(*in_period(record_id, period), _link.c.kind == Kind.EMAIL.value)
        .order_by(_link.c.day.desc(), _link.c.activity_id.desc())
        .limit(most)
        .subquery("latest")
    )
    person = sa.func.coalesce(-_address.c.colleague_id, _address.c.id)
    query = sa.select(latest.c.activity_id, latest.c.ours, _activity.c.at, _party.c.role, person).select_from(
        latest.join(_activity, _activity.c.id == latest.c.activity_id)
        .join(_party, _party.c.activity_id == _activity.c.id)
        .join(_address, _address.c.id == _party.c.address_id)
    )
    heads: dict[int, tuple[bool, datetime]] = {}
    writers: dict[int, int] = {}
    addressed: dict[int, set[int]] = defaultdict(set)
    rows: Any = conn.execute(query)
    for number, ours, at, role, who in rows:
        heads[number] = (bool(ours), at)
        if role == Role.FROM.value:
            writers[number] = min(who, writers.get(number, who))
        elif (who < 0) is not bool(ours):
            addressed[number].add(who)
    return [
        Mail(at, ours, writers[number], frozenset(addressed[number]))
        for number, (ours, at) in sorted(heads.items(), key=lambda one: (one[1][1], one[0]))
        if number in writers
    ]


def latest(conn: Connection, record_id: int, until: int) -> LatestActivity | None:
    """The latest activity that took place by a day (included); of several at one moment the first kind by name."""
    last_day = (
        sa.select(sa.func.max(_link.c.day))
        .where(_link.c.record_id == record_id, _link.c.status == Status.DONE.value, _link.c.day <= until)
        .scalar_subquery()
    )
    query = (
        sa.select(_link.c.kind, _activity.c.at, _link.c.ours, _link.c.theirs)
        .select_from(_link.join(_activity, _activity.c.id == _link.c.activity_id))
        .where(_link.c.record_id == record_id, _link.c.status == Status.DONE.value, _link.c.day == last_day)
        .order_by(_activity.c.at.desc(), _link.c.kind, _activity.c.key)
        .limit(1)
    )
    row = conn.execute(query).one_or_none()
    return LatestActivity(row[0], row[1], bool(row[2]), bool(row[3])) if row else None
