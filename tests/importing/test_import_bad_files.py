"""Files that are wrong as a whole, by the id of the contract: a clear refusal with its line, and nothing written."""

import io
import zipfile
from typing import Any

import pytest
from import_builders import HEADER, Office, csv_of, source, workbook

from relationship.importing import rows
from relationship.importing.faults import FileRefused
from relationship.importing.kinds import ImportKind
from relationship.importing.opening import is_workbook, safe_name

LINE = "N-17,2026-06-15,18,64,9,1,40"
GOOD = csv_of(HEADER, LINE)


def refused(office: Office, body: bytes | str, name: str = "data.csv", **how: Any) -> FileRefused:
    with pytest.raises(FileRefused) as found:
        office.bring(ImportKind.USAGE, body, name, **how)
    assert office.rows("usage_day", "account_id, day") == []
    assert office.rows("import_run", "state, reason", "1") == [("failed", found.value.code)]
    return found.value


@pytest.mark.parametrize("body", ["", "\ufeff", " \r\n\r\n"], ids=["nothing", "only a mark", "blank lines"])
def test_b26_an_empty_file_is_refused(small_office: Office, body: str):
    assert refused(small_office, body).status == 422


def test_b26_a_header_alone_is_nothing_to_do(small_office: Office):
    assert small_office.bring(ImportKind.USAGE, csv_of(HEADER)).counts.read == 0


def test_b27_case_accents_blanks_and_the_mark_of_a_header_do_not_count(small_office: Office):
    body = "\ufeff" + csv_of(
        "COMPTE;Date;Utilisateurs  actifs;Connexions;fonctionnalités_utilisées", "N-17;2026-06-15;18;64;9"
    )
    assert small_office.bring(ImportKind.USAGE, body).counts.added == 1


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("day,logins", "missing_column"),
        ("account,logins", "missing_column"),
        ("account,day,logins,Log-ins", "double_column"),
        ("account,day,logins,shoe size", "unknown_column"),
        ("account,day", "only_account"),
        ("account,day,logins," + ",".join(f"c{n}" for n in range(80)), "too_many_columns"),
    ],
    ids=["no account", "no date", "twice", "unknown", "no figure", "eighty more"],
)
def test_b27_a_header_that_does_not_fit_is_refused(small_office: Office, header: str, code: str):
    error = refused(small_office, csv_of(header, LINE))
    assert (error.status, error.code) == (422, code)


def test_b28_utf_16_is_refused_until_it_is_declared(small_office: Office):
    body = GOOD.encode("utf-16")
    assert refused(small_office, body).code == "encoding_undeclared"
    assert small_office.bring(ImportKind.USAGE, body, encoding="utf-16").counts.added == 1


def test_b28_latin_1_is_refused_with_its_line_until_it_is_declared(small_office: Office):
    body = csv_of(HEADER, LINE, "Société,2026-06-15,1,1,1,1,1").encode("latin-1")
    error = refused(small_office, body)
    assert (error.status, error.code, error.line) == (422, "encoding_wrong", 3)
    assert small_office.bring(ImportKind.USAGE, body, encoding="latin-1").counts.added == 1


def test_b28_a_file_in_two_encodings_is_refused_with_the_line_of_the_second(small_office: Office):
    lines = [HEADER, *(f"Fjord & Fils,2026-05-{n:02},1,1,1,1,1" for n in range(1, 29))]
    body = csv_of(*lines).encode() + "Société,2026-06-01,1,1,1,1,1\r\n".encode("latin-1")
    assert refused(small_office, body).line == 30


def test_b30_a_quotation_mark_that_is_not_closed_is_refused_with_the_line_where_it_opens(small_office: Office):
    error = refused(small_office, csv_of(HEADER, LINE, '"N-17,2026-06-16,1,1,1,1,1', LINE))
    assert (error.status, error.code, error.line) == (422, "quote_not_closed", 3)


