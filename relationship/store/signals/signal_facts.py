"""What the detectors look at, read set by set: accounts, contact days, contacts, events, opportunities and their moves."""

from collections.abc import Sequence

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import Kind, RecordKind, Status
from relationship.clock import number_of
from relationship.health.contact_days import KIND_INDEX, ContactDays
from relationship.signals.facts import (
    Accounts,
    Bools,
    Cancelled,
    ContactChanges,
    Contacts,
    Events,
    Facts,
    Ints,
    Touches,
)
from relationship.signals.meetings import EARLIER_DAYS, RECENT_DAYS
from relationship.signals.people import decides
from relationship.signals.signal import Source
from relationship.signals.thresholds import Thresholds
from relationship.store.activities import contact_days
from relationship.store.activities.activity_tables import Activity, ActivityParty
from relationship.store.crm.record_tables import Record, RecordSide
from relationship.store.customers import account_events, contact_standings
from relationship.store.privacy.excluded_names import left_out_by_name
from relationship.store.ratings import bases
from relationship.store.signals import signal_deals, signal_meetings, signal_use, signal_voices
from relationship.store.signals.signal_places import among, is_few, places, whole
from relationship.store.tables import Source as SourceTable
from relationship.store.tables import table

_record = table(Record)
_activity = table(Activity)
_party = table(ActivityParty)
_side = table(RecordSide)
_source = table(SourceTable)

# The days in which meetings are looked at.
MEETING_DAYS = RECENT_DAYS + EARLIER_DAYS

# A mailbox or calendar through which somebody was in contact with the account is broken, or that of its owner.
BROKEN_ACTIVITIES = """
SELECT DISTINCT l.record_id FROM source o
JOIN colleague c ON o.key IN ('mailbox/' || c.key, 'calendar/' || c.key)
JOIN address d ON d.colleague_id = c.id
JOIN activity_party p ON p.address_id = d.id
JOIN record_activity l ON l.activity_id = p.activity_id
JOIN record r ON r.id = l.record_id AND r.kind = 'account'
WHERE o.state = 'degraded'
UNION
SELECT r.id FROM source o
JOIN colleague c ON o.key IN ('mailbox/' || c.key, 'calendar/' || c.key)
JOIN record r ON r.kind = 'account' AND r.owner_guid = c.systemuser_guid
WHERE o.state = 'degraded'
"""


def facts(
    conn: Connection,
    limits: Thresholds,
    *,
    today: int,
    rated: bool,
    also_gone: bool = False,
    account_ids: Sequence[int] | None = None,
) -> Facts:
    """All facts of today about active accounts and open opportunities that are not left out.

    rated        the bases of ratings are up to date (relationship health is switched on)
    also_gone    accounts that are no longer active and opportunities that were closed too: a day of the past knew them
    account_ids  only of these, and of their opportunities
    """
    accounts = _accounts(conn, account_ids, also_gone=also_gone)
    ids = accounts.id
    use = signal_use.use_of(conn, ids, today=today, stale_days=limits.usage_stale_days)
    contacts, contact_guids = _contacts(conn, ids, today)
    pipeline = signal_deals.open_deals(
        conn, ids, contact_guids, today=today, also_closed=also_gone, only_theirs=account_ids is not None
    )
    nobody_read = _no_source(conn, "mailbox/")
    return Facts(
        today=today,
        accounts=accounts,
        use=use.use,
        touches=_touches(conn, ids, today, rated=rated),
        cancelled=_cancelled(conn, ids, since=today - max(limits.cancelled_days, RECENT_DAYS), until=today),
        meetings=signal_meetings.held(conn, ids, since=today - MEETING_DAYS, until=today),
        voices=signal_voices.voices(conn, ids, since=today - limits.voice_days, until=today),
        contacts=contacts,
        contact_touches=_touches(conn, contacts.id, today, rated=rated),
        contact_changes=_changes(conn, ids, since=today - limits.contact_change_days, until=today),
        events=_events(conn, ids, since=today - limits.event_days, until=today),
        deals=pipeline.deals,
        deal_touches=_touches(conn, pipeline.deals.id, today, rated=rated),
        deal_contacts=pipeline.contacts,
        moves=pipeline.moves,
        broken={
            Source.USAGE: use.broken,
            Source.ACTIVITIES: np.isin(ids, np.fromiter(_broken_activities(conn), dtype=np.int64)),
            Source.CRM: np.full(len(ids), _is_broken(conn, "dataverse/")),
            Source.VERBATIMS: np.full(len(ids), _is_broken(conn, "feedback/")),
        },
        missing={Source.USAGE: use.missing, Source.ACTIVITIES: np.full(len(ids), nobody_read)},
    )


