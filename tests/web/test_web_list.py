"""The list of opportunities, on both databases, without JavaScript."""

import csv
import io
import re
from html import unescape

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from statements import statements
from web_builder import Deal, deals_of_all_sorts, oid, weekly
from web_site import Site, site_over

from relationship.store import tables
from relationship.store.database import Store

HEALTHY = weekly(weeks=105)  # every week for two years, both ways: 62.97, Good (docs/health.md, first worked row)
ONE_SIDED = tuple(("email", day, 1, 0) for day in range(30))
DEAD = weekly(until=56, weeks=97)  # eight weeks of silence: 8.14, Poor

DEALS = (
    Deal("Alpha", account=0, owner=0, value=10_000.0, close_in=5, contacts=HEALTHY, created_ago=730, stage="Analyse"),
    Deal("Bravo", account=1, owner=1, value=90_000.0, close_in=20, contacts=ONE_SIDED, created_ago=30),
    Deal("Charlie", account=4, owner=0, value=None, close_in=-3, contacts=DEAD, created_ago=730),
    Deal("Delta", account=2, owner=2, value=40_000.0, close_in=None, planned_in=4),
    Deal("Echo", account=3, owner=0, value=70_000.0, status="won", closed_ago=10, contacts=weekly(until=10)),
)


@pytest.fixture(scope="module")
def client(shared_store: Store) -> FlaskClient:
    site = site_over(shared_store)
    site.fill(DEALS)
    return site.as_()


def names(client: FlaskClient, arguments: str = "") -> list[str]:
    answer = client.get(f"/opportunities?{arguments}")
    assert answer.status_code == 200, answer.text
    return _names(answer.text)


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ("", ["Bravo", "Delta", "Alpha", "Charlie"]),  # open ones, highest value first, without value last
        ("status=won", ["Echo"]),
        ("status=all", ["Bravo", "Echo", "Delta", "Alpha", "Charlie"]),
        ("rating=good", ["Alpha"]),
        ("rating=fair", ["Bravo"]),
        ("rating=poor", ["Charlie"]),
        ("rating=none", ["Delta"]),
        ("rating=good&rating=none", ["Delta", "Alpha"]),
        ("owner=me", ["Alpha", "Charlie"]),
        ("q=brav", ["Bravo"]),
        ("q=montplaisir", ["Charlie"]),
        ("q=ÉCOLE", ["Charlie"]),
        ("q=école+char", ["Charlie"]),
        ("q=%25", []),
        ("q=_", []),
        ("q='+OR+1=1--", []),
        ("closing=7", ["Alpha"]),
        ("closing=30", ["Bravo", "Alpha"]),
        ("closing=late", ["Charlie"]),
        ("rating=good&owner=me&closing=30&q=alpha", ["Alpha"]),
    ],
)
def test_filters_leave_what_they_name(client: FlaskClient, arguments: str, shown: list[str]) -> None:
    assert names(client, arguments) == shown


@pytest.mark.parametrize(
    ("sort", "shown"),
    [
        ("name", ["Alpha", "Bravo", "Charlie", "Delta"]),
        ("-name", ["Delta", "Charlie", "Bravo", "Alpha"]),
        ("value", ["Alpha", "Delta", "Bravo", "Charlie"]),
        ("-score", ["Alpha", "Bravo", "Charlie", "Delta"]),
        ("score", ["Charlie", "Bravo", "Alpha", "Delta"]),
        ("close", ["Charlie", "Alpha", "Bravo", "Delta"]),
        ("-close", ["Bravo", "Alpha", "Charlie", "Delta"]),
        ("account", ["Alpha", "Bravo", "Delta", "Charlie"]),
        ("next", ["Delta", "Alpha", "Bravo", "Charlie"]),
    ],
)
def test_every_order_puts_missing_values_last(client: FlaskClient, sort: str, shown: list[str]) -> None:
    if sort == "account":  # the databases order accents differently: only the plain ones are compared
        assert [name for name in names(client, "sort=account") if name != "Charlie"] == shown[:3]
        return
    assert names(client, f"sort={sort}") == shown


