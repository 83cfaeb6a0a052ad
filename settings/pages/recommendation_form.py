"""The form of one recommendation of the catalogue, and of the limits of scores. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from relationship.signals.recommendations import Way
from settings.pages import keyed
from settings.rules.form import Form
from settings.rules.recommendations import CatalogueEntry, Recommendations, RecommendationWords, ScoreLimits

Sent = Mapping[str, Sequence[str]]
LANGUAGES = ("fr", "en")
WORDS = tuple(RecommendationWords.model_fields)
LIMITS = tuple(ScoreLimits.model_fields)
BETTER, WORSE = "up", "down"


@dataclass(frozen=True, slots=True)
class Typed:
    """values: as they stand in the fields; made: None while there are faults; faults: code by field."""

    values: dict[str, Any]
    made: Form | None
    faults: Mapping[str, str]


def shown(one: CatalogueEntry) -> dict[str, Any]:
    """An entry as it stands in the fields."""
    words = {f"{code}_{name}": getattr(getattr(one, code), name) for code in LANGUAGES for name in WORDS}
    return {
        "enabled": one.enabled, "way": one.way.value, "days": one.days, "triggers": one.triggers, **words,
    }  # fmt: skip


def entry(form: Sent, key: str) -> Typed:
    """The entry that was typed, under this key."""
    texts = {f"{code}_{name}": _text(form, f"{code}_{name}") for code in LANGUAGES for name in WORDS}
    days = _one(form, "days")
    values: dict[str, Any] = {
        "enabled": "enabled" in form,
        "way": _one(form, "way"),
        "days": days,
        "triggers": tuple(form.get("triggers", ())),
        **texts,
    }
    made = {
        "key": key,
        "enabled": values["enabled"],
        "way": values["way"] if values["way"] in [one.value for one in Way] else Way.TASK.value,
        "days": int(days) if days.isascii() and days.isdigit() and len(days) < 4 else days,
        "triggers": values["triggers"],
        **{code: {name: texts[f"{code}_{name}"] for name in WORDS} for code in LANGUAGES},
    }
    return _made(CatalogueEntry, values, made)


def limits(form: Sent) -> Typed:
    """The limits that were typed."""
    values = {name: _one(form, name) for name in LIMITS}
    made = {
        name: int(text) if text.isascii() and text.isdigit() and len(text) < 4 else text
        for name, text in values.items()
    }
    return _made(ScoreLimits, dict(values), made)


def placed(section: Recommendations, one: CatalogueEntry) -> Recommendations:
    """The catalogue with this entry in the place of the one with its key, or at the end."""
    return _with(section, keyed.placed(section.catalogue, one))


def without(section: Recommendations, key: str) -> Recommendations:
    return _with(section, keyed.without(section.catalogue, key))


def moved(section: Recommendations, key: str, way: str) -> Recommendations:
    """The entry one place earlier or later: the order is that in which they are proposed."""
    return _with(section, keyed.moved(section.catalogue, key, -1 if way == BETTER else 1))


def _with(section: Recommendations, entries: tuple[CatalogueEntry, ...]) -> Recommendations:
    return section.model_copy(update={"catalogue": entries})


def _made(model: type[Form], values: dict[str, Any], made: dict[str, Any]) -> Typed:
    try:
        return Typed(values, model.model_validate(made), {})
    except ValidationError as error:
        faults = {"_".join(map(str, one["loc"])): str(one["type"]) for one in error.errors(include_context=False)}
        return Typed(values, None, faults)


def _one(form: Sent, name: str) -> str:
    found = form.get(name, ())
    return found[-1].strip() if found else ""


def _text(form: Sent, name: str) -> str:
    text = _one(form, name).replace("\r\n", "\n")
    return text if name.endswith(("_body", "_agenda", "_advice")) else " ".join(text.split())
