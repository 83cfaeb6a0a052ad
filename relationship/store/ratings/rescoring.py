"""Writing the ratings of all records anew after a change of rules: set-based, unchanged rows untouched.

`benchmarks/new_rules.py` measures it.
"""

import struct
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection

from relationship.clock import day_of
from relationship.health.contact_days import NO_DAY, Ints
from relationship.health.rating import Ratings
from relationship.health.score import BANDS
from relationship.health.states import STATES
from relationship.health.trend import TRENDS
from relationship.store.gc_pause import collection_paused

_COLUMNS = ("state", "recent", "score", "exact", "rating", "trend", "trend_points", "falls_on", "falls_to")

_SQLITE = f"""
UPDATE health SET ({", ".join(_COLUMNS)}, stamp, rules_version) = (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
WHERE record_id = ?1 AND ({", ".join(_COLUMNS)}) IS NOT (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
"""

# One row of PostgreSQL's binary COPY: the number of fields, then each with its length in front.
_FIELDS = (
    ("record_id", "int", ">i4"),
    ("state", "int", ">i4"),
    ("recent", "int", ">i4"),
    ("score", "int", ">i4"),
    ("exact", "double precision", ">f8"),
    ("rating", "int", ">i4"),
    ("trend", "int", ">i4"),
    ("trend_points", "double precision", ">f8"),
    ("falls_on", "int", ">i4"),
    ("falls_to", "int", ">i4"),
)
_COPY_ROW = np.dtype(
    [("fields", ">i2"), *(part for name, _, code in _FIELDS for part in ((f"{name}_length", ">i4"), (name, code)))]
)
_COPY_HEAD = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
_COPY_END = struct.pack(">h", -1)


def _word(names: Iterable[str], code: str) -> str:
    listed = ", ".join(f"'{name}'" for name in names)
    return f"(ARRAY[{listed}])[{code} + 1]"


# Codes become words, and what marks "none" in arrays becomes NULL (an array has no element 0).
_POSTGRESQL = f"""
UPDATE health h SET ({", ".join(_COLUMNS)}, stamp, rules_version) = ({", ".join(f"n.{name}" for name in _COLUMNS)}, %s, %s)
FROM (
    SELECT record_id, {_word(STATES, "state")} AS state, recent = 1 AS recent, NULLIF(score, -1) AS score,
        NULLIF(exact, 'NaN') AS exact, {_word(BANDS, "rating")} AS rating, {_word(TRENDS, "trend")} AS trend,
        NULLIF(trend_points, 'NaN') AS trend_points, DATE '1970-01-01' + NULLIF(falls_on, {NO_DAY}) AS falls_on,
        {_word(BANDS, "falls_to")} AS falls_to
    FROM rescored
) n
WHERE h.record_id = n.record_id AND
    ({", ".join(f"h.{name}" for name in _COLUMNS)}) IS DISTINCT FROM ({", ".join(f"n.{name}" for name in _COLUMNS)})
"""


def rescore(conn: Connection, record_ids: Ints, found: Ratings, *, stamp: int, version: int) -> int:
    """Keep what the rules decide of the ratings of these records; returns how many changed."""
    if conn.dialect.name == "postgresql":
        return _copied(conn, record_ids, found, stamp=stamp, version=version)
    with collection_paused():
        rows = _rows(record_ids, found, stamp=stamp, version=version)
        return max(conn.exec_driver_sql(_SQLITE, rows).rowcount, 0) if rows else 0


def _rows(record_ids: Ints, found: Ratings, *, stamp: int, version: int) -> list[tuple[Any, ...]]:
    columns = (
        record_ids.tolist(),
        _words(found.state, STATES),
        found.recent.tolist(),
        [None if score < 0 else score for score in found.score.tolist()],
        _numbers(found.exact.tolist()),
        _words(found.band, BANDS),
        _words(found.trend, TRENDS),
        _numbers(found.trend_points.tolist()),
        _dates(found.falls_on),
        _words(found.falls_to, BANDS),
        [stamp] * len(record_ids),
        [version] * len(record_ids),
    )
    return list(zip(*columns, strict=True))


def _copied(conn: Connection, record_ids: Ints, found: Ratings, *, stamp: int, version: int) -> int:
    rows = np.zeros(len(record_ids), dtype=_COPY_ROW)
    rows["fields"] = len(_FIELDS)
    for name, _, code in _FIELDS:
        values = record_ids if name == "record_id" else getattr(found, "band" if name == "rating" else name)
        rows[f"{name}_length"] = np.dtype(code).itemsize
        rows[name] = values
    driver: Any = conn.connection.dbapi_connection
    with driver.cursor() as cursor:
        declared = ", ".join(f"{name} {kind}" for name, kind, _ in _FIELDS)
        cursor.execute("DROP TABLE IF EXISTS pg_temp.rescored")
        cursor.execute(f"CREATE TEMP TABLE rescored ({declared}) ON COMMIT DROP")
        with cursor.copy("COPY rescored FROM STDIN (FORMAT binary)") as copy:
            copy.write(_COPY_HEAD + rows.tobytes() + _COPY_END)
        cursor.execute(_POSTGRESQL, (stamp, version))
        return int(cursor.rowcount)


def _words(codes: Ints, names: Sequence[str]) -> list[str | None]:
    words = [str(name) for name in names]
    return [None if code < 0 else words[code] for code in codes.tolist()]


def _numbers(values: list[float]) -> list[float | None]:
    return [None if value != value else value for value in values]


def _dates(days: Ints) -> list[str | None]:
    dates = {day: None if day == NO_DAY else day_of(day).isoformat() for day in np.unique(days).tolist()}
    return [dates[day] for day in days.tolist()]