def test_turning_the_pages_shows_every_opportunity_once_in_every_order(site: Site) -> None:
    site.fill(deals_of_all_sorts(60))
    client = site.as_()
    for column in ("name", "account", "owner", "stage", "score", "trend", "value", "close", "last", "next"):
        for sort in (column, f"-{column}"):
            seen, address = [], f"/opportunities?status=all&size=25&sort={sort}"
            while address:
                text = client.get(address).text
                seen += _names(text)
                address = _link(text, "next") if 'rel="next"' in text else ""
            assert seen == names(client, f"status=all&size=100&sort={sort}"), sort
            assert len(set(seen)) == 60, sort


def test_one_can_turn_back(site: Site) -> None:
    site.fill(deals_of_all_sorts(40))
    client = site.as_()
    first = client.get("/opportunities?status=all&size=25").text
    second = client.get(_link(first, "next")).text
    again = client.get(_link(second, "prev")).text
    assert re.findall(r"row-link.*?</a>", first) == re.findall(r"row-link.*?</a>", again)


def test_a_page_of_another_list_or_an_edited_one_is_refused(site: Site) -> None:
    site.fill(deals_of_all_sorts(40))
    client = site.as_()
    following = _link(client.get("/opportunities?status=all&size=25").text, "next")
    assert client.get(following + "&sort=name").status_code == 400
    assert client.get(following + "x").status_code == 400
    assert client.get("/opportunities?page=%3Ei%3A1").status_code == 400


@pytest.mark.parametrize(
    "arguments",
    ["sort=owner_guid", "sort=;", "rating=brilliant", "trend=up", "status=x", "size=10000", "owner=x", "closing=1e9"],
)
def test_a_filter_that_no_control_produces_is_refused_by_name_of_nothing(client: FlaskClient, arguments: str) -> None:
    answer = client.get(f"/opportunities?{arguments}")
    assert answer.status_code == 422
    assert "owner_guid" not in answer.text


def test_the_overview_counts_and_sums_per_rating(client: FlaskClient) -> None:
    text = client.get("/opportunities").text
    shares = re.findall(
        r'id="share-(\w+)".*?share-count">(\d+)<.*?share-part">([^<]+)<.*?share-value">\s*([^<]+?)\s*<', text, re.DOTALL
    )
    assert [(name, count, part) for name, count, part, _ in shares] == [
        ("good", "1", "25%"), ("fair", "1", "25%"), ("poor", "1", "25%"), ("none", "1", "25%"),
    ]  # fmt: skip
    assert [value for *_, value in shares] == ["€10K", "€90K", "–", "€40K"]


def test_a_chosen_rating_narrows_the_list_but_not_the_shares(client: FlaskClient) -> None:
    text = client.get("/opportunities?rating=good").text
    assert "<strong>4</strong>" in text
    assert re.search(r'id="list-title">1 opportunity', text)


def test_htmx_gets_the_results_alone(client: FlaskClient) -> None:
    answer = client.get("/opportunities", headers={"HX-Request": "true", "HX-Target": "results"})
    assert answer.text.lstrip().startswith('<div id="results">')
    assert "<html" not in answer.text


def test_another_order_costs_the_lines_alone(site: Site) -> None:
    site.fill(deals_of_all_sorts(30))
    client = site.as_()
    with statements(site.store) as asked:
        answer = client.get("/opportunities?sort=name", headers={"HX-Request": "true", "HX-Target": "rows"})
    assert answer.text.lstrip().startswith('<div id="rows">')
    assert 'id="export" class="card-tools" hx-swap-oob="true"' in answer.text
    assert 'href="/opportunities.csv?sort=name"' in answer.text
    assert 'href="/opportunities.xlsx?sort=name"' in answer.text
    assert not [statement for statement in asked if "GROUP BY" in statement]


