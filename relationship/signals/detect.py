"""All rules over one set of facts, and what becomes of the signals that were open before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from relationship.signals import deals, events, meetings, moves, people, rhythm, usage, voices
from relationship.signals.case import Case, Rule
from relationship.signals.catalogue import DETECTORS
from relationship.signals.facts import Facts
from relationship.signals.signal import Signal, Source, State
from relationship.signals.thresholds import Thresholds

# Every rule with the data it reads. Several may find the same signal: then their facts stand together.
RULES: tuple[tuple[Rule, tuple[Source, ...]], ...] = (
    (usage.logins_fall, (Source.USAGE,)),
    (usage.features_fall, (Source.USAGE,)),
    (usage.nobody_logs_in, (Source.USAGE,)),
    (usage.users_fall, (Source.USAGE,)),
    (usage.use_grows, (Source.USAGE,)),
    (usage.premium_switched_on, (Source.USAGE,)),
    (usage.seats_run_short, (Source.USAGE,)),
    (usage.seats_given_back, (Source.USAGE,)),
    (usage.seats_added, (Source.USAGE,)),
    (rhythm.silence, (Source.ACTIVITIES,)),
    (meetings.cancelled, (Source.ACTIVITIES,)),
    (meetings.series_cancelled, (Source.ACTIVITIES,)),
    (meetings.fewer_people, (Source.ACTIVITIES,)),
    (rhythm.replies_rarer, (Source.ACTIVITIES,)),
    (rhythm.replies_slower, (Source.ACTIVITIES,)),
    (people.contacts_change, (Source.CRM,)),
    (people.champion_gone, (Source.ACTIVITIES, Source.CRM)),
    (people.decider_unmet, (Source.ACTIVITIES, Source.CRM)),
    (events.told, (Source.EVENTS,)),
    (events.told_of_deals, (Source.EVENTS,)),
    (voices.complaints, (Source.VERBATIMS,)),
    (voices.price, (Source.VERBATIMS,)),
    (voices.rivals, (Source.VERBATIMS,)),
    (moves.value_cut, (Source.CRM,)),
    (moves.value_raised, (Source.CRM,)),
    (moves.set_back, (Source.CRM,)),
    (moves.asks_for_more, (Source.CRM,)),
    (moves.competitor_named, (Source.CRM,)),
    (moves.renewal_near, (Source.CRM,)),
    (deals.drags_on, (Source.CRM,)),
    (deals.over_rated, (Source.CRM,)),
    (deals.idle, (Source.ACTIVITIES,)),
    (deals.solid_champion, (Source.ACTIVITIES,)),
    (deals.brought_forward, (Source.CRM,)),
    (deals.in_a_hurry, (Source.ACTIVITIES,)),
)

# Those about accounts as a whole, which their scores count.
ACCOUNT_RULES = tuple(
    one for one in RULES if one[0].__module__ != deals.__name__ and one[0] is not events.told_of_deals
)

Place = tuple[str, int]  # detector, subject


@dataclass(frozen=True, slots=True)
class Standing:
    """A signal that is open: what of it the next round must know."""

    detector: str
    account_id: int | None
    record_id: int | None
    key: str

    @property
    def subject_id(self) -> int:
        number = self.record_id if self.record_id is not None else self.account_id
        if number is None:
            raise ValueError("a signal is about an account or an opportunity")
        return number


@dataclass(frozen=True, slots=True)
class Round:
    """found: signals that are open now, under the key they were opened with; ended: of those before, which are over;
    off: which are over because their detector was switched off."""

    found: tuple[Signal, ...] = ()
    ended: tuple[Standing, ...] = ()
    off: tuple[Standing, ...] = field(default=())


def signals(
    facts: Facts,
    limits: Thresholds,
    standing: Mapping[str, frozenset[int]] | None = None,
    rules: Iterable[tuple[Rule, tuple[Source, ...]]] = RULES,
) -> list[Signal]:
    """What the facts show, at most one signal per detector and subject, by detector and subject.

    standing  per detector the subjects about which a signal is open: for these the limits are eased
    A rule says nothing about an account whose data it reads is broken or missing.
    """
    case = Case(facts, limits, standing or {})
    found: dict[Place, Signal] = {}
    for rule, sources in rules:
        silent = _silent(facts, sources)
        for signal in rule(case):
            if signal.detector in limits.off or signal.account_id in silent:
                continue
            place = signal.detector, signal.subject_id
            found[place] = _together(found[place], signal) if place in found else signal
    return [found[place] for place in sorted(found)]


def next_round(
    facts: Facts,
    limits: Thresholds,
    before: Iterable[Standing],
    rules: Iterable[tuple[Rule, tuple[Source, ...]]] = RULES,
) -> Round:
    """What is open from now on, and what is over.

    A signal stays open, unchanged, while data that its detector reads is broken. One that is found again keeps its key.
    """
    open_before = {(one.detector, one.subject_id): one for one in before}
    standing: dict[str, set[int]] = {}
    for detector, subject in open_before:
        standing.setdefault(detector, set()).add(subject)
    found = signals(facts, limits, {detector: frozenset(subjects) for detector, subjects in standing.items()}, rules)
    kept = tuple(
        replace(one, key=open_before[place].key) if (place := (one.detector, one.subject_id)) in open_before else one
        for one in found
    )
    gone = open_before.keys() - {(one.detector, one.subject_id) for one in found}
    off = tuple(open_before[place] for place in sorted(gone) if place[0] in limits.off)
    ended = tuple(
        one for place in sorted(gone) if place[0] not in limits.off and not _blind(facts, one := open_before[place])
    )
    return Round(kept, ended, off)


def states(facts: Facts) -> dict[tuple[int, Source], State]:
    """The sources that are not well, by account."""
    ids = facts.accounts.id
    found: dict[tuple[int, Source], State] = {}
    for state, flags in ((State.NO_DATA, facts.missing), (State.BROKEN, facts.broken)):
        for source, where in flags.items():
            for number in ids[where].tolist():
                found[number, source] = state
    return found


def _silent(facts: Facts, sources: Iterable[Source]) -> frozenset[int]:
    ids = facts.accounts.id
    flags = [flags[source] for source in sources for flags in (facts.broken, facts.missing) if source in flags]
    return frozenset(ids[np.logical_or.reduce(flags)].tolist()) if flags else frozenset()


def _blind(facts: Facts, one: Standing) -> bool:
    """Whether data that decides about an open signal is broken."""
    sources = DETECTORS[one.detector].sources if one.detector in DETECTORS else ()
    if one.record_id is not None and Source.ACTIVITIES in sources:
        place = int(np.searchsorted(facts.deals.id, one.record_id))
        if place < len(facts.deals.id) and facts.deals.id[place] == one.record_id and facts.deals.broken[place]:
            return True
    place = int(np.searchsorted(facts.accounts.id, one.account_id)) if one.account_id is not None else -1
    if not 0 <= place < len(facts.accounts.id) or facts.accounts.id[place] != one.account_id:
        return False
    # An opportunity that was closed has no open signal, whatever is broken.
    if one.record_id is not None and one.record_id not in facts.deals.id:
        return False
    return any(bool(facts.broken[source][place]) for source in sources if source in facts.broken)


def _together(first: Signal, second: Signal) -> Signal:
    """The same signal found by two rules: the stronger, on the facts of both."""
    facts = (*first.evidence, *(fact for fact in second.evidence if fact not in first.evidence))
    return replace(first, strength=max(first.strength, second.strength), evidence=facts)
