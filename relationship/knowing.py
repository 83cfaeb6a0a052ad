"""Who knows whom, as one person may see it: what pages, the panel and the API ask.

The network of ties is kept per process (`store.knows.networks`); one question reads the stamp, the few people it names
and the few ties it shows. Whether the viewer may read the record at all is asked before (`access`); here it is
decided what of a colleague's tie he sees (`graph.visibility`). Opted out, excluded, gone from the organisation or
not to be asked: absent, and the answer is that of an organisation in which this colleague has no tie.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from relationship.access import AppRole, Reader
from relationship.activities import RecordKind
from relationship.clock import day_number
from relationship.graph.introductions import Path, best_by_target, introductions
from relationship.graph.reasons import Reason, reasons
from relationship.graph.ties import TieWord, kinds_of, word
from relationship.graph.visibility import TieFacts, Viewer, VisibleTie, visible
from relationship.house import House
from relationship.store.knows import networks, reading_ties
from relationship.store.knows.ties import record_number


@dataclass(frozen=True, slots=True)
class KnownColleague:
    """A colleague on a path. key: the Entra object id where the directory knows him."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """The contact or lead that a path reaches."""

    kind: RecordKind
    guid: str
    name: str


@dataclass(frozen=True, slots=True)
class OwnTie:
    """The viewer's own tie, with everything exactly: "vous le connaissez déjà"."""

    person: KnownPerson
    tie: VisibleTie


@dataclass(frozen=True, slots=True)
class Way:
    """One way to the person: ask the first colleague, who may have to ask a second.

    word, tie  the tie of the last colleague with the person, as the viewer may see it
    to_first   the word of the viewer's own tie with the first colleague, None without one
    """

    colleagues: tuple[KnownColleague, ...]
    person: KnownPerson
    word: TieWord
    tie: VisibleTie
    to_first: TieWord | None
    reasons: tuple[Reason, ...]
    busy: bool


@dataclass(frozen=True, slots=True)
class WhoKnows:
    """own: said first, closest first; ways: at most five, best first; others: whom else to try, at most five."""

    own: tuple[OwnTie, ...] = ()
    ways: tuple[Way, ...] = ()
    others: tuple[Way, ...] = ()


class Knowing:
    """Asks the network of one house; it keeps nothing itself, so one per request is as good as one per process.

    found = Knowing(house).who_knows(reader, RecordKind.CONTACT, guid, busy=keys_with_three_open_requests)
    """

    def __init__(self, house: House) -> None:
        self._house = house

    def who_knows(self, viewer: Reader, kind: RecordKind, guid: str, *, busy: Collection[str] = ()) -> WhoKnows:
        """Whom the viewer asks to reach a contact or lead, or anybody of an account or opportunity.

        busy    keys of colleagues with too many open requests: ranked after all others
        returns an empty answer when nobody knows anybody there, for a record that does not exist or is excluded,
                and for roles that may not see ties of others (then only `own` may be filled)
        """
        with self._house.store.reading() as conn:
            asked = self._asked(conn, viewer, busy)
            targets = [record_number(one) for one in reading_ties.people_of(conn, kind, guid)]
            found = introductions(
                asked.known.network, asked.me, targets, absent=asked.absent, busy=asked.busy, limit=SHOWN + OTHERS
            )
            own = found.own[:OWN_SHOWN]
            paths = found.paths if asked.sees_others else ()
            facts = _facts(conn, asked, own, paths)
        why = reasons(paths[:SHOWN]) + reasons(paths)[SHOWN:]
        ways = [_way(asked, facts, path, told) for path, told in zip(paths, why, strict=True)]
        return WhoKnows(
            own=tuple(tie for target, close in own if (tie := _own(asked, facts, target, close)) is not None),
            ways=tuple(way for way in ways[:SHOWN] if way is not None),
            others=tuple(way for way in ways[SHOWN:] if way is not None),
        )

    def reachable(self, viewer: Reader, kind: RecordKind, guid: str, *, busy: Collection[str] = ()) -> tuple[Way, ...]:
        """For an account or opportunity the best way to each of its people who can be reached, the best first;
        at most twenty."""
        with self._house.store.reading() as conn:
            asked = self._asked(conn, viewer, busy)
            if not asked.sees_others:
                return ()
            targets = [record_number(one) for one in reading_ties.people_of(conn, kind, guid)]
            paths = best_by_target(asked.known.network, asked.me, targets, absent=asked.absent, busy=asked.busy)
            paths = paths[:PEOPLE_SHOWN]
            facts = _facts(conn, asked, (), paths)
        ways = [_way(asked, facts, path, _reasons_alone(path)) for path in paths]
        return tuple(way for way in ways if way is not None)

    def _asked(self, conn: Connection, viewer: Reader, busy: Collection[str]) -> "_Asked":
        today = day_number(self._house.clock(), self._house.config.zone)
        known = networks.current(self._house.store, conn, today=today)
        me = known.people.by_key.get(viewer.oid, UNKNOWN)
        return _Asked(
            known=known,
            me=me,
            sees_others=bool(viewer.oid and viewer.roles & SEES_TIES),
            absent=known.people.not_asked - {me},
            busy=frozenset(known.people.by_key[key] for key in busy if key in known.people.by_key),
        )


