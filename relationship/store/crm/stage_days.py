"""How opportunities moved: where each stood at the end of the days on which something changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.store.chunks import in_chunks
from relationship.store.customers.customer_tables import STAGE_DAY, StageDay
from relationship.store.upsert import upsert


@dataclass(frozen=True, slots=True)
class Standing:
    """See `customer_tables.StageDay`."""

    record_id: int
    day: int
    stage: str
    probability: int | None
    value: float | None
    close_on: date | None

    @property
    def figures(self) -> tuple[str, int | None, float | None, date | None]:
        return self.stage, self.probability, self.value, self.close_on


_COLUMNS = tuple(STAGE_DAY.c[name] for name in Standing.__slots__)


def histories(
    conn: Connection, *, since: int = 0, record_ids: Sequence[int] | None = None
) -> dict[int, list[Standing]]:
    """The standings of each opportunity from a day on, oldest first; None: of all opportunities."""
    query = sa.select(*_COLUMNS).where(STAGE_DAY.c.day >= since).order_by(STAGE_DAY.c.record_id, STAGE_DAY.c.day)
    chunks = [None] if record_ids is None else list(in_chunks(sorted(record_ids)))
    found: dict[int, list[Standing]] = {}
    for chunk in chunks:
        for row in conn.execute(query if chunk is None else query.where(STAGE_DAY.c.record_id.in_(chunk))):
            one = Standing(*row)
            found.setdefault(one.record_id, []).append(one)
    return found


def observe(conn: Connection, seen: Sequence[Standing]) -> int:
    """Keep how opportunities stand when that differs from how they last stood; returns how many rows were written.

    seen  at most one standing per opportunity
    """
    known = histories(conn, record_ids=[one.record_id for one in seen])
    rows = []
    for one in seen:
        earlier = [old for old in known.get(one.record_id, ()) if old.day <= one.day]
        if not earlier or earlier[-1].figures != one.figures:
            rows.append({name: getattr(one, name) for name in Standing.__slots__} | {"source": "crm"})
    return upsert(conn, StageDay, rows, key=["record_id", "day"], along=["source"])
