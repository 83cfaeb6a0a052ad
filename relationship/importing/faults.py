"""What can be wrong with a file or a line of it: stable codes, and a sentence with the next step for each."""

from collections.abc import Mapping
from dataclasses import dataclass

from relationship.errors import RelationshipError

# What is wrong with a whole file, each with the status by which an HTTP answer tells it.
OF_A_FILE: Mapping[str, tuple[int, str]] = {
    "empty_file": (422, "The file is empty. Choose another, or start from the template."),
    "file_too_large": (413, "The file is larger than %(detail)s MiB. Split it into several."),
    "too_many_rows": (413, "The file has more than %(detail)s rows. Split it into several; nothing was written."),
    "too_many_columns": (422, "The file has more than %(detail)s columns. Keep those of the template."),
    "too_many_faults": (
        422,
        "More than %(detail)s lines cannot be taken, so nothing was written. Look for a fault that all share.",
    ),
    "not_a_table": (415, "This is no CSV or XLSX file (%(detail)s). Save it as CSV or XLSX."),
    "name_and_content_differ": (
        415,
        "The name says %(detail)s, the content is something else. Save the file under its true type.",
    ),
    "spoilt_workbook": (422, "The workbook cannot be opened. Save it again as XLSX, without a password."),
    "formula_without_result": (
        422,
        "Line %(line)s of the workbook has a formula without its result. Open it in a spreadsheet and save it again.",
    ),
    "workbook_too_long": (413, "A workbook may have %(detail)s lines. Save it as CSV, which may have 1,000,000."),
    "unpacked_too_large": (413, "The workbook would unpack to more than %(detail)s MiB. Split it into several."),
    "encoding_undeclared": (
        422,
        "The text is in UTF-16, which has to be said. Choose the encoding, or save the file as UTF-8.",
    ),
    "encoding_wrong": (
        422,
        "Line %(line)s is not text in %(detail)s. Choose the encoding the file is in, or save it as UTF-8.",
    ),
    "quote_not_closed": (
        422,
        "From line %(line)s on a quotation mark is not closed. Close it, or double it inside a text.",
    ),
    "cell_too_long": (422, "A cell in line %(line)s has more than %(detail)s characters. Shorten it."),
    "broken_line": (422, "Line %(line)s cannot be split into columns. Look at its quotation marks."),
    "missing_column": (422, "The column “%(detail)s” is missing. Compare the first line with the template."),
    "double_column": (422, "The column “%(detail)s” is there twice. Keep one."),
    "unknown_column": (422, "The column “%(detail)s” is not known. Take it out, or rename it as in the template."),
    "only_account": (422, "Beside the account the file has no column to take. Compare it with the template."),
    "day_twice": (422, "The file has a date for each line; leave out the date for all."),
}  # fmt: skip

