"""The pages of imports: a file is looked at, then taken over or not; who may not import finds nothing."""

import io
import re
import threading
from typing import Any

import pytest
from structlog.testing import capture_logs
from web_builder import ACCOUNTS, Deal, guid, oid
from web_site import Site

from relationship.activities import RecordKind, RecordRef
from relationship.importing.faults import OF_A_FILE, OF_A_LINE
from relationship.importing.kinds import SPECS, ImportKind
from relationship.importing.opening import Source
from relationship.importing.options import Options
from relationship.importing.rows import read
from relationship.store.importing import import_names, import_runs
from web.importing import import_words, import_work, imports

USAGE = "account;date;log-ins;seats\r\n{name};2026-06-15;64;40\r\nnobody;2026-06-15;1;1\r\n{name};2026-06-16;70;40\r\n"


@pytest.fixture
def office(small_site: Site) -> Site:
    small_site.fill([Deal("o1")])
    return small_site


def send(site: Site, body: str | bytes, *, role: str = "customer_success", name: str = "use.csv", **form: str) -> Any:
    client = site.as_(role)
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/imports").text)
    content = body.encode() if isinstance(body, str) else body
    values = {"kind": "usage", "csrf_token": token[1] if token else "", **form}
    answer = client.post("/imports", data={**values, "file": (io.BytesIO(content), name)}, headers=OURS)
    finish()
    return answer


OURS = {"Sec-Fetch-Site": "same-origin"}


def finish() -> None:
    for thread in threading.enumerate():
        if thread.name.startswith("import-"):
            thread.join()


def days(site: Site) -> int:
    with site.store.reading() as conn:
        return int(conn.exec_driver_sql("SELECT COUNT(*) FROM usage_day").scalar_one())


def test_a_file_is_looked_at_then_taken_over(office: Site) -> None:
    shown = office.as_("customer_success").get(send(office, USAGE.format(name=ACCOUNTS[0])).location).text
    assert "Take 2 lines over" in shown
    assert "No account is known by this." in shown
    assert days(office) == 0
    key = re.search(r"/imports/([0-9a-f-]{36})/confirm", shown)
    assert key is not None
    client = office.as_("customer_success")
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(f"/imports/{key[1]}").text)
    assert token is not None
    for _click in range(2):
        assert client.post(f"/imports/{key[1]}/confirm", data={"csrf_token": token[1]}, headers=OURS).status_code == 303
        finish()
    done = client.get(f"/imports/{key[1]}").text
    assert "2 lines were taken over." in done
    assert "1 line was rejected." in done
    assert days(office) == 2
    rejected = client.get(f"/imports/{key[1]}/rejected.csv")
    lines = rejected.text.removeprefix("\ufeff").splitlines()
    assert (rejected.mimetype, lines[0]) == ("text/csv", "account,date,log-ins,seats,Line,What to do")
    assert lines[1].startswith("nobody,2026-06-15,1,1,3,")
    assert "use.csv" in client.get("/imports").text


def test_lines_about_accounts_that_the_crm_withholds_are_not_shown(office: Site) -> None:
    assert office.crm is not None
    body = f"account;date;log-ins\n{ACCOUNTS[0]};2026-06-15;64064\n{ACCOUNTS[1]};2026-06-15;41041\n"
    place = send(office, body).location
    office.crm.grant(oid(3), [RecordRef(RecordKind.ACCOUNT, guid("account", 0))])
    whole, part = (office.as_("customer_success", seller).get(place).text.replace(",", "") for seller in (0, 3))
    assert re.findall("64064|41041", whole) == ["64064", "41041"]
    assert re.findall(f"64064|41041|{ACCOUNTS[1]}", part) == ["64064"]
    assert "that you may not open" in part


def test_what_breaks_an_import_is_logged_without_what_stands_in_the_file(
    office: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: Any, **_named: Any) -> None:
        raise ValueError("omar@fjord.example")

    monkeypatch.setattr(import_work, "check", broken)
    with capture_logs() as lines:
        shown = office.as_("customer_success").get(send(office, USAGE.format(name=ACCOUNTS[0])).location)
    assert shown.status_code == 200
    (line,) = [one for one in lines if one["event"] == "import_broken"]
    assert (line["kind"], "broken" in line["place"]) == ("ValueError", True)
    assert "omar" not in str(line)


