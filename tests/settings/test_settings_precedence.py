"""Which expected frequency holds: the record's own, else its segment's, else its team's, else everybody's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipeline_builder import SEGMENTS, TEAMS, guid, key, sections

from settings.rules import HealthSection, Overrides
from settings.rules.precedence import expected_frequency, frequency_codes, record_keys, rules_for

TEAM = TEAMS[1]
ALL = {"records": {key(1): 1}, "segments": {"Public": 2}, "teams": {TEAM: 5}}


@pytest.mark.parametrize(
    ("left_out", "frequency", "by"),
    [
        ((), 1, "record"),
        (("records",), 2, "segment"),
        (("records", "segments"), 5, "team"),
        (("records", "segments", "teams"), 4, "organisation"),
    ],
)
def test_the_nearest_rule_decides(left_out, frequency, by):
    overrides = Overrides(**{name: value for name, value in ALL.items() if name not in left_out})
    section = HealthSection(frequency=4, overrides=overrides)
    found = expected_frequency(section, kind="opportunity", guid=guid(1), segment="Public", team=TEAM)
    assert (found.frequency, found.by) == (frequency, by)


def test_an_override_of_an_opportunity_is_none_of_the_account_with_the_same_guid():
    section = HealthSection(overrides=Overrides(records={key(1): 1}))
    assert expected_frequency(section, kind="account", guid=guid(1)).by == "organisation"


def test_a_record_without_segment_or_team_takes_what_holds_for_everybody():
    section = HealthSection(frequency=2, overrides=Overrides(segments={"Public": 5}, teams={TEAM: 5}))
    assert rules_for(section, kind="lead", guid=guid(1)).frequency == 2


places = st.tuples(
    st.sampled_from(["opportunity", "contact", "lead", "account"]),
    st.sampled_from(SEGMENTS),
    st.sampled_from(TEAMS),
)


@given(sections, st.lists(places, max_size=8))
def test_many_records_take_what_each_of_them_takes_alone(section, found):
    records = [(kind, guid(number), segment, team) for number, (kind, segment, team) in enumerate(found, start=1)]
    alone = [
        expected_frequency(section, kind=kind, guid=guid_, segment=segment, team=team).frequency
        for kind, guid_, segment, team in records
    ]
    assert frequency_codes(section, record_keys(records)).tolist() == alone
