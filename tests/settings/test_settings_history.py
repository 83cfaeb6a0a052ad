"""Every change says who, when, why and what; taking one back leaves what others changed since."""

import pytest
from hypothesis import given
from pipeline_builder import key, sections
from pydantic import ValidationError
from store_builders import NOW

from relationship.store import rules as stored
from settings.history import Change, differences, overtaken, undone, version, versions
from settings.rules import BandsForm, Exclusions, HealthSection, Overrides, Rules, WeightsForm

FIRST = Rules(health=HealthSection(frequency=5))
SECOND = Rules(health=HealthSection(frequency=5, weights=WeightsForm(email=9)))


@pytest.fixture
def conn(store):
    with store.transaction() as conn:
        stored.save(conn, FIRST, at=NOW, by="oid-anne", by_name="Anne", note="slow season")
        stored.save(conn, SECOND, at=NOW, by="oid-bruno", by_name="Bruno")
        yield conn


def told(change):
    return [(".".join(one.path), one.before, one.after) for one in change.differences]


def test_a_change_says_who_when_why_and_what(conn):
    second, first = versions(conn, 10)
    assert (first.version, first.saved_by, first.saved_by_name, first.note) == (1, "oid-anne", "Anne", "slow season")
    assert first.saved_at == NOW
    assert told(first) == [("health.frequency", 3, 5)]
    assert told(second) == [("health.weights.email", 6, 9)]


def test_the_history_is_read_in_pages_and_the_first_change_is_told_against_the_defaults(conn):
    assert [one.version for one in versions(conn, 1)] == [2]
    assert told(versions(conn, 1)[0]) == [("health.weights.email", 6, 9)]
    (first,) = versions(conn, 1, before=2)
    assert told(first) == [("health.frequency", 3, 5)]
    assert versions(conn, 5, before=1) == []
    assert version(conn, 3) is None
    assert version(conn, 1) == first


def test_undo_leaves_what_was_changed_since_elsewhere(conn):
    (_, first) = versions(conn, 2)
    assert undone(SECOND, first) == Rules(health=HealthSection(weights=WeightsForm(email=9)))
    assert overtaken(SECOND, first) == ()


def test_what_was_changed_again_since_is_told_before_it_is_undone():
    (change,) = differences(Rules(), FIRST)
    now = Rules(health=HealthSection(frequency=1))
    (lost,) = overtaken(now, _change(Rules(), FIRST))
    assert (change.after, lost.before, lost.after) == (5, 5, 1)


def test_an_override_that_was_added_goes_and_one_that_went_comes_back():
    with_one = Rules(health=HealthSection(overrides=Overrides(records={key(1): 2})))
    assert undone(with_one, _change(Rules(), with_one)) == Rules()
    assert undone(Rules(), _change(with_one, Rules())) == with_one


def test_an_undo_that_would_leave_the_limits_in_the_wrong_order_is_refused():
    lower = Rules(health=HealthSection(bands=BandsForm(good=30, fair=20)))
    higher = Rules(health=HealthSection(bands=BandsForm(good=90, fair=20)))
    now = Rules(health=HealthSection(bands=BandsForm(good=90, fair=80)))
    with pytest.raises(ValidationError, match="fair"):
        undone(now, _change(lower, higher))


def test_a_list_is_one_value():
    with_domain = Rules(exclusions=Exclusions(domains=("private.example",)))
    (found,) = differences(Rules(), with_domain)
    assert (found.path, found.before, found.after) == (("exclusions", "domains"), [], ["private.example"])


@given(sections, sections)
def test_a_change_taken_back_at_once_leaves_the_rules_from_before(before, after):
    old, new = Rules(health=before), Rules(health=after)
    assert undone(new, _change(old, new)) == old
    assert overtaken(new, _change(old, new)) == ()
    assert (differences(old, new) == ()) == (old == new)


def _change(before, after):
    return Change(1, NOW, "", "", "", differences(before, after))
