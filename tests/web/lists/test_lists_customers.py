"""Accounts as customers in their list: columns, order, filters, files, and who sees the health fields."""

import csv
import io
import re

import openpyxl
import pytest
from customer_builder import fill
from settings_rights import take_list_from_sellers
from web_builder import ACCOUNTS
from web_site import Site

COLUMNS = "columns=health.health_status.leaving.arr.renewal.churn.upsell"
FIRST, SECOND, THIRD, FOURTH = ACCOUNTS[:4]


def names(site: Site, address: str, role: str = "sales_manager") -> list[str]:
    text = site.as_(role).get(f"/accounts?lang=en&{address}").text
    return [name for name in re.findall(r'class="row-link"[^>]*>([^<]+)<', text) if name in ACCOUNTS[:4]]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("-health", [SECOND, FIRST, THIRD, FOURTH]),
        ("-health_status", [THIRD, FIRST, SECOND, FOURTH]),
        ("-arr", [FIRST, FOURTH, SECOND, THIRD]),
        ("renewal", [THIRD, FIRST, SECOND, FOURTH]),
        ("-churn", [THIRD, FIRST, SECOND, FOURTH]),
        ("upsell", [THIRD, FIRST, SECOND, FOURTH]),
    ],
)
def test_the_list_is_sorted_by_what_accounts_are_as_customers_those_without_it_last(site: Site, sort, order):
    fill(site)
    assert names(site, f"{COLUMNS}&sort={sort}") == order


@pytest.mark.parametrize(
    ("wish", "left"),
    [
        ("health=at_risk", {FIRST}),
        ("leaving=yes", {THIRD}),
        ("leaving=no", {FIRST, SECOND}),
        ("renewal=90", {FIRST}),
        ("renewal=past", {THIRD}),
        ("churn=50", {FIRST, THIRD}),
        ("upsell=70", {SECOND}),
        ("min=80000", {FIRST, FOURTH}),
        ("min=20000&max=100000", {SECOND, FOURTH}),
    ],
)
def test_filters_leave_the_customers_they_name(site: Site, wish, left):
    fill(site)
    assert set(names(site, wish)) == left


def test_the_columns_show_score_status_and_flag_in_words(small_site: Site):
    fill(small_site)
    shown = small_site.as_().get(f"/accounts?lang=fr&{COLUMNS}&q={FIRST.split()[0]}").text
    for text in ("Score de santé", "Statut de santé", "À risque de résiliation", ">62<", "À risque<", "120\u202f000"):
        assert text in shown


def test_the_export_holds_the_columns_that_are_shown(small_site: Site):
    fill(small_site)
    answer = small_site.as_().get(f"/accounts.xlsx?lang=en&{COLUMNS}&sort=-health&health=at_risk")
    head, line = openpyxl.load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True)
    found = dict(zip(head, line, strict=True))
    assert (found["Health score of the customer"], found["Health status"], found["At risk for churn"]) == (
        62,
        "At risk",
        "No",
    )
    assert (found["Annual revenue"], found["Currency"], found["Risk of churn"]) == (120_000, "EUR", 55)


def test_whoever_may_not_list_health_fields_finds_none_neither_by_order_nor_filter(small_site: Site):
    fill(small_site)
    take_list_from_sellers(small_site)
    shown = small_site.as_("seller").get(f"/accounts?lang=en&{COLUMNS}&sort=-health&health=at_risk").text
    assert "Health status" not in shown
    assert ">62<" not in shown
    assert "Annual revenue" in shown
    exported = small_site.as_("seller").get(f"/accounts.csv?lang=en&{COLUMNS}").text
    assert "Health status" not in exported
    assert small_site.as_("seller").get("/accounts/health-fields.csv").status_code == 403


def test_health_fields_leave_as_the_template_of_their_import_for_the_accounts_of_the_list(small_site: Site):
    fill(small_site)
    answer = small_site.as_().get("/accounts/health-fields.csv?lang=fr&sort=-health&min=80000")
    lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert lines == [
        ["Compte", "Score de santé", "Statut de santé", "À risque de résiliation"],
        [FIRST, "62", "À risque", "faux"],
        [FOURTH, "", "", ""],
    ]
    assert re.fullmatch(
        r"attachment; filename=sante-des-comptes-\d{4}-\d\d-\d\d\.csv", answer.headers["Content-Disposition"]
    )
