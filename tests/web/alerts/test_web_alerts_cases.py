"""Each of the nine cases, the whole way: a text comes in by a real door, the right people get it over a real line, what
is to be done stands in the CRM, and somebody handles it on the page."""

import json
import random
import shutil
from collections.abc import Iterator
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest
import sqlalchemy as sa
from alerts.alert_builders import say_all
from alerts.mail_sink import listening
from case_world import NORDLYS, CaseWorld, case_world
from store_builders import FIRST
from web_builder import oid

from relationship.activities import RecordKind
from relationship.clock import day_number
from relationship.desk import alert_rules, write_moods
from relationship.desk.keep_moods import keep_moods
from relationship.desk.learn_attrition import learn_attrition
from relationship.store import rules as stored
from relationship.store import tables
from relationship.store.alerts import alert_rules as kept_rules
from relationship.store.alerts import tellings
from relationship.store.crm import records
from relationship.store.crm.record_tables import Record
from relationship.store.crm.records import RecordRow
from relationship.store.database import open_store
from relationship.store.verbatims.verbatims import Source
from relationship.sync.outward import crm_columns
from settings.rules import Actions
from simulator import identity
from simulator.dataverse.schema import Ref

THREAT = "Si rien ne change, nous allons résilier notre contrat et partir à la concurrence."
ANGRY = "C'est scandaleux, je suis furieux, votre service est lamentable et inadmissible !"
DELIGHT = "Un immense merci, nous sommes ravis et enchantés, votre équipe est formidable !"
PRICE = "C'est beaucoup trop cher, vos tarifs sont hors de prix et notre budget baisse !"
TURNOVER = "Nous avons encore changé d'interlocuteur, il faut tout réexpliquer à chaque fois."
MOMENT = "Nous déménageons notre siège en septembre dans de nouveaux locaux."
DIRECTOR = "directrice.lyon@agences.example"
TOR, EVA = "tor@nordlys.example", "eva@nordlys.example"
INES, OMAR = "ines@fjord.example", "omar@fjord.example"
_record = tables.table(Record)


@pytest.fixture
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseWorld]:
    folder = tmp_path_factory.mktemp("cases")
    shutil.copyfile(sqlite_template, folder / "r.db")
    with (
        listening() as (sink, post),
        case_world(open_store(f"sqlite:///{folder / 'r.db'}"), folder, sink, post) as found,
    ):
        found.begins_a_day()
        yield found


def body(mail: EmailMessage, sort: str) -> str:
    found = mail.get_body((sort,))
    assert found is not None
    return str(found.get_content())


def plain(mail: EmailMessage) -> str:
    return " ".join(body(mail, "plain").split())


def test_case_1_words_reach_people_without_access_by_their_site(world: CaseWorld, tmp_path: Path) -> None:
    lyon = {"what": "site", "value": "Lyon", "addresses": [DIRECTOR]}
    number = world.starts("Q-1", digest=False, recipients={"perimeters": [lyon]})
    world.brings_in(
        tmp_path,
        "Date;Agence;Commentaire;E-mail\n"
        f"{world.day};LYON;{ANGRY};{TOR}\n{world.day};Paris;{ANGRY};{EVA}\n2026-01-10;Lyon;{ANGRY} Encore.;{EVA}\n",
    )
    world.rounds()
    assert world.mails() == []
    (alert,) = [one for one in world.alerts(number) if f"address/{DIRECTOR}" in world.told(one)]
    assert world.told(alert)[f"address/{DIRECTOR}"].state == "unconfirmed"
    alert_rules.confirm(world.house, [DIRECTOR], person=world.admin, language="en")
    world.rounds()
    ((to, mail),) = world.mails()
    assert to == DIRECTOR
    assert "je suis furieux" in plain(mail)
    assert "Said on 18 June 2026. Why: source: survey." in plain(mail)
    assert "/alerts/" not in plain(mail)
    assert "je suis furieux" in body(mail, "html")
    assert world.told(alert)[f"address/{DIRECTOR}"].state == "left"
    world.decides(alert, "handled")


