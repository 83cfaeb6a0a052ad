"""Which expected frequency holds for a record: its own, else its segment's, else its team's, else everybody's."""

from dataclasses import dataclass
from enum import StrEnum

from relationship.health.rules import Frequency
from settings.rules.health import HealthSection


class Level(StrEnum):
    """Where a frequency can be set, the strongest first."""

    RECORD = "record"
    SEGMENT = "segment"
    TEAM = "team"
    EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class Step:
    """What one level says of a record; frequency: None when it says nothing."""

    level: Level
    frequency: Frequency | None


@dataclass(frozen=True, slots=True)
class Precedence:
    """Every level for one record, the strongest first; the last one always says something."""

    steps: tuple[Step, ...]

    @property
    def decided_by(self) -> Level:
        return self._first[0]

    @property
    def frequency(self) -> Frequency:
        return self._first[1]

    @property
    def _first(self) -> tuple[Level, Frequency]:
        return next((step.level, step.frequency) for step in self.steps if step.frequency is not None)


def precedence(health: HealthSection, *, kind: str, guid: str, segment: str, team_guid: str | None) -> Precedence:
    """What the rules say of one record.

    kind, guid  as in 'opportunity', '1c0f…'; segment: as the CRM shows it, '' for none; team_guid: None for none

    >>> rules = HealthSection.model_validate({"overrides": {"segments": {"PME": 4}}})
    >>> found = precedence(rules, kind="opportunity", guid="g", segment="PME", team_guid=None)
    >>> found.decided_by.value, found.frequency.name
    ('segment', 'FORTNIGHTLY')
    """
    said = health.overrides
    codes = {
        Level.RECORD: said.records.get(f"{kind}:{guid}"),
        Level.SEGMENT: said.segments.get(segment) if segment else None,
        Level.TEAM: said.teams.get(team_guid) if team_guid else None,
        Level.EVERYBODY: health.frequency,
    }
    return Precedence(tuple(Step(level, None if code is None else Frequency(code)) for level, code in codes.items()))
