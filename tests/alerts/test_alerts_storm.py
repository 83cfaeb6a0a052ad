"""A storm sends no more than the limit and loses nothing; hostile words stay words; a kill raises nothing twice."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from alert_builders import ADMIN, about, all_alerts, owned, rule, run, say, say_all, switch_on
from outbox.outbox_bench import Bench, bench_over

from relationship.access import AppRole, Reader
from relationship.clock import day_number
from relationship.desk import alert_rules
from relationship.desk.alert_rules import NotSaved, Person
from relationship.desk.deliver import Ways, drain
from relationship.store.alerts import tellings
from relationship.store.alerts.alert_tables import ALERT_TELLING
from relationship.store.database import Store
from relationship.store.verbatims.verbatim_tables import VERBATIM
from relationship.sync.outward.mail_out import BySmtp

ANGRY = "Inadmissible, je suis furieux !"
OUTSIDE = "agence@agences.example"
ATTACKS = (
    "Furieux\r\nBcc: x@elsewhere.example",
    "Furieux <script>alert(1)</script><img src=x onerror=alert(1)>",
    '=HYPERLINK("http://elsewhere.example") furieux',
    "furieux \u202eelbisivni\u200b\x07\u2028X: 1",
    "furieux " + "é" * 100_000,
)


def test_a_storm_of_ten_thousand_sends_no_more_than_the_limit_and_loses_none(
    bench: Bench, sink: tuple[Any, BySmtp]
) -> None:
    alert_rules.confirm(bench.house, [OUTSIDE], person=ADMIN)
    wanted = rule(about("emotion", "anger"), recipients={"addresses": [OUTSIDE]}, most_a_day=3)
    switch_on(bench, wanted)
    today = day_number(bench.now(), bench.house.config.zone)
    numbers = set(say_all(bench.house.store, [ANGRY] * 10_000, today=today))
    with bench.house.store.transaction() as conn:
        conn.execute(sa.text("UPDATE verbatim SET text = text || ' numéro ' || id || '.'"))
    sent_at = []
    for _hour in range(12 * 8):
        run(bench)
        before = len(sink[0].got)
        drain(bench.house, Ways(mail=sink[1]), clock=bench.now, turn=timedelta(days=1))
        sent_at += [bench.now()] * (len(sink[0].got) - before)
        if not _waiting(bench):
            break
        bench.wait(hours=2)
    assert not _waiting(bench)
    # What is due at once leaves in one mail; the limit counts what was handed over, too.
    for times in (sent_at, _handed_over(bench)):
        assert max(sum(at - timedelta(days=1) < other <= at for other in times) for at in times) <= 3
    assert len(all_alerts(bench)) == 10_000
    told = [
        int(one)
        for _to, mail in sink[0].mails()
        for one in re.findall(r"numéro (\d+)\.", mail.get_body(("plain",)).get_content())
    ]
    assert len(told) == 10_000
    assert set(told) == numbers
    assert run(bench) == 0


def _handed_over(bench: Bench) -> list[datetime]:
    """When each mail was handed to the outbox."""
    told = (ALERT_TELLING.c.told_key, ALERT_TELLING.c.told_at)
    with bench.house.store.reading() as conn:
        return [at for _key, at in conn.execute(sa.select(*told).distinct())]


def _waiting(bench: Bench) -> list[tellings.Waiting]:
    with bench.house.store.reading() as conn:
        return tellings.waiting(conn)


def test_hostile_words_arrive_as_harmless_text(bench: Bench, sink: tuple[Any, BySmtp]) -> None:
    alert_rules.confirm(bench.house, [OUTSIDE], person=ADMIN)
    switch_on(bench, rule(about("keyword", "furieux"), recipients={"addresses": [OUTSIDE]}, name="Mots\u00a0: <b>"))
    for attack in ATTACKS:
        say(bench, attack.replace("\x00", ""))
    run(bench)
    drain(bench.house, Ways(mail=sink[1]), clock=bench.now)
    assert all(to == [OUTSIDE] for to, _ in sink[0].mails())
    for _to, mail in sink[0].mails():
        assert mail["Bcc"] is None
        html = mail.get_body(("html",)).get_content()
        assert "<script" not in html
        assert "<img" not in html
        assert "\u202e" not in html
        assert "\u200b" not in html
    assert sum(len(mail.raw) for mail in sink[0].got) < 200_000


def test_looking_again_raises_nothing_twice_and_what_came_before_a_rule_is_left_alone(bench: Bench) -> None:
    say(bench, ANGRY)
    switch_on(bench, rule(about("emotion", "anger"), recipients={"owner": True}))
    owned(bench)
    assert run(bench) == 0
    say(bench, ANGRY)
    assert run(bench) == 1
    with bench.house.store.transaction() as conn:
        conn.execute(sa.update(VERBATIM).values(judged=0))
    assert run(bench) == 0


def test_a_person_of_customer_success_has_rules_that_tell_them_alone(store: Store) -> None:
    bench = bench_over(store)
    bruno = Person(Reader("bruno", frozenset({AppRole.CUSTOMER_SUCCESS})), "Bruno")
    own = rule(about("emotion", "anger"), recipients={"people": ["bruno"]})
    number = switch_on(bench, own, person=bruno)
    for other in ({"people": ["anne"]}, {"addresses": [OUTSIDE]}, {"owner": True}):
        with pytest.raises(NotSaved) as refused:
            switch_on(bench, rule(about("emotion", "anger"), recipients=other), person=bruno)
        assert refused.value.code == "own_rule_tells_others"
    with pytest.raises(NotSaved) as refused:
        alert_rules.save(bench.house, own, enabled=True, person=ADMIN, number=number)
    assert refused.value.code == "rule_gone"


def test_a_rule_keeps_its_versions_and_a_late_save_is_told(bench: Bench) -> None:
    from relationship.store.alerts import alert_rules as kept_rules

    first = rule(about("emotion", "anger"), recipients={"owner": True})
    number = switch_on(bench, first)
    second = first.model_copy(update={"name": "Colère"})
    alert_rules.save(bench.house, second, enabled=False, person=ADMIN, number=number, version=1)
    with pytest.raises(NotSaved) as refused:
        alert_rules.save(bench.house, first, enabled=True, person=ADMIN, number=number, version=1)
    assert refused.value.code == "overtaken"
    with bench.house.store.reading() as conn:
        found = kept_rules.versions(conn, number)
    assert [(one.version, one.rule.name, one.enabled) for one in found] == [(2, "Colère", False), (1, "Règle", True)]


def test_a_rule_that_tells_nobody_is_not_switched_on(bench: Bench) -> None:
    with pytest.raises(NotSaved) as refused:
        switch_on(bench, rule(about("emotion", "anger")))
    assert refused.value.code == "action_missing"
