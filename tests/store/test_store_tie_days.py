"""Days of contact of two people: equal to working them out one by one, whatever changed in which order."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tie_worlds import (
    OURS,
    OUTSIDE,
    Deed,
    bring_up_to_date,
    deliver,
    expected_days,
    piece,
    settle,
    stored_days,
    stored_pairs,
)

from relationship.store.database import Store

EVERYBODY = (*OURS, *OUTSIDE)


@st.composite
def deeds(draw: st.DrawFn) -> Deed:
    people = draw(st.lists(st.sampled_from(EVERYBODY), min_size=2, max_size=5, unique=True))
    kind = draw(st.sampled_from(["email", "meeting", "call", "task"]))
    return Deed(
        kind,
        draw(st.integers(0, 2)),
        people[0],
        tuple(people[1:]),
        draw(st.sampled_from(["done", "done", "done", "planned"])) if kind in ("meeting", "task") else "done",
        draw(st.sampled_from([0, 12, None])) if kind == "call" else None,
    )


@pytest.fixture
def conn(store: Store):
    with store.transaction() as connection:
        settle(connection)
        yield connection


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.lists(deeds(), max_size=6),
    later=st.lists(st.tuples(st.integers(0, 7), st.none() | deeds()), max_size=5),
)
def test_the_days_are_those_found_activity_by_activity_after_any_changes_and_removals(conn, first, later):
    undone = conn.begin_nested()
    try:
        world = {f"k{number}": deed for number, deed in enumerate(first)}
        deliver(conn, [piece(deed, key) for key, deed in world.items()])
        bring_up_to_date(conn)
        for number, deed in later:
            key = f"k{number}"
            if deed is None:
                world.pop(key, None)
                deliver(conn, [], [key])
            else:
                world[key] = deed
                deliver(conn, [piece(deed, key)])
            if number % 2:
                bring_up_to_date(conn)
        bring_up_to_date(conn)
        with_outsiders, among_colleagues = expected_days(world.values())
        assert stored_days(conn) == with_outsiders
        assert stored_pairs(conn) == among_colleagues
    finally:
        undone.rollback()
