"""What comes next: the day the rating falls if nothing happens, and the smallest act that lifts it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from relationship.activities import KINDS, Kind
from relationship.health.contact_days import NO_DAY, ContactDays, Ints
from relationship.health.rules import Band, HealthRules
from relationship.health.score import BANDS, GOOD, NO_BAND, NO_SCORE, POOR, band_codes, exact_scores
from relationship.health.sums import DaySums, day_sums

LONGEST_FORECAST_DAYS = 3653

# The acts by the effort they take, and whether the other side takes part. Writing and finishing a task
# depend on us alone; a call needs them to answer, a meeting needs an hour of theirs.
ACTS: tuple[tuple[Kind, bool], ...] = (
    (Kind.EMAIL, False),
    (Kind.TASK, False),
    (Kind.CALL, True),
    (Kind.MEETING, True),
)


@dataclass(frozen=True, slots=True)
class ActOutcome:
    """The score and band of a record today if one more act of this kind happened today."""

    kind: Kind
    score: int
    exact: float
    band: Band


@dataclass(frozen=True, slots=True)
class Lift:
    """target    the next higher band, None when the rating is already good
    outcomes  one per act, least effort first
    smallest  the act of least effort that reaches the target; None when no single act does
    """

    target: Band | None
    outcomes: tuple[ActOutcome, ...]
    smallest: ActOutcome | None


def falls(
    sums: DaySums,
    *,
    today: int | Ints,
    created: Ints,
    window_began: int,
    rules: HealthRules,
    frequency: Ints | None = None,
) -> tuple[Ints, Ints]:
    """The first day after `today` on which the rating of each record is lower if nothing happens until then.

    returns  day numbers (NO_DAY where it cannot fall: poor already, no score, or not within ten years) and
             the band then (index into BANDS, NO_BAND where it cannot fall); shape (n,)

    Silence never raises a score, so halving the range of days finds the exact one.
    """

    def bands_on(day: Ints) -> Ints:
        scores = exact_scores(some, today=day, **lasting)
        return band_codes(scores.score, rules.bands)

    start = np.broadcast_to(np.asarray(today, dtype=np.int64), sums.last_day.shape)
    rest: dict[str, Any] = {"window_began": window_began, "rules": rules}
    now = exact_scores(sums, today=today, created=created, frequency=frequency, **rest)
    now_band = band_codes(now.score, rules.bands)
    day, band = np.full(start.shape, NO_DAY, dtype=np.int64), np.full(start.shape, NO_BAND, dtype=np.int64)
    can_fall = np.flatnonzero((now_band >= GOOD) & (now_band < POOR))
    some, before = sums.take(can_fall), now_band[can_fall]
    lasting = {"created": created[can_fall], "frequency": None if frequency is None else frequency[can_fall], **rest}
    stands, fallen = start[can_fall], start[can_fall] + LONGEST_FORECAST_DAYS
    ends = bands_on(fallen) > before
    while (fallen - stands > 1).any():
        middle = (stands + fallen) // 2
        lower = bands_on(middle) > before
        stands, fallen = np.where(lower, stands, middle), np.where(lower, middle, fallen)
    day[can_fall] = np.where(ends, fallen, NO_DAY)
    band[can_fall] = np.where(ends, bands_on(fallen), NO_BAND)
    return day, band


def smallest_act(days: ContactDays, *, today: int, created: int, window_began: int, rules: HealthRules) -> Lift | None:
    """What one more act today would do for a single record; None when the record has no score.

    An e-mail and a completed task are from us; an answered call and a held meeting are from both sides.
    A second activity of the same kind and side on one day changes nothing, so an outcome may equal today's
    score. Least effort: e-mail, task, call, meeting.

    >>> days = ContactDays.of_record([("email", 20612, 1, 1), ("email", 20605, 1, 1)])
    >>> lift = smallest_act(days, today=20621, created=20600, window_began=20200, rules=HealthRules())
    >>> lift.target.value, lift.smallest.kind.value, [act.score for act in lift.outcomes]
    ('good', 'call', [58, 58, 62, 62])
    """
    known = days.known_on(today)
    tries = [known, *(_with(known, kind, today, theirs) for kind, theirs in ACTS)]
    together = ContactDays(
        np.repeat(np.arange(len(tries)), [len(one) for one in tries]),
        *(np.concatenate([getattr(one, name) for one in tries]) for name in ("kind", "day", "ours", "theirs")),
    )
    sums = day_sums(together, records=len(tries), until=today)
    scores = exact_scores(sums, today=today, created=created, window_began=window_began, rules=rules)
    if scores.score[0] == NO_SCORE:
        return None
    codes = band_codes(scores.score, rules.bands).tolist()
    outcomes = tuple(
        ActOutcome(kind, int(scores.score[index]), float(scores.exact[index]), BANDS[codes[index]])
        for index, (kind, _) in enumerate(ACTS, start=1)
    )
    if codes[0] == GOOD:
        return Lift(None, outcomes, None)
    smallest = next((act for act, code in zip(outcomes, codes[1:], strict=True) if code < codes[0]), None)
    return Lift(BANDS[codes[0] - 1], outcomes, smallest)


def _with(days: ContactDays, kind: Kind, today: int, theirs: bool) -> ContactDays:
    added = (0, KINDS.index(kind), today, 1, int(theirs))
    columns = (days.record, days.kind, days.day, days.ours, days.theirs)
    record, kinds, day, ours, from_them = (
        np.append(column, value) for column, value in zip(columns, added, strict=True)
    )
    return ContactDays.from_arrays(record=record, kind=kinds, day=day, ours=ours, theirs=from_them)
