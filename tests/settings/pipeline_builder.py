"""Small generated organisations with contact days, rated once; and what a store says of every rating."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st
from store_builders import NOW

from relationship.activities import KINDS
from relationship.clock import frozen_clock, number_of
from relationship.config import Config
from relationship.house import House
from relationship.store import deployment, rules, tables
from relationship.store.activities.activity_tables import Activity, RecordActivity
from relationship.store.crm.record_tables import Address, Colleague, Record, RecordSide
from relationship.store.database import Store, open_store
from relationship.store.ratings.rating_tables import Health
from settings.rules import BandsForm, HealthSection, Overrides, Rules, WeightsForm

TODAY = NOW.date()
NUMBER = number_of(TODAY)
SEGMENTS = ("", "Key accounts", "Public")
TEAMS = (None, "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222")
HEALTH = tables.table(Health)
RECORD = tables.table(Record)


@dataclass(frozen=True)
class Deal:
    """A record of any kind. days: (kind, days ago, ours, theirs); planned: something is planned with it."""

    kind: str = "opportunity"
    days: tuple[tuple[str, int, int, int], ...] = ()
    age: int = 200
    status: str = "open"
    closed_ago: int | None = None
    segment: str = ""
    team: str | None = None
    value: float | None = 1000.0
    currency: str = "EUR"
    planned: bool = False
    degraded: bool = False


def guid(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


def key(number: int, kind: str = "opportunity") -> str:
    return f"{kind}:{guid(number)}"


def house_of(store: Store) -> House:
    return House(Config(mode="test", tenant_id="fjord", _env_file=None), store, frozen_clock(NOW))


def later(house: House, days: int) -> House:
    return replace(house, clock=frozen_clock(NOW + timedelta(days=days)))


@contextmanager
def copied(template: Path, folder: Path) -> Iterator[Store]:
    """A store on a fresh copy of a migrated SQLite file."""
    path = folder / "pipeline.db"
    for name in ("", "-wal", "-shm"):
        Path(f"{path}{name}").unlink(missing_ok=True)
    shutil.copyfile(template, path)
    store = open_store(f"sqlite:///{path}")
    try:
        yield store
    finally:
        store.close()


def settle(store: Store, deals: list[Deal], *, window_days: int = 300, first: int = 1) -> None:
    """Put records with their contact days where a sync would leave them, to be rated by the next round."""
    with store.transaction() as conn:
        began = TODAY - timedelta(days=window_days)
        deployment.ensure(conn, tenant_id="fjord", time_zone="Europe/Paris", read_from=began)
        for number, deal in enumerate(deals, start=first):
            conn.execute(sa.insert(Record).values(id=number, guid=guid(number), **_columns(number, deal)))
            if deal.planned:
                _plan(conn, number)
            if deal.degraded:
                _degrade(conn, number)
        numbered = enumerate(deals, start=first)
        touch(conn, {number: deal.days for number, deal in numbered})


def touch(conn: sa.Connection, days: dict[int, tuple[tuple[str, int, int, int], ...]]) -> None:
    """Let records have further contact days; the records are noted to be rated again."""
    for number, rows in days.items():
        for kind, ago, ours, theirs in {(row[0], row[1]): row for row in rows}.values():
            mark = {"number": number, "kind": kind, "day": NUMBER - ago, "ours": ours, "theirs": theirs}
            conn.execute(
                sa.text(
                    "INSERT INTO contact_day (record_id, kind, day, ours, theirs) "
                    "VALUES (:number, :kind, :day, :ours, :theirs) ON CONFLICT (record_id, kind, day) DO NOTHING"
                ),
                mark,
            )
    note(conn, list(days))


def note(conn: sa.Connection, numbers: list[int]) -> None:
    for number in numbers:
        statement = "INSERT INTO stale_record (record_id) VALUES (:number) ON CONFLICT (record_id) DO NOTHING"
        conn.execute(sa.text(statement), {"number": number})


def put_in_force(store: Store, section: HealthSection) -> None:
    with store.transaction() as conn:
        rules.save(conn, Rules(health=section), at=NOW, by="test")


def in_force(house: House) -> tuple[int, Rules]:
    with house.store.reading() as conn:
        return rules.current(conn)


def rows(store: Store) -> dict[str, tuple[Any, ...]]:
    """Every rating by 'kind:guid', with all columns but those that say which round wrote it."""
    columns = [column for column in HEALTH.c if column.name not in ("record_id", "stamp", "rules_version")]
    query = sa.select(RECORD.c.kind, RECORD.c.guid, *columns).join(RECORD, RECORD.c.id == HEALTH.c.record_id)
    with store.reading() as conn:
        return {f"{kind}:{guid}": tuple(rest) for kind, guid, *rest in conn.execute(query)}


def forget_everything(store: Store) -> None:
    """As if nothing had ever been rated; contact days and rules stay."""
    with store.transaction() as conn:
        for table in ("rating_basis", "rating_round", "health"):
            conn.exec_driver_sql(f"DELETE FROM {table}")


def _columns(number: int, deal: Deal) -> dict[str, Any]:
    return {
        "kind": deal.kind,
        "name": f"{deal.kind} {number}",
        "status": deal.status,
        "created_on": TODAY - timedelta(days=deal.age),
        "closed_on": None if deal.closed_ago is None else TODAY - timedelta(days=deal.closed_ago),
        "segment": deal.segment,
        "team_guid": deal.team,
        "value": deal.value,
        "currency": deal.currency,
    }


def _plan(conn: sa.Connection, number: int) -> None:
    at = NOW + timedelta(days=3)
    activity = {
        "id": number,
        "key": f"plan-{number}",
        "kind": "meeting",
        "at": at,
        "day": NUMBER + 3,
        "status": "planned",
    }
    conn.execute(sa.insert(Activity).values(**activity))
    link = {"record_id": number, "activity_id": number, "kind": "meeting", "day": NUMBER + 3, "status": "planned"}
    conn.execute(sa.insert(RecordActivity).values(**link, ours=1, theirs=1))


def _degrade(conn: sa.Connection, number: int) -> None:
    """The record is fed by a mailbox of its own that is broken."""
    conn.execute(sa.insert(Colleague).values(id=number, key=f"colleague-{number}"))
    conn.execute(sa.insert(tables.Source).values(id=number, key=f"mailbox/colleague-{number}", state="degraded"))
    address = {"id": number, "address": f"{number}@fjord.example", "colleague_id": number}
    conn.execute(sa.insert(Address).values(**address))
    conn.execute(sa.insert(RecordSide).values(record_id=number, address_id=number, side="us"))


_day = st.tuples(
    st.sampled_from([kind.value for kind in KINDS]),
    st.integers(0, 60) | st.integers(0, 330),
    st.integers(0, 2),
    st.integers(0, 2),
).filter(lambda row: row[2] + row[3] > 0)
contacts = st.lists(_day, max_size=14).map(tuple)


@st.composite
def deals(draw: st.DrawFn) -> Deal:
    kind = draw(st.sampled_from(["opportunity", "opportunity", "opportunity", "contact", "lead", "account"]))
    closed = kind == "opportunity" and draw(st.integers(0, 4)) == 0
    return Deal(
        kind=kind,
        days=draw(contacts),
        age=draw(st.integers(0, 500)),
        status=draw(st.sampled_from(["won", "lost"])) if closed else "open",
        closed_ago=draw(st.none() | st.integers(0, 60)) if closed else None,
        segment=draw(st.sampled_from(SEGMENTS)),
        team=draw(st.sampled_from(TEAMS)),
        value=draw(st.none() | st.integers(0, 500).map(float)),
        currency=draw(st.sampled_from(["EUR", "CHF"])),
        planned=draw(st.booleans()),
        degraded=draw(st.integers(0, 5)) == 0,
    )


codes = st.integers(1, 5)
_overrides = st.builds(
    Overrides,
    teams=st.dictionaries(st.sampled_from([team for team in TEAMS if team]), codes, max_size=2),
    segments=st.dictionaries(st.sampled_from([name for name in SEGMENTS if name]), codes, max_size=2),
    records=st.dictionaries(
        st.builds(key, st.integers(1, 8), st.sampled_from(["opportunity", "contact", "lead", "account"])),
        codes,
        max_size=3,
    ),
)
_weights = st.builds(WeightsForm, **dict.fromkeys(("email", "meeting", "call", "task"), st.integers(3, 9)))
_bands = st.integers(2, 100).flatmap(
    lambda good: st.builds(BandsForm, good=st.just(good), fair=st.integers(1, good - 1))
)
sections = st.builds(
    HealthSection,
    enabled=st.sampled_from([True, True, True, False]),
    weights=_weights,
    frequency=codes,
    bands=_bands,
    overrides=_overrides,
)
