"""Signals about single open opportunities: those that drag on, are silent or over-rated, and those that can be won."""

from collections.abc import Iterator

import numpy as np

from relationship.signals.case import Case, between, counted, latest
from relationship.signals.facts import STAGES, Bools, Floats, Ints
from relationship.signals.signal import Fact, Signal, Source

# Days in which pushes of the closing date are counted together.
PUSH_DAYS = 180
# Their pace of the last days is held against that of the days before.
PACE_DAYS, PACE_BEFORE_DAYS, LEAST_PACE = 14, 90, 3


def drags_on(case: Case) -> Iterator[Signal]:
    """H-P1: too long in one stage, open too long, closing date pushed repeatedly, or passed."""
    deals, limits, today = case.facts.deals, case.limits, case.facts.today
    figures: dict[str, tuple[Floats, float]] = {
        "pushed": (_pushes(case).astype(np.float64), limits.deal_pushes),
        "overdue": (today - deals.close_on, limits.deal_overdue_days),
        "stage": (today - deals.stage_since, limits.deal_stage_days),
        "age": (today - deals.created, limits.deal_age_days),
    }
    # A passing day never goes back by itself: only the count of pushes could come and go.
    ratios = np.array([np.nan_to_num(figure / limit, nan=0.0) for figure, limit in figures.values()])
    hits = case.reached("H-P1", deals.id, ratios[0], 1.0) | (ratios[1:] >= 1).any(axis=0)
    since = {"stage": deals.stage_since, "overdue": deals.close_on, "age": deals.created}

    def evidence(place: int) -> tuple[Fact, ...]:
        reached = ratios[:, place] >= 1
        # Only pushes keep a signal open while none of the four is reached any more.
        shown = reached if reached.any() else np.arange(len(reached)) == 0
        return tuple(
            Fact(what, _day(since[what][place]) if what in since else None, float(figure[place]), limit)
            for row, (what, (figure, limit)) in enumerate(figures.items())
            if shown[row]
        )

    strength = between(ratios.max(axis=0, initial=0.0), 1, 3)
    return case.of_deals("H-P1", hits, strength, lambda place: f"drags/{int(deals.created[place])}", evidence)


def _pushes(case: Case) -> Ints:
    """How often the closing date of each deal was put later in the last half year."""
    moves = case.facts.moves
    later = (moves.close > moves.close_before) & (moves.day > case.facts.today - PUSH_DAYS)
    return counted(moves.deal[later], len(case.facts.deals.id))


def over_rated(case: Case) -> Iterator[Signal]:
    """H-P2: the probability in the CRM lies over what the lowest of the ceilings that apply allows."""
    deals, limits = case.facts.deals, case.limits
    pushed = _pushes(case) >= limits.deal_pushes
    weak = (_champions(case)[1] < limits.champion_weak_days) & ~_unseen(case)
    qualify, develop, propose, close = (deals.stage == place for place in range(len(STAGES)))
    reasons: tuple[tuple[str, Bools, int], ...] = (
        ("stage_qualify", qualify, limits.ceiling_qualify),
        ("stage_develop", develop & ~weak, limits.ceiling_develop),
        ("champion_weak", develop & weak, limits.ceiling_weak),
        ("stage_propose", propose, limits.ceiling_propose),
        ("stage_close", close, limits.ceiling_close),
        ("rating_poor", deals.poor & ~deals.broken, limits.ceiling_poor),
        ("competitor", deals.competitor, limits.ceiling_competitor),
        ("pushed", pushed, limits.ceiling_pushed),
    )
    ceiling = np.full(len(deals.id), np.nan)
    for _what, applies, most in reasons:
        ceiling = np.where(applies, np.fmin(ceiling, most), ceiling)
    above = deals.probability - ceiling
    # A certain deal is as good as closed: someone will close it.
    above = np.where(deals.probability >= 100, np.nan, above)
    hits = case.reached("H-P2", deals.id, above, max(limits.probability_margin, 1))

    def evidence(place: int) -> tuple[Fact, ...]:
        first = Fact("probability", None, float(deals.probability[place]), float(ceiling[place]))
        return first, *(
            Fact(what, None, None, float(most), int(deals.id[place]) if what == "competitor" else None)
            for what, applies, most in reasons
            if applies[place] and most < deals.probability[place]
        )

    strength = between(above, limits.probability_margin, 50)
    return case.of_deals("H-P2", hits, strength, lambda place: f"ceiling/{int(ceiling[place])}", evidence)


def _unseen(case: Case) -> Bools:
    """The deals whose activities are not read, or not all of them."""
    facts = case.facts
    unseen = facts.deals.broken.copy()
    rows = np.flatnonzero(facts.deals.account >= 0)
    for flags in (facts.broken, facts.missing):
        if Source.ACTIVITIES in flags:
            unseen[rows] |= flags[Source.ACTIVITIES][facts.deals.account[rows]]
    return unseen


