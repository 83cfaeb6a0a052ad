"""Signals from how often and how fast both sides write: silence, rarer or slower replies."""

from collections.abc import Iterator

import numpy as np

from relationship.signals.case import Case, between, counted, latest, nearest_rank
from relationship.signals.facts import Bools, Floats, Ints, Touches
from relationship.signals.signal import Fact, Signal

# The gaps of so many days before the last contact are an account's rhythm; nine of ten gaps are not longer.
RHYTHM_DAYS = 365
LONG_GAP = 0.9
# Replies of the last days are held against those of the days before.
RECENT_DAYS, EARLIER_DAYS = 60, 180
# A mail that nobody answered within so many days was not answered slowly, but not at all.
ANSWERED_WITHIN = 30
# A median of replies that got longer by less is no news, whatever the factor.
LEAST_SLOWER_DAYS = 2


def silence(case: Case) -> Iterator[Signal]:
    """H-R4: no contact for longer than the account's own rhythm explains.

    The limit is `silence_factor` times the gap that nine of ten of its gaps do not exceed, never less than
    `silence_least_days`; an account with fewer than `rhythm_contacts` contact days has no rhythm.
    """
    facts, limits = case.facts, case.limits
    size, touches = len(facts.accounts.id), facts.touches
    last = latest(touches.owner, touches.day, size)
    quiet = facts.today - last
    owner, gap = _gaps(touches, last)
    usual = nearest_rank(owner, gap, size, LONG_GAP)
    limit = np.maximum(limits.silence_least_days, limits.silence_factor * usual)
    hits = case.reached("H-R4", facts.accounts.id, quiet, np.nan_to_num(limit, nan=np.inf))
    hits &= (counted(owner, size) + 1 >= limits.rhythm_contacts) & (quiet <= limits.silence_longest_days)

    def evidence(place: int) -> tuple[Fact, ...]:
        return (
            Fact("last_contact", int(last[place]), float(quiet[place])),
            Fact("rhythm", None, float(usual[place]), round(float(limit[place]), 1)),
        )

    strength = between(quiet, limit, 2 * limit)
    return case.of_accounts("H-R4", hits, strength, lambda place: f"silence/{int(last[place])}", evidence)


def _gaps(touches: Touches, last: Floats) -> tuple[Ints, Ints]:
    """The days between one contact and the next, each with its account, within the year before the last contact."""
    same = touches.owner[1:] == touches.owner[:-1]
    within = touches.day[:-1] >= last[touches.owner[1:]] - RHYTHM_DAYS
    chosen = same & within
    return touches.owner[1:][chosen], (touches.day[1:] - touches.day[:-1])[chosen]


def replies_rarer(case: Case) -> Iterator[Signal]:
    """H-X2.rarer: of our mail days fewer are matched by a mail day of theirs than in the half year before."""
    facts, limits = case.facts, case.limits
    before, recent = _shares(case, earlier=True), _shares(case, earlier=False)
    with np.errstate(divide="ignore", invalid="ignore"):
        fall = np.where(before > 0, (1 - recent / before) * 100, np.nan)
    hits = case.reached("H-X2.rarer", facts.accounts.id, fall, limits.replies_fall_percent)

    def evidence(place: int) -> tuple[Fact, ...]:
        return (
            Fact(
                "reply_share",
                facts.today - RECENT_DAYS,
                round(float(recent[place]) * 100),
                round(float(before[place]) * 100),
            ),
        )

    strength = between(fall, limits.replies_fall_percent, 100)
    return case.of_accounts("H-X2.rarer", hits, strength, lambda _place: f"since/{facts.today}", evidence)


def replies_slower(case: Case) -> Iterator[Signal]:
    """H-X2.slower: the median wait for a reply is longer than in the half year before, by the factor or more."""
    facts, limits = case.facts, case.limits
    size = len(facts.accounts.id)
    owner, day, wait = _waits(facts.touches)
    medians = []
    for earlier in (True, False):
        rows = _within(day, facts.today, earlier=earlier)
        enough = counted(owner[rows], size) >= limits.replies_least
        medians.append(np.where(enough, nearest_rank(owner[rows], wait[rows], size, 0.5), np.nan))
    before, recent = medians
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = recent / np.maximum(before, 1)
    factor = np.where(recent - before >= LEAST_SLOWER_DAYS, factor, np.nan)
    hits = case.reached("H-X2.slower", facts.accounts.id, factor, limits.replies_factor)

    def evidence(place: int) -> tuple[Fact, ...]:
        return (Fact("reply_days", facts.today - RECENT_DAYS, float(recent[place]), float(before[place])),)

    strength = between(factor, limits.replies_factor, 3 * limits.replies_factor)
    return case.of_accounts("H-X2.slower", hits, strength, lambda _place: f"since/{facts.today}", evidence)


def _within(day: Ints, today: int, *, earlier: bool) -> Bools:
    begin = today - RECENT_DAYS
    chosen: Bools = (day <= begin) & (day > begin - EARLIER_DAYS) if earlier else (day > begin) & (day <= today)
    return chosen


def _shares(case: Case, *, earlier: bool) -> Floats:
    """Mail days of theirs per mail day of ours, 1 at most; nan where we wrote too rarely to tell."""
    touches, size = case.facts.touches, len(case.facts.accounts.id)
    rows = _within(touches.day, case.facts.today, earlier=earlier)
    ours = counted(touches.owner[rows & touches.mail_ours], size)
    theirs = counted(touches.owner[rows & touches.mail_theirs], size)
    share: Floats = np.where(ours >= case.limits.replies_least, np.minimum(theirs / np.maximum(ours, 1), 1.0), np.nan)
    return share


def _waits(touches: Touches) -> tuple[Ints, Ints, Ints]:
    """For each of our mail days that was answered: account, day, and the days until their next mail day."""
    span = int(touches.day.max()) + 1 if len(touches.day) else 1
    least = min(int(touches.day.min()), 0) if len(touches.day) else 0
    place = touches.owner * (span - least) + (touches.day - least)
    asked, answers = place[touches.mail_ours], place[touches.mail_theirs]
    owner, day = touches.owner[touches.mail_ours], touches.day[touches.mail_ours]
    following = np.searchsorted(answers, asked)
    there = following < len(answers)
    wait = np.full(len(asked), ANSWERED_WITHIN + 1, dtype=np.int64)
    wait[there] = answers[following[there]] - asked[there]
    same = np.zeros(len(asked), dtype=np.bool_)
    same[there] = touches.owner[touches.mail_theirs][following[there]] == owner[there]
    answered = same & (wait <= ANSWERED_WITHIN)
    return owner[answered], day[answered], wait[answered]
