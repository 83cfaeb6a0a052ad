"""Which expected frequency holds for a record: the one place that knows the order of precedence.

An override for the record itself comes first, then one for its segment, then one for its team, then the
organisation's own value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from relationship.health.rules import Frequency, HealthRules
from settings.rules.health import HealthSection


class DecidedBy(StrEnum):
    RECORD = "record"
    SEGMENT = "segment"
    TEAM = "team"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class Decided:
    """The frequency expected of a record, and which rule decided."""

    frequency: Frequency
    by: DecidedBy


@dataclass(frozen=True, slots=True, eq=False)
class RecordKeys:
    """What overrides are looked up by, for n records.

    group   index into `groups`, shape (n,);  groups  the different pairs of segment and team
    places  where a record stands, by 'kind:guid'
    """

    groups: tuple[tuple[str, str | None], ...]
    group: NDArray[np.integer[Any]]
    places: Mapping[str, int]


def record_keys(records: Sequence[tuple[str, str, str, str | None]]) -> RecordKeys:
    """The keys of records, each given as (kind, guid, segment, team), in their order."""
    kinds, guids, segments, teams = zip(*records, strict=True) if records else ((),) * 4
    pairs = list(zip(segments, teams, strict=True))
    groups = tuple(dict.fromkeys(pairs))
    number = {pair: place for place, pair in enumerate(groups)}
    keys = [f"{kind}:{guid}" for kind, guid in zip(kinds, guids, strict=True)]
    return RecordKeys(
        groups=groups,
        group=np.array([number[pair] for pair in pairs], dtype=np.int64),
        places=dict(zip(keys, range(len(keys)), strict=True)),
    )


def expected_frequency(
    section: HealthSection, *, kind: str, guid: str, segment: str = "", team: str | None = None
) -> Decided:
    """The frequency that holds for one record.

    segment  of its account (of a lead, its own), '' without one;  team  GUID of the business unit that owns it

    >>> from settings.rules.health import Overrides
    >>> section = HealthSection(frequency=3, overrides=Overrides(segments={"Key accounts": 2}))
    >>> expected_frequency(section, kind="account", guid="", segment="Key accounts").by.value
    'segment'
    """
    overrides = section.overrides
    for code, by in (
        (overrides.records.get(f"{kind}:{guid}"), DecidedBy.RECORD),
        (overrides.segments.get(segment), DecidedBy.SEGMENT),
        (overrides.teams.get(team or ""), DecidedBy.TEAM),
    ):
        if code is not None:
            return Decided(Frequency(code), by)
    return Decided(Frequency(section.frequency), DecidedBy.ORGANISATION)


def rules_for(
    section: HealthSection, *, kind: str, guid: str, segment: str = "", team: str | None = None
) -> HealthRules:
    """The rules with the frequency that holds for one record; arguments as in `expected_frequency`."""
    decided = expected_frequency(section, kind=kind, guid=guid, segment=segment, team=team)
    return replace(section.rules(), frequency=decided.frequency)


def frequency_codes(section: HealthSection, keys: RecordKeys) -> NDArray[np.int64]:
    """The same for many records: codes of `Frequency`, shape (n,)."""
    by_group = [
        expected_frequency(section, kind="", guid="", segment=segment, team=team).frequency
        for segment, team in keys.groups
    ]
    codes: NDArray[np.int64] = np.array(by_group, dtype=np.int64)[keys.group]
    for key in section.overrides.records:
        place = keys.places.get(key)
        if place is not None:
            kind, _, guid = key.partition(":")
            codes[place] = expected_frequency(section, kind=kind, guid=guid).frequency
    return codes
