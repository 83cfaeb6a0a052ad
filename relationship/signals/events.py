"""Signals from what somebody knows of a customer: events that were imported, entered or told by another system."""

from collections.abc import Iterator
from itertools import groupby

from relationship.signals.case import Case
from relationship.signals.signal import Fact, Signal

_UP, _DOWN, _EITHER = ("up",), ("down",), ("down", "")

# Which events, by kind and direction, are a signal of which detector.
READ_BY: dict[str, dict[str, tuple[str, ...]]] = {
    "H-R7": {"headcount": _DOWN},
    "H-R8": {"budget": _DOWN, "growth": _DOWN},
    "H-R9": {"strategy": _EITHER, "reorganisation": _EITHER},
    "H-O2": {"premium": _UP},
    "H-O3": {"expansion": _UP},
    "H-O4": {"growth": _UP, "headcount": _UP},
    "H-O5": {"new_need": _UP},
    "H-O6": {"budget": _UP, "funding": _UP},
    "H-X3": {"escalation": _EITHER},
    "H-X4": {"price_pressure": _EITHER, "late_payment": _EITHER},
    "H-X5": {"competitor": _EITHER},
}
# These are about the deal that the event is about, else about all of the account that are open, and about the account
# itself where none is.
READ_BY_DEALS: dict[str, dict[str, tuple[str, ...]]] = {
    "H-P5": {"timing": _UP},
    "H-P6": {"urgent_need": _UP},
}


def told(case: Case) -> Iterator[Signal]:
    """One signal per detector and account for all its events of the last `event_days` days."""
    for (detector, account, _record), evidence in _found(case, READ_BY, by_record=False):
        yield Signal(detector, account, None, _key(evidence), _strength(evidence), evidence)


def told_of_deals(case: Case) -> Iterator[Signal]:
    """The same for every open opportunity of the account, or for that one that the event is about."""
    deals, ids = case.facts.deals, case.facts.accounts.id
    open_ones: dict[int, list[int]] = {}
    for number, place in zip(deals.id.tolist(), deals.account.tolist(), strict=True):
        if place >= 0:
            open_ones.setdefault(int(ids[place]), []).append(number)
    told_of: dict[tuple[str, int, int | None], tuple[Fact, ...]] = {}
    for (detector, account, record), evidence in _found(case, READ_BY_DEALS, by_record=True):
        theirs = open_ones.get(account, [])
        wanted: list[int | None] = [one for one in theirs if record in (0, one)]
        if not theirs and not record:
            wanted = [None]
        for deal in wanted:
            place = (detector, account, deal)
            told_of[place] = (*told_of.get(place, ()), *evidence)
    for (detector, account, deal), several in told_of.items():
        ordered = tuple(sorted(several, key=lambda fact: (-(fact.day or 0), -(fact.ref or 0))))
        yield Signal(detector, account, deal, _key(ordered), _strength(ordered), ordered)


def _found(
    case: Case, read_by: dict[str, dict[str, tuple[str, ...]]], *, by_record: bool
) -> Iterator[tuple[tuple[str, int, int], tuple[Fact, ...]]]:
    """(detector, account, opportunity or 0), and the evidence, latest event first."""
    events, today = case.facts.events, case.facts.today
    since = today - case.limits.event_days
    ids = case.facts.accounts.id
    wanted: dict[tuple[str, str], list[str]] = {}
    for detector, kinds in read_by.items():
        for kind, directions in kinds.items():
            for direction in directions:
                wanted.setdefault((kind, direction), []).append(detector)
    rows = zip(
        events.account.tolist(),
        events.record_id.tolist(),
        events.id.tolist(),
        events.day.tolist(),
        events.kind,
        events.direction,
        strict=True,
    )
    hits = sorted(
        (detector, int(ids[place]), record if by_record else 0, -day, -number)
        for place, record, number, day, kind, direction in rows
        if since < day <= today
        for detector in wanted.get((kind, direction), ())
    )
    for (detector, account, record), group in groupby(hits, key=lambda hit: hit[:3]):
        yield (detector, account, record), tuple(Fact("event", -day, ref=-number) for *_, day, number in group)


def _key(evidence: tuple[Fact, ...]) -> str:
    return f"event/{evidence[-1].ref}"


def _strength(evidence: tuple[Fact, ...]) -> float:
    """One event 0.7, each further one a tenth more."""
    return min(1.0, round(0.6 + 0.1 * len(evidence), 2))
