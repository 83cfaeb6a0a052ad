"""What is replaced is judged again, what is decided or erased leaves nowhere, who has no owner is heard of."""

import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alert_builders import ADMIN, about, account_id, all_alerts, hears, owned, rule, run, switch_on
from outbox.outbox_bench import Bench, bench_over, config

from relationship.clock import day_number
from relationship.desk import alert_rules, correct_verbatim, decide_alert, told_alerts
from relationship.desk.deliver import Ways, drain
from relationship.desk.erase import erase
from relationship.desk.hear import Said, hear
from relationship.desk.raise_alerts import raise_alerts
from relationship.store import tables
from relationship.store.alerts.alerts import State
from relationship.store.crm.record_tables import Colleague
from relationship.store.database import Store
from relationship.store.outbox.outbox_tables import DELIVERY
from relationship.store.verbatims import verbatims
from relationship.store.verbatims.verbatim_corrections import Correction
from relationship.store.verbatims.verbatims import Source
from relationship.sync.outward.mail_out import BySmtp

ANGRY = "Inadmissible, je suis furieux !"
THREAT = "Nous allons résilier notre contrat."
OUTSIDE = "agence@agences.example"
UNA, TOR = "una@nordlys.example", "tor@nordlys.example"
Got = tuple[Any, BySmtp]
_colleague = tables.table(Colleague)


def sent(bench: Bench, sink: Got) -> str:
    """Everything that has left by mail, headers too."""
    drain(bench.house, Ways(mail=sink[1]), clock=bench.now)
    return "\n".join(
        f"{to} {mail['subject']} {mail.get_body(('plain',)).get_content()}" for to, mail in sink[0].mails()
    )


def payloads(bench: Bench) -> str:
    with bench.house.store.reading() as conn:
        return json.dumps([list(row) for row in conn.execute(sa.select(DELIVERY.c.key, DELIVERY.c.payload))])


def states(bench: Bench, number: int) -> dict[str, str]:
    with bench.house.store.reading() as conn:
        return {one.target: one.state for one in told_alerts.told(conn, number)}


def test_a_threat_that_replaces_a_friendly_text_raises_an_alert_and_the_same_file_twice_raises_nothing(
    bench: Bench,
) -> None:
    owned(bench)
    switch_on(bench, rule(about("threat"), recipients={"owner": True}))
    hears(bench, "Tout va bien, merci.", line_id="1", account="Nordlys")
    assert run(bench) == 0
    hears(bench, THREAT, line_id="1", account="Nordlys")
    assert run(bench) == 1
    hears(bench, THREAT, line_id="1", account="Nordlys")
    assert run(bench) == 0
    (alert,) = all_alerts(bench)
    decide_alert.decide(bench.house, alert.id, State.HANDLED, by=("anne", "Anne"))
    hears(bench, THREAT, line_id="1", account="Nordlys", satisfaction=10)
    assert run(bench) == 0  # the same words: it is handled
    hears(bench, f"{THREAT} Demain.", line_id="1", account="Nordlys")
    assert run(bench) == 1
    assert [one.is_replaced for one in all_alerts(bench)] == [False, True]
    assert all_alerts(bench)[1].because[0].spans == ()


def test_an_alert_of_nobody_known_finds_its_owner_when_the_text_is_linked(bench: Bench) -> None:
    switch_on(bench, rule(about("threat"), recipients={"owner": True}, task=True))
    number = hears(bench, THREAT)
    run(bench)
    (alert,) = all_alerts(bench)
    assert states(bench, alert.id) == {"person/anne": "queued"}  # whoever saved the rule, for want of an owner
    owned(bench)
    with bench.house.store.transaction() as conn:
        conn.execute(sa.text("UPDATE verbatim SET account_id = :a WHERE id = :v"), {"a": account_id(conn), "v": number})
        verbatims.touch(conn, [number])
    assert run(bench) == 0
    (alert,) = all_alerts(bench)
    assert alert.account_name == "Nordlys"
    assert states(bench, alert.id)["task"] == "queued"
    hears_again = replace(_said(bench, "Tout va bien, merci."), line_id="x")
    hear(bench.house, [hears_again], by="anne")
    assert run(bench) == 0


