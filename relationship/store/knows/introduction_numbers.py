"""How many requests there are of each state and how they ended, and of how many people: counted, never told by name."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.graph.ties import TieWord
from relationship.introductions import OUTCOMES, State
from relationship.store.knows.introduction_tables import INTRODUCTION

_one = INTRODUCTION.c


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many requests are in a state, and of how many different sellers and colleagues."""

    count: int
    sellers: int
    colleagues: int


_NUMBERS = (
    sa.func.count(),
    sa.func.count(sa.distinct(_one.seller_key)),
    sa.func.count(sa.distinct(_one.colleague_key)),
)


def counts(conn: Connection) -> dict[State, StateCount]:
    """The requests of each state that has some; who they are of is counted, never told."""
    query = sa.select(_one.state, *_NUMBERS).group_by(_one.state)
    return {State(state): StateCount(*numbers) for state, *numbers in conn.execute(query)}


def count_all(conn: Connection) -> StateCount:
    """The same over all requests."""
    return StateCount(*conn.execute(sa.select(*_NUMBERS)).one())


@dataclass(frozen=True, slots=True)
class Ended:
    """Requests of one strength word and number of colleagues that came to an end, how many of them in an introduction,
    and of how many different sellers and colleagues they were. Withdrawn and unsent ones are not counted."""

    word: TieWord
    hops: int
    ended: int
    introduced: int
    sellers: int
    colleagues: int


def ended(conn: Connection) -> Sequence[Ended]:
    """How requests ended, by strength word and number of colleagues on the path."""
    came_true = sa.func.sum(sa.case((_one.state == State.INTRODUCED.value, 1), else_=0))
    query = (
        sa.select(_one.word, _one.hops, _NUMBERS[0], came_true, *_NUMBERS[1:])
        .where(_one.state.in_([state.value for state in OUTCOMES]))
        .group_by(_one.word, _one.hops)
    )
    return [Ended(TieWord(word), hops, *map(int, numbers)) for word, hops, *numbers in conn.execute(query)]


def all_ended(conn: Connection) -> StateCount:
    """The requests that came to an end, and of how many people."""
    query = sa.select(*_NUMBERS).where(_one.state.in_([state.value for state in OUTCOMES]))
    return StateCount(*conn.execute(query).one())
