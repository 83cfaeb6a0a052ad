"""The demonstration over a database that it, or somebody, filled before."""

from alert_builders import all_alerts, hears, owned
from outbox.outbox_bench import Bench

from relationship.desk import decide_alert
from relationship.store.alerts import alert_rules
from relationship.store.alerts.alerts import State
from relationship.terminal.seeding_alerts import follow_rules, switch_rules_on

THREATS = [
    f"Nous allons résilier notre contrat {word}." for word in ("demain", "lundi", "bientôt", "en juin", "en mai")
]


def test_it_begins_a_second_time_and_changes_no_rule_and_no_decision(bench: Bench) -> None:
    owned(bench)
    switch_rules_on(bench.house)
    for text in THREATS:
        hears(bench, text, account="Nordlys")
    follow_rules(bench.house)
    first, second, third, *open_ones = reversed(all_alerts(bench))
    assert [one.state for one in (first, second, third)] == [State.HANDLED, State.CONFIRMED, State.FALSE_ALARM]
    assert {one.state for one in open_ones} == {State.NEW}
    decide_alert.decide(bench.house, first.id, State.NEW, by=("anne", "Anne"))
    with bench.house.store.reading() as conn:
        before = alert_rules.all_rules(conn)
    switch_rules_on(bench.house)
    follow_rules(bench.house)
    with bench.house.store.reading() as conn:
        assert alert_rules.all_rules(conn) == before
    found = {one.id: one.state for one in all_alerts(bench)}
    assert (found[first.id], found[second.id]) == (State.NEW, State.CONFIRMED)
