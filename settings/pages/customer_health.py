"""The page of customer health: thresholds of the health fields, which source counts first, and the learnt model."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, request
from flask_babel import lazy_gettext as _l
from pydantic import ValidationError
from werkzeug.wrappers import Response

from relationship.signals.health_fields import PRECEDENCE
from relationship.store import rules as stored
from relationship.store.customers import churn_models
from settings.pages import sections
from settings.pages.shell import blueprint
from settings.pages.versions import shown_version
from settings.rules import CustomerHealth
from web.customers import score_words
from web.house import house
from web.identity.members import for_admins

NUMBERS: Mapping[str, tuple[object, object]] = {
    "healthy_from": (_l("Healthy from"), _l("least score of the status “Healthy”")),
    "at_risk_from": (_l("At risk from"), _l("least score of “At risk”; below it is “Escalated”")),
    "churn_below": (_l("At risk for churn below"), _l("the flag is set below this score")),
    "watch_below": (_l("To watch below"), _l("accounts in the list “To watch”")),
    "celebrate_from": (_l("To celebrate from"), _l("accounts in the list “To celebrate”")),
}
FAULTS: Mapping[str, object] = {
    "at_risk_not_below_healthy": _l("“At risk from” must lie below “Healthy from”."),
    "watch_above_celebrate": _l("“To watch below” must not lie above “To celebrate from”."),
    "source_not_once": _l("Every source stands in the order exactly once."),
}
UNKNOWN_FAULT = _l("Enter whole numbers from 1 to 100.")


@blueprint.get("/customer-health")
@for_admins
def customer_health() -> str:
    with house().store.reading() as conn:
        version, present = stored.current(conn)
    return _page(version, present.customer_health.model_dump())


@blueprint.post("/customer-health")
@for_admins
def save_customer_health() -> str | Response | tuple[str, int]:
    """Save; 422 with what cannot be. Fields of every account follow in the same transaction."""
    with house().store.reading() as conn:
        version, base = shown_version(conn)
    values = sent(request.form.to_dict(flat=False))
    try:
        section = CustomerHealth.model_validate(values)
    except ValidationError as error:
        return _page(version, values, fault=str(error.errors(include_context=False)[0]["type"])), 422
    return sections.save(
        base,
        base.model_copy(update={"customer_health": section}),
        version=version,
        view="settings.save_customer_health",
        back="settings.customer_health",
        shown={},
    )


def sent(form: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The section's values as the form says them; a number that is none stays the text that it is."""

    def one(name: str) -> str:
        return next(iter(form.get(name, ())), "").strip()

    def whole(text: str) -> int | str:
        return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else text

    model = one("churn_model")
    return {
        **{name: whole(one(name)) for name in NUMBERS},
        "precedence": tuple(one(f"precedence_{place}") for place in range(len(PRECEDENCE))),
        "churn_model": whole(model) if model else None,
    }


def _page(version: int, values: Mapping[str, Any], *, fault: str = "") -> str:
    with house().store.reading() as conn:
        newest = churn_models.newest(conn)
    return render_template(
        "settings/customer_health.html",
        version=version,
        values=values,
        fault=FAULTS.get(fault, UNKNOWN_FAULT) if fault else "",
        numbers=NUMBERS,
        sources={name: score_words.SOURCES[name] for name in PRECEDENCE},
        newest=newest,
        measures=score_words.REASONS,
        note=sections.note() if request.form else "",
        saved=sections.last_saved(),
    )
