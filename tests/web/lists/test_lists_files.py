"""Lists as files: real days and numbers in XLSX, no formula, the visible columns, a cap, a rate."""

import io
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from web_builder import TODAY, Deal, oid, weekly
from web_site import Site

import web.lists.list_files
from relationship.activities import RecordKind, RecordRef
from relationship.store import tables
from relationship.store.privacy.audit_tables import AuditEntry

SUM = Deal("=SUM(A1:A9)", value=1234.5, close_in=30, contacts=weekly(), created_ago=730)
PLUS = Deal("+33 1", value=None, close_in=None)


def sheet(site: Site, address: str) -> Any:
    answer = site.as_().get(address)
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(answer.data)).active


def test_days_and_numbers_are_such_and_texts_are_texts(site: Site) -> None:
    site.fill([SUM, PLUS])
    found = sheet(site, "/opportunities.xlsx")
    heads = [cell.value for cell in found[1]]
    first = dict(zip(heads, found[2], strict=True))
    assert (first["Opportunity"].value, first["Opportunity"].data_type) == ("'=SUM(A1:A9)", "s")
    assert (first["Value"].value, first["Value"].data_type) == (1234.5, "n")
    assert str(first["Closing date"].value) == "2026-07-17 00:00:00"
    assert first["Health score"].data_type == "n"
    second = dict(zip(heads, found[3], strict=True))
    assert second["Opportunity"].value == "'+33 1"
    assert second["Value"].value is None
    assert found.freeze_panes == "B2"
    assert found.auto_filter.ref == f"A1:{found.cell(3, len(heads)).coordinate}"


def test_a_file_has_the_columns_and_lines_that_the_list_shows(site: Site) -> None:
    site.fill([SUM, PLUS, Deal("Ailleurs", status="won", closed_ago=3)])
    found = sheet(site, "/opportunities.xlsx?columns=value.team&sort=name")
    assert [cell.value for cell in found[1]] == ["Opportunity", "Account", "Status", "Value", "Currency", "Team"]
    assert [row[0].value for row in found.iter_rows(min_row=2)] == ["'+33 1", "'=SUM(A1:A9)"]


def test_a_file_holds_what_the_crm_lets_the_reader_read(site: Site) -> None:
    site.fill([SUM, PLUS])
    assert site.crm is not None
    site.crm.grant(oid(0), [RecordRef(RecordKind.OPPORTUNITY, PLUS.guid)])
    text = site.as_().get("/opportunities.csv").text
    assert "+33 1" in text
    assert "SUM" not in text


def test_a_list_beyond_the_cap_is_refused_with_the_way_out(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.fill([SUM, PLUS])
    monkeypatch.setattr(web.lists.list_files, "MOST_ROWS", 1)
    answer = site.as_().get("/opportunities.xlsx")
    assert answer.status_code == 422
    assert "This list has 2 lines; a file holds at most 1." in answer.text
    assert site.as_().get("/opportunities.xlsx?q=33").status_code == 200
    site.app.extensions["audit"].flush()
    entry = tables.table(AuditEntry).c
    with site.store.reading() as conn:
        noted = list(conn.scalars(sa.select(entry.result).where(entry.action == "export").order_by(entry.number)))
    assert noted == ["refused", "1 rows"]


def test_the_name_of_a_file_is_ours_whatever_the_address_says(site: Site) -> None:
    site.fill([SUM])
    answer = site.as_().get("/opportunities.csv?q=../../x%22;y")
    assert answer.headers["Content-Disposition"] == f"attachment; filename=opportunities-{TODAY}.csv"


def test_whoever_takes_out_one_file_after_the_other_is_slowed_down(site: Site) -> None:
    site.fill([SUM])
    client = site.as_()
    answers = [client.get("/leads.csv").status_code for _ in range(21)]
    assert answers == [200] * 20 + [429]
    assert site.as_(seller=1).get("/leads.csv").status_code == 200


def test_lines_are_there_before_the_figures_and_files_wait_for_these(
    small_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_site.fill([SUM, PLUS])
    door = small_site.app.extensions["house"].door
    monkeypatch.setattr(door._loader, "ask", lambda _oid, *, wait: None)  # noqa: ARG005  # nothing is ever read
    client = small_site.as_()
    text = client.get("/opportunities").text
    assert "+33 1" in text
    assert "The figures are being prepared" in text
    assert "2 opportunities" not in text
    assert "Your page is being prepared" in client.get("/home").text
    assert "The figures are being prepared" in client.get("/pipeline").text
    for address in ("/opportunities.csv", "/pipeline.xlsx", "/pipeline/weeks"):
        assert client.get(address).status_code == 503
