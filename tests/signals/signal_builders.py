"""Small facts for detectors: one account, one contact, one deal; builders hide the rest."""

from typing import Any

import numpy as np

from relationship.signals.facts import (
    MONTHS,
    Accounts,
    Cancelled,
    ContactChanges,
    Contacts,
    Deals,
    Events,
    Facts,
    Meetings,
    Moves,
    Touches,
    Use,
    Voices,
)
from relationship.signals.signal import Signal

TODAY = 20_621  # 2026-06-17
ACCOUNT, CONTACT, DEAL = 10, 20, 30
NAN = float("nan")
FIGURES = ("logins", "active_users", "features_used", "premium_features", "seats")


def floats(*values: float) -> Any:
    return np.array(values, dtype=np.float64)


def ints(*values: int) -> Any:
    return np.array(values, dtype=np.int64)


def bools(*values: bool) -> Any:
    return np.array(values, dtype=np.bool_)


def use(*, last_login_days: float = NAN, login_weeks: int = 12, **months: list[float]) -> Use:
    """The use of one account; months: eight values, oldest first, of any of the FIGURES."""
    figures = {name: floats(*months.get(name, [NAN] * MONTHS)).reshape(1, MONTHS) for name in FIGURES}
    start = ints(*(TODAY - 16 - 30 * (MONTHS - number) for number in range(MONTHS)))
    return Use(start=start, last_login=floats(TODAY - last_login_days), login_weeks=ints(login_weeks), **figures)


def facts(**parts: Any) -> Facts:
    """One account that was created long ago, and whatever else is given."""
    account = Accounts(
        id=ints(ACCOUNT),
        created=floats(TODAY - 1000),
        renewal=floats(parts.pop("renewal", NAN)),
        customer=bools(parts.pop("customer", False)),
    )
    return Facts(today=TODAY, accounts=account, use=parts.pop("use", use()), **parts)


def touched(*days_ago: int, theirs: bool = True, mail: bool = False) -> Touches:
    """Contact days of the only owner."""
    days = sorted({TODAY - ago for ago in days_ago})
    flags = np.full(len(days), theirs)
    nothing = np.zeros(len(days), dtype=np.bool_)
    return Touches(
        owner=np.zeros(len(days), dtype=np.int64),
        day=ints(*days),
        theirs=flags,
        mail_ours=np.full(len(days), mail),
        mail_theirs=flags if mail else nothing,
    )


def mails(ours: list[int], theirs: list[int]) -> Touches:
    """Mail days of ours and of theirs, in days ago."""
    days = sorted({TODAY - ago for ago in (*ours, *theirs)})
    from_us = bools(*(TODAY - day in ours for day in days))
    from_them = bools(*(TODAY - day in theirs for day in days))
    return Touches(np.zeros(len(days), dtype=np.int64), ints(*days), from_them, from_us, from_them)


def contact(*, active: bool = True, created_days: int = 900, decider: bool = False) -> Contacts:
    return Contacts(ints(CONTACT), ints(0), bools(active), floats(TODAY - created_days), bools(decider))


def changed(what: str, days_ago: int) -> ContactChanges:
    return ContactChanges(ints(0), ints(CONTACT), (what,), ints(TODAY - days_ago))


def cancelled(*days_ago: int) -> Cancelled:
    size = len(days_ago)
    return Cancelled(
        np.zeros(size, dtype=np.int64), np.arange(100, 100 + size), ints(*(TODAY - ago for ago in days_ago))
    )


def happened(*events: tuple[str, str, int]) -> Events:
    """Events as (kind, direction, days ago)."""
    return Events(
        np.zeros(len(events), dtype=np.int64),
        np.arange(1, len(events) + 1),
        ints(*(TODAY - ago for _, _, ago in events)),
        tuple(kind for kind, _, _ in events),
        tuple(direction for _, direction, _ in events),
        np.zeros(len(events), dtype=np.int64),
    )


def held(*meetings: tuple[int, int]) -> Meetings:
    """Meetings as (days ago, how many of theirs)."""
    ordered = sorted(meetings, reverse=True)
    return Meetings(
        np.zeros(len(ordered), dtype=np.int64),
        ints(*(TODAY - ago for ago, _ in ordered)),
        ints(*(people for _, people in ordered)),
        np.ones(len(ordered), dtype=np.bool_),
    )


def said(*texts: dict[str, Any]) -> Voices:
    """Texts with days_ago and any of angry, threat, price, rival, problem."""
    ordered = sorted(texts, key=lambda text: -text["days_ago"])
    return Voices(
        account=np.zeros(len(ordered), dtype=np.int64),
        id=np.arange(1, len(ordered) + 1),
        day=ints(*(TODAY - text["days_ago"] for text in ordered)),
        angry=bools(*(text.get("angry", False) for text in ordered)),
        threat=floats(*(text.get("threat", 0.0) for text in ordered)),
        price=bools(*(text.get("price", False) for text in ordered)),
        rival=bools(*(text.get("rival", False) for text in ordered)),
        problem=ints(*(text.get("problem", -1) for text in ordered)),
    )


def deal(
    *,
    created_days: int = 20,
    stage_days: float = 5,
    closes_in: float = 60,
    probability: float = NAN,
    value: float = 1000,
    poor: bool = False,
    competitor: bool = False,
    broken: bool = False,
    stage: int = -1,
) -> Deals:
    return Deals(
        id=ints(DEAL),
        account=ints(0),
        created=floats(TODAY - created_days),
        probability=floats(probability),
        value=floats(value),
        close_on=floats(TODAY + closes_in),
        stage_since=floats(TODAY - stage_days),
        poor=bools(poor),
        competitor=bools(competitor),
        broken=bools(broken),
        stage=ints(stage),
    )


def moved(*moves: dict[str, float]) -> Moves:
    """Moves of the only deal, each with days_ago and any of the columns; close dates are days from today."""
    ordered = sorted(moves, key=lambda move: -move["days_ago"])

    def column(name: str, shift: float = 0) -> Any:
        return floats(*(move.get(name, NAN) + shift for move in ordered))

    return Moves(
        deal=np.zeros(len(ordered), dtype=np.int64),
        day=ints(*(int(TODAY - move["days_ago"]) for move in ordered)),
        value_before=column("value_before"),
        value=column("value"),
        probability_before=column("probability_before"),
        probability=column("probability"),
        close_before=column("close_before", TODAY),
        close=column("close", TODAY),
    )


def of(detector: str, found: list[Signal]) -> list[Signal]:
    return [signal for signal in found if signal.detector == detector]
