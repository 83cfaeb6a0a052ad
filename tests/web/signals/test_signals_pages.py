"""The list of signals, the sections on records, events entered by hand, thresholds, the API."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from web_builder import NOW, TODAY, Deal, guid
from web_site import Site

from relationship.activities import RecordKind, RecordRef
from relationship.clock import frozen_clock, number_of
from relationship.config import Config
from relationship.desk.detect import detect_all
from relationship.house import House
from relationship.store import rules
from relationship.store.crm.record_tables import Record
from relationship.store.customers.customer_tables import ACCOUNT_EVENT
from relationship.store.tables import table

RECORD = table(Record)
OURS = {"Sec-Fetch-Site": "same-origin"}
BREVENT, ORVANE = guid("account", 0), guid("account", 1)
LARGE = Deal("Grande", account=0, owner=0, value=900_000.0, created_ago=500)
SMALL = Deal("Petite", account=1, owner=1, value=1_000.0, created_ago=500)


def detect(site: Site) -> None:
    config = Config(_env_file=None, mode="test", tenant_id="7c4b0f4e-0000-4000-8000-000000000001")
    detect_all(House(config, site.store, frozen_clock(NOW)))


@pytest.fixture
def told(small_site: Site) -> Site:
    """Two old deals, and a budget that falls at the first account."""
    small_site.fill([LARGE, SMALL])
    with small_site.store.transaction() as conn:
        account = conn.scalar(sa.select(RECORD.c.id).where(RECORD.c.guid == BREVENT))
        event = {"account_id": account, "key": "e", "day": number_of(TODAY) - 2, "kind": "budget", "direction": "down"}
        conn.execute(sa.insert(ACCOUNT_EVENT), [{**event, "text": "Half the budget", "added_at": NOW}])
    detect(small_site)
    return small_site


def headings(html: str) -> list[str]:
    return [" ".join(re.sub("<[^>]+>", " ", one).split()) for one in re.findall(r"<h3>(.*?)</h3>", html, re.S)]


def test_the_list_tells_each_signal_with_its_facts_the_largest_value_first(told: Site) -> None:
    html = told.as_().get("/signals").text
    assert "Half the budget" in html
    assert html.index("Grande") < html.index("Petite")
    assert any(one.startswith("Budget falls") for one in headings(html))


def test_amounts_of_several_currencies_are_compared_in_the_organisations_own(told: Site) -> None:
    with told.store.transaction() as conn:
        yen = sa.update(RECORD).where(RECORD.c.guid == SMALL.guid)
        conn.execute(yen.values(value=2_000_000.0, currency="JPY", exchange_rate=160.0))
    items = [one for one in told.as_().get("/api/v1/signals").json["items"] if one["kind"] == "opportunity"]
    order = [(one["name"], one["value"], one["currency"]) for one in items]
    assert order.index(("Petite", 2_000_000.0, "JPY")) > order.index(("Grande", 900_000.0, "EUR"))
    assert "Petite" not in told.as_().get("/signals?min=12501").text
    assert "Petite" in told.as_().get("/signals?min=12500").text


def test_the_list_is_narrowed_by_family_account_owner_and_value(told: Site) -> None:
    client = told.as_()
    assert headings(client.get("/signals?family=opportunity").text) == ["Nothing matches"]
    assert "Petite" not in client.get("/signals?family=pipeline&min=5000").text
    assert "Grande" not in client.get(f"/signals?account={ORVANE}").text
    assert "Petite" not in told.as_("seller", 0).get("/signals?owner=me").text
    owner = re.search(r'<option value="([0-9a-f-]{36})">[^<]*</option></select>', page := client.get("/signals").text)
    assert owner is not None
    assert re.search(rf'<option value="{BREVENT}">Ateliers Brévent</option>', page)
    whole, theirs = headings(page), headings(client.get(f"/signals?owner={owner[1]}").text)
    assert 0 < len(theirs) < len(whole)
    assert "Grande" in client.get("/signals?q=grande&detector=H-P1").text


@pytest.mark.parametrize(
    "wrong", ["family=all", "detector=X", "owner=you", "account=1", "min=many", "sort=name", "state=gone"]
)
def test_an_address_that_no_control_makes_is_refused(told: Site, wrong: str) -> None:
    assert told.as_().get(f"/signals?{wrong}").status_code == 422


def test_nobody_sees_signals_of_records_that_the_crm_withholds(told: Site) -> None:
    seller = told.as_("seller", 3)
    assert "Grande" not in seller.get("/signals").text
    assert "Grande" not in seller.get("/signals.csv").text
    assert seller.get("/api/v1/signals").json == {"items": [], "next": None}
    assert seller.get(f"/accounts/{BREVENT}/events").status_code == 404


def test_a_withheld_account_is_not_named_beside_a_deal_that_may_be_read(told: Site) -> None:
    assert told.crm is not None
    told.crm.grant(told.as_("seller", 3) and guid_of_seller(3), [RecordRef(RecordKind.OPPORTUNITY, LARGE.guid)])
    html = told.as_("seller", 3).get("/signals").text
    assert "Grande" in html
    assert "Ateliers Brévent" not in html


def test_of_what_a_reader_may_not_see_neither_value_nor_facts_are_told(told: Site) -> None:
    """Of an account that may be read with one of its deals: the other deal is in no sum, no filter and no fact."""
    assert told.crm is not None
    told.fill([Deal("Autre", account=0, owner=0, value=7_000_000.0, created_ago=500)])
    with told.store.transaction() as conn:
        ids = dict(conn.execute(sa.select(RECORD.c.guid, RECORD.c.id)).all())
        other = ids[Deal("Autre").guid]
        conn.execute(sa.update(RECORD).where(RECORD.c.guid == BREVENT).values(currency="EUR"))
        event = {"account_id": ids[BREVENT], "key": "f", "day": number_of(TODAY) - 1, "kind": "budget",
                 "direction": "down", "text": "Seven millions", "added_at": NOW, "record_id": other}  # fmt: skip
        conn.execute(sa.insert(ACCOUNT_EVENT), [event])
    detect(told)
    seller, whole = told.as_("seller", 3), told.as_()
    told.crm.grant(
        guid_of_seller(3), [RecordRef(RecordKind.ACCOUNT, BREVENT), RecordRef(RecordKind.OPPORTUNITY, LARGE.guid)]
    )

    def values(client: Any, address: str) -> set[float]:
        return {one["value"] for one in client.get(address).json["items"] if one["kind"] == "account"}

    for address in ("/api/v1/signals", f"/api/v1/accounts/{BREVENT}/signals"):
        assert values(whole, address) == {7_900_000.0}
        assert values(seller, address) == {900_000.0}
    assert headings(seller.get("/signals?min=900001").text) == ["Nothing matches"]
    for address in ("/signals", "/signals.csv", f"/accounts/{BREVENT}/events", f"/api/v1/accounts/{BREVENT}/events"):
        assert "Seven millions" in whole.get(address).text or address == "/signals.csv"
        assert re.findall("Seven millions|Autre", seller.get(address).text) == []


def test_an_event_of_a_withheld_account_is_no_fact_of_its_deals(told: Site) -> None:
    assert told.crm is not None
    with told.store.transaction() as conn:
        conn.execute(sa.update(ACCOUNT_EVENT).values(kind="urgent_need", direction="up"))
    detect(told)
    told.crm.grant(guid_of_seller(3), [RecordRef(RecordKind.OPPORTUNITY, LARGE.guid)])
    for address in ("/signals", f"/opportunities/{LARGE.guid}", "/api/v1/signals"):
        assert "Half the budget" in told.as_().get(address).text
        found = told.as_("seller", 3).get(address).text
        assert "an event at a record you may not open" in found
        assert "Half the budget" not in found


def guid_of_seller(number: int) -> str:
    from web_builder import oid

    return oid(number)


def test_the_file_holds_the_lines_of_the_list(told: Site) -> None:
    answer = told.as_().get("/signals.csv?family=risk")
    assert answer.status_code == 200
    lines = answer.text.lstrip("\ufeff").splitlines()
    assert lines[0].startswith("Signal,Family,About")
    assert len(lines) == 2
    assert "Budget falls,Risk,Ateliers Brévent" in lines[1]
    assert told.as_().get("/signals.xlsx").data.startswith(b"PK")


def test_pages_of_accounts_and_opportunities_show_their_own(told: Site) -> None:
    client = told.as_()
    account = client.get(f"/accounts/{BREVENT}").text
    assert "Budget falls" in account
    assert "Use of the product" in account  # of which there is no data
    deal = client.get(f"/opportunities/{LARGE.guid}").text
    assert "Opportunity that drags on" in deal
    assert "Budget falls" not in deal


def test_an_event_is_entered_by_hand_and_is_a_signal_at_once_until_it_is_removed(told: Site) -> None:
    client = told.as_("sales_admin")
    form = {"day": TODAY.isoformat(), "kind": "urgent_need", "direction": "", "text": "By July", "source": "Call"}
    answer = client.post(f"/accounts/{BREVENT}/events", data=_with_token(client, form), headers=OURS)
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "By July" in page
    assert "Urgent need" in client.get(f"/opportunities/{LARGE.guid}").text
    assert "Budget falls" in client.get(f"/accounts/{BREVENT}").text  # what was found before stays
    for one in re.findall(r"/events/(\d+)/remove", page):
        client.post(f"/accounts/{BREVENT}/events/{one}/remove", data=_with_token(client, {}), headers=OURS)
    deal = client.get(f"/opportunities/{LARGE.guid}").text
    assert deal.index("signal that is over") < deal.index("Urgent need")
    account = client.get(f"/accounts/{BREVENT}").text
    assert account.index("signals that are over") < account.index("Budget falls")
    assert "Budget falls" in client.get("/signals?state=ended").text
    over = client.get(f"/api/v1/accounts/{BREVENT}/signals?state=ended").json["items"]
    assert {(one["detector"], one["ended"]) for one in over} == {
        ("H-R8", TODAY.isoformat()),
        ("H-P6", TODAY.isoformat()),
    }


def test_an_event_that_was_removed_can_be_noted_again_once_as_it_was(told: Site) -> None:
    client = told.as_("sales_admin")
    at = f"/accounts/{BREVENT}/events"
    with told.store.transaction() as conn:
        conn.execute(sa.update(ACCOUNT_EVENT).values(key="ref:T-1", text="“Less” <for> us"))
    kept = _events(told)
    (number,) = re.findall(r"/events/(\d+)/remove", client.get(at).text)
    answer = client.post(f"{at}/{number}/remove", data=_with_token(client, {}), headers=OURS)
    assert (answer.status_code, _events(told)) == (303, [])
    page = client.get(answer.location).text
    back = page[page.index("The event is removed.") : page.index("Note an event")]
    form = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', back)}
    assert client.post(at, data=form, headers=OURS).status_code == 303
    assert _events(told) == kept
    assert "The event is removed." not in client.get(at).text
    with told.store.reading() as conn:
        acts = conn.execute(sa.text("SELECT object, result FROM audit_entry WHERE action = 'import'")).all()
    assert (f"event/{number}", "removed") in [tuple(act) for act in acts]


def _events(site: Site) -> list[tuple[object, ...]]:
    columns = ACCOUNT_EVENT.c
    query = sa.select(columns.key, columns.day, columns.kind, columns.direction, columns.text, columns.source)
    with site.store.reading() as conn:
        return [tuple(row) for row in conn.execute(query)]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"day": "soon"}, "Give the day as a date."),
        ({"day": (TODAY + timedelta(days=1)).isoformat()}, "The day lies ahead."),
        ({"kind": "rain"}, "Choose what happened."),
        ({"kind": "budget"}, "Say whether it rises or falls."),
    ],
    ids=["no-day", "future", "kind", "direction"],
)
def test_an_event_that_cannot_be_is_told_and_what_was_typed_stays(
    told: Site, change: dict[str, str], sentence: str
) -> None:
    client = told.as_()
    form = {"day": TODAY.isoformat(), "kind": "growth", "direction": "", "text": "kept words", "source": ""} | change
    answer = client.post(f"/accounts/{BREVENT}/events", data=_with_token(client, form), headers=OURS)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "kept words" in answer.text


def test_thresholds_are_changed_told_and_taken_back(told: Site) -> None:
    client = told.as_("sales_admin")
    page = client.get("/settings/signals").text
    form = _fields(page) | {"deal_idle_days": "45"}
    effect = client.post("/settings/signals/effect", data=form | {"event_days": "1"}, headers=OURS).text
    assert "Budget falls" in effect
    assert client.post("/settings/signals", data=form, headers=OURS).status_code == 303
    with told.store.reading() as conn:
        assert rules.current(conn)[1].signals.deal_idle_days == 45
    after = client.get("/settings/signals").text
    assert "(at first 30)" in after
    assert "Deal without activity for" in client.get("/settings/history").text
    refused = client.post(
        "/settings/signals", data=_fields(after) | {"event_days": "0", "silence_factor": "much"}, headers=OURS
    )
    assert refused.status_code == 422
    assert "Possible: 1 to 730." in refused.text or "not a number" in refused.text


def test_only_sales_admins_change_thresholds(told: Site) -> None:
    assert told.as_("sales_manager").get("/settings/signals").status_code == 403


def test_the_api_pages_through_signals_and_tells_missing_sources(told: Site) -> None:
    client = told.as_()
    first = client.get("/api/v1/signals?limit=1").json
    second = client.get("/api/v1/signals", query_string={"limit": 1, "cursor": first["next"]}).json
    assert first["items"][0]["id"] != second["items"][0]["id"]
    assert first["items"][0]["value"] >= second["items"][0]["value"]
    account = client.get(f"/api/v1/accounts/{BREVENT}/signals").json
    assert {one["detector"] for one in account["items"]} >= {"H-R8", "H-P1"}
    budget = next(one for one in account["items"] if one["detector"] == "H-R8")
    assert budget["facts"][0]["note"] == "Half the budget"
    assert {(one["source"], one["state"]) for one in account["sources"]} >= {("usage", "no_data")}
    assert client.get("/api/v1/signals?detector=H-Z9").status_code == 422


def _with_token(client: object, form: dict[str, str]) -> dict[str, str]:
    page = client.get(f"/accounts/{BREVENT}/events").text
    return {**form, "csrf_token": _fields(page)["csrf_token"]}


def _fields(html: str) -> dict[str, str]:
    """The inputs of a page as a browser would send them."""
    found: dict[str, str] = {}
    for tag in re.findall(r"<input [^>]*>", html):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and not ('type="checkbox"' in tag and " checked" not in tag):
            found.setdefault(name[1], value[1] if value else "")
    return found
