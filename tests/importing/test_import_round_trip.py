"""Health fields exported, edited and imported again: nothing edited changes nothing, one cell changes that alone."""

import csv
import io
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from import_builders import FJORD, NOON, NORDLYS, OTHER_TWIN, TWIN, Office, office_over, source, workbook

from relationship.desk import keep_health
from relationship.desk.bring_in import Outcome, bring_in, of_file
from relationship.importing.health_lines import health_lines
from relationship.importing.kinds import ImportKind
from relationship.importing.options import Options
from relationship.importing.template import csv_file, csv_template, xlsx_file
from relationship.store.customers import account_health, health_in_force
from relationship.store.customers.account_health import NewValue
from relationship.store.customers.health_export import health_of_accounts
from relationship.store.database import open_store
from relationship.store.importing import import_names, import_runs
from relationship.store.importing.import_runs import NewRun, State
from relationship.store.importing.staging import By
from relationship.store.lists.list_filters import Column, Filters
from relationship.store.reading.reading_scope import Reach, Scope
from settings.rules.health_rights import HealthRight

ACCOUNTS = (NORDLYS, FJORD, TWIN, OTHER_TWIN)
FORMS = ("csv", "xlsx")
TEXTS = {
    "score": st.one_of(st.none(), st.integers(0, 100).map(str)),
    "status": st.sampled_from([None, "healthy", "at_risk", "escalated"]),
    "churn": st.sampled_from([None, "true", "false"]),
}
VALUES = st.fixed_dictionaries(TEXTS)
Told = dict[str, dict[str, str | None]]


@pytest.fixture(scope="module")
def office(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    path = tmp_path_factory.mktemp("round-trip") / "office.db"
    shutil.copyfile(sqlite_template, path)
    opened = open_store(f"sqlite:///{path}")
    yield office_over(opened)
    opened.close()


def tell(office: Office, told: Told, source_of: str) -> None:
    """Forget all values, then let one source tell these."""
    with office.house.store.transaction() as conn:
        for table in ("account_health_value", "account_health"):
            conn.exec_driver_sql(f"DELETE FROM {table}")
        ids = {guid: office.record_id(guid) for guid in told}
        values = [NewValue(ids[guid], field, text) for guid, one in told.items() for field, text in one.items() if text]
        account_health.save(conn, values, source=source_of, at=NOON)
        keep_health.keep(conn, office.house)


def in_force(office: Office) -> dict[str, tuple[object, object, object]]:
    with office.house.store.reading() as conn:
        found = health_in_force.of(conn)
    guids = {office.record_id(guid): guid for guid in ACCOUNTS}
    return {guids[number]: (one.score, one.status, one.churn) for number, one in found.items()}


def exported(office: Office, form: str, language: str) -> bytes:
    with office.house.store.reading() as conn:
        everything = Scope(Reach.UNCHECKED)
        rows = health_of_accounts(
            conn, scope=everything, filters=Filters(), column=Column.NAME, descending=False, limit=100
        )
        lines = health_lines(rows, import_names.names(conn, ImportKind.HEALTH).accounts, language)
        return (xlsx_file if form == "xlsx" else csv_file)(ImportKind.HEALTH, lines, language)


def cells(body: bytes, form: str, language: str) -> list[list[str]]:
    if form == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(body)).worksheets[0]
        return [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    text = body.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";" if language == "fr" else ","))


def written(rows: Iterable[list[str]], form: str) -> bytes:
    """As a spreadsheet saves it."""
    lines = [list(row) for row in rows]
    if form == "xlsx":
        return workbook(*lines)
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue().encode()


def bring(office: Office, body: bytes, form: str, rights: Iterable[HealthRight] = HealthRight, **how: Any) -> Outcome:
    options, by = Options(**how), By(NOON, "inga", "Inga Holm")
    opened = of_file(office.house, ImportKind.HEALTH, source(body, f"health.{form}"), options)
    with office.house.store.transaction() as conn:
        key = import_runs.start(conn, NewRun(ImportKind.HEALTH, State.RUNNING, "cli", options, by, f"health.{form}"))
    return bring_in(office.house, key, opened, options=options, by=by, rights=frozenset(rights))


bounded = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
told_values = st.fixed_dictionaries(dict.fromkeys(ACCOUNTS, VALUES))
sources = st.sampled_from(["computed", "crm", "imported", "typed"])
languages = st.sampled_from(["fr", "en"])


