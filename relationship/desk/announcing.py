"""What rating adds to the ledger: announced changes with their cause, in the transaction that saves the ratings.

Twice is harmless: what is announced is remembered, and held against the next rating; only what differs is written.
"""

from collections.abc import Callable, Mapping, Sequence
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
from relationship.store.crm import record_changes
from relationship.store.ratings import bases, rating_changes
from relationship.store.ratings.bases import Bases
from relationship.store.ratings.rating_changes import Last


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


# By code; -1, no trend yet, is the last of them.
_BANDS = np.array([band.value for band in BANDS], dtype=object)
_TRENDS = np.array([*(trend.value for trend in TRENDS), None], dtype=object)
_CAUSES_WITH_KINDS = (Cause.ACTIVITY, Cause.OWNER)

# For ids in ascending order, what happened to each.
NewsOf = Callable[[list[int]], Sequence[Told]]


def announce(conn: Connection, record_ids: Ints, found: Ratings, by: Announcing, *, news_of: NewsOf) -> int:
    """Write the changes that these ratings announce; before ratings and bases are saved. Returns how many.

    record_ids  of the n records rated, ascending
    """
    last = rating_changes.last_announced(conn, record_ids, everything=by.everything)
    if by.everything:
        rating_changes.forget_the_empty(conn)
    else:
        rating_changes.forget(conn, record_ids[found.last_day == NO_DAY].tolist())
    now = announced(last.said, found, by.bands)
    differs = (now.band != last.said.band) | (now.trend != last.said.trend)
    places = np.flatnonzero(differs & (found.last_day != NO_DAY))
    if not len(places):
        return 0
    moved = [
        (What.RATING, places[changed(last.said.band, now.band)[places]]),
        (What.TREND, places[changed(last.said.trend, now.trend)[places]]),
    ]
    either = np.unique(np.concatenate([some for _, some in moved]))
    told = dict(zip(either.tolist(), news_of(record_ids[either].tolist()), strict=True)) if len(either) else {}
    for what, some in moved:
        if len(some):
            rating_changes.add(conn, _changes(what, some, record_ids, found, last, now, told, by))
    rating_changes.announce(conn, _announced(places, record_ids, found, last, now))
    return sum(len(some) for _, some in moved)


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


def _changes(
    what: What,
    places: Ints,
    record_ids: Ints,
    found: Ratings,
    last: Last,
    now: Announced,
    told: Mapping[int, Told],
    by: Announcing,
) -> dict[str, list[Any]]:
    """The columns of the changes at these places."""
    is_rating = what is What.RATING
    said, says = (last.said.band, now.band) if is_rating else (last.said.trend, now.trend)
    names = _BANDS if is_rating else _TRENDS
    news = [told[place] for place in places.tolist()]
    rose = (says < said)[places].tolist()
    causes = [cause_of(one.news, what=what, rose=up) for one, up in zip(news, rose, strict=True)]
    return {
        "record_id": record_ids[places].tolist(),
        "day": found.as_of[places].tolist(),
        "noted_at": [by.at] * len(places),
        "what": [what.value] * len(places),
        "before": names[said[places]].tolist(),
        "after": names[says[places]].tolist(),
        "score_before": (last.score if is_rating else last.trend_score)[places].tolist(),
        "score_after": found.score[places].tolist(),
        "cause": [str(cause) for cause in causes],
        "kinds": [
            " ".join(one.kinds) if cause in _CAUSES_WITH_KINDS else "" for one, cause in zip(news, causes, strict=True)
        ],
        "rules_version": [by.rules_version] * len(places),
    }


def _announced(places: Ints, record_ids: Ints, found: Ratings, last: Last, now: Announced) -> dict[str, list[Any]]:
    """The columns of what is announced at these places; a score is that of the last change."""
    band, trend, score = now.band[places], now.trend[places], found.score[places]
    trend_score = np.where(trend == last.said.trend[places], last.trend_score[places], score)
    return {
        "record_id": record_ids[places].tolist(),
        "rating": _BANDS[band].tolist(),
        "score": np.where(band == last.said.band[places], last.score[places], score).tolist(),
        "trend": _TRENDS[trend].tolist(),
        "trend_score": [None if code < 0 else one for code, one in zip(trend, trend_score.tolist(), strict=True)],
    }
