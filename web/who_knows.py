"""The question "who knows whom" as pages and API ask it: within the reader's scope, and written down."""

import re
from dataclasses import dataclass

from sqlalchemy import Connection

from relationship.activities import RecordKind, RecordRef
from relationship.knowing import SEES_TIES, Knowing, Way, WhoKnows
from relationship.store import introductions, reading_opportunity, reading_targets, rules
from relationship.store.audit import Action
from relationship.store.reading_targets import Target
from settings.rules import Introductions
from web import audit
from web.house import house
from web.members import Member

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Records that stand for several people.
SEVERAL = frozenset({RecordKind.ACCOUNT, RecordKind.OPPORTUNITY})


@dataclass(frozen=True, slots=True)
class Answer:
    """people: for an account or opportunity the best way to each of its people; empty otherwise.

    sees_others  whether the reader's roles show ties of colleagues at all, whatever there is
    """

    target: Target
    known: WhoKnows
    people: tuple[Way, ...]
    sees_others: bool

    @property
    def all_ways(self) -> tuple[Way, ...]:
        return (*self.known.ways, *self.known.others, *self.people)


def record(kind: str, guid: str) -> RecordRef | None:
    """What an address names; None for a kind that nobody is looked for by, and for what is no GUID."""
    known = {one.value for one in (*reading_targets.TARGETS, *SEVERAL)}
    return RecordRef(RecordKind(kind), guid.lower()) if kind in known and _GUID.fullmatch(guid.lower()) else None


def offered(conn: Connection) -> Introductions:
    """What the organisation's rules say about introductions; `enabled` says whether they are offered."""
    _version, current = rules.current(conn)
    return current.introductions


def target(conn: Connection, caller: Member, ref: RecordRef) -> Target | None:
    """Whom the caller wants to reach; None for what is not there and what he may not read."""
    if ref.kind is not RecordKind.OPPORTUNITY:
        return reading_targets.target(conn, ref, scope=caller.scope)
    found = reading_opportunity.opportunity(conn, scope=caller.scope, guid=ref.guid)
    return Target(ref.kind, found.guid, found.name, "", found.account, None) if found else None


def answer(caller: Member, ref: RecordRef) -> Answer | None:
    """Who knows this record's people, for the caller; None for a record outside his scope. Writes the look down."""
    with house().store.reading() as conn:
        found = target(conn, caller, ref)
        busy = introductions.busy(conn)
        keys = reading_targets.colleague_keys(conn, busy)
    if found is None:
        return None
    audit.note(Action.LOOK, str(ref), actor=caller.oid)
    knowing = Knowing(house())
    return Answer(
        target=found,
        known=knowing.who_knows(caller.reader, ref.kind, ref.guid, busy=keys),
        people=knowing.reachable(caller.reader, ref.kind, ref.guid, busy=keys) if ref.kind in SEVERAL else (),
        sees_others=bool(caller.roles & SEES_TIES),
    )
