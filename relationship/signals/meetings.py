"""Signals from meetings and calls: cancelled ones, regular ones that fall through, fewer people on them."""

from collections.abc import Iterator

import numpy as np

from relationship.signals.case import Case, between, counted, rows_of
from relationship.signals.facts import Bools, Floats, Ints
from relationship.signals.signal import Fact, Signal

# Meetings of the last days are held against those of the days before.
RECENT_DAYS, EARLIER_DAYS = 60, 180


def cancelled(case: Case) -> Iterator[Signal]:
    """H-R6: meetings with the account were cancelled repeatedly."""
    facts, limits = case.facts, case.limits
    since = facts.today - limits.cancelled_days
    lately = (facts.cancelled.day > since) & (facts.cancelled.day <= facts.today)
    account, number, day = (
        array[lately] for array in (facts.cancelled.account, facts.cancelled.id, facts.cancelled.day)
    )
    order = np.lexsort((day, account))
    account, number, day = account[order], number[order], day[order]
    count = counted(account, len(facts.accounts.id)).astype(np.float64)
    hits = case.reached("H-R6", facts.accounts.id, count, limits.cancelled_meetings)

    def evidence(place: int) -> tuple[Fact, ...]:
        rows = rows_of(account, place)
        return tuple(
            Fact("cancelled_meeting", int(one), ref=int(which))
            for one, which in zip(day[rows], number[rows], strict=True)
        )

    def key(place: int) -> str:
        return f"cancelled/{int(number[rows_of(account, place)][0])}"

    strength = between(count, limits.cancelled_meetings, 2 * limits.cancelled_meetings)
    return case.of_accounts("H-R6", hits, strength, key, evidence)


def series_cancelled(case: Case) -> Iterator[Signal]:
    """H-X2.cancelled: of meetings that used to take place regularly, a good part is cancelled now.

    Regular: at least `participants_least` took place in the half year before.
    """
    facts, limits = case.facts, case.limits
    size, held = len(facts.accounts.id), facts.meetings
    regular = counted(held.account[held.met & _within(held.day, facts.today, earlier=True)], size)
    kept = counted(held.account[held.met & _within(held.day, facts.today, earlier=False)], size)
    gone = counted(facts.cancelled.account[_within(facts.cancelled.day, facts.today, earlier=False)], size)
    share: Floats = gone * 100.0 / np.maximum(gone + kept, 1)
    hits = case.reached("H-X2.cancelled", facts.accounts.id, share, limits.cancelled_share_percent)
    hits &= (gone >= limits.cancelled_meetings) & (regular >= limits.participants_least)

    def evidence(place: int) -> tuple[Fact, ...]:
        all_of_them = float(gone[place] + kept[place])
        return (Fact("meetings_kept", facts.today - RECENT_DAYS, float(gone[place]), all_of_them),)

    strength = between(share, limits.cancelled_share_percent, 100)
    return case.of_accounts("H-X2.cancelled", hits, strength, lambda _place: f"since/{facts.today}", evidence)


def fewer_people(case: Case) -> Iterator[Signal]:
    """H-X2.fewer: on meetings and calls fewer of their people than on average in the half year before."""
    facts, limits = case.facts, case.limits
    before, recent = (_people(case, earlier=earlier) for earlier in (True, False))
    with np.errstate(divide="ignore", invalid="ignore"):
        fall = (1 - recent / before) * 100
    hits = case.reached("H-X2.fewer", facts.accounts.id, fall, limits.participants_fall_percent)

    def evidence(place: int) -> tuple[Fact, ...]:
        now, earlier = round(float(recent[place]), 1), round(float(before[place]), 1)
        return (Fact("participants", facts.today - RECENT_DAYS, now, earlier),)

    strength = between(fall, limits.participants_fall_percent, 100)
    return case.of_accounts("H-X2.fewer", hits, strength, lambda _place: f"since/{facts.today}", evidence)


def _people(case: Case, *, earlier: bool) -> Floats:
    """How many of theirs were on a meeting or call on average; nan where there were too few to tell."""
    held, size = case.facts.meetings, len(case.facts.accounts.id)
    rows = _within(held.day, case.facts.today, earlier=earlier) & (held.people > 0)
    count = counted(held.account[rows], size)
    people = np.bincount(held.account[rows], weights=held.people[rows], minlength=size)
    enough = count >= case.limits.participants_least
    mean: Floats = np.where(enough, people / np.maximum(count, 1), np.nan)
    return mean


def _within(day: Ints, today: int, *, earlier: bool) -> Bools:
    begin = today - RECENT_DAYS
    chosen: Bools = (day <= begin) & (day > begin - EARLIER_DAYS) if earlier else (day > begin) & (day <= today)
    return chosen