def test_case_2_a_threat_reaches_the_owner_at_once_and_the_call_back_waits_until_it_is_confirmed(
    world: CaseWorld,
) -> None:
    number = world.starts("Q-2")
    world.wait(hours=12)  # in the quiet hours, which an urgent rule does not wait for
    world.says(THREAT, source=Source.CHAT, address=TOR)
    world.says("Tout va bien, nous ne pensons pas à résilier.", source=Source.CHAT, address=TOR)
    world.rounds()
    ((to, mail),) = world.mails()
    assert to == INES
    assert "menace de départ" in plain(mail)
    (alert,) = world.alerts(number)
    assert f"/alerts/{alert.id}" in plain(mail)
    assert world.tasks() == []
    assert world.told(alert)["task"].state == "for_confirmation"
    world.decides(alert, "confirmed")
    world.rounds()
    (task,) = world.tasks()
    assert task["_ownerid_value"] == identity.system_user("ines")
    assert task["subject"] == "À rappeler\u00a0: Nordlys"
    assert "résilier notre contrat" in task["description"]
    assert world.told(alert)["task"].state == "left"
    world.decides(alert, "false_alarm")
    world.rounds()
    assert (world.tasks()[0]["statecode"], world.tasks()[0]["statuscode"]) == (2, 6)


def test_case_3_a_customer_who_speaks_like_lost_ones_is_a_risk_in_the_crm(world: CaseWorld) -> None:
    bad, good = "Vos factures sont fausses, je suis furieux.", "Merci, nous sommes ravis de la livraison."
    rows = [
        RecordRow(
            RecordKind.ACCOUNT, identity.account(f"x{n}"), f"X{n}", "inactive" if n < 30 else "active", date(2024, 1, 1)
        )
        for n in range(90)
    ]
    with world.house.store.transaction() as conn:
        records.save(conn, RecordKind.ACCOUNT, rows, [], place=FIRST)
    draw, today = random.Random(3), day_number(world.now(), world.house.config.zone)
    for n in range(90):
        text = bad if draw.random() < (0.9 if n < 30 else 0.05) else good
        scores = {"satisfaction": 10.0 if text == bad else 95.0}
        say_all(world.house.store, [text], today=today - 30, account=identity.account(f"x{n}"), **scores)
    assert learn_attrition(world.house, by="anne").is_of_use
    number = world.starts("Q-3")
    world.calls_the_api(text=good, address="paul@granit.example", satisfaction=95)
    world.says(bad, account="Nordlys", satisfaction=10)
    world.rounds()
    assert [(to, "parle comme les clients perdus" in plain(mail)) for to, mail in world.mails()] == [(INES, True)]
    (alert,) = world.alerts(number)
    assert world.writes_back()["rel_customerrisk"] == 2
    world.decides(alert, "handled")
    assert "rel_customerrisk" not in world.writes_back()


def test_case_4_an_unhappy_vip_is_told_and_another_unhappy_customer_is_not(world: CaseWorld) -> None:
    with world.house.store.transaction() as conn:
        conn.execute(sa.update(_record).where(_record.c.guid == NORDLYS).values(arr=900_000.0, currency="EUR"))
    number = world.starts("Q-4")
    world.calls_the_api(text=ANGRY + " Vraiment.", address=TOR, source="review")
    world.calls_the_api(text=ANGRY + " Vraiment.", address="paul@granit.example", source="review")
    world.rounds()
    ((to, mail),) = world.mails()
    assert to == INES
    assert "client VIP" in plain(mail)
    world.decides(world.alerts(number)[0], "handled")


def test_case_5_is_told_both_ways(world: CaseWorld) -> None:
    unhappy, happy = world.starts("Q-5"), world.starts("Q-5b")
    world.says(f"Bonjour, {ANGRY}", source=Source.MAILBOX, address=EVA, line_id="mail-1")
    world.says(f"Bonjour, {ANGRY}", address=EVA)
    world.says(DELIGHT, address=EVA, satisfaction=96)
    world.rounds()
    ((to, _mail),) = world.mails()  # both leave in one mail to the same person
    assert to == INES
    for number in (unhappy, happy):
        (alert,) = world.alerts(number)
        world.decides(alert, "handled")


