"""Case 5 from its beginning: a customer's mail in a feedback mailbox, over the real protocol, reaches the owner."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from alert_builders import all_alerts, run, switch_on
from outbox.outbox_bench import config
from sync.sync_world import AVIS, NOW, config_for, feedback_world

from relationship.desk import decide_alert
from relationship.desk.deliver import Ways, drain
from relationship.desk.hear_mail import MailEar
from relationship.house import House
from relationship.store import rules
from relationship.store.alerts.alerts import State
from relationship.store.database import Store
from relationship.sync.outward.mail_out import BySmtp
from relationship.sync.run import sync_once
from relationship.verbatims.alerts.cases import BY_KEY
from settings.rules import Feedback, Rules, Sources
from simulator.server import start

ANGRY = "C'est scandaleux, je suis furieux, votre service est lamentable et inadmissible !"
MAIL = (
    f"Bonjour,\r\n\r\n{ANGRY}\r\n\r\nCordialement,\r\nTor Vik\r\n\r\n"
    "De : Avis <avis@fjord.example>\r\nEnvoyé : vendredi 12 juin 2026 10:02\r\nObjet : Votre avis\r\n\r\n"
    "Bonjour, êtes-vous ravi de notre nouvelle offre ?"
)


@dataclass
class _Bench:
    house: House

    def now(self) -> datetime:
        return NOW


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_case_5_dissatisfaction_in_a_mail_reaches_the_owner_of_the_account(
    store: Store, sink: tuple[Any, BySmtp]
) -> None:
    with start(feedback_world([], addresses=[AVIS])) as running:
        usual = config()
        names = ("feedback_client_id", "feedback_client_secret")
        told = {name: getattr(running, name) for name in names}
        made = config_for(
            running, sources="", base_url=usual.base_url, encryption_keys=usual.encryption_keys, **told
        )  # fmt: skip
        bench: Any = _Bench(House(made, store, lambda: NOW))
        feedback = Feedback(mailboxes=(AVIS,))
        with store.transaction() as conn:
            sources = Sources(everyone=True, consulted_on=NOW.date(), feedback=feedback)
            rules.save(conn, Rules(sources=sources), at=NOW, by="test")
        sync_once(bench.house, ear=MailEar(bench.house))
        switch_on(bench, BY_KEY["Q-5"].started("fr"))

        running.organisation.deliver("tor", [AVIS], at=NOW, body=MAIL, subject="Contrat 4711")
        sync_once(bench.house, ear=MailEar(bench.house))
        assert run(bench) == 1
        drain(bench.house, Ways(mail=sink[1]), clock=bench.now)

    ((to, mail),) = sink[0].mails()
    assert to == ["ines@fjord.example"]
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "je suis furieux" in text
    assert "Nordlys" in text
    for cut in ("ravi de notre nouvelle offre", "Tor Vik", "4711"):
        assert cut not in text
    (alert,) = all_alerts(bench)
    assert decide_alert.decide(bench.house, alert.id, State.HANDLED, by=("ines", "Ines"))
