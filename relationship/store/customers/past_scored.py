"""Which past days are to be scored anew from what is known now."""

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.store.activities.activity_tables import ContactDay
from relationship.store.crm.record_tables import Record
from relationship.store.customers.score_tables import ACCOUNT_SCORE, PAST_SCORED, PastScored
from relationship.store.tables import table
from relationship.store.upsert import upsert

_record = table(Record)
_day = table(ContactDay)

# Contact days arrive every day; only so many more of older ones mean that history was read.
_MORE_SHARE, _MORE_LEAST = 0.05, 50


def due(conn: Connection, *, first: int) -> int | None:
    """The first day to score anew, None when nothing is due; `first` before it was ever done.

    Nothing is due while no account has a score.
    """
    if not conn.scalar(sa.select(sa.select(ACCOUNT_SCORE.c.account_id).exists())):
        return None
    row = conn.execute(sa.select(PAST_SCORED.c.due_since)).one_or_none()
    if row is None:
        return first
    return None if row[0] is None else max(first, row[0])


def note_due(conn: Connection, *, since: int) -> None:
    """Facts of this day came only now. Before the first time everything is due anyway."""
    since_earlier = sa.or_(PAST_SCORED.c.due_since.is_(None), PAST_SCORED.c.due_since > since)
    conn.execute(sa.update(PAST_SCORED).where(since_earlier).values(due_since=since))


def done(conn: Connection, *, since: int, contact_days: int) -> None:
    """Everything from `since` on was scored; what was noted as older meanwhile stays due."""
    known = conn.execute(sa.select(PAST_SCORED.c.due_since)).one_or_none()
    left = known[0] if known is not None and known[0] is not None and known[0] < since else None
    upsert(conn, PastScored, [{"id": 1, "due_since": left, "contact_days": contact_days}], key=["id"])


def contact_days(conn: Connection, *, until: int) -> int:
    """How many contact days of accounts are known up to a day."""
    query = (
        sa.select(sa.func.count())
        .join_from(_day, _record, _record.c.id == _day.c.record_id)
        .where(_record.c.kind == RecordKind.ACCOUNT.value, _day.c.day <= until)
    )
    return int(conn.scalar(query) or 0)


def note_more_history(conn: Connection, *, first: int, until: int) -> bool:
    """Whether far more contact days up to `until` are known than when the past was last scored; then it is due."""
    before = conn.scalar(sa.select(PAST_SCORED.c.contact_days))
    if before is None or contact_days(conn, until=until) <= before * (1 + _MORE_SHARE) + _MORE_LEAST:
        return False
    note_due(conn, since=first)
    return True