def test_case_6_the_best_words_go_to_a_mailing_list_once_a_day(world: CaseWorld, tmp_path: Path) -> None:
    readers = alert_rules.make_list(world.house, "Lecteurs", language="en")
    alert_rules.put_on_list(world.house, readers, ["equipe@fjord.example"])
    alert_rules.confirm(world.house, ["equipe@fjord.example"], person=world.admin)
    number = world.starts("Q-6", recipients={"lists": [readers]})
    lines = "".join(f"{world.day};{DELIGHT} {extra}.;{TOR}\n" for extra in ("Bravo", "Parfait"))
    world.brings_in(tmp_path, f"Date;Commentaire;E-mail\n{lines}")
    world.rounds()
    assert world.mails() == []
    world.wait(days=1)
    world.rounds()
    ((to, mail),) = world.mails()
    assert to == "equipe@fjord.example"
    assert "2 alerts" in mail["subject"]
    assert plain(mail).count("18 June 2026 · Nordlys · joy — ") == 2
    for alert in world.alerts(number):
        world.decides(alert, "handled")


def test_case_7_a_strong_emotion_is_a_note_on_the_account_a_signed_call_and_a_mood(world: CaseWorld) -> None:
    number = world.starts("Q-7", endpoints=["erp"])
    world.says(ANGRY + " Nous sommes vraiment furieux et révoltés !", address=TOR)
    world.rounds()
    (alert,) = world.alerts(number)
    (note,) = world.notes()
    assert "révoltés" in note["notetext"]
    assert "émotion\u00a0: colère" in note["notetext"]
    (call,) = world.receiver.got
    assert call.headers["webhook-signature"].startswith("v1,")
    told = json.loads(call.body)
    assert told["type"] == "alert.raised"
    assert (told["data"]["record"]["id"], told["data"]["verbatim"]["emotion"]) == (NORDLYS, "anger")
    assert {name: one.state for name, one in world.told(alert).items()} == {"endpoint/erp": "left", "note": "left"}
    columns = world.writes_back()
    assert columns["rel_customeremotion"] == 5
    assert -20 <= columns["rel_customermood"] < 12
    version = world.running.services.crm.version
    world.writes_back()
    assert world.running.services.crm.version == version
    # An environment whose columns are older than this one is told, and written once they are there.
    world.running.services.crm.own.take_away("account", "rel_customermood")
    world.decides(alert, "confirmed")
    world.says(f"{DELIGHT} Vraiment ravis.", address=EVA, satisfaction=99)
    keep_moods(world.house)
    trouble = write_moods.turn(world.house, world.channel).trouble
    assert trouble is not None
    assert trouble.code == "columns_missing"
    list(crm_columns.provision(world.channel, "rel"))
    assert world.writes_back()["rel_customermood"] > columns["rel_customermood"]
    world.decides(alert, "handled")


def test_case_8_a_change_of_the_team_calls_the_customer_who_minds_turnover(world: CaseWorld) -> None:
    crm, deal = world.running.services.crm, identity.opportunity("o1")
    number = world.starts("Q-8")
    world.says(TURNOVER, source=Source.COMMENT, address=TOR)
    world.rounds()
    assert world.mails() == []
    crm.remove_from_team(deal, identity.system_user("omar"))
    crm.add_to_team(deal, identity.system_user("lina"))
    world.reading.sync()
    world.rounds()
    ((to, _mail),) = world.mails()
    assert to == INES
    world.sink.got.clear()
    crm.change_owner("account", NORDLYS, identity.system_user("omar"))
    crm.change_owner("opportunity", deal, identity.system_user("omar"))
    world.reading.sync()
    world.rounds()
    ((to, _mail),) = world.mails()
    assert to == OMAR
    assert len(world.alerts(number)) == 2
    assert Ref("systemuser", identity.system_user("omar")).guid in {one["_ownerid_value"] for one in world.tasks()}
    world.reading.sync()
    world.rounds()
    assert len(world.mails()) == 1
    for alert in world.alerts(number):
        world.decides(alert, "handled")
    crm.change_owner("account", NORDLYS, identity.system_user("ines"))
    world.reading.sync()


