"""An organisation with contacts, leads and accounts: one per database for tests that only read, one for Chromium."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import records_builder
from browsing import served
from web_site import Site, site_over

from relationship.store.database import Store, open_store

CRM = "https://maison.crm4.dynamics.com"


@pytest.fixture(scope="module")
def people(shared_store: Store) -> Site:
    site = site_over(shared_store)
    records_builder.fill(site)
    return site


@pytest.fixture(scope="session")
def living_site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    path = tmp_path_factory.mktemp("people") / "pages.db"
    shutil.copyfile(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    found = site_over(store, dataverse_url=CRM)
    records_builder.fill(found)
    records_builder.leave_out(found, "contact", records_builder.contact(records_builder.DAMIEN))
    yield found
    store.close()


@pytest.fixture(scope="session")
def address(living_site: Site) -> Iterator[str]:
    with served(living_site.app) as found:
        yield found
