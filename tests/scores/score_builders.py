"""Facts of accounts for tests of scores, and a house with a few customers in its store."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from relationship.clock import frozen_clock, number_of
from relationship.config import Config
from relationship.house import House
from relationship.signals.scores import Group, ScoreFacts
from relationship.store.crm.record_tables import Record
from relationship.store.customers import usage
from relationship.store.customers.customer_tables import SATISFACTION, USAGE_DAY
from relationship.store.database import Store
from relationship.store.signals.signal_tables import SignalRecord
from relationship.store.upsert import insert_new

NOW = datetime(2026, 6, 17, 8, 30, tzinfo=UTC)
TODAY = number_of(date(2026, 6, 17))
NAN = float("nan")


def facts(count: int = 1, *, burden: dict[Group, Any] | None = None, **told: Any) -> ScoreFacts:
    """Facts of accounts; what is not named was not told. won and lost: 0; years: 1, which is neutral."""
    usual: dict[str, Any] = dict.fromkeys(("use_level", "use_change", "engagement", "satisfaction"), NAN)
    usual |= {"years": 1.0, "won": 0.0, "lost": 0.0}
    arrays = {name: np.broadcast_to(np.asarray(told.get(name, one), float), (count,)) for name, one in usual.items()}
    burdens = {
        group: np.broadcast_to(np.asarray((burden or {}).get(group, 0.0), float), (count,)).copy() for group in Group
    }
    return ScoreFacts(burden=burdens, **arrays)


def with_burden(found: ScoreFacts, group: Group, value: Any) -> ScoreFacts:
    return replace(found, burden={**found.burden, group: np.asarray(value, float)})


def house_over(store: Store, at: datetime = NOW) -> House:
    config = Config(_env_file=None, mode="test", tenant_id="7c4b0f4e-0000-4000-8000-000000000001")
    return House(config, store, frozen_clock(at))


def add_account(store: Store, name: str, **changes: Any) -> int:
    """One account; returns its id."""
    row = {
        "kind": "account",
        "guid": changes.pop("guid", f"guid-{name}"),
        "name": name,
        "status": "active",
        "created_on": date(2025, 6, 17),
        "currency": "EUR",
        "arr": None,
        "renewal_on": None,
        **changes,
    }
    with store.transaction() as conn:
        insert_new(conn, Record, [row], key=["kind", "guid"])
        found = conn.exec_driver_sql(f"SELECT id FROM record WHERE guid = '{row['guid']}'")
        return int(found.scalar_one())


def add_use(store: Store, account_id: int, weekly: list[int], *, seats: int = 10) -> None:
    """Active users on every working day of the weeks before this one, oldest first."""
    monday = number_of(usage.monday_of(date(2026, 6, 17)))
    rows = [
        {
            "account_id": account_id,
            "day": monday - 7 * (len(weekly) - week) + day,
            "active_users": users,
            "seats": seats,
        }
        for week, users in enumerate(weekly)
        for day in range(5)
    ]
    with store.transaction() as conn:
        conn.execute(USAGE_DAY.insert(), rows)
        usage.add_up(conn, USAGE_DAY)


def add_answer(store: Store, account_id: int, share: float, *, days_ago: int = 10) -> None:
    row = {
        "account_id": account_id,
        "key": f"{share}/{days_ago}",
        "day": TODAY - days_ago,
        "kind": "percent",
        "score": share,
        "share": share,
        "comment": "",
        "source": "",
        "added_at": NOW,
        "added_by": "",
        "added_by_name": "",
    }
    with store.transaction() as conn:
        conn.execute(SATISFACTION.insert(), [row])


def add_signal(store: Store, account_id: int, detector: str, strength: float, *, days_ago: int = 3) -> None:
    row = {
        "account_id": account_id,
        "subject_id": account_id,
        "detector": detector,
        "family": "risk",
        "key": "k",
        "strength": strength,
        "first_seen": TODAY - days_ago,
        "last_seen": TODAY,
    }
    with store.transaction() as conn:
        insert_new(conn, SignalRecord, [row], key=["detector", "subject_id", "key"])
