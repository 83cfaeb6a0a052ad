"""Detection of signals over 10,000 accounts with two years of data: reading, detecting, keeping.

    python benchmarks/signals.py [--accounts 10000] [--only sqlite|postgresql]

Of each account: use of the product on every day of two years (7.3 million rows, with their sums), 200 contact days,
three contacts with 60 each, two open opportunities with 60 each and four moves, 12 meetings of the last 240 days with
two of theirs on each, five texts, an event on every third. Printed are the seconds of the first detection (everything
is new) and of the second (nothing is), what of the second is reading and what is the pure part. CPU seconds are of this
process; of PostgreSQL its server works beside it, so there the clock counts. Budget: 10 s.

Beside it stands a plain computation of one detector (log-ins less frequent) as one would write it with pandas: all days
of use read, months by resampling, the fall of the last two. The ratio is the whole second detection to that.
"""

import argparse
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import sqlalchemy as sa
from new_rules import database

from relationship.clock import number_of
from relationship.health.contact_days import ContactDays
from relationship.signals.catalogue import DETECTORS
from relationship.signals.detect import next_round, states
from relationship.signals.thresholds import Thresholds
from relationship.store import tables
from relationship.store.activities.activity_tables import Activity, ActivityParty, RecordActivity
from relationship.store.crm.record_tables import Address, Record, RecordSide
from relationship.store.customers import contact_standings, usage
from relationship.store.customers.customer_tables import ACCOUNT_EVENT, STAGE_DAY, USAGE_DAY
from relationship.store.database import Store
from relationship.store.ratings import bases
from relationship.store.ratings.bases import Bases
from relationship.store.signals import signal_facts, signals
from relationship.store.verbatims.verbatim_tables import VERBATIM, VERBATIM_MARK

NOW = datetime(2026, 6, 17, 9, tzinfo=UTC)
TODAY = number_of(date(2026, 6, 17))
YEARS = 730
RECORD = tables.table(Record)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--accounts", type=int, default=10_000)
    options.add_argument("--only", choices=["sqlite", "postgresql"])
    wanted = options.parse_args()
    for kind in [wanted.only] if wanted.only else ["sqlite", "postgresql"]:
        with database(kind) as store:
            fill(store, wanted.accounts)
            first = detect(store)
            second = detect(store)
            plain, found = by_pandas(store)
            print(
                f"{kind:<12} {wanted.accounts} accounts: first {first.clock:.1f} s (CPU {first.cpu:.1f} s), again "
                f"{second.clock:.1f} s (CPU {second.cpu:.1f} s; read {second.read:.1f} s, pure {second.pure:.1f} s)"
            )
            cpu, clock = second.cpu / plain.cpu, second.clock / plain.clock
            print(
                f"{'':<12} one detector by pandas: {plain.clock:.1f} s (CPU {plain.cpu:.1f} s), {found} falls; "
                f"all {len(DETECTORS)} detectors take {cpu:.2f} of its CPU, {clock:.2f} of its time"
            )


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds: by the clock, of this process's CPU; of reading the facts and of the pure part, by the clock."""

    clock: float
    cpu: float
    read: float = 0.0
    pure: float = 0.0


def by_pandas(store: Store) -> tuple[Took, int]:
    """The fall of log-ins by pandas over the same table; how many accounts it finds."""
    began, cpu = time.perf_counter(), time.process_time()
    with store.reading() as conn:
        days = pd.read_sql(sa.select(USAGE_DAY.c.account_id, USAGE_DAY.c.day, USAGE_DAY.c.logins), conn)
    days["month"] = pd.to_datetime(days["day"], unit="D").dt.to_period("M")
    months = days.groupby(["account_id", "month"])["logins"].mean().unstack("month").iloc[:, :-1]
    base, recent = months.iloc[:, -8:-2].mean(axis=1), months.iloc[:, -2:].max(axis=1)
    found = int((1 - recent / base >= 0.3).sum())
    return Took(time.perf_counter() - began, time.process_time() - cpu), found


def detect(store: Store) -> Took:
    """One whole detection."""
    began, cpu = time.perf_counter(), time.process_time()
    with store.transaction(alone=True) as conn:
        contact_standings.note_changes(conn, today=TODAY)
        before_reading = time.perf_counter()
        facts = signal_facts.facts(conn, Thresholds(), today=TODAY, rated=True)
        read = time.perf_counter() - before_reading
        before_detecting = time.perf_counter()
        found = next_round(facts, Thresholds(), signals.standing(conn))
        pure = time.perf_counter() - before_detecting
        opened, _ended = signals.save(conn, found, day=TODAY, at=NOW)
        signals.save_states(conn, states(facts), day=TODAY)
    print(f"  {len(found.found)} signals, {opened} new")
    return Took(time.perf_counter() - began, time.process_time() - cpu, read, pure)


