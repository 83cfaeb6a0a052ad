"""Words of the pages of actions on change."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from web.operations import action_words

RECORDS: Mapping[str, object] = {
    "opportunity": _l("Opportunities"),
    "account": _l("Accounts"),
    "contact": _l("Contacts"),
    "lead": _l("Leads"),
}
WATCH: Mapping[str, object] = {"rating": _l("The rating"), "trend": _l("The trend")}
MOVES: Mapping[str, object] = {"down": _l("gets worse"), "up": _l("gets better"), "any": _l("changes")}
FORMATS: Mapping[str, object] = {"standard": _l("Standard (signed)"), "teams": _l("Microsoft Teams card")}
FAULTS: Mapping[str, object] = {
    **action_words.REFUSALS,
    "number_range": _l("Enter a whole number within the limits."),
    "records_missing": _l("Choose at least one kind of record."),
    "string_too_long": _l("This is too long."),
    "string_pattern_mismatch": _l("This holds a character that is not allowed."),
}
UNKNOWN_FAULT = _l("This cannot be saved as it is.")


def fault(code: str) -> object:
    return FAULTS.get(code, UNKNOWN_FAULT)
