"""The forms of actions on change, webhooks and times of mails: what is typed, and what of it cannot be saved. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from settings.pages import keyed
from settings.rules.actions import BANDS, EVENTS, TRENDS, ActionRule, Actions, Endpoint, MailTimes
from settings.rules.form import Form

RECORDS = ("opportunity", "account", "contact", "lead")
MAIL_FIELDS = tuple(MailTimes.model_fields)
Sent = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Fault:
    """field: of the form; code: of `action_words.REFUSALS`, or one that only a form has."""

    field: str
    code: str


@dataclass(frozen=True, slots=True)
class Typed:
    """values: as they stand in the fields; made: None while there are faults."""

    values: dict[str, Any]
    made: Form | None
    faults: tuple[Fault, ...] = ()

    def of(self, field: str) -> tuple[Fault, ...]:
        return tuple(fault for fault in self.faults if fault.field == field)


def rule(form: Sent, key: str) -> Typed:
    """The rule that was typed, under this key."""
    watch = _one(form, "watch") or "rating"
    known = BANDS if watch == "rating" else TRENDS
    faults: list[Fault] = []
    values: dict[str, Any] = {
        "name": _line(form, "name"),
        "enabled": "enabled" in form,
        "records": tuple(name for name in RECORDS if name in form.get("records", ())),
        "watch": watch,
        "moves": _one(form, "moves") or "down",
        "reaches": tuple(name for name in known if name in form.get("reaches", ())),
        "least_value": _number(form, "least_value", faults, empty=None),
        "every_cause": "every_cause" in form,
        "notify_owner": "notify_owner" in form,
        "task": "task" in form,
        "task_days": _number(form, "task_days", faults, empty=3),
        "task_subject": _line(form, "task_subject"),
        "endpoints": tuple(form.get("endpoints", ())),
    }
    return _made(ActionRule, {**values, "key": key}, faults)


def endpoint(form: Sent, key: str) -> Typed:
    """The webhook that was typed, under this key."""
    values: dict[str, Any] = {
        "name": _line(form, "name"),
        "url": _one(form, "url"),
        "enabled": "enabled" in form,
        "events": tuple(name for name in EVENTS if name in form.get("events", ())),
        "format": _one(form, "format") or "standard",
        "language": _one(form, "language") or "fr",
    }
    return _made(Endpoint, {**values, "key": key}, [])


def mails(form: Sent, base: MailTimes) -> Typed:
    """The times that were typed; a field that is not sent stays as it was."""
    faults: list[Fault] = []
    values = {
        name: _number(form, name, faults, empty=getattr(base, name)) if name in form else getattr(base, name)
        for name in MAIL_FIELDS
    }
    return _made(MailTimes, values, faults)


def without_rule(section: Actions, key: str) -> Actions:
    return section.model_copy(update={"rules": keyed.without(section.rules, key)})


def without_endpoint(section: Actions, key: str) -> Actions:
    """Without one webhook, and without it in every rule; a rule that did nothing else goes too."""
    rules = []
    for one in section.rules:
        kept = tuple(name for name in one.endpoints if name != key)
        if one.notify_owner or one.task or kept:
            rules.append(one.model_copy(update={"endpoints": kept}))
    endpoints = keyed.without(section.endpoints, key)
    return section.model_copy(update={"rules": tuple(rules), "endpoints": endpoints})


def _made(model: type[Form], values: dict[str, Any], faults: list[Fault]) -> Typed:
    if faults:
        return Typed(values, None, tuple(faults))
    try:
        return Typed(values, model.model_validate(values))
    except ValidationError as error:
        return Typed(values, None, tuple(_fault(one) for one in error.errors(include_context=False)))


def _fault(one: Any) -> Fault:
    place = one["loc"][0] if one["loc"] else ""
    code = str(one["type"])
    if code == "action_missing":
        place = "does"
    if code == "too_short" and place == "records":
        code = "records_missing"
    if code in ("greater_than_equal", "less_than_equal"):
        code = "number_range"
    return Fault(str(place), code)


def _one(form: Sent, name: str) -> str:
    found = form.get(name, ())
    return found[-1].strip() if found else ""


def _line(form: Sent, name: str) -> str:
    return " ".join(_one(form, name).split())


def _number(form: Sent, name: str, faults: list[Fault], *, empty: int | None) -> int | None:
    """Digits, with the spaces that people put between them."""
    text = "".join(_one(form, name).split()).replace("\u202f", "").replace("\u00a0", "")
    if not text:
        return empty
    if text.isascii() and text.isdigit() and len(text) <= 13:
        return int(text)
    faults.append(Fault(name, "number_range"))
    return empty