def test_b30_a_cell_of_ten_megabytes_is_refused_with_its_line(small_office: Office):
    error = refused(small_office, csv_of(HEADER, LINE, f'"{"x" * 10_000_000}",2026-06-16,1,1,1,1,1'))
    assert (error.status, error.code, error.line) == (422, "cell_too_long", 3)


def test_b33_one_row_over_the_maximum_is_refused_before_anything_is_written(
    small_office: Office, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(rows, "MOST_ROWS", 3)
    lines = [f"N-17,2026-06-0{n},1,1,1,1,1" for n in range(1, 5)]
    assert refused(small_office, csv_of(HEADER, *lines)).code == "too_many_rows"
    assert small_office.usage(*lines[:3]).counts.added == 3


def packed(**parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file.getvalue()


@pytest.mark.parametrize(
    ("body", "name", "code"),
    [
        (packed(a="b"), "data.csv", "not_a_table"),
        (packed(a="b"), "data.xlsx", "not_a_table"),
        (b"MZ\x90\x00" + b"\x00" * 60, "data.csv", "not_a_table"),
        (b"\x7fELF" + b"\x00" * 60, "data.csv", "not_a_table"),
        (b"%PDF-1.7", "data.csv", "not_a_table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "data.xls", "not_a_table"),
        (b"account,day\x00\x00,logins", "data.csv", "not_a_table"),
        (GOOD.encode(), "data.xlsx", "name_and_content_differ"),
    ],
    ids=["zip", "zip as xlsx", "exe", "elf", "pdf", "xls", "binary", "csv as xlsx"],
)
def test_b40_what_is_no_table_is_refused_as_an_unsupported_media_type(
    small_office: Office, body: bytes, name: str, code: str
):
    error = refused(small_office, body, name)
    assert (error.status, error.code) == (415, code)


def test_b40_a_workbook_that_calls_itself_csv_is_refused(small_office: Office):
    error = refused(small_office, workbook(HEADER.split(","), LINE.split(",")), "data.csv")
    assert (error.status, error.code) == (415, "name_and_content_differ")


def test_b40_a_workbook_with_macros_is_refused(small_office: Office):
    book = io.BytesIO(workbook(HEADER.split(","), LINE.split(",")))
    with zipfile.ZipFile(book, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\x00")
    assert refused(small_office, book.getvalue(), "data.xlsx").status == 415


def changed(body: bytes, part: str, to: bytes) -> bytes:
    """The workbook with another text in one of its parts."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            new.writestr(name, to if name == part else old.read(name))
    return packed.getvalue()


def formulas(*cells: bytes) -> bytes:
    """A sheet with the header, a line without any formula, and one in which log-ins are this cell."""
    body = workbook(
        HEADER.split(","), ["N-17", "2026-06-14", 18, 1, 9, 1, 40], ["N-17", "2026-06-15", 18, 77, 9, 1, 40]
    )
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml")
    plain = b'<c r="D3" t="n"><v>77</v></c>'
    assert plain in sheet
    return changed(body, "xl/worksheets/sheet1.xml", sheet.replace(plain, b"".join(cells)))


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="D3"><f>60+4</f><v></v></c>',
        b'<c r="D3"><f>60+4</f><v/></c>',
        b'<c r="D3" s="1"><f t="shared" si="0"/></c>',
        b'<c r="D3"><f t="shared" ref="D3:D9" si="0">60+4</f></c>',
    ],
)
def test_a_formula_that_was_never_worked_out_is_refused_with_its_line(small_office: Office, cell: bytes):
    error = refused(small_office, formulas(cell), "data.xlsx")
    assert (error.status, error.code, error.line) == (422, "formula_without_result", 3)


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        (b'<c r="D3"><f>60+4</f><v>64</v></c>', 64),
        (b'<c r="D3" t="str"><f>IF(1,"","x")</f><v></v></c>', None),
        (b'<c r="D3"><f>B1</f><v>5</v></c><c r="E3" t="n"><v>9</v></c>', 5),
    ],
    ids=["a number", "an empty text", "beside another cell"],
)
def test_a_formula_counts_with_its_result(small_office: Office, cell: bytes, kept: int | None):
    small_office.bring(ImportKind.USAGE, formulas(cell), "data.xlsx")
    assert [row[0] for row in small_office.rows("usage_day", "logins", "day")] == [1, kept]


def test_a_formula_without_a_result_is_found_across_the_parts_that_are_read(
    small_office: Office, monkeypatch: pytest.MonkeyPatch
):
    from relationship.importing import xlsx_lines

    body = formulas(b'<c r="D3"><f>60+4</f><v></v></c>')
    for size in (70, 71, 113, 200):
        monkeypatch.setattr(xlsx_lines, "_CHUNK", size)
        with pytest.raises(FileRefused) as found:
            small_office.look(ImportKind.USAGE, body, "data.xlsx")
        assert (found.value.code, found.value.line) == ("formula_without_result", 3)


def test_a_workbook_whose_packed_text_is_damaged_is_refused(small_office: Office):
    lines = [LINE.split(",") for _ in range(200)]
    body = bytearray(workbook(HEADER.split(","), *lines))
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        start = book.getinfo("xl/worksheets/sheet1.xml").header_offset
    body[start + 120 : start + 160] = b"\xff" * 40
    assert refused(small_office, bytes(body), "data.xlsx").code == "spoilt_workbook"


def test_a_workbook_whose_text_expands_without_end_is_refused(small_office: Office):
    book = io.BytesIO(workbook(HEADER.split(","), LINE.split(",")))
    lol = (
        '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'
    )
    spoilt = io.BytesIO()
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(spoilt, "w") as new:
        for part in old.namelist():
            new.writestr(part, lol if part == "xl/worksheets/sheet1.xml" else old.read(part))
    assert refused(small_office, spoilt.getvalue(), "data.xlsx").code == "spoilt_workbook"


def test_a_workbook_of_too_many_lines_is_refused_with_what_takes_more(
    small_office: Office, monkeypatch: pytest.MonkeyPatch
):
    from relationship.importing import xlsx_lines

    monkeypatch.setattr(xlsx_lines, "MOST_LINES", 1)
    line = LINE.split(",")
    error = refused(small_office, workbook(HEADER.split(","), line, line), "data.xlsx")
    assert (error.status, error.code, error.detail) == (413, "workbook_too_long", "1")


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(
    small_office: Office, monkeypatch: pytest.MonkeyPatch
):
    from relationship.importing import opening

    monkeypatch.setattr(opening, "MOST_UNPACKED_BYTES", 1000)
    error = refused(small_office, workbook(HEADER.split(","), LINE.split(",")), "data.xlsx")
    assert (error.status, error.code) == (413, "unpacked_too_large")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\usage.csv", "usage.csv"),
        ("a\r\nSet-Cookie: x.csv", "aSet-Cookie: x.csv"),
        ("x" * 300 + ".csv", "x" * 96 + ".csv"),
        ("\x00", ""),
    ],
    ids=["path", "windows", "line break", "long", "nul"],
)
def test_b41_a_hostile_file_name_is_a_name_and_nothing_more(raw: str, shown: str):
    assert safe_name(raw) == shown


def test_b41_a_name_without_an_ending_is_read_by_its_content():
    assert is_workbook(source(workbook(["account"]), "data"), encoding="")
    assert not is_workbook(source(GOOD, "../../etc/passwd"), encoding="")


def test_more_rejected_lines_than_anybody_reads_refuse_the_file(small_office: Office, monkeypatch: pytest.MonkeyPatch):
    from relationship.desk import bring_in

    monkeypatch.setattr(bring_in, "MOST_REJECTED", 2)
    lines = [f"nobody,2026-06-0{n},1,1,1,1,1" for n in range(1, 5)]
    assert refused(small_office, csv_of(HEADER, *lines)).code == "too_many_faults"
