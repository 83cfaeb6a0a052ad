"""Which records a reader may see, as a frozen value that every named query turns into SQL.

`relationship/access.py` makes the value from what the CRM said; here is only its translation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from relationship.activities import RecordKind, RecordRef
from relationship.store.crm.record_tables import Colleague, Record
from relationship.store.rights.rights_tables import READER_RECORD, READER_SET, RIGHTS_CHANGE
from relationship.store.tables import table


class Reach(StrEnum):
    """UNCHECKED: every record, for queries whose every row is asked of the CRM afterwards; SETS: what the CRM lets
    the reader read; NOTHING: no record."""

    UNCHECKED = "unchecked"
    SETS = "sets"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class KeptSet:
    """What one reader may read of one kind, as the CRM said at `read_at` (see `rights_tables.ReaderSet`).

    overtaken   records changed since: these are left out until the set is read again
    newcomers   the CRM brought records since, which are not in it
    """

    all_but: bool
    up_to: int
    size: int
    read_at: datetime
    overtaken: bool = False
    newcomers: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """sets: by kind, for the kinds that the CRM was asked about; besides: single records that the CRM has just
    said yes to."""

    reach: Reach
    reader_key: str = ""
    sets: Mapping[RecordKind, KeptSet] = field(default_factory=dict)
    besides: frozenset[RecordRef] = frozenset()

    def knows(self, kind: RecordKind) -> bool:
        """Whether figures over all records of this kind can be told yet."""
        return self.reach is not Reach.SETS or kind in self.sets

    def having(self, *refs: RecordRef) -> "Scope":
        """This scope and these records, which the CRM has just said yes to."""
        return self if self.reach is Reach.NOTHING else replace(self, besides=self.besides | set(refs))


def may_be_read(
    scope: Scope, kind: RecordKind = RecordKind.OPPORTUNITY, *, of: sa.FromClause | None = None
) -> sa.ColumnElement[bool]:
    """The condition on rows of one kind (`record`, or `of` where it goes by another name) that keeps what lies inside
    the scope."""
    record = table(Record) if of is None else of
    if scope.reach is Reach.UNCHECKED:
        return sa.true()
    if scope.reach is not Reach.SETS or not scope.reader_key:
        return sa.false()
    kept = scope.sets.get(kind)
    within = _within(scope.reader_key, kind, kept, record.c.id) if kept else sa.false()
    besides = sorted(ref.guid for ref in scope.besides if ref.kind is kind)
    return sa.or_(within, record.c.guid.in_(besides)) if besides else within


def _within(reader_key: str, kind: RecordKind, kept: KeptSet, number: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    told = sa.select(READER_RECORD.c.record_id).where(
        READER_RECORD.c.reader_key == reader_key, READER_RECORD.c.kind == kind.value
    )
    # What the ids mean may have turned round since the scope was made: then nothing is read, rather than the opposite.
    same = sa.exists().where(
        READER_SET.c.reader_key == reader_key, READER_SET.c.kind == kind.value, READER_SET.c.all_but == kept.all_but
    )
    conditions: list[sa.ColumnElement[bool]] = [same]
    if not kept.all_but:
        conditions.append(number.in_(told) if kept.size else sa.false())
    else:
        conditions.append(number <= kept.up_to)
        if kept.size:
            conditions.append(number.not_in(told))
    if kept.overtaken:
        since = sa.select(RIGHTS_CHANGE.c.record_id).where(RIGHTS_CHANGE.c.at >= kept.read_at)
        conditions.append(number.not_in(since))
    return sa.and_(*conditions)


def owned_by(colleague_key: str) -> sa.ColumnElement[bool]:
    """Records whose owner in the CRM is this colleague."""
    owner = table(Record).c.owner_guid
    return sa.and_(owner.is_not(None), owner == _system_user(colleague_key))


def _system_user(colleague_key: str) -> sa.ScalarSelect[str | None]:
    known = table(Colleague).c
    return sa.select(known.systemuser_guid).where(known.key == colleague_key).scalar_subquery()
