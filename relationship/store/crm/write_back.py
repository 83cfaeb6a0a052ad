"""Named queries of the write-back: whose columns in the CRM differ from its rating, and what they were told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.health.crm_codes import OF_BAND, OF_STATE, OF_TREND, Codes, TrendCode
from relationship.health.states import State
from relationship.store import tables
from relationship.store.crm.record_tables import Record
from relationship.store.crm.write_back_tables import TOLD, TOLD_MOOD, WRITE_BACK, ToldRating, WriteBack
from relationship.store.ratings.rating_tables import ROUND, Health
from relationship.store.ratings.ratings import SWITCHED_OFF
from relationship.store.upsert import insert_new, upsert

_health = tables.table(Health)
_record = tables.table(Record)

# Opportunities first: theirs are the columns that sellers look at.
_ORDER = sa.case((_record.c.kind == "opportunity", 0), else_=1), _record.c.kind, _record.c.id

# The same rule as `crm_codes.codes`, for all rows at once; a test compares both.
_state = sa.case(
    (_health.c.state == SWITCHED_OFF, sa.null()),
    *(
        (sa.and_(_health.c.state == State.RATED.value, _health.c.rating == band.value), int(code))
        for band, code in OF_BAND.items()
    ),
    *((_health.c.state == state.value, int(code)) for state, code in OF_STATE.items()),
)
_trend = sa.case(
    (_health.c.state == SWITCHED_OFF, sa.null()),
    *((_health.c.trend == trend.value, int(code)) for trend, code in OF_TREND.items()),
    else_=int(TrendCode.NOT_ENOUGH_INFORMATION),
)
_columns = sa.cast(_health.c.score, sa.Integer), sa.cast(_state, sa.Integer), sa.cast(_trend, sa.Integer)


@dataclass(frozen=True, slots=True)
class ToTell:
    """A record whose columns are to hold these codes."""

    record_id: int
    kind: str
    guid: str
    codes: Codes


@dataclass(frozen=True, slots=True)
class Progress:
    """told, to_tell, refused: records whose columns are up to date, are not, and that the CRM did not take.

    since    when there first was something to tell, None while there is nothing
    told_at  when a column was last written
    trouble  a code, '' while all goes well
    """

    told: int
    to_tell: int
    refused: int
    since: datetime | None
    told_at: datetime | None
    trouble: str

    @property
    def total(self) -> int:
        return self.told + self.to_tell + self.refused


def latest_round(conn: Connection) -> int:
    """The stamp of the latest round of ratings, 0 before the first."""
    return conn.scalar(sa.select(ROUND.c.stamp)) or 0


def to_tell(conn: Connection, *, limit: int, without: Collection[str] = ()) -> list[ToTell]:
    """The next records whose columns differ from their rating, those of one kind together.

    without  kinds to leave out
    """
    query = sa.select(_record.c.id, _record.c.kind, _record.c.guid, *_columns)
    query = _differing(query, conn).order_by(*_ORDER).limit(limit)
    if without:
        query = query.where(_record.c.kind.not_in(sorted(without)))
    return [ToTell(number, kind, guid, Codes(*said)) for number, kind, guid, *said in conn.execute(query)]


def note_told(conn: Connection, told: Sequence[tuple[ToTell, str]], *, at: datetime) -> None:
    """What the columns of these records hold now, or why the CRM did not take it."""
    rows: list[dict[str, Any]] = [
        {"record_id": one.record_id, **one.codes._asdict(), "told_at": at, "refused": refused} for one, refused in told
    ]
    upsert(conn, ToldRating, rows, key=["record_id"])
    if any(not refused for _, refused in told):
        _set(conn, told_at=at)


def is_settled(conn: Connection) -> bool:
    """Whether everything up to the latest round of ratings is told, without any trouble."""
    row = conn.execute(sa.select(WRITE_BACK.c.stamp, WRITE_BACK.c.trouble)).one_or_none()
    return row is not None and tuple(row) == (latest_round(conn), "")


def trouble(conn: Connection) -> str:
    """The code of what keeps the columns from being written, '' for nothing."""
    return conn.scalar(sa.select(WRITE_BACK.c.trouble)) or ""


def note_begun(conn: Connection, *, at: datetime) -> None:
    """There is something to tell; remembered from when on."""
    _set(conn, since=sa.func.coalesce(WRITE_BACK.c.since, sa.bindparam("at", at, tables.UtcDateTime)))


def note_settled(conn: Connection, *, stamp: int) -> None:
    """Everything up to this round of ratings is told."""
    _set(conn, stamp=stamp, since=None, trouble="")


def note_trouble(conn: Connection, code: str) -> None:
    """What keeps the columns from being written; '' for nothing."""
    _set(conn, trouble=code)


def note_heard_trouble(conn: Connection, code: str) -> None:
    """What keeps the columns of what customers say from being written; '' for nothing."""
    _set(conn, heard_trouble=code)


def forget(conn: Connection) -> None:
    """Nothing is told any more: the columns are gone, or are all to be written anew."""
    conn.execute(sa.delete(TOLD))
    conn.execute(sa.delete(TOLD_MOOD))
    conn.execute(sa.delete(WRITE_BACK))


def progress(conn: Connection) -> Progress:
    """How far the columns of the CRM follow the ratings."""
    row = conn.execute(sa.select(WRITE_BACK.c.since, WRITE_BACK.c.told_at, WRITE_BACK.c.trouble)).one_or_none()
    since, told_at, trouble = row or (None, None, "")
    left = conn.scalar(_differing(sa.select(sa.func.count()), conn)) or 0
    refused = conn.scalar(sa.select(sa.func.count()).where(TOLD.c.refused != "")) or 0
    total = conn.scalar(sa.select(sa.func.count()).select_from(_health)) or 0
    return Progress(max(0, total - left - refused), left, refused, since if left else None, told_at, trouble)


def _differing(query: Any, conn: Connection) -> Any:
    """Of the records that were rated since the last settled round, those that were told something else."""
    stamp = conn.scalar(sa.select(WRITE_BACK.c.stamp)) or 0
    joined = _health.join(_record, _record.c.id == _health.c.record_id)
    joined = joined.outerjoin(TOLD, TOLD.c.record_id == _health.c.record_id)
    said = zip(_columns, (TOLD.c.score, TOLD.c.state, TOLD.c.trend), strict=True)
    return query.select_from(joined).where(
        _health.c.stamp > stamp, sa.or_(*(column.is_distinct_from(told) for column, told in said))
    )


def _set(conn: Connection, **values: Any) -> None:
    first = {"id": 1, "stamp": 0, "since": None, "told_at": None, "trouble": "", "heard_trouble": ""}
    insert_new(conn, WriteBack, [first], key=["id"])
    conn.execute(sa.update(WRITE_BACK).values(**values))
