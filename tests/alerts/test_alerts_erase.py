"""Whoever is erased is on no list, in no rule, in no letter and told of nothing."""

from alert_builders import ADMIN, about, rule, run, say, switch_on
from outbox.outbox_bench import Bench

from relationship.desk import alert_rules
from relationship.store.alerts import alert_rules as kept_rules
from relationship.store.alerts import tellings
from relationship.store.privacy import forgetting_alerts
from relationship.store.privacy.one_person import person

UNA = "una@nordlys.example"


def test_an_erased_person_is_in_nothing_of_alerts(bench: Bench) -> None:
    readers = alert_rules.make_list(bench.house, "Lecteurs")
    alert_rules.put_on_list(bench.house, readers, [UNA, "b@agences.example"])
    alert_rules.confirm(bench.house, [UNA], person=ADMIN)
    to = {
        "addresses": [UNA],
        "people": ["bruno"],
        "perimeters": [{"what": "site", "value": "Lyon", "addresses": [UNA]}],
    }
    number = switch_on(bench, rule(about("keyword", "furieux"), recipients=to))
    say(bench, "Furieux.", address="x@nordlys.example")
    run(bench)
    with bench.house.store.transaction() as conn:
        assert forgetting_alerts.alerts(conn, person(conn, UNA)) > 0
        assert [row.address for row in kept_rules.entries(conn, readers)] == ["b@agences.example"]
        kept = kept_rules.one(conn, number)
        assert kept is not None
        assert UNA not in kept.rule.model_dump_json() + kept_rules.versions(conn, number)[0].rule.model_dump_json()
        assert kept.rule.recipients.people == ("bruno",)
        assert UNA not in kept_rules.confirmed(conn)
        assert all(UNA not in one.target for one in tellings.waiting(conn))
