"""Health fields of an import on their way in: a few values per account, compared one by one and kept with history."""

from collections.abc import Sequence

from sqlalchemy import Connection

from relationship.importing.faults import Fault
from relationship.importing.rows import Layout, Row
from relationship.store import account_facts, account_health
from relationship.store.account_health import IMPORTED, NewValue
from relationship.store.staging import MOST_SAMPLES, By, Sample, Settled

_Values = dict[str, str | None]


class HealthStaging:
    """Rows are (line, account id, values of the columns that the file has)."""

    def __init__(self, layout: Layout, *, clear_empty: bool) -> None:
        self._fields = layout.staged[1:]
        self._clear = clear_empty
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
        kept = account_health.present(conn, account_ids=sorted(lines), source=IMPORTED)
        names = {one.account_id: one.name for one in account_facts.facts(conn)}
        for number, (line, told) in lines.items():
            before = {
                field: kept[number][field, IMPORTED].value
                for field in account_health.FIELDS
                if (field, IMPORTED) in kept.get(number, {})
            }
            wanted = {field: value for field, value in told.items() if value is not None or self._clear}
            different = {field: value for field, value in wanted.items() if value != before.get(field)}
            self._wanted += [NewValue(number, field, value) for field, value in different.items()]
            self._count(found, line, names.get(number, ""), before, different)
        return found

    def merge(self, conn: Connection, by: By) -> None:
        account_health.save(conn, self._wanted, source=IMPORTED, at=by.at, by=by.key, by_name=by.name)

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
