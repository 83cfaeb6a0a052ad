"""Signals about accounts from the CRM: amounts cut or raised, deals set back, new ones, renewals, competitors."""

from collections.abc import Callable, Iterator

import numpy as np

from relationship.signals.case import Case, between, counted
from relationship.signals.facts import Bools, Floats, Ints
from relationship.signals.signal import Fact, Signal

# Points of probability that a deal must lose to be set back.
LESS_LIKELY = 20


def value_cut(case: Case) -> Iterator[Signal]:
    """H-R8: the amount of an open deal was cut: the budget falls."""
    return _value(case, "H-R8", -1, case.limits.value_cut_percent)


def value_raised(case: Case) -> Iterator[Signal]:
    """H-O6: the amount of an open deal was raised: there is budget."""
    return _value(case, "H-O6", 1, case.limits.value_raise_percent)


def _value(case: Case, detector: str, sign: int, limit: int) -> Iterator[Signal]:
    facts = case.facts
    deals, moves = facts.deals, facts.moves
    first, day = _first_lately(case, ~np.isnan(moves.value_before) & (moves.value_before > 0))
    before = np.where(first >= 0, moves.value_before[first], np.nan) if len(moves.day) else np.full(len(first), np.nan)
    change = sign * (deals.value / before - 1) * 100
    owner = np.where(deals.account >= 0, deals.account, 0)
    reached = case.reached(detector, facts.accounts.id[owner], change, limit) if len(owner) else change > 0
    hit = reached & (deals.account >= 0)

    def fact(deal: int) -> Fact:
        return Fact("value", int(day[deal]), float(deals.value[deal]), float(before[deal]), int(deals.id[deal]))

    return _by_account(case, detector, hit, between(change, limit, 100), fact)


def set_back(case: Case) -> Iterator[Signal]:
    """H-R9: several open deals of the account were put off or made less likely: its strategy changes."""
    facts, limits = case.facts, case.limits
    deals, moves = facts.deals, facts.moves
    lately = moves.day > facts.today - limits.move_days
    put_off = lately & (moves.close - moves.close_before >= limits.set_back_days)
    doubted = lately & (moves.probability_before - moves.probability >= LESS_LIKELY)
    back = counted(moves.deal[put_off | doubted], len(deals.id)) > 0
    latest_day = np.zeros(len(deals.id), dtype=np.int64)
    np.maximum.at(latest_day, moves.deal[put_off | doubted], moves.day[put_off | doubted])
    count = counted(deals.account[back & (deals.account >= 0)], len(facts.accounts.id))
    enough = count >= limits.deals_set_back
    hit = back & (deals.account >= 0) & enough[np.maximum(deals.account, 0)] if len(deals.id) else back
    strength = np.full(len(deals.id), 0.7)

    def fact(deal: int) -> Fact:
        return Fact("set_back", int(latest_day[deal]), ref=int(deals.id[deal]))

    return _by_account(case, "H-R9", hit, strength, fact)


def asks_for_more(case: Case) -> Iterator[Signal]:
    """H-O5: a new deal at an account that has bought before: it has new needs."""
    facts = case.facts
    deals = facts.deals
    age = facts.today - deals.created
    new = (age >= 0) & (age < case.limits.move_days) & (deals.account >= 0)
    hit = new & facts.accounts.customer[np.maximum(deals.account, 0)] if len(deals.id) else new

    def fact(deal: int) -> Fact:
        return Fact("new_opportunity", int(deals.created[deal]), ref=int(deals.id[deal]))

    return _by_account(case, "H-O5", hit, np.full(len(deals.id), 0.6), fact)


def competitor_named(case: Case) -> Iterator[Signal]:
    """H-X5: an open deal of the account names a competitor in the CRM."""
    deals = case.facts.deals

    def fact(deal: int) -> Fact:
        return Fact("competitor", None, ref=int(deals.id[deal]))

    return _by_account(case, "H-X5", deals.competitor & (deals.account >= 0), np.full(len(deals.id), 0.6), fact)


def renewal_near(case: Case) -> Iterator[Signal]:
    """H-X1: the contract ends or is renewed within 90 days."""
    accounts, limit = case.facts.accounts, case.limits.renewal_days
    left = accounts.renewal - case.facts.today
    hits = (left >= 0) & (left <= limit)

    def evidence(place: int) -> tuple[Fact, ...]:
        return (Fact("renewal", int(accounts.renewal[place]), float(left[place])),)

    return case.of_accounts(
        "H-X1",
        hits,
        between(limit - left, 0, limit),
        lambda place: f"renewal/{int(accounts.renewal[place])}",
        evidence,
    )


def _first_lately(case: Case, wanted: Bools) -> tuple[Ints, Ints]:
    """Of each deal the first wanted move within the days looked at (-1 without), and the day of its last."""
    moves, size = case.facts.moves, len(case.facts.deals.id)
    rows = np.flatnonzero(wanted & (moves.day > case.facts.today - case.limits.move_days))
    first, last = np.full(size, -1, dtype=np.int64), np.zeros(size, dtype=np.int64)
    first[moves.deal[rows[::-1]]] = rows[::-1]
    last[moves.deal[rows]] = moves.day[rows]
    return first, last


def _by_account(
    case: Case, detector: str, hit: Bools, strength: Floats, fact: Callable[[int], Fact]
) -> Iterator[Signal]:
    """One signal per account with a fact for each of its deals that are hit, the strongest first."""
    deals, ids = case.facts.deals, case.facts.accounts.id
    found: dict[int, list[int]] = {}
    for deal in np.flatnonzero(hit).tolist():
        found.setdefault(int(deals.account[deal]), []).append(deal)
    for place, several in sorted(found.items()):
        several.sort(key=lambda deal: (-strength[deal], deal))
        oldest = min(int(deals.id[deal]) for deal in several)
        yield Signal(
            detector,
            int(ids[place]),
            None,
            f"deal/{oldest}",
            round(float(max(strength[several])), 2),
            tuple(fact(deal) for deal in several),
        )
