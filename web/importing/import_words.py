"""The words of imports on the pages and in the API: kinds, states, columns, and a sentence for every fault.

The sentences are those of `relationship/importing/faults.py`, here where translations find them.
"""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from relationship.importing.words import USUAL, EventKind
from web import formats
from web.customers import customer_words, event_words

KINDS: Mapping[str, object] = {
    "usage": _l("Use of the product"),
    "events": _l("Events at customers"),
    "satisfaction": _l("Satisfaction"),
    "health": _l("Health fields of accounts"),
    "stages": _l("Stages of opportunities"),
    "verbatims": _l("Verbatims"),
}
ABOUT_KINDS: Mapping[str, object] = {
    "usage": _l("One line per account and day: active users, log-ins, functions used, licences."),
    "events": _l("What happened: head-count, budget, strategy, a new need, a complaint …"),
    "satisfaction": _l("Answers to surveys: NPS, CSAT, effort or percent, with a comment if there is one."),
    "health": _l("Health score, health status and risk of churn, one line per account."),
    "stages": _l("Where an opportunity stood on which day, for what the CRM does not remember."),
}
KIND_ICONS: Mapping[str, str] = {
    "usage": "data_trending",
    "events": "sparkle",
    "satisfaction": "star",
    "health": "heart_pulse",
    "stages": "flow",
    "verbatims": "mail",
}
STATES: Mapping[str, object] = {
    "columns": _l("Columns to be said"),
    "checking": _l("Being checked"),
    "checked": _l("Waits for your decision"),
    "running": _l("Being taken over"),
    "done": _l("Done"),
    "failed": _l("Not taken over"),
    "cancelled": _l("Cancelled"),
}
CHANNELS: Mapping[str, object] = {"cli": _l("Command line"), "page": _l("Page"), "api": _l("API")}
CHANGES: Mapping[str, object] = {"added": _l("New line"), "changed": _l("Changed line")}
COLUMNS: Mapping[str, object] = {
    "account": _l("Account"),
    "opportunity": _l("Opportunity"),
    "day": _l("Date"),
    "active_users": _l("Active users"),
    "logins": _l("Log-ins"),
    "features_used": _l("Functions used"),
    "premium_features": _l("Premium functions"),
    "seats": _l("Licences"),
    "kind": _l("Kind"),
    "direction": _l("Direction"),
    "text": _l("Text"),
    "source": _l("Source"),
    "reference": _l("Reference"),
    "score": _l("Score"),
    "contact": _l("Contact"),
    "comment": _l("Comment"),
    "status": _l("Health status"),
    "churn": _l("At risk for churn"),
    "stage": _l("Stage"),
    "probability": _l("Probability"),
    "value": _l("Value"),
    "close_on": _l("Closing date"),
    "satisfaction": _l("Satisfaction"),
    "recommendation": _l("Recommendation"),
}
DATES: Mapping[str, object] = {
    "iso": _l("2026-06-17 only"),
    "dmy": _l("Day first: 17/06/2026"),
    "mdy": _l("Month first: 06/17/2026"),
    "excel": _l("Numbers of a spreadsheet: 46190"),
}
DECIMALS: Mapping[str, object] = {
    "": _l("What cannot be misread"),
    "comma": _l("Comma: 1 234,5"),
    "point": _l("Point: 1,234.5"),
}
ENCODINGS: Mapping[str, object] = {
    "": _l("UTF-8 (usual)"),
    "windows-1252": _l("Windows-1252 / Latin-1 (older Excel files)"),
    "utf-16": _l("UTF-16 (Excel: “Unicode text”)"),
}
DELIMITERS: Mapping[str, object] = {
    "": _l("As the first line shows"),
    "semicolon": _l("Semicolon"),
    "comma": _l("Comma"),
    "tab": _l("Tab"),
}
OF_A_FILE: Mapping[str, object] = {
    "empty_file": _l("The file is empty. Choose another, or start from the template."),
    "file_too_large": _l("The file is larger than %(detail)s MiB. Split it into several."),
    "too_many_rows": _l("The file has more than %(detail)s rows. Split it into several; nothing was written."),
    "too_many_columns": _l("The file has more than %(detail)s columns. Keep those of the template."),
    "too_many_faults": _l(
        "More than %(detail)s lines cannot be taken, so nothing was written. Look for a fault that all share."
    ),
    "not_a_table": _l("This is no CSV or XLSX file (%(detail)s). Save it as CSV or XLSX."),
    "name_and_content_differ": _l(
        "The name says %(detail)s, the content is something else. Save the file under its true type."
    ),
    "spoilt_workbook": _l("The workbook cannot be opened. Save it again as XLSX, without a password."),
    "formula_without_result": _l(
        "Line %(line)s of the workbook has a formula without its result. Open it in a spreadsheet and save it again."
    ),
    "workbook_too_long": _l("A workbook may have %(detail)s lines. Save it as CSV, which may have 1,000,000."),
    "unpacked_too_large": _l("The workbook would unpack to more than %(detail)s MiB. Split it into several."),
    "encoding_undeclared": _l(
        "The text is in UTF-16, which has to be said. Choose the encoding, or save the file as UTF-8."
    ),
    "encoding_wrong": _l(
        "Line %(line)s is not text in %(detail)s. Choose the encoding the file is in, or save it as UTF-8."
    ),
    "quote_not_closed": _l(
        "From line %(line)s on a quotation mark is not closed. Close it, or double it inside a text."
    ),
    "cell_too_long": _l("A cell in line %(line)s has more than %(detail)s characters. Shorten it."),
    "broken_line": _l("Line %(line)s cannot be split into columns. Look at its quotation marks."),
    "missing_column": _l("The column “%(detail)s” is missing. Compare the first line with the template."),
    "double_column": _l("The column “%(detail)s” is there twice. Keep one."),
    "unknown_column": _l("The column “%(detail)s” is not known. Take it out, or rename it as in the template."),
    "only_account": _l("Beside the account the file has no column to take. Compare it with the template."),
    "day_twice": _l("The file has a date for each line; leave out the date for all."),
}
# Reasons of a failed run that are not the file's.
OF_A_RUN: Mapping[str, object] = {
    "interrupted": _l("The work was interrupted; nothing was written. Import the file again."),
    "lease_taken": _l("Another import is at work. Wait until it has ended, then import the file again."),
    "internal": _l("Something went wrong on our side; nothing was written. Import the file again."),
}
OF_A_LINE: Mapping[str, object] = {
    "ragged_row": _l(
        "The line has %(detail)s cells, not as many as the header. Look for a missing or extra separator."
    ),
    "account_missing": _l("No account is named. Fill in its number, name, domain or GUID."),
    "account_unknown": _l("No account is known by this. Check the spelling, or wait until the CRM has been read."),
    "account_ambiguous": _l("%(detail)s accounts are known by this. Use the number or the GUID from the CRM."),
    "opportunity_missing": _l("No opportunity is named. Fill in its GUID or its exact name."),
    "opportunity_unknown": _l(
        "No opportunity is known by this. Check the spelling, or wait until the CRM has been read."
    ),
    "opportunity_ambiguous": _l("%(detail)s opportunities have this name. Use the GUID from the CRM."),
    "contact_unknown": _l(
        "No contact of the CRM is known by this. Use the mail address or GUID, or leave the cell empty."
    ),
    "contact_of_another": _l("This contact belongs to another account. Correct one of the two."),
    "address_malformed": _l("This is not a mail address. Correct it, or leave the cell empty."),
    "date_missing": _l("The date is missing. Fill it in as 2026-06-17."),
    "date_ambiguous": _l(
        "This date can be read in two ways. Write 2026-06-17, or say how dates are written in this file."
    ),
    "date_malformed": _l("This is not a date. Write it as 2026-06-17."),
    "date_serial": _l(
        "This is a number as spreadsheets keep dates. Format the cell as a date, or say so for this file."
    ),
    "date_has_time": _l("A day is wanted, without a time. Write it as 2026-06-17."),
    "number_malformed": _l("This is not a number. Write digits only."),
    "number_not_whole": _l("A whole number is wanted. Leave out the decimals."),
    "number_ambiguous": _l("This number can be read in two ways. Say what the decimal sign of this file is."),
    "number_negative": _l("The number is negative. It counts something, so 0 is the least."),
    "number_too_large": _l("The number is larger than anything that is counted here. Correct it."),
    "score_missing": _l("The score is missing. Fill it in."),
    "score_out_of_range": _l("The score lies outside its scale (%(detail)s). Correct it, or the scale that is named."),
    "beyond_scale": _l("The number lies outside its scale (%(detail)s). Correct it."),
    "kind_missing": _l("The kind is missing. Use a word of the template."),
    "kind_unknown": _l("This kind is not known. Use a word of the template."),
    "direction_unknown": _l("This is no direction. Use up or down, or leave the cell empty."),
    "direction_missing": _l("This kind of event says nothing without a direction. Fill in up or down."),
    "status_unknown": _l("This status is not known. Use healthy, at_risk or escalated."),
    "flag_unknown": _l("True or false is wanted. Use one of the two."),
    "stage_missing": _l("The stage is missing. Fill it in."),
    "text_too_long": _l("The text has more than %(detail)s characters. Shorten it."),
    "text_unclean": _l("The text holds control characters. Take them out."),
    "nothing_told": _l("Beside the account and the date the line is empty. Fill in a figure, or take the line out."),
    "may_not_add": _l(
        "Your role may not give this field its first value. Ask a sales administrator for the right to add."
    ),
    "may_not_edit": _l(
        "Your role may not change a value that is there. Ask a sales administrator for the right to edit."
    ),
    "contradicts_line": _l("Line %(detail)s says something else about the same. Keep one of the two."),
    "text_missing": _l("The line has no text that can be read."),
    "day_out_of_range": _l("The date lies in the future or more than ten years back. Correct it."),
    "satisfaction_out_of_range": _l("The satisfaction score lies outside its scale. Correct it, or the scale."),
    "recommendation_out_of_range": _l("The recommendation score lies outside 0 to 10. Correct it."),
    "date_in_future": _l("The date lies after today: it is kept, and counts from that day on."),
    "date_long_ago": _l("The date lies more than ten years back: it is kept, and hardly counts."),
}


