"""Custom reports on the pages: building, keeping, sharing, taking out; each reader sees only what they may read."""

import base64
import csv
import io
import re
import zlib
from datetime import date
from typing import Any
from urllib.parse import urlencode

import openpyxl
import pytest
from customer_builder import answer, fill, use
from settings_rights import take_list_from_sellers
from web_builder import ACCOUNTS, oid
from web_site import Site

from relationship.activities import RecordKind, RecordRef

FIRST, SECOND, THIRD, FOURTH = ACCOUNTS[:4]
OURS = {"Sec-Fetch-Site": "same-origin"}
RENEWALS = "columns=name.arr.renewal_in&fc=renewal&fo=next&fv=90&figure=sum:arr&sort=-arr"


@pytest.fixture
def filled(small_site: Site) -> Site:
    fill(small_site)
    return small_site


def cells(text: str) -> list[list[str]]:
    """The lines of the table on the page."""
    body = re.search(r'<table class="rows report-table">.*?<tbody>(.*?)</tbody>', text, re.S)
    lines = re.findall(r"<tr.*?</tr>", body[1] if body else "", re.S)
    return [
        [re.sub(r"<[^>]+>", "", cell).strip().replace("\xa0", " ").replace("\u202f", " ")
         for cell in re.findall(r"<t[hd].*?</t[hd]>", line, re.S)]
        for line in lines
    ]  # fmt: skip


def built(site: Site, wish: str, role: str = "sales_manager", seller: int = 0) -> list[list[str]]:
    found = site.as_(role, seller).get(f"/reports/build?lang=en&{wish}")
    assert found.status_code == 200
    return cells(found.text)


def post(site: Site, path: str, role: str = "sales_manager", seller: int = 0, **form: str) -> Any:
    client = site.as_(role, seller)
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/reports/build").text)
    assert token
    return client.post(path, data={"csrf_token": token[1], **form}, headers=OURS)


def kept(site: Site, name: str = "Renewals", wish: str = RENEWALS, **who: Any) -> int:
    found = post(site, "/reports", name=name, arguments=wish, **who)
    assert found.status_code == 303
    return int(found.location.rpartition("/")[2])


def test_lines_are_filtered_sorted_and_added_up(filled: Site):
    text = filled.as_().get(f"/reports/build?lang=en&{RENEWALS}").text
    assert cells(text) == [[FIRST, "€120,000", "45"]]
    assert "€120,000" in re.search(r"report-totals.*?</dl>", text, re.S)[0]


@pytest.mark.parametrize(
    ("condition", "left"),
    [
        (("arr", "least", "80000"), {FIRST, FOURTH}),
        (("arr", "most", "80 000,0"), {SECOND, FOURTH}),
        (("arr", "empty", ""), {THIRD}),
        (("health_status", "is_not", "healthy"), {FIRST, THIRD, FOURTH}),
        (("leaving", "is", "true"), {THIRD}),
        (("renewal", "past", "30"), {THIRD}),
        (("name", "contains", SECOND[:5].upper()), {SECOND}),
        (("churn", "filled", ""), {FIRST, SECOND, THIRD}),
    ],
)
def test_conditions_leave_the_accounts_that_hold_them(filled: Site, condition, left):
    column, op, value = condition
    wish = urlencode({"columns": "name", "fc": column, "fo": op, "fv": value})
    assert {line[0] for line in built(filled, wish)} & set(ACCOUNTS[:4]) == left & set(ACCOUNTS[:4])
    assert left <= {line[0] for line in built(filled, wish)}


def test_a_value_that_does_not_fit_is_told_and_filters_nothing(filled: Site):
    text = filled.as_().get("/reports/build?lang=en&columns=name&fc=arr&fo=least&fv=much").text
    assert "its value does not fit" in text
    assert len(cells(text)) >= 4


def test_groups_have_counts_sums_and_means(filled: Site):
    wish = "columns=name&group=health_status&figure=sum:arr&figure=mean:churn&sort=-count&fc=churn&fo=filled&fv="
    assert sorted(built(filled, wish)) == [
        ["At risk", "1", "€120,000", "55"],
        ["Escalated", "1", "–", "90"],
        ["Healthy", "1", "€30,000", "10"],
    ]


