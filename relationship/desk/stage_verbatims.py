"""Texts of a file on their way in: heard like all others (`hear.py`), compared with what is kept, then written.

What is new or changed is understood while the file is read, which bars nobody; a look understands nothing.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from relationship.clock import day_number
from relationship.desk.hear import LONGEST_TEXT, Listener, Said, may_be_kept, write
from relationship.house import House
from relationship.importing.faults import Fault
from relationship.importing.rows import Row
from relationship.store.customers import account_facts
from relationship.store.importing.staging import MOST_SAMPLES, By, Sample, Settled
from relationship.store.verbatims import verbatims
from relationship.store.verbatims.verbatims import Heard, Standing

# Said longer ago, a text is old: alert rules need not look at it.
OLD_DAYS = 30
LONGEST_SHOWN = 300
_SHOWN = ("day", "text", "satisfaction", "recommendation")


class VerbatimStaging:
    """Rows are (line, `Said`), or (line, None) for a line without a text."""

    def __init__(self, house: House, conn: Connection, *, is_look: bool) -> None:
        self._house = house
        self._is_look = is_look
        self._listener = Listener(house, conn)
        self._first_old = day_number(house.clock(), house.config.zone) - OLD_DAYS
        self._heard: dict[str, tuple[int, Heard]] = {}
        self._wanted: list[Heard] = []
        self._silent = self._repeated = 0
        self._faults: list[Fault] = []

    def add(self, conn: Connection, rows: Sequence[Row]) -> None:
        told = [(int(str(line)), said) for line, said in rows if isinstance(said, Said)]
        self._silent += len(rows) - len(told)
        found, refused = self._listener.identified(conn, [said for _, said in told])
        wrong = dict(refused)
        for place, code in refused:
            detail = str(LONGEST_TEXT) if code == "text_too_long" else ""
            self._faults.append(Fault(told[place][0], "", code, detail))
        lines = [line for place, (line, _said) in enumerate(told) if place not in wrong]
        new = [self._seen_first(line, one) for line, one in zip(lines, found, strict=True)]
        coming = [one for one in new if one is not None]
        if self._is_look:
            return
        there = verbatims.standing(conn, coming)
        for one in coming:
            if one.key not in there or not there[one.key].same:
                self._heard[one.key] = self._heard[one.key][0], self._listener.understood(one)

    def settle(self, conn: Connection) -> Settled:
        found = Settled(same=self._repeated, silent=self._silent, faults=list(self._faults))
        everything = [one for _, one in self._heard.values()]
        kept = may_be_kept(conn, everything)
        found.left_out = len(everything) - len(kept)
        there = verbatims.standing(conn, kept)
        names = {one.account_id: one.name for one in account_facts.facts(conn)}
        for one in kept:
            before = there.get(one.key)
            if before is not None and before.same:
                found.same += 1
                continue
            self._wanted.append(one)
            found.added += before is None
            found.changed += before is not None
            found.unknown += one.account_id is None
            found.old += one.day < self._first_old
            change = "added" if before is None else "changed"
            if sum(sample.change == change for sample in found.samples) < MOST_SAMPLES:
                name = names.get(one.account_id, "") if one.account_id else ""
                found.samples.append(_sample(self._heard[one.key][0], change, name, one, before))
        return found

    def merge(self, conn: Connection, by: By) -> None:
        ready = [one if one.analysis else self._listener.understood(one) for one in self._wanted]
        write(self._house, conn, ready, by=by.key, by_name=by.name)

    def _seen_first(self, line: int, one: Heard) -> Heard | None:
        """None for a line that says again what an earlier one said, or contradicts it."""
        earlier = self._heard.get(one.key)
        if earlier is None:
            self._heard[one.key] = line, one
            return one
        if all(getattr(earlier[1], name) == getattr(one, name) for name in (*_SHOWN, "filters", "information")):
            self._repeated += 1
        else:
            self._faults.append(Fault(line, "", "contradicts_line", str(earlier[0])))
        return None


def _sample(line: int, change: str, name: str, one: Heard, before: Standing | None) -> Sample:
    after = {column: _shown(getattr(one, column)) for column in _SHOWN}
    old = {column: _shown(before.before[column]) for column in _SHOWN} if before else {}
    return Sample(line, change, name, {column: old[column] for column in old if old[column] != after[column]}, after)


def _shown(value: Any) -> Any:
    return value[:LONGEST_SHOWN] if isinstance(value, str) else value