def test_the_chart_brings_its_table(client: FlaskClient) -> None:
    text = client.get("/opportunities/chart").text
    assert [name for name in ("Alpha", "Bravo", "Charlie", "Delta") if f">{name}</a>" in text] == [
        "Alpha",
        "Bravo",
        "Charlie",
    ]


def test_the_export_is_the_filtered_list(client: FlaskClient) -> None:
    answer = client.get("/opportunities.csv?status=all&sort=name")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert answer.text.startswith("\ufeff")
    assert [row["Opportunity"] for row in rows] == ["Alpha", "Bravo", "Charlie", "Delta", "Echo"]
    assert (rows[0]["Rating"], rows[0]["Value"], rows[0]["Account"]) == ("Good", "10000.00", "Ateliers Brévent")


def test_a_name_that_looks_like_a_formula_is_harmless_in_the_export_and_literal_on_the_page(site: Site) -> None:
    site.fill([Deal('=HYPERLINK("x")'), Deal("<script>alert(1)</script>")])
    client = site.as_()
    assert "'=HYPERLINK" in client.get("/opportunities.csv").text
    page = client.get("/opportunities").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in client.get("/opportunities/chart").text


def test_an_empty_organisation_says_what_happens_next(site: Site) -> None:
    text = site.as_().get("/opportunities").text
    assert "No opportunities yet" in text


def test_a_list_without_a_match_offers_the_way_back(client: FlaskClient) -> None:
    text = client.get("/opportunities?q=nobody").text
    assert "Nothing matches" in text
    assert "Reset the filters" in text


def test_reading_and_broken_mailboxes_are_announced(site: Site) -> None:
    site.fill(DEALS)
    with site.store.transaction() as conn:
        states = ["healthy", "healthy", "reading", "new", "degraded"]
        conn.execute(
            sa.insert(tables.table(tables.Source)),
            [{"key": f"mailbox/{n}", "state": state, "reason": ""} for n, state in enumerate(states)],
        )
    text = site.as_().get("/opportunities").text
    assert "3 of 5 mailboxes are done" in text
    assert "1 mailbox cannot be read" in text


def test_the_number_of_statements_does_not_grow_with_the_list(site: Site) -> None:
    site.fill(deals_of_all_sorts(60))
    client = site.as_()
    client.get("/opportunities")  # what the reader may see, and what the filters offer, are known from here on
    with statements(site.store) as few:
        client.get("/opportunities?size=25")
    with statements(site.store) as many:
        client.get("/opportunities?size=100&status=all")
    assert len(few) == len(many)


def test_mine_means_owned_by_the_reader(client: FlaskClient) -> None:
    assert oid(0) not in client.get("/opportunities?owner=me").text


def _names(text: str) -> list[str]:
    return [unescape(name) for name in re.findall(r'class="row-link"[^>]*>([^<]*)</a>', text)]


def _link(text: str, rel: str) -> str:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', text)
    assert found is not None
    return unescape(found.group(1))


def test_the_next_activity_is_told_with_its_kind_and_the_list_is_narrowed_by_it(site: Site) -> None:
    site.fill([Deal("Avec suite", contacts=weekly(), planned_in=3), Deal("Sans suite", contacts=weekly())])
    client = site.as_()
    text = client.get("/opportunities").text
    assert "Meeting · in 3 days" in text
    assert "Not planned" in text
    with_next = client.get("/opportunities?next=planned").text
    assert "Avec suite" in with_next
    assert "Sans suite" not in with_next
    without = client.get("/opportunities?next=none").text
    assert "Sans suite" in without
    assert "Avec suite" not in without
    assert client.get("/opportunities?next=maybe").status_code == 422
    page = client.get(f"/opportunities/{Deal('Avec suite').guid}").text
    assert "Meeting, in 3 days" in page
