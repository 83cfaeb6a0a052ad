"""The profile is learnt from the accounts that the CRM holds as inactive, and rules follow it."""

import random
from datetime import date
from pathlib import Path

from alert_builders import about, all_alerts, rule, run, say_all, switch_on
from outbox.outbox_bench import bench_over
from store_builders import FIRST

from relationship.activities import RecordKind
from relationship.clock import day_number
from relationship.desk.learn_attrition import learn_attrition
from relationship.store.crm import records
from relationship.store.crm.records import RecordRow
from relationship.store.database import open_store


def test_what_lost_accounts_said_raises_an_alert_for_the_next_one(sqlite_template: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copyfile(sqlite_template, tmp_path / "r.db")
    bench = bench_over(open_store(f"sqlite:///{tmp_path / 'r.db'}"))
    today = day_number(bench.now(), bench.house.config.zone)
    rows = [
        RecordRow(RecordKind.ACCOUNT, f"x{n}", f"X{n}", "inactive" if n < 40 else "active", date(2024, 1, 1))
        for n in range(160)
    ]
    with bench.house.store.transaction() as conn:
        records.save(conn, RecordKind.ACCOUNT, rows, [], place=FIRST)
    draw = random.Random(3)
    for n in range(160):
        unhappy = draw.random() < (0.8 if n < 40 else 0.1)
        text = "Vos factures sont fausses, je suis furieux." if unhappy else "Merci, nous sommes ravis de la livraison."
        say_all(bench.house.store, [text], today=today - 30, account=f"x{n}", satisfaction=20.0 if unhappy else 90.0)
    found = learn_attrition(bench.house, by="anne")
    assert found.is_of_use
    assert (found.lost, found.kept) == (40, 120)
    assert found.hit_rate > 2 * found.base
    switch_on(bench, rule(about("like_lost"), recipients={"people": ["anne"]}, said_within=365))
    switch_on(bench, rule(about("likeness", number=1), recipients={"people": ["anne"]}))
    for account, text, satisfaction in (
        ("x150", "Vos factures sont fausses, je suis furieux.", 20.0),
        ("x151", "Merci, nous sommes ravis.", 95.0),
    ):
        say_all(bench.house.store, [text], today=today - 300, account=account, satisfaction=10.0)
        say_all(bench.house.store, [text], today=today, account=account, satisfaction=satisfaction)
    assert run(bench) > 0
    called = {one.account_name for one in all_alerts(bench) if one.because[0].what == "like_lost"}
    assert called == {"X150"}
    number, *_ = [one.because[0] for one in all_alerts(bench) if one.because[0].what == "likeness"]
    assert float(number.found) > 0
