"""Rows of an import on their way into a table: staged, compared with what is there, then merged set by set.

Stage on a connection of `Store.staging`, merge in `Store.transaction_on` of the same connection.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import Connection, Table
from sqlmodel.sql.sqltypes import AutoString

from relationship.activities import RecordKind
from relationship.importing.faults import Fault
from relationship.importing.kinds import ImportKind
from relationship.importing.rows import Layout, Row
from relationship.store import tables
from relationship.store.crm.record_tables import Record
from relationship.store.customers import usage
from relationship.store.customers.customer_tables import ACCOUNT_EVENT, SATISFACTION, STAGE_DAY, USAGE_DAY

_record = tables.table(Record)

STAGED = "staged_import"
MOST_SAMPLES = 25  # of each sort


@dataclass(frozen=True, slots=True)
class Sample:
    """A line as the preview shows it. before: only the columns that change."""

    line: int
    change: str
    name: str
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(slots=True)
class Settled:
    """What merging does. faults: lines that contradict an earlier one, which are not merged; the last four: see
    `import_runs.Counts`."""

    added: int = 0
    changed: int = 0
    same: int = 0
    faults: list[Fault] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    silent: int = 0
    left_out: int = 0
    unknown: int = 0
    old: int = 0


@dataclass(frozen=True, slots=True)
class By:
    """Who brings it in, and when."""

    at: datetime
    key: str
    name: str


class Staging(Protocol):
    """One import under way."""

    def add(self, conn: Connection, rows: Sequence[Row]) -> None: ...

    def settle(self, conn: Connection) -> Settled: ...

    def merge(self, conn: Connection, by: By) -> None: ...


@dataclass(frozen=True, slots=True)
class _Target:
    """key: natural key of the table; signed: it tells who added a row."""

    table: Table
    key: tuple[str, ...]
    signed: bool = False


_TARGETS = {
    ImportKind.USAGE: _Target(USAGE_DAY, ("account_id", "day")),
    ImportKind.EVENTS: _Target(ACCOUNT_EVENT, ("account_id", "key"), signed=True),
    ImportKind.SATISFACTION: _Target(SATISFACTION, ("account_id", "key"), signed=True),
    ImportKind.STAGES: _Target(STAGE_DAY, ("record_id", "day")),
}


class TableStaging:
    """Staging for the kinds whose lines are rows of one table."""

    def __init__(self, conn: Connection, layout: Layout, *, clear_empty: bool) -> None:
        self._target = _TARGETS[layout.spec.kind]
        self._columns = layout.staged
        self._values = [name for name in layout.staged if name not in self._target.key]
        self._clear = clear_empty
        self._is_idle = False
        table = self._target.table
        self._staged = sa.Table(
            STAGED,
            sa.MetaData(),
            sa.Column("line", sa.Integer, nullable=False),
            *(sa.Column(name, table.c[name].type) for name in layout.staged),
            prefixes=["TEMPORARY"],
        )
        self._staged.create(conn)

    def add(self, conn: Connection, rows: Sequence[Row]) -> None:
        if not rows:
            return
        names = ", ".join(("line", *self._columns))
        if conn.dialect.name == "postgresql":
            driver: Any = conn.connection.dbapi_connection
            with driver.cursor().copy(f"COPY {STAGED} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join("?" * (len(self._columns) + 1))
        cursor: Any = conn.connection.cursor()
        cursor.executemany(f"INSERT INTO {STAGED} ({names}) VALUES ({marks})", rows)

    def settle(self, conn: Connection) -> Settled:
        """Compare; lines that say again what an earlier one says are taken out of the staged ones."""
        found = Settled()
        key = ", ".join(self._target.key)
        conn.exec_driver_sql(f"CREATE INDEX ix_{STAGED} ON {STAGED} ({key}, line)")
        if conn.dialect.name == "postgresql":
            conn.exec_driver_sql(f"ANALYZE {STAGED}")
        self._take_out_repeats(conn, found)
        table, staged = self._target.table, self._staged
        is_new = table.c[self._target.key[0]].is_(None)
        query = sa.select(
            sa.func.count(),
            sa.func.count(sa.case((is_new, 1))),
            sa.func.count(sa.case((sa.and_(sa.not_(is_new), self._differs()), 1))),
        ).select_from(staged.outerjoin(table, self._match()))
        total, found.added, found.changed = conn.execute(query).one()
        found.same += total - found.added - found.changed
        self._is_idle = found.added == found.changed == 0
        found.samples = [*self._added(conn, found.added), *self._changed(conn, found.changed)]
        return found

    def merge(self, conn: Connection, by: By) -> None:
        table, staged = self._target.table, self._staged
        if self._is_idle:
            return
        if self._values:
            conn.execute(
                sa.update(table)
                .where(self._match(), self._differs())
                .values({name: self._after(name) for name in self._values})
            )
        names = list(self._columns)
        chosen: list[Any] = [self._inserted(name) for name in self._columns]
        if self._target.signed:
            names += ["added_at", "added_by", "added_by_name"]
            chosen += [
                sa.literal(by.at, table.c.added_at.type), sa.literal(by.key), sa.literal(by.name),
            ]  # fmt: skip
        there = sa.exists().where(self._match())
        conn.execute(sa.insert(table).from_select(names, sa.select(*chosen).where(~there)))
        if table is USAGE_DAY:
            usage.add_up(conn, staged)

    def first_day(self, conn: Connection) -> int | None:
        """The first day that the merged rows speak of; None when they changed nothing."""
        return None if self._is_idle else conn.scalar(sa.select(sa.func.min(self._staged.c.day)))

    def touched(self, conn: Connection, *, most: int) -> list[int]:
        """The accounts that the merged rows speak of, up to `most`; none when they changed nothing."""
        if self._is_idle:
            return []
        owner = self._staged.c[self._target.key[0]]
        if owner.name == "account_id":
            return list(conn.scalars(sa.select(owner).distinct().limit(most)))
        account = _record.alias("account_touched")
        query = sa.select(account.c.id).join_from(
            _record,
            account,
            sa.and_(account.c.kind == RecordKind.ACCOUNT.value, account.c.guid == _record.c.account_guid),
        )
        return list(conn.scalars(query.where(_record.c.id.in_(sa.select(owner))).distinct().limit(most)))

    def _match(self) -> sa.ColumnElement[bool]:
        table = self._target.table
        return sa.and_(*(table.c[name] == self._staged.c[name] for name in self._target.key))

    def _differs(self) -> sa.ColumnElement[bool]:
        table = self._target.table
        return sa.or_(sa.false(), *(table.c[name].is_distinct_from(self._after(name)) for name in self._values))

    def _after(self, name: str) -> Any:
        """What a column holds after the merge: an empty cell leaves it as it is, unless it is to be cleared."""
        kept = self._target.table.c[name]
        if not self._clear:
            return sa.func.coalesce(self._staged.c[name], kept)
        return self._inserted(name)

    def _inserted(self, name: str) -> Any:
        column, kept = self._staged.c[name], self._target.table.c[name]
        is_text = isinstance(kept.type, AutoString) and not kept.nullable
        return sa.func.coalesce(column, "") if is_text else column

    def _take_out_repeats(self, conn: Connection, found: Settled) -> None:
        staged, earlier = self._staged, self._staged.alias("earlier")
        first = (
            sa.select(*(staged.c[name] for name in self._target.key), sa.func.min(staged.c.line).label("line"))
            .group_by(*(staged.c[name] for name in self._target.key))
            .having(sa.func.count() > 1)
            .subquery("first")
        )
        says_else = sa.or_(sa.false(), *(staged.c[n].is_distinct_from(earlier.c[n]) for n in self._values))
        query = (
            sa.select(staged.c.line, first.c.line, says_else)
            .join_from(first, staged, sa.and_(*(staged.c[name] == first.c[name] for name in self._target.key)))
            .join(earlier, sa.and_(*(earlier.c[n] == first.c[n] for n in (*self._target.key, "line"))))
            .where(staged.c.line > first.c.line)
            .order_by(staged.c.line)
        )
        repeats = conn.execute(query).all()
        if not repeats:
            return
        found.faults = [Fault(line, "", "contradicts_line", str(at)) for line, at, differs in repeats if differs]
        found.same += len(repeats) - len(found.faults)
        conn.exec_driver_sql(f"CREATE TEMPORARY TABLE {STAGED}_repeat (line INTEGER PRIMARY KEY)")
        repeat = sa.table(f"{STAGED}_repeat", sa.column("line"))
        conn.execute(sa.insert(repeat), [{"line": line} for line, _at, _differs in repeats])
        conn.execute(sa.delete(staged).where(staged.c.line.in_(sa.select(repeat.c.line))))

    def _added(self, conn: Connection, count: int) -> list[Sample]:
        if not count:
            return []
        staged = self._staged
        query = (
            self._named(sa.select(staged.c.line, _record.c.name, *(staged.c[name] for name in self._columns)))
            .where(~sa.exists().where(self._match()))
            .order_by(staged.c.line)
            .limit(MOST_SAMPLES)
        )
        return [Sample(line, "added", name, {}, self._shown(values)) for line, name, *values in conn.execute(query)]

    def _changed(self, conn: Connection, count: int) -> list[Sample]:
        if not count:
            return []
        staged, table = self._staged, self._target.table
        width = len(self._columns)
        columns = [self._after(name) if name in self._values else staged.c[name] for name in self._columns]
        query = (
            self._named(
                sa.select(
                    staged.c.line, _record.c.name, *columns, *(table.c[name] for name in self._columns)
                ).select_from(staged.join(table, self._match()))
            )
            .where(self._differs())
            .order_by(staged.c.line)
            .limit(MOST_SAMPLES)
        )
        found = []
        for line, name, *values in conn.execute(query):
            after, before = self._shown(values[:width]), self._shown(values[width:])
            different = {column: value for column, value in before.items() if after[column] != value}
            found.append(Sample(line, "changed", name, different, after))
        return found

    def _named(self, query: Any) -> Any:
        return query.join(_record, _record.c.id == self._staged.c[self._columns[0]])

    def _shown(self, values: Sequence[Any]) -> dict[str, Any]:
        """The columns of a sample that mean something to a reader."""
        hidden = {"key", "share", "contact_guid", self._columns[0]}
        pairs = zip(self._columns, values, strict=True)
        return {column: _plain(value) for column, value in pairs if column not in hidden}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
