"""What can be said about a record at all: a state beside the score, or instead of it."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from relationship.health.contact_days import NO_DAY, Bools, Ints

# Fewer contact days, or a younger record: the score is provisional ("récent").
RECENT_CONTACT_DAYS = 3
RECENT_AGE_DAYS = 14


class State(StrEnum):
    """rated                   there is a score
    not_enough_information  no contact day yet
    no_closed_activity      no contact day, but something is planned
    source_degraded         a source that feeds the record is broken: the score is shown with that warning
    nothing_in_window       nothing in the read window, and the record is older than that: silence cannot
                            be told from what was never read
    """

    RATED = "rated"
    NOT_ENOUGH_INFORMATION = "not_enough_information"
    NO_CLOSED_ACTIVITY = "no_closed_activity"
    SOURCE_DEGRADED = "source_degraded"
    NOTHING_IN_WINDOW = "nothing_in_window"


# The order of the states in arrays.
STATES: tuple[State, ...] = tuple(State)


@dataclass(frozen=True, slots=True, eq=False)
class StateArrays:
    """state  index into STATES;  scored  whether a score is shown;  recent  whether it is provisional"""

    state: Ints
    scored: Bools
    recent: Bools


def has_score(last_day: Ints, *, window_began: int) -> Bools:
    """Whether a score is shown: there is a contact day, and the last one lies in the read window; shape (n,)."""
    found: Bools = (last_day != NO_DAY) & (last_day >= window_began)
    return found


def states(
    last_day: Ints,
    contact_days: Ints,
    *,
    today: int | Ints,
    created: Ints,
    window_began: int,
    degraded: Bools,
    has_planned: Bools,
) -> StateArrays:
    """The state of n records; all arrays of shape (n,).

    last_day      last contact day or NO_DAY;  contact_days  how many different ones
    degraded      a source that feeds the record is broken
    has_planned   the record has a planned activity

    A broken source outranks everything: with contact days in the window the score is shown under that
    warning, without them no number is, because the missing ones may lie in the broken source. Contact days
    that all lie before the read window give no score: nothing is known since. A planned activity outranks
    the age of the record.
    """
    none = last_day == NO_DAY
    scored = has_score(last_day, window_began=window_began)
    state = np.select(
        [degraded, scored, none & has_planned, ~none | (created < window_began)],
        [
            STATES.index(State.SOURCE_DEGRADED),
            STATES.index(State.RATED),
            STATES.index(State.NO_CLOSED_ACTIVITY),
            STATES.index(State.NOTHING_IN_WINDOW),
        ],
        STATES.index(State.NOT_ENOUGH_INFORMATION),
    )
    young = (contact_days < RECENT_CONTACT_DAYS) | (today - created < RECENT_AGE_DAYS)
    return StateArrays(state, scored, scored & young)
