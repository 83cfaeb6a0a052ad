"""How many opportunities stood in each band in the last weeks, as today's rules and contact days show it."""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

import numpy as np
from flask import Flask, current_app
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.clock import number_of
from relationship.health.score import BANDS, NO_SCORE, band_codes
from relationship.health.trend import weekly_scores
from relationship.store.lists.pipeline_figures import Stay
from relationship.store.ratings import bases
from settings.rules import Rules
from settings.rules.precedence import frequency_codes, record_keys
from web.lists.listing import RATINGS

WEEKS = 12
RECORDS_AT_ONCE = 20_000
# Other people with the same rights, and the same person again, see what was worked out for this rating round.
MOST_KEPT = 32

Counts = tuple[tuple[int, ...], ...]


def install(app: Flask) -> None:
    app.extensions["pipeline_weeks"] = _Kept()


class _Kept:
    def __init__(self) -> None:
        self.lock = Lock()
        self.counts: OrderedDict[tuple[object, ...], Counts] = OrderedDict()


def counts(conn: Connection, stays: Sequence[Stay], in_force: Rules, version: int, *, today: int) -> Counts:
    """How many were open with each rating (as in RATINGS) on today's weekday of the last weeks, oldest first."""
    latest = bases.round_of(conn)
    if latest is None or not stays:
        return tuple((0,) * len(RATINGS) for _ in range(WEEKS))
    kept: _Kept = current_app.extensions["pipeline_weeks"]
    name = (latest.stamp, version, today, hash(tuple(stays)))
    with kept.lock:
        if name in kept.counts:
            kept.counts.move_to_end(name)
            return kept.counts[name]
    total = np.zeros((WEEKS, len(RATINGS)), dtype=np.int64)
    for first in range(0, len(stays), RECORDS_AT_ONCE):
        total += _counted(conn, stays[first : first + RECORDS_AT_ONCE], in_force, latest.window_began, today)
    found: Counts = tuple(tuple(int(one) for one in week) for week in total)
    with kept.lock:
        kept.counts[name] = found
        while len(kept.counts) > MOST_KEPT:
            kept.counts.popitem(last=False)
    return found


def _counted(
    conn: Connection, stays: Sequence[Stay], in_force: Rules, window_began: int, today: int
) -> "np.ndarray[tuple[int, int], np.dtype[np.int64]]":
    found = bases.of_records(conn, [one.record_id for one in stays])
    rated = dict(zip(found.record_ids.tolist(), range(len(found.record_ids)), strict=True))
    known = [one for one in stays if one.record_id in rated]
    codes = np.full((WEEKS, len(stays)), len(BANDS), dtype=np.int64)
    if known:
        keys = record_keys([(RecordKind.OPPORTUNITY.value, one.guid, one.segment, one.team_guid) for one in known])
        weekly = weekly_scores(
            bases.unpack(found.packed),
            records=len(known),
            today=today,
            created=found.created,
            window_began=window_began,
            rules=in_force.rating_rules(),
            weeks=WEEKS,
            frequency=frequency_codes(in_force.health, keys),
        )
        bands = band_codes(weekly.scores.score, in_force.rating_rules().bands)
        has_one = weekly.present & (weekly.scores.score != NO_SCORE)
        places = [place for place, one in enumerate(stays) if one.record_id in rated]
        codes[:, places] = np.where(has_one, bands, len(BANDS))
    day = (today - 7 * np.arange(WEEKS - 1, -1, -1))[:, np.newaxis]
    never = np.iinfo(np.int64).max
    began = np.array([number_of(one.created_on) for one in stays])
    ended = np.array([number_of(one.closed_on) if one.closed_on else never for one in stays])
    open_then = (began <= day) & (day < ended)
    return np.stack([((codes == code) & open_then).sum(axis=1) for code in range(len(RATINGS))], axis=1)
