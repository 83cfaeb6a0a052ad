"""Pages of a list in an order that an index keeps: read from it until there are enough lines, instead of sorting all.

Only lists of most records are read so. Where the wanted records are few, walking through all in order takes longer
than sorting the few.
"""

from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from relationship.activities import RecordKind
from relationship.store.crm.record_tables import Record
from relationship.store.lists.list_filters import ACCOUNT, Column, Filters
from relationship.store.ratings.rating_tables import Health
from relationship.store.reading.reading_scope import Reach, Scope, may_be_read
from relationship.store.tables import table

_record = table(Record)
_health = table(Health)
_LISTED = _record.alias("listed")
# What most records of a kind are.
_USUAL = frozenset({"open", "active"})
# So many records are sorted at once.
FEW = 10_000
_KEPT_SORTED = {Column.LAST: _health.c.last_activity_at, Column.NEXT: _health.c.next_activity_at}


def start(
    kind: RecordKind, scope: Scope, filters: Filters, column: Column, *, descending: bool
) -> sa.Select[Any] | None:
    """The records that have the sorted value, in the order of `list_filters.ordered`; None where no index helps.

    Records without the value come after all of these: a page that is full without them is the page of the whole list.
    """
    if not _of_most(kind, scope, filters):
        return None
    if column is Column.ACCOUNT:
        key: sa.ColumnElement[Any] = ACCOUNT.c.folded
        number = _LISTED.c.id
        source: sa.FromClause = ACCOUNT.join(_LISTED, _LISTED.c.account_guid == ACCOUNT.c.guid)
        has_value = sa.and_(ACCOUNT.c.kind == RecordKind.ACCOUNT.value, key != "")
    elif column in _KEPT_SORTED:
        key, number, source = _KEPT_SORTED[column], _health.c.record_id, _health
        has_value = key.is_not(None)
        # Not the nullable column that sqlakeyset would warn of: without a value there is no row.
        key = sa.type_coerce(key, key.type)
    else:
        return None
    sorted_by = key.label("sort_key")
    return (
        sa.select(number.label("id"))
        .select_from(source)
        .where(has_value, _is_listed(number, kind, scope, filters))
        .order_by(sa.desc(sorted_by) if descending else sa.asc(sorted_by), number)
    )


def _is_listed(
    number: sa.ColumnElement[int], kind: RecordKind, scope: Scope, filters: Filters
) -> sa.ColumnElement[bool]:
    """Looked up for one record after the other: the offset keeps a database from reading all of them first."""
    status = [_record.c.status.in_(sorted(filters.statuses))] if filters.statuses else []
    one = sa.select(_record.c.id).where(
        _record.c.id == number, _record.c.kind == kind.value, *status, may_be_read(scope, kind)
    )
    return one.offset(0).correlate_except(_record).exists()


def _of_most(kind: RecordKind, scope: Scope, filters: Filters) -> bool:
    if replace(filters, statuses=frozenset()) != Filters() or not filters.statuses <= _USUAL:
        return False
    kept = scope.sets.get(kind)
    return scope.reach is Reach.UNCHECKED or (kept is not None and kept.all_but and kept.up_to > FEW)
