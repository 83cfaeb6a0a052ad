"""Detection over days of the past in their order: what was open on each, and from when until when. Pure."""

from dataclasses import dataclass, field

from relationship.signals.detect import ACCOUNT_RULES, Place, Standing, next_round
from relationship.signals.facts import Facts
from relationship.signals.scores import GROUP_OF
from relationship.signals.signal import Signal
from relationship.signals.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class Spell:
    """A signal as it was last found. first, last: the first and the last day looked at on which it was there; ended:
    the first on which it was not any more, None when it was there on the last day of all."""

    signal: Signal
    first: int
    last: int
    ended: int | None = None


@dataclass(slots=True)
class Replay:
    """Looks at one day after the other. over: spells that ended; now: those that did not, by detector and subject.

    Only signals that scores count are followed: of accounts, not of single opportunities.
    """

    over: list[Spell] = field(default_factory=list)
    now: dict[Place, Spell] = field(default_factory=dict)

    def look(self, facts: Facts, limits: Thresholds) -> list[Signal]:
        """What was open on the day of the facts; days come in their order."""
        day = facts.today
        before = [
            Standing(one.signal.detector, one.signal.account_id, None, one.signal.key) for one in self.now.values()
        ]
        found = next_round(facts, limits, before, ACCOUNT_RULES)
        for gone in (*found.ended, *found.off):
            spell = self.now.pop((gone.detector, gone.subject_id))
            self.over.append(Spell(spell.signal, spell.first, spell.last, ended=day))
        for signal in found.found:
            if signal.detector in GROUP_OF and signal.record_id is None:
                place = signal.detector, signal.subject_id
                first = self.now[place].first if place in self.now else day
                self.now[place] = Spell(signal, first, day)
        return [one.signal for one in self.now.values()]