def _accounts(conn: Connection, account_ids: Sequence[int] | None, *, also_gone: bool) -> Accounts:
    deal = _record.alias("won")
    bought = (
        sa.select(deal.c.id)
        .where(
            deal.c.kind == RecordKind.OPPORTUNITY.value, deal.c.status == "won", deal.c.account_guid == _record.c.guid
        )
        .exists()
    )
    query = (
        sa.select(_record.c.id, _record.c.created_on, _record.c.renewal_on, sa.or_(bought, _record.c.arr > 0))
        .where(
            _record.c.kind == RecordKind.ACCOUNT.value,
            sa.true() if also_gone else _record.c.status == "active",
            sa.true() if account_ids is None else _record.c.id.in_(list(account_ids)),
            ~left_out_by_name(_record.c.kind, _record.c.guid),
        )
        .order_by(_record.c.id)
    )
    rows = conn.execute(query).all()
    return Accounts(
        id=np.array([row[0] for row in rows], dtype=np.int64),
        created=np.array([number_of(row[1]) for row in rows], dtype=np.float64),
        renewal=np.array([number_of(row[2]) if row[2] else np.nan for row in rows], dtype=np.float64),
        customer=np.array([bool(row[3]) for row in rows], dtype=np.bool_),
    )


def _contacts(conn: Connection, ids: Ints, today: int) -> tuple[Contacts, dict[str, int]]:
    """Contacts of these accounts, and where each stands by its GUID."""
    account = _record.alias("account_of_contact")
    query = (
        sa.select(
            _record.c.id, account.c.id, _record.c.guid, _record.c.status, _record.c.created_on, _record.c.job_title
        )
        .join_from(
            _record,
            account,
            sa.and_(account.c.kind == RecordKind.ACCOUNT.value, account.c.guid == _record.c.account_guid),
        )
        .where(
            _record.c.kind == RecordKind.CONTACT.value,
            among(account.c.id, ids),
            ~left_out_by_name(_record.c.kind, _record.c.guid),
        )
        .order_by(_record.c.id)
    )
    rows = [row for row in conn.execute(query) if number_of(row[4]) <= today]
    place, there = places(ids, [row[1] for row in rows])
    rows = [row for row, is_there in zip(rows, there.tolist(), strict=True) if is_there]
    deciding = {title: decides(title) for title in {row[5] for row in rows}}
    found = Contacts(
        id=np.array([row[0] for row in rows], dtype=np.int64),
        account=place[there],
        active=np.array([row[3] == "active" for row in rows], dtype=np.bool_),
        created=np.array([number_of(row[4]) for row in rows], dtype=np.float64),
        decider=np.array([deciding[row[5]] for row in rows], dtype=np.bool_),
    )
    return found, {row[2]: number for number, row in enumerate(rows)}


def _touches(conn: Connection, ids: Ints, today: int, *, rated: bool) -> Touches:
    """The contact days of these records, all kinds of a day together."""
    if rated:
        kept = bases.of_records(conn, ids.tolist())
        days = bases.unpack(kept.packed)
        owner = np.searchsorted(ids, kept.record_ids)[days.record] if len(kept.record_ids) else days.record
    else:
        days = contact_days.load(conn, ids.tolist())
        owner = days.record
    return touches_of(days, owner.astype(np.int64), today)


