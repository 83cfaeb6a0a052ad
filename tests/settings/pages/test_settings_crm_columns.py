"""How far the columns of the CRM are, on the pages of health and of sources."""

import pytest
import web_builder
from web_site import Site, site_over

from relationship.desk.rate import rate_all
from relationship.house import House
from relationship.store.crm import write_back
from relationship.store.database import Store

PART = "/settings/crm-columns"


def written_site(store: Store, **changes: object) -> Site:
    found = site_over(store, crm_write=True, **changes)
    found.fill(web_builder.deals_of_all_sorts(6))
    house: House = found.app.extensions["house"]
    rate_all(house)
    return found


@pytest.fixture
def site(store: Store) -> Site:
    return written_site(store)


def tell(site: Site, rows: int, refused: str = "") -> None:
    with site.store.transaction() as conn:
        write_back.note_begun(conn, at=web_builder.NOW)
        chosen = write_back.to_tell(conn, limit=rows)
        write_back.note_told(conn, [(row, refused) for row in chosen], at=web_builder.NOW)


def total(site: Site) -> int:
    with site.store.reading() as conn:
        return write_back.progress(conn).total


def test_the_progress_is_told_and_asks_for_itself_until_it_is_over(site: Site):
    admin, all_of_them = site.as_("sales_admin"), total(site)
    tell(site, 2)
    text = admin.get(PART).text
    assert f"Columns of the CRM: 2 of {all_of_them} up to date" in text
    assert "every 5s" in text
    tell(site, all_of_them)
    text = admin.get(PART).text
    assert "Columns of the CRM: all up to date" in text
    assert "every 5s" not in text


def test_a_french_admin_reads_it_in_french(site: Site):
    client = site.as_("sales_admin")
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "fr"
    assert "Colonnes du CRM\u00a0: 0 sur" in client.get(PART).text


def test_what_keeps_the_columns_from_being_written_is_told_with_the_next_step(site: Site):
    with site.store.transaction() as conn:
        write_back.note_trouble(conn, "columns_missing")
    assert "relationship crm provision" in site.as_("sales_admin").get(PART).text


def test_rows_that_the_crm_refuses_are_counted(site: Site):
    tell(site, 3, refused="0x80040265")
    assert "3 records were not taken by the CRM." in site.as_("sales_admin").get(PART).text


def test_both_pages_have_a_place_for_it(site: Site):
    admin = site.as_("sales_admin")
    for page in ("/settings/health", "/status"):
        assert PART in admin.get(page).text


def test_nothing_is_shown_while_the_columns_are_not_written(store: Store):
    site = site_over(store)
    admin = site.as_("sales_admin")
    assert admin.get(PART).text == ""
    for page in ("/settings/health", "/status"):
        assert PART not in admin.get(page).text


def test_sellers_do_not_see_it(site: Site):
    assert site.as_("seller").get(PART).status_code == 404
