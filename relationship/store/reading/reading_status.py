"""Named queries of the status page: how every source is doing, with colleagues' names and never an address."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.crm.record_tables import Colleague
from relationship.store.lists.searching import holds
from relationship.store.tables import Cursor, Quarantine, Source, table

_source = table(Source)
_cursor = table(Cursor)
_quarantine = table(Quarantine)
_colleague = table(Colleague)

# The sorts of sources and how their keys begin; those of a colleague end with the colleague's key.
KINDS = {
    "directory": "directory/",
    "crm": "dataverse/",
    "mail": "mailbox/",
    "feedback": "feedback/",
    "calendar": "calendar/",
    "tasks": "todo/",
    "plans": "planner/",
    "calls": "calls/",
}
PERSONAL = ("mail", "calendar", "tasks", "plans")
NAMED = (*PERSONAL, "feedback")
OTHER = "other"
# Whatever needs somebody's attention comes first.
STATES = ("degraded", "reading", "new", "unavailable", "healthy")


@dataclass(frozen=True, slots=True)
class KindTotal:
    """All sources of one kind. streams, complete: delta streams known, and read to the end at least once;
    last_success_at: the latest of all, oldest_success_at: the
    earliest of those that can be read."""

    kind: str
    by_state: dict[str, int]
    streams: int
    complete: int
    quarantined: int
    last_success_at: datetime | None
    oldest_success_at: datetime | None

    @property
    def sources(self) -> int:
        return sum(self.by_state.values())

    @property
    def unread(self) -> int:
        """Sources whose first reading is not over."""
        return self.by_state.get("new", 0) + self.by_state.get("reading", 0)


@dataclass(frozen=True, slots=True)
class StatusFilters:
    """What the page is narrowed to. state, kind: '' means all; words: each occurs in the colleague's name."""

    state: str = ""
    kind: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StatusRow:
    """One source. name: the colleague's, '' for sources of nobody; item: the end of the key of such a one;
    set_aside: number of items that could not be read, by reason."""

    kind: str
    item: str
    name: str
    state: str
    reason: str
    last_success_at: datetime | None
    tried_at: datetime | None
    streams: int
    complete: int
    set_aside: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class StatusPage:
    """The rows of one page; total: of all pages."""

    rows: tuple[StatusRow, ...]
    total: int


_kind = sa.case(
    *((_source.c.key.startswith(prefix, autoescape=True), kind) for kind, prefix in KINDS.items()), else_=OTHER
)
# What follows the prefix; of a personal source the key of the colleague.
_item = sa.case(
    *(
        (_source.c.key.startswith(prefix, autoescape=True), sa.func.substr(_source.c.key, len(prefix) + 1))
        for prefix in KINDS.values()
    ),
    else_=_source.c.key,
)
_name = sa.func.coalesce(sa.func.nullif(_colleague.c.name, ""), _colleague.c.crm_name, "")
_streams = (
    sa.select(
        _cursor.c.source_id,
        sa.func.count().label("streams"),
        sa.func.count(_cursor.c.delta_link).label("complete"),
    )
    .group_by(_cursor.c.source_id)
    .subquery()
)
_bad = (
    sa.select(_quarantine.c.source_id, sa.func.count().label("quarantined"))
    .group_by(_quarantine.c.source_id)
    .subquery()
)


def totals(conn: Connection) -> list[KindTotal]:
    """One total per kind that there is, in the order of `KINDS`."""
    kind = _kind.label("kind")
    query = (
        sa.select(
            kind,
            _source.c.state,
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(_streams.c.streams), 0),
            sa.func.coalesce(sa.func.sum(_streams.c.complete), 0),
            sa.func.coalesce(sa.func.sum(_bad.c.quarantined), 0),
            sa.func.max(_source.c.last_success_at),
            sa.func.min(_source.c.last_success_at),
        )
        .select_from(
            _source.outerjoin(_streams, _streams.c.source_id == _source.c.id).outerjoin(
                _bad, _bad.c.source_id == _source.c.id
            )
        )
        .group_by(kind, _source.c.state)
    )
    found: dict[str, KindTotal] = {}
    for name, state, count, streams, complete, bad, latest, earliest in conn.execute(query):
        before = found.get(name) or KindTotal(name, {}, 0, 0, 0, None, None)
        found[name] = KindTotal(
            kind=name,
            by_state={**before.by_state, state: count},
            streams=before.streams + int(streams),
            complete=before.complete + int(complete),
            quarantined=before.quarantined + int(bad),
            last_success_at=max(filter(None, (before.last_success_at, latest)), default=None),
            oldest_success_at=before.oldest_success_at
            if state == "unavailable"
            else min(filter(None, (before.oldest_success_at, earliest)), default=None),
        )
    return [found[name] for name in (*KINDS, OTHER) if name in found]


def status_page(conn: Connection, filters: StatusFilters, *, page: int, size: int) -> StatusPage:
    """One page of sources, those that need attention first, then by kind and name. page: from 1."""
    joined = _source.outerjoin(_colleague, sa.and_(_colleague.c.key == _item, _kind.in_(NAMED)))
    chosen = sa.select(_source.c.id).select_from(joined).where(*_conditions(filters))
    total = conn.execute(sa.select(sa.func.count()).select_from(chosen.subquery())).scalar_one()
    rank = sa.case({state: number for number, state in enumerate(STATES)}, value=_source.c.state, else_=len(STATES))
    order = sa.case({kind: number for number, kind in enumerate(KINDS)}, value=_kind, else_=len(KINDS))
    query = (
        sa.select(
            _source.c.id,
            _kind,
            _item,
            _name,
            _source.c.state,
            _source.c.reason,
            _source.c.last_success_at,
            _source.c.tried_at,
            sa.func.coalesce(_streams.c.streams, 0),
            sa.func.coalesce(_streams.c.complete, 0),
        )
        .select_from(joined.outerjoin(_streams, _streams.c.source_id == _source.c.id))
        .where(*_conditions(filters))
        .order_by(rank, order, sa.func.lower(_name), _source.c.key)
        .limit(size)
        .offset((page - 1) * size)
    )
    lines: list[Any] = list(conn.execute(query))
    reasons = _set_aside(conn, [line[0] for line in lines])
    rows = (StatusRow(*line[1:]) for line in lines)
    return StatusPage(
        tuple(replace(row, set_aside=reasons.get(line[0], ())) for line, row in zip(lines, rows, strict=True)), total
    )


def _conditions(filters: StatusFilters) -> Iterator[sa.ColumnElement[bool]]:
    if filters.state == "new":
        yield _source.c.state.in_(("new", "reading"))
    elif filters.state == "set_aside":
        yield _source.c.id.in_(sa.select(_quarantine.c.source_id))
    elif filters.state:
        yield _source.c.state == filters.state
    if filters.kind:
        yield _kind == filters.kind
    for word in filters.words:
        yield holds((_name,), word)


def _set_aside(conn: Connection, source_ids: Sequence[int]) -> dict[int, tuple[tuple[str, int], ...]]:
    """How many items of these sources are set aside, by reason, the most frequent first."""
    query = (
        sa.select(_quarantine.c.source_id, _quarantine.c.reason, sa.func.count())
        .where(_quarantine.c.source_id.in_(list(source_ids)))
        .group_by(_quarantine.c.source_id, _quarantine.c.reason)
        .order_by(_quarantine.c.source_id, sa.desc(sa.func.count()), _quarantine.c.reason)
    )
    found: dict[int, tuple[tuple[str, int], ...]] = {}
    for source_id, reason, count in conn.execute(query):
        found[source_id] = (*found.get(source_id, ()), (reason, count))
    return found
