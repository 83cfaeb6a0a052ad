"""Rights on the pages: each role on each sort of record, and no difference between foreign and missing."""

import re

import pytest
import sqlalchemy as sa
from web_builder import TODAY, Deal, guid, weekly
from web_site import Site, site_over, without_form_token

from relationship.clock import number_of
from relationship.store.crm.record_tables import Record
from relationship.store.customers.score_tables import ACCOUNT_SCORE
from relationship.store.database import Store
from relationship.store.tables import table

OWN = Deal("Propre", owner=0, contacts=weekly())
TEAM = Deal("Équipe", owner=1, team=(0,), contacts=weekly())
FOREIGN = Deal("Étrangère", owner=1, team=(2,), contacts=weekly())
ORPHAN = Deal("Orpheline", owner=None, contacts=weekly())
DEALS = (OWN, TEAM, FOREIGN, ORPHAN)

SEES = {
    "seller": {"Propre", "Équipe"},
    "sales_manager": {"Propre", "Équipe", "Étrangère", "Orpheline"},
    "sales_admin": {"Propre", "Équipe", "Étrangère", "Orpheline"},
    "customer_success": {"Propre", "Équipe", "Étrangère", "Orpheline"},
}


@pytest.fixture(scope="module")
def filled(shared_store: Store) -> Site:
    site = site_over(shared_store)
    site.fill(DEALS)
    return site


@pytest.mark.parametrize("role", SEES)
def test_the_list_holds_exactly_what_the_role_may_read(filled: Site, role: str) -> None:
    text = filled.as_(role).get("/opportunities?status=all").text
    assert {deal.name for deal in DEALS if deal.name in text} == SEES[role]


@pytest.mark.parametrize("role", SEES)
def test_figures_chart_and_export_count_only_what_the_role_may_read(filled: Site, role: str) -> None:
    client = filled.as_(role)
    expected = SEES[role]
    assert f"<strong>{len(expected)}</strong>" in client.get("/opportunities").text
    chart = client.get("/opportunities/chart").text
    export = client.get("/opportunities.csv").text
    assert {deal.name for deal in DEALS if deal.name in chart} == expected
    assert {deal.name for deal in DEALS if deal.name in export} == expected


def test_filters_offer_only_what_the_records_say_that_somebody_may_read(small_site: Site) -> None:
    small_site.fill((Deal("Propre", account=0, owner=0), Deal("Étrangère", account=1, owner=1)))
    record = table(Record)
    with small_site.store.transaction() as conn:
        for number, name in enumerate(("Nord", "Sud")):
            theirs = record.c.guid.in_([guid("account", number), Deal(("Propre", "Étrangère")[number]).guid])
            conn.execute(sa.update(record).where(theirs).values(team_name=f"Équipe {name}", segment=f"Segment {name}"))
    seller, manager = small_site.as_("seller", 0), small_site.as_("sales_manager", 3)
    for path in ("/opportunities", "/accounts", "/customers?show=all"):
        assert "Segment Sud" in manager.get(path).text
        assert "Segment Nord" in (page := seller.get(path).text)
        assert re.findall("(?:Segment|Équipe) Sud", page) == []


def test_deals_of_an_account_are_counted_only_for_whoever_may_see_each(small_site: Site) -> None:
    won = [Deal(f"Gagnée {n}", owner=n, status="won", closed_ago=20, contacts=weekly()) for n in (0, 1)]
    small_site.fill([*won, Deal("Ouverte", owner=0, contacts=weekly())])
    with small_site.store.transaction() as conn:
        account = conn.scalar(sa.select(table(Record).c.id).where(table(Record).c.guid == guid("account", 0)))
        score = {"account_id": account, "score": "health", "day": number_of(TODAY), "value": 60, "learned": False}
        conn.execute(sa.insert(ACCOUNT_SCORE), [{**score, "reasons": '[["outcomes", 5, 1.0]]'}])
    address = f"/accounts/{guid('account', 0)}/scores"
    assert "2 won, 0 lost" in small_site.as_("sales_manager", 3).get(address).text
    page = small_site.as_("seller", 0).get(address)
    assert (page.status_code, "Opportunities won and lost" in page.text) == (200, True)
    assert re.findall(r"\d won", page.text) == []


@pytest.mark.parametrize("part", ["", "/activities", "/weeks/2026-06-17"])
@pytest.mark.parametrize("role", SEES)
def test_a_page_opens_exactly_for_whoever_may_read_the_record(filled: Site, role: str, part: str) -> None:
    client = filled.as_(role)
    opened = {deal.name for deal in DEALS if client.get(f"/opportunities/{deal.guid}{part}").status_code == 200}
    assert opened == SEES[role]


def test_a_foreign_record_answers_with_the_same_bytes_as_a_missing_one(filled: Site) -> None:
    client = filled.as_("seller")
    foreign = client.get(f"/opportunities/{FOREIGN.guid}")
    missing = client.get(f"/opportunities/{guid('opportunity', 'missing')}")
    assert foreign.status_code == missing.status_code == 404
    assert without_form_token(foreign.text) == without_form_token(missing.text)


def test_a_seller_whose_crm_user_is_unknown_sees_nothing(filled: Site) -> None:
    client = filled.as_("seller", seller=5)
    assert not any(deal.name in client.get("/opportunities?status=all").text for deal in DEALS)


@pytest.mark.parametrize("role", ["privacy_officer", ""])
@pytest.mark.parametrize(
    "path", ["/opportunities", "/opportunities.csv", "/opportunities/chart", f"/opportunities/{OWN.guid}"]
)
def test_without_a_reading_role_a_page_says_which_one_is_missing(filled: Site, role: str, path: str) -> None:
    answer = filled.as_(role).get(path)
    assert answer.status_code == 403
    assert "sales_manager" in answer.text
    assert not any(deal.name in answer.text for deal in DEALS)


@pytest.mark.parametrize(
    "path", ["/opportunities", "/opportunities.csv", "/opportunities/chart", f"/opportunities/{OWN.guid}"]
)
def test_nobody_reads_anything_without_signing_in(filled: Site, path: str) -> None:
    answer = filled.anonymous().get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in?next=")


def test_subjects_and_participants_are_nowhere_on_a_page(filled: Site) -> None:
    assert "clients.example" not in filled.as_().get(f"/opportunities/{OWN.guid}").text
