"""The whole way in a browser: from a signal to the task in the CRM, the mail sent, the meeting planned."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from browsing import findings
from looks import LOOKS
from playwright.sync_api import expect
from recommendation_bench import OMAR, TOR, Bench
from recommendation_builder import rows

from relationship.store.signals.recommendation_tables import RECOMMENDATION_ACT
from relationship.sync.wire.delegated import CALENDAR, MAIL
from simulator import identity
from simulator.dataverse.schema import Ref

pytestmark = pytest.mark.browser


def rec(bench: Bench) -> str:
    return f"#rec-signal-{bench.signal}-contact-again"


def test_from_the_signal_to_the_task_in_the_crm(organisation: Bench, ines: Callable[..., Any]) -> None:
    before = organisation.running.services.crm.count("task")
    page = ines("/signals")
    line = page.locator(rec(organisation))
    line.get_by_role("link", name="Créer une tâche").click()
    line.get_by_label("Objet").fill("Appeler Tor")
    line.get_by_label("Échéance").fill("2026-06-19")
    line.get_by_role("button", name="Créer la tâche").click()
    line.get_by_text("Tâche créée dans le CRM").wait_for()
    crm = organisation.running.services.crm
    assert crm.count("task") == before + 1
    (act,) = [one for one in rows(organisation.site.store, RECOMMENDATION_ACT) if one["act"] == "task"]
    row = crm.row("task", act["made_id"])
    assert row["subject"] == "Appeler Tor"
    assert row["_regardingobjectid_value"] == Ref("account", identity.account("nordlys"))
    assert row["_ownerid_value"] == Ref("systemuser", identity.system_user("ines"))
    assert str(row["scheduledend"]).startswith("2026-06-19")


def test_a_mail_leaves_from_the_sellers_mailbox_to_the_contact(organisation: Bench, ines: Callable[..., Any]) -> None:
    organisation.allow(MAIL)
    handed = organisation.running.organisation.handed
    handed.clear()
    page = ines("/recommendations")
    line = page.locator(rec(organisation))
    line.get_by_role("link", name="Envoyer un e-mail").click()
    body = line.get_by_label("Texte")
    expect(body).to_have_value(re.compile("^Bonjour Tor,"))
    body.fill(body.input_value() + "\nP.-S. : à jeudi.")
    line.get_by_role("button", name="Envoyer").click()
    line.get_by_text("E-mail envoyé").wait_for()
    (mail,) = handed
    assert mail.to == (TOR,)
    assert "à jeudi" in mail.text


def test_a_meeting_is_planned_at_a_time_that_is_free(organisation: Bench, ines: Callable[..., Any]) -> None:
    organisation.allow(CALENDAR)
    handed = organisation.running.organisation.handed
    handed.clear()
    page = ines("/recommendations")
    line = page.locator(rec(organisation))
    line.get_by_role("link", name="Planifier une réunion").click()
    line.get_by_label("Ordre du jour").fill("Bilan\nSuite")
    expect(line.locator("input[name=start]").nth(2)).to_be_attached()
    line.get_by_role("button", name="Inviter").click()
    line.get_by_text("Réunion planifiée").wait_for()
    (invitation,) = handed
    assert invitation.to == (TOR,)
    assert "<li>Bilan</li><li>Suite</li>" in invitation.text
    assert OMAR not in invitation.to


@pytest.mark.parametrize(("lang", "theme", "width"), LOOKS)
def test_every_look_is_accessible(
    organisation: Bench, ines: Callable[..., Any], lang: str, theme: str, width: int
) -> None:
    page = ines("/recommendations", lang=lang, theme=theme, width=width)
    page.locator(rec(organisation)).get_by_role("link").nth(1).click()
    page.locator(".rec-form").wait_for()
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(page.url.rpartition("/recommendations")[0] + f"/accounts/{identity.account('nordlys')}/qbr")
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
