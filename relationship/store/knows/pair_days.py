"""The bare counter of contact among colleagues: what is internal is counted while it is read, and never kept.

Neither the item nor its copy in a mailbox is stored, so of every pair, kind and day only the smallest number of
other people is left, for each side. Merging by the minimum makes order, repetition and copies in many mailboxes
harmless; what is deleted later cannot be taken back, for nothing says any more what it was. Decision record:
`docs/decisions/0021-colleague-counter.md`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship import failpoints
from relationship.activities import Kind, Party, Role
from relationship.clock import day_number
from relationship.store import tables
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Colleague, ColleagueAddress
from relationship.store.knows.tie_days import MOST_OTHERS
from relationship.store.knows.tie_tables import PREFERENCE, StaleTie
from relationship.store.privacy import excluded_names
from relationship.store.upsert import insert_new

_colleague = tables.table(Colleague)
_address = tables.table(ColleagueAddress)


@dataclass(frozen=True, slots=True)
class Internal:
    """An activity of colleagues alone that has happened; see `activities.Activity`."""

    kind: Kind
    at: datetime
    parties: tuple[Party, ...]
    minutes: int | None = None

    @property
    def is_one_sided(self) -> bool:
        return self.kind in (Kind.EMAIL, Kind.TASK) or (self.kind is Kind.CALL and self.minutes == 0)


_SMALLER = """CASE WHEN pair_day.{side} = 0 OR (excluded.{side} > 0 AND excluded.{side} < pair_day.{side})
THEN excluded.{side} ELSE pair_day.{side} END"""
_MERGE = sa.text(
    "INSERT INTO pair_day (low_colleague_id, high_colleague_id, internal, kind, day, low_among, high_among) "
    "VALUES (:low, :high, true, :kind, :day, :low_among, :high_among) "
    "ON CONFLICT (low_colleague_id, high_colleague_id, internal, kind, day) DO UPDATE SET "
    f"low_among = {_SMALLER.format(side='low_among')}, high_among = {_SMALLER.format(side='high_among')}"
)

# The ids of two colleagues, kind and day; among how many others, from the first and from the second.
_Place = tuple[int, int, str, int]
_Among = tuple[int, int]


def count(conn: Connection, found: Iterable[Internal], *, zone: ZoneInfo) -> None:
    """Count what was read, in the transaction that keeps its page. Twice is harmless.

    Whatever names somebody who is left out is not counted at all; colleagues who opted out have no rows. More
    other people than `MOST_OTHERS` are a crowd.
    """
    items = list(found)
    names = {party.address for item in items for party in item.parties}
    if not names:
        return
    left_out = excluded_names.among(conn, names)
    ids = colleague_ids(conn, names)
    hidden = _opted_out(conn)
    days: dict[_Place, _Among] = {}
    for item in items:
        if not any(party.address in left_out for party in item.parties):
            _add(days, item, ids, hidden, zone)
    if not days:
        return
    rows = [
        {"low": low, "high": high, "kind": kind, "day": day, "low_among": low_among, "high_among": high_among}
        for (low, high, kind, day), (low_among, high_among) in sorted(days.items())
    ]
    conn.execute(_MERGE, rows)
    pairs = sorted({(low, high) for low, high, _, _ in days})
    stale = [{"colleague_id": low, "person": 2 * high} for low, high in pairs]
    insert_new(conn, StaleTie, stale, key=["colleague_id", "person"])
    failpoints.passage("store.pair_days.counted")


def _add(days: dict[_Place, _Among], item: Internal, ids: dict[str, int], hidden: set[int], zone: ZoneInfo) -> None:
    """A colleague is one person however many addresses he has; a list or a room of ours is one too, but no pair."""
    people = {ids.get(party.address, party.address) for party in item.parties}
    others = len(people) - 1
    if not 0 < others <= MOST_OTHERS:
        return
    senders = {ids.get(party.address) for party in item.parties if party.role is Role.FROM}
    day = day_number(item.at, zone)
    pair_of = sorted(one for one in people if isinstance(one, int) and one not in hidden)
    for low, high in combinations(pair_of, 2):
        from_low = others if not item.is_one_sided or low in senders else 0
        from_high = others if not item.is_one_sided or high in senders else 0
        if from_low or from_high:
            place = (low, high, item.kind.value, day)
            before = days.get(place, (0, 0))
            days[place] = (_smaller(before[0], from_low), _smaller(before[1], from_high))


def _smaller(one: int, other: int) -> int:
    """The smaller of two numbers of others, where 0 is none."""
    return min(one or other, other or one)


def colleague_ids(conn: Connection, names: Iterable[str]) -> dict[str, int]:
    """Whose the addresses are; should two claim one, the smaller key has it (as in `store.activities.sides`)."""
    found: dict[str, tuple[str, int]] = {}
    for chunk in in_chunks(sorted(names)):
        query = (
            sa.select(_address.c.address, _colleague.c.key, _colleague.c.id)
            .join(_colleague, _colleague.c.id == _address.c.colleague_id)
            .where(_address.c.address.in_(chunk))
        )
        for address, key, number in conn.execute(query):
            found[address] = min(found.get(address, (key, number)), (key, number))
    return {address: number for address, (_, number) in found.items()}


def _opted_out(conn: Connection) -> set[int]:
    query = (
        sa.select(_colleague.c.id)
        .join(PREFERENCE, PREFERENCE.c.colleague_key == _colleague.c.key)
        .where(PREFERENCE.c.opted_out_at.is_not(None))
    )
    return set(conn.scalars(query))
