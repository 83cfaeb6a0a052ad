"""What customers say comes in by the API: strict, once, told by place where it cannot be taken."""

from typing import Any

import pytest
from api_caller import Caller, told
from web_builder import ACCOUNTS, Deal
from web_site import Site

THREAT = "Si rien ne change, nous résilierons le contrat."


@pytest.fixture
def office(small_site: Site) -> Site:
    small_site.fill([Deal("o1")])
    return small_site


def test_who_may_not_import_brings_nothing_in(office: Site) -> None:
    row = {"rows": [{"day": "2026-06-15", "text": THREAT}]}
    assert told(Caller(office, "seller").post("/verbatims", row))[:2] == (403, "wrong_role")


def test_the_api_takes_comments_and_conversations_once(office: Site) -> None:
    turns = [{"who": "us", "text": "C'est inadmissible"}, {"who": "customer", "text": "Merci, c'est parfait !"}]
    body: dict[str, Any] = {
        "rows": [
            {"day": "2026-06-15", "line_id": "c1", "text": THREAT, "account": ACCOUNTS[0], "recommendation": 1},
            {"day": "2026-06-15", "line_id": "c2", "source": "chat", "turns": turns, "account": ACCOUNTS[0]},
            {"day": "2026-06-15", "text": "  "},
        ]
    }
    caller = Caller(office, "customer_success")
    first, again = caller.post("/verbatims", body).json, caller.post("/verbatims", body).json
    assert (first["added"], first["refused"][0]["place"], first["refused"][0]["code"]) == (2, 2, "text_missing")
    assert (again["added"], again["same"]) == (0, 2)
    with office.store.reading() as conn:
        found = conn.exec_driver_sql("SELECT source, emotion FROM verbatim ORDER BY id").all()
    assert [tuple(row) for row in found] == [("comment", "anger"), ("chat", "joy")]
    assert told(caller.post("/verbatims", {"rows": [{"day": "2026-06-15", "text": "x", "more": 1}]}))[0] == 422


def test_what_was_understood_is_read_back_page_by_page_within_the_rights_of_the_caller(office: Site) -> None:
    rows = [
        {"day": "2026-06-14", "text": "Merci, une équipe formidable !", "account": ACCOUNTS[0], "recommendation": 0},
        {"day": "2026-06-15", "text": THREAT, "account": ACCOUNTS[0], "filters": {"Agence": "Lyon"}},
        {"day": "2026-06-16", "text": "Tout va bien.", "address": "x@nowhere.example", "information": {"a": "b"}},
    ]
    caller = Caller(office, "customer_success")
    assert caller.post("/verbatims", {"rows": rows}).json["added"] == 3
    first = caller.get("/verbatims?limit=2").json
    rest = caller.get(f"/verbatims?limit=2&cursor={first['next']}").json
    assert ([len(page["items"]) for page in (first, rest)], rest["next"]) == ([2, 1], None)
    (threat,) = caller.get("/verbatims?threat=any&filter=Agence%3DLyon&since=2026-06-15&until=2026-06-15").json["items"]
    assert (threat["threat"], threat["account_name"], threat["corrected"]) == ("conditional", ACCOUNTS[0], None)
    assert "risk/threat" in threat["themes"]
    (odd,) = caller.get("/verbatims?checked=contradiction&emotion=joy&recommendation=detractor").json["items"]
    assert odd["contradiction"] == "kinder_than_score"
    (unknown,) = caller.get("/verbatims?unknown=true").json["items"]
    whole = caller.get(f"/verbatims/{unknown['id']}").json
    assert (whole["address"], whole["information"], whole["account"]) == ("x@nowhere.example", {"a": "b"}, None)
    said = caller.get(f"/verbatims/{threat['id']}").json
    assert [THREAT[s["start"] : s["end"]] for s in said["spans"] if s["sort"] == "threat"] != []
    assert said["sentences"][0]["end"] <= len(THREAT)
    seller = Caller(office, "seller")
    assert told(seller.get("/verbatims?unknown=true"))[:2] == (403, "wrong_role")
    assert told(seller.get(f"/verbatims/{unknown['id']}"))[:2] == (404, "not_found")
    assert told(caller.get("/verbatims?cursor=x"))[0] == 422
