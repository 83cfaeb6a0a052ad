"""Signals of past days that were found only afterwards, beside those that were found in time."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, time
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.clock import day_of
from relationship.signals.catalogue import DETECTORS
from relationship.signals.replay import Spell
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Record
from relationship.store.signals.signal_tables import SIGNAL, SignalRecord
from relationship.store.tables import table
from relationship.store.upsert import insert_new

_record = table(Record)

# Why such a signal is over: it was found and over before anybody looked.
PAST = "past"


def save(conn: Connection, over: Iterable[Spell], now: Iterable[Spell], *, since: int) -> None:
    """Keep spells that ended in the past, and since when those that are still open have been there.

    since  the first day looked at: what was kept of the past from then on is replaced
    What was found in time stays as it was; an open signal may only turn out to be older. Accounts that are gone are
    left out.
    """
    conn.execute(sa.delete(SIGNAL).where(SIGNAL.c.ended_why == PAST, SIGNAL.c.first_seen >= since))
    there = set(conn.scalars(sa.select(_record.c.id).where(_record.c.kind == RecordKind.ACCOUNT.value)))
    rows = [_row(one) for one in over if one.signal.account_id in there]
    unique = {(row["detector"], row["subject_id"], row["key"]): row for row in rows}
    for chunk in in_chunks(list(unique.values())):
        insert_new(conn, SignalRecord, chunk, key=["detector", "subject_id", "key"])
    _begin_earlier(conn, list(now))


def _begin_earlier(conn: Connection, spells: Sequence[Spell]) -> None:
    older = sa.update(SIGNAL).where(
        SIGNAL.c.detector == sa.bindparam("of_detector"),
        SIGNAL.c.subject_id == sa.bindparam("of_subject"),
        SIGNAL.c.ended_at.is_(None),
        SIGNAL.c.first_seen > sa.bindparam("first"),
    )
    for chunk in in_chunks(spells):
        rows = [
            {"of_detector": one.signal.detector, "of_subject": one.signal.subject_id, "first": one.first}
            for one in chunk
        ]
        conn.execute(older.values(first_seen=sa.bindparam("first")), rows)


def _row(spell: Spell) -> dict[str, Any]:
    one, ended = spell.signal, spell.last if spell.ended is None else spell.ended
    return {
        "account_id": one.account_id,
        "record_id": None,
        "subject_id": one.subject_id,
        "detector": one.detector,
        "family": DETECTORS[one.detector].family.value,
        "key": one.key,
        "strength": one.strength,
        "evidence": orjson.dumps([asdict(fact) for fact in one.evidence]).decode(),
        "first_seen": spell.first,
        "last_seen": spell.last,
        "ended_at": datetime.combine(day_of(ended), time(), UTC),
        "ended_why": PAST,
    }