def fill(store: Store, accounts: int) -> None:
    random = np.random.default_rng(20_260_617)
    created = date(2024, 1, 8)
    with store.transaction(alone=True) as conn:
        rows = []
        for number in range(accounts):
            rows.append(record("account", f"a{number}", f"a{number}", created) | {"contact_guid": f"c{number}-0"})
            rows += [record("contact", f"c{number}-{one}", f"a{number}", created) for one in range(3)]
            rows += [
                record("opportunity", f"o{number}-{one}", f"a{number}", created)
                | {"value": 50_000.0, "probability": 60, "close_on": created + timedelta(days=900)}
                for one in range(2)
            ]
        conn.execute(sa.insert(RECORD), rows)
        ids = {kind: of_kind(conn, kind) for kind in ("account", "contact", "opportunity")}
        for kind, days in (("account", 200), ("contact", 60), ("opportunity", 60)):
            bases.save(conn, basis(random, ids[kind], days, number_of(created)), stamp=1)
        moves(conn, ids["opportunity"])
        event = {"key": "e", "day": TODAY - 9, "kind": "budget", "direction": "down", "added_at": NOW}
        conn.execute(sa.insert(ACCOUNT_EVENT), [{"account_id": one, **event} for one in ids["account"][::3]])
    with store.transaction(alone=True) as conn:
        meetings_and_texts(conn, ids["account"])
    with store.transaction(alone=True) as conn:
        use(conn)


def record(kind: str, guid: str, account: str, created: date) -> dict[str, object]:
    status = "open" if kind == "opportunity" else "active"
    return {
        "kind": kind, "guid": guid, "name": guid, "status": status, "created_on": created, "account_guid": account,
        "contact_guid": None, "value": None, "probability": None, "close_on": None, "stage": "1",
    }  # fmt: skip


def of_kind(conn: sa.Connection, kind: str) -> list[int]:
    return list(conn.scalars(sa.select(RECORD.c.id).where(RECORD.c.kind == kind).order_by(RECORD.c.id)))


def basis(random: np.random.Generator, ids: list[int], per_record: int, created: int) -> Bases:
    """So many contact days of each record within two years."""
    size = len(ids) * per_record
    days = ContactDays.from_arrays(
        record=np.repeat(np.arange(len(ids)), per_record),
        kind=random.integers(0, 3, size),
        day=TODAY - random.integers(0, YEARS, size),
        ours=random.integers(0, 2, size),
        theirs=random.integers(0, 2, size),
    )
    return Bases(
        record_ids=np.array(ids),
        created=np.full(len(ids), created),
        closed=np.zeros(len(ids), dtype=np.bool_),
        closed_day=np.full(len(ids), bases.NO_DAY),
        degraded=np.zeros(len(ids), dtype=np.bool_),
        packed=bases.pack(days, records=len(ids)),
    )


def moves(conn: sa.Connection, deals: list[int]) -> None:
    rows = [
        {
            "record_id": deal, "day": TODAY - 100 + 20 * step, "stage": str(step // 2), "probability": 60 - step,
            "value": 50_000.0 + step, "close_on": date(2026, 8, 1) + timedelta(days=10 * step), "source": "crm",
        }
        for deal in deals
        for step in range(4)
    ]  # fmt: skip
    conn.execute(sa.insert(STAGE_DAY), rows)


def meetings_and_texts(conn: sa.Connection, accounts: list[int]) -> None:
    """Twelve meetings with two of theirs, five texts with two themes."""
    people = [
        {"id": 2 * number + one, "address": f"p{number}-{one}@kund.example"}
        for number in range(len(accounts))
        for one in (1, 2)
    ]
    conn.execute(sa.insert(tables.table(Address)), people)
    sides, held, parties, links, texts, marks = [], [], [], [], [], []
    for number, account in enumerate(accounts):
        theirs = (2 * number + 1, 2 * number + 2)
        sides += [{"record_id": account, "address_id": one, "side": "them"} for one in theirs]
        for step in range(12):
            activity, day = 12 * number + step + 1, TODAY - 5 - 19 * step
            common = {"kind": "meeting", "day": day, "status": "done"}
            held.append({"id": activity, "key": f"m{activity}", "at": NOW - timedelta(days=TODAY - day), **common})
            parties += [{"activity_id": activity, "address_id": one, "role": "to"} for one in theirs]
            links.append({"record_id": account, "activity_id": activity, "ours": 1, "theirs": 1, **common})
        for step in range(5):
            text = 5 * number + step + 1
            feeling = "negative" if step == number % 5 else "positive"
            texts.append({"id": text, "key": f"t{text}", "source": "survey", "day": TODAY - 7 - 15 * step, "text": "…",
                          "account_id": account, "feeling": feeling, "emotion": "anger", "added_at": NOW})  # fmt: skip
            marks += [{"verbatim_id": text, "sort": "theme", "word": word} for word in ("service", "service/support")]
    for table, rows in (
        (tables.table(RecordSide), sides), (tables.table(Activity), held),
        (tables.table(ActivityParty), parties), (tables.table(RecordActivity), links),
        (VERBATIM, texts), (VERBATIM_MARK, marks),
    ):  # fmt: skip
        conn.execute(sa.insert(table), rows)


def use(conn: sa.Connection) -> None:
    """Every account on every day, falling for every fifth."""
    first = TODAY - YEARS
    days = (
        "INSERT INTO usage_day (account_id, day, active_users, logins, features_used, premium_features, seats) "
        "WITH RECURSIVE span(day) AS (SELECT " + str(first) + " UNION ALL SELECT day + 1 FROM span WHERE day < "
        f"{TODAY - 1}) SELECT r.id, s.day, 10 + (r.id * s.day) % 5, "
        f"CASE WHEN r.id % 5 = 0 AND s.day > {TODAY - 80} THEN 6 ELSE 20 + (r.id + s.day) % 7 END, 8, 2, 20 "
        "FROM record r CROSS JOIN span s WHERE r.kind = 'account'"
    )
    conn.execute(sa.text(days))
    usage.add_up(conn, USAGE_DAY.select().subquery("all_days"))


if __name__ == "__main__":
    main()
