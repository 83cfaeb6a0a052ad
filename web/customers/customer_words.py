"""Words of accounts as customers: the three health fields, contract and scores, alike in lists, files and reports."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

SCORE = _l("Health score of the customer")
STATUS = _l("Health status")
FLAG = _l("At risk for churn")
ARR = _l("Annual revenue")
RENEWAL = _l("Renewal date")
CHURN = _l("Risk of churn")
UPSELL = _l("Upsell score")

STATUSES: Mapping[str, object] = {
    "healthy": _l("Healthy"),
    "at_risk": _l("At risk"),
    "escalated": _l("Escalated"),
}
# How a status looks: as the bands of ratings do.
TONES: Mapping[str, str] = {"healthy": "good", "at_risk": "fair", "escalated": "poor"}
YES, NO = _l("Yes"), _l("No")
HEALTH_FILTERS = {"": _l("All"), **STATUSES}
LEAVING_FILTERS = {"": _l("All"), "yes": YES, "no": NO}
RENEWALS: Mapping[str, object] = {
    "": _l("All"),
    "30": _l("in the next 30 days"),
    "90": _l("in the next 90 days"),
    "180": _l("in the next 180 days"),
    "past": _l("has passed"),
}
LEAST_SCORES: Mapping[str, object] = {
    "": _l("All"),
    "50": _l("50 or more"),
    "70": _l("70 or more"),
    "85": _l("85 or more"),
}


def status(found: str | None) -> str:
    return str(STATUSES.get(found, found)) if found else ""


def flag(found: bool | None) -> str:
    return "" if found is None else str(YES if found else NO)