def test_case_8_customers_who_mind_the_price_enter_a_list_and_somebody_hears_of_it(world: CaseWorld) -> None:
    offer = alert_rules.make_list(world.house, "Offre de rentrée", is_mailing=False)
    number = world.starts("Q-8b", list_into=offer, recipients={"people": [world.key("omar")]})
    world.calls_the_api(text=PRICE, address=TOR)
    world.calls_the_api(text=f"{PRICE} Vraiment.", account="Granit")
    world.calls_the_api(text=DELIGHT, address=EVA)
    world.rounds()
    with world.house.store.reading() as conn:
        entries = [(row.address, row.account_id is not None) for row in kept_rules.entries(conn, offer)]
    assert entries == [("", True), (TOR, True)]
    assert {to for to, _ in world.mails()} == {OMAR}
    assert "sensibilité : prix" in " ".join(plain(mail) for _, mail in world.mails())
    for alert in world.alerts(number):
        assert world.told(alert)[f"list/{offer}"].state == "left"
        world.decides(alert, "handled")


def test_case_9_a_life_moment_prepares_mails_that_a_person_releases_in_their_own_name(world: CaseWorld) -> None:
    number = world.starts("Q-9", task=False, recipients={})
    for text, address in (
        (MOMENT, TOR),
        ("We are moving our head office to new premises.", EVA),
        (f"{MOMENT} Oui.", ""),
    ):
        world.says(text, address=address, account="Nordlys")
    world.rounds()
    assert world.mails() == []
    unknown, english, french = world.alerts(number)
    assert world.told(unknown)["letter"].state == "no_address"
    assert world.told(french)["letter"].state == "draft"
    with world.house.store.transaction() as conn:  # whoever is signed in on the pages is Omar
        conn.execute(sa.text("UPDATE colleague SET key = :key WHERE name = 'Omar'"), {"key": oid(0)})
    for alert, subject in ((french, "Votre déménagement"), (english, "Your move"), (french, "Encore")):
        world.posts(f"/alerts/{alert.id}/letter", subject=subject, body="Bonjour,\n\nParlons-en.\nÀ bientôt")
    assert world.told(french)["letter"].state == "queued"
    world.rounds()
    found = dict(world.mails())
    assert set(found) == {TOR, EVA}
    mail = found[TOR]
    assert mail["subject"] == "Votre déménagement"
    assert mail["reply-to"] == "Omar <omar@fjord.example>"
    assert mail["from"] == "Omar <liens@fjord.example>"
    assert mail["auto-submitted"] is None
    assert mail["x-relationship"] is None
    assert 'lang="en"' in body(found[EVA], "html")
    assert body(mail, "plain").splitlines() == ["Bonjour,", "", "Parlons-en.", "À bientôt", "", "Omar"]
    assert "<h1>" not in body(mail, "html")
    assert world.told(french)["letter"].state == "left"
    world.decides(french, "handled")


def test_case_9_sends_nothing_to_a_customer_whose_contact_in_the_crm_allows_no_mail(world: CaseWorld) -> None:
    number = world.starts("Q-9", task=False, recipients={})
    world.says(MOMENT, address=TOR)
    world.rounds()
    (alert,) = world.alerts(number)
    crm = world.running.services.crm
    crm.update("contact", identity.contact("tor"), {"donotemail": True})
    world.reading.sync()
    assert "This customer wants no mails" in world.site.as_("sales_admin").get(f"/alerts/{alert.id}").text
    world.posts(f"/alerts/{alert.id}/letter", subject="Votre déménagement", body="Parlons-en.")
    world.rounds()
    assert world.mails() == []
    assert world.told(alert)["letter"].state == "not_wanted"


def test_a_file_for_each_alert_lies_in_the_configured_folder_and_nowhere_else(world: CaseWorld) -> None:
    number = world.starts("Q-7", name="../../etc", note=False, folder=True)
    world.says(ANGRY + " Un fichier, furieux et révoltés !", address=TOR)
    world.rounds()
    (alert,) = world.alerts(number)
    folder = world.house.config.alert_folder
    assert folder is not None
    told = json.loads((folder / f"alert-{alert.id}.json").read_text())
    assert told["rule"]["name"] == "../../etc"
    assert world.told(alert)["folder"].state == "left"
    with world.house.store.reading() as conn:
        assert [one for one in tellings.waiting(conn) if one.target == "folder"] == []


