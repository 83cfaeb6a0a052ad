"""Each of the nine cases end to end: a text comes in, the right people get it over a real line, somebody handles it."""

import json
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alert_builders import ADMIN, about, account_id, all_alerts, owned, rule, run, say, switch_on
from outbox.outbox_bench import Bench, config, receiver

from relationship.desk import alert_rules, decide_alert
from relationship.desk.deliver import Ways, drain
from relationship.store.alerts import alert_rules as kept_rules
from relationship.store.alerts import alerts
from relationship.store.alerts.alerts import State
from relationship.store.outbox import outbox
from relationship.store.ratings.rating_change_tables import RECORD_CHANGE
from relationship.sync.outward.mail_out import BySmtp
from relationship.sync.outward.webhooks import HookPost
from relationship.verbatims.alerts.attrition import Profile
from relationship.verbatims.alerts.cases import BY_KEY
from relationship.verbatims.alerts.rule import AlertRule, Letter, Perimeter, Recipients

THREAT = "Si rien ne change, nous allons résilier notre contrat et partir à la concurrence."
ANGRY = "C'est scandaleux, je suis furieux, votre service est lamentable et inadmissible !"
DELIGHT = "Un immense merci, nous sommes ravis et enchantés, votre équipe est formidable !"
PRICE = "C'est beaucoup trop cher, vos tarifs ont encore augmenté et notre budget baisse."
TURNOVER = "Nous avons encore changé d'interlocuteur, il faut tout réexpliquer à chaque fois."
MOMENT = "Nous déménageons notre siège en septembre dans de nouveaux locaux."
DIRECTOR = "directrice.lyon@agences.example"


def delivered(bench: Bench, sink: tuple[Any, BySmtp]) -> list[tuple[list[str], EmailMessage]]:
    run(bench)
    drain(bench.house, Ways(mail=sink[1]), clock=bench.now)
    found: list[tuple[list[str], EmailMessage]] = sink[0].mails()
    return found


