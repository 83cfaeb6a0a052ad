"""Feedback mailboxes: which are declared, whose texts each of them holds, and what goes when one is withdrawn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store import deployment, tables
from relationship.store.chunks import in_chunks
from relationship.store.crm import colleagues
from relationship.store.crm.record_tables import Colleague, ColleagueAddress, Record
from relationship.store.knows import tie_rounds
from relationship.store.privacy import exclusions
from relationship.store.sources import sources
from relationship.store.upsert import insert_new
from relationship.store.verbatims.verbatim_tables import VERBATIM, VERBATIM_COPY, VerbatimCopy
from settings.rules import Feedback, Rules, Sources

SOURCE = "feedback/"
# The one source of all declared mailboxes that nobody of the directory has.
UNKNOWN = "unknown"

_source = tables.table(tables.Source)
_record = tables.table(Record)
_colleague = tables.table(Colleague)
_address = tables.table(ColleagueAddress)


@dataclass(frozen=True, slots=True)
class Declared:
    """A declared mailbox. key: of its user in the directory, '' while it is unknown; code: why it is not read, or ''."""

    address: str
    key: str
    code: str = ""

    @property
    def source_key(self) -> str:
        return SOURCE + (self.key or UNKNOWN)


def declared(conn: Connection, present: Rules) -> list[Declared]:
    """The declared mailboxes, each by the user of the directory who has its address, or had it last."""
    wanted = present.sources.feedback.mailboxes
    owners: dict[str, str] = {}
    query = (
        sa.select(_address.c.address, _colleague.c.key)
        .join(_colleague, _colleague.c.id == _address.c.colleague_id)
        .order_by(_colleague.c.in_directory, _colleague.c.key)
    )
    for chunk in in_chunks(wanted):
        owners |= dict(conn.execute(query.where(_address.c.address.in_(chunk))).all())
    outside = exclusions.colleague_keys(conn, present.exclusions) if owners else set()
    return [
        Declared(one, key, "" if key and key not in outside else "feedback_left_out" if key else "feedback_unknown")
        for one in wanted
        for key in (owners.get(one, ""),)
    ]


def is_feedback_mailbox(key: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Whether the user with this key is a mailbox that is read for feedback: nobody whom one could ask or meet."""
    return sa.exists().where(_source.c.key == sa.literal(SOURCE) + key)


def refused(conn: Connection, present: Feedback, wanted: Feedback) -> list[tuple[str, str]]:
    """Addresses that cannot be declared beside those in force, each with a code: a person's, or one elsewhere.

    A person is whoever owns records in the CRM. Before the directory was read nothing is refused.
    """
    added = [address for address in wanted.mailboxes if address not in present.mailboxes]
    found: list[tuple[str, str]] = []
    owners = (
        sa.select(_address.c.address)
        .join(_colleague, _colleague.c.id == _address.c.colleague_id)
        .where(sa.exists().where(_record.c.owner_guid == _colleague.c.systemuser_guid))
    )
    people: set[str] = set()
    for chunk in in_chunks(added):
        people |= set(conn.scalars(owners.where(_address.c.address.in_(chunk))))
    organisation = deployment.load(conn)
    ours = organisation.domains if organisation else frozenset()
    for address in added:
        if address in people:
            found.append((address, "mailbox_of_a_person"))
        elif ours and address.rpartition("@")[2] not in ours:
            found.append((address, "mailbox_elsewhere"))
    return found


def hold(conn: Connection, source_id: int, keys: Iterable[str]) -> int:
    """Note that a mailbox holds a copy of these texts; returns how many were not noted yet."""
    ids: list[int] = []
    for chunk in in_chunks(sorted(keys)):
        ids += conn.scalars(sa.select(VERBATIM.c.id).where(VERBATIM.c.key.in_(chunk)))
    rows = [{"source_id": source_id, "verbatim_id": number} for number in sorted(ids)]
    return insert_new(conn, VerbatimCopy, rows, key=["source_id", "verbatim_id"])


def counts(conn: Connection) -> dict[str, int]:
    """How many texts each mailbox holds, by the key of its source."""
    query = (
        sa.select(_source.c.key, sa.func.count(VERBATIM_COPY.c.verbatim_id))
        .join(VERBATIM_COPY, VERBATIM_COPY.c.source_id == _source.c.id, isouter=True)
        .where(_source.c.key.startswith(SOURCE, autoescape=True))
        .group_by(_source.c.key)
    )
    return dict(conn.execute(query).all())


def texts_leaving(conn: Connection, present: Rules, wanted: Sources) -> int:
    """How many texts go when these sources are followed: those that only withdrawn mailboxes hold."""
    if wanted.feedback.keep_when_withdrawn:
        return 0
    left = _left(conn, present.model_copy(update={"sources": wanted}))
    return conn.scalar(sa.select(sa.func.count()).select_from(VERBATIM).where(_only_in(left))) or 0


def enlist(conn: Connection, present: Rules) -> None:
    """Keep a source for each declared mailbox of the directory; a new one is no colleague any more to the network."""
    wanted = {one.source_key for one in declared(conn, present) if one.key}
    if new := wanted - sources.ids(conn).keys():
        sources.ensure(conn, sorted(new))
        tie_rounds.note_people(conn)


def withdraw(conn: Connection, present: Rules) -> int:
    """Forget the mailboxes that are not declared any more, with their places; their texts as the rules say.

    Returns how many sources and texts went. Twice changes nothing.
    """
    left = _left(conn, present)
    if not left:
        return 0
    gone = 0
    if not present.sources.feedback.keep_when_withdrawn:
        gone = conn.execute(sa.delete(VERBATIM).where(_only_in(left))).rowcount
    tie_rounds.note_people(conn)
    return gone + conn.execute(sa.delete(_source).where(_source.c.id.in_(left))).rowcount


def _left(conn: Connection, present: Rules) -> list[int]:
    """The sources of withdrawn mailboxes. One that has left the directory may be any declared one that is unknown."""
    wanted = {one.source_key for one in declared(conn, present)}
    known = {SOURCE + key for key in colleagues.addresses_by_key(conn)}
    doubtful = SOURCE + UNKNOWN in wanted
    query = sa.select(_source.c.id, _source.c.key).where(_source.c.key.startswith(SOURCE, autoescape=True))
    return [
        number
        for number, key in conn.execute(query.order_by(_source.c.id))
        if key not in wanted and (not doubtful or key in known or key == SOURCE + UNKNOWN)
    ]


def _only_in(source_ids: Sequence[int]) -> sa.ColumnElement[bool]:
    held = sa.select(VERBATIM_COPY.c.verbatim_id)
    return sa.and_(
        VERBATIM.c.id.in_(held.where(VERBATIM_COPY.c.source_id.in_(source_ids))),
        VERBATIM.c.id.not_in(held.where(VERBATIM_COPY.c.source_id.not_in(source_ids))),
    )
