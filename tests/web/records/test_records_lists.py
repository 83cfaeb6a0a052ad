"""The lists of contacts, leads and accounts, on both databases, without JavaScript."""

import csv
import io
import re
from html import unescape

import pytest
import records_builder as made
import sqlalchemy as sa
from flask.testing import FlaskClient
from statements import statements
from web_builder import TODAY, oid
from web_site import Site

from relationship.store import tables
from relationship.store.crm.record_tables import Record
from relationship.store.privacy.audit_tables import AuditEntry
from relationship.store.rights import reader_sets

A, B, C, D, E, F = (
    "Aurélie Fontaine",
    "Bastien Morel",
    "Chloé Perrin",
    "Damien Aubry",
    "Élodie Marchal",
    "Fabrice Tessier",
)


@pytest.fixture(scope="module")
def client(people: Site) -> FlaskClient:
    return people.as_()


def names(client: FlaskClient, address: str) -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return [unescape(name) for name in re.findall(r'class="row-link"[^>]*>([^<]*)</a>', answer.text)]


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("/contacts", {A, B, C, D, E}),
        ("/contacts?status=inactive", {F}),
        ("/contacts?status=all", {A, B, C, D, E, F}),
        ("/contacts?rating=good", {A}),
        ("/contacts?rating=fair", {C}),
        ("/contacts?rating=none", {D, E}),
        ("/contacts?owner=me", {A}),
        ("/contacts?q=orvane", {C}),
        ("/contacts?q=élodie", {E}),
        ("/contacts?q=%25", set()),
        ("/contacts?next=planned", {A}),
        ("/leads", {"Gaëlle Corvin", "Henri Valmont"}),
        ("/leads?status=disqualified", {"Iris Delcourt"}),
        ("/leads?owner=me", {"Gaëlle Corvin"}),
        ("/accounts?q=clinique", {"Clinique des Tilleuls"}),
        ("/accounts?owner=me&status=active", {"Fonderie Castelnau"}),
        ("/accounts?rating=good", {"Ateliers Brévent"}),
    ],
)
def test_filters_leave_what_they_name(client: FlaskClient, address: str, shown: set[str]) -> None:
    assert set(names(client, address)) == shown


def test_without_a_wish_the_latest_contact_comes_first_and_those_without_any_last(client: FlaskClient) -> None:
    assert names(client, "/contacts")[:3] in ([A, C, B], [C, A, B])
    assert set(names(client, "/contacts")[3:]) == {D, E}


@pytest.mark.parametrize("several", ["contacts", "leads", "accounts"])
@pytest.mark.parametrize("column", ["name", "owner", "score", "trend", "last", "next"])
def test_pages_show_every_record_once_in_every_order(client: FlaskClient, several: str, column: str) -> None:
    whole = names(client, f"/{several}?status=all&size=100&sort={column}")
    assert len(whole) == len(set(whole)) == {"contacts": 6, "leads": 3, "accounts": 16}[several]
    assert set(names(client, f"/{several}?status=all&size=100&sort=-{column}")) == set(whole)


@pytest.mark.parametrize(
    "address",
    [
        "/contacts?sort=value",
        "/leads?sort=account",
        "/accounts?status=won",
        "/contacts?closing=7",
        "/leads?rating=best",
    ],
)
def test_what_a_kind_does_not_have_is_refused(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 422


def test_the_figures_count_the_whole_list_per_rating(client: FlaskClient) -> None:
    text = client.get("/contacts").text
    assert "<strong>5</strong> contacts" in text
    counts = dict(re.findall(r'id="share-(\w+)".*?class="share-count">(\d+)<', text, re.DOTALL))
    assert counts == {"good": "1", "fair": "1", "poor": "1", "none": "2"}


def test_pages_of_one_list_do_not_open_another(people: Site) -> None:
    many = [
        {"kind": kind, "guid": f"{n:08x}-0000-4000-8000-00000000000{place}", "name": f"N {n}", "status": "active"}
        for n in range(30)
        for place, kind in enumerate(("contact", "account"))
    ]
    with people.store.transaction() as conn:
        conn.execute(sa.insert(tables.table(Record)), [{**row, "created_on": TODAY} for row in many])
        # Whom the CRM lets read what is known for minutes; these records came this moment.
        reader_sets.forget(conn, oid(0))
    client = people.as_()
    text = client.get("/contacts?size=25&q=N").text
    following = re.search(r'rel="next"[^>]*? href="([^"]+)"', text)
    assert following
    address = unescape(following[1])
    second = client.get(address)
    assert second.status_code == 200
    assert client.get(address.replace("/contacts", "/accounts")).status_code == 400
    with people.store.transaction() as conn:
        record = tables.table(Record)
        conn.execute(sa.delete(record).where(record.c.guid.in_([row["guid"] for row in many])))


def test_the_export_holds_the_filtered_list_and_is_written_down(client: FlaskClient, people: Site) -> None:
    answer = client.get("/contacts.csv?rating=good")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["Contact"] for row in rows] == [A]
    assert rows[0]["Account"] == "Ateliers Brévent"
    assert rows[0]["Job title"] == "Directrice des achats"
    assert rows[0]["Rating"] == "Good"
    assert rows[0]["Last activity"] == "2026-06-17"
    assert "contacts-2026-06-17.csv" in answer.headers["Content-Disposition"]
    people.app.extensions["audit"].flush()
    entry = tables.table(AuditEntry).c
    with people.store.reading() as conn:
        noted = conn.execute(sa.select(entry.object, entry.result).where(entry.action == "export")).all()
    assert ("contacts", "1 rows") in [tuple(one) for one in noted]


@pytest.mark.parametrize(("several", "title"), [("contacts", "Contact"), ("leads", "Lead"), ("accounts", "Account")])
def test_a_name_that_looks_like_a_formula_is_harmless_in_the_export(site: Site, several: str, title: str) -> None:
    name = '=HYPERLINK("x")<b>'
    row = {"kind": title.lower(), "guid": made.lead(99), "name": name, "created_on": TODAY}
    with site.store.transaction() as conn:
        conn.execute(sa.insert(tables.table(Record)), [{**row, "status": "open"}])
    client = site.as_()
    rows = list(csv.DictReader(io.StringIO(client.get(f"/{several}.csv?status=all").text.removeprefix("\ufeff"))))
    assert rows[0][title] == f"'{name}"
    assert "<b>" not in client.get(f"/{several}?status=all").text


@pytest.mark.parametrize("several", ["contacts", "leads", "accounts"])
def test_an_empty_organisation_and_a_list_without_a_match_say_what_happens_next(site: Site, several: str) -> None:
    assert f"No {several} yet" in site.as_().get(f"/{several}").text
    made.fill(site)
    text = site.as_().get(f"/{several}?q=nobody").text
    assert "Nothing matches" in text
    assert "Reset the filters" in text


def test_the_number_of_statements_does_not_grow_with_the_list(people: Site) -> None:
    client = people.as_()
    client.get("/accounts?status=all")
    with statements(people.store) as few:
        client.get("/accounts?status=all&rating=good")
    with statements(people.store) as many:
        client.get("/accounts?status=all")
    assert len(few) == len(many)


def test_who_is_left_out_is_listed_without_rating_and_activity(site: Site) -> None:
    made.fill(site)
    made.leave_out(site, "contact", made.contact(made.AURELIE))
    rows = site.as_().get("/contacts.csv?q=Aur").text.splitlines()
    assert rows[1].split(",")[0] == A
    assert "Left out" in rows[1]
    assert "2026" not in rows[1]
