"""Whom of a record we still talk to: people who are neglected, and how broad the relationship is.

Silence is measured as in the score: working days since the last day of contact, each 7/5 of a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from relationship.health.score import working_days

# Somebody is alive while no more than so many expected intervals passed without contact.
ALIVE_INTERVALS = 2


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody on the customer's side of a record; last_day: of contact with anybody of us, None for never."""

    key: int
    last_day: int | None


@dataclass(frozen=True, slots=True)
class Neglected:
    """key: of the person; days: calendar days since the last contact, None for never."""

    key: int
    days: int | None


@dataclass(frozen=True, slots=True)
class Breadth:
    """known: how many people; alive: those with contact within `within_days` days of silence."""

    known: int
    alive: int
    within_days: float


def silence(last_day: int, today: int) -> float:
    """Days of silence between a day of contact and today: working days, each 7/5 of a day.

    >>> silence(20_616, 20_619)  # from a Friday to the Monday after
    1.4
    """
    return float(working_days(last_day, today) * 7 / 5)


def neglected(
    people: Sequence[KnownPerson], *, today: int, created: int, expected_days: float
) -> tuple[Neglected, ...]:
    """Those with whom there was no contact for longer than expected: the longest silence first, then who never had any.

    created        day number on which the record was made: whoever never had contact is waited for from then on
    expected_days  expected days between two contacts of the record (E), more than 0

    >>> neglected([KnownPerson(1, 20_600), KnownPerson(2, 20_621)], today=20_621, created=20_000, expected_days=7)
    (Neglected(key=1, days=21),)
    """
    late = [
        Neglected(one.key, None if one.last_day is None else today - one.last_day)
        for one in people
        if silence(created if one.last_day is None else one.last_day, today) > expected_days
    ]
    return tuple(sorted(late, key=lambda one: (one.days is None, -(one.days or 0), one.key)))


def breadth(people: Sequence[KnownPerson], *, today: int, expected_days: float) -> Breadth:
    """How many of the people are alive: with contact within two expected intervals (2 · E).

    >>> breadth([KnownPerson(1, 20_600), KnownPerson(2, 20_621)], today=20_621, expected_days=7)
    Breadth(known=2, alive=1, within_days=14)
    """
    within = ALIVE_INTERVALS * expected_days
    alive = sum(one.last_day is not None and silence(one.last_day, today) <= within for one in people)
    return Breadth(len(people), alive, within)
