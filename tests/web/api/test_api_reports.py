"""Reports over the API: listed, shown, worked out for the caller alone."""

import sys
from pathlib import Path

import pytest
from api_caller import Caller, told
from web_site import Site

sys.path.insert(0, str(Path(__file__).parents[1]))

from customer_builder import fill
from settings_rights import take_list_from_sellers
from web_builder import ACCOUNTS, oid

from relationship.desk import keep_report
from relationship.reports.definition import Definition

WISH = {"columns": ["name", "arr"], "conditions": [{"column": "arr", "op": "least", "value": "50000"}],
        "figures": [{"column": "arr", "how": "sum"}], "sort": "arr", "descending": True}  # fmt: skip


@pytest.fixture
def filled(small_site: Site) -> Site:
    fill(small_site)
    return small_site


def keep(site: Site, seller: int = 0) -> int:
    number = keep_report.keep(
        site.app.extensions["house"], oid(seller), "Camille", "Large ones", Definition.model_validate(WISH)
    )
    assert number is not None
    return number


def test_a_kept_report_is_listed_shown_and_worked_out(filled: Site) -> None:
    number, caller = keep(filled), Caller(filled)
    [item] = caller.get("/reports").json["items"]
    assert (item["id"], item["name"], item["is_own"], item["definition"]["sort"]) == (number, "Large ones", True, "arr")
    assert caller.get(f"/reports/{number}").json == item
    found = caller.get(f"/reports/{number}/lines").json
    assert [line["values"] for line in found["lines"]] == [[ACCOUNTS[0], 120_000.0], [ACCOUNTS[3], 80_000.0]]
    assert (found["totals"], found["total_heads"][0]["currency"]) == ([200_000.0], "EUR")
    assert caller.get(f"/reports/{number}/lines?limit=1&offset=1").json["lines"][0]["values"][0] == ACCOUNTS[3]


def test_somebody_elses_report_is_like_none_until_it_is_shared(filled: Site) -> None:
    number = keep(filled, seller=1)
    assert told(Caller(filled).get(f"/reports/{number}"))[:2] == (404, "not_found")
    keep_report.share(filled.app.extensions["house"], oid(1), number, with_all=True)
    assert Caller(filled).get(f"/reports/{number}/lines").status_code == 200


def test_a_report_is_worked_out_without_being_kept_and_refused_by_code(filled: Site) -> None:
    caller = Caller(filled)
    grouped = {"columns": [], "group": "health_status", "figures": [{"column": "churn", "how": "mean"}]}
    found = caller.post("/reports/run", grouped).json
    assert [line["values"] for line in found["lines"]][:3] == [
        ["healthy", 1, 10.0],
        ["at_risk", 1, 55.0],
        ["escalated", 1, 90.0],
    ]
    assert told(caller.post("/reports/run", {"columns": ["shoe_size"]}))[1] == "unknown_column"
    assert told(caller.post("/reports/run", {"group": "arr"}))[1] == "group_unfit"


def test_health_fields_stay_with_those_who_may_list_them(filled: Site) -> None:
    take_list_from_sellers(filled)
    caller = Caller(filled, "seller")
    found = caller.post("/reports/run", {"columns": ["name", "health"]}).json
    assert (found["withheld"], [head["key"] for head in found["heads"]]) == (True, ["name"])
    steered = {"columns": ["name"], "conditions": [{"column": "leaving", "op": "is", "value": "true"}]}
    assert told(caller.post("/reports/run", steered))[:2] == (403, "wrong_role")
