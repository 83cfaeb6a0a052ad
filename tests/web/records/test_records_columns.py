"""Columns, further filters and kept views of the lists, without JavaScript."""

import re
from html import unescape

import pytest
import records_builder as made
import sqlalchemy as sa
from flask.testing import FlaskClient
from web_builder import Deal, oid, weekly
from web_site import Site, site_over

from relationship.store import tables
from relationship.store.crm.record_tables import Record
from relationship.store.database import Store

DEALS = (
    Deal("Alpha", account=0, owner=0, value=10_000.0, contacts=weekly(weeks=100), created_ago=730),
    Deal("Bravo", account=4, owner=1, value=90_000.0, contacts=weekly(until=40, weeks=100), created_ago=730, team=(0,)),
    Deal("Charlie", account=2, owner=2, value=None, contacts=weekly(until=56, weeks=100), created_ago=730),
)


@pytest.fixture(scope="module")
def deals(shared_store: Store) -> Site:
    site = site_over(shared_store)
    site.fill(DEALS)
    record = tables.table(Record)
    with site.store.transaction() as conn:
        for name, team, segment in (("Alpha", "Nord", "PME"), ("Bravo", "Sud", "PME"), ("Charlie", "Nord", "")):
            conn.execute(sa.update(record).where(record.c.name == name).values(team_name=team, segment=segment))
    return site


@pytest.fixture(scope="module")
def client(deals: Site) -> FlaskClient:
    return deals.as_()


def names(client: FlaskClient, address: str) -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return [unescape(name) for name in re.findall(r'class="row-link"[^>]*>([^<]*)</a>', answer.text)]


def heads(client: FlaskClient, address: str) -> list[str]:
    head = re.search(r"<thead>.*?</thead>", client.get(address).text, re.DOTALL)
    assert head
    return [re.sub(r"<[^>]+>", "", one).strip() for one in re.findall(r"<th .*?</th>", head[0], re.DOTALL)]


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ("team=Nord", {"Alpha", "Charlie"}),
        ("segment=PME", {"Alpha", "Bravo"}),
        ("min=50000", {"Bravo"}),
        ("max=50 000,50", {"Alpha"}),
        ("active=7", {"Alpha"}),
        ("active=quiet30", {"Bravo", "Charlie"}),
        ("active=quiet60", set()),
        ("owner=sold", {"Bravo"}),
        ("state=rated", {"Alpha", "Bravo", "Charlie"}),
        ("state=no_closed_activity", set()),
        ("q=ecole", {"Bravo"}),
        ("q=%C3%89COLE+brav", {"Bravo"}),
    ],
)
def test_further_filters_leave_what_they_name(client: FlaskClient, arguments: str, shown: set[str]) -> None:
    assert set(names(client, f"/opportunities?{arguments}")) == shown


def test_an_account_of_a_filter_is_named_and_can_be_taken_off(client: FlaskClient, deals: Site) -> None:
    text = client.get(f"/opportunities?account={made.account(4)}").text
    assert "École Montplaisir" in text
    assert names(client, f"/opportunities?account={made.account(4)}") == ["Bravo"]


@pytest.mark.parametrize(
    "arguments",
    ["min=much", "max=1e99", "min=nan", "active=5", "falls=1", "columns=salary", "columns=score.score", "account=x"],
)
def test_filters_and_columns_that_no_control_produces_are_refused(client: FlaskClient, arguments: str) -> None:
    assert client.get(f"/opportunities?{arguments}").status_code == 422


def test_columns_stand_as_the_address_says_and_the_name_always_first(client: FlaskClient) -> None:
    assert heads(client, "/opportunities?columns=team.value.score") == [
        "Opportunity · Account",
        "Team",
        "Value",
        "Rating",
    ]
    assert heads(client, "/opportunities?columns=none") == ["Opportunity · Account"]


def test_a_column_is_moved_hidden_and_shown_by_a_link_each(client: FlaskClient) -> None:
    text = unescape(client.get("/opportunities?columns=team.value.score").text)
    for address in ("columns=value.team.score", "columns=team.value", "columns=team.value.score.trend"):
        assert f'href="/opportunities?{address}"' in text


