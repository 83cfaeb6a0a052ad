"""Who knows whom, as one person may see it: what pages, the panel and the API ask.

The network of ties is kept per process (`store.networks`); one question reads the stamp, the few people it names
and the few ties it shows. Whether the viewer may read the record at all is asked before (`access`); here it is
decided what of a colleague's tie he sees (`graph.visibility`). Opted out, excluded, gone from the organisation or
not to be asked: absent, and the answer is that of an organisation in which this colleague has no tie.
"""

from collections.abc import Collection
from dataclasses import dataclass

from relationship.access import Reader
from relationship.activities import RecordKind
from relationship.graph.reasons import Reason
from relationship.graph.ties import TieWord
from relationship.graph.visibility import VisibleTie


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
    """Asks the network of one store. Make one per process and keep it: the network is loaded once.

    knowing = Knowing(house)
    found = knowing.who_knows(reader, RecordKind.CONTACT, guid, busy=keys_with_three_open_requests)
    """

    def who_knows(self, viewer: Reader, kind: RecordKind, guid: str, *, busy: Collection[str] = ()) -> WhoKnows:
        """Whom the viewer asks to reach a contact or lead, or anybody of an account or opportunity.

        busy    keys of colleagues with too many open requests: ranked after all others
        returns an empty answer when nobody knows anybody there, for a record that does not exist or is excluded,
                and for roles that may not see ties of others (then only `own` may be filled)
        """
        raise NotImplementedError

    def reachable(self, viewer: Reader, kind: RecordKind, guid: str, *, busy: Collection[str] = ()) -> tuple[Way, ...]:
        """For an account or opportunity the best way to each of its people who can be reached, the best first."""
        raise NotImplementedError
