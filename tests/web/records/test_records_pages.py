"""The pages of a contact, a lead and an account: figures, related records, links, and what is left out."""

import re
from html import unescape

import pytest
import records_builder as made
from flask.testing import FlaskClient
from web_builder import guid
from web_site import Site, site_over

from relationship.store.database import Store


@pytest.fixture(scope="module")
def client(people: Site) -> FlaskClient:
    return people.as_()


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(f"{address}?lang=en")
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", unescape(answer.text))


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_a_contact_is_told_with_its_job_its_company_and_its_rating(client: FlaskClient) -> None:
    text = page(client, f"/contacts/{made.contact(made.AURELIE)}")
    told = plain(text)
    assert "Aurélie Fontaine" in told
    assert "Job title Directrice des achats" in told
    assert f'href="/accounts/{made.account(made.BREVENT)}">Ateliers Brévent</a>' in text
    assert re.search(r'verdict-word"><span[^>]*></span>Good</p>', text)
    assert "rule for everybody" in told
    assert "Next activity 20 Jun 2026 Meeting, in 3 days" in told


def test_the_terms_add_up_to_the_score_for_every_kind(client: FlaskClient) -> None:
    for address in (
        f"/contacts/{made.contact(made.AURELIE)}",
        f"/contacts/{made.contact(made.CHLOE)}",
        f"/leads/{made.lead(0)}",
        f"/accounts/{made.account(made.BREVENT)}",
    ):
        text = page(client, address)
        total = re.search(r'class="sum total">(.*?)</p>', text)
        kept = re.search(r'verdict-score">(\d+)<', text)
        assert total
        assert kept
        left, right = plain(total[1]).replace("−", "-").replace(" ", "").split("=")
        assert sum(int(number) for number in re.findall(r"[+-]?\d+", left)) == int(right) == int(kept[1])


def test_a_contact_leads_to_its_opportunities_open_ones_first(client: FlaskClient) -> None:
    text = page(client, f"/contacts/{made.contact(made.AURELIE)}")
    linked = re.findall(r'related-name"><a href="/opportunities/([^"]+)"', text)
    assert linked == [made.OWN.guid, made.LOST.guid]


def test_an_account_leads_to_its_open_opportunities_alone(client: FlaskClient) -> None:
    text = page(client, f"/accounts/{made.account(made.BREVENT)}")
    assert re.findall(r'related-name"><a href="/opportunities/([^"]+)"', text) == [made.OWN.guid]


def test_an_opportunity_leads_to_its_account_and_its_contacts(client: FlaskClient) -> None:
    text = page(client, f"/opportunities/{made.OWN.guid}")
    assert f'href="/accounts/{made.account(made.BREVENT)}">Ateliers Brévent</a>' in text
    assert f'href="/contacts/{made.contact(made.AURELIE)}">Aurélie Fontaine</a>' in text


def test_weeks_and_activities_open_under_the_address_of_the_kind(client: FlaskClient) -> None:
    base = f"/accounts/{made.account(made.BREVENT)}"
    week = re.findall(rf'href="({base}/weeks/[\d-]+)"', page(client, base))
    assert "Why this score" in client.get(week[-1]).text
    assert client.get(f"{base}/activities?kind=meeting").text.count('class="activity"') == 2
    assert client.get(f"{base}/activities?kind=fax").status_code == 422


def test_activities_tell_kind_and_day_and_nobody(client: FlaskClient) -> None:
    text = client.get(f"/contacts/{made.contact(made.AURELIE)}").text
    assert 'class="activity"' in text
    assert "@" not in re.sub(r"<head>.*?</head>", "", text, flags=re.DOTALL)


def test_a_record_without_contact_in_the_period_read_says_so(client: FlaskClient) -> None:
    text = page(client, f"/contacts/{made.contact(made.ELODIE)}")
    assert "There was no contact in the period that is read; older mail is not known here." in text
    assert "Why this score" not in text


def test_a_disqualified_lead_is_told_as_closed(client: FlaskClient) -> None:
    text = page(client, f"/leads/{made.lead(2)}")
    assert "This lead is qualified or disqualified." in text
    assert 'status-disqualified">Disqualified<' in text


@pytest.mark.parametrize("kind", ["contact", "account"])
def test_what_is_left_out_shows_that_and_no_activity(site: Site, kind: str) -> None:
    made.fill(site)
    key = made.contact(made.AURELIE) if kind == "contact" else made.account(made.BREVENT)
    made.leave_out(site, kind, key)
    client = site.as_("sales_admin")
    text = page(client, f"/{kind}s/{key}")
    assert "Left out" in text
    assert 'href="/settings' in text
    assert "verdict" not in text
    assert 'class="activity"' not in text
    assert "Last activity" not in text
    assert "Who knows whom</a> </p>" not in text
    assert client.get(f"/{kind}s/{key}/activities").status_code == 404
    assert client.get(f"/{kind}s/{key}/weeks/2026-06-17").status_code == 404


def test_a_left_out_contact_is_not_named_on_its_account(site: Site) -> None:
    made.fill(site)
    made.leave_out(site, "contact", made.contact(made.AURELIE))
    told = plain(page(site.as_(), f"/accounts/{made.account(made.BREVENT)}"))
    assert "Aurélie" not in told
    assert "Bastien Morel" in told


def test_the_way_to_the_crm_is_there_once_its_address_is_known(small_store: Store) -> None:
    site = site_over(small_store, dataverse_url="https://maison.crm4.dynamics.com/")
    made.fill(site)
    key = made.contact(made.AURELIE)
    address = f"https://maison.crm4.dynamics.com/main.aspx?pagetype=entityrecord&etn=contact&id={key}"
    assert f'href="{address}"' in page(site.as_(), f"/contacts/{key}")
    assert "dynamics.com" not in page(site_over(small_store).as_(), f"/contacts/{key}")


def test_who_knows_whom_is_one_click_away(client: FlaskClient) -> None:
    for kind, key in (("contact", made.contact(0)), ("lead", made.lead(0)), ("account", made.account(0))):
        assert f'href="/who-knows-whom/{kind}/{key}"' in page(client, f"/{kind}s/{key}")


@pytest.mark.parametrize("several", ["contacts", "leads", "accounts"])
@pytest.mark.parametrize("wish", ["x", "%00", guid("contact", "none"), made.OWN.guid, "../../etc"])
def test_what_is_no_such_record_is_not_found(client: FlaskClient, several: str, wish: str) -> None:
    assert client.get(f"/{several}/{wish}").status_code == 404
