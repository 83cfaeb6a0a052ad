"""`relationship import` as an operator uses it: preview, import, the rejected lines in a file, a template."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from import_builders import HEADER, NORDLYS, TENANT, Office, csv_of

from relationship.cli import main
from relationship.clock import number_of


@pytest.fixture
def run(small_office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    values = {
        "MODE": "test",
        "DATABASE_URL": small_office.house.config.database_url,
        "TENANT_ID": TENANT,
        "NOW": "2026-06-17T10:00:00Z",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"RELATIONSHIP_{name}", value)
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["import", *arguments], catch_exceptions=False)

    return command


def test_a_file_is_previewed_then_taken_and_what_is_rejected_can_be_corrected(run, small_office: Office):
    body = csv_of(HEADER, "N-17,2026-06-15,18,64,9,1,40", '"=HYPERLINK(1)",2026-06-15,1,1,1,1,1')
    Path("use.csv").write_text(body, encoding="utf-8")
    assert (run("usage", "use.csv", "--preview").exit_code, small_office.rows("usage_day")) == (65, [])
    assert run("usage", "use.csv", "--rejected", "bad.csv").exit_code == 65
    assert len(small_office.rows("usage_day")) == 1
    rejected = Path("bad.csv").read_text(encoding="utf-8-sig").splitlines()
    assert rejected[1].startswith("'=HYPERLINK(1),2026-06-15")
    assert "Check the spelling" in rejected[1]
    corrected = "\n".join(rejected).replace("'=HYPERLINK(1)", "Fjord & Fils")
    Path("bad.csv").write_text(corrected, encoding="utf-8")
    assert run("usage", "bad.csv").exit_code == 0
    assert len(small_office.rows("usage_day")) == 2


def test_what_a_file_brings_is_a_signal_at_once(run, small_office: Office):
    Path("told.csv").write_text(csv_of("account,day,kind,direction", "N-17,2026-06-15,budget,down"), encoding="utf-8")
    assert (run("events", "told.csv", "--preview").exit_code, small_office.rows("signal")) == (0, [])
    assert run("events", "told.csv").exit_code == 0
    kept = small_office.rows("signal", "detector, account_id, ended_at", "id")
    assert ("H-R8", small_office.record_id(NORDLYS), None) in kept


def test_a_file_that_cannot_be_read_ends_with_its_own_code(run, small_office: Office):
    Path("use.csv").write_bytes(b"MZ\x90\x00")
    assert (run("usage", "use.csv").exit_code, run("usage", "none.csv").exit_code) == (65, 78)
    assert small_office.rows("import_run", "state, reason") == [("failed", "not_a_table")]


@pytest.mark.parametrize("name", ["empty.csv", "empty.xlsx"])
def test_a_template_can_be_imported_as_it_is(run, name: str):
    assert run("events", name, "--template", "--language", "en").exit_code == 0
    assert Path(name).stat().st_size > 0
    assert run("events", name).exit_code == 65  # the accounts of its examples are not known here


def test_a_survey_comes_in_by_roles_that_are_said_once_and_asked_where_days_can_be_read_in_two_ways(
    run, small_office: Office
):
    header, text = "Le;Qui;Commentaire;Note", "Si rien ne change, nous résilierons."
    Path("s.csv").write_text(f"{header}\n05/06/2026;N-17;{text};1\n06/06/2026;N-17;Bien;x\n", encoding="utf-8")
    assert run("verbatims", "s.csv").exit_code == 78
    said = ["--column", "Le=date", "--column", "Qui=customer_id"]
    assert run("verbatims", "s.csv", *said).exit_code == 78
    said += ["--dates", "dmy", "--scale", "1-5", "--source", "review", "--alerts", "none"]
    assert (run("verbatims", "s.csv", *said, "--preview").exit_code, small_office.rows("verbatim")) == (65, [])
    assert run("verbatims", "s.csv", *said, "--rejected", "bad.csv").exit_code == 65
    kept = small_office.rows("verbatim", "source, day, text, satisfaction, overlooked")
    assert [tuple(row) for row in kept] == [("review", number_of(date(2026, 6, 5)), text, 0.0, 1)]
    assert Path("bad.csv").read_text(encoding="utf-8-sig").splitlines()[1].startswith("06/06/2026,N-17,Bien,x,3,")
    assert run("verbatims", "s.csv").exit_code == 65
    assert small_office.rows("import_run", "state, added, same, rejected") == [("done", 1, 0, 1), ("done", 0, 1, 1)]
    assert run("usage", "s.csv", "--scale", "1-5").exit_code == 2
