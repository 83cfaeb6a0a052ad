"""The question "who knows whom" as pages and API ask it: within the reader's scope, and written down."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection

from relationship.activities import RecordKind, RecordRef
from relationship.graph.odds import Cell, Odds
from relationship.knowing import SEES_TIES, Knowing, OwnTie, Way, WhoKnows
from relationship.store import rules
from relationship.store.knows import introductions, reading_introductions, reading_targets
from relationship.store.knows.reading_targets import Target
from relationship.store.privacy.audit import Action
from relationship.store.reading import reading_opportunity
from settings.rules import Introductions
from web import audit
from web.house import house
from web.identity.members import Member

T = TypeVar("T", Way, OwnTie)

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Records that stand for several people.
SEVERAL = frozenset({RecordKind.ACCOUNT, RecordKind.OPPORTUNITY})


@dataclass(frozen=True, slots=True)
class Answer:
    """people: for an account or opportunity the best way to each of its people; empty otherwise.

    sees_others  whether the reader's roles show ties of colleagues at all, whatever there is
    odds         how often requests succeed, by strength word and number of colleagues; None before that is known
    """

    target: Target
    known: WhoKnows
    people: tuple[Way, ...]
    sees_others: bool
    odds: Mapping[Cell, Odds] | None = None

    @property
    def all_ways(self) -> tuple[Way, ...]:
        return (*self.known.ways, *self.known.others, *self.people)

    def odds_of(self, way: Way) -> Odds | None:
        """How often requests over ties as strong and paths as long succeed, of everybody together."""
        return self.odds[way.word, len(way.colleagues)] if self.odds else None


def record(kind: str, guid: str) -> RecordRef | None:
    """What an address names; None for a kind that nobody is looked for by, and for what is no GUID."""
    known = {one.value for one in (*reading_targets.TARGETS, *SEVERAL)}
    return RecordRef(RecordKind(kind), guid.lower()) if kind in known and _GUID.fullmatch(guid.lower()) else None


def offered(conn: Connection) -> Introductions:
    """What the organisation's rules say about introductions; `enabled` says whether they are offered."""
    _version, current = rules.current(conn)
    return current.introductions


def target(conn: Connection, caller: Member, ref: RecordRef) -> Target | None:
    """Whom the caller, who may read it, wants to reach; None for what is not there."""
    scope = caller.scope.having(ref)
    if ref.kind is not RecordKind.OPPORTUNITY:
        return reading_targets.target(conn, ref, scope=scope)
    found = reading_opportunity.opportunity(conn, scope=scope, guid=ref.guid)
    return Target(ref.kind, found.guid, found.name, "", found.account, None) if found else None


def answer(caller: Member, ref: RecordRef) -> Answer | None:
    """Who knows this record's people, for the caller; None for a record outside his scope. Writes the look down."""
    if not house().door.opens(caller.reader, ref):
        audit.note(Action.ACCESS, str(ref), actor=caller.oid, result="refused")
        return None
    with house().store.reading() as conn:
        found = target(conn, caller, ref)
        busy = introductions.busy(conn)
        keys = reading_targets.colleague_keys(conn, busy)
        odds = reading_introductions.learnt(conn)
    if found is None:
        return None
    audit.note(Action.LOOK, str(ref), actor=caller.oid)
    knowing = Knowing(house())
    known = knowing.who_knows(caller.reader, ref.kind, ref.guid, busy=keys)
    people: tuple[Way, ...] = ()
    if ref.kind in SEVERAL:
        known, people = _permitted(caller, known, knowing.reachable(caller.reader, ref.kind, ref.guid, busy=keys))
    return Answer(
        target=found,
        known=known,
        people=people,
        sees_others=bool(caller.roles & SEES_TIES),
        odds=odds,
    )


def _permitted(caller: Member, known: WhoKnows, people: tuple[Way, ...]) -> tuple[WhoKnows, tuple[Way, ...]]:
    """Without ways to people whom the caller may not read: one request for all of them."""
    ways = (*known.ways, *known.others, *people)
    persons = {*map(_person, known.own), *map(_person, ways)}
    seen = house().door.among(caller.reader, persons)

    def only(several: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(one for one in several if _person(one) in seen)

    return WhoKnows(own=only(known.own), ways=only(known.ways), others=only(known.others)), only(people)


def _person(one: Way | OwnTie) -> RecordRef:
    return RecordRef(one.person.kind, one.person.guid)