def test_the_last_page_is_reached_at_once_and_the_first_from_it(site: Site) -> None:
    site.fill([Deal(f"N {number:02}", value=float(number)) for number in range(60)])
    client = site.as_()
    link = re.search(r'href="([^"]+)"[^>]*>Last page', client.get("/opportunities?size=25").text)
    assert link
    last = client.get(unescape(link[1])).text
    shown = re.findall(r'class="row-link"[^>]*>([^<]*)</a>', last)
    assert shown[-1] == "N 00"
    assert "First page" in last
    assert "Last page" not in last


def token(client: FlaskClient, address: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(address).text)
    assert found
    return found[1]


def post(client: FlaskClient, address: str, **form: str) -> tuple[int, str]:
    form["csrf_token"] = token(client, "/opportunities?view=all&owner=me")
    answer = client.post(address, data=form, headers={"Sec-Fetch-Site": "same-origin"})
    return answer.status_code, answer.headers.get("Location", "")


def views(client: FlaskClient) -> list[tuple[str, str]]:
    bar = re.search(r'<nav class="views".*?</nav>', client.get("/opportunities?view=all").text, re.DOTALL)
    assert bar
    return [
        (unescape(address), re.sub(r"<[^>]+>", "", title).strip())
        for address, title in re.findall(r'<a class="chip[^"]*" href="([^"]+)"[^>]*>(.*?)</a>', bar[0], re.DOTALL)[1:]
    ]


def test_a_view_is_kept_renamed_made_the_first_removed_and_taken_back(site: Site) -> None:
    site.fill(DEALS)
    client = site.as_()
    wanted = "rating=poor&columns=value.score&sort=name"
    assert post(client, "/opportunities/views", name=" Mes  priorités ", arguments=wanted)[0] == 302
    assert views(client) == [(f"/opportunities?{wanted}", "Mes priorités")]

    assert post(client, "/opportunities/views/1", act="rename", name="À suivre", arguments=wanted)[0] == 302
    assert post(client, "/opportunities/views/1", act="start", arguments=wanted)[0] == 302
    opened = client.get("/opportunities")
    assert (opened.status_code, opened.headers["Location"]) == (302, f"/opportunities?{wanted}")
    assert client.get("/opportunities?view=all").status_code == 200

    status, there = post(client, "/opportunities/views/1", act="remove", arguments="")
    assert (status, there) == (302, "/opportunities?view=all&removed=1")
    assert "The view was removed." in client.get(there).text
    assert views(client) == []
    assert client.get("/opportunities").status_code == 200
    assert post(client, "/opportunities/views/1", act="take_back", arguments="")[0] == 302
    assert [name for _, name in views(client)] == ["À suivre"]


def test_a_view_is_its_owner_s_alone(site: Site) -> None:
    site.fill(DEALS)
    post(site.as_(seller=0), "/opportunities/views", name="À moi", arguments="rating=poor")
    other = site.as_(seller=1)
    assert views(other) == []
    for act in ("rename", "start", "remove", "take_back"):
        assert post(other, "/opportunities/views/1", act=act, name="À lui", arguments="")[0] == 422


@pytest.mark.parametrize(
    ("name", "arguments"), [("", "rating=poor"), ("x" * 61, "rating=poor"), ("a\x07", ""), ("A", "sort=owner_guid")]
)
def test_a_view_without_a_proper_name_or_list_is_refused(site: Site, name: str, arguments: str) -> None:
    site.fill(DEALS)
    assert post(site.as_(), "/opportunities/views", name=name, arguments=arguments)[0] == 422


def test_no_address_of_a_list_names_a_person(deals: Site, client: FlaskClient) -> None:
    text = client.get("/opportunities?owner=me&columns=owner.team").text
    for address in re.findall(r'(?:href|hx-get)="([^"]+)"', text):
        assert oid(0) not in address
        assert "@" not in address
