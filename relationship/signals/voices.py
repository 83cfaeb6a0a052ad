"""Signals from what customers say in their own words: anger, the same problem again, a threat, the price, a rival."""

from collections.abc import Iterator

import numpy as np

from relationship.signals.case import Case, rows_of
from relationship.signals.facts import Bools
from relationship.signals.signal import Fact, Signal


def complaints(case: Case) -> Iterator[Signal]:
    """H-X3: several angry texts, several about the same problem, or a threat to leave."""
    said, limits = case.facts.voices, case.limits
    lately = _lately(case)
    threat = lately & (said.threat > 0)
    angry = _several(case, lately & said.angry, limits.angry_texts)
    again = _again(case, lately & (said.problem >= 0), limits.problem_texts)
    sorts = (("threat_text", threat), ("angry_text", angry), ("problem_text", again))
    for account, evidence in _told(case, sorts):
        degree = max((fact.value or 0.0 for fact in evidence if fact.what == "threat_text"), default=0.0)
        strength = max(0.6 + 0.4 * degree if degree else 0.0, min(1.0, 0.4 + 0.1 * len(evidence)))
        yield _signal(case, "H-X3", account, evidence, strength)


def price(case: Case) -> Iterator[Signal]:
    """H-X4: a text asks for a discount, or is unfavourable and about the price."""
    return _each(case, "H-X4", "price_text", case.facts.voices.price)


def rivals(case: Case) -> Iterator[Signal]:
    """H-X5: a text speaks of the competition."""
    return _each(case, "H-X5", "rival_text", case.facts.voices.rival)


def _each(case: Case, detector: str, what: str, which: Bools) -> Iterator[Signal]:
    for account, evidence in _told(case, ((what, _lately(case) & which),)):
        yield _signal(case, detector, account, evidence, min(1.0, 0.5 + 0.1 * len(evidence)))


def _lately(case: Case) -> Bools:
    day, today = case.facts.voices.day, case.facts.today
    chosen: Bools = (day > today - case.limits.voice_days) & (day <= today)
    return chosen


def _several(case: Case, which: Bools, least: int) -> Bools:
    """Those of the texts whose account has at least so many of them."""
    account = case.facts.voices.account
    enough = np.bincount(account[which], minlength=len(case.facts.accounts.id)) >= least
    chosen: Bools = which & enough[account] if len(account) else which
    return chosen


def _again(case: Case, which: Bools, least: int) -> Bools:
    """Those of the texts about whose problem their account has at least so many."""
    said = case.facts.voices
    chosen = np.zeros(len(said.account), dtype=np.bool_)
    rows = np.flatnonzero(which)
    pairs = said.account[rows] * (int(said.problem.max(initial=0)) + 1) + said.problem[rows]
    _marks, place, count = np.unique(pairs, return_inverse=True, return_counts=True)
    chosen[rows[count[place] >= least]] = True
    return chosen


def _told(case: Case, sorts: tuple[tuple[str, Bools], ...]) -> Iterator[tuple[int, tuple[Fact, ...]]]:
    """Accounts with a text of any sort, and a fact for each text (the latest first), of the first sort that it has."""
    said = case.facts.voices
    some = np.logical_or.reduce([which for _what, which in sorts])
    for account in np.unique(said.account[some]).tolist():
        rows = rows_of(said.account, account)
        facts = [
            _fact(case, what, row)
            for row in range(rows.stop - 1, rows.start - 1, -1)
            for what in [next((what for what, which in sorts if which[row]), "")]
            if what
        ]
        yield account, tuple(facts)


def _fact(case: Case, what: str, row: int) -> Fact:
    said = case.facts.voices
    degree = float(said.threat[row]) if what == "threat_text" else None
    return Fact(what, int(said.day[row]), degree, ref=int(said.id[row]))


def _signal(case: Case, detector: str, account: int, evidence: tuple[Fact, ...], strength: float) -> Signal:
    key = f"text/{evidence[-1].ref}"
    return Signal(detector, int(case.facts.accounts.id[account]), None, key, round(strength, 2), evidence)
