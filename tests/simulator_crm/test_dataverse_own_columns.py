"""Columns of the customer's own in the simulated CRM. Rules: dataverse contract, sections 5, 6, 8 and 13."""

from typing import Any

import pytest
from crm_world import small_world

from relationship.sync.shapes.crm_definitions import SCORE, definition
from simulator.dataverse import Crm


@pytest.fixture
def crm() -> Crm:
    found = Crm(small_world())
    found.own.publishers.append({"customizationprefix": "rel", "uniquename": "rel"})
    return found


def test_a_column_is_a_column_of_every_row_until_it_is_taken_away(crm: Crm):
    made = crm.own.add("account", definition(SCORE, prefix="rel", languages={crm.language}))
    guid = next(iter(crm.truth()["account"]))
    crm.update("account", guid, {made.name: 60})
    assert crm.truth()["account"][guid]["rel_healthscore"] == 60
    with pytest.raises(ValueError, match="already exists"):
        crm.own.add("account", made.definition)
    with pytest.raises(ValueError, match="prefix"):
        crm.own.add("account", definition(SCORE, prefix="other", languages={crm.language}))


@pytest.mark.parametrize(
    ("values", "refused"),
    [
        ({"rel_healthscore": 100}, ""),
        ({"rel_healthscore": None}, ""),
        ({"rel_healthscore": 101}, "outside"),
        ({"rel_healthscore": "60"}, "convert"),
        ({"rel_healthscore": True}, "convert"),
        ({"rel_unknown": 1}, "undeclared"),
        ({"name": "Autre"}, "undeclared"),
    ],
)
def test_a_value_is_refused_as_the_definition_says(crm: Crm, values: dict[str, Any], refused: str):
    crm.own.add("account", definition(SCORE, prefix="rel", languages={crm.language}))
    said = crm.own.refusal_of("account", values)
    assert (refused in said) if refused else said == ""
