"""Signals from who stands for the customer: contacts that change, a champion gone, a new decision-maker unmet."""

import re
import unicodedata
from collections.abc import Iterator

import numpy as np

from relationship.signals.case import Case, between, counted, latest
from relationship.signals.facts import Bools, Facts, Floats, Ints
from relationship.signals.signal import Fact, Signal

# A champion is looked for in so many days before the days in which one is missed.
CHAMPION_WINDOW = 180
# A contact is new to an account that was there so many days before.
SETTLED_DAYS = 30
_CHANGES = {"left": "contact_left", "moved": "contact_moved", "replaced": "contact_replaced"}

_DECIDES = re.compile(
    r"\b(chief|c[defimort]o|president|presidente|vp|vice|head|director|managing|owner|founder|"
    r"pdg|dg|dga|daf|drh|dsi|directeur|directrice|directeurs|gerant|gerante|fondateur|fondatrice|responsable)\b"
)


def decides(job_title: str) -> bool:
    """Whether a job title, French or English, is that of somebody who decides.

    >>> [decides(title) for title in ("Directrice générale", "Head of IT", "Comptable")]
    [True, True, False]
    """
    bare = "".join(
        sign for sign in unicodedata.normalize("NFKD", job_title.casefold()) if not unicodedata.combining(sign)
    )
    return _DECIDES.search(bare) is not None


def contacts_change(case: Case) -> Iterator[Signal]:
    """H-R5: a contact left, moved or is no longer the primary one; the champion has a signal of their own."""
    facts, limits = case.facts, case.limits
    changes = facts.contact_changes
    champions = set(facts.contacts.id[_champions(case)[0]].tolist())
    since = facts.today - limits.contact_change_days
    found: dict[int, list[Fact]] = {}
    for account, contact, what, day in zip(
        changes.account.tolist(), changes.contact_id.tolist(), changes.what, changes.day.tolist(), strict=True
    ):
        if what in _CHANGES and since < day <= facts.today and contact not in champions:
            found.setdefault(account, []).append(Fact(_CHANGES[what], day, ref=contact))
    for place, evidence in sorted(found.items()):
        evidence.sort(key=lambda fact: (-(fact.day or 0), fact.ref or 0))
        first = evidence[-1]
        yield Signal(
            "H-R5",
            int(facts.accounts.id[place]),
            None,
            f"{first.what}/{first.ref}/{first.day}",
            min(1.0, round(0.4 + 0.2 * len(evidence), 2)),
            tuple(evidence),
        )


def champion_gone(case: Case) -> Iterator[Signal]:
    """H-X2.champion: the contact with whom most contact was had left, or fell silent while others go on."""
    facts, limits = case.facts, case.limits
    contacts, size = facts.contacts, len(facts.accounts.id)
    best, days = _champions(case)
    last = latest(facts.contact_touches.owner, facts.contact_touches.day, len(contacts.id))
    goes_on = facts.today - latest(facts.touches.owner, facts.touches.day, size) < limits.champion_quiet_days
    left = ~contacts.active[best]
    silent = (facts.today - last[best] >= limits.champion_quiet_days) & goes_on[contacts.account[best]]
    which = np.full(size, -1, dtype=np.int64)
    gone = left | silent
    which[contacts.account[best[gone]]] = best[gone]
    known: Floats = np.zeros(len(contacts.id))
    known[best] = days

    def evidence(place: int) -> tuple[Fact, ...]:
        one = which[place]
        what = "champion_silent" if contacts.active[one] else "champion_left"
        return (Fact(what, int(last[one]), float(known[one]), ref=int(contacts.id[one])),)

    strength = np.where(contacts.active[which], 0.7, 1.0) if len(contacts.id) else np.zeros(size)
    return case.of_accounts(
        "H-X2.champion", which >= 0, strength, lambda place: f"contact/{int(contacts.id[which[place]])}", evidence
    )


def _champions(case: Case) -> tuple[Ints, Floats]:
    """Of each account that has one, the contact with most days on which something came from them; and how many."""
    facts, limits = case.facts, case.limits
    touches, contacts = facts.contact_touches, facts.contacts
    until = facts.today - limits.champion_quiet_days
    rows = touches.theirs & (touches.day <= until) & (touches.day > until - CHAMPION_WINDOW)
    days = counted(touches.owner[rows], len(contacts.id))
    order = np.lexsort((contacts.id, -days, contacts.account))
    firsts = order[np.concatenate([[True], np.diff(contacts.account[order]) != 0])] if len(order) else order
    best: Ints = firsts[days[firsts] >= limits.champion_days]
    return best, days[best].astype(np.float64)


def decider_unmet(case: Case) -> Iterator[Signal]:
    """H-X2.decider: somebody who decides is new at the account, and nobody of ours has been in contact with them."""
    facts, limits = case.facts, case.limits
    contacts, size = facts.contacts, len(facts.accounts.id)
    age = facts.today - contacts.created
    settled = contacts.created - facts.accounts.created[contacts.account] >= SETTLED_DAYS
    new = contacts.active & contacts.decider & (age >= 0) & (age <= limits.decider_days) & settled & ~_met(facts)
    which = np.full(size, -1, dtype=np.int64)
    which[contacts.account[new]] = np.flatnonzero(new)

    def evidence(place: int) -> tuple[Fact, ...]:
        one = which[place]
        others = np.flatnonzero(new & (contacts.account == place) & (np.arange(len(new)) != one))
        return tuple(
            Fact("new_decider", int(contacts.created[other]), ref=int(contacts.id[other]))
            for other in (one, *others.tolist())
        )

    strength = between(counted(contacts.account[new], size), 1, 3)
    return case.of_accounts(
        "H-X2.decider", which >= 0, strength, lambda place: f"contact/{int(contacts.id[which[place]])}", evidence
    )


def _met(facts: Facts) -> Bools:
    """Whether anything ever came from a contact, or was held together."""
    touches = facts.contact_touches
    return counted(touches.owner[touches.theirs], len(facts.contacts.id)) > 0
