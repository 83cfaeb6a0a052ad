"""The form of one template: what is written, and what of it cannot be saved, with its place. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from settings.rules import Introductions, Template
from settings.rules.templates import with_line_feeds

FIELDS = ("name", "language", "subject", "body")
LONGEST_KEY = 40


@dataclass(frozen=True, slots=True)
class Fault:
    """field: of the form; line, column: from 1, 0 when the whole field is meant; found: what stands there; nearest:
    the placeholder that may be meant, or ''."""

    field: str
    code: str
    line: int = 0
    column: int = 0
    found: str = ""
    nearest: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """typed: as it stands in the fields; template: None while there are faults."""

    typed: Mapping[str, str]
    template: Template | None
    faults: tuple[Fault, ...] = ()

    def of(self, field: str) -> tuple[Fault, ...]:
        return tuple(fault for fault in self.faults if fault.field == field)


def shown(template: Template) -> dict[str, str]:
    """The fields of a template that is edited."""
    return {name: str(getattr(template, name)) for name in FIELDS}


def written(form: Mapping[str, str], key: str) -> Written:
    """The template that was written, under this key."""
    typed = {name: with_line_feeds(form.get(name, "")) for name in FIELDS}
    typed["name"] = " ".join(typed["name"].split())
    try:
        return Written(typed, Template(key=key, **typed))  # type: ignore[arg-type]  # pydantic validates the language
    except ValidationError as error:
        return Written(typed, None, tuple(_fault(found) for found in error.errors()))


def new_key(name: str, taken: Iterable[str]) -> str:
    """A key made of a name, unlike those taken.

    >>> new_key("Demander un avis d’abord", []), new_key("Court", ["court"]), new_key("?", [])
    ('demander-un-avis-d-abord', 'court-2', 'texte')
    """
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    base = re.sub(r"[^a-z0-9]+", "-", bare.lower()).strip("-")[: LONGEST_KEY - 3].strip("-") or "texte"
    used = set(taken)
    number, key = 1, base
    while key in used:
        number += 1
        key = f"{base}-{number}"
    return key


def placed(templates: tuple[Template, ...], template: Template) -> tuple[Template, ...]:
    """The templates with this one in the place of the one with its key, or at the end."""
    if template.key not in {one.key for one in templates}:
        return (*templates, template)
    return tuple(template if one.key == template.key else one for one in templates)


def moved(templates: tuple[Template, ...], key: str, step: int) -> tuple[Template, ...]:
    """The templates with one a step up (-1) or down (1) among those of its language; at the end it stays."""
    order = list(templates)
    here = next((place for place, one in enumerate(order) if one.key == key), None)
    if here is None:
        return templates
    peers = [place for place, one in enumerate(order) if one.language == order[here].language]
    there = peers.index(here) + step
    if 0 <= there < len(peers):
        order[here], order[peers[there]] = order[peers[there]], order[here]
    return tuple(order)


def without(section: Introductions, key: str) -> Introductions:
    """The section without one template; the built-in ones come back with the last."""
    kept = tuple(one for one in section.templates if one.key != key)
    return Introductions.model_validate({**dict(section), "templates": kept})


def _fault(found: Any) -> Fault:
    place = found.get("ctx") or {}
    return Fault(
        str(found["loc"][0]),
        str(found["type"]),
        int(place.get("line", 0)),
        int(place.get("column", 0)),
        str(place.get("found", "")),
        str(place.get("nearest", "")),
    )
