"""The network of ties, kept between one question and the next.

A process keeps one per store. Three marks tell whether it is still true (`tie_rounds`): ties written since are
read alone, people as a whole, and everything when rows went without a trace. Whatever is kept is never trusted
without that look. Another day is one factor for all ties. Whoever opted out, is excluded or may not sign in any
more, and mailboxes for feedback, are left out before the network is built.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.addresses import identity
from relationship.graph.network import Network
from relationship.graph.tie_days import Bools, Floats, Ints
from relationship.graph.ties import EPOCH, closeness, fade
from relationship.store import tables
from relationship.store.crm.record_tables import Colleague, Record
from relationship.store.database import Store
from relationship.store.gc_pause import collection_paused
from relationship.store.knows import preferences
from relationship.store.knows.tie_rounds import Marks, marks
from relationship.store.knows.tie_tables import TIE
from relationship.store.knows.ties import colleague_number, record_number
from relationship.store.privacy import excluded_names
from relationship.store.verbatims.feedback_mailboxes import is_feedback_mailbox

_colleague = tables.table(Colleague)
_record = tables.table(Record)

ROW = np.dtype([("colleague", np.int64), ("person", np.int64), ("ours", np.float64), ("theirs", np.float64)])
COLLEAGUE = "colleague"


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Everybody who may be used, in the order of names; all sequences have the same length.

    numbers    in the network (`store.knows.ties`);  colleague  whether each is one
    kinds      'colleague', 'contact' or 'lead';  keys  of the colleague, or GUID
    by_key     the number of every colleague by key
    not_asked  the numbers of colleagues who are never proposed
    """

    numbers: Ints
    colleague: Bools
    kinds: Sequence[str]
    keys: Sequence[str]
    names: Sequence[str]
    by_key: dict[str, int]
    not_asked: frozenset[int]


@dataclass(frozen=True, slots=True, eq=False)
class KnownNetwork:
    """network: of `today`; people: by position in it."""

    marks: Marks
    today: int
    network: Network
    people: People
    kept: "_Kept"

    def person(self, number: int) -> tuple[str, str, str]:
        """Kind, key and name of somebody in the network."""
        position = self.network.position(number)
        return self.people.kinds[position], self.people.keys[position], self.people.names[position]


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    """The stored ties, sorted by colleague and person, and the network of them as of the epoch."""

    key: Ints
    ours: Floats
    theirs: Floats
    network: Network


_networks: WeakKeyDictionary[Store, KnownNetwork] = WeakKeyDictionary()
_refreshing = threading.Lock()


def current(store: Store, conn: Connection, *, today: int) -> KnownNetwork:
    """The network as the stored ties have it, on a day.

    conn  reading; what the same transaction has written is seen only when a mark was raised with it
    """
    found = _networks.get(store)
    latest = marks(conn)
    if found is not None and (found.marks, found.today) == (latest, today):
        return found
    with _refreshing:
        found = _refreshed(_networks.get(store), conn, marks(conn), today)
        _networks[store] = found
        return found


def _refreshed(old: KnownNetwork | None, conn: Connection, latest: Marks, today: int) -> KnownNetwork:
    if old is not None and old.marks == latest:
        return _on(old, today)
    is_whole = old is None or old.marks.generation != latest.generation or old.marks.stamp > latest.stamp
    people = _people(conn) if is_whole or old is None or old.marks.people != latest.people else old.people
    if old is None or is_whole:
        rows = _rows(conn, after=-1)
        columns = _sorted(_key(rows), rows["ours"], rows["theirs"])
    else:
        rows = _rows(conn, after=old.marks.stamp)
        columns = _merged(old.kept, rows)
    key, ours, theirs = columns
    network = Network.of(
        people.numbers,
        people.colleague,
        a=colleague_number(key >> 32),  # type: ignore[arg-type]  # arithmetic holds for arrays as well
        b=key & 0xFFFFFFFF,
        closeness=closeness(ours, theirs, today=EPOCH),
    )
    kept = _Kept(key, ours, theirs, network)
    return _on(KnownNetwork(latest, today, network, people, kept), today)


def _on(found: KnownNetwork, today: int) -> KnownNetwork:
    base = found.kept.network
    return replace(found, today=today, network=replace(base, close=base.close * fade(today)))


def _rows(conn: Connection, *, after: int) -> Any:
    query = sa.select(TIE.c.colleague_id, TIE.c.person, TIE.c.ours, TIE.c.theirs)
    if after >= 0:
        query = query.where(TIE.c.stamp > after)
    with collection_paused():
        cursor: Any = conn.execute(query).cursor
        return np.fromiter((tuple(row) for row in cursor), dtype=ROW)


def _key(rows: Any) -> Ints:
    found: Ints = (rows["colleague"] << 32) | rows["person"]
    return found


def _sorted(key: Ints, ours: Floats, theirs: Floats) -> tuple[Ints, Floats, Floats]:
    order = np.argsort(key, kind="stable")
    return key[order], ours[order], theirs[order]


def _merged(old: _Kept, rows: Any) -> tuple[Ints, Floats, Floats]:
    """The kept ties with these rows in place of their former selves, or added."""
    new = _key(rows)
    stays = ~np.isin(old.key, new)
    return _sorted(
        np.concatenate([old.key[stays], new]),
        np.concatenate([old.ours[stays], rows["ours"]]),
        np.concatenate([old.theirs[stays], rows["theirs"]]),
    )


def _people(conn: Connection) -> People:
    left_out = excluded_names.left_out(conn).addresses
    chosen = preferences.all_choices(conn)
    with collection_paused():
        found = [*_colleagues(conn, left_out, chosen), *_outside(conn, left_out)]
        # Folded case first, so that the order is the one a reader expects; key and kind settle equal names.
        found.sort(key=lambda one: (one[3].casefold(), one[1], one[2]))
        numbers, kinds, keys, names = zip(*found, strict=True) if found else ((), (), (), ())
    colleagues = [kind == COLLEAGUE for kind in kinds]
    by_key = {key: number for number, kind, key, _ in found if kind == COLLEAGUE}
    return People(
        np.array(numbers, dtype=np.int64),
        np.array(colleagues, dtype=np.bool_),
        kinds,
        keys,
        names,
        by_key,
        frozenset(by_key[key] for key, choice in chosen.items() if choice.do_not_ask and key in by_key),
    )


# Number, kind, key, name.
_Person = tuple[int, str, str, str]


def _colleagues(conn: Connection, left_out: frozenset[str], chosen: dict[str, preferences.Choice]) -> list[_Person]:
    columns = _colleague.c
    query = sa.select(columns.id, columns.key, columns.name, columns.crm_name).where(
        columns.enabled, sa.or_(columns.in_directory, columns.in_crm), ~is_feedback_mailbox(columns.key)
    )
    return [
        (colleague_number(number), COLLEAGUE, key, name or crm_name)
        for number, key, name, crm_name in conn.execute(query)
        if identity("user", key) not in left_out and not (key in chosen and chosen[key].has_opted_out)
    ]


def _outside(conn: Connection, left_out: frozenset[str]) -> list[_Person]:
    columns = _record.c
    query = sa.select(columns.id, columns.kind, columns.guid, columns.name).where(
        columns.kind.in_([RecordKind.CONTACT.value, RecordKind.LEAD.value])
    )
    cursor: Any = conn.execute(query).cursor
    found = [(record_number(number), kind, guid, name) for number, kind, guid, name in cursor.fetchall()]
    if not left_out:
        return found
    return [one for one in found if identity(one[1], one[2]) not in left_out]
