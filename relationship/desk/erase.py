"""Erase a person: nothing that names them is kept, and no sync, import or old page brings them back.

One transaction: keyed hashes of their names are remembered (`store/privacy/erased_names.py`, which every write
asks), the activities they were on are worked out anew without them, then each noun forgets what it holds (`FORGET`).
A room that keeps something about people adds its function there. Ratings follow at the next run of `relationship rate`.
Twice is harmless. It dies half-way without a trace of the half. It asks Microsoft nothing and erases nothing there.

What stays: entries of the audit log, which hold object ids and no names, and of the erasure itself the hashes.
"""

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship import failpoints
from relationship.desk import withdraw_alerts
from relationship.house import House
from relationship.store import deployment, tables
from relationship.store.activities import sightings
from relationship.store.privacy import (
    audit,
    erased_names,
    exclusions,
    forgetting,
    forgetting_alerts,
    forgetting_customers,
    forgetting_deliveries,
    forgetting_mentions,
    forgetting_signatures,
    forgetting_verbatims,
)
from relationship.store.privacy.audit import Act, Action
from relationship.store.privacy.excluded_names import LeftOut, note_lift
from relationship.store.privacy.one_person import Person, person, spelled
from relationship.store.rights import kept_answers
from relationship.store.sources import sources
from relationship.store.sources.read_again import read_again
from relationship.sync.readers.readers import reader_of

Forget = Callable[[Connection, Person], int]

# What else names people, in this order: records and colleagues last, since the others are found by them.
FORGET: tuple[tuple[str, Forget], ...] = (
    ("ties", forgetting.ties),
    ("introductions", forgetting.introductions),
    ("choices", forgetting.choices),
    ("verbatims", forgetting_verbatims.verbatims),
    ("answers", forgetting_customers.answers),
    ("imports", forgetting_customers.imports),
    ("alerts", forgetting_alerts.alerts),
    ("deliveries", forgetting_deliveries.deliveries),
    ("kept_answers", kept_answers.forget),
    ("mentions", forgetting_mentions.mentions),
    ("signatures", forgetting_signatures.signatures),
    ("records", forgetting.records),
    ("colleagues", forgetting.colleagues),
    ("addresses", forgetting.addresses),
)

_source = tables.table(tables.Source)


@dataclass(frozen=True, slots=True)
class Erased:
    """erasure: its number in the audit log; names: how many were remembered as hashes; written: rows of activities and
    copies; gone: rows by noun, as in FORGET."""

    erasure: str
    names: int
    written: int
    gone: dict[str, int]


def erase(house: House, name: str, *, by: str) -> Erased:
    """Erase whoever has this address or identity; somebody unknown is remembered, so that they never appear.

    by      who did it, for the audit log
    raises  FixSettings for what is no name, for one of several contacts, and without an encryption key
    """
    with house.store.transaction(alone=True) as conn:
        found = person(conn, spelled(name))
        erasure = erased_names.add(conn, found.names, at=house.clock())
        failpoints.passage("desk.erase.remembered")
        gone = {"words": withdraw_alerts.words_of(house, conn, found)}
        written = _from_activities(house, conn, found)
        gone |= {noun: forget(conn, found) for noun, forget in FORGET}
        failpoints.passage("desk.erase.forgotten")
        audit.add(conn, house.audit_keys(), [Act(house.clock(), by, Action.ERASURE, erasure, "erased")])
    return Erased(erasure, len(found.names), written, gone)


def let_in_again(house: House, name: str, *, by: str) -> int:
    """Take back that somebody is kept out: what the sources still hold is read anew. Returns how many names."""
    with house.store.transaction(alone=True) as conn:
        names = erased_names.let_in(conn, spelled(name))
        if names:
            note_lift(conn)
            # Records and colleagues are dropped by erasure alone, which no source watches.
            for key in sources.ids(conn):
                read_again(conn, key)
            audit.add(conn, house.audit_keys(), [Act(house.clock(), by, Action.ERASURE, "", "let_in_again")])
    return names


def _from_activities(house: House, conn: Connection, found: Person) -> int:
    """Judge again whatever names the person, and remove the sources that were theirs."""
    organisation = deployment.load(conn)
    _inside, read = reader_of(house, organisation.read_from if organisation else None, conn=conn)
    theirs = [
        number
        for number, key in conn.execute(sa.select(_source.c.id, _source.c.key))
        if key.partition("/")[2] in found.colleague_keys
    ]
    written = sightings.withdraw(conn, theirs, read=read, zone=house.config.zone) if theirs else 0
    return written + exclusions.take_out(conn, LeftOut(found.names), read=read, zone=house.config.zone)
