"""The one door to records: who may read which. Every page, export and call of the API asks here.

A record may be read by whom Dynamics 365 lets read it, with that person's own rights: nothing is worked out from owners
or teams. The CRM is asked as that person, in two ways:
- for the records that an answer shows, at the moment of the answer, all in one request (`opens`, `among`, `page`);
- for whole sets of ids, in the background, for what counts or draws many records (`scope`). A set counts for
  `OLDEST`; it is read again from `REREAD` on, and where the CRM told of another owner it does not count at all.

In doubt nothing is shown, and a record outside answers like one that does not exist.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

import structlog

from relationship.activities import RecordKind, RecordRef
from relationship.clock import Clock, real_clock
from relationship.errors import RelationshipError, TryLater
from relationship.store.database import Store
from relationship.store.lists.record_lists import RecordPage, RecordRow
from relationship.store.reading.reading_scope import KeptSet, Reach, Scope
from relationship.store.rights import reader_sets
from settings.rules.health_rights import HealthRight as HealthRight
from settings.rules.health_rights import HealthRights

log = structlog.get_logger()

# How old a set of readable ids may be, and from when on it is read again while it still counts.
OLDEST = timedelta(minutes=5)
REREAD = timedelta(minutes=2)
# While the CRM brings new records they are waited for so long.
NEWCOMERS = timedelta(seconds=5)
# So many times a page is filled up when the CRM withholds records of it.
MOST_REFILLS = 8
KINDS = (RecordKind.OPPORTUNITY, RecordKind.ACCOUNT, RecordKind.CONTACT, RecordKind.LEAD)


class AppRole(StrEnum):
    """The app roles of the Entra registration, as they arrive in the claim `roles`."""

    SELLER = "seller"
    SALES_MANAGER = "sales_manager"
    SALES_ADMIN = "sales_admin"
    CUSTOMER_SUCCESS = "customer_success"
    PRIVACY_OFFICER = "privacy_officer"


# Who may open pages of records at all; which records, the CRM says.
READS_RECORDS = frozenset({AppRole.SELLER, AppRole.SALES_MANAGER, AppRole.SALES_ADMIN, AppRole.CUSTOMER_SUCCESS})
# Who looks after the sources: their state and whose mailbox it is, never what lies in it.
SEES_SOURCES = frozenset({AppRole.SALES_MANAGER, AppRole.SALES_ADMIN, AppRole.PRIVACY_OFFICER})

# Who brings in what other systems know of customers.
IMPORTS = frozenset({AppRole.SALES_ADMIN, AppRole.CUSTOMER_SUCCESS})


@dataclass(frozen=True, slots=True)
class Reader:
    """oid: the Entra object id, which is the key of the colleague; roles: those of the token that we know."""

    oid: str
    roles: frozenset[AppRole]


class Crm(Protocol):
    """The CRM, asked as one person. TryLater (or another error) when it cannot be asked; somebody who is no user
    there, and a table that the person may not read, give nothing."""

    def readable(self, oid: str, refs: Collection[RecordRef]) -> frozenset[RecordRef]:
        """Which of these the person may read; one request, whatever the kinds."""

    def all_readable(self, oid: str, kind: RecordKind) -> Iterator[Sequence[str]]:
        """The GUIDs of everything of one kind that the person may read, page by page."""


class Loader(Protocol):
    """Where sets are read in the background (`sync/reading_sets.py`)."""

    def ask(self, oid: str, *, wait: bool) -> None:
        """Have the sets of one person read, once at a time. wait: for a short while, because nothing is known yet."""


class RightsUnknown(TryLater):
    """The CRM cannot say at the moment who may read what, and nothing fresh enough is kept."""


def known_roles(names: Iterable[str]) -> frozenset[AppRole]:
    """The roles among the names of a token; unknown names give no right and are left out.

    >>> sorted(known_roles(["seller", "Owner", "SELLER"]))
    [<AppRole.SELLER: 'seller'>]
    """
    known = {role.value for role in AppRole}
    return frozenset(AppRole(name) for name in names if name in known)


def reads_records(reader: Reader) -> bool:
    """Whether the reader's roles open pages of records. Which records, the CRM says.

    >>> reads_records(Reader("oid-1", frozenset({AppRole.PRIVACY_OFFICER})))
    False
    """
    return bool(reader.oid and reader.roles & READS_RECORDS)


def may_import(reader: Reader) -> bool:
    """Whether the reader may bring in files and rows about customers.

    >>> may_import(Reader("oid-1", frozenset({AppRole.SELLER})))
    False
    """
    return bool(reader.oid and reader.roles & IMPORTS)


def may(reader: Reader, right: HealthRight, rules: HealthRights) -> bool:
    """Whether the reader's roles hold a right to the health fields of accounts; which accounts, the CRM says.

    rules  the section in force: `rules.health_rights`

    >>> may(Reader("oid-1", frozenset({AppRole.SELLER})), HealthRight.EDIT, HealthRights())
    False
    """
    return reads_records(reader) and not reader.roles.isdisjoint(rules.holders(right))


def health_rights(reader: Reader, rules: HealthRights) -> frozenset[HealthRight]:
    """All rights to the health fields that the reader holds."""
    return frozenset(right for right in HealthRight if may(reader, right, rules))


def may_see_sources(reader: Reader) -> bool:
    """Whether the reader may see how every mailbox and table is doing.

    >>> may_see_sources(Reader("oid-1", frozenset({AppRole.SELLER})))
    False
    """
    return bool(reader.oid and reader.roles & SEES_SOURCES)


class Door:
    """Answers for one house who may read what."""

    def __init__(self, store: Store, crm: Crm, loader: Loader, clock: Clock = real_clock) -> None:
        """clock: real time, never that of a demo."""
        self._store, self._crm, self._loader, self._clock = store, crm, loader, clock

    def scope(self, reader: Reader) -> Scope:
        """The reader's sets of readable ids, for queries over many records. Kinds that were not read yet are not in it
        (`Scope.knows`); their reading has begun then."""
        if not reads_records(reader):
            return Scope(Reach.NOTHING)
        found = self._kept(reader)
        missing = not all(kind in found.sets for kind in KINDS)
        # Before the CRM has brought anything, every set is empty: what came since is worth a moment.
        waits = missing or all(kept.newcomers and not (kept.size or kept.all_but) for kept in found.sets.values())
        if missing or any(map(self._is_late, found.sets.values())):
            self._loader.ask(reader.oid, wait=waits)
            return self._kept(reader) if waits else found
        return found

    def opens(self, reader: Reader, ref: RecordRef) -> bool:
        """Whether the reader may open one record. What is not there is asked for just the same, so that neither the
        answer nor its time tells the two apart."""
        return ref in self.among(reader, [ref])

    def among(self, reader: Reader, refs: Iterable[RecordRef]) -> frozenset[RecordRef]:
        """Which of these the reader may see, asked of the CRM in one request.

        raises  RightsUnknown when the CRM cannot be asked and the reader's sets are too old
        """
        wanted = frozenset(refs)
        if not wanted or not reads_records(reader):
            return frozenset()
        try:
            return self._crm.readable(reader.oid, wanted) & wanted
        except RelationshipError as error:
            return self._remembered(reader, wanted, error)

    def page(
        self,
        reader: Reader,
        kind: RecordKind,
        read: Callable[[Scope, str | None, int], RecordPage],
        *,
        place: str | None,
        size: int,
        scope: Scope | None = None,
    ) -> RecordPage:
        """A page of a list on which every record was asked of the CRM; what it withholds is made up for, so that the
        page is full while there is more, up to `MOST_REFILLS` times.

        read    the list's query: scope, place, how many
        scope   the reader's, where it was asked for already
        """
        within = scope or self.scope(reader)
        if not within.knows(kind):
            within = replace(within, reach=Reach.UNCHECKED)
        backwards = place is not None and place.startswith("<")
        first = last = read(within, place, size)
        rows: list[RecordRow] = self._seen(reader, kind, first)
        for _ in range(MOST_REFILLS):
            onward = last.previous_place if backwards else last.next_place
            if len(rows) >= size or onward is None:
                break
            last = read(within, onward, size - len(rows))
            seen = self._seen(reader, kind, last)
            rows = [*seen, *rows] if backwards else [*rows, *seen]
        near, far = (last, first) if backwards else (first, last)
        return RecordPage(tuple(rows), next_place=far.next_place, previous_place=near.previous_place)

    def _seen(self, reader: Reader, kind: RecordKind, page: RecordPage) -> list[RecordRow]:
        seen = self.among(reader, (RecordRef(kind, row.guid) for row in page.rows))
        return [row for row in page.rows if RecordRef(kind, row.guid) in seen]

    def _is_late(self, kept: KeptSet) -> bool:
        age = self._clock() - kept.read_at
        return kept.overtaken or age > REREAD or (kept.newcomers and age > NEWCOMERS)

    def _kept(self, reader: Reader) -> Scope:
        with self._store.reading() as conn:
            sets = reader_sets.sets_of(conn, reader.oid, since=self._clock() - OLDEST)
        return Scope(Reach.SETS, reader.oid, sets)

    def _remembered(self, reader: Reader, refs: frozenset[RecordRef], error: RelationshipError) -> frozenset[RecordRef]:
        """What the reader's sets say, where they are fresh enough."""
        kept = self._kept(reader)
        if not all(ref.kind in kept.sets for ref in refs):
            raise _unknown(error) from error
        log.info("rights_from_sets", code=error.code)
        with self._store.reading() as conn:
            return reader_sets.within(conn, refs, scope=kept)


def read_sets(store: Store, crm: Crm, oid: str, *, clock: Clock = real_clock) -> Mapping[RecordKind, int]:
    """Ask the CRM for everything that one person may read, and keep the ids; how many there are, by kind.

    raises  what `Crm.all_readable` raises; the kinds that were read by then are kept
    """
    found: dict[RecordKind, int] = {}
    for kind in KINDS:
        began = clock()
        with store.reading() as conn:
            up_to = reader_sets.highest_id(conn)
            known = reader_sets.ids_by_guid(conn, kind)
        ids = {known[guid] for page in crm.all_readable(oid, kind) for guid in page if guid in known}
        with store.transaction() as conn:
            reader_sets.replace(conn, oid, kind, readable=ids, known=known.values(), up_to=up_to, at=began)
        found[kind] = len(ids)
    with store.transaction() as conn:
        reader_sets.clear(conn, now=clock())
    return found


def _unknown(error: RelationshipError) -> RightsUnknown:
    return RightsUnknown(
        "Dynamics 365 cannot say at the moment who may read what.",
        next_step=error.next_step,
        code="impersonation_refused" if error.code == "impersonation_refused" else "rights_unknown",
    )
