"""The form of an alert rule: what is typed, and what of it cannot be saved. Pure.

Groups and conditions are numbered fields (`g0-join`, `g0-c1-what`, `g0-c1-values`), so that the form works without
any script: buttons that add or remove a line send it, and it comes back with that line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from relationship.addresses import typed
from relationship.verbatims.alerts.conditions import DEGREES, FLAGS, MOST_CONDITIONS, MOST_GROUPS, NUMBERS
from relationship.verbatims.alerts.rule import AlertRule

Sent = Mapping[str, Sequence[str]]
MOST_ROWS = 50
LANGUAGES = ("fr", "en")
_BLANK = {"what": "emotion", "values": (), "at": "least", "number": None, "degree": 1, "negative": False}


@dataclass(frozen=True, slots=True)
class Typed:
    """values: as they stand in the fields; made: None while there are faults; faults: codes, each once."""

    values: dict[str, Any]
    made: AlertRule | None
    faults: tuple[str, ...] = ()


def read(form: Sent, colleagues: Mapping[str, str]) -> Typed:
    """The rule that was typed. colleagues: their keys by mail address; every other address is one outside."""
    values = typed_values(form)
    faults: list[str] = []
    people, outside = _addresses(values["to"], colleagues, faults)
    perimeters = []
    for row in values["perimeters"]:
        theirs, others = _addresses(row["to"], colleagues, faults)
        perimeters.append({"what": row["what"], "value": row["value"], "people": theirs, "addresses": others})
    fallback, strangers = _addresses(values["fallback"], colleagues, faults)
    if strangers:
        faults.append("fallback_outside")
    groups = [{**group, "conditions": [_condition(one) for one in group["conditions"]]} for group in values["groups"]]
    body = {
        **{name: values[name] for name in _SAME},
        "when": {"join": values["join"], "groups": groups},
        "recipients": {
            "owner": values["owner"], "people": people, "addresses": outside, "lists": values["lists"],
            "perimeters": perimeters, "fallback": fallback,
        },
        "list_into": values["list_into"],
        **_letters(values["letters"], faults),
    }  # fmt: skip
    if faults:
        return Typed(values, None, tuple(dict.fromkeys(faults)))
    try:
        return Typed(values, AlertRule.model_validate(body))
    except ValidationError as error:
        return Typed(values, None, tuple(dict.fromkeys(_code(one) for one in error.errors(include_context=False))))


_SAME = (
    "name", "case", "trigger", "said_within", "endpoints", "task", "task_when", "task_days", "task_subject", "note",
    "risk", "folder", "most_a_day", "digest", "urgent",
)  # fmt: skip


def typed_values(form: Sent) -> dict[str, Any]:
    """The fields as they were sent, numbers where they are some, after the button that was pressed."""
    groups = [_group(form, number) for number in range(MOST_GROUPS) if f"g{number}-join" in form]
    values: dict[str, Any] = {
        "name": " ".join(_one(form, "name").split()),
        "case": _one(form, "case"),
        "enabled": "enabled" in form,
        "trigger": _one(form, "trigger") or "verbatim",
        "said_within": _whole(_one(form, "said_within"), 30),
        "join": _one(form, "join") or "all",
        "groups": _pressed(groups or [_new_group()], _one(form, "act")),
        "owner": "owner" in form,
        "to": _one(form, "to"),
        "fallback": _one(form, "fallback"),
        "lists": _numbers(form.get("lists", ())),
        "perimeters": [
            {"what": what, "value": value.strip(), "to": to}
            for what, value, to in zip(
                form.get("p-what", ()), form.get("p-value", ()), form.get("p-to", ()), strict=False
            )
            if value.strip() or to.strip()
        ][:MOST_ROWS],
        "endpoints": tuple(form.get("endpoints", ())),
        "task": "task" in form,
        "task_when": "raised" if _one(form, "task_when") == "raised" else "confirmed",
        "task_days": _whole(_one(form, "task_days"), 2),
        "task_subject": " ".join(_one(form, "task_subject").split()),
        "list_into": next(iter(_numbers(form.get("list_into", ()))), None),
        "note": "note" in form,
        "risk": _one(form, "risk"),
        "folder": "folder" in form,
        "letters": {
            language: {
                "subject": " ".join(_one(form, f"letter-{language}-subject").split()),
                "body": _one(form, f"letter-{language}-body").replace("\r\n", "\n").strip(),
            }
            for language in LANGUAGES
        },
        "most_a_day": _whole(_one(form, "most_a_day"), 5),
        "digest": "digest" in form,
        "urgent": "urgent" in form,
    }
    return values


def values_of(rule: AlertRule, *, enabled: bool, addresses: Mapping[str, str]) -> dict[str, Any]:
    """A rule as it stands in the form. addresses: of colleagues, by their keys."""
    to = rule.recipients
    return {
        **rule.model_dump(include=set(_SAME)),
        "enabled": enabled,
        "join": rule.when.join,
        "groups": [group.model_dump() for group in rule.when.groups],
        "owner": to.owner,
        "to": "\n".join([*(addresses.get(key, key) for key in to.people), *to.addresses]),
        "lists": to.lists,
        "perimeters": [
            {
                "what": one.what,
                "value": one.value,
                "to": ", ".join([*(addresses.get(key, key) for key in one.people), *one.addresses]),
            }
            for one in to.perimeters
        ],
        "fallback": "\n".join(addresses.get(key, key) for key in to.fallback),
        "list_into": rule.list_into,
        "letters": _letters_of(rule),
    }


def _letters(typed: Mapping[str, Mapping[str, str]], faults: list[str]) -> dict[str, Any]:
    """The letter as a rule has it: in one language, and perhaps in the other too."""
    if any(any(one.values()) and not all(one.values()) for one in typed.values()):
        faults.append("letter_incomplete")
    whole = {language: dict(one) for language, one in typed.items() if all(one.values())}
    if not whole:
        return {}
    first, *others = whole
    return {"letter_language": first, "letter": whole[first], "letter_other": whole[others[0]] if others else None}


def _letters_of(rule: AlertRule) -> dict[str, dict[str, str]]:
    """By language, each with a subject and a text, both '' for none."""
    found = {language: {"subject": "", "body": ""} for language in LANGUAGES}
    other = next(one for one in LANGUAGES if one != rule.letter_language)
    for language, letter in ((rule.letter_language, rule.letter), (other, rule.letter_other)):
        if letter is not None:
            found[language] = letter.model_dump()
    return found


def _group(form: Sent, number: int) -> dict[str, Any]:
    conditions = [
        _typed_condition(form, f"g{number}-c{place}")
        for place in range(MOST_CONDITIONS)
        if f"g{number}-c{place}-what" in form
    ]
    return {"join": _one(form, f"g{number}-join") or "all", "conditions": conditions or [dict(_BLANK)]}


def _typed_condition(form: Sent, name: str) -> dict[str, Any]:
    chosen = [one for one in form.get(f"{name}-values", ()) if one.strip()]
    typed = [one.strip() for one in _one(form, f"{name}-text").replace(";", "\n").splitlines() if one.strip()]
    text = _one(form, f"{name}-number").replace(",", ".")
    return {
        "what": _one(form, f"{name}-what"),
        "values": tuple(dict.fromkeys((*chosen, *typed))),
        "at": "most" if _one(form, f"{name}-at") == "most" else "least",
        "number": _decimal(text),
        "degree": {"2": 2, "3": 3}.get(_one(form, f"{name}-degree"), 1),
        "negative": _one(form, f"{name}-is") == "not",
    }


def _condition(one: Mapping[str, Any]) -> dict[str, Any]:
    """What belongs to this sort of condition; what another left behind in the form does not count."""
    is_number = one["what"] in NUMBERS
    values = () if is_number or one["what"] in FLAGS else one["values"]
    degree = one["degree"] if one["what"] in DEGREES else 1
    return {**one, "values": values, "number": one["number"] if is_number else None, "degree": degree}


def _pressed(groups: list[dict[str, Any]], act: str) -> list[dict[str, Any]]:
    """After a button such as 'add:0', 'remove:0:2', 'add-group' or 'remove-group:1'."""
    name, _, rest = act.partition(":")
    places = [int(one) for one in rest.split(":") if one.isdecimal() and len(one) < 4]
    if name == "add-group" and len(groups) < MOST_GROUPS:
        return [*groups, _new_group()]
    if not places or places[0] >= len(groups):
        return groups
    group = groups[places[0]]
    conditions: list[dict[str, Any]] = group["conditions"]
    if name == "add" and len(conditions) < MOST_CONDITIONS:
        group["conditions"] = [*conditions, dict(_BLANK)]
    elif name == "remove" and len(places) == 2 and len(conditions) > 1:
        group["conditions"] = [one for place, one in enumerate(conditions) if place != places[1]]
    elif name == "remove-group" and len(groups) > 1:
        return [one for place, one in enumerate(groups) if place != places[0]]
    return groups


def _new_group() -> dict[str, Any]:
    return {"join": "all", "conditions": [dict(_BLANK)]}


def _addresses(
    text: str, colleagues: Mapping[str, str], faults: list[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:  # fmt: skip
    """(keys of colleagues, addresses outside) of a field of addresses."""
    people: list[str] = []
    outside: list[str] = []
    for part in text.replace(",", "\n").replace(";", "\n").splitlines():
        if not part.strip():
            continue
        found = typed(part)
        if found is None:
            faults.append("address_malformed")
        elif found in colleagues:
            people.append(colleagues[found])
        else:
            outside.append(found)
    return tuple(dict.fromkeys(people)), tuple(dict.fromkeys(outside))


def _code(one: Any) -> str:
    code = str(one["type"])
    place = str(one["loc"][0]) if one["loc"] else ""
    if place == "name" and code in ("string_too_short", "string_pattern_mismatch"):
        return "name_blank"
    return code


def _one(form: Sent, name: str) -> str:
    found = form.get(name, ())
    return found[-1] if found else ""


def _numbers(texts: Sequence[str]) -> tuple[int, ...]:
    return tuple(int(one) for one in texts if one.isdecimal() and len(one) < 10)


def _whole(text: str, empty: int) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else empty if not text.strip() else -1


def _decimal(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
