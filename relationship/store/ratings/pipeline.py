"""All records in arrays, kept between one question and the next: what rules change, without a contact day read.

A process keeps one pipeline per store. Every rating round that rated a record marks it with a higher stamp, so
bringing the pipeline up to date reads only those; whatever is kept is never trusted without that look. On
another day, or with another read window, everything is read again.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.health.contact_days import Bools, ContactDays, Floats, Ints
from relationship.health.kept import Kept, keep
from relationship.health.rating import CHUNK_RECORDS
from relationship.health.sums import DaySums
from relationship.store import tables
from relationship.store.crm.record_tables import Record
from relationship.store.database import Store
from relationship.store.gc_pause import collection_paused
from relationship.store.ratings import bases
from relationship.store.ratings.bases import Bases, Round
from relationship.store.ratings.rating_tables import BASIS
from settings.rules.precedence import RecordKeys, record_keys

_record = tables.table(Record)


class Listed(NamedTuple):
    """A record as a list shows it; the name of opportunities and accounts only. (A hundred thousand frozen
    dataclasses take half a second to make.)"""

    kind: str
    guid: str
    segment: str
    team_guid: str | None
    name: str
    status: str
    account_guid: str | None
    value: float | None
    currency: str


@dataclass(frozen=True, slots=True, eq=False)
class Pipeline:
    """All rated records by ascending id; arrays of shape (n,).

    round     what the stored ratings are for
    kept      what ratings need of their contact days; created, closed, degraded: see `rating_tables.RatingBasis`
    listed    the records themselves;  keys  what decides the frequency expected of them
    open      places of the open opportunities;  values  what each of them is worth, 0 without a value
    currency  index into `currencies` of each of them
    """

    round: Round
    record_ids: Ints
    kept: Kept
    created: Ints
    closed: Bools
    degraded: Bools
    listed: Sequence[Listed]
    keys: RecordKeys
    open: Ints
    values: Floats
    currency: Ints
    currencies: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.record_ids)

    def account_name(self, place: int) -> str:
        """The name of the account of a record, '' without one."""
        found = self.keys.places.get(f"{RecordKind.ACCOUNT.value}:{self.listed[place].account_guid}")
        return "" if found is None else self.listed[found].name


_pipelines: WeakKeyDictionary[Store, Pipeline] = WeakKeyDictionary()
_refreshing = threading.Lock()


def current(store: Store, conn: Connection) -> Pipeline | None:
    """The pipeline as the stored ratings have it; None before the first rating.

    conn  reading, or a transaction that has written no basis yet
    """
    with _refreshing:
        found = _pipelines.get(store)
        while True:
            latest = bases.round_of(conn)
            if latest is None:
                return None
            with collection_paused():
                found = _refreshed(found, latest, conn)
            # A round may have ended between two questions, where each sees what is newest.
            complete = len(found) == bases.count(conn)
            if complete and bases.round_of(conn) == latest:
                _pipelines[store] = found
                return found
            if not complete:
                found = None


def _refreshed(kept: Pipeline | None, latest: Round, conn: Connection) -> Pipeline:
    if kept is None or kept.round.stamp > latest.stamp or _day_and_window(kept.round) != _day_and_window(latest):
        return _pipeline(latest, bases.load(conn), _listed(conn))
    if kept.round.stamp == latest.stamp:
        return replace(kept, round=latest)
    changed = bases.load(conn, after_stamp=kept.round.stamp)
    if not len(changed.record_ids):
        return replace(kept, round=latest)
    return _merged(kept, _pipeline(latest, changed, _listed(conn, after_stamp=kept.round.stamp)))


def _day_and_window(found: Round) -> tuple[int, int]:
    return found.as_of, found.window_began


def _listed(conn: Connection, *, after_stamp: int = -1) -> dict[int, Listed]:
    columns = _record.c
    named = columns.kind.in_([RecordKind.OPPORTUNITY.value, RecordKind.ACCOUNT.value])
    query = sa.select(
        columns.id,
        columns.kind,
        columns.guid,
        columns.segment,
        columns.team_guid,
        sa.case((named, columns.name), else_=""),
        columns.status,
        columns.account_guid,
        columns.value,
        columns.currency,
    )
    if after_stamp >= 0:
        query = query.join(BASIS, BASIS.c.record_id == columns.id).where(BASIS.c.stamp > after_stamp)
    cursor: Any = conn.execute(query).cursor
    return {row[0]: Listed._make(row[1:]) for row in cursor.fetchall()}


def _pipeline(latest: Round, found: Bases, listed: dict[int, Listed]) -> Pipeline:
    present = [number in listed for number in found.record_ids.tolist()]
    if not all(present):  # gone between two questions
        found = found.take(np.flatnonzero(present))
    return _assembled(
        latest,
        found.record_ids,
        _kept(found, latest),
        found.created,
        found.closed,
        found.degraded,
        [listed[number] for number in found.record_ids.tolist()],
    )


def _assembled(
    latest: Round,
    record_ids: Ints,
    kept: Kept,
    created: Ints,
    closed: Bools,
    degraded: Bools,
    listed: list[Listed],
) -> Pipeline:
    keys = record_keys([one[:4] for one in listed])
    opportunity = RecordKind.OPPORTUNITY.value
    is_open = [one.kind == opportunity and one.status == "open" for one in listed]
    opened = [one for one, wanted in zip(listed, is_open, strict=True) if wanted]
    currencies = tuple(sorted({one.currency for one in opened}))
    number = {currency: place for place, currency in enumerate(currencies)}
    return Pipeline(
        round=latest,
        record_ids=record_ids,
        kept=kept,
        created=created,
        closed=closed,
        degraded=degraded,
        listed=listed,
        keys=keys,
        open=np.flatnonzero(is_open),
        values=np.array([one.value or 0.0 for one in opened], dtype=np.float64),
        currency=np.array([number[one.currency] for one in opened], dtype=np.int64),
        currencies=currencies,
    )


def _kept(found: Bases, latest: Round) -> Kept:
    today = found.rated_on(latest.as_of)
    parts = []
    for first in range(0, max(len(today), 1), CHUNK_RECORDS):
        part = slice(first, first + CHUNK_RECORDS)
        parts.append(keep(bases.unpack(found.packed[part]), records=len(today[part]), today=today[part]))
    return _joined(parts)


def _joined(parts: Sequence[Kept]) -> Kept:
    """One after the other."""
    firsts = np.cumsum([0, *(len(part) for part in parts)])
    recent = [part.recent for part in parts]
    record = np.concatenate([days.record + first for days, first in zip(recent, firsts, strict=False)])
    rest = (np.concatenate([getattr(days, name) for days in recent]) for name in ("kind", "day", "ours", "theirs"))
    return Kept(
        today=np.concatenate([part.today for part in parts]),
        now=_joined_sums([part.now for part in parts]),
        earlier=_joined_sums([part.earlier for part in parts]),
        recent=ContactDays(record, *rest),
        contact_days=np.concatenate([part.contact_days for part in parts]),
    )


def _joined_sums(parts: Sequence[DaySums]) -> DaySums:
    return DaySums(*(np.concatenate([getattr(part, name) for part in parts]) for name in DaySums.__slots__))


def _merged(old: Pipeline, new: Pipeline) -> Pipeline:
    """The old pipeline with the records of the new one in place of their former selves, or added."""
    stays = ~np.isin(old.record_ids, new.record_ids)
    ids = np.concatenate([old.record_ids[stays], new.record_ids])
    order = np.argsort(ids, kind="stable")
    places = np.flatnonzero(stays)
    both = _joined([_taken(old.kept, places), new.kept])
    listed = [*(old.listed[place] for place in places.tolist()), *new.listed]

    def joined(name: str) -> Any:
        return np.concatenate([getattr(old, name)[stays], getattr(new, name)])[order]

    return _assembled(
        new.round,
        ids[order],
        _taken(both, order),
        joined("created"),
        joined("closed"),
        joined("degraded"),
        [listed[place] for place in order.tolist()],
    )


def _taken(kept: Kept, order: Ints) -> Kept:
    """The records at these places, in this order, renumbered."""
    place = np.full(len(kept), -1, dtype=np.int64)
    place[order] = np.arange(len(order))
    record = place[kept.recent.record]
    stays = np.flatnonzero(record >= 0)
    by_record = stays[np.argsort(record[stays], kind="stable")]
    days = kept.recent.take(by_record)
    return Kept(
        today=kept.today[order],
        now=kept.now.take(order),
        earlier=kept.earlier.take(order),
        recent=replace(days, record=record[by_record]),
        contact_days=kept.contact_days[order],
    )