@pytest.mark.parametrize("form", FORMS)
@bounded
@given(told=told_values, teller=sources, language=languages, clear=st.booleans())
def test_what_was_exported_changes_nothing_when_it_comes_back(office, form, told, teller, language, clear):
    tell(office, told, teller)
    kept, before = office.rows("account_health_value"), in_force(office)
    found = bring(office, exported(office, form, language), form, rights=(), clear_empty=clear)
    assert (found.counts.read, found.counts.same, found.faults) == (len(ACCOUNTS), len(ACCOUNTS), [])
    assert (office.rows("account_health_value"), in_force(office)) == (kept, before)


@pytest.mark.parametrize("form", FORMS)
@bounded
@given(told=told_values, language=languages, data=st.data())
def test_one_edited_cell_changes_that_field_of_that_account_alone(office, form, told, language, data):
    tell(office, told, "imported")
    before = in_force(office)
    rows = cells(exported(office, form, language), form, language)
    line = data.draw(st.integers(1, len(ACCOUNTS)))
    score = data.draw(st.integers(0, 100).map(str).filter(lambda text: text != rows[line][1]))
    rows[line][1] = score
    found = bring(office, written(rows, form), form)
    assert (found.counts.added + found.counts.changed, found.counts.same) == (1, len(ACCOUNTS) - 1)
    after = in_force(office)
    [edited] = [guid for guid in ACCOUNTS if after.get(guid) != before.get(guid)]
    assert after[edited][0] == int(score)
    for place, field in ((1, "status"), (2, "churn")):
        if told[edited][field] is not None:
            assert after[edited][place] == before[edited][place]


@pytest.mark.parametrize("form", FORMS)
def test_an_emptied_cell_is_left_alone_and_cleared_only_when_the_import_says_so(office, form):
    tell(office, {NORDLYS: {"score": "62", "status": "escalated", "churn": "true"}}, "imported")
    rows = cells(exported(office, form, "fr"), form, "fr")
    [line] = [row for row in rows if row[0] == "Nordlys AS"]
    line[1:] = ["", "", ""]
    assert bring(office, written(rows, form), form).counts.same == len(ACCOUNTS)
    assert in_force(office)[NORDLYS] == (62, "escalated", True)
    assert bring(office, written(rows, form), form, clear_empty=True).counts.changed == 1
    assert in_force(office)[NORDLYS] == (None, None, None)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_header_is_that_of_the_template(office, language):
    template = csv_template(ImportKind.HEALTH, language).decode().splitlines()[0]
    assert exported(office, "csv", language).decode().splitlines()[0] == template
    assert (
        cells(exported(office, "xlsx", language), "xlsx", language)[0] == cells(template.encode(), "csv", language)[0]
    )


def test_accounts_of_one_name_are_told_apart(office):
    tell(office, {TWIN: {"score": "10"}, OTHER_TWIN: {"score": "90"}}, "imported")
    rows = cells(exported(office, "csv", "en"), "csv", "en")
    assert {row[0]: row[1] for row in rows[1:]} == {"Fjord & Fils": "", "G-1": "10", "G-2": "90", "Nordlys AS": ""}
    assert office.record_id(TWIN) != office.record_id(OTHER_TWIN)


@pytest.mark.parametrize(
    ("teller", "rights", "code"),
    [
        ("computed", {HealthRight.EDIT}, "may_not_add"),
        ("computed", {HealthRight.ADD}, ""),
        ("typed", {HealthRight.ADD}, "may_not_edit"),
        ("typed", {HealthRight.EDIT}, ""),
    ],
)
def test_a_first_value_takes_the_right_to_add_and_another_one_the_right_to_edit(office, teller, rights, code):
    tell(office, {NORDLYS: {"score": "62"}}, teller)
    found = bring(office, b"account,score\nNordlys AS,55\nFjord & Fils,\n", "csv", rights=rights)
    assert [(fault.line, fault.column, fault.code) for fault in found.faults] == ([(2, "score", code)] if code else [])
    assert (found.counts.rejected, found.counts.same) == (int(bool(code)), 1)
    told = [row for row in office.rows("account_health_value", "source, value") if row[0] == "imported"]
    assert told == ([] if code else [("imported", "55")])
