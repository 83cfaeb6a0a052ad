"""In a real browser and with a real mail server: from a rule that somebody builds to a customer who gets an answer."""

import re
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alerts.alert_builders import ADMIN
from alerts.mail_sink import Sink, listening
from browsing import findings, served
from looks import LOOKS
from playwright.sync_api import expect
from web_builder import NOW, deals_of_all_sorts, guid, oid
from web_site import Site, site_over

from relationship.clock import number_of, real_clock
from relationship.desk import alert_rules
from relationship.desk.deliver import Ways, drain
from relationship.desk.hear import Said, hear
from relationship.desk.raise_alerts import raise_alerts
from relationship.desk.tell_alerts import tell
from relationship.store import tables
from relationship.store.crm.record_tables import Colleague, ColleagueAddress, Record, RecordAddress
from relationship.store.database import open_store
from relationship.store.verbatims.verbatims import Source
from relationship.sync.outward.mail_out import BySmtp
from relationship.verbatims.alerts.rule import AlertRule

pytestmark = pytest.mark.browser
TODAY = number_of(NOW.date())
ANNE, ZOE = "anne@fjord.example", "zoe@clients.example"
_record, _colleague = tables.table(Record), tables.table(Colleague)


@pytest.fixture(scope="module")
def living_site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An organisation of this module's own, in which who signs in and one customer have a mail address."""
    path = tmp_path_factory.mktemp("alerts") / "pages.db"
    shutil.copyfile(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    found = site_over(store)
    found.fill(deals_of_all_sorts()[:12])
    with store.transaction() as conn:
        me = conn.scalar(sa.select(_colleague.c.id).where(_colleague.c.key == oid(0)))
        mine = sa.insert(tables.table(ColleagueAddress))
        conn.execute(mine.values(colleague_id=me, origin="msgraph", address=ANNE))
        of = {
            kind: conn.execute(sa.select(_record.c.id, _record.c.guid).where(_record.c.kind == kind)).first()
            for kind in ("contact", "account")
        }
        contact, account = of["contact"], of["account"]
        assert contact is not None
        assert account is not None
        conn.execute(sa.update(_record).where(_record.c.id == contact.id).values(account_guid=account.guid))
        conn.execute(sa.update(_record).where(_record.c.id == account.id).values(owner_guid=guid("systemuser", 0)))
        conn.execute(sa.insert(tables.table(RecordAddress)).values(record_id=contact.id, address=ZOE))
    begun(found)
    yield found
    store.close()


def begun(site: Site) -> None:
    """A list, a rule about a theme that prepares a letter, and its alert about somebody whom nobody knows."""
    house = site.app.extensions["house"]
    number = alert_rules.make_list(house, "Agences")
    alert_rules.put_on_list(house, number, ["lyon@agences.example"])
    wanted = {
        "name": "Prix",
        "when": {"groups": [{"conditions": [{"what": "theme", "values": ["price"]}]}]},
        "recipients": {"lists": [number]},
        "letter": {"subject": "Votre avis", "body": "Bonjour,\nparlons-en."},
    }
    alert_rules.save(house, AlertRule.model_validate(wanted), enabled=True, person=ADMIN)
    hear(house, [Said(Source.SURVEY, TODAY, "Le prix a trop augmenté.", address="x@ailleurs.example")], by="test")
    raise_alerts(house)


@pytest.fixture(scope="module")
def address(living_site: Site) -> Iterator[str]:
    with served(living_site.app) as found:
        yield found


@pytest.fixture(scope="module")
def post() -> Iterator[tuple[Sink, BySmtp]]:
    with listening() as found:
        yield found


def said(site: Site, text: str, line: str) -> None:
    """The customer writes it, and a round of the scheduler follows the rules."""
    house = site.app.extensions["house"]
    came = Said(Source.SURVEY, TODAY, text, line_id=line, address=ZOE, filters={"Agence": "Lyon"})
    assert hear(house, [came], by="test").added == 1
    raise_alerts(house)


def leaves(site: Site, post: tuple[Sink, BySmtp], *, at: datetime) -> list[Any]:
    """What the mail server got in this round."""
    sink, by = post
    sink.got.clear()
    house = site.app.extensions["house"]
    tell(house)
    drain(house, Ways(mail=by), clock=lambda: at)
    return sink.mails()


def checked(page: Any, width: int) -> None:
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_text_reaches_the_right_person_by_mail_and_is_confirmed_into_a_task(
    visit: Any, living_site: Site, address: str, post: tuple[Sink, BySmtp]
) -> None:
    page = visit("/alerts/rules", role="sales_admin")
    page.locator('a[href$="/alerts/rules/Q-2"]').click()
    page.locator("#name").fill("Menaces à Lyon")
    page.locator('button[value="add-group"]').click()
    page.locator("#g1-c0-what").wait_for()
    page.locator("#g1-c0-what").select_option("theme")
    branches = page.locator(".alert-branches")
    branches.wait_for()
    page.locator(".alert-find").fill("resiliation")
    expect(branches.locator("li:visible label:visible").last).to_have_text("Résiliation")
    branches.get_by_label("Résiliation").check()
    page.locator("#g1-join").select_option("any")
    page.locator('button[value="add:1"]').click()
    page.locator("#g1-c1-what").wait_for()
    assert branches.get_by_label("Résiliation").is_checked()
    page.locator("#g1-c1-what").select_option("keyword")
    page.locator('input[name="g1-c1-text"]').fill("agence")
    page.locator("#owner, [name=owner]").uncheck()
    page.locator("#to").fill(ANNE)
    page.locator("button[hx-post$='/try']").click()
    page.locator(".alert-count").wait_for()
    page.locator("[name=enabled]").check()
    page.locator("button.primary[value=save]").click()
    page.locator("[role=status]").wait_for()

    said(living_site, "Je suis déçue de votre agence, nous voulons résilier notre contrat.", "1")
    ((to, mail),) = leaves(living_site, post, at=real_clock() + timedelta(minutes=1))
    assert to == [ANNE]
    text = mail.get_body(("plain",)).get_content()
    assert "nous voulons résilier" in text
    link = re.search(r"http://localhost(/alerts/\d+)", text)
    assert link is not None
    page.goto(address + link[1])
    assert page.locator("mark").count() > 0
    told = page.locator(".alert-told")
    assert "dès que l’alerte est confirmée" in told.inner_text()
    page.get_by_role("button", name="Confirmer").click()
    page.locator("[role=status]").wait_for()
    assert "en attente d’envoi" in told.locator("li", has_text="Tâche dans le CRM").inner_text()
    page.get_by_role("button", name="Traitée").click()
    page.locator("[role=status]").wait_for()
    page.goto(f"{address}/alerts/rules")
    row = page.locator(".alert-table tr", has_text="Menaces à Lyon")
    assert row.locator("td.col-number").all_inner_texts() == ["0", "0", "1", "0"]
    row.locator("a").first.click()
    page.get_by_role("button", name="Supprimer la règle").click()
    page.get_by_role("button", name="Annuler").click()
    expect(page.locator("[name=enabled]")).to_be_checked()


def test_a_customer_goes_on_a_list_and_gets_a_letter_that_somebody_released(
    visit: Any, living_site: Site, address: str, post: tuple[Sink, BySmtp]
) -> None:
    page = visit("/alerts/rules", role="sales_admin")
    page.locator("#list-name").fill("Déménagements")
    page.locator("form", has=page.locator("#list-name")).get_by_role("button").click()
    page.locator("#addresses").wait_for()
    page.goto(f"{address}/alerts/rules/Q-9")
    page.locator("#list_into").select_option(label="Déménagements")
    page.locator("[name=enabled]").check()
    page.locator("button.primary[value=save]").click()
    page.locator("[role=status]").wait_for()
    said(living_site, "Nous déménageons à Bordeaux en septembre.", "2")
    page.goto(f"{address}/alerts?whose=all")
    page.locator(".alert-name", has_text="Moment de vie").click()
    page.locator("#subject").fill("Votre déménagement")
    page.locator(".alert-letter button.primary").click()
    letter = page.locator(".alert-letter")
    letter.get_by_text("Validé par").wait_for()
    assert "Votre déménagement" in letter.inner_text()
    # Tomorrow at noon: no quiet hours.
    mails = leaves(living_site, post, at=real_clock().replace(hour=11) + timedelta(days=1))
    ((_to, mail),) = [one for one in mails if one[0] == [ZOE]]
    assert (mail["Subject"], mail["Reply-To"].addresses[0].addr_spec) == ("Votre déménagement", ANNE)
    page.reload()
    assert "envoyé" in letter.inner_text()
    page.locator(".alert-told a", has_text="Déménagements").click()
    expect(page.locator(".alert-pick", has_text=ZOE)).to_have_count(1)
    with page.expect_download() as file:
        page.get_by_role("link", name="CSV").click()
    assert ZOE in Path(file.value.path()).read_text(encoding="utf-8-sig")
    page.goto(f"{address}/alerts?whose=all&by=account")
    before = page.locator(".alert-tick").count()
    page.locator(".alert-tick input").first.check()
    page.get_by_role("button", name="Fausse alerte").click()
    page.get_by_role("button", name="Annuler").wait_for()
    assert "maintenant : Fausse" in page.locator(".banner-info").inner_text().replace("\xa0", " ")
    page.get_by_role("button", name="Annuler").click()
    expect(page.locator(".alert-tick")).to_have_count(before)


@pytest.mark.parametrize(("lang", "theme", "width"), LOOKS)
def test_the_pages_of_alerts_are_accessible_in_every_look(
    visit: Any, living_site: Site, lang: str, theme: str, width: int
) -> None:
    with living_site.store.reading() as conn:
        alert = conn.scalar(sa.text("select min(id) from alert"))
    page = visit("/alerts/rules", role="sales_admin", lang=lang, theme=theme, width=width)
    base = page.url.split("/alerts")[0]
    for path in ("/alerts/rules/1", "/alerts/rules/lists/1", "/alerts?whose=all", f"/alerts/{alert}"):
        checked(page, width)
        page.goto(base + path)
    checked(page, width)
