"""Over many records the lines come first: their figures follow, by themselves or by a link, and are the same."""

import re

import pytest
from flask.testing import FlaskClient
from web_site import Site

from web.lists import record_list

FIGURES = {"HX-Request": "true", "HX-Target": "figures"}


@pytest.fixture
def client(people: Site, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    monkeypatch.setattr(record_list, "MOST_AT_ONCE", 2)
    return people.as_()


def counts(text: str) -> dict[str, str]:
    return dict(re.findall(r'id="share-(\w+)"[^>]*>(?:(?!</a>).)*?class="share-count">(\d+)<', text, re.DOTALL))


def test_a_long_list_shows_its_lines_and_asks_for_the_figures_afterwards(client: FlaskClient) -> None:
    text = client.get("/contacts?rating=none").text
    assert counts(text) == {}
    assert "Damien Aubry" in text
    assert re.search(r'id="figures"[^>]*aria-busy="true"[^>]*hx-get="/contacts\?figures=now&amp;rating=none"', text)
    assert all(f'id="share-{rating}"' in text for rating in ("good", "fair", "poor", "none"))


def test_the_figures_that_follow_are_those_of_a_short_list(people: Site, client: FlaskClient) -> None:
    later = client.get("/contacts?figures=now&rating=none", headers=FIGURES)
    assert counts(later.text) == {"good": "1", "fair": "1", "poor": "1", "none": "2"}
    assert '<span id="list-count" hx-swap-oob="true">2 contacts</span>' in later.text
    assert "Damien Aubry" not in later.text
    assert "HX-Push-Url" not in later.headers


def test_without_a_script_a_link_leads_to_the_page_with_its_figures(client: FlaskClient) -> None:
    assert '<a href="/contacts?figures=now">Add up the figures</a>' in client.get("/contacts").text
    text = client.get("/contacts?figures=now").text
    assert counts(text) == {"good": "1", "fair": "1", "poor": "1", "none": "2"}
    assert "Damien Aubry" in text
    assert 'id="list-title">5 contacts' in text


def test_figures_of_a_list_that_one_may_not_read_are_not_told(people: Site) -> None:
    assert people.anonymous().get("/contacts?figures=now", headers=FIGURES).status_code in (302, 401)


def test_a_list_of_a_kind_with_few_records_has_its_figures_at_once(people: Site) -> None:
    assert counts(people.as_().get("/leads").text)