def plain(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def handle(bench: Bench) -> None:
    for alert in all_alerts(bench):
        assert decide_alert.decide(bench.house, alert.id, State.HANDLED, by=("anne", "Anne"))
    assert {alert.state for alert in all_alerts(bench)} == {State.HANDLED}


def started(case: str, **changes: Any) -> AlertRule:
    return BY_KEY[case].started("fr").model_copy(update=changes)


def test_case_1_words_reach_people_without_access_by_their_site(bench: Bench, sink: tuple[Any, BySmtp]) -> None:
    lyon = Perimeter(what="site", value="Lyon", addresses=(DIRECTOR,))
    switch_on(bench, started("Q-1", digest=False, recipients=Recipients(perimeters=(lyon,))))
    say(bench, ANGRY, filters='{"Agence": "LYON"}')
    say(bench, ANGRY, filters='{"Agence": "Paris"}')
    assert delivered(bench, sink) == []
    assert alert_rules.confirm(bench.house, [DIRECTOR], person=ADMIN) == 1
    ((to, mail),) = delivered(bench, sink)
    assert to == [DIRECTOR]
    assert "je suis furieux" in plain(mail)
    assert "/alerts/" not in plain(mail)
    html = mail.get_body(("html",))
    assert html is not None
    assert "je suis furieux" in html.get_content()
    handle(bench)


def test_case_2_an_explicit_threat_reaches_the_owner_at_once_with_a_task(
    bench: Bench, sink: tuple[Any, BySmtp]
) -> None:
    owned(bench)
    switch_on(bench, started("Q-2"))
    say(bench, THREAT)
    say(bench, "Tout va bien, nous ne pensons pas à résilier.")
    bench.wait(hours=10)  # in the quiet hours, which an urgent rule does not wait for
    ((to, mail),) = delivered(bench, sink)
    assert to == ["anne@fjord.example"]
    assert "menace de départ" in plain(mail)
    assert f"/alerts/{all_alerts(bench)[0].id}" in plain(mail)
    with bench.house.store.reading() as conn:
        rule_id = all_alerts(bench)[0].rule_id
        task = outbox.by_key(conn, f"alert-task/{rule_id}/{account_id(conn)}/2026-06-17")
    assert task is not None
    assert task.payload["task"]["owner_guid"] == "su-anne"
    assert task.payload["task"]["regarding"] == "account:a1"
    handle(bench)


def test_case_3_words_like_those_of_lost_customers_raise_an_alert(bench: Bench, sink: tuple[Any, BySmtp]) -> None:
    features = [["emotion:anger", 40, 10, 3.0], ["satisfaction:low", 40, 10, 2.0]]
    profile = {"lost": 50, "kept": 200, "prior": -1.4, "threshold": 0.6, "hit_rate": 0.7, "found": 0.6, "base": 0.2}
    with bench.house.store.transaction() as conn:
        of = Profile.of({**profile, "is_of_use": True, "features": features})
        alerts.save_profile(conn, of, at=bench.now(), by="anne")
    owned(bench)
    switch_on(bench, started("Q-3"))
    say(bench, ANGRY, satisfaction=20)
    say(bench, DELIGHT, satisfaction=95, account_id=None)
    ((to, mail),) = delivered(bench, sink)
    assert to == ["anne@fjord.example"]
    assert "parle comme les clients perdus" in plain(mail)
    handle(bench)


def test_case_4_an_unhappy_vip_is_told_and_another_unhappy_customer_is_not(
    bench: Bench, sink: tuple[Any, BySmtp]
) -> None:
    owned(bench, arr=900_000.0, currency="EUR")
    switch_on(bench, started("Q-4"))
    say(bench, ANGRY)
    say(bench, ANGRY, account_id=None)
    ((to, mail),) = delivered(bench, sink)
    assert to == ["anne@fjord.example"]
    assert "client VIP" in plain(mail)
    handle(bench)


def test_case_5_is_told_both_ways(bench: Bench, sink: tuple[Any, BySmtp]) -> None:
    owned(bench)
    unhappy = switch_on(bench, started("Q-5"))
    happy = switch_on(bench, started("Q-5b"))
    say(bench, ANGRY, source="mailbox")
    say(bench, ANGRY, source="survey")
    say(bench, DELIGHT, satisfaction=96)
    assert len(delivered(bench, sink)) == 1  # both leave in one mail to the same person
    assert sorted(alert.rule_id for alert in all_alerts(bench)) == sorted([unhappy, happy])
    handle(bench)


def test_case_6_the_best_words_go_to_a_mailing_list_once_a_day(bench: Bench, sink: tuple[Any, BySmtp]) -> None:
    readers = alert_rules.make_list(bench.house, "Bonnes pratiques")
    alert_rules.put_on_list(bench.house, readers, ["equipe@agences.example"])
    alert_rules.confirm(bench.house, ["equipe@agences.example"], person=ADMIN)
    switch_on(bench, started("Q-6", recipients=Recipients(lists=(readers,))))
    for _ in range(3):
        say(bench, DELIGHT)
    assert delivered(bench, sink) == []
    bench.wait(hours=20)
    ((to, mail),) = delivered(bench, sink)
    assert to == ["equipe@agences.example"]
    assert plain(mail).count("votre équipe est formidable") == 3
    handle(bench)


def test_case_7_a_strong_emotion_calls_a_signed_webhook(bench: Bench, tmp_path: Path) -> None:
    owned(bench)
    with receiver(tmp_path) as there:
        bench.save(endpoints=[{"key": "erp", "name": "ERP", "url": there.url}])
        switch_on(bench, started("Q-7", endpoints=("erp",)))
        say(bench, ANGRY + " Nous sommes vraiment furieux et révoltés !")
        run(bench)
        post = HookPost(config(ca_file=there.ca_file), resolve=lambda _name, _port: ("127.0.0.1",))
        drain(bench.house, Ways(hooks=post), clock=bench.now)
        (call,) = there.got
    assert call.headers["webhook-signature"].startswith("v1,")
    told = json.loads(call.body)
    assert told["type"] == "alert.raised"
    assert told["data"]["record"]["id"] == "a1"
    assert told["data"]["verbatim"]["emotion"] == "anger"
    handle(bench)


def test_case_8_another_owner_calls_the_customer_who_minds_turnover(bench: Bench, sink: tuple[Any, BySmtp]) -> None:
    owned(bench, owner="su-anne")
    switch_on(bench, started("Q-8"))
    say(bench, TURNOVER)
    assert delivered(bench, sink) == []
    owned(bench, owner="su-bruno")
    with bench.house.store.transaction() as conn:
        change = {"record_id": account_id(conn), "what": "owner", "before": "su-anne", "after": "su-bruno"}
        conn.execute(sa.insert(RECORD_CHANGE).values(**change))
    ((to, _mail),) = delivered(bench, sink)
    assert to == ["bruno@fjord.example"]
    assert run(bench) == 0
    handle(bench)


def test_case_8_customers_who_mind_the_price_enter_a_list(bench: Bench) -> None:
    offer = alert_rules.make_list(bench.house, "Offre de rentrée")
    switch_on(bench, started("Q-8b", list_into=offer))
    say(bench, PRICE, address="una@nordlys.example")
    say(bench, PRICE, address="una@nordlys.example")
    say(bench, DELIGHT, address="tor@nordlys.example")
    run(bench)
    with bench.house.store.reading() as conn:
        assert [row.address for row in kept_rules.entries(conn, offer)] == ["una@nordlys.example"]
    handle(bench)


def test_case_9_a_life_moment_prepares_a_mail_that_a_person_releases(bench: Bench, sink: tuple[Any, BySmtp]) -> None:
    switch_on(bench, started("Q-9", letter=Letter(subject="Votre projet", body="Bonjour,\n\nParlons-en.")))
    say(bench, MOMENT, address="tor@nordlys.example")
    assert delivered(bench, sink) == []
    (alert,) = all_alerts(bench)
    release: dict[str, Any] = {
        "subject": "Votre déménagement",
        "body": "Bonjour,\n\nBravo.",
        "by": "anne",
        "at": bench.now(),
    }
    assert decide_alert.release(bench.house, alert.id, **release)
    assert not decide_alert.release(bench.house, alert.id, **release)
    ((to, mail),) = delivered(bench, sink)
    assert to == ["tor@nordlys.example"]
    assert mail["subject"] == "Votre déménagement"
    handle(bench)


def test_a_file_for_each_alert_lies_in_the_configured_folder_and_nowhere_else(bench: Bench, tmp_path: Path) -> None:
    folder = tmp_path / "alerts"
    folder.mkdir()
    object.__setattr__(bench.house, "config", config(alert_folder=folder))
    switch_on(bench, AlertRule(name="../../etc", when=about("emotion", "anger"), folder=True))
    say(bench, ANGRY)
    run(bench)
    (path,) = folder.iterdir()
    assert path.name == f"alert-{all_alerts(bench)[0].id}.json"
    assert json.loads(path.read_text())["rule"]["name"] == "../../etc"


@pytest.mark.parametrize("state", [State.CONFIRMED, State.FALSE_ALARM])
def test_what_people_decide_is_counted_for_each_rule(bench: Bench, state: State) -> None:
    number = switch_on(bench, rule(about("emotion", "anger"), recipients={"owner": True}))
    say(bench, ANGRY)
    say(bench, ANGRY)
    run(bench)
    decide_alert.decide(bench.house, all_alerts(bench)[0].id, state, by=("anne", "Anne"), note="lu")
    with bench.house.store.reading() as conn:
        assert alerts.counts(conn)[number] == {"new": 1, state.value: 1}