def test_whose_owner_is_missing_or_gone_is_told_to_somebody_else_who_sees_why(bench: Bench, sink: Got) -> None:
    switch_on(bench, rule(about("threat"), recipients={"owner": True, "fallback": ["bruno"]}, task=True))
    hears(bench, THREAT, account="Nordlys")
    run(bench)
    assert "Ce compte n’a pas de propriétaire" in sent(bench, sink)
    owned(bench, owner="su-gone")
    hears(bench, f"{THREAT} Demain.", account="Nordlys")
    run(bench)
    assert "Le propriétaire de ce compte n’est plus là" in sent(bench, sink)
    assert {to[0] for to, _ in sink[0].mails()} == {"bruno@fjord.example"}
    with bench.house.store.reading() as conn:
        told = [told_alerts.told(conn, one.id) for one in all_alerts(bench)]
    assert [next(one.instead for one in each if one.target == "person/bruno") for each in told] == [
        "owner_gone",
        "no_owner",
    ]


def test_what_is_decided_is_told_to_nobody_any_more(bench: Bench, sink: Got) -> None:
    owned(bench)
    switch_on(bench, rule(about("threat"), recipients={"owner": True, "addresses": [OUTSIDE]}, most_a_day=1))
    bench.wait(hours=10)  # quiet hours
    for extra in ("un", "deux", "trois"):
        hears(bench, f"{THREAT} {extra}", account="Nordlys")
    run(bench)
    three, two, one = all_alerts(bench)
    decide_alert.decide(bench.house, two.id, State.FALSE_ALARM, by=("anne", "Anne"), at=bench.now())
    decide_alert.decide(bench.house, three.id, State.HANDLED, by=("anne", "Anne"), at=bench.now())
    assert states(bench, two.id) == {"person/anne": "dropped", f"address/{OUTSIDE}": "dropped"}
    alert_rules.confirm(bench.house, [OUTSIDE], person=ADMIN)
    for hours in (14, 24):
        bench.wait(hours=hours)
        run(bench)
        words = sent(bench, sink)
    assert "résilier notre contrat. un" in words
    assert "deux" not in words
    assert "trois" not in words
    assert states(bench, one.id) == {"person/anne": "left", f"address/{OUTSIDE}": "left"}
    decide_alert.decide(bench.house, two.id, State.NEW, by=("anne", "Anne"), at=bench.now())
    assert states(bench, two.id)["person/anne"] == "waiting"


def test_a_false_alarm_is_taken_out_of_a_digest_that_waits(bench: Bench, sink: Got) -> None:
    owned(bench)
    bench.save(mails={"quiet_from": 0, "quiet_until": 23})  # what is handed over waits until late
    switch_on(bench, rule(about("threat"), recipients={"owner": True}, digest=True))
    for number in range(40):
        hears(bench, f"{THREAT} numéro {number}.", account="Nordlys")
    run(bench)
    bench.wait(hours=24)
    run(bench)
    raised = all_alerts(bench)
    assert states(bench, raised[0].id) == {"person/anne": "queued"}
    for alert in raised[:30]:
        decide_alert.decide(bench.house, alert.id, State.FALSE_ALARM, by=("anne", "Anne"), at=bench.now())
    bench.wait(hours=11.5)
    words = sent(bench, sink)
    assert "10 alertes" in words
    assert [f"numéro {number}." in words for number in range(40)] == [True] * 10 + [False] * 30


def test_the_words_of_an_erased_person_leave_nowhere(bench: Bench, sink: Got, tmp_path: Path) -> None:
    folder = tmp_path / "alerts"
    folder.mkdir()
    object.__setattr__(bench.house, "config", config(alert_folder=folder))
    owned(bench)
    alert_rules.confirm(bench.house, [OUTSIDE], person=ADMIN)
    wanted = {"owner": True, "addresses": [OUTSIDE]}
    crm: dict[str, Any] = {"task": True, "note": True, "endpoints": ["erp"], "folder": True}
    letter = {"subject": "Bonjour", "body": "Parlons-en."}
    switch_on(bench, rule(about("threat"), recipients=wanted, most_a_day=1, letter=letter, **crm))
    bench.wait(hours=10)
    hears(bench, f"{THREAT} Secret de Una.", address=UNA)
    hears(bench, f"{THREAT} Mot de Tor.", address=TOR)
    run(bench)
    bench.wait(hours=24)
    run(bench)
    assert "Secret de Una" in payloads(bench)
    assert len(list(folder.iterdir())) == 2
    erase(bench.house, UNA, by="anne")
    assert "Secret de Una" not in payloads(bench)
    (path,) = folder.iterdir()
    assert "Mot de Tor" in path.read_text()
    bench.drain()
    words = sent(bench, sink) + str(bench.post.hooks) + str(bench.post.mails)
    assert "Secret de Una" not in words
    assert "Mot de Tor" in words
    assert [one.text for one in all_alerts(bench)] == [f"{THREAT} Mot de Tor."]
    assert "alert-task/" in payloads(bench)  # the task that stood for both is there, without words


