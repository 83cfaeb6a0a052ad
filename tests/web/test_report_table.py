"""Reports worked out: sums are those of their groups, whatever the accounts; order, currencies and untold values."""

import math
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from relationship.reports.definition import Definition
from relationship.reports.table import Frame, work_out
from web.reports.report_form import arguments, read

TODAY = date(2026, 6, 17)
ACCOUNT = st.tuples(
    st.sampled_from(["", "North", "south"]),
    st.one_of(st.none(), st.integers(0, 10**6).map(float)),
    st.sampled_from(["EUR", "USD", ""]),
    st.one_of(st.none(), st.integers(0, 100)),
)


def frame(accounts) -> Frame:
    segments, arr, currencies, churn = ([one[place] for one in accounts] for place in range(4))
    names = [f"Account {place}" for place in range(len(accounts))]
    values = {"name": names, "segment": segments, "arr": arr, "churn": churn}
    return Frame(names, values, {"arr": currencies}, TODAY)


@settings(max_examples=60, deadline=None)
@given(st.lists(ACCOUNT, max_size=30))
def test_groups_hold_every_account_once_and_their_sums_are_those_of_all_per_currency(accounts):
    definition = Definition(
        group="segment", figures=({"column": "arr", "how": "sum"}, {"column": "churn", "how": "mean"})
    )
    found = work_out(definition, frame(accounts))
    assert sum(line.values[1] for line in found.lines) == found.accounts == len(accounts)
    for place, head in enumerate(found.heads):
        if head.key == "arr":
            told = [one[1] for one in accounts if one[1] is not None and one[2] == head.currency]
            assert math.isclose(sum(line.values[place] or 0.0 for line in found.lines), sum(told))
    means = [one[3] for one in accounts if one[3] is not None]
    assert found.totals[-1] == (pytest.approx(sum(means) / len(means)) if means else None)


@settings(max_examples=60, deadline=None)
@given(st.lists(ACCOUNT, max_size=30), st.booleans())
def test_lines_without_the_sorted_value_come_last_in_both_directions(accounts, descending):
    definition = Definition(columns=("name", "churn"), sort="churn", descending=descending)
    values = [line.values[1] for line in work_out(definition, frame(accounts)).lines]
    told = [value for value in values if value is not None]
    assert told == sorted(told, reverse=descending)
    assert values[: len(told)] == told


CONDITIONS = st.sampled_from(
    [
        {"column": "arr", "op": "least", "value": "12.5"},
        {"column": "name", "op": "contains", "value": "É & fils"},
        {"column": "renewal", "op": "next", "value": "90"},
        {"column": "created", "op": "most", "value": "2026-01-31"},
        {"column": "leaving", "op": "is", "value": "false"},
        {"column": "rating", "op": "is_not", "value": "good"},
        {"column": "seats", "op": "empty", "value": ""},
    ]
)
FIGURES = st.sampled_from([{"column": "arr", "how": "sum"}, {"column": "health", "how": "mean"}])


@settings(max_examples=80, deadline=None)
@given(
    columns=st.lists(st.sampled_from(["name", "arr", "churn", "last", "health"]), min_size=1, unique=True),
    conditions=st.lists(CONDITIONS, max_size=8),
    group=st.sampled_from(["", "segment", "renewal"]),
    figures=st.lists(FIGURES, max_size=2, unique_by=str),
    descending=st.booleans(),
    data=st.data(),
)
def test_an_address_says_all_of_a_report(columns, conditions, group, figures, descending, data):
    plain = Definition(columns=columns, conditions=conditions, group=group, figures=figures)
    sort = data.draw(st.sampled_from(plain.sorts))
    definition = plain.model_copy(update={"sort": sort, "descending": descending})
    assert read(MultiDict(arguments(definition))).definition == definition
    assert Definition.model_validate_json(definition.model_dump_json()) == definition


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"columns": ("shoe_size",)}, "unknown_column"),
        ({"columns": ("name", "name")}, "column_twice"),
        ({"columns": ()}, "no_column"),
        ({"group": "arr"}, "group_unfit"),
        ({"sort": "churn"}, "sort_unfit"),
        ({"figures": ({"column": "churn", "how": "sum"},)}, "figure_unfit"),
        ({"figures": ({"column": "name", "how": "mean"},)}, "figure_unfit"),
        ({"conditions": ({"column": "arr", "op": "contains", "value": "1"},)}, "op_unfit"),
        ({"conditions": ({"column": "arr", "op": "least", "value": "nan"},)}, "value_unfit"),
        ({"conditions": ({"column": "renewal", "op": "next", "value": "-1"},)}, "value_unfit"),
        ({"conditions": ({"column": "renewal", "op": "least", "value": "17/06/2026"},)}, "value_unfit"),
        ({"conditions": ({"column": "rating", "op": "is", "value": "superb"},)}, "value_unfit"),
    ],
)
def test_what_does_not_hold_together_is_refused_with_a_code(wrong, code):
    with pytest.raises(ValidationError) as refused:
        Definition.model_validate(wrong)
    assert refused.value.errors()[0]["type"] == code
