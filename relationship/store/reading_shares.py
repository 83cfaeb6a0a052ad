"""Named query of what an account's people were on: the parts of its contact days, as `health/shares.py` takes them."""

from collections import defaultdict
from collections.abc import Container
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind, Status
from relationship.health.contact_days import KIND_INDEX
from relationship.health.shares import Parts, Side
from relationship.store.excluded_names import left_out_by_name
from relationship.store.reading_scope import Scope, may_be_read
from relationship.store.tables import Record, RecordActivity, table

_record = table(Record)
_mine = table(RecordActivity).alias("of_account")
_theirs = table(RecordActivity).alias("of_person")
# What is left of a contact day by the parts of 1/n that floats cannot hold exactly.
_DUST = 1e-9


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
    place = {one.record_id: number for number, one in enumerate(people)}
    parts: list[tuple[int, int, int, float]] = []
    left: dict[tuple[int, int], float] = defaultdict(float)
    for number, kind, day, part in conn.execute(_parts(account_id, guid, until_day)):
        where = place.get(number, len(people))
        if where == len(people):
            left[KIND_INDEX[kind], day] += part
        else:
            parts.append((where, KIND_INDEX[kind], day, part))
    parts += [(len(people), kind, day, part) for (kind, day), part in sorted(left.items()) if part > _DUST]
    rows = np.array(parts, dtype=np.float64).reshape(-1, 4)
    person, kinds, days = (rows[:, column].astype(np.int64) for column in range(3))
    sides = _sides(conn, [one.record_id for one in people], until_day)
    return PeopleOfAccount(
        people, tuple(sides[one.record_id] for one in people), Parts(person, kinds, days, rows[:, 3])
    )


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


def _parts(account_id: int, guid: str, until_day: int) -> sa.Select[Any]:
    """(contact or None, kind, day, part): each activity of a day and kind is 1/n of it, in equal parts of its people."""
    of_day = (
        sa.select(_mine.c.activity_id, _mine.c.kind, _mine.c.day)
        .add_columns(sa.func.count().over(partition_by=(_mine.c.kind, _mine.c.day)).label("activities"))
        .where(_mine.c.record_id == account_id, _mine.c.status == Status.DONE.value, _mine.c.day <= until_day)
        .cte("of_day")
    )
    contact = _record.alias("contact")
    on_it = (
        sa.select(_theirs.c.activity_id, _theirs.c.record_id)
        .select_from(
            of_day.join(_theirs, _theirs.c.activity_id == of_day.c.activity_id).join(
                contact, contact.c.id == _theirs.c.record_id
            )
        )
        .where(*_contacts_of(contact, guid))
        .cte("on_it")
    )
    each = (
        sa.select(on_it.c.activity_id, on_it.c.record_id)
        .add_columns(sa.func.count().over(partition_by=on_it.c.activity_id).label("people"))
        .cte("each_person")
    )
    worth = sa.func.sum(1.0 / (of_day.c.activities * sa.func.coalesce(each.c.people, 1)))
    return (
        sa.select(each.c.record_id, of_day.c.kind, of_day.c.day, worth)
        .select_from(of_day.outerjoin(each, each.c.activity_id == of_day.c.activity_id))
        .group_by(each.c.record_id, of_day.c.kind, of_day.c.day)
        .order_by(each.c.record_id, of_day.c.kind, of_day.c.day)
    )


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
