"""The page of one opportunity: rating, curve, why, forecast, people and activities."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from statements import statements
from web_builder import Deal, guid, weekly
from web_site import Site, site_over

from relationship.store.database import Store

GOOD = Deal("Bien suivie", contacts=weekly(weeks=105), created_ago=730, team=(1, 2), stakeholders=(0, 3))
FAIR = Deal("Sans réponse", contacts=tuple(("email", day, 1, 0) for day in range(30)), created_ago=30)
NEARLY = Deal("Presque bonne", contacts=(("email", 9, 1, 1), ("email", 16, 1, 1)), created_ago=21)
EMPTY = Deal("Vide", stakeholders=())
WON = Deal("Gagnée", status="won", closed_ago=20, contacts=weekly(until=20))
BROKEN = Deal("Boîte en panne", contacts=weekly(), degraded=True)
FRESH = Deal("Toute neuve", contacts=(("email", 1, 1, 0),), created_ago=5)
BUSY = Deal(
    "Très suivie",
    contacts=(*weekly(weeks=15), *weekly("meeting", until=3, weeks=10), *weekly("call", until=5, weeks=10)),
)
DEALS = (GOOD, FAIR, NEARLY, EMPTY, WON, BROKEN, FRESH, BUSY)


@pytest.fixture(scope="module")
def site_of_deals(shared_store: Store) -> Site:
    site = site_over(shared_store)
    site.fill(DEALS)
    return site


@pytest.fixture
def client(site_of_deals: Site) -> FlaskClient:
    return site_of_deals.as_()


def page(client: FlaskClient, deal: Deal, arguments: str = "") -> str:
    answer = client.get(f"/opportunities/{deal.guid}?lang=en{arguments}")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", unescape(answer.text))


def test_the_rating_is_a_word_with_its_score(client: FlaskClient) -> None:
    text = page(client, GOOD)
    assert re.search(r'verdict-word"><span[^>]*></span>Good</p>', text)
    assert 'verdict-score">63<' in text  # 62.97 in the published table


def test_the_terms_and_the_sixty_points_of_the_rhythm_add_up_to_the_score(client: FlaskClient) -> None:
    text = page(client, FAIR)
    total = re.search(r'class="sum total">(.*?)</p>', text)
    assert total is not None
    shown = re.sub(r"<[^>]+>", "", total.group(1)).replace("−", "-").replace(" ", "")
    left, right = shown.split("=")
    assert sum(int(number) for number in re.findall(r"[+-]?\d+", left)) == int(right) == 41  # 41.48 in the table


def test_a_missing_answer_is_said_in_words(client: FlaskClient) -> None:
    assert "Only we were active; the customer has not answered yet." in page(client, FAIR)


def test_the_curve_has_a_table_whose_weeks_are_explained_on_their_own(client: FlaskClient) -> None:
    text = page(client, GOOD)
    weeks = re.findall(rf'href="(/opportunities/{GOOD.guid}/weeks/[\d-]+)"', text)
    assert len(weeks) == 53
    week = client.get(weeks[-1])
    assert "Why this score" in week.text
    fragment = client.get(weeks[-1], headers={"HX-Request": "true"})
    assert "<html" not in fragment.text
    assert "term-title" in fragment.text


@pytest.mark.parametrize("day", ["2026-06-16", "2020-01-01", "yesterday", "2026-13-01"])
def test_a_week_that_the_curve_does_not_have_is_not_found(client: FlaskClient, day: str) -> None:
    assert client.get(f"/opportunities/{GOOD.guid}/weeks/{day}").status_code == 404


def test_the_day_of_the_fall_is_named_with_the_rating_it_falls_to(client: FlaskClient) -> None:
    # 60.32 a week after the last contact and 40.47 after two (published table): Fair in the second week.
    found = re.search(r"Without contact the rating falls to (\w+) on (\d+) June 2026", page(client, GOOD))
    assert found is not None
    assert found.group(1) == "Fair"
    assert 24 < int(found.group(2)) <= 30


def test_the_smallest_act_that_lifts_the_rating_is_marked(client: FlaskClient) -> None:
    best = re.search(r'act-best">.*?act-name">([^<]+)<.*?<strong>(\d+)</strong>', page(client, NEARLY))
    assert best is not None
    assert best.group(1).strip() == "An answered call today"
    assert int(best.group(2)) >= 60


def test_an_opportunity_without_contact_says_what_starts_the_score(client: FlaskClient) -> None:
    text = page(client, EMPTY)
    assert "Not enough information" in text
    assert "The first e-mail, call or meeting starts the score." in text
    assert "Why this score" not in text
    assert "What comes next" not in text


def test_a_closed_opportunity_keeps_its_last_score_and_forecasts_nothing(client: FlaskClient) -> None:
    text = page(client, WON)
    assert "This opportunity is closed." in text
    assert "As of 28 May 2026" in text
    assert "What comes next" not in text


def test_a_broken_mailbox_is_said_and_nothing_is_forecast_from_silence(client: FlaskClient) -> None:
    text = page(client, BROKEN)
    assert "cannot be read at the moment" in text
    assert "What comes next" not in text


def test_a_young_relationship_is_marked_as_provisional(client: FlaskClient) -> None:
    assert "Provisional" in page(client, FRESH)


def test_team_and_contacts_are_listed_once_each(client: FlaskClient) -> None:
    text = page(client, GOOD).split('id="knows-title"')[0]  # where introductions are offered, contacts stand again
    for name in ("Hugo Lefèvre", "Inès Benali", "Aurélie Fontaine", "Damien Aubry"):
        assert len(re.findall(rf'<span>(?:<a href="/contacts/[^"]+">)?{name}(?:</a>)?<span class="sub">', text)) == 1


def test_activities_are_filtered_by_kind_and_go_on_page_by_page(client: FlaskClient) -> None:
    seen: list[str] = []
    address = f"/opportunities/{BUSY.guid}/activities?lang=en"
    for _ in range(9):
        text = client.get(address).text
        seen += re.findall(r'<time class="activity-when" datetime="([^"]+)"', text)
        more = re.search(r'id="more-activities">\s*<a class="button" href="([^"]+)"', text)
        if more is None:
            break
        address = unescape(more.group(1))
    assert len(seen) == 35
    assert seen == sorted(seen, reverse=True)
    calls = client.get(f"/opportunities/{BUSY.guid}/activities?kind=call&lang=en").text
    assert calls.count('class="activity"') == 10
    assert "E-mail<" not in calls


def test_an_unknown_kind_is_refused(client: FlaskClient) -> None:
    assert client.get(f"/opportunities/{BUSY.guid}/activities?kind=fax").status_code == 422


@pytest.mark.parametrize("wish", ["x", "%00", guid("opportunity", "none"), "{" + GOOD.guid + "}", "../../etc"])
def test_what_is_no_opportunity_is_not_found(client: FlaskClient, wish: str) -> None:
    assert client.get(f"/opportunities/{wish}").status_code == 404


def test_a_guid_in_capitals_is_the_same_opportunity(client: FlaskClient) -> None:
    assert "Bien suivie" in client.get(f"/opportunities/{GOOD.guid.upper()}").text


def test_a_page_costs_a_handful_of_statements_whatever_it_shows(site_of_deals: Site) -> None:
    client = site_of_deals.as_()
    client.get(f"/opportunities/{FRESH.guid}")  # the first page of a process makes what the others find
    with statements(site_of_deals.store, beginning=("SELECT",)) as busy:
        client.get(f"/opportunities/{BUSY.guid}")
    with statements(site_of_deals.store, beginning=("SELECT",)) as fresh:
        client.get(f"/opportunities/{FRESH.guid}")
    # Session, rights, record, rules, contact days, people, key figures, signals, mood, events, changes, activities.
    assert len(fresh) <= len(busy) <= len(fresh) + 2
    assert len(busy) <= 28