def test_old_texts_raise_nothing_and_late_ones_wait_for_the_morning(bench: Bench) -> None:
    owned(bench)
    switch_on(bench, rule(about("threat"), recipients={"owner": True}, urgent=True, said_within=30))
    hears(bench, f"{THREAT} Il y a longtemps.", account="Nordlys", days_ago=31)
    hears(bench, f"{THREAT} L'autre jour.", account="Nordlys", days_ago=10)
    bench.wait(hours=10)
    assert run(bench) == 1
    assert bench.drain().sent == 0
    hears(bench, f"{THREAT} Maintenant.", account="Nordlys")
    run(bench)
    assert bench.drain().sent == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_customers_heard_while_rules_are_followed_are_all_judged_once(store: Store) -> None:
    bench = bench_over(store)
    owned(bench)
    switch_on(bench, rule(about("threat"), recipients={"owner": True}))
    went_on = threading.Event()

    def speak(who: int) -> None:
        for number in range(15):
            # Every other text is replaced while rules look at it.
            line = f"{who}-{number // 2}"
            hear(bench.house, [replace(_said(bench, f"{THREAT} {who} {number}."), line_id=line)], by="anne")

    def follow() -> None:
        while not went_on.is_set():
            raise_alerts(bench.house, clock=bench.now)

    speakers = [threading.Thread(target=speak, args=(who,)) for who in range(3)]
    followers = [threading.Thread(target=follow) for _ in range(2)]
    for thread in (*speakers, *followers):
        thread.start()
    for thread in speakers:
        thread.join(60)
    went_on.set()
    for thread in followers:
        thread.join(60)
    run(bench)
    raised = all_alerts(bench)
    assert len(raised) == 24  # one for each line, whatever it said first
    assert not any(one.is_replaced for one in raised)


def _said(bench: Bench, text: str) -> Said:
    return Said(Source.SURVEY, day_number(bench.now(), bench.house.config.zone), text, account="Nordlys")


def test_what_a_person_calls_no_threat_was_a_false_alarm_until_they_take_that_back(bench: Bench, sink: Got) -> None:
    owned(bench)
    threat = switch_on(bench, rule(about("threat"), recipients={"owner": True}, task=True))
    switch_on(bench, rule(about("keyword", "contrat"), name="Contrat", recipients={"people": ["bruno"]}))
    bench.wait(hours=12)  # quiet hours: mails wait
    number = hears(bench, THREAT, account="Nordlys")
    run(bench)
    by = {"by": "bruno", "by_name": "Bruno"}
    correct_verbatim.correct(bench.house, number, Correction(threat=""), **by)
    assert run(bench) == 0
    found = {one.rule_id == threat: one for one in all_alerts(bench)}
    assert found[True].state is State.FALSE_ALARM
    assert (found[True].decided_by_name, found[False].state) == ("Bruno", State.NEW)
    assert states(bench, found[True].id) == {"person/anne": "dropped", "task": "dropped"}
    bench.wait(hours=12)
    sent(bench, sink)
    assert [to[0] for to, _ in sink[0].mails()] == ["bruno@fjord.example"]
    correct_verbatim.undo(bench.house, number, by="bruno")
    assert run(bench) == 0
    assert {one.state for one in all_alerts(bench)} == {State.NEW}
    correct_verbatim.correct(bench.house, number, Correction(themes=()), **by)  # another thing than the rule asks for
    run(bench)
    decide_alert.decide(bench.house, found[True].id, State.CONFIRMED, by=("anne", "Anne"), at=bench.now())
    correct_verbatim.correct(bench.house, number, Correction(threat=""), **by)
    run(bench)
    assert {one.state for one in all_alerts(bench)} == {State.NEW, State.CONFIRMED}  # somebody knew better
