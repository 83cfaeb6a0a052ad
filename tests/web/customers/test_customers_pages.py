"""What the pages of customers tell: the account at a glance, lists to watch and to celebrate, histories, contacts."""

import csv
import io
import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import web_builder
from settings_rights import take_list_from_sellers
from web_site import Site

from relationship.desk import keep_health
from relationship.desk.change_rules import change_rules
from relationship.desk.keep_health import Why
from relationship.house import House
from relationship.store import rules
from relationship.store.crm.record_tables import Record
from relationship.store.customers import account_health, health_changes
from relationship.store.customers.account_health import NewValue
from relationship.store.signals.signal_tables import CONTACT_CHANGE
from relationship.store.tables import table
from settings.rules import CustomerHealth
from web.export import csv_lines
from web.lists.list_fields import FileColumn

RECORD = table(Record)
FALLS, SHINES = (web_builder.guid("account", number) for number in range(2))


def number(site: Site, guid: str) -> int:
    with site.store.reading() as conn:
        return int(conn.exec_driver_sql(f"SELECT id FROM record WHERE guid = '{guid}'").scalar_one())


def tell(site: Site, guid: str, field: str, value: str | None, source: str = "typed") -> None:
    house: House = site.app.extensions["house"]
    with site.store.transaction() as conn:
        account_health.save(conn, [NewValue(number(site, guid), field, value)], source=source, at=house.clock())
        keep_health.keep(conn, house, [number(site, guid)], why=Why(by="c", by_name="Clara"))


def listed(site: Site, address: str) -> list[str]:
    page = site.as_().get(address)
    assert page.status_code == 200, page.text
    file = site.as_().get(address.replace("/customers", "/customers.csv", 1))
    rows = list(csv.reader(io.StringIO(file.text.removeprefix("\ufeff"))))
    names = [row[0] for row in rows[1:]]
    assert all(name in page.text for name in names)
    return names


def test_finance_opens_the_account_and_sees_62_at_risk_on_every_tab(customers: Site) -> None:
    tell(customers, FALLS, "score", "62")
    tell(customers, FALLS, "status", None, source="crm")
    for tab in ("", "/scores", "/contacts", "/health"):
        page = customers.as_().get(f"/accounts/{FALLS}{tab}").text
        head = page.split('id="health-head"')[1].split("<nav")[0]
        assert "At risk</span>" in head
        assert "<strong>62</strong>" in head
        assert "health-at_risk" in head


def test_the_warning_names_sources_and_values(customers: Site) -> None:
    tell(customers, FALLS, "score", "62")
    page = customers.as_().get(f"/accounts/{FALLS}/health").text
    told = page.split('id="contradictions"')[1].split("</div></div>")[0]
    assert "Health status: At risk (typed in), Healthy (Dynamics 365), " in told
    # The computed status follows from its score, and the table says so.
    assert "follows from the score" in page


def test_what_needs_watching_is_on_that_list_alone_whatever_a_source_claims(customers: Site) -> None:
    falls, shines = "Ateliers Brévent", "Brasserie Calanque"
    assert falls in listed(customers, "/customers")
    before = listed(customers, "/customers?show=celebrate")
    # Somebody types a fine score over a bad one: the values contradict each other, and nobody celebrates.
    for field, value in (("score", "95"), ("status", "healthy"), ("churn", "false")):
        tell(customers, FALLS, field, value)
    assert falls in listed(customers, "/customers")
    assert falls not in listed(customers, "/customers?show=celebrate")
    assert before == listed(customers, "/customers?show=celebrate")
    both = listed(customers, "/customers?show=all")
    assert falls in both
    assert len(both) == 2
    other = next(name for name in both if name != falls)
    assert listed(customers, f"/customers?show=all&q={other[:8]}") == [other] or shines == other
    with customers.store.transaction() as conn:
        conn.exec_driver_sql(f"UPDATE record SET account_number = 'FR-0042' WHERE guid = '{SHINES}'")
    assert listed(customers, "/customers?show=all&q=fr-0042") == [other]
    assert listed(customers, "/customers?show=all&renewal=90") == [falls]
    assert listed(customers, "/customers?show=all&min=100000&max=130000") == [falls]
    assert listed(customers, "/customers?show=all&sort=name") == sorted(both)
    assert listed(customers, "/customers?show=all&health=healthy&owner=me") == []
    assert listed(customers, "/customers?show=all&sort=churn")[0] == falls


