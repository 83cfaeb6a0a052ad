"""Ties worked out from days of contact, for the pairs noted as stale only (`graph.ties` has the formula).

In the network colleague c has the number 2·c, the contact or lead of record r the number 2·r + 1.
"""

from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship import failpoints
from relationship.activities import KINDS
from relationship.graph.tie_days import TieDays, tie_days
from relationship.graph.ties import TieSums, tie_sums
from relationship.store.knows.tie_rounds import next_stamp
from relationship.store.knows.tie_tables import TIE, Tie
from relationship.store.upsert import upsert

PAIRS_AT_ONCE = 50_000
ROW = np.dtype([(name, np.int64) for name in ("a", "b", "kind", "day", "a_among", "b_among")])

_KIND = "CASE d.kind " + " ".join(f"WHEN '{kind.value}' THEN {number}" for number, kind in enumerate(KINDS)) + " END"

DAYS = f"""
SELECT 2 * w.colleague_id, w.person, {_KIND}, d.day, d.ours_among, d.theirs_among
FROM wanted_tie w JOIN tie_person p ON p.record_id = (w.person - 1) / 2
JOIN tie_day d ON d.colleague_id = w.colleague_id AND d.address_id = p.address_id WHERE (w.person & 1) = 1
UNION ALL
SELECT 2 * w.colleague_id, w.person, {_KIND}, d.day, d.low_among, d.high_among
FROM wanted_tie w JOIN pair_day d ON d.low_colleague_id = w.colleague_id AND d.high_colleague_id = w.person / 2
WHERE (w.person & 1) = 0
"""


def colleague_number(colleague_id: int) -> int:
    """The number of a colleague in the network."""
    return 2 * colleague_id


def record_number(record_id: int) -> int:
    """The number of a contact or lead in the network."""
    return 2 * record_id + 1


def refresh(conn: Connection, *, today: int) -> int:
    """Work out the ties of every stale pair as of a day; returns how many pairs were looked at.

    A pair without a day of contact keeps a row of zeros, which tells kept copies that its tie is gone. Twice is
    harmless; order does not matter. Days after `today` (a clock that is wrong) do not count.
    """
    if not conn.scalar(sa.text("SELECT COUNT(*) FROM (SELECT 1 FROM stale_tie LIMIT 1) one")):
        return 0
    stamp, total = next_stamp(conn), 0
    conn.exec_driver_sql(
        "CREATE TEMP TABLE IF NOT EXISTS wanted_tie (colleague_id INTEGER, person INTEGER, PRIMARY KEY (colleague_id, person))"
    )
    while True:
        conn.exec_driver_sql("DELETE FROM wanted_tie")
        count = conn.exec_driver_sql(
            "INSERT INTO wanted_tie SELECT colleague_id, person FROM stale_tie "
            f"ORDER BY colleague_id, person LIMIT {PAIRS_AT_ONCE}"
        ).rowcount
        if not count:
            return total
        total += count
        if conn.dialect.name == "postgresql":
            conn.exec_driver_sql("ANALYZE wanted_tie")
        _save(conn, tie_sums(_days(conn), until=today), stamp)
        failpoints.passage("store.ties.saved")
        conn.exec_driver_sql(
            "DELETE FROM stale_tie WHERE (colleague_id, person) IN (SELECT colleague_id, person FROM wanted_tie)"
        )


def _days(conn: Connection) -> TieDays:
    """The days of contact of the wanted pairs; one row per side, since each has its own number of others."""
    cursor: Any = conn.exec_driver_sql(DAYS).cursor
    rows = np.fromiter((tuple(row) for row in cursor), dtype=ROW)
    ours, theirs = rows[rows["a_among"] > 0], rows[rows["b_among"] > 0]
    both = np.concatenate([ours, theirs])
    from_a = np.arange(len(both)) < len(ours)
    return tie_days(
        a=both["a"],
        b=both["b"],
        kind=both["kind"],
        day=both["day"],
        people=np.where(from_a, both["a_among"], both["b_among"]) + 1,
        from_a=from_a,
        from_b=~from_a,
    )


def _save(conn: Connection, sums: TieSums, stamp: int) -> None:
    # Even numbers are colleagues; of two the lower one comes first in `sums` too.
    first = sums.a % 2 == 0
    rows = [
        {"colleague_id": colleague, "person": person, "ours": ours, "theirs": theirs, "stamp": stamp}
        for colleague, person, ours, theirs in zip(
            (np.where(first, sums.a, sums.b) // 2).tolist(),
            np.where(first, sums.b, sums.a).tolist(),
            np.where(first, sums.from_a, sums.from_b).tolist(),
            np.where(first, sums.from_b, sums.from_a).tolist(),
            strict=True,
        )
    ]
    upsert(conn, Tie, rows, key=["colleague_id", "person"], along=["stamp"])
    kept = {(row["colleague_id"], row["person"]) for row in rows}
    wanted = conn.exec_driver_sql("SELECT colleague_id, person FROM wanted_tie").all()
    gone = [{"of": one, "with": other} for one, other in wanted if (one, other) not in kept]
    if gone:
        conn.execute(
            sa.update(TIE)
            .where(
                TIE.c.colleague_id == sa.bindparam("of"),
                TIE.c.person == sa.bindparam("with"),
                sa.or_(TIE.c.ours > 0, TIE.c.theirs > 0),
            )
            .values(ours=0.0, theirs=0.0, stamp=stamp),
            gone,
        )
