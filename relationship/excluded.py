"""What is left of an item once excluded people and records are taken out of it. Pure.

The names of fields are those of `disposition`, `events`, `task_rows`, `call_rows` and `dataverse_activities`, all in
`sync/shapes/`; people are named by address or identity (`addresses`).
"""

from collections.abc import Set as AbstractSet
from typing import Any

from relationship.activities import Kind
from relationship.addresses import domain_of, identity

Fields = dict[str, Any]

_LISTS = ("to", "cc", "declined", "guests")
_ONE_PERSON = 1


def is_below(domain: str, domains: AbstractSet[str]) -> bool:
    """Whether a domain is one of these or lies below one."""
    while domain:
        if domain in domains:
            return True
        domain = domain.partition(".")[2]
    return False


def has_excluded_domain(name: str, domains: AbstractSet[str]) -> bool:
    """Whether a person is known by an address in or below one of these domains."""
    return "@" in name and is_below(domain_of(name), domains)


def named(fields: Fields) -> set[str]:
    """Everybody, and every record, that an item names; records like people: `opportunity:<guid>`."""
    found = {fields.get("from"), fields.get("organiser")}
    for name in _LISTS:
        found.update(fields.get(name) or ())
    found.update(address for address, _ in fields.get("attendees") or ())
    found.update(identity("user", owner) for owner in fields.get("owners") or ())
    found.update(identity(table, guid) for table, guid in fields.get("links") or ())
    if fields.get("regarding"):
        found.add(identity(*fields["regarding"]))
    return {name for name in found if name is not None}


def without(fields: Fields, gone: AbstractSet[str]) -> Fields | None:
    """The fields without those who are gone; None when nothing of the item may be kept.

    What one person did alone (a mail, a call nobody answered, a task) goes with that person, and so does
    what has only one person left. Of a series and of a task in To Do or Planner the bare item stays, so that it
    is not asked for again at every run.
    """
    touched = named(fields) & gone
    if not touched:
        return fields
    if "task" in fields:
        return _task_without(fields, gone)
    kept = dict(fields)
    for name in ("from", "organiser"):
        if kept.get(name) in gone:
            kept[name] = None
    for name in _LISTS:
        if kept.get(name):
            kept[name] = [address for address in kept[name] if address not in gone]
    if kept.get("attendees"):
        kept["attendees"] = [[address, role] for address, role in kept["attendees"] if address not in gone]
    regarding = kept.get("regarding")
    is_record = regarding is not None and identity(*regarding) in gone
    if is_record:
        kept["regarding"] = None
    if fields.get("type") == "seriesMaster":
        return kept
    if fields.get("from") in gone and _is_one_sided(fields):
        return None
    lost_people = touched - ({identity(*regarding)} if regarding else set())
    is_bare = bool(lost_people or is_record) and len(_people(kept)) <= _ONE_PERSON
    return None if is_bare and _tells_people(fields) else kept


def _is_one_sided(fields: Fields) -> bool:
    kind = fields.get("kind", Kind.EMAIL)
    return bool(kind in (Kind.EMAIL, Kind.TASK) or (kind == Kind.CALL and not fields.get("minutes")))


def _people(fields: Fields) -> set[str]:
    people = {fields.get("from"), fields.get("organiser"), *(fields.get("to") or ()), *(fields.get("cc") or ())}
    people.update(address for address, _ in fields.get("attendees") or ())
    people.update(fields.get("guests") or ())
    return {name for name in people if name is not None}


def _tells_people(fields: Fields) -> bool:
    """Whether the item has fully arrived; of one that has not the missing people may follow."""
    return ("to" in fields and "cc" in fields) or "attendees" in fields


def _task_without(fields: Fields, gone: AbstractSet[str]) -> Fields:
    owners = [owner for owner in fields.get("owners") or () if identity("user", owner) not in gone]
    links = [[table, guid] for table, guid in fields.get("links") or () if identity(table, guid) not in gone]
    had_people = any(table in ("contact", "lead") for table, _ in fields.get("links") or ())
    has_people = any(table in ("contact", "lead") for table, _ in links)
    return {**fields, "owners": owners, "links": links if has_people or not had_people else []}