def test_use_of_the_last_month_stands_beside_its_change(filled: Site):
    ids = account_ids(filled)
    use(filled, ids[FIRST], logins={date(2026, 4, 10): 100, date(2026, 5, 12): 60, date(2026, 6, 3): 999})
    answer(filled, ids[FIRST], 80.0, 60.0)
    wish = urlencode({"columns": "name.logins.logins_change.active_users.seats.satisfaction.answers", "fc": "logins",
                      "fo": "filled", "fv": ""})  # fmt: skip
    assert built(filled, wish) == [[FIRST, "60", "-40 %", "30", "40", "70 %", "2"]]


def account_ids(site: Site) -> dict[str, int]:
    with site.store.reading() as conn:
        return dict(conn.exec_driver_sql("SELECT name, id FROM record WHERE kind = 'account'").all())


def test_open_opportunities_are_those_that_the_reader_may_read(filled: Site):
    wish = "columns=name.open_count.open_value&fc=open_count&fo=least&fv=1&sort=-open_value"
    whole = built(filled, wish)
    assert [line[1:] for line in whole] == [["1", "€4,000"], ["1", "€3,000"], ["1", "€2,000"], ["1", "€1,000"]]


def test_a_report_is_kept_renamed_copied_removed_and_taken_back(filled: Site):
    number = kept(filled)
    assert cells(filled.as_().get(f"/reports/{number}?lang=en").text) == [[FIRST, "€120,000", "45"]]
    assert post(filled, f"/reports/{number}", act="rename", name="This quarter").status_code == 303
    copy = post(filled, f"/reports/{number}", act="duplicate").location.rpartition("/")[2]
    assert "Copy of This quarter" in filled.as_().get(f"/reports/{copy}?lang=en").text
    removed = post(filled, f"/reports/{number}", act="remove")
    assert filled.as_().get(f"/reports/{number}").status_code == 404
    assert "The report was removed." in filled.as_().get(f"{removed.location}&lang=en").text
    assert post(filled, f"/reports/{number}", act="take_back").status_code == 303
    assert "This quarter" in filled.as_().get("/reports?lang=en").text


def test_saving_under_the_same_name_replaces_and_editing_keeps_the_name(filled: Site):
    number = kept(filled)
    assert kept(filled, wish="columns=name") == number
    changed = post(filled, "/reports", act="edit", report=str(number), arguments="columns=name.segment")
    assert changed.location.endswith(f"/reports/{number}")
    assert "Segment" in filled.as_().get(f"/reports/{number}?lang=en").text


def test_a_name_that_cannot_be_is_told_and_the_report_stays_on_the_page(filled: Site):
    refused = post(filled, "/reports", name="  ", arguments=RENEWALS)
    client = filled.as_()
    assert "figure=sum%3Aarr" in refused.location
    assert client.get(refused.location).status_code == 200


def test_nobody_else_opens_a_report_before_it_is_shared_and_nobody_else_changes_it(filled: Site):
    number = kept(filled)
    assert filled.as_("sales_admin", seller=1).get(f"/reports/{number}").status_code == 404
    assert post(filled, f"/reports/{number}", act="share").status_code == 303
    shown = filled.as_("sales_admin", seller=1).get(f"/reports/{number}?lang=en").text
    assert "Shared by" in shown
    for act in ("rename", "remove", "keep_private", "take_back"):
        assert post(filled, f"/reports/{number}", "sales_admin", 1, act=act, name="Mine").status_code == 404
    assert post(filled, f"/reports/{number}", "sales_admin", 1, act="duplicate").status_code == 303
    edit = post(filled, "/reports", "sales_admin", 1, act="edit", report=str(number), arguments="columns=name")
    assert edit.status_code == 404


