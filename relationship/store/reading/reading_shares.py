"""Named query of what an account's people were on: the parts of its contact days, as `health/shares.py` takes them."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import KINDS, RecordKind, Status
from relationship.health.contact_days import KIND_INDEX, Floats, Ints
from relationship.health.shares import Parts, Side
from relationship.store.activities.activity_tables import RecordActivity
from relationship.store.crm.record_tables import Record
from relationship.store.privacy.excluded_names import left_out_by_name
from relationship.store.reading.reading_scope import Scope, may_be_read
from relationship.store.tables import table

_record = table(Record)
_mine = table(RecordActivity).alias("of_account")
_theirs = table(RecordActivity).alias("of_person")


@dataclass(frozen=True, slots=True)
class Person:
    """A contact of an account that the reader may open."""

    record_id: int
    guid: str
    name: str
    job_title: str


@dataclass(frozen=True, slots=True)
class PeopleOfAccount:
    """people and sides in the same order, by name; parts: of these people, everything else is nobody's."""

    people: tuple[Person, ...]
    sides: tuple[Side, ...]
    parts: Parts

    def without(self, guids: Container[str]) -> "PeopleOfAccount":
        """Without some of the people: what they were on is nobody's."""
        stays = [number for number, one in enumerate(self.people) if one.guid not in guids]
        place = np.full(len(self.people) + 1, len(stays), dtype=np.int64)
        place[stays] = np.arange(len(stays))
        return PeopleOfAccount(
            tuple(self.people[number] for number in stays),
            tuple(self.sides[number] for number in stays),
            replace(self.parts, person=place[self.parts.person]),
        )


def people_of_account(conn: Connection, account_id: int, guid: str, *, scope: Scope, until_day: int) -> PeopleOfAccount:
    """The contacts of an account with what they were on up to a day (day number, included).

    Contacts merged into another one are not listed. Whoever the reader may not open, or is left out by the rules, is
    neither listed nor named: what they were on is nobody's.
    """
    people = _people(conn, guid, scope)
    listed = [one.record_id for one in people]
    sides = _sides(conn, listed, until_day)
    done = _rows(conn, _activities(account_id, until_day), 3)
    parts = _parts(done, _rows(conn, _contacts_on_them(guid), 2), listed)
    return PeopleOfAccount(people, tuple(sides[number] for number in listed), parts)


def _people(conn: Connection, guid: str, scope: Scope) -> tuple[Person, ...]:
    query = (
        sa.select(_record.c.id, _record.c.guid, _record.c.name, _record.c.job_title)
        .where(
            *_contacts_of(_record, guid),
            may_be_read(scope, RecordKind.CONTACT),
            sa.not_(left_out_by_name(_record.c.kind, _record.c.guid)),
        )
        .order_by(sa.func.lower(_record.c.name), _record.c.id)
    )
    return tuple(Person(*row) for row in conn.execute(query))


def _contacts_of(record: sa.FromClause, guid: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        record.c.kind == RecordKind.CONTACT.value,
        record.c.account_guid == guid,
        record.c.contact_guid.is_(None),
    )


def _activities(account_id: int, until_day: int) -> sa.Select[Any]:
    kind = sa.case(KIND_INDEX, value=_mine.c.kind)
    return sa.select(_mine.c.activity_id, kind, _mine.c.day).where(
        _mine.c.record_id == account_id, _mine.c.status == Status.DONE.value, _mine.c.day <= until_day
    )


def _contacts_on_them(guid: str) -> sa.Select[Any]:
    """All that its contacts were on: what is the account's of it is found in arrays, many times faster than by a join."""
    contact = _record.alias("contact")
    return (
        sa.select(_theirs.c.activity_id, _theirs.c.record_id)
        .select_from(contact.join(_theirs, _theirs.c.record_id == contact.c.id))
        .where(*_contacts_of(contact, guid))
    )


def _rows(conn: Connection, query: sa.Select[Any], columns: int) -> Ints:
    """The whole numbers that a query finds, one array per column."""
    cursor: Any = conn.execute(query).cursor
    return np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, columns).T


def _parts(done: Ints, on_it: Ints, listed: Sequence[int]) -> Parts:
    """Each activity of a day and kind is 1/n of it, in equal parts of its people.

    done    activity, kind and day of all of the account's;  on_it: activity and record id of its people, of these or
            of others
    listed  the people by record id; whoever else was on an activity has the number of nobody
    """
    activity, kind, day = done[:, np.argsort(done[0])]
    _, of_day, on_day = np.unique(day * len(KINDS) + kind, return_inverse=True, return_counts=True)
    place, here = _places(activity, on_it[0])
    place, person = place[here], _persons(on_it[1, here], listed)
    people = np.bincount(place, minlength=len(activity))
    alone = np.flatnonzero(people == 0)

    person = np.concatenate([person, np.full(len(alone), len(listed))])
    place = np.concatenate([place, alone])
    parts = 1.0 / (on_day[of_day[place]] * np.maximum(people[place], 1))
    days = int(day.max(initial=0)) + 1
    keys, group = np.unique((person * len(KINDS) + kind[place]) * days + day[place], return_inverse=True)
    rest, found_day = np.divmod(keys, days)
    found_person, found_kind = np.divmod(rest, len(KINDS))
    found_part: Floats = np.bincount(group, weights=parts, minlength=len(keys)).astype(np.float64)
    return Parts(found_person, found_kind, found_day, found_part)


def _persons(record: Ints, listed: Sequence[int]) -> Ints:
    numbers = np.array(listed, dtype=np.int64)
    order = np.argsort(numbers)
    place, known = _places(numbers[order], record)
    person = np.full(len(record), len(listed), dtype=np.int64)
    person[known] = order[place[known]]
    return person


def _places(within: Ints, wanted: Ints) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Where the wanted numbers stand in sorted ones, and which of them do."""
    place = np.searchsorted(within, wanted)
    here = place < len(within)
    here[here] = within[place[here]] == wanted[here]
    return place, here


def _sides(conn: Connection, record_ids: list[int], until_day: int) -> dict[int, Side]:
    from_them = sa.case((_theirs.c.theirs > 0, _theirs.c.day))
    query = (
        sa.select(_theirs.c.record_id, sa.func.max(_theirs.c.day), sa.func.max(from_them))
        .where(
            _theirs.c.record_id.in_(record_ids),
            _theirs.c.status == Status.DONE.value,
            _theirs.c.day <= until_day,
        )
        .group_by(_theirs.c.record_id)
    )
    found = {number: Side(last, last_from_them) for number, last, last_from_them in conn.execute(query)}
    return {number: found.get(number, Side(None, None)) for number in record_ids}
