"""Who may see what of a tie: every field, viewer and state of the contract, written down a second time."""

from itertools import product

import pytest

from relationship.activities import Kind
from relationship.graph.ties import TieWord
from relationship.graph.visibility import (
    CountBand,
    Field,
    Grain,
    TieFacts,
    Viewer,
    VisibleTie,
    count_band,
    grain,
    group_totals,
    visible,
)

# Field, then owner, seller, admin, officer, as the privacy contract words them.
CONTRACT = """
tie           exact      coarse never  exact
recent        exact      coarse groups exact
last_contact  exact      coarse never  exact
kinds         exact      never  never  exact
replies       exact      never  groups exact
participants  exact      never  never  exact
subject       if_stored  never  never  own_request
body          never      never  never  never
private_event busy       never  never  exact
opt_out       exact      never  number exact
"""
ROWS = [line.split() for line in CONTRACT.strip().splitlines()]
CELLS = [(Field(row[0]), viewer, Grain(cell)) for row in ROWS for viewer, cell in zip(Viewer, row[1:], strict=True)]
FACTS = TieFacts(TieWord.STRONG, 21, (Kind.EMAIL, Kind.CALL), 20_621)


def test_the_contract_has_a_row_for_every_field():
    assert {field for field, _, _ in CELLS} == set(Field)


@pytest.mark.parametrize(("field", "viewer", "expected"), CELLS)
def test_a_field_is_shown_as_finely_as_the_contract_says(field, viewer, expected):
    assert grain(field, viewer) is expected


@pytest.mark.parametrize(("field", "viewer", "expected"), CELLS)
@pytest.mark.parametrize("state", [{"opted_out": True}, {"blocked": True}, {"opted_out": True, "blocked": True}])
def test_opting_out_hides_everything_from_sellers_and_leaves_admins_a_number(field, viewer, expected, state):
    if viewer is Viewer.SELLER or (viewer is Viewer.ADMIN and field is not Field.OPT_OUT):
        expected = Grain.NEVER
    assert grain(field, viewer, **state) is expected


@pytest.mark.parametrize(("viewer", "opted_out", "blocked"), list(product(Viewer, (False, True), (False, True))))
def test_a_tie_that_must_leave_no_trace_looks_like_no_tie(viewer, opted_out, blocked):
    seen = visible(FACTS, viewer, opted_out=opted_out, blocked=blocked)
    hidden = viewer is Viewer.ADMIN or (viewer is Viewer.SELLER and (opted_out or blocked))
    assert (seen == visible(None, viewer)) is hidden


def test_a_seller_sees_the_word_a_band_and_a_month_of_a_colleagues_tie():
    assert visible(FACTS, Viewer.SELLER) == VisibleTie(TieWord.STRONG, CountBand.FROM_20, (2026, 6))


def test_everybody_sees_his_own_tie_exactly_even_after_opting_out():
    for viewer in Viewer:
        seen = visible(FACTS, viewer, is_own=True, opted_out=True)
        assert (seen.recent_days, seen.last_day, seen.recent_kinds) == (21, 20_621, (Kind.EMAIL, Kind.CALL))


def test_two_ties_that_differ_only_finely_look_alike_to_a_seller():
    other = TieFacts(TieWord.STRONG, 60, (Kind.MEETING,), 20_605)  # 1 June
    assert visible(FACTS, Viewer.SELLER) == visible(other, Viewer.SELLER)


@pytest.mark.parametrize(("days", "band"), [(0, "under_5"), (4, "under_5"), (5, "5_to_19"), (19, "5_to_19"),
                                            (20, "20_and_more"), (90, "20_and_more")])  # fmt: skip
def test_counts_come_in_three_bands(days, band):
    assert count_band(days).value == band


@pytest.mark.parametrize(
    ("members", "shown"),
    [
        ({"a": 5, "b": 5}, {"a", "b"}),
        ({"a": 4}, set()),
        ({"a": 2, "b": 3, "c": 9}, {"c"}),  # five people together are kept back
        ({"a": 2, "b": 6, "c": 9}, {"c"}),  # else the total of all, less b and c, would tell of the two
        ({"a": 2, "b": 6}, set()),
        ({"a": 1, "b": 7, "c": 7}, {"c"}),
        ({"a": 0, "b": 7}, {"b"}),
        ({}, set()),
    ],
)
def test_totals_of_fewer_than_five_people_can_be_neither_seen_nor_worked_out(members, shown):
    totals = {group: 10 * count for group, count in members.items()}
    assert group_totals(totals, members) == {group: totals[group] for group in shown}
