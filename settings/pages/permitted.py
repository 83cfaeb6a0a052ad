"""Names of records on the pages of the settings: only of those that the CRM lets the administrator read.

The rules themselves hold keys, and figures count the whole organisation, for a rule holds for all of it. While the CRM
cannot be asked, the pages show keys instead of names, so that settings can still be changed.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from relationship.access import RightsUnknown
from relationship.activities import RecordKind, RecordRef
from relationship.store.lists.choosing import Choice
from relationship.store.reading.reading_names import NamedRecord
from settings.preview import Effect
from web.identity import rights

T = TypeVar("T")

PEOPLE = (RecordKind.CONTACT, RecordKind.LEAD)


def choices(found: Sequence[Choice], kinds: Collection[RecordKind]) -> list[Choice]:
    """The choices that the administrator may read as a record of one of the kinds."""
    return _kept(found, lambda one: [RecordRef(kind, one.key) for kind in kinds])


def chosen(found: Mapping[str, Choice], kinds: Collection[RecordKind]) -> dict[str, Choice]:
    """The same of choices by key."""
    return {one.key: one for one in choices(list(found.values()), kinds)}


def named(found: Iterable[NamedRecord]) -> list[NamedRecord]:
    """The named records that the administrator may read."""
    return _kept(list(found), lambda one: [_ref(one.key)])


def effect(found: Effect) -> Effect:
    """The effect with those of its rows that the administrator may read; its figures stay."""
    rows = _kept(found.rows, lambda row: [RecordRef(RecordKind.OPPORTUNITY, row.guid)])
    return replace(found, rows=tuple(rows))


def _ref(key: str) -> RecordRef:
    kind, _, guid = key.partition(":")
    return RecordRef(RecordKind(kind), guid)


def _kept(found: Sequence[T], refs: Callable[[T], Collection[RecordRef]]) -> list[T]:
    try:
        seen = rights.among(ref for one in found for ref in refs(one))
    except RightsUnknown:
        return []
    return [one for one in found if seen.intersection(refs(one))]