SHOWN = 5
OTHERS = 5
OWN_SHOWN = 5
PEOPLE_SHOWN = 20
UNKNOWN = -1
# Whoever reads records as a seller or manager does; what remains of the contract's table is `graph.visibility`.
SEES_TIES = frozenset({AppRole.SELLER, AppRole.SALES_MANAGER, AppRole.CUSTOMER_SUCCESS})

_Pair = tuple[int, int]
_Facts = dict[_Pair, reading_ties.Facts]


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question. me: the viewer's number in the network, UNKNOWN for one who is not in it."""

    known: networks.KnownNetwork
    me: int
    sees_others: bool
    absent: frozenset[int]
    busy: frozenset[int]


def _reasons_alone(path: Path) -> tuple[Reason, ...]:
    """Paths to different people say nothing of each other: what holds of one by itself."""
    return tuple(reason for reason in reasons([path])[0] if reason is not Reason.ONLY_ONE)


def _facts(conn: Connection, asked: _Asked, own: Sequence[tuple[int, float]], paths: Sequence[Path]) -> _Facts:
    pairs = {_pair(asked.me, target) for target, _ in own} | {_pair(path.colleagues[-1], path.target) for path in paths}
    return reading_ties.facts(conn, pairs, today=asked.known.today)


def _pair(colleague: int, target: int) -> _Pair:
    """The ids of a colleague and a record, from their numbers in the network."""
    return colleague // 2, target // 2


def _tie(facts: _Facts, colleague: int, target: int, close: float, *, is_own: bool) -> VisibleTie | None:
    found = facts.get(_pair(colleague, target))
    strength = word(close)
    if found is None or strength is None:
        return None
    told = TieFacts(strength, found.recent_days, kinds_of(found.recent_kinds), found.last_day)
    return visible(told, Viewer.SELLER, is_own=is_own)


def _own(asked: _Asked, facts: _Facts, target: int, close: float) -> OwnTie | None:
    tie = _tie(facts, asked.me, target, close, is_own=True)
    return None if tie is None else OwnTie(_person(asked, target), tie)


def _way(asked: _Asked, facts: _Facts, path: Path, why: tuple[Reason, ...]) -> Way | None:
    close = path.ties[-1]
    tie = None if close is None else _tie(facts, path.colleagues[-1], path.target, close, is_own=False)
    if tie is None:  # it went between two questions to the store
        return None
    return Way(
        colleagues=tuple(_colleague(asked, number) for number in path.colleagues),
        person=_person(asked, path.target),
        word=tie.word,
        tie=tie,
        to_first=word(path.ties[0]),
        reasons=why,
        busy=path.busy,
    )


def _colleague(asked: _Asked, number: int) -> KnownColleague:
    _, key, name = asked.known.person(number)
    return KnownColleague(key, name)


def _person(asked: _Asked, number: int) -> KnownPerson:
    kind, guid, name = asked.known.person(number)
    return KnownPerson(RecordKind(kind), guid, name)