def touches_of(days: ContactDays, owner: Ints, today: int) -> Touches:
    """Contact days by owner and day; days after today are left out.

    >>> found = touches_of(ContactDays.of_record([("email", 5, 1, 0), ("call", 5, 1, 1)]), np.array([0, 0]), 9)
    >>> found.day.tolist(), found.theirs.tolist(), found.mail_theirs.tolist()
    ([5], [True], [False])
    """
    rows = np.flatnonzero(days.day <= today)
    owner, day = owner[rows], days.day[rows].astype(np.int64)
    least = int(day.min()) if len(day) else 0
    span = int(day.max()) - least + 1 if len(day) else 1
    marks, which = np.unique(owner * span + (day - least), return_inverse=True)
    is_mail = days.kind[rows] == KIND_INDEX[Kind.EMAIL]

    def any_of(flags: Bools) -> Bools:
        return np.bincount(which[flags], minlength=len(marks)) > 0

    theirs = days.theirs[rows] > 0
    return Touches(
        owner=marks // span,
        day=marks % span + least,
        theirs=any_of(theirs),
        mail_ours=any_of(is_mail & (days.ours[rows] > 0)),
        mail_theirs=any_of(is_mail & theirs),
    )


def _cancelled(conn: Connection, ids: Ints, *, since: int, until: int) -> Cancelled:
    """Cancelled meetings on which somebody of an account was invited."""
    query = (
        sa.select(_side.c.record_id, _activity.c.id, _activity.c.day)
        .distinct()
        .join_from(_activity, _party, _party.c.activity_id == _activity.c.id)
        .join(_side, sa.and_(_side.c.address_id == _party.c.address_id, _side.c.side == "them"))
        .join(_record, sa.and_(_record.c.id == _side.c.record_id, _record.c.kind == RecordKind.ACCOUNT.value))
        .where(
            among(_side.c.record_id, ids),
            _activity.c.kind == Kind.MEETING.value,
            _activity.c.status == Status.CANCELLED.value,
            _activity.c.day > since,
            _activity.c.day <= until,
        )
    )
    rows = conn.execute(query).all()
    place, there = places(ids, [row[0] for row in rows])
    return Cancelled(place[there], whole(row[1] for row in rows)[there], whole(row[2] for row in rows)[there])


def _changes(conn: Connection, ids: Ints, *, since: int, until: int) -> ContactChanges:
    rows = contact_standings.changes(conn, since=since, until=until)
    place, there = places(ids, [row[0] for row in rows])
    rows = [row for row, is_there in zip(rows, there.tolist(), strict=True) if is_there]
    return ContactChanges(
        place[there], whole(row[1] for row in rows), tuple(row[2] for row in rows), whole(row[3] for row in rows)
    )


def _events(conn: Connection, ids: Ints, *, since: int, until: int) -> Events:
    few = ids.tolist() if is_few(ids) else None
    rows = account_events.between(conn, since=since, until=until, account_ids=few)
    place, there = places(ids, [row.account_id for row in rows])
    rows = [row for row, is_there in zip(rows, there.tolist(), strict=True) if is_there]
    return Events(
        place[there],
        whole(row.id for row in rows),
        whole(row.day for row in rows),
        tuple(row.kind for row in rows),
        tuple(row.direction for row in rows),
        whole(row.record_id or 0 for row in rows),
    )


def _broken_activities(conn: Connection) -> list[int]:
    return [number for (number,) in conn.exec_driver_sql(BROKEN_ACTIVITIES)]


def _is_broken(conn: Connection, prefix: str) -> bool:
    broken = sa.select(_source.c.id).where(_source.c.key.startswith(prefix), _source.c.state == "degraded")
    return bool(conn.scalar(sa.select(broken.exists())))


def _no_source(conn: Connection, prefix: str) -> bool:
    """Whether no source of a sort was ever read."""
    read = sa.select(_source.c.id).where(_source.c.key.startswith(prefix), _source.c.last_success_at.is_not(None))
    return not conn.scalar(sa.select(read.exists()))
