"""The rating of records: score, state, band, trend and forecast of all of them in one pass."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from relationship.health.contact_days import NO_DAY, Bools, ContactDays, Floats, Ints
from relationship.health.forecast import falls
from relationship.health.kept import KEPT_WEEKS, Kept, keep
from relationship.health.rules import Band, HealthRules
from relationship.health.score import BANDS, NO_BAND, NO_SCORE, band_codes, exact_scores
from relationship.health.states import STATES, State, states
from relationship.health.trend import NO_TREND, TRENDS, Trend, trends, weekly_scores

# Records rated at a time: the weekly sums of so many stay small in memory.
CHUNK_RECORDS = 16_384


@dataclass(frozen=True, slots=True)
class Rating:
    """The rating of one record.

    as_of            day number the rating is for
    score, exact     0 .. 100 rounded and before rounding; None when the state allows no score
    trend_points     mean of the last 4 weekly scores minus the 4 before; None without a trend
    falls_on         day number on which the rating falls to `falls_to` if nothing happens, else None
    last_day         last contact day (day number), None without one
    """

    as_of: int
    state: State
    closed: bool
    recent: bool
    score: int | None
    exact: float | None
    band: Band | None
    trend: Trend | None
    trend_points: float | None
    falls_on: int | None
    falls_to: Band | None
    last_day: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Ratings:
    """The same for n records: arrays of shape (n,).

    state, band, trend, falls_to  indices into STATES, BANDS, TRENDS, BANDS; -1 for none
    score -1, exact and trend_points nan, falls_on and last_day NO_DAY where there is none
    """

    as_of: Ints
    state: Ints
    closed: Bools
    recent: Bools
    score: Ints
    exact: Floats
    band: Ints
    trend: Ints
    trend_points: Floats
    falls_on: Ints
    falls_to: Ints
    last_day: Ints

    def __len__(self) -> int:
        return len(self.state)

    def rows(self) -> list[Rating]:
        """One `Rating` per record, in order."""
        columns = [
            self.as_of.tolist(),
            [STATES[code] for code in self.state.tolist()],
            self.closed.tolist(),
            self.recent.tolist(),
            [None if score == NO_SCORE else score for score in self.score.tolist()],
            _numbers(self.exact),
            _named(self.band, BANDS),
            _named(self.trend, TRENDS),
            _numbers(self.trend_points),
            _days(self.falls_on),
            _named(self.falls_to, BANDS),
            _days(self.last_day),
        ]
        return [Rating(*row) for row in zip(*columns, strict=True)]


@dataclass(frozen=True, slots=True, eq=False)
class Circumstances:
    """What a rating takes into account beside contact days; arrays of shape (n,).

    created      day each record was created in the CRM
    frequency    the contact frequency expected of it (codes of `Frequency`)
    closed       won, lost or disqualified: the last score is kept and marked, and nothing is forecast
    degraded     a source that feeds the record is broken: the score is kept under that warning; neither a
                 trend nor a forecast is given, since the silence may be ours
    has_planned  the record has a planned activity
    """

    created: Ints
    frequency: Ints
    closed: Bools
    degraded: Bools
    has_planned: Bools

    def take(self, records: Any) -> "Circumstances":
        return Circumstances(*(getattr(self, name)[records] for name in Circumstances.__slots__))


def rate(
    days: ContactDays,
    *,
    records: int,
    today: int | Ints,
    created: Ints,
    window_began: int,
    rules: HealthRules,
    frequency: Ints | None = None,
    closed: Bools | None = None,
    degraded: Bools | None = None,
    has_planned: Bools | None = None,
) -> Ratings:
    """Rate n records in one set-based pass.

    days          the contact days of all records; later ones than `today` are left out
    records       n
    today         day number, or one per record: for a closed record the day it was closed
    window_began  first day the organisation's read window covers
    others        as in `Circumstances`; flags left out count as False, the frequency as that of the rules
    returns       arrays of shape (n,)

    >>> from relationship.health.contact_days import ContactDays
    >>> calls = ContactDays.of_record([("call", day, 1, 1) for day in range(20001, 20622, 7)])
    >>> found = rate(calls, records=1, today=20621, created=np.array([20000]), window_began=20221,
    ...              rules=HealthRules()).rows()[0]
    >>> found.score, found.band.value, found.trend.value, found.falls_on - 20621, found.falls_to.value
    (61, 'good', 'steady', 5, 'fair')
    """
    as_of = np.broadcast_to(np.asarray(today, dtype=np.int64), (records,))
    given = Circumstances(
        np.asarray(created),
        np.full(records, rules.frequency) if frequency is None else frequency,
        *(
            np.zeros(records, dtype=np.bool_) if flag is None else np.asarray(flag, dtype=np.bool_)
            for flag in (closed, degraded, has_planned)
        ),
    )

    def kept_of(first: int, beyond: int) -> Kept:
        return keep(days.of_records(first, beyond), records=beyond - first, today=as_of[first:beyond])

    return _in_chunks(records, kept_of, given, window_began, rules)


def rate_kept(kept: Kept, given: Circumstances, *, window_began: int, rules: HealthRules) -> Ratings:
    """The same from what was kept of the contact days, bit for bit."""
    return _in_chunks(len(kept), kept.of_records, given, window_began, rules)


def _in_chunks(
    records: int,
    kept_of: Callable[[int, int], Kept],
    given: Circumstances,
    window_began: int,
    rules: HealthRules,
) -> Ratings:
    parts = []
    for first in range(0, max(records, 1), CHUNK_RECORDS):
        beyond = min(first + CHUNK_RECORDS, records)
        parts.append(_rate_chunk(kept_of(first, beyond), given.take(slice(first, beyond)), window_began, rules))
    return Ratings(*(np.concatenate(columns) for columns in zip(*map(_columns, parts), strict=True)))


def _rate_chunk(kept: Kept, given: Circumstances, window_began: int, rules: HealthRules) -> Ratings:
    rest: dict[str, Any] = {"today": kept.today, "created": given.created, "window_began": window_began}
    scores = exact_scores(kept.now, **rest, rules=rules, frequency=given.frequency)
    found = states(kept.now.last_day, kept.contact_days, **rest, degraded=given.degraded, has_planned=given.has_planned)
    band = np.where(found.scored, band_codes(scores.score, rules.bands), NO_BAND)
    weekly = weekly_scores(
        kept.recent,
        records=len(kept),
        **rest,
        rules=rules,
        weeks=KEPT_WEEKS,
        frequency=given.frequency,
        earlier=kept.earlier,
    )
    trend, moved = trends(weekly)
    trusted = found.scored & ~given.degraded
    falls_on, falls_to = _falls(kept, given, trusted & ~given.closed, window_began, rules)
    return Ratings(
        as_of=kept.today,
        state=found.state,
        closed=given.closed,
        recent=found.recent,
        score=np.where(found.scored, scores.score, NO_SCORE),
        exact=np.where(found.scored, scores.exact, np.nan),
        band=band,
        trend=np.where(trusted, trend, NO_TREND),
        trend_points=np.where(trusted, moved, np.nan),
        falls_on=falls_on,
        falls_to=falls_to,
        last_day=kept.now.last_day,
    )


def _falls(kept: Kept, given: Circumstances, wanted: Bools, window_began: int, rules: HealthRules) -> tuple[Ints, Ints]:
    day = np.full(wanted.shape, NO_DAY, dtype=np.int64)
    band = np.full(wanted.shape, NO_BAND, dtype=np.int64)
    some = np.flatnonzero(wanted)
    day[some], band[some] = falls(
        kept.now.take(some),
        today=kept.today[some],
        created=given.created[some],
        window_began=window_began,
        rules=rules,
        frequency=given.frequency[some],
    )
    return day, band


def _columns(ratings: Ratings) -> list[Any]:
    return [getattr(ratings, name) for name in Ratings.__slots__]


def _named(codes: Ints, names: tuple[Any, ...]) -> list[Any]:
    return [None if code < 0 else names[code] for code in codes.tolist()]


def _numbers(values: Floats) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]


def _days(values: Ints) -> list[int | None]:
    return [None if day == NO_DAY else day for day in values.tolist()]
