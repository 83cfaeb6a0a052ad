"""A site with three customers: one that falls, one that shines, one of which nothing is known."""

import shutil
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import web_builder
from browsing import served
from web_builder import Deal, weekly
from web_site import Site, site_over

sys.path.append(str(Path(__file__).parents[2] / "scores"))

from score_builders import NOW, add_answer, add_signal, add_use, house_over

from relationship.desk.score import score_all
from relationship.store.customers import account_health
from relationship.store.customers.account_health import NewValue
from relationship.store.database import open_store

FALLS, SHINES, UNKNOWN = (web_builder.guid("account", number) for number in range(3))


def fill(site: Site) -> None:
    site.fill([Deal("one", contacts=weekly()), Deal("two", account=1, contacts=weekly())])
    with site.store.transaction() as conn:
        ids = [
            int(conn.exec_driver_sql(f"SELECT id FROM record WHERE guid = '{guid}'").scalar_one())
            for guid in (FALLS, SHINES)
        ]
        renewal = date(2026, 6, 17) + timedelta(days=60)
        conn.exec_driver_sql(
            f"UPDATE record SET arr = 120000, currency = 'EUR', renewal_on = '{renewal}' WHERE id = {ids[0]}"
        )
    falls, shines = ids
    add_use(site.store, falls, [8] * 40)
    add_answer(site.store, falls, 80, days_ago=170)
    for days in (300, 200, 100, 30):
        score_all(house_over(site.store, NOW - timedelta(days=days)))
    with site.store.transaction() as conn:
        conn.exec_driver_sql(f"DELETE FROM usage_day WHERE account_id = {falls}")
        conn.exec_driver_sql(f"DELETE FROM usage_span WHERE account_id = {falls}")
    add_use(site.store, falls, [8] * 40 + [3] * 4)
    add_use(site.store, shines, [7] * 8 + [10] * 4)
    add_answer(site.store, shines, 95)
    add_signal(site.store, falls, "H-R1", 0.8)
    add_signal(site.store, shines, "H-O5", 0.6)
    with site.store.transaction() as conn:
        account_health.save(conn, [NewValue(falls, "status", "healthy")], source="crm", at=NOW)
    score_all(house_over(site.store))


@pytest.fixture
def customers(small_site: Site) -> Site:
    fill(small_site)
    return small_site


@pytest.fixture(scope="module")
def living_site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    path = tmp_path_factory.mktemp("customers") / "pages.db"
    shutil.copyfile(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    found = site_over(store)
    fill(found)
    yield found
    store.close()


@pytest.fixture(scope="module")
def address(living_site: Site) -> Iterator[str]:
    with served(living_site.app) as found:
        yield found
