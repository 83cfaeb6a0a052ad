"""The fields of a control command: read from its JSON object, refused when they are missing or wrong."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from simulator.dataverse.schema import Ref, Value, tables

Json = dict[str, Any]


class MissingFieldError(Exception):
    """A command lacks this field, or it is not of the right form."""


def text(body: Json, name: str) -> str:
    if not isinstance(body.get(name), str):
        raise MissingFieldError(name)
    return str(body[name])


def table(body: Json) -> str:
    name = text(body, "table")
    if name not in tables():
        raise ValueError(f"no table {name}; there are {', '.join(tables())}")
    return name


def ref(value: object) -> Ref | None:
    """A record written {"table": …, "guid": …}; None when there is none."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise ValueError('a record is written {"table": "opportunity", "guid": "…"}')
    return Ref(table(value), text(value, "guid"))


def columns(body: Json) -> dict[str, Value]:
    given = body.get("columns")
    if not isinstance(given, Mapping):
        raise MissingFieldError("columns")
    return {str(name): ref(value) if isinstance(value, dict) else value for name, value in given.items()}


def texts(body: Json, name: str) -> list[str]:
    """A list of texts; [] when the field is not there."""
    value = body.get(name, [])
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise MissingFieldError(name)
    return value


def instant(body: Json, name: str) -> datetime | None:
    """ISO 8601 with an offset; None when the field is not there."""
    if body.get(name) is None:
        return None
    found = datetime.fromisoformat(text(body, name))
    if found.tzinfo is None:
        raise ValueError(f"{name} has no offset from UTC")
    return found


def whole_number(body: Json, name: str) -> int | None:
    value = body.get(name)
    if value is not None and type(value) is not int:
        raise ValueError(f"{name} is not a whole number")
    return value
