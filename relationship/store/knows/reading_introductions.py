"""What the two people on a request see of it, and what an admin sees of all: totals, never of few people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from relationship.activities import RecordRef
from relationship.graph.odds import Cell, Odds, Outcomes, calibrated
from relationship.graph.visibility import GROUP_MINIMUM
from relationship.introductions import State
from relationship.store.knows import introduction_numbers, introductions
from relationship.store.knows.introduction_numbers import StateCount
from relationship.store.knows.introductions import Happened, Introduction
from relationship.store.knows.reading_introduction import colleague_names
from relationship.store.reading.reading_names import NamedRecord, named


@dataclass(frozen=True, slots=True)
class Seen:
    """A request with the names of those on it; '' for who is gone. proposed: whom the colleague named instead."""

    introduction: Introduction
    seller: str
    colleague: str
    contact: str
    account: str
    proposed: str = ""


@dataclass(frozen=True, slots=True)
class Mine:
    """Both roles, newest first. asked: by this person; received: of this person."""

    asked: tuple[Seen, ...]
    received: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """Every state with its number, None where it would be of few people; and the learnt odds, None before 50 ended.

    all  None while fewer than five sellers or colleagues are in it
    """

    all: int | None
    by_state: Mapping[State, int | None]
    odds: Mapping[Cell, Odds] | None


def mine(conn: Connection, person_key: str) -> Mine:
    """Every request that this person asked or was asked; one page's worth of each."""
    asked, received = introductions.of(conn, person_key)
    both = [*asked, *received]
    seen = dict(zip((one.id for one in both), _seen(conn, both), strict=True))
    return Mine(tuple(seen[one.id] for one in asked), tuple(seen[one.id] for one in received))


def one_of_mine(conn: Connection, person_key: str, key: str) -> tuple[Seen, tuple[Happened, ...]] | None:
    """One request with what happened to it, for the two people on it; None for everybody else."""
    one = introductions.by_key(conn, key)
    if one is None or person_key not in (one.seller_key, one.colleague_key):
        return None
    if person_key != one.seller_key and one.state in (State.UNSENT, State.SENDING):
        return None
    return _seen(conn, [one])[0], tuple(introductions.ledger(conn, one))


def proposals(conn: Connection, seller_key: str, target: RecordRef) -> tuple[str, ...]:
    """The colleagues (keys) whom others named to this seller for this person, newest first."""
    asked, _received = introductions.of(conn, seller_key)
    return tuple(one.proposed_key for one in asked if one.target == target and one.proposed_key)


def totals(conn: Connection) -> Totals:
    """What an admin may see: numbers of at least five sellers and five colleagues, and no remainder of fewer."""
    counts = introduction_numbers.counts(conn)
    overall = introduction_numbers.count_all(conn)
    return Totals(
        overall.count if _is_many(overall) else None,
        _without_few(counts, overall),
        learnt(conn),
    )


def outcomes(conn: Connection) -> dict[Cell, Outcomes]:
    """How many requests came to an end and how many of them succeeded, by strength word and length of the path."""
    return {(one.word, one.hops): Outcomes(one.ended, one.introduced) for one in introduction_numbers.ended(conn)}


def learnt(conn: Connection) -> Mapping[Cell, Odds] | None:
    """The odds learnt from all requests that ended; None before there are enough, and while few people are behind them.

    Where fewer than five sellers or colleagues stand behind one strength and length, its odds are the average.
    """
    if not _is_many(introduction_numbers.all_ended(conn)):
        return None
    found = introduction_numbers.ended(conn)
    few = {(one.word, one.hops) for one in found if min(one.sellers, one.colleagues) < GROUP_MINIMUM}
    return calibrated(outcomes(conn), few=few)


def _seen(conn: Connection, ones: Sequence[Introduction]) -> list[Seen]:
    keys = [key for one in ones for key in (one.seller_key, one.colleague_key, one.proposed_key) if key]
    people = colleague_names(conn, keys)
    records = named(conn, {str(one.target) for one in ones})
    nobody = NamedRecord("", "", "")
    found = []
    for one in ones:
        record = records.get(str(one.target), nobody)
        seller, colleague, proposed = (
            people.get(key or "", "") for key in (one.seller_key, one.colleague_key, one.proposed_key)
        )
        found.append(Seen(one, seller, colleague, record.name, record.account, proposed))
    return found


def _without_few(counts: Mapping[State, StateCount], overall: StateCount) -> dict[State, int | None]:
    """Numbers of few people are kept back; when one alone would follow from the total, the smallest other one too."""
    shown = sorted((state for state in counts if _is_many(counts[state])), key=lambda state: counts[state].count)
    if not _is_many(overall):
        shown = []
    hidden = [state for state in counts if state not in shown]
    while shown and 0 < len(hidden) < 2:
        hidden.append(shown.pop(0))
    return {state: counts[state].count if state in shown else None for state in counts}


def _is_many(one: StateCount) -> bool:
    return min(one.sellers, one.colleagues) >= GROUP_MINIMUM