def idle(case: Case) -> Iterator[Signal]:
    """H-P3: no activity on the deal for 30 days, counted from its creation where there never was one."""
    deals, touches, limit = case.facts.deals, case.facts.deal_touches, case.limits.deal_idle_days
    last = latest(touches.owner, touches.day, len(deals.id))
    since = np.where(np.isnan(last), deals.created, last)
    quiet = case.facts.today - since
    hits = (quiet >= limit) & ~deals.broken

    def evidence(place: int) -> tuple[Fact, ...]:
        return (Fact("idle", int(since[place]), float(quiet[place]), float(limit)),)

    return case.of_deals(
        "H-P3", hits, between(quiet, limit, 3 * limit), lambda place: f"idle/{int(since[place])}", evidence
    )


def solid_champion(case: Case) -> Iterator[Signal]:
    """H-P4: one of the deal's contacts answered or met on several days lately."""
    facts, limits = case.facts, case.limits
    deals = facts.deals
    best, most = _champions(case)
    hits = case.reached("H-P4", deals.id, most, limits.solid_days) & ~deals.broken & (best >= 0)

    def evidence(place: int) -> tuple[Fact, ...]:
        who = int(facts.contacts.id[best[place]])
        return (Fact("champion", facts.today - limits.solid_window_days, float(most[place]), ref=who),)

    strength = between(most, limits.solid_days, 3 * limits.solid_days)
    return case.of_deals(
        "H-P4", hits, strength, lambda place: f"contact/{int(facts.contacts.id[best[place]])}", evidence
    )


def _champions(case: Case) -> tuple[Ints, Floats]:
    """Of each deal the contact who answered or met on most days lately, -1 for none; and on how many days."""
    facts, limits = case.facts, case.limits
    size, touches = len(facts.deals.id), facts.contact_touches
    lately = touches.theirs & (touches.day > facts.today - limits.solid_window_days)
    days = counted(touches.owner[lately], len(facts.contacts.id))
    deal, contact = facts.deal_contacts
    active = facts.contacts.active[contact] if len(contact) else np.zeros(0, dtype=np.bool_)
    deal, contact = deal[active], contact[active]
    order = np.lexsort((-contact, days[contact], deal))
    best = np.full(size, -1, dtype=np.int64)
    best[deal[order]] = contact[order]
    most = np.where(best >= 0, days[best], 0).astype(np.float64) if len(days) else np.zeros(size)
    return best, most


def brought_forward(case: Case) -> Iterator[Signal]:
    """H-P5: the closing date was brought forward lately, and still lies ahead."""
    facts, limits = case.facts, case.limits
    deals, moves = facts.deals, facts.moves
    lately = moves.day > facts.today - limits.move_days
    gain = np.where(lately, moves.close_before - moves.close, np.nan)
    best, place_of = np.full(len(deals.id), np.nan), np.full(len(deals.id), -1, dtype=np.int64)
    rows = np.flatnonzero(np.nan_to_num(gain, nan=0.0) > 0)
    best[moves.deal[rows]], place_of[moves.deal[rows]] = gain[rows], rows
    # Pushed back again meanwhile: what counts is the date of now.
    still = deals.close_on <= np.where(place_of >= 0, moves.close[place_of], np.nan) if len(moves.day) else best > 0
    hits = (np.nan_to_num(best, nan=-1.0) >= limits.forward_days) & still & (deals.close_on >= facts.today)

    def evidence(place: int) -> tuple[Fact, ...]:
        row = place_of[place]
        return (Fact("brought_forward", int(moves.day[row]), float(moves.close[row]), float(moves.close_before[row])),)

    strength = between(best, limits.forward_days, 90)
    return case.of_deals("H-P5", hits, strength, lambda place: f"forward/{int(moves.day[place_of[place]])}", evidence)


def in_a_hurry(case: Case) -> Iterator[Signal]:
    """H-P6: it is to close soon and the customer comes back far more often than before."""
    facts, limits = case.facts, case.limits
    deals, touches, today = facts.deals, facts.deal_touches, facts.today
    size = len(deals.id)
    recent = touches.theirs & (touches.day > today - PACE_DAYS)
    earlier = touches.theirs & (touches.day <= today - PACE_DAYS) & (touches.day > today - PACE_DAYS - PACE_BEFORE_DAYS)
    now = counted(touches.owner[recent], size).astype(np.float64)
    before = counted(touches.owner[earlier], size) * (PACE_DAYS / PACE_BEFORE_DAYS)
    factor = np.where(now >= LEAST_PACE, now / np.maximum(before, 1.0), np.nan)
    left = deals.close_on - today
    soon = (left >= 0) & (left <= limits.urgent_close_days)
    hits = case.reached("H-P6", deals.id, factor, limits.urgent_factor) & soon & ~deals.broken

    def evidence(place: int) -> tuple[Fact, ...]:
        return (
            Fact("pace", today - PACE_DAYS, float(now[place]), round(float(before[place]), 1)),
            Fact("close_on", _day(deals.close_on[place]), float(left[place])),
        )

    strength = between(factor, limits.urgent_factor, 3 * limits.urgent_factor)
    return case.of_deals("H-P6", hits, strength, lambda place: f"close/{int(deals.close_on[place])}", evidence)


def _day(number: float) -> int | None:
    return None if np.isnan(number) else int(number)
