"""How far the changes of ratings were acted on, and what the actions need to know of records and owners."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind, RecordRef
from relationship.store import tables
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Colleague, Record
from relationship.store.outbox.outbox_tables import ACTED_UP_TO, ActedUpTo
from relationship.store.privacy.excluded_names import left_out_by_name
from relationship.store.ratings.rating_change_tables import RATING_CHANGE
from relationship.store.upsert import upsert
from settings.rules.actions import NOT_THE_RELATIONSHIP, ActionRule

_record = tables.table(Record)
_colleague = tables.table(Colleague)
MOST_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Fired:
    """A change at which a rule would have acted; without the record, which whoever looks may not see."""

    kind: str
    before: str
    after: str
    noted_at: datetime


def acted_up_to(conn: Connection) -> int | None:
    """The last change that was acted on; None before the first look."""
    return conn.scalar(sa.select(ACTED_UP_TO.c.change_id))


def note_acted(conn: Connection, change_id: int) -> None:
    upsert(conn, ActedUpTo, [{"id": 1, "change_id": change_id}], key=["id"])


def values(conn: Connection, refs: Collection[RecordRef]) -> dict[RecordRef, tuple[float | None, str]]:
    """Value and currency of these records."""
    found: dict[RecordRef, tuple[float | None, str]] = {}
    columns = _record.c
    for chunk in in_chunks(sorted({ref.guid for ref in refs})):
        query = sa.select(columns.kind, columns.guid, columns.value, columns.currency).where(columns.guid.in_(chunk))
        for kind, guid, value, currency in conn.execute(query):
            found[RecordRef(RecordKind(kind), guid)] = (value, currency)
    return found


def owners(conn: Connection, guids: Collection[str]) -> dict[str, str]:
    """The keys of colleagues by their systemuser, of those who are still there."""
    found: dict[str, str] = {}
    columns = _colleague.c
    for chunk in in_chunks(sorted(set(guids))):
        query = sa.select(columns.systemuser_guid, columns.key).where(
            columns.systemuser_guid.in_(chunk), columns.enabled
        )
        found |= {row.systemuser_guid: row.key for row in conn.execute(query)}
    return found


def fired(conn: Connection, rule: ActionRule, since: datetime) -> tuple[int, list[Fired]]:
    """At how many changes since then a rule would have acted if it had been on, and the latest few of them."""
    c, r = RATING_CHANGE.c, _record.c
    steps = [sa.and_(c.before == before, c.after == after) for before, after in sorted(rule.steps())]
    which = [
        c.noted_at >= since,
        c.what == rule.watch,
        sa.or_(sa.false(), *steps),
        r.kind.in_(rule.records),
        sa.not_(left_out_by_name(r.kind, r.guid)),
    ]
    if not rule.every_cause:
        which.append(c.cause.not_in(NOT_THE_RELATIONSHIP))
    if rule.least_value is not None:
        which.append(r.value >= rule.least_value)
    source = RATING_CHANGE.join(_record, r.id == c.record_id)
    count = conn.scalar(sa.select(sa.func.count()).select_from(source).where(*which)) or 0
    columns = sa.select(r.kind, c.before, c.after, c.noted_at).select_from(source)
    latest = conn.execute(columns.where(*which).order_by(c.id.desc()).limit(MOST_EXAMPLES))
    return count, [Fired(*row) for row in latest]