def test_who_may_not_list_the_fields_finds_nothing_by_them(customers: Site) -> None:
    falls = "Ateliers Brévent"
    take_list_from_sellers(customers)
    with customers.store.transaction() as conn:
        conn.exec_driver_sql("UPDATE account_score SET value = 85 WHERE score = 'health'")
        conn.exec_driver_sql("UPDATE account_score SET value = 5 WHERE score = 'churn'")
    tell(customers, FALLS, "score", "3")
    tell(customers, FALLS, "status", "escalated")
    seller = customers.as_("seller", 0)
    assert falls in customers.as_().get("/customers?lang=en").text
    watched = seller.get("/customers?lang=en").text
    assert falls not in watched
    assert "Watched: a computed score below 50, or a risk of churn from 60 on." in watched
    assert falls in seller.get("/customers?show=celebrate").text


def test_a_typed_score_is_a_number_however_it_is_written(customers: Site) -> None:
    client = customers.as_("customer_success", 0)
    here = f"/accounts/{FALLS}/health"
    for typed in ("6", "006"):
        form = client.get(here).text
        fields = {name: form.split(f'name="{name}" value="')[1].split('"')[0] for name in ("csrf_token", "version")}
        sent = {**fields, "score": typed, "status": "", "churn": ""}
        answer = client.post(here, data=sent, headers={"Sec-Fetch-Site": "same-origin"}, follow_redirects=True)
        assert answer.status_code == 200
    assert "Nothing was changed." in answer.text
    with customers.store.reading() as conn:
        told = account_health.present(conn, account_ids=[number(customers, FALLS)], source="typed")
    assert [one.value for one in told[number(customers, FALLS)].values()] == ["6"]


def test_numbers_and_moments_of_files_are_such_and_texts_are_no_formulas(customers: Site) -> None:
    columns = (FileColumn("n", lambda row: row), FileColumn("t", lambda row: f"-{row}"))
    assert list(csv_lines([-16], columns, language="fr"))[1] == "-16;'--16\r\n"
    history = customers.as_().get(f"/accounts/{FALLS}/health/history.csv").text.splitlines()[1]
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d,", history)


@pytest.mark.parametrize(
    "query", ["show=other", "owner=somebody", "page=0", "min=a", "renewal=7", "sort=size", "health=well"]
)
def test_an_address_that_cannot_be_is_refused(small_site: Site, query: str) -> None:
    assert small_site.as_().get(f"/customers?{query}").status_code == 400


def test_every_change_of_a_value_in_force_is_kept_with_its_cause(customers: Site) -> None:
    house: House = customers.app.extensions["house"]
    tell(customers, SHINES, "score", "62")
    with customers.store.reading() as conn:
        version, present = rules.current(conn)
    section = CustomerHealth(**{**present.customer_health.model_dump(), "healthy_from": 60})
    change_rules(
        house,
        present.model_copy(update={"customer_health": section}),
        expected_version=version,
        by="a",
        by_name="Ada",
    )
    with customers.store.reading() as conn:
        found = health_changes.of_account(conn, number(customers, SHINES))
    newest = next(one for one in found if one.field == "status")
    assert (newest.field, newest.before, newest.after, newest.cause) == ("status", "at_risk", "healthy", "limits")
    assert (newest.source, newest.followed, newest.by_name) == ("typed", True, "Ada")
    typed = next(one for one in found if one.field == "score" and one.source == "typed")
    assert (typed.after, typed.source_before, typed.by_name) == ("62", "computed", "Clara")
    page = customers.as_().get(f"/accounts/{SHINES}/health").text
    assert "other thresholds" in page
    api = customers.as_().get(f"/api/v1/accounts/{SHINES}/health/history").json["changes"]
    assert api[0]["cause"] == "limits"
    assert len(api) == len(found)
    file = customers.as_().get(f"/accounts/{SHINES}/health/history.csv").text
    assert file.count("\r\n") == len(found) + 1


def test_the_contacts_of_an_account_say_who_is_new_and_who_is_gone(customers: Site) -> None:
    with customers.store.transaction() as conn:
        contact = {
            "kind": "contact",
            "guid": web_builder.guid("contact", 90),
            "name": "Nadia Perrin",
            "status": "active",
            "job_title": "Directrice",
            "created_on": date(2026, 6, 17) - timedelta(days=20),
            "account_guid": FALLS,
        }
        conn.execute(RECORD.insert(), [contact])
        record_id = conn.scalar(sa.select(sa.func.max(RECORD.c.id)))
    page = customers.as_().get(f"/accounts/{FALLS}/contacts").text
    assert 'Nadia Perrin</a> <span class="tag">new</span>' in page
    assert "decides" in page
    assert "Gone</h2>" not in page
    change = {"account_id": number(customers, FALLS), "record_id": record_id, "what": "left", "day": 20610}
    with customers.store.transaction() as conn:
        conn.exec_driver_sql(f"UPDATE record SET status = 'inactive' WHERE id = {record_id}")
        conn.execute(CONTACT_CHANGE.insert(), [change])
    page = customers.as_().get(f"/accounts/{FALLS}/contacts").text
    assert "Gone</h2>" in page
    assert "left</span>" in page