def column(name: str, kind: str) -> str:
    """The title of a column as files of this kind have it."""
    if (name, kind) == ("score", "health"):
        return str(customer_words.SCORE)
    return str(COLUMNS.get(name, ""))


def shown(name: str, value: str) -> str:
    """A word of a closed list as people read it; any other text as it is."""
    words: Mapping[str, Mapping[str, object]] = {
        "status": customer_words.STATUSES,
        "churn": {"true": customer_words.YES, "false": customer_words.NO},
        "kind": event_words.EVENTS,
        "direction": event_words.DIRECTIONS,
    }
    return str(words.get(name, {}).get(value, value))


def is_usual(kind: str, direction: str) -> bool:
    """Whether a direction goes without saying for events of this kind."""
    return kind in set(EventKind) and USUAL.get(EventKind(kind)) == direction


def of_line(code: str, detail: str) -> str:
    """What is wrong with a line, and what to do."""
    return str(OF_A_LINE[code]) % {"detail": _figure(detail)}


def of_run(code: str, *, line: int | None, detail: str) -> str:
    """Why nothing of a file was taken, and what to do."""
    sentence = OF_A_FILE.get(code) or OF_A_RUN.get(code) or OF_A_RUN["internal"]
    return str(sentence) % {"line": "" if line is None else formats.number(line), "detail": _figure(detail)}


def _figure(detail: str) -> str:
    """A number as people write it; any other text as it is."""
    return formats.number(int(detail)) if detail.isdecimal() and len(detail) <= 9 else detail
