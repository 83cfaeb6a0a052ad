"""Health fields of an import on their way in: a few values per account, compared one by one and kept with history.

A cell that says what is in force anyway, whoever told it, changes nothing: what was exported comes back as it left.
"""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.importing.faults import Fault
from relationship.importing.rows import Layout, Row
from relationship.store.chunks import in_chunks
from relationship.store.customers import account_facts, account_health
from relationship.store.customers.account_health import CHURN, IMPORTED, SCORE, STATUS, NewValue
from relationship.store.customers.score_tables import ACCOUNT_HEALTH
from relationship.store.importing.staging import MOST_SAMPLES, By, Sample, Settled
from settings.rules.health_rights import HealthRight, right_to_write

_Values = dict[str, str | None]
EVERY_RIGHT = frozenset(HealthRight)
_REFUSED = {HealthRight.ADD: "may_not_add", HealthRight.EDIT: "may_not_edit"}


class HealthStaging:
    """Rows are (line, account id, values of the columns that the file has).

    rights       of whoever brings them in; a line that takes more is not taken
    as_exported  the rows are a file, whose cells may be those that are in force
    """

    def __init__(
        self,
        layout: Layout,
        *,
        clear_empty: bool,
        rights: frozenset[HealthRight] = EVERY_RIGHT,
        as_exported: bool = True,
    ) -> None:
        self._fields = layout.staged[1:]
        self._clear = clear_empty
        self._rights = rights
        self._as_exported = as_exported
        self._rows: list[Row] = []
        self._wanted: list[NewValue] = []

    def add(self, _conn: Connection, rows: Sequence[Row]) -> None:
        self._rows += rows

    def settle(self, conn: Connection) -> Settled:
        found = Settled()
        lines: dict[int, tuple[int, _Values]] = {}
        for line, account_id, *values in self._rows:
            told = dict(zip(self._fields, (None if v is None else str(v) for v in values), strict=True))
            number = int(str(account_id))
            if number not in lines:
                lines[number] = int(str(line)), told
            elif lines[number][1] == told:
                found.same += 1
            else:
                found.faults.append(Fault(int(str(line)), "", "contradicts_line", str(lines[number][0])))
        kept = account_health.present(conn, account_ids=sorted(lines))
        in_force = _in_force(conn, sorted(lines)) if self._as_exported else {}
        names = {one.account_id: one.name for one in account_facts.facts(conn)}
        for number, (line, told) in lines.items():
            present = kept.get(number, {})
            before = {field: one.value for (field, source), one in present.items() if source == IMPORTED}
            standing = in_force.get(number, {})
            wanted = {field: value for field, value in told.items() if value is not None or self._clear}
            different = {
                field: value
                for field, value in wanted.items()
                if value != before.get(field) and (value is None or value != standing.get(field))
            }
            if refused := self._refused(line, present, different):
                found.faults += refused
                continue
            self._wanted += [NewValue(number, field, value) for field, value in different.items()]
            self._count(found, line, names.get(number, ""), before, different)
        return found

    @property
    def touched(self) -> list[int]:
        """The accounts of which something changes."""
        return sorted({one.account_id for one in self._wanted})

    def merge(self, conn: Connection, by: By) -> None:
        account_health.save(conn, self._wanted, source=IMPORTED, at=by.at, by=by.key, by_name=by.name)

    def _refused(self, line: int, present: Collection[tuple[str, str]], different: _Values) -> list[Fault]:
        """What of a line its bringer has no right to, as faults; empty when all of it may be written."""
        needed = {field: right_to_write({source for one, source in present if one == field}) for field in different}
        return [Fault(line, field, _REFUSED[right]) for field, right in needed.items() if right not in self._rights]

    @staticmethod
    def _count(found: Settled, line: int, name: str, before: _Values, different: _Values) -> None:
        if not different:
            found.same += 1
            return
        change = "changed" if before else "added"
        found.changed += bool(before)
        found.added += not before
        if sum(one.change == change for one in found.samples) < MOST_SAMPLES:
            old = {field: before.get(field) for field in different} if before else {}
            found.samples.append(Sample(line, change, name, old, before | different))


def _in_force(conn: Connection, account_ids: Sequence[int]) -> dict[int, _Values]:
    """The fields in force as the texts that are kept; None without a value."""
    table = ACCOUNT_HEALTH.c
    found: dict[int, _Values] = {}
    for chunk in in_chunks(account_ids):
        query = sa.select(table.account_id, table.score, table.status, table.churn).where(table.account_id.in_(chunk))
        for number, score, status, churn in conn.execute(query):
            found[number] = {
                SCORE: None if score is None else str(score),
                STATUS: status,
                CHURN: None if churn is None else str(churn).lower(),
            }
    return found
