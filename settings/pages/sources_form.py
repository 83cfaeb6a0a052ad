"""The form of sources and privacy: scope, date of the consultation, how far back and how long. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ValidationError

from settings.rules import Feedback, Sources

DAYS = ("read_window_days", "retain_days", "retain_days_aggregates")
MOST_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class Fault:
    """field: of the form; code: of `wording_lists.SOURCES_FAULTS`; entered: as it was typed."""

    field: str
    code: str
    entered: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """section: what can be kept, the rest as it was; faults: what cannot."""

    section: Sources
    faults: tuple[Fault, ...] = ()


def fields(section: Sources) -> dict[str, str]:
    """The plain fields as they stand on the form of a section; groups are added and removed one by one."""
    return {
        "scope": "everyone" if section.everyone else "groups",
        "consulted_on": section.consulted_on.isoformat() if section.consulted_on else "",
        **{name: _text(getattr(section, name)) for name in DAYS},
    }


def read(form: Mapping[str, Sequence[str]], base: Sources, *, today: date) -> Read:
    """The section that a form makes of `base`; a field that is not sent stays as it was."""
    faults: list[Fault] = []
    values: dict[str, Any] = base.model_dump()
    sent = {name: found[-1].strip() for name, found in form.items() if found}
    if "scope" in sent:
        values["everyone"] = sent["scope"] == "everyone"
    kept = [key for key in base.groups if key not in set(form.get("remove-groups", ()))]
    values["groups"] = tuple(sorted({*kept, *form.get("add-groups", ())}))
    if "consulted_on" in sent:
        values["consulted_on"] = _date(sent["consulted_on"], base.consulted_on, today, faults)
    values["feedback"] = _feedback(form, base.feedback, faults)
    for name in DAYS:
        if name in sent:
            values[name] = _days(name, sent[name], getattr(base, name), faults)
    try:
        return Read(Sources.model_validate(values), tuple(faults))
    except ValidationError as error:
        code = str(error.errors(include_context=False)[0]["type"])
        field = "retain_days_aggregates" if code == "aggregates_below_retention" else "add-groups"
        entered = sent.get(field, "")
        kept_values = values | {name: getattr(base, name) for name in (*DAYS, "groups")}
        return Read(Sources.model_validate(kept_values), (*faults, Fault(field, code, entered)))


def _feedback(form: Mapping[str, Sequence[str]], base: Feedback, faults: list[Fault]) -> Feedback:
    """Mailboxes are withdrawn by check boxes and added by one field, which may hold several addresses."""
    withdrawn = set(form.get("remove-mailboxes", ()))
    found = [address for address in base.mailboxes if address not in withdrawn]
    wanted = Feedback(mailboxes=tuple(found), keep_when_withdrawn=_keeps(form, base))
    for text in (one for entered in form.get("add-mailbox", ()) for one in entered.replace(",", " ").split()):
        try:
            wanted = Feedback(mailboxes=(*wanted.mailboxes, text), keep_when_withdrawn=wanted.keep_when_withdrawn)
        except ValidationError as error:
            faults.append(Fault("add-mailbox", str(error.errors(include_context=False)[0]["type"]), text[:100]))
    return wanted


def _keeps(form: Mapping[str, Sequence[str]], base: Feedback) -> bool:
    chosen = form.get("keep_when_withdrawn")
    return chosen[-1] == "yes" if chosen else base.keep_when_withdrawn


def _text(days: int | None) -> str:
    return "" if days is None else str(days)


def _days(name: str, text: str, before: int | None, faults: list[Fault]) -> int | None:
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) < 7 and 1 <= int(text) <= MOST_DAYS:
        return int(text)
    faults.append(Fault(name, "days_range", text))
    return before


def _date(text: str, before: date | None, today: date, faults: list[Fault]) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        faults.append(Fault("consulted_on", "date_malformed", text))
        return before
    if found > today:
        faults.append(Fault("consulted_on", "date_in_future", text))
        return before
    return found