def test_a_file_that_is_not_wanted_after_all_is_forgotten(office: Site) -> None:
    key = send(office, USAGE.format(name=ACCOUNTS[0])).location.rsplit("/", 1)[1]
    client = office.as_("customer_success")
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(f"/imports/{key}").text)
    assert token is not None
    client.post(f"/imports/{key}/cancel", data={"csrf_token": token[1]}, headers=OURS)
    client.post(f"/imports/{key}/confirm", data={"csrf_token": token[1]}, headers=OURS)
    finish()
    with office.store.reading() as conn:
        assert list(import_runs.file_pieces(conn, key)) == []
    assert (days(office), "nothing was written" in client.get(f"/imports/{key}").text) == (0, True)


def test_what_is_no_table_is_told_with_the_next_step(office: Site) -> None:
    shown = office.as_("sales_admin").get(send(office, b"MZ\x90\x00" * 40, role="sales_admin").location).text
    assert "This is no CSV or XLSX file (EXE). Save it as CSV or XLSX." in shown


def test_markup_in_names_and_cells_is_shown_as_text(office: Site) -> None:
    shown = send(office, 'account;date;log-ins\r\n"<b>x</b>";2026-06-15;1\r\n', name="<script>.csv")
    text = office.as_("customer_success").get(shown.location).text
    assert "<b>x</b>" not in text
    assert "&lt;b&gt;x&lt;/b&gt;" in text
    assert "<script>.csv" not in text


def test_a_file_without_lines_says_so_and_what_is_too_long_says_how_long_it_may_be(office: Site) -> None:
    client = office.as_("customer_success")
    assert (
        "The file has no lines below its header." in client.get(send(office, "account;date;log-ins\r\n").location).text
    )
    long = client.get(send(office, f"account;date;log-ins\r\n{'x' * 200_000};2026-06-15;1\r\n").location).text
    assert "A cell in line 2 has more than 131,072 characters." in long


def test_a_direction_that_goes_without_saying_is_not_shown(office: Site) -> None:
    lines = f"{ACCOUNTS[0]};2026-06-15;competitor;\r\n{ACCOUNTS[0]};2026-06-15;budget;down\r\n"
    shown = send(office, f"account;date;kind;direction\r\n{lines}", kind="events").location
    text = office.as_("customer_success").get(shown).text
    assert re.findall(r"<td>(?:Competitor|Budget)</td><td>(.*?)</td>", text) == [
        '<span class="muted">–</span>',
        "falling",
    ]


def test_no_file_or_a_wrong_day_comes_back_with_a_sentence(office: Site) -> None:
    assert (send(office, "", name="").status_code, send(office, "a", as_of="soon").status_code) == (422, 422)


def test_a_file_over_the_limit_is_refused_and_nothing_kept(office: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "LONGEST_FILE_BYTES", 100_000)
    answer = send(office, "x" * 300_000)
    assert answer.status_code == 413
    with office.store.reading() as conn:
        assert import_runs.runs(conn) == []


@pytest.mark.parametrize("role", ["seller", "sales_manager", "privacy_officer"])
def test_who_may_not_import_is_refused(office: Site, role: str) -> None:
    client = office.as_(role)
    for path in ("/imports", "/imports/template/usage.csv", "/imports/00000000-0000-4000-8000-000000000000"):
        assert client.get(path).status_code == 403
    assert "/imports" not in client.get("/opportunities").text


def test_signed_out_leads_to_the_sign_in_page(office: Site) -> None:
    assert "/sign-in" in office.anonymous().get("/imports").location


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", list(SPECS))
def test_every_template_is_a_file_that_is_read(office: Site, kind: ImportKind, form: str) -> None:
    for lang in ("fr", "en"):
        body = office.as_("sales_admin").get(f"/imports/template/{kind.value}.{form}?lang={lang}").data
        source = Source(lambda body=body: io.BytesIO(body), len(body), f"t.{form}")
        with office.store.reading() as conn:
            names = import_names.names(conn, kind)
        batches = list(read(kind, source, Options(), names, today=20_600).batches)
        faults = {fault.code for batch in batches for fault in batch.faults}
        assert faults <= {"account_unknown", "opportunity_unknown", "opportunity_missing", "account_missing"}
        assert sum(batch.read for batch in batches) == 2


def test_the_sentences_of_the_pages_are_those_of_the_engine(small_site: Site) -> None:
    with small_site.app.test_request_context("/?lang=en"):
        assert {code: str(text) for code, text in import_words.OF_A_LINE.items()} == dict(OF_A_LINE)
        files = {code: str(text) for code, text in import_words.OF_A_FILE.items()}
    assert files == {code: text for code, (_status, text) in OF_A_FILE.items()}
