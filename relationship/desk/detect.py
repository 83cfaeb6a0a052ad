"""Detect the signals of today and keep them: what is new is opened, what is over is closed with its day.

Twice is harmless: the second time nothing is written. It dies half-way without a trace of the half: everything is one
transaction. It asks Microsoft nothing.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from relationship import failpoints
from relationship.clock import day_number
from relationship.desk import tell_signals
from relationship.house import House
from relationship.signals.catalogue import DETECTORS
from relationship.signals.detect import next_round, states
from relationship.store import rules
from relationship.store.crm import told_fields
from relationship.store.customers import contact_standings
from relationship.store.signals import signal_facts, signals
from settings.rules import Signals


@dataclass(frozen=True, slots=True)
class DetectReport:
    """accounts: looked at; open: signals found now; opened: new among these; ended: over since the last time."""

    accounts: int
    open: int
    opened: int
    ended: int


def detect_all(house: House) -> DetectReport:
    """Look at every active account and open opportunity."""
    return _detect(house, None)


def detect_some(house: House, account_ids: Sequence[int]) -> DetectReport:
    """Look at these accounts and their opportunities alone, as soon as something about them became known."""
    return _detect(house, sorted(set(account_ids)))


def _detect(house: House, account_ids: list[int] | None) -> DetectReport:
    today = day_number(house.clock(), house.config.zone)
    with house.store.transaction(alone=True) as conn:
        _version, present = rules.current(conn)
        limits = present.signals.thresholds()
        if account_ids is None:
            contact_standings.note_changes(conn, today=today)
        told_fields.tell(conn, percent=limits.field_change_percent, at=house.clock(), account_ids=account_ids)
        facts = signal_facts.facts(conn, limits, today=today, rated=present.health.enabled, account_ids=account_ids)
        before = signals.standing(conn, account_ids=account_ids)
        found = next_round(facts, limits, before)
        is_first = signals.is_empty(conn)
        opened, ended = signals.save(conn, found, day=today, at=house.clock())
        if not is_first:
            tell_signals.tell(conn, house, before, found)
        signals.save_states(conn, states(facts), day=today, account_ids=account_ids)
        failpoints.passage("desk.detect.saved")
    return DetectReport(len(facts.accounts.id), len(found.found), opened, ended)


def would_detect(house: House, wanted: Signals) -> dict[str, tuple[int, int]]:
    """Per detector how many signals today's facts show under the rules in force, and under others; writes nothing."""
    today = day_number(house.clock(), house.config.zone)
    counts: list[Counter[str]] = []
    with house.store.reading() as conn:
        _version, present = rules.current(conn)
        before = signals.standing(conn)
        for section in (present.signals, wanted):
            limits = section.thresholds()
            facts = signal_facts.facts(conn, limits, today=today, rated=present.health.enabled)
            found = next_round(facts, limits, before)
            counts.append(Counter(one.detector for one in found.found))
    return {detector: (counts[0][detector], counts[1][detector]) for detector in DETECTORS}
