"""Words of accounts as customers: the three health fields, contract and scores, alike in lists, files and reports."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

from relationship.store.verbatims.verbatim_moods import level
from web.verbatims import verbatim_words

SCORE = _l("Health score of the customer")
STATUS = _l("Health status")
FLAG = _l("At risk for churn")
ARR = _l("Annual revenue")
RENEWAL = _l("Renewal date")
CHURN = _l("Risk of churn")
UPSELL = _l("Upsell score")
MOOD = _l("Mood")
MOOD_DEGREES = _l("Mood (°C)")
EMOTION = _l("Emotion")

STATUSES: Mapping[str, object] = {
    "healthy": _l("Healthy"),
    "at_risk": _l("At risk"),
    "escalated": _l("Escalated"),
}
# How a status looks: as the bands of ratings do.
TONES: Mapping[str, str] = {"healthy": "good", "at_risk": "fair", "escalated": "poor"}
YES, NO = _l("Yes"), _l("No")
ALL = _lp("owner", "All")
HEALTH_FILTERS = {"": ALL, **STATUSES}
LEAVING_FILTERS = {"": ALL, "yes": YES, "no": NO}
RENEWALS: Mapping[str, object] = {
    "": ALL,
    "30": _l("in the next 30 days"),
    "90": _l("in the next 90 days"),
    "180": _l("in the next 180 days"),
    "past": _l("has passed"),
}
# Of the last verbatims (`verbatim_moods.level`).
MOODS: Mapping[str, object] = {"warm": _l("Good mood"), "calm": _l("Even mood"), "cold": _l("Bad mood")}
MOOD_TONES: Mapping[str, str] = {"warm": "good", "calm": "none", "cold": "poor"}
MOOD_FILTERS = {"": _l("All"), **MOODS, "none": _l("Nothing said within a year")}
LEAST_SCORES: Mapping[str, object] = {
    "": ALL,
    "50": _l("50 or more"),
    "70": _l("70 or more"),
    "85": _l("85 or more"),
}


def status(found: str | None) -> str:
    return str(STATUSES.get(found, found)) if found else ""


def emotion(found: str | None) -> str:
    return str(verbatim_words.EMOTIONS.get(found, found)) if found else ""


def mood_level(temperature: float) -> str:
    """'warm', 'calm' or 'cold'."""
    return level(temperature)


def flag(found: bool | None) -> str:
    return "" if found is None else str(YES if found else NO)
