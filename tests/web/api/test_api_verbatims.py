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