# What is wrong with a line. Codes in FLAGS do not keep it out.
OF_A_LINE: Mapping[str, str] = {
    "ragged_row": "The line has %(detail)s cells, not as many as the header. Look for a missing or extra separator.",
    "account_missing": "No account is named. Fill in its number, name, domain or GUID.",
    "account_unknown": "No account is known by this. Check the spelling, or wait until the CRM has been read.",
    "account_ambiguous": "%(detail)s accounts are known by this. Use the number or the GUID from the CRM.",
    "opportunity_missing": "No opportunity is named. Fill in its GUID or its exact name.",
    "opportunity_unknown": "No opportunity is known by this. Check the spelling, or wait until the CRM has been read.",
    "opportunity_ambiguous": "%(detail)s opportunities have this name. Use the GUID from the CRM.",
    "contact_unknown": "No contact of the CRM is known by this. Use the mail address or GUID, or leave the cell empty.",
    "contact_of_another": "This contact belongs to another account. Correct one of the two.",
    "address_malformed": "This is not a mail address. Correct it, or leave the cell empty.",
    "date_missing": "The date is missing. Fill it in as 2026-06-17.",
    "date_ambiguous": "This date can be read in two ways. Write 2026-06-17, or say how dates are written in this file.",
    "date_malformed": "This is not a date. Write it as 2026-06-17.",
    "date_serial": "This is a number as spreadsheets keep dates. Format the cell as a date, or say so for this file.",
    "date_has_time": "A day is wanted, without a time. Write it as 2026-06-17.",
    "number_malformed": "This is not a number. Write digits only.",
    "number_not_whole": "A whole number is wanted. Leave out the decimals.",
    "number_ambiguous": "This number can be read in two ways. Say what the decimal sign of this file is.",
    "number_negative": "The number is negative. It counts something, so 0 is the least.",
    "number_too_large": "The number is larger than anything that is counted here. Correct it.",
    "score_missing": "The score is missing. Fill it in.",
    "score_out_of_range": "The score lies outside its scale (%(detail)s). Correct it, or the scale that is named.",
    "beyond_scale": "The number lies outside its scale (%(detail)s). Correct it.",
    "kind_missing": "The kind is missing. Use a word of the template.",
    "kind_unknown": "This kind is not known. Use a word of the template.",
    "direction_unknown": "This is no direction. Use up or down, or leave the cell empty.",
    "direction_missing": "This kind of event says nothing without a direction. Fill in up or down.",
    "status_unknown": "This status is not known. Use healthy, at_risk or escalated.",
    "flag_unknown": "True or false is wanted. Use one of the two.",
    "stage_missing": "The stage is missing. Fill it in.",
    "text_too_long": "The text has more than %(detail)s characters. Shorten it.",
    "text_unclean": "The text holds control characters. Take them out.",
    "nothing_told": "Beside the account and the date the line is empty. Fill in a figure, or take the line out.",
    "may_not_add": "Your role may not give this field its first value. Ask a sales administrator for the right to add.",
    "may_not_edit": "Your role may not change a value that is there. Ask a sales administrator for the right to edit.",
    "contradicts_line": "Line %(detail)s says something else about the same. Keep one of the two.",
    "text_missing": "The line has no text that can be read.",
    "day_out_of_range": "The date lies in the future or more than ten years back. Correct it.",
    "satisfaction_out_of_range": "The satisfaction score lies outside its scale. Correct it, or the scale.",
    "recommendation_out_of_range": "The recommendation score lies outside 0 to 10. Correct it.",
    "date_in_future": "The date lies after today: it is kept, and counts from that day on.",
    "date_long_ago": "The date lies more than ten years back: it is kept, and hardly counts.",
}  # fmt: skip
FLAGS = frozenset({"date_in_future", "date_long_ago"})


class Bad(Exception):
    """One cell cannot be taken. code: of `OF_A_LINE`; detail: what its sentence names."""

    def __init__(self, code: str, detail: object = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = str(detail)


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that is not taken, or is taken with a flag. column: '' for the whole line; cells: as they were read."""

    line: int
    column: str
    code: str
    detail: str = ""
    cells: tuple[str, ...] = ()

    @property
    def is_rejected(self) -> bool:
        return self.code not in FLAGS

    @property
    def sentence(self) -> str:
        return OF_A_LINE[self.code] % {"detail": self.detail}


class FileRefused(RelationshipError):
    """Whoever imports acts: nothing of the file can be taken, and nothing was written.

    status  415, 413 or 422;  line: where it stands, None for the whole file
    """

    exit_code = 65

    def __init__(self, code: str, *, line: int | None = None, detail: object = "") -> None:
        self.status, text = OF_A_FILE[code]
        self.line = line
        self.detail = str(detail)
        named = f"{detail:,}" if isinstance(detail, int) else detail
        sentence, _, next_step = (text % {"line": line, "detail": named}).partition(". ")
        super().__init__(f"{sentence}.", next_step=next_step or "Choose another file.", code=code)
