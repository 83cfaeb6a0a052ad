"""The forms of the simulated Dynamics 365 show the panel with the parameters that the real one passes."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from simulator import identity
from simulator.server import Running, start
from simulator.world import Account, Opportunity, OpportunityStatus, Person, Side, World

PANEL = "http://localhost:8080"


def world() -> World:
    deal = Opportunity(
        "o1", "Nordlys", "a1", "ines", (), (), OpportunityStatus.OPEN, "Propose", 60, 32_500.0, date(2026, 1, 10), None
    )
    return World(
        name="Fjord",
        organisation_domain="fjord.example",
        now=datetime(2026, 6, 17, tzinfo=UTC),
        people=(
            Person("ines", "ines@fjord.example", "Inès", Side.COLLEAGUE, None, "", ()),
            Person("liv", "liv@nord.example", "Liv <b>", Side.CONTACT, "a1", "Directrice", ()),
        ),
        accounts=(Account("a1", "Nord", "nord.example", "", None, None),),
        opportunities=(deal,),
        activities=(),
        domains=("fjord.example",),
        sign_in=(),
    )


@pytest.fixture(scope="module")
def crm() -> Iterator[Running]:
    with start(world(), panel_url=PANEL) as running:
        yield running


def page(crm: Running, **query: str) -> requests.Response:
    return requests.get(f"{crm.sign_in_url}/main.aspx", params=query, headers={"Accept-Language": "en"}, timeout=20)


def test_a_form_hands_its_record_to_the_panel_as_dynamics_does(crm: Running) -> None:
    guid = identity.opportunity("o1")
    answer = page(crm, pagetype="entityrecord", etn="opportunity", id=guid)
    found = re.search(r'src="([^"]+)"', answer.text)
    assert found
    frame = urlsplit(unescape(found[1]))
    assert f"{frame.scheme}://{frame.netloc}{frame.path}" == f"{PANEL}/panel/opportunity"
    assert parse_qs(frame.query) == {
        "id": [f"{{{guid.upper()}}}"],
        "orglcid": ["1036"],
        "orgname": ["fjord"],
        "type": ["3"],
        "typename": ["opportunity"],
        "userlcid": ["1033"],
    }
    assert f"frame-src {PANEL};" in answer.headers["Content-Security-Policy"]


def test_the_lists_lead_to_the_forms_and_names_are_text(crm: Running) -> None:
    text = page(crm, pagetype="entitylist", etn="contact").text
    assert f"etn=contact&amp;id={identity.contact('liv')}" in text
    assert "Liv &lt;b&gt;" in text


@pytest.mark.parametrize("query", [{"etn": "incident"}, {"etn": "opportunity", "id": identity.account("a1")}])
def test_what_is_not_there_has_no_form(crm: Running, query: dict[str, str]) -> None:
    assert page(crm, **query).status_code == 404


def test_without_a_panel_there_are_no_forms() -> None:
    with start(world()) as bare:
        assert page(bare).status_code == 404
