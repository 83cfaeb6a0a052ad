"""The parts of an account's contact days: what each of its people was on, and the work it takes to find them."""

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from relationship.activities import KINDS
from relationship.store import tables
from relationship.store.activities.activity_tables import RecordActivity
from relationship.store.crm.record_tables import Record
from relationship.store.database import Store, open_store
from relationship.store.reading import reading_shares
from relationship.store.reading.reading_scope import Reach, Scope
from relationship.store.reading.reading_shares import PeopleOfAccount

TODAY = 20_000
PEOPLE = ("Tor", "Una", "Vigdis")


def fill(store: Store, days: list[tuple[str, int, tuple[str, ...]]]) -> int:
    """An account with one done activity for each (kind, day, people on it); its id.

    Besides its own contacts there is one who was merged into Tor, and Xavier of another account.
    """
    common = {"status": "active", "created_on": date(2025, 1, 1), "account_guid": None, "contact_guid": None}
    rows = [{**common, "kind": "account", "guid": "account", "name": "Nordlys"}]
    for name in (*PEOPLE, "Xavier", "Merged"):
        of = {"account_guid": "other" if name == "Xavier" else "account"}
        merged = {"contact_guid": "Tor"} if name == "Merged" else {}
        rows.append({**common, **of, **merged, "kind": "contact", "guid": name, "name": name})
    record, activity = tables.table(Record), tables.table(RecordActivity)
    with store.transaction() as conn:
        conn.execute(sa.insert(record), rows)
        ids: dict[str, int] = dict(conn.execute(sa.select(record.c.guid, record.c.id)).all())
        for number, (kind, day, people) in enumerate(days):
            row = {"activity_id": number, "kind": kind, "day": day, "status": "done", "ours": 1, "theirs": 0}
            conn.execute(sa.insert(activity), [{**row, "record_id": ids[who]} for who in ("account", *people)])
    return ids["account"]


def read(store: Store, account: int) -> PeopleOfAccount:
    with store.reading() as conn:
        return reading_shares.people_of_account(conn, account, "account", scope=Scope(Reach.UNCHECKED), until_day=TODAY)


def parts_by_name(found: PeopleOfAccount) -> dict[tuple[str, str, int], float]:
    names = [*(one.name for one in found.people), "nobody"]
    rows = zip(*(column.tolist() for column in (found.parts.person, found.parts.kind, found.parts.day)), strict=True)
    return {
        (names[person], KINDS[kind].value, day): part
        for (person, kind, day), part in zip(rows, found.parts.part.tolist(), strict=True)
    }


def by_hand(days: list[tuple[str, int, tuple[str, ...]]]) -> dict[tuple[str, str, int], float]:
    """Each activity is 1/n of its day and kind, in equal parts of the account's people who were on it."""
    of_day = Counter((kind, day) for kind, day, _ in days if day <= TODAY)
    found: Counter[tuple[str, str, int]] = Counter()
    for kind, day, people in days:
        mine = [who for who in people if who in PEOPLE] or ["nobody"]
        for who in mine if day <= TODAY else ():
            found[who, kind, day] += 1 / (of_day[kind, day] * len(mine))
    return dict(found)


def some_days(count: int) -> list[tuple[str, int, tuple[str, ...]]]:
    dice = random.Random(7)
    everybody = (*PEOPLE, "Xavier", "Merged")
    return [
        (dice.choice(KINDS).value, TODAY + 5 - dice.randrange(40), tuple(dice.sample(everybody, dice.randrange(4))))
        for _ in range(count)
    ]


def test_a_contact_day_goes_in_equal_parts_to_its_activities_and_their_people(store: Store) -> None:
    days = some_days(300)
    found = read(store, fill(store, days))
    assert [one.name for one in found.people] == list(PEOPLE)
    assert parts_by_name(found) == pytest.approx(by_hand(days))


def test_an_account_without_a_contact_day_has_people_and_no_parts(store: Store) -> None:
    found = read(store, fill(store, []))
    assert [one.name for one in found.people] == list(PEOPLE)
    assert len(found.parts.part) == 0


def test_twice_the_activities_take_twice_the_work(sqlite_template: Path, tmp_path: Path) -> None:
    taken = []
    for count in (1_000, 2_000):
        path = shutil.copyfile(sqlite_template, tmp_path / f"{count}.db")
        taken.append(steps(open_store(f"sqlite:///{path}"), count))
    assert taken[1] < 2.5 * taken[0]


def steps(store: Store, count: int) -> int:
    """Hundreds of steps that SQLite takes to find the parts of an account with so many activities."""
    account = fill(store, some_days(count))
    with counted(store) as taken:
        read(store, account)
    store.close()
    return len(taken)


@contextmanager
def counted(store: Store) -> Iterator[list[None]]:
    taken: list[None] = []

    def watch(connection: Any, *_: object) -> None:
        connection.set_progress_handler(lambda: taken.append(None), 100)

    sa.event.listen(store.engine, "checkout", watch)
    yield taken
    sa.event.remove(store.engine, "checkout", watch)
