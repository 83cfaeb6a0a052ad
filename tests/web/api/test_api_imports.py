"""Rows and files about customers by the API: strict, all or nothing, the same again changes nothing."""

from typing import Any

import pytest
from api_caller import Caller, told
from web_builder import ACCOUNTS, Deal
from web_site import Site

from relationship.store import tables
from relationship.store.crm.record_tables import Record

_record = tables.table(Record)


@pytest.fixture
def office(small_site: Site) -> Site:
    small_site.fill([Deal("o1")])
    return small_site


@pytest.fixture
def account(office: Site) -> str:
    with office.store.reading() as conn:
        return str(
            conn.exec_driver_sql("SELECT guid FROM record WHERE kind = 'account' ORDER BY id LIMIT 1").scalar_one()
        )


def test_use_is_told_day_by_day_and_the_same_again_is_known(office: Site, account: str) -> None:
    caller = Caller(office, "customer_success")
    body = {"rows": [{"day": "2026-06-15", "logins": 64, "seats": 40}, {"day": "2026-06-16", "logins": 70}]}
    first = caller.post(f"/accounts/{account}/usage", body).json
    again = caller.post(f"/accounts/{account}/usage", body).json
    assert (first["read"], first["added"], again["same"], again["added"]) == (2, 2, 2, 0)
    shown = caller.get(f"/imports/{first['key']}").json
    assert (shown["state"], shown["added"], shown["started_by"] != "") == ("done", 2, True)
    assert shown == first
    assert [one["key"] for one in caller.get("/imports").json["items"]] == [again["key"], first["key"]]


@pytest.mark.parametrize(
    ("noun", "row", "table"),
    [
        ("events", {"day": "2026-06-01", "kind": "budget", "direction": "down", "text": "=cut"}, "account_event"),
        ("satisfaction", {"day": "2026-06-01", "kind": "nps", "score": 9.0, "comment": "Quick"}, "satisfaction"),
        ("health-fields", {"score": 62, "status": "at_risk", "churn": False}, "account_health_value"),
    ],
)
def test_events_answers_and_health_fields_come_in_too(
    office: Site, account: str, noun: str, row: dict[str, Any], table: str
) -> None:
    answer = Caller(office).post(f"/accounts/{account}/{noun}", {"rows": [row]})
    assert (answer.status_code, answer.json["added"]) == (200, 1)
    with office.store.reading() as conn:
        assert conn.exec_driver_sql(f"SELECT COUNT(*) FROM {table}").scalar_one() >= 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([], ""),
        ({"rows": []}, "rows"),
        ({"rows": [{"day": "2026-06-15", "logins": -1}]}, "rows.0.logins"),
        ({"rows": [{"day": "2026-06-15", "logins": "1"}]}, "rows.0.logins"),
        ({"rows": [{"day": "2026-02-30", "logins": 1}]}, "rows.0.day"),
        ({"rows": [{"day": "2026-06-15", "logins": 1, "owner_id": "me"}]}, "rows.0.owner_id"),
    ],
    ids=["no object", "no rows", "negative", "text", "no date", "hidden field"],
)
def test_b43_b45_a_body_that_is_not_allowed_is_refused_whole(office: Site, account: str, body: Any, field: str) -> None:
    status, _code, where = told(Caller(office).post(f"/accounts/{account}/usage", body))
    assert (status, where or "") == (422, field)


def test_b43_newline_delimited_json_and_too_much_are_refused(
    office: Site, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from web.api import imports

    caller = Caller(office)
    path = f"/accounts/{account}/usage"
    assert caller.send("POST", path, b'{"day":"2026-06-15"}\n{"day":"2026-06-16"}\n').status_code in (400, 422)
    assert caller.send("POST", path, b"{}\n{}", media="application/x-ndjson").status_code == 415
    monkeypatch.setattr(imports, "LONGEST_ROWS_BYTES", 1000)
    assert caller.send("POST", path, b'{"rows": "' + b"x" * 5000 + b'"}').status_code == 413


def test_a_row_that_says_nothing_is_rejected_and_the_others_are_taken(office: Site, account: str) -> None:
    body = {"rows": [{"day": "2026-06-15"}, {"day": "2026-06-16", "logins": 1}]}
    found = Caller(office).post(f"/accounts/{account}/usage", body).json
    assert (found["added"], found["rejected"]) == (1, 1)
    assert [(one["line"], one["code"]) for one in found["faults"]] == [(1, "nothing_told")]


def test_an_account_that_is_not_there_and_a_role_that_may_not_are_refused(office: Site, account: str) -> None:
    body = {"rows": [{"day": "2026-06-15", "logins": 1}]}
    assert told(Caller(office).post("/accounts/a0000000-0000-4000-8000-0000000000ff/usage", body))[0] == 404
    for path in (f"/accounts/{account}/usage", "/imports/usage"):
        assert told(Caller(office, "seller").post(path, body))[0] == 403
    assert told(Caller(office, "sales_manager").get("/imports"))[0] == 403


CSV = f"account,day,logins\r\n{ACCOUNTS[0]},2026-06-15,64\r\nnobody,2026-06-15,1\r\n".encode()


def test_a_file_is_its_body_and_a_preview_writes_nothing(office: Site) -> None:
    caller = Caller(office)
    looked = caller.send("POST", "/imports/usage?preview=true&name=../use.csv", CSV, media="text/csv").json
    assert (looked["state"], looked["added"], looked["rejected"], looked["key"]) == ("checked", 1, 1, "")
    done = caller.send("POST", "/imports/usage?name=../use.csv", CSV, media="text/csv").json
    shown = caller.get(f"/imports/{done['key']}").json
    assert (done["added"], shown["file_name"], shown["faults"][0]["code"]) == (1, "use.csv", "account_unknown")


@pytest.mark.parametrize(
    ("path", "body", "media", "status", "code"),
    [
        ("/imports/shoes", CSV, "text/csv", 404, "not_found"),
        ("/imports/usage", b"MZ\x90\x00", "text/csv", 415, "not_a_table"),
        ("/imports/usage", CSV, "image/png", 415, "media_type"),
        ("/imports/usage", b"", "text/csv", 422, "empty_file"),
        ("/imports/usage", b"account,day\r\n", "text/csv", 422, "only_account"),
        ("/imports/usage", CSV + b"\xe9,2026-06-15,1\r\n", "text/csv", 422, "encoding_wrong"),
        ("/imports/usage?dates=soon", CSV, "text/csv", 422, "not_a_choice"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_problem(
    office: Site, path: str, body: bytes, media: str, status: int, code: str
) -> None:
    assert told(Caller(office).send("POST", path, body, media=media))[:2] == (status, code)


def test_b28_the_charset_of_the_content_type_declares_the_encoding(office: Site) -> None:
    body = CSV.decode().encode("utf-16")
    assert told(Caller(office).send("POST", "/imports/usage", body, media="text/csv"))[1] == "encoding_undeclared"
    taken = Caller(office).send("POST", "/imports/usage", body, media="text/csv; charset=utf-16")
    assert taken.json["added"] == 1


def test_choices_are_listed_without_a_word_of_another_language(office: Site, account: str) -> None:
    caller = Caller(office)
    body = {"rows": [{"day": "2026-06-15", "kind": "csat7", "score": 3}]}
    detail = caller.post(f"/accounts/{account}/satisfaction", body).json["detail"]
    assert detail == "This is none of the choices. Send one of: 'nps', 'csat', 'ces', 'percent'."
