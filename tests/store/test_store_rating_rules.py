"""Which versions of the rules changed how is rated."""

from datetime import timedelta

from store_builders import NOW

from relationship.store import rules
from relationship.store.database import Store
from settings.rules import HealthSection, Introductions, Rules


def test_only_versions_that_rate_otherwise_than_the_one_before_are_named(store: Store):
    often, rare = HealthSection(frequency=2), HealthSection(frequency=5)
    saved = [
        Rules(introductions=Introductions(enabled=False)),  # rates as in the beginning
        Rules(health=rare),
        Rules(health=rare, introductions=Introductions(enabled=False)),
        Rules(health=often),
    ]
    with store.transaction() as conn:
        for day, one in enumerate(saved):
            rules.save(conn, one, at=NOW + timedelta(days=day), by="anne")
    with store.reading() as conn:
        everything = rules.changes_of_health(conn, since=NOW)
        lately = rules.changes_of_health(conn, since=NOW + timedelta(days=2))
        none = rules.changes_of_health(conn, since=NOW + timedelta(days=9))
    assert [version for version, _ in everything] == [2, 4]
    assert lately == [(4, NOW + timedelta(days=3))]
    assert none == []