def test_an_alert_is_a_card_in_a_channel_of_teams(world: CaseWorld) -> None:
    canal = {"key": "canal", "name": "Canal", "url": world.receiver.url, "format": "teams"}
    with world.house.store.transaction() as conn:
        _version, rules = stored.current(conn)
        actions = Actions.model_validate({"endpoints": [*rules.actions.model_dump()["endpoints"], canal]})
        stored.save(conn, rules.model_copy(update={"actions": actions}), at=world.now(), by="test")
    number = world.starts("Q-7", note=False, endpoints=["canal"])
    world.says(ANGRY + " Nous sommes vraiment **furieux** et révoltés, <at>Lina</at> !", address=TOR)
    world.rounds()
    (alert,) = world.alerts(number)
    (call,) = world.receiver.got
    assert "webhook-signature" not in call.headers
    card = json.loads(call.body)["attachments"][0]["content"]
    title, facts, quote = card["body"]
    assert title["text"] == f"{alert.rule_name}\u00a0: {alert.account_name}"
    assert {one["title"]: one["value"] for one in facts["facts"]} == {
        "Compte": alert.account_name, "Règle": alert.rule_name, "Émotion": "colère", "Dit le": "18 juin 2026",
    }  # fmt: skip
    assert (quote["type"], quote["inlines"][0]["type"]) == ("RichTextBlock", "TextRun")
    assert "**furieux** et révoltés, <at>Lina</at> !" in quote["inlines"][0]["text"]
    assert card["actions"][0]["url"] == f"http://localhost/alerts/{alert.id}"
    assert world.told(alert)["endpoint/canal"].state == "left"
    world.rounds()
    assert len(world.receiver.got) == 1
    world.decides(alert, "handled")


ATTACKS = (
    "Furieux\r\nBcc: x@elsewhere.example\r\n\r\n<script>alert(1)</script><img src=x onerror=alert(1)>",
    '=HYPERLINK("http://elsewhere.example";"furieux")',
    "furieux \u202eelbisivni\u200b\x07\u2028X-Evil: 1 \ud83d\ude21 %s {rule} {{7*7}}",
    "furieux " + "é" * 99_000,
)


def test_hostile_words_stay_words_in_mail_call_task_note_and_file(world: CaseWorld) -> None:
    alert_rules.confirm(world.house, [DIRECTOR], person=world.admin)
    keyword = {"groups": [{"conditions": [{"what": "keyword", "values": ["furieux"]}]}]}
    number = world.starts(
        "Q-7", when=keyword, name="Mots <b>\u202e", endpoints=["erp"], note=True, task=True, task_subject="À voir",
        recipients={"addresses": [DIRECTOR]}, most_a_day=9,
    )  # fmt: skip
    before, notes = len(world.tasks()), len(world.notes())
    for attack in ATTACKS:
        world.calls_the_api(text=attack, address=TOR)
    world.rounds()
    assert len(world.alerts(number)) == len(ATTACKS)
    (_to, mail), *more = world.mails()
    assert more == []  # what is due for one reader leaves in one mail
    assert mail["bcc"] is None
    assert mail["x-evil"] is None
    assert "\u202e" not in mail["subject"]
    html = body(mail, "html")
    for bad in ("<script", "<img", "\u202e", "\u200b", "\x07", "<b>"):
        assert bad not in html
    assert sum(len(mail.raw) for mail in world.sink.got) < 100_000
    calls = [json.loads(call.body) for call in world.receiver.got]
    assert len(calls) == len(ATTACKS)
    assert max(len(call.body) for call in world.receiver.got) < 20_000
    texts = {call["data"]["verbatim"]["text"].split()[0] for call in calls}
    assert '=HYPERLINK("http://elsewhere.example";"furieux")' in texts
    assert len(world.notes()) - notes == len(ATTACKS)
    assert len(world.tasks()) - before == 1
    for row in (*world.notes(), *world.tasks()):
        said = str(row.get("notetext") or row["description"])
        assert len(said) <= 10_000
        assert not {"\u202e", "\u200b", "\x07"} & set(said)
    lines = world.site.as_("sales_admin").get("/verbatims/export.csv").text
    assert not [line for line in lines.splitlines() if line.startswith("=") or ",=" in line or ";=" in line]
