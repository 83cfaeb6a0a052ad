"""How a recommendation stands after what people did about it. Pure.

A recommendation is open until somebody says that it is done, puts it off or dismisses it; each of these can be taken
back. A task, a meeting or a mail alone leaves it open: what was started is shown beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Deed(StrEnum):
    """What people do about a recommendation."""

    TASK = "task"
    MEETING = "meeting"
    MAIL = "mail"
    DONE = "done"
    SNOOZED = "snoozed"
    DISMISSED = "dismissed"
    REOPENED = "reopened"


class State(StrEnum):
    """What became of a deed. SENDING: written down, not known to have happened; WAITING: it will be tried again by
    itself; IN_DOUBT: perhaps it happened, and it is never repeated by itself; DRAFT: handed to the mail program."""

    SENDING = "sending"
    WAITING = "waiting"
    MADE = "made"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"
    DRAFT = "draft"


class Reason(StrEnum):
    """Why somebody dismisses a recommendation."""

    NOT_TRUE = "not_true"
    HANDLED = "handled"
    NOT_NOW = "not_now"
    OTHER_WAY = "other_way"
    TOO_SMALL = "too_small"


class Place(StrEnum):
    """Where a recommendation stands in the list."""

    OPEN = "open"
    SNOOZED = "snoozed"
    DONE = "done"
    DISMISSED = "dismissed"


ACTING = frozenset({Deed.TASK, Deed.MEETING, Deed.MAIL})
JUDGING = frozenset({Deed.DONE, Deed.SNOOZED, Deed.DISMISSED, Deed.REOPENED})
# What a day's quota counts: a person, not a script, presses here.
MOST_A_DAY = {Deed.MAIL: 20, Deed.MEETING: 20, Deed.TASK: 100}
LONGEST_SNOOZE_DAYS = 365
# How long a deed about a signal also answers a score that calls for the same.
ANSWERS_DAYS = 30


@dataclass(frozen=True, slots=True)
class Move:
    """One deed, as far as standing goes. until_day: of a snooze, the last day number of it."""

    deed: Deed
    state: State = State.MADE
    until_day: int | None = None


def answers(cause: str, day: int, *, other: str, since: int | None, today: int) -> bool:
    """Whether a deed about one cause answers another that calls for the same about the same record.

    cause  what the deed was about;  day: of the deed
    since  day number from which on the other has been there, None for a score, which has no such day

    >>> [answers("signal-1", 9, other="signal-2", since=since, today=10) for since in (9, 10)]
    [True, False]
    """
    if cause == other:
        return True
    return day >= since if since is not None else today - day < ANSWERS_DAYS


def place(moves: Sequence[Move], *, today: int) -> Place:
    """Where a recommendation stands after these moves, oldest first.

    >>> place([Move(Deed.SNOOZED, until_day=10)], today=10), place([Move(Deed.SNOOZED, until_day=10)], today=11)
    (<Place.SNOOZED: 'snoozed'>, <Place.OPEN: 'open'>)
    >>> place([Move(Deed.DISMISSED), Move(Deed.REOPENED)], today=0)
    <Place.OPEN: 'open'>
    """
    last = next((one for one in reversed(moves) if one.deed in JUDGING), None)
    if last is None or last.deed is Deed.REOPENED:
        return Place.OPEN
    if last.deed is Deed.SNOOZED:
        return Place.SNOOZED if last.until_day is not None and today <= last.until_day else Place.OPEN
    return Place(last.deed.value)
