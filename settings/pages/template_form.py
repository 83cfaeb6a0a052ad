"""The form of one template: what is written, and what of it cannot be saved, with its place. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from settings.pages import keyed
from settings.rules import Introductions, Template
from settings.rules.templates import with_line_feeds

FIELDS = ("name", "language", "subject", "body")


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


def without(section: Introductions, key: str) -> Introductions:
    """The section without one template; the built-in ones come back with the last."""
    return Introductions.model_validate({**dict(section), "templates": keyed.without(section.templates, key)})


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
