"""Columns in the simulated CRM: made once, found, looked at, taken away."""

from collections.abc import Callable
from typing import Any

import pytest
from sync_world import config_for

from relationship.errors import FixSettings
from relationship.sync.checks.findings import Mark
from relationship.sync.outward import crm_columns
from relationship.sync.outward.crm_columns import InUseError
from relationship.sync.wire.connection import connect
from relationship.sync.wire.transport import Channel
from simulator.dataverse.own_columns import OwnColumns
from simulator.server import Running

TABLES = ("opportunity", "contact", "lead", "account")
NAMES = ("rel_healthscore", "rel_healthstate", "rel_healthtrend", "rel_healthupdatedon")
OF_ACCOUNTS = ("rel_customeremotion", "rel_customermood", "rel_customerrisk")


@pytest.fixture
def own(running: Running) -> OwnColumns:
    return running.services.crm.own


@pytest.fixture
def channel(running: Running) -> Channel:
    found = connect(config_for(running)).dataverse
    assert found is not None
    return found


def made(steps: Any) -> list[str]:
    return [step.what for step in steps if step.made and step.what != "publication"]


def test_the_columns_are_made_with_publisher_and_solution(channel: Channel, own: OwnColumns):
    assert len(made(crm_columns.provision(channel, "rel"))) == 21
    assert {table: tuple(sorted(own.of(table))) for table in TABLES} == {
        **dict.fromkeys(TABLES, NAMES),
        "account": (*OF_ACCOUNTS, *NAMES),
    }
    assert own.of("account")["rel_customermood"].definition["MinValue"] == -20
    assert [one["customizationprefix"] for one in own.publishers] == ["rel"]
    assert [one["uniquename"] for one in own.solutions] == ["RelationshipHealth"]
    assert own.published == 1


def test_making_them_twice_makes_nothing(channel: Channel):
    assert made(crm_columns.provision(channel, "rel"))
    assert made(crm_columns.provision(channel, "rel")) == []


def test_a_run_that_stopped_half_way_is_gone_on_with(channel: Channel, own: OwnColumns):
    steps = crm_columns.provision(channel, "rel")
    for _ in range(9):
        next(steps)
    steps.close()
    assert len(made(crm_columns.provision(channel, "rel"))) == 12
    assert crm_columns.missing(channel, "rel") == []


def test_labels_are_in_both_languages_where_both_are_installed(channel: Channel, own: OwnColumns):
    own.languages = [1033, 1036, 1031]
    list(crm_columns.provision(channel, "rel"))
    state = own.of("account")["rel_healthstate"]
    assert state.choices(1036)[2] == "Médiocre"
    assert state.choices(1033)[2] == "Poor"


def test_an_environment_with_neither_language_gets_english_words(channel: Channel, own: OwnColumns, running: Running):
    own.languages = [running.services.crm.language]
    list(crm_columns.provision(channel, "rel"))
    labels = own.of("lead")["rel_healthscore"].definition["DisplayName"]["LocalizedLabels"]
    assert [one["LanguageCode"] for one in labels] == [running.services.crm.language]


def test_a_publisher_with_the_prefix_is_used_and_stays(channel: Channel, own: OwnColumns):
    own.publishers.append({"publisherid": "11111111-1111-4111-8111-111111111111", "uniquename": "fjord",
                           "customizationprefix": "fj"})  # fmt: skip
    list(crm_columns.provision(channel, "fj"))
    list(crm_columns.remove(channel, "fj"))
    assert [one["uniquename"] for one in own.publishers] == ["fjord"]


def test_without_the_role_the_next_step_names_it(channel: Channel, own: OwnColumns):
    own.may_customize = False
    with pytest.raises(FixSettings) as refused:
        list(crm_columns.provision(channel, "rel"))
    assert "System Customizer" in refused.value.next_step


def test_removing_takes_columns_values_solution_and_publisher_away(channel: Channel, own: OwnColumns, running: Running):
    list(crm_columns.provision(channel, "rel"))
    crm = running.services.crm
    guid = next(iter(crm.truth()["account"]))
    crm.update("account", guid, {"rel_healthscore": 60})
    assert len(made(crm_columns.remove(channel, "rel"))) == 21
    assert not any(own.of(table) for table in TABLES)
    assert (own.publishers, own.solutions) == ([], [])
    assert "rel_healthscore" not in crm.truth()["account"][guid]
    assert made(crm_columns.remove(channel, "rel")) == []


def test_a_column_in_use_stops_the_removal_before_anything_goes(channel: Channel, own: OwnColumns):
    list(crm_columns.provision(channel, "rel"))
    column = own.of("opportunity")["rel_healthstate"]
    own.dependencies[column.metadata_id] = [(26, "view-1"), (59, "chart-1")]
    with pytest.raises(InUseError) as refused:
        list(crm_columns.remove(channel, "rel"))
    told = [(one.column, one.kind, one.id) for one in refused.value.dependencies]
    assert told == [
        ("opportunity.rel_healthstate", "view", "view-1"),
        ("opportunity.rel_healthstate", "chart", "chart-1"),
    ]
    assert crm_columns.missing(channel, "rel") == []


@pytest.mark.parametrize(
    ("change", "part", "said"),
    [
        (OwnColumns.of, "columns", "19 of 19 columns are missing"),
        (lambda own, table: own.writable.discard(table), "writing the columns", "prvWriteLead"),
    ],
)
def test_the_doctor_says_what_is_missing(
    channel: Channel, own: OwnColumns, change: Callable[[OwnColumns, str], object], part: str, said: str
):
    change(own, "lead")
    found = {one.part: one for one in crm_columns.examine(channel, "rel")}
    assert found[part].mark is Mark.BAD
    assert said in found[part].told
    assert found[part].next_step


def test_the_doctor_is_content_when_columns_and_rights_are_there(channel: Channel):
    list(crm_columns.provision(channel, "rel"))
    assert [one.mark for one in crm_columns.examine(channel, "rel")] == [Mark.GOOD, Mark.GOOD]
