"""Rights on contacts, leads and accounts: what each role reads, and no difference between foreign and missing."""

import pytest
import records_builder as made
from web_builder import guid
from web_site import Site, without_form_token

EVERYBODY = {
    "contacts": {made.contact(n) for n in range(6)},
    "leads": {made.lead(n) for n in range(3)},
    "accounts": {made.account(n) for n in range(16)},
}
# Camille owns Aurélie; sells to Brévent (so Bastien) and, in a team, to the Clinique (so Damien) where Élodie stands on
# the opportunity; owns Castelnau (so Fabrice). Chloé at Banque Orvane is Hugo's alone.
CAMILLE = {
    "contacts": EVERYBODY["contacts"] - {made.contact(made.CHLOE)},
    "leads": {made.lead(0), made.lead(2)},
    "accounts": {made.account(n) for n in (made.BREVENT, made.TILLEULS, made.CASTELNAU)},
}
SEVERAL = sorted(EVERYBODY)


def readable(site: Site, role: str, several: str) -> set[str]:
    client = site.as_(role)
    return {key for key in EVERYBODY[several] if client.get(f"/{several}/{key}").status_code == 200}


def listed(site: Site, role: str, several: str) -> set[str]:
    text = site.as_(role).get(f"/{several}?status=all&size=100").text
    return {key for key in EVERYBODY[several] if f'class="row-link" href="/{several}/{key}"' in text}


@pytest.mark.parametrize("several", SEVERAL)
@pytest.mark.parametrize("role", ["sales_manager", "sales_admin", "customer_success"])
def test_those_who_read_everything_read_every_record(people: Site, role: str, several: str) -> None:
    assert readable(people, role, several) == listed(people, role, several) == EVERYBODY[several]


@pytest.mark.parametrize("several", SEVERAL)
def test_a_seller_reads_what_is_theirs_and_what_stands_on_their_opportunities(people: Site, several: str) -> None:
    assert readable(people, "seller", several) == listed(people, "seller", several) == CAMILLE[several]


@pytest.mark.parametrize("several", SEVERAL)
def test_export_and_figures_count_only_what_the_seller_may_read(people: Site, several: str) -> None:
    client = people.as_("seller")
    number = len(CAMILLE[several])
    assert f"<strong>{number}</strong>" in client.get(f"/{several}?status=all").text
    assert len(client.get(f"/{several}.csv?status=all").text.splitlines()) == number + 1


@pytest.mark.parametrize(
    ("several", "foreign"),
    [("contacts", made.contact(made.CHLOE)), ("leads", made.lead(1)), ("accounts", made.account(1))],
)
@pytest.mark.parametrize("part", ["", "/activities", "/weeks/2026-06-17"])
def test_a_foreign_record_answers_with_the_same_bytes_as_a_missing_one(
    people: Site, several: str, foreign: str, part: str
) -> None:
    client = people.as_("seller")
    answers = [client.get(f"/{several}/{key}{part}") for key in (foreign, guid("contact", "missing"))]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert without_form_token(answers[0].text) == without_form_token(answers[1].text)


def test_related_records_are_those_that_the_reader_may_open(people: Site) -> None:
    """Every address on the pages that a seller may open opens."""
    client = people.as_("seller")
    for several, keys in CAMILLE.items():
        for key in keys:
            text = client.get(f"/{several}/{key}").text
            for kind in EVERYBODY:
                for other in EVERYBODY[kind] - CAMILLE[kind]:
                    assert f"/{kind}/{other}" not in text
            assert f"/opportunities/{made.FOREIGN.guid}" not in text


def test_the_name_of_a_company_that_one_may_not_open_is_no_link(people: Site) -> None:
    text = people.as_("seller").get(f"/contacts/{made.contact(made.ELODIE)}").text
    assert "Coopérative Val-Serein" in text
    assert f"/accounts/{made.account(made.SEREIN)}" not in text


@pytest.mark.parametrize("path", ["/contacts", "/leads.csv", f"/accounts/{made.account(0)}"])
def test_without_a_reading_role_or_a_sign_in_nothing_opens(people: Site, path: str) -> None:
    assert people.as_("privacy_officer").get(path).status_code == 403
    assert people.anonymous().get(path).status_code == 302
