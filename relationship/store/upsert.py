"""Bulk upsert by natural key: one prepared statement, many rows, unchanged rows are not written.

`benchmarks/upsert.py` measures it against `session.merge` row by row.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import SQLModel

from relationship.store.lists.searching import folded
from relationship.store.tables import table

Row = Mapping[str, Any]
Columns = Mapping[str, Sequence[Any]]

# From so many rows on, PostgreSQL's COPY beats sending them as parameters (benchmarks/upsert.py).
COPY_FROM_ROWS = 200


def upsert(
    conn: Connection,
    model: type[SQLModel],
    rows: Sequence[Row],
    *,
    key: Sequence[str],
    keep: Sequence[str] = (),
    along: Sequence[str] = (),
) -> int:
    """Insert the rows, or update those whose `key` exists; returns how many rows were really written.

    rows   all with the same columns, none twice with the same key; an empty sequence is fine
    keep   columns that are set on insertion only
    along  columns that are no reason to write a row, and are set along with those that are
    """
    if not rows:
        return 0
    rows = _with_folded(table(model), rows)
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    return upsert_columns(conn, model, columns, key=key, keep=keep, along=along)


def upsert_columns(
    conn: Connection,
    model: type[SQLModel],
    columns: Columns,
    *,
    key: Sequence[str],
    keep: Sequence[str] = (),
    along: Sequence[str] = (),
) -> int:
    """The same for rows that are given column by column, all equally long: for a hundred thousand of them.

    A key that is no column is given by the database: then every row is new.
    """
    length = len(next(iter(columns.values())))
    if not length:
        return 0
    target = table(model)
    if conn.dialect.name == "postgresql" and length >= COPY_FROM_ROWS:
        return _copy(conn, target, columns, key=key, keep=keep, along=along)
    statement = _statement(target, tuple(columns), tuple(key), tuple(keep), tuple(along), conn.dialect)
    return _execute(conn, statement, columns, _defaults(target))


def insert_new(conn: Connection, model: type[SQLModel], rows: Sequence[Row], *, key: Sequence[str]) -> int:
    """Insert the rows whose `key` is not there yet; returns how many were inserted."""
    if not rows:
        return 0
    return upsert(conn, model, rows, key=key, keep=(*rows[0], *_folded_columns(table(model))))


def _folded_columns(target: Table) -> list[str]:
    return [column.name for column in target.c if "of" in column.info]


def _with_folded(target: Table, rows: Sequence[Row]) -> Sequence[Row]:
    """The rows with what is kept of their texts for searching, where the table keeps such."""
    for column in target.c:
        source = column.info.get("of", "")
        if source in rows[0] and column.name not in rows[0]:
            rows = [{**row, column.name: folded(row[source])} for row in rows]
    return rows


@lru_cache(maxsize=128)
def _statement(
    target: Table,
    columns: tuple[str, ...],
    key: tuple[str, ...],
    keep: tuple[str, ...],
    along: tuple[str, ...],
    dialect: Dialect,
) -> SQLCompiler:
    insert = (sqlite.insert if dialect.name == "sqlite" else postgresql.insert)(target).values(
        {name: sa.bindparam(name, type_=target.c[name].type) for name in columns}
    )
    compiled: SQLCompiler = _on_conflict(insert, target, columns, key, keep, along).compile(dialect=dialect)
    return compiled


def _on_conflict(
    insert: Any,
    target: Table,
    columns: Sequence[str],
    key: Sequence[str],
    keep: Sequence[str],
    along: Sequence[str],
) -> Any:
    changing = [name for name in columns if name not in key and name not in keep]
    if not changing:
        return insert.on_conflict_do_nothing(index_elements=list(key))
    return insert.on_conflict_do_update(
        index_elements=list(key),
        set_={name: insert.excluded[name] for name in changing},
        where=sa.or_(
            *(target.c[name].is_distinct_from(insert.excluded[name]) for name in changing if name not in along)
        ),
    )


def _copy(
    conn: Connection,
    target: Table,
    columns: Columns,
    *,
    key: Sequence[str],
    keep: Sequence[str],
    along: Sequence[str],
) -> int:
    """PostgreSQL's way for many rows: COPY into a temporary table, then one merging statement."""
    names = list(columns)
    quoted = ", ".join(f'"{name}"' for name in names)
    conn.exec_driver_sql("DROP TABLE IF EXISTS pg_temp.staged")
    conn.exec_driver_sql(f"CREATE TEMP TABLE staged ON COMMIT DROP AS SELECT {quoted} FROM {target.name} WITH NO DATA")
    driver: Any = conn.connection.dbapi_connection
    with driver.cursor().copy(f"COPY staged ({quoted}) FROM STDIN") as copy:
        for row in zip(*columns.values(), strict=True):
            copy.write_row(row)
    staged = sa.table("staged", *(sa.column(name, target.c[name].type) for name in names))
    insert = postgresql.insert(target).from_select(names, sa.select(staged))
    statement = _on_conflict(insert, target, names, key, keep, along)
    return conn.execute(statement, execution_options={"preserve_rowcount": True}).rowcount


@lru_cache(maxsize=128)
def _defaults(target: Table) -> dict[str, Any]:
    """What the model puts into columns that a row does not name; a text that is not told has nothing to search."""
    told = {c.name: c.default.arg for c in target.c if isinstance(c.default, sa.ColumnDefault) and c.default.is_scalar}
    return told | dict.fromkeys(_folded_columns(target), "")


def _execute(conn: Connection, statement: SQLCompiler, given: Columns, defaults: Mapping[str, Any]) -> int:
    # Straight to the driver's executemany: about twice as fast as the ORM's own bulk path.
    names = statement.positiontup if statement.positional else list(statement.binds)
    processors = statement._bind_processors
    length = len(next(iter(given.values())))
    columns = [
        _bound(given[name] if name in given else [defaults[name]] * length, cast("Any", processors.get(name)))
        for name in names or ()
    ]
    if statement.positional:
        parameters: Any = list(zip(*columns, strict=True))
    else:
        parameters = [dict(zip(names or (), values, strict=True)) for values in zip(*columns, strict=True)]
    return max(conn.exec_driver_sql(str(statement), parameters).rowcount, 0)


def _bound(values: Sequence[Any], process: Any) -> Sequence[Any]:
    if process is None:
        return values
    first = values[0]
    if all(value is first for value in values):
        return [process(first)] * len(values)
    return [process(value) for value in values]
