"""Record, then segment, then team, then everybody: the first that says something decides."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relationship.health.rules import Frequency
from settings.rules.health import HealthSection
from settings.rules.precedence import Level, precedence

GUID = "1c0f2d3e-0000-4000-8000-000000000001"
NORTH = "1c0f2d3e-0000-4000-8000-00000000000a"


def section(**overrides: dict[str, int]) -> HealthSection:
    return HealthSection.model_validate({"frequency": 3, "overrides": overrides})


def about(health: HealthSection, *, kind: str = "opportunity", segment: str = "PME", team: str | None = NORTH):
    return precedence(health, kind=kind, guid=GUID, segment=segment, team_guid=team)


RECORD, SEGMENT, TEAM = {f"opportunity:{GUID}": 1}, {"PME": 4}, {NORTH: 5}
OF_OTHERS = {"records": {f"lead:{GUID}": 1}, "segments": {"ETI": 1}, "teams": {GUID: 1}}


@pytest.mark.parametrize(
    ("overrides", "level", "frequency"),
    [
        ({"records": RECORD, "segments": SEGMENT, "teams": TEAM}, Level.RECORD, Frequency.DAILY),
        ({"records": RECORD}, Level.RECORD, Frequency.DAILY),
        ({"segments": SEGMENT, "teams": TEAM}, Level.SEGMENT, Frequency.FORTNIGHTLY),
        ({"teams": TEAM}, Level.TEAM, Frequency.MONTHLY),
        ({}, Level.EVERYBODY, Frequency.WEEKLY),
        (OF_OTHERS, Level.EVERYBODY, Frequency.WEEKLY),
    ],
)  # fmt: skip
def test_the_first_level_that_says_something_decides(overrides, level: Level, frequency: Frequency):
    found = about(section(**overrides))
    assert (found.decided_by, found.frequency) == (level, frequency)


def test_a_record_without_segment_and_team_follows_everybody():
    found = about(section(segments=SEGMENT, teams=TEAM), segment="", team=None)
    assert found.decided_by is Level.EVERYBODY


def test_every_level_is_told_with_what_it_says_even_when_another_decides():
    found = about(section(segments=SEGMENT, teams=TEAM))
    assert [(step.level.value, step.frequency) for step in found.steps] == [
        ("record", None),
        ("segment", Frequency.FORTNIGHTLY),
        ("team", Frequency.MONTHLY),
        ("everybody", Frequency.WEEKLY),
    ]


@settings(max_examples=60, deadline=None)
@given(*(st.none() | st.integers(1, 5) for _ in range(3)), st.integers(1, 5))
def test_removing_the_deciding_rule_hands_over_to_the_next_one(record, segment, team, everybody):
    rules = HealthSection.model_validate(
        {
            "frequency": everybody,
            "overrides": {
                "records": {f"opportunity:{GUID}": record} if record else {},
                "segments": {"PME": segment} if segment else {},
                "teams": {NORTH: team} if team else {},
            },
        }
    )
    assert about(rules).frequency == (record or segment or team or everybody)
