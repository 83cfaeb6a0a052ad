"""Record, then segment, then team, then everybody: the first that says something decides."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relationship.health.rules import Frequency
from settings.rules.health import HealthSection
from settings.rules.precedence import Decided, DecidedBy, expected_frequency, frequency_codes, record_keys, rules_for

GUID = "1c0f2d3e-0000-4000-8000-000000000001"
NORTH = "1c0f2d3e-0000-4000-8000-00000000000a"


def section(**overrides: dict[str, int]) -> HealthSection:
    return HealthSection.model_validate({"frequency": 3, "overrides": overrides})


def about(health: HealthSection, *, segment: str = "PME", team: str | None = NORTH) -> Decided:
    return expected_frequency(health, kind="opportunity", guid=GUID, segment=segment, team=team)


RECORD, SEGMENT, TEAM = {f"opportunity:{GUID}": 1}, {"PME": 4}, {NORTH: 5}
OF_OTHERS = {"records": {f"lead:{GUID}": 1}, "segments": {"ETI": 1}, "teams": {GUID: 1}}


@pytest.mark.parametrize(
    ("overrides", "by", "frequency"),
    [
        ({"records": RECORD, "segments": SEGMENT, "teams": TEAM}, DecidedBy.RECORD, Frequency.DAILY),
        ({"records": RECORD}, DecidedBy.RECORD, Frequency.DAILY),
        ({"segments": SEGMENT, "teams": TEAM}, DecidedBy.SEGMENT, Frequency.FORTNIGHTLY),
        ({"teams": TEAM}, DecidedBy.TEAM, Frequency.MONTHLY),
        ({}, DecidedBy.ORGANISATION, Frequency.WEEKLY),
        (OF_OTHERS, DecidedBy.ORGANISATION, Frequency.WEEKLY),
    ],
)  # fmt: skip
def test_the_first_level_that_says_something_decides(overrides, by: DecidedBy, frequency: Frequency):
    found = about(section(**overrides))
    assert found == Decided(frequency, by)


def test_a_record_without_segment_and_team_follows_everybody():
    found = about(section(segments=SEGMENT, teams=TEAM), segment="", team=None)
    assert found.by is DecidedBy.ORGANISATION


def test_the_rules_of_a_record_differ_from_everybodys_in_the_frequency_alone():
    health = section(segments=SEGMENT)
    own = rules_for(health, kind="opportunity", guid=GUID, segment="PME", team=None)
    assert own.frequency is Frequency.FORTNIGHTLY
    assert replace(own, frequency=Frequency.WEEKLY) == health.rules()


def test_many_records_at_once_get_what_each_gets_alone():
    health = section(records=RECORD, segments=SEGMENT, teams=TEAM)
    records = [
        ("opportunity", GUID, "PME", NORTH),
        ("lead", GUID, "PME", NORTH),
        ("opportunity", NORTH, "", NORTH),
        ("account", NORTH, "ETI", None),
    ]
    assert frequency_codes(health, record_keys(records)).tolist() == [1, 4, 5, 3]


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
