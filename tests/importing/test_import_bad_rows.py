"""Lines that are wrong, by the id of the contract: rejected one by one with line, column and code; the others go in."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from import_builders import DEAL, FJORD, HEADER, NORDLYS, TOR, Office, csv_of, workbook

from relationship.clock import number_of
from relationship.importing import values
from relationship.importing.faults import OF_A_LINE, Bad
from relationship.importing.kinds import SPECS, ImportKind
from relationship.importing.options import Dates, Options

GOOD = "N-17,2026-06-15,18,64,9,1,40"


def faults(office: Office, kind: ImportKind, *lines: str, **how: Any) -> list[tuple[int, str, str]]:
    found = office.look(kind, csv_of(*lines), **how)
    counts = found.counts
    assert counts.added + counts.changed + counts.same + counts.rejected == counts.read
    return [(fault.line, fault.column, fault.code) for fault in found.faults]


@pytest.mark.parametrize("separator", [";", "\t", ","], ids=["semicolon", "tab", "comma"])
def test_b29_the_separator_is_found_out(small_office: Office, separator: str):
    body = csv_of(HEADER, GOOD).replace(",", separator)
    assert small_office.look(ImportKind.USAGE, body).counts.added == 1


def test_b31_a_ragged_row_is_rejected_and_the_others_are_taken(small_office: Office):
    found = small_office.bring(ImportKind.USAGE, csv_of(HEADER, "N-17,2026-06-14,1", GOOD, GOOD + ",7"))
    assert [(f.line, f.code, f.detail) for f in found.faults] == [(2, "ragged_row", "3"), (4, "ragged_row", "8")]
    assert (found.counts.read, found.counts.added, found.counts.rejected) == (3, 1, 2)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"], ids=["LF", "CR", "CRLF"])
def test_b32_line_ends_of_all_sorts_and_breaks_in_quotes_are_read_as_rfc_4180_says(small_office: Office, end: str):
    lines = [
        "account,day,kind,text",
        f'Nordlys AS,2026-06-01,new need,"a ""second"" site,{end}soon"',
        "N-17,2026-06-02,bad,x",
    ]
    found = small_office.look(ImportKind.EVENTS, end.join(lines) + end)
    assert found.counts.added == 1
    assert [(f.line, f.code) for f in found.faults] == [(4, "kind_unknown")]
    assert found.samples[0].after["text"] == f'a "second" site,{end}soon'


def test_b34_the_same_file_again_is_all_known(office: Office):
    lines = [GOOD, "Fjord & Fils,2026-06-15,3,5,2,0,10"]
    office.usage(*lines)
    before = office.rows("usage_day", order="1, 2"), office.rows("usage_span", order="1, 2, 3")
    again = office.usage(*lines).counts
    assert (again.read, again.added, again.changed, again.same) == (2, 0, 0, 2)
    assert (office.rows("usage_day", order="1, 2"), office.rows("usage_span", order="1, 2, 3")) == before


def test_b34_the_same_row_twice_in_a_file_is_known_and_another_one_for_the_day_is_rejected(office: Office):
    found = office.usage(GOOD, GOOD, "N-17,2026-06-15,99,64,9,1,40")
    assert (found.counts.added, found.counts.same, found.counts.rejected) == (1, 1, 1)
    assert [(f.line, f.code, f.detail) for f in found.faults] == [(4, "contradicts_line", "2")]
    assert office.rows("usage_day", "active_users", "1") == [(18,)]


@pytest.mark.parametrize(
    ("contact", "code"),
    [
        ("Tor@FjordFils.example", None),
        ("tor+survey@fjordfils.example", None),
        (TOR, None),
        ("", None),
        ("tor", "address_malformed"),
        ("a@b@c", "address_malformed"),
        ("stranger@elsewhere.example", "contact_unknown"),
    ],
    ids=["case", "plus tag", "guid", "nobody", "no address", "two at signs", "unknown"],
)
def test_b35_odd_forms_of_an_address_are_normalised_or_the_row_is_rejected(
    small_office: Office, contact: str, code: str | None
):
    found = faults(small_office, ImportKind.SATISFACTION, "account,day,kind,score,contact",
                   f"{FJORD},2026-06-01,nps,9,{contact}")  # fmt: skip
    assert found == ([] if code is None else [(2, "contact", code)])


def test_a_contact_of_another_account_is_rejected(small_office: Office):
    found = faults(
        small_office, ImportKind.SATISFACTION, "account,day,kind,score,contact", f"N-17,2026-06-01,nps,9,{TOR}"
    )
    assert found == [(2, "contact", "contact_of_another")]


@pytest.mark.parametrize(
    ("text", "dates", "expected"),
    [
        ("2026-06-15", Dates.ISO, date(2026, 6, 15)),
        ("2026-06-15T00:00:00", Dates.ISO, date(2026, 6, 15)),
        ("03/04/2026", Dates.ISO, "date_ambiguous"),
        ("31/12/2026", Dates.ISO, "date_ambiguous"),
        ("03/04/2026", Dates.DAY_FIRST, date(2026, 4, 3)),
        ("03.04.2026", Dates.DAY_FIRST, date(2026, 4, 3)),
        ("03/04/2026", Dates.MONTH_FIRST, date(2026, 3, 4)),
        ("2026-06-15", Dates.MONTH_FIRST, date(2026, 6, 15)),
        ("03/04/26", Dates.DAY_FIRST, "date_ambiguous"),
        ("46188", Dates.ISO, "date_serial"),
        ("46188", Dates.SERIAL, date(2026, 6, 15)),
        ("60", Dates.SERIAL, "date_malformed"),
        ("2026-06-15 24:00", Dates.ISO, "date_has_time"),
        ("2026-06-15T09:30:00Z", Dates.ISO, "date_has_time"),
        ("2026-02-30", Dates.ISO, "date_malformed"),
        ("0000-01-01", Dates.ISO, "date_malformed"),
        ("yesterday", Dates.ISO, "date_malformed"),
    ],
)
def test_b36_a_date_that_can_be_misread_needs_its_format_declared(text: str, dates: Dates, expected: date | str):
    try:
        found: object = values.day(dates)(text)
    except Bad as bad:
        found = bad.code
    assert found == (number_of(expected) if isinstance(expected, date) else expected)


def test_b36_a_date_cell_of_a_workbook_is_clear_and_a_bare_number_is_not(small_office: Office):
    body = workbook(
        ["Account", "Date", "Log-ins"],
        ["N-17", datetime.fromisoformat("2026-06-15T00:00"), 64.0],
        ["N-17", date(2026, 6, 14), 60],
        ["N-17", 46187, 3],
        [None, None, None],
        ["N-17", datetime.fromisoformat("2026-06-13T09:30"), 3],
    )  # fmt: skip
    found = small_office.look(ImportKind.USAGE, body, "use.xlsx")
    assert found.counts.added == 2
    assert [(f.line, f.code) for f in found.faults] == [(4, "date_serial"), (6, "date_has_time")]


def test_b37_a_future_and_an_ancient_date_are_taken_with_a_flag(office: Office):
    found = office.usage("N-17,2027-01-01,1,1,1,1,1", "N-17,2003-01-01,1,1,1,1,1", "N-17,2026-06-17,1,1,1,1,1")
    assert (found.counts.added, found.counts.rejected, found.counts.flagged) == (3, 0, 2)
    assert [(f.line, f.code) for f in found.faults] == [(2, "date_in_future"), (3, "date_long_ago")]
    assert len(office.rows("usage_day", "account_id, day")) == 3


@pytest.mark.parametrize("text", ["=1+1", "+33 now", "-cut", "@here", "<b>Ü</b> {{ x }} & more", "' OR 1=1 --"])
def test_b38_b39_formulas_markup_and_sql_are_kept_literally(small_office: Office, text: str):
    small_office.bring(ImportKind.EVENTS, csv_of("account,day,kind,text", f'N-17,2026-06-01,other,"{text}"'))
    assert small_office.rows("account_event", "text", "1") == [(text,)]


@pytest.mark.parametrize(
    ("account", "code"),
    [
        (NORDLYS, None),
        (f"{{{NORDLYS.upper()}}}", None),
        ("n-17", None),
        ("  NORDLYS   as ", None),
        ("nordlys.example", None),
        ("https://www.nordlys.example/about", None),
        ("fjordfils.example", None),
        ("G-2", None),
        ("Granit", "account_ambiguous"),
        ("Nobody", "account_unknown"),
        ("a0000000-0000-4000-8000-00000000ffff", "account_unknown"),
        (DEAL, "account_unknown"),
        ("", "account_missing"),
        ("   ", "account_missing"),
    ],
)
def test_b44_b45_an_account_is_found_by_what_it_is_called_or_the_row_is_rejected(
    small_office: Office, account: str, code: str | None
):
    found = faults(small_office, ImportKind.USAGE, "account,day,logins", f"{account},2026-06-15,1")
    assert found == ([] if code is None else [(2, "account", code)])


@pytest.mark.parametrize(
    ("kind", "header", "line", "column", "code"),
    [
        (ImportKind.USAGE, "account,day,logins", "N-17,2026-06-15,-1", "logins", "number_negative"),
        (ImportKind.USAGE, "account,day,logins", "N-17,2026-06-15,many", "logins", "number_malformed"),
        (ImportKind.USAGE, "account,day,logins", "N-17,2026-06-15,1.5", "logins", "number_not_whole"),
        (ImportKind.USAGE, "account,day,logins", "N-17,2026-06-15,1e9", "logins", "number_malformed"),
        (ImportKind.USAGE, "account,day,logins", "N-17,2026-06-15,NaN", "logins", "number_malformed"),
        (ImportKind.USAGE, "account,day,logins", "N-17,2026-06-15,99999999999", "logins", "number_too_large"),
        (ImportKind.USAGE, "account,day,logins", "N-17,2026-06-15,50000001", "logins", "number_too_large"),
        (ImportKind.USAGE, "account;day;logins", "N-17;2026-06-15;1,234", "logins", "number_ambiguous"),
        (ImportKind.USAGE, "account,day,logins", "N-17,2026-06-15,", "", "nothing_told"),
        (ImportKind.EVENTS, "account,day,kind", "N-17,2026-06-15,earthquake", "kind", "kind_unknown"),
        (ImportKind.EVENTS, "account,day,kind", "N-17,2026-06-15,", "kind", "kind_missing"),
        (ImportKind.EVENTS, "account,day,kind", "N-17,2026-06-15,budget", "direction", "direction_missing"),
        (ImportKind.EVENTS, "account,day,kind,direction", "N-17,2026-06-15,budget,left", "direction",
         "direction_unknown"),
        (ImportKind.EVENTS, "account,day,kind,text", f"N-17,2026-06-15,other,{'x' * 4001}", "text", "text_too_long"),
        (ImportKind.EVENTS, "account,day,kind,text", "N-17,2026-06-15,other,a\x07b", "text", "text_unclean"),
        (ImportKind.SATISFACTION, "account,day,kind,score", "N-17,2026-06-15,nps,11", "score", "score_out_of_range"),
        (ImportKind.SATISFACTION, "account,day,kind,score", "N-17,2026-06-15,csat,0", "score", "score_out_of_range"),
        (ImportKind.HEALTH, "account,score", "N-17,101", "score", "beyond_scale"),
        (ImportKind.HEALTH, "account,status", "N-17,ill", "status", "status_unknown"),
        (ImportKind.HEALTH, "account,churn", "N-17,perhaps", "churn", "flag_unknown"),
        (ImportKind.STAGES, "opportunity,day,stage", "Nobody's,2026-06-15,develop", "opportunity",
         "opportunity_unknown"),
        (ImportKind.STAGES, "opportunity,day,stage,probability", "Second site,2026-06-15,develop,140", "probability",
         "beyond_scale"),
    ],
)  # fmt: skip
def test_b45_what_cannot_be_is_rejected_with_its_column(
    small_office: Office, kind: ImportKind, header: str, line: str, column: str, code: str
):
    assert faults(small_office, kind, header, line) == [(2, column, code)]


def test_every_fault_of_a_line_is_told_at_once(small_office: Office):
    found = faults(small_office, ImportKind.USAGE, HEADER, "nobody,soon,x,-1,9,1,40", GOOD)
    assert [column for _line, column, _code in found] == ["account", "day", "active_users", "logins"]


@pytest.mark.parametrize(
    ("text", "decimal", "expected"),
    [
        ("8.5", "", 8.5), ("8,5", "", 8.5), ("1 234,5", "", 1234.5), ("1\u202f234", "", 1234.0),
        ("1,234", "", "number_ambiguous"), ("1.234", "", "number_ambiguous"), ("1,234", "point", 1234.0),
        ("1,234", "comma", 1.234), ("1.234,5", "comma", 1234.5), ("1,234.5", "point", 1234.5), ("8.5", "comma",
        "number_malformed"), ("", "", "number_malformed"), ("１２", "", "number_malformed"), ("+5", "", 5.0),
    ],
)  # fmt: skip
def test_a_decimal_comma_is_understood_where_it_cannot_be_misread(text: str, decimal: str, expected: float | str):
    try:
        found: object = values.amount(decimal)(text)
    except Bad as bad:
        found = bad.code
    assert found == expected


@given(st.dates(min_value=date(1, 1, 1)))
def test_every_day_is_read_as_it_is_written(day: date):
    assert values.day(Dates.ISO)(day.isoformat()) == number_of(day)
    assert values.day(Dates.DAY_FIRST)(f"{day.day}/{day.month}/{day.year:04}") == number_of(day)


@given(st.text(max_size=40))
def test_no_text_whatsoever_breaks_a_reader(text: str):
    for spec in SPECS.values():
        for column in spec.columns:
            codes = _refusals(column.reader(Options()), text)
            assert set(codes) <= OF_A_LINE.keys()


def _refusals(read: values.Reader, text: str) -> list[str]:
    try:
        read(text)
    except Bad as bad:
        return [bad.code]
    return []


def test_as_of_gives_every_line_its_day(small_office: Office):
    found = small_office.bring(ImportKind.USAGE, csv_of("account,seats", "N-17,40"), as_of=date(2026, 6, 1))
    assert found.counts.added == 1
    assert small_office.rows("usage_day", "day, seats", "1") == [(number_of(date(2026, 6, 1)), 40)]


def test_a_future_day_is_one_after_today_in_the_time_zone_of_the_organisation(small_office: Office):
    tomorrow = date(2026, 6, 17) + timedelta(days=1)
    assert small_office.look(ImportKind.USAGE, csv_of("account,day,logins", f"N-17,{tomorrow},1")).counts.flagged == 1
