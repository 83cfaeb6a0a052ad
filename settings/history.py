"""What was changed, by whom, when and why; and how a change is taken back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from relationship.store import rules as stored
from settings.rules import Rules

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that changed: its place in the document, JSON values before and after; None: not there."""

    path: Path
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """One version with what it changed of the one before (of the defaults, for the first)."""

    version: int
    saved_at: datetime
    saved_by: str
    saved_by_name: str
    note: str
    differences: tuple[Difference, ...]


def versions(conn: Connection, limit: int, before: int | None = None) -> list[Change]:
    """The latest changes, newest first; before: only versions with a smaller number."""
    found = stored.versions(conn, limit=limit + 1, before=before)
    older = [version.rules for version in found[1:]]
    if len(found) <= limit:
        older.append(Rules())
    return [
        Change(one.number, one.saved_at, one.saved_by, one.saved_by_name, one.note, differences(rules, one.rules))
        for one, rules in zip(found, older, strict=False)
    ]


def version(conn: Connection, number: int) -> Change | None:
    """The change that a version made, None when there is no such version."""
    found = versions(conn, 1, before=number + 1)
    return found[0] if found and found[0].version == number else None


def differences(before: Rules, after: Rules) -> tuple[Difference, ...]:
    """Where two documents differ, in the order of the document.

    >>> from settings.rules import HealthSection
    >>> differences(Rules(), Rules(health=HealthSection(frequency=5)))
    (Difference(path=('health', 'frequency'), before=3, after=5),)
    """
    old, new = dict(_values(_body(before))), dict(_values(_body(after)))
    paths = [*new, *(path for path in old if path not in new)]
    return tuple(Difference(path, old.get(path), new.get(path)) for path in paths if old.get(path) != new.get(path))


def overtaken(present: Rules, change: Change) -> tuple[Difference, ...]:
    """What of a change is no longer as it left it: path, its value then, its value now. Taking the change back
    would lose these later changes too."""
    now = dict(_values(_body(present)))
    return tuple(
        Difference(one.path, one.after, now.get(one.path))
        for one in change.differences
        if now.get(one.path) != one.after
    )


def undone(present: Rules, change: Change) -> Rules:
    """The rules in force with the values from before a change at every place that it changed.

    Raises pydantic's ValidationError when later changes leave no legal document, such as band limits that
    would stand in the wrong order.
    """
    body, model = _body(present), _body(Rules())
    for one in change.differences:
        _set(body, one.path, one.before, entry=not _has(model, one.path))
    return Rules.model_validate(body)


def _body(rules: Rules) -> dict[str, Any]:
    return rules.model_dump(mode="json")


def _values(body: dict[str, Any], path: Path = ()) -> Iterator[tuple[Path, Any]]:
    for key, value in body.items():
        if isinstance(value, dict):
            yield from _values(value, (*path, key))
        else:
            yield (*path, key), value


def _has(body: dict[str, Any], path: Path) -> bool:
    for key in path:
        if not isinstance(body, dict) or key not in body:
            return False
        body = body[key]
    return True


def _set(body: dict[str, Any], path: Path, value: Any, *, entry: bool) -> None:
    """Put a value at its place; an entry of a map that was not there before goes again."""
    for key in path[:-1]:
        body = body[key]
    if entry and value is None:
        body.pop(path[-1], None)
    else:
        body[path[-1]] = value
