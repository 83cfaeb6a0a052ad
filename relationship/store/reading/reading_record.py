"""Named queries of the page of one record: the record with its rating, and its activities."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlakeyset
import sqlalchemy as sa
from sqlakeyset.serial import BadBookmark, InvalidPage
from sqlalchemy import Connection

from relationship.activities import RecordKind, Status
from relationship.store import deployment
from relationship.store.activities.activity_tables import Activity, ActivityParty, RecordActivity
from relationship.store.activities.next_activities import KIND_OF_NEXT
from relationship.store.crm.record_tables import Colleague, Record
from relationship.store.privacy.excluded_names import left_out_by_name, unhidden
from relationship.store.ratings.rating_tables import Health
from relationship.store.reading.reading_scope import Scope, may_be_read
from relationship.store.tables import table

_record = table(Record)
_health = table(Health)
_activity = table(Activity)
_party = table(ActivityParty)
_link = table(RecordActivity)
_account = _record.alias("account")
_owner = table(Colleague).alias("owner")


@dataclass(frozen=True, slots=True)
class RatedRecord:
    """One record with its latest rating; what its kind does not have is empty.

    account_guid    None also for an account that the reader may not open
    read_from       first day that counts, None = everything
    left_out        by the organisation's rules: nothing of its activities may be shown
    """

    id: int
    kind: RecordKind
    guid: str
    name: str
    job_title: str
    status: str
    stage: str
    probability: int | None
    value: float | None
    currency: str
    created_on: date
    closed_on: date | None
    close_on: date | None
    contact_guid: str | None
    account_guid: str | None
    account: str
    account_contact_guid: str | None
    owner: str
    state: str
    closed: bool
    recent: bool
    score: int | None
    rating: str | None
    trend: str | None
    trend_points: float | None
    as_of: int | None
    falls_on: date | None
    falls_to: str | None
    last_activity_at: datetime | None
    next_activity_at: datetime | None
    next_kind: str | None
    read_from: date | None
    team_guid: str | None
    team_name: str
    segment: str
    left_out: bool


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """One activity as everybody with access to the record may see it: no subject, no participant."""

    at: datetime
    kind: str
    status: str
    ours: bool
    theirs: bool
    people: int
    minutes: int | None


@dataclass(frozen=True, slots=True)
class ActivityPage:
    rows: tuple[ActivityRow, ...]
    next_place: str | None


def rated_record(conn: Connection, kind: RecordKind, *, scope: Scope, guid: str) -> RatedRecord | None:
    """The record, or None when there is none of this kind with this GUID inside the scope."""
    window = sa.select(deployment.counts_from()).limit(1).scalar_subquery()
    joined = (
        _record.outerjoin(_health, _health.c.record_id == _record.c.id)
        .outerjoin(
            _account,
            sa.and_(_account.c.kind == RecordKind.ACCOUNT.value, _account.c.guid == _record.c.account_guid),
        )
        .outerjoin(_owner, _owner.c.systemuser_guid == _record.c.owner_guid)
    )
    r, h = _record.c, _health.c
    query = (
        sa.select(
            r.id, r.kind, r.guid, r.name, r.job_title, r.status, r.stage, r.probability, r.value, r.currency,
            r.created_on, r.closed_on, r.close_on, r.contact_guid, _readable_account(scope),
            sa.func.coalesce(_account.c.name, ""), _account.c.contact_guid.label("account_contact"),
            sa.func.coalesce(sa.func.nullif(_owner.c.crm_name, ""), _owner.c.name, ""),
            sa.func.coalesce(h.state, "being_computed"), sa.func.coalesce(h.closed, sa.false()),
            sa.func.coalesce(h.recent, sa.false()), h.score, h.rating, h.trend, h.trend_points, h.as_of, h.falls_on, h.falls_to,
            h.last_activity_at, h.next_activity_at, KIND_OF_NEXT, window,
            r.team_guid, r.team_name, r.segment, left_out_by_name(r.kind, r.guid),
        )
        .select_from(joined)
        .where(r.kind == kind.value, r.guid == guid, may_be_read(scope, kind))
        .limit(1)
    )  # fmt: skip
    row: Any = conn.execute(query).one_or_none()
    if row is None:
        return None
    number, name_of_kind, *rest = row
    return RatedRecord(number, RecordKind(name_of_kind), *rest)


def _readable_account(scope: Scope) -> sa.ScalarSelect[str | None]:
    """The account of `record`, where the reader may open it."""
    opened = sa.select(_record.c.guid).where(
        _record.c.kind == RecordKind.ACCOUNT.value, may_be_read(scope, RecordKind.ACCOUNT)
    )
    within = opened.subquery("opened_accounts")
    return sa.select(within.c.guid).where(within.c.guid == _record.c.account_guid).correlate(_record).scalar_subquery()


def activities(
    conn: Connection,
    record_id: int,
    *,
    per_page: int,
    kind: str | None = None,
    until_day: int | None = None,
    place: str | None = None,
) -> ActivityPage:
    """The activities behind the score and those planned, newest first; ValueError for a place that is none.

    until_day   leaves out the days after it
    """
    people = (
        sa.select(sa.func.count(sa.distinct(_party.c.address_id)))
        .where(_party.c.activity_id == _activity.c.id)
        .correlate(_activity)
        .scalar_subquery()
    )
    query = (
        sa.select(
            _activity.c.at,
            _activity.c.kind,
            _activity.c.status,
            _link.c.ours,
            _link.c.theirs,
            people.label("people"),
            _activity.c.minutes,
        )
        .select_from(_link.join(_activity, _activity.c.id == _link.c.activity_id))
        .where(
            _link.c.record_id == record_id,
            _activity.c.status.in_([Status.DONE.value, Status.PLANNED.value]),
            unhidden(_activity.c.id),
        )
        .order_by(_activity.c.at.desc(), _activity.c.id.desc())
    )
    if kind is not None:
        query = query.where(_link.c.kind == kind)
    if until_day is not None:
        query = query.where(_link.c.day <= until_day)
    try:
        page: Any = sqlakeyset.select_page(conn, query, per_page=per_page, page=place)
    except (BadBookmark, InvalidPage) as error:
        raise ValueError("not a place in this list") from error
    return ActivityPage(
        rows=tuple(
            ActivityRow(at, kind_, status, bool(ours), bool(theirs), people_, minutes)
            for at, kind_, status, ours, theirs, people_, minutes in page
        ),
        next_place=page.paging.bookmark_next if page.paging.has_next else None,
    )
