"""What a change of a field of the CRM tells about a customer: the event that it is, if it is one. Pure.

Fields of accounts: headcount, revenue, and, where the configuration names their columns, budget, strategy, need and
funding. Fields of opportunities: deal_budget, budget_status, deal_need, timeframe.
"""

from dataclasses import dataclass

# What is compared as a number; of the others, a choice is compared by its place in its list, a text by its words.
AMOUNTS = frozenset({"headcount", "revenue", "budget", "deal_budget"})
CHOICES = frozenset({"budget_status", "deal_need", "timeframe"})
TEXTS = frozenset({"strategy", "need", "funding"})
# A figure that moves by less, and again and again, is held against the one of so many days ago at most.
FORGET_DAYS = 365
# Places in Dynamics 365's own lists: budget status from "can buy" on; "must have"; "immediate".
_CAN_BUY, _MUST_HAVE, _IMMEDIATE = 2, 0, 0

Told = tuple[str, str]  # kind and direction of an event, as `importing.words` has them


@dataclass(frozen=True, slots=True)
class Change:
    """before, now: the value as text, '' for an empty field;  days: between the two."""

    what: str
    before: str
    now: str
    days: int


def event_of(change: Change, *, percent: int) -> Told | None:
    """The event that a change is, None for one that tells nothing.

    percent  from which change of an amount on

    >>> event_of(Change("headcount", "250", "225", 30), percent=10)
    ('headcount', 'down')
    >>> event_of(Change("timeframe", "3", "0", 30), percent=10)
    ('urgent_need', 'up')
    """
    if not change.now or change.now == change.before:
        return None
    if change.what in AMOUNTS:
        return _of_amount(change, percent)
    if change.what in CHOICES:
        return _of_choice(change.what, int(change.before) if change.before else None, int(change.now))
    kinds = {"strategy": ("strategy", ""), "need": ("new_need", "up"), "funding": ("funding", "up")}
    return kinds.get(change.what)


def settles(change: Change, *, told: bool) -> bool:
    """Whether later changes are held against the value of now: a small move of an amount waits for more of it."""
    return bool(change.now) and (told or not change.before or change.what not in AMOUNTS or change.days >= FORGET_DAYS)


def _of_amount(change: Change, percent: int) -> Told | None:
    if not change.before:
        # Known for the first time: only of a deal that is news.
        return ("budget", "up") if change.what == "deal_budget" and float(change.now) > 0 else None
    before, now = float(change.before), float(change.now)
    moved = abs(now - before) * 100 >= percent * abs(before) and now != before
    if not moved:
        return None
    kind = {"headcount": "headcount", "revenue": "growth"}.get(change.what, "budget")
    return kind, "up" if now > before else "down"


def _of_choice(what: str, before: int | None, now: int) -> Told | None:
    if what == "budget_status":
        if before is None:
            return ("budget", "up") if now >= _CAN_BUY else None
        return "budget", "up" if now > before else "down"
    if before is not None and now > before:
        return None  # less pressing, or later: the closing date tells that
    if what == "deal_need":
        return ("urgent_need" if now == _MUST_HAVE else "new_need"), "up"
    return ("urgent_need" if now == _IMMEDIATE else "timing"), "up"
