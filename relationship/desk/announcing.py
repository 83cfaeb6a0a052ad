"""What rating adds to the ledger: announced changes with their cause, in the transaction that saves the ratings.

Twice is harmless: what is announced is remembered, and held against the next rating; only what differs is written.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection

from relationship.activities import KINDS
from relationship.health.changes import NEWS_DAYS, Announced, Cause, News, What, announced, cause_of, changed
from relationship.health.contact_days import NO_DAY, Ints
from relationship.health.rating import Ratings
from relationship.health.rules import Bands
from relationship.health.score import BANDS
from relationship.health.trend import TRENDS
from relationship.store import bases, rating_changes, record_changes
from relationship.store.bases import Bases
from relationship.store.rating_changes import Last


@dataclass(frozen=True, slots=True)
class Announcing:
    """A rating of records that may be announced. everything: of all that there are."""

    at: datetime
    rules_version: int
    bands: Bands
    everything: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What happened to one record; kinds: of its latest activities, in the order of KINDS."""

    news: News
    kinds: tuple[str, ...] = ()


_CAUSES_WITH_KINDS = (Cause.ACTIVITY, Cause.OWNER)

# For ids in ascending order, what happened to each.
NewsOf = Callable[[list[int]], Sequence[Told]]


def announce(conn: Connection, record_ids: Ints, found: Ratings, by: Announcing, *, news_of: NewsOf) -> int:
    """Write the changes that these ratings announce; before ratings and bases are saved. Returns how many.

    record_ids  of the n records rated, ascending
    """
    last = rating_changes.last_announced(conn, record_ids, everything=by.everything)
    _forget_the_empty(conn, record_ids, found, last)
    now = announced(last.said, found, by.bands)
    differs = (now.band != last.said.band) | (now.trend != last.said.trend)
    places = np.flatnonzero(differs & (found.last_day != NO_DAY))
    if not len(places):
        return 0
    moves = changed(last.said.band, now.band), changed(last.said.trend, now.trend)
    moved = places[moves[0][places] | moves[1][places]]
    ids = record_ids[moved].tolist()
    told = dict(zip(moved.tolist(), news_of(ids), strict=True)) if ids else {}
    ledger = _Ledger(record_ids, found, last, now, by)
    rows = [
        ledger.row(place, what, told[place])
        for place in moved.tolist()
        for what, moves_so in zip(What, moves, strict=True)
        if moves_so[place]
    ]
    rating_changes.add(conn, rows)
    rating_changes.announce(conn, [ledger.announced(place) for place in places.tolist()])
    return len(rows)


def after_new_rules(record_ids: list[int]) -> list[Told]:
    """Other rules are all that happened."""
    return [Told(News(rules=True))] * len(record_ids)


def since_last_rating(conn: Connection, written: Bases, *, rated_before: int) -> NewsOf:
    """What happened since the bases were written last.

    written       the bases of the records that are noted as stale, not saved yet
    rated_before  day number of the rating before
    """

    def news_of(record_ids: list[int]) -> list[Told]:
        new_owner = record_changes.with_new_owner(conn)
        stale = np.flatnonzero(np.isin(written.record_ids, record_ids))
        ids = written.record_ids[stale].tolist()
        kept = bases.of_records(conn, ids)
        before = dict(zip(kept.record_ids.tolist(), kept.packed, strict=True))
        came, went = bases.difference(
            [before.get(number, b"") for number in ids], [written.packed[place] for place in stale.tolist()]
        )
        is_late = came.day > rated_before - NEWS_DAYS
        lately = {(ids[place], kind) for place, kind in _pairs(came.record[is_late], came.kind[is_late])}
        earlier = {ids[place] for place in np.unique(came.record[~is_late]).tolist()}
        gone = {ids[place] for place in np.unique(went.record).tolist()}
        return [_told(number, lately, earlier, gone, new_owner) for number in record_ids]

    return news_of


def _told(
    number: int, lately: set[tuple[int, int]], earlier: set[int], gone: set[int], new_owner: frozenset[int]
) -> Told:
    kinds = tuple(kind.value for place, kind in enumerate(KINDS) if (number, place) in lately)
    return Told(News(bool(kinds), number in earlier, number in gone, number in new_owner), kinds)


def _pairs(record: Ints, kind: Ints) -> set[tuple[int, int]]:
    return set(zip(record.tolist(), kind.tolist(), strict=True))


def _forget_the_empty(conn: Connection, record_ids: Ints, found: Ratings, last: Last) -> None:
    """Records of which nothing is kept any more, as after an exclusion, keep no history either."""
    empty = (last.said.band >= 0) & (found.last_day == NO_DAY)
    rating_changes.forget(conn, record_ids[empty].tolist())


@dataclass(frozen=True, slots=True, eq=False)
class _Ledger:
    """Rows for n records, by their place."""

    record_ids: Ints
    found: Ratings
    last: Last
    now: Announced
    by: Announcing

    def row(self, place: int, what: What, told: Told) -> dict[str, Any]:
        is_rating = what is What.RATING
        names: Sequence[str] = BANDS if is_rating else TRENDS
        said, now = (int((found.band if is_rating else found.trend)[place]) for found in (self.last.said, self.now))
        cause = cause_of(told.news, what=what, rose=now < said)
        return {
            "record_id": int(self.record_ids[place]),
            "day": int(self.found.as_of[place]),
            "noted_at": self.by.at,
            "what": what.value,
            "before": str(names[said]),
            "after": str(names[now]),
            "score_before": int((self.last.score if is_rating else self.last.trend_score)[place]),
            "score_after": int(self.found.score[place]),
            "cause": cause.value,
            "kinds": " ".join(told.kinds) if cause in _CAUSES_WITH_KINDS else "",
            "rules_version": self.by.rules_version,
        }

    def announced(self, place: int) -> dict[str, Any]:
        last, now, score = self.last, self.now, int(self.found.score[place])
        band, trend = int(now.band[place]), int(now.trend[place])
        as_before = band == last.said.band[place], trend == last.said.trend[place]
        trend_score = int(last.trend_score[place]) if as_before[1] else score
        return {
            "record_id": int(self.record_ids[place]),
            "rating": str(BANDS[band]),
            "score": int(last.score[place]) if as_before[0] else score,
            "trend": str(TRENDS[trend]) if trend >= 0 else None,
            "trend_score": trend_score if trend >= 0 else None,
        }