def test_a_shared_report_shows_each_reader_what_they_may_read(filled: Site):
    number = kept(filled, wish="columns=name.arr&sort=name")
    post(filled, f"/reports/{number}", act="share")
    everything = cells(filled.as_().get(f"/reports/{number}?lang=en").text)
    assert {FIRST, SECOND, THIRD, FOURTH} <= {line[0] for line in everything}
    with filled.store.reading() as conn:
        guid = conn.exec_driver_sql(f"SELECT guid FROM record WHERE name = '{SECOND}'").scalar_one()
    assert filled.crm is not None
    filled.crm.grant(oid(2), ())
    assert cells(filled.as_("seller", 2).get(f"/reports/{number}?lang=en").text) == []
    filled.crm.grant(oid(3), {RecordRef(RecordKind.ACCOUNT, guid)})
    assert [line[0] for line in cells(filled.as_("seller", 3).get(f"/reports/{number}?lang=en").text)] == [SECOND]
    file = filled.as_("seller", 3).get(f"/reports/build.csv?lang=en&columns=name&report={number}").text
    assert SECOND in file
    assert FIRST not in file


def test_whoever_may_not_list_health_fields_gets_no_such_column_and_no_line_that_they_choose(filled: Site):
    take_list_from_sellers(filled)
    text = filled.as_("seller").get("/reports/build?lang=en&columns=name.health.arr&sort=-health").text
    assert "Columns with health fields are left out" in text
    assert "Health status" not in text
    steered = filled.as_("seller").get("/reports/build?lang=en&columns=name&fc=leaving&fo=is&fv=true").text
    assert "This report is not for you to see" in steered
    assert cells(steered) == []
    file = filled.as_("seller").get("/reports/build.csv?columns=name&fc=leaving&fo=is&fv=true")
    assert file.status_code == 403


def test_files_hold_the_table_numbers_as_such_and_texts_that_no_spreadsheet_runs(filled: Site):
    wish = "lang=fr&columns=name.arr.renewal.health_status&sort=-arr"
    lines = list(
        csv.reader(io.StringIO(filled.as_().get(f"/reports/build.csv?{wish}").data.decode("utf-8-sig")), delimiter=";")
    )
    assert lines[0] == [
        "Compte",
        "Revenu annuel (ARR)",
        "Revenu annuel (ARR) – Devise",
        "Date de renouvellement",
        "Statut de santé",
    ]
    assert lines[1][:3] == [FIRST, "120000,00", "EUR"]
    assert lines[1][4] == "À risque"
    sheet = openpyxl.load_workbook(io.BytesIO(filled.as_().get(f"/reports/build.xlsx?{wish}").data)).active
    assert (sheet["B2"].value, sheet["D2"].is_date) == (120_000, True)


def text_of(pdf: bytes) -> str:
    """What stands on the pages of a PDF that reportlab wrote, line by line."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.S)
    pages = [zlib.decompress(base64.a85decode(one.strip(), adobe=False)) for one in map(_bare, streams)]
    texts = re.findall(rb"\((.*?)(?<!\\)\) Tj", b"\n".join(pages), re.S)
    plain = [re.sub(rb"\\(\d{3})", lambda found: bytes([int(found[1], 8)]), text) for text in texts]
    return b"\n".join(plain).decode("cp1252")


def _bare(stream: bytes) -> bytes:
    return stream.strip().removesuffix(b"~>")


def test_a_pdf_names_day_and_filters_and_repeats_its_head_on_numbered_pages(filled: Site):
    number = kept(filled, name="Échéances d’été – œuvre")
    wish = "lang=fr&columns=name.arr.health_status&fc=arr&fo=least&fv=1000"
    answer = filled.as_().get(f"/reports/build.pdf?{wish}&report={number}")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    text = text_of(answer.data)
    for part in ("Échéances d’été – œuvre", "Revenu annuel", "au moins 1", "Page 1", "À risque"):
        assert part in text


def test_an_old_address_with_what_is_no_longer_known_still_opens(filled: Site):
    wish = "columns=name.gone&fc=gone&fo=is&fv=1&group=name&figure=sum:health&figure=x&sort=gone"
    assert len(built(filled, wish)) >= 4
