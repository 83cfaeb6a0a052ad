"""Feedback mailboxes end to end: whose words come in, whose do not, and with which token they are asked for."""

import base64
import json
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import requests
import sqlalchemy as sa
from sync_world import AVIS, HELP, NOW, config_for, feedback_world

from relationship.config import Config
from relationship.desk.erase import erase
from relationship.desk.hear_mail import MailEar
from relationship.house import House
from relationship.store import rules
from relationship.store.database import Store
from relationship.store.reading import reading_status
from relationship.store.reading.reading_status import StatusFilters
from relationship.store.verbatims.verbatim_tables import VERBATIM
from relationship.sync.run import Report, sync_once
from relationship.sync.wire.connection import Microsoft, connect
from settings.rules import Exclusions, Feedback, Rules, Sources
from simulator.mailbox import MailboxState
from simulator.server import Running, start

ANGRY = "Je suis furieux, votre service est lamentable."
QUOTED = (
    f"Bonjour,\n\n{ANGRY}\n\nCordialement,\nTor Vik\nTél. 01 99 00 00 00\n\n"
    "Le 12 juin 2026 à 10:02, Avis <avis@fjord.example> a écrit :\n> Êtes-vous ravi de nos services ?\n"
)
# What differs between the databases is proved on both by the test of withdrawing.
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def running() -> Any:
    with start(feedback_world([])) as found:
        yield found


class Bench:
    """A house that reads the declared mailboxes, and what it holds."""

    def __init__(self, running: Running, store: Store, **changes: Any) -> None:
        told = {name: getattr(running, name) for name in ("feedback_client_id", "feedback_client_secret")}
        usual = {"encryption_keys": "", "sources": "", **told}
        self.config: Config = config_for(running, **{**usual, **changes})
        self.house = House(self.config, store, lambda: NOW)
        self.running, self.store = running, store
        self.microsoft: Microsoft = connect(self.config, mail_page_size=3, crm_page_size=3)

    def declare(self, *addresses: str, keep: bool = True, exclusions: Exclusions | None = None) -> None:
        feedback = Feedback(mailboxes=addresses, keep_when_withdrawn=keep)
        sources = Sources(everyone=True, consulted_on=NOW.date(), feedback=feedback)
        with self.store.transaction() as conn:
            rules.save(conn, Rules(sources=sources, exclusions=exclusions or Exclusions()), at=NOW, by="test")

    def write(self, sender: str, body: str, *to: str, **more: Any) -> str:
        at = more.pop("at", NOW)
        return self.running.organisation.deliver(sender, to or (AVIS,), at=at, body=body, **more).id

    def sync(self) -> Report:
        return sync_once(self.house, microsoft=self.microsoft, look_again=True, ear=MailEar(self.house))

    def rows(self) -> list[Any]:
        with self.store.reading() as conn:
            return list(conn.execute(sa.select(VERBATIM).order_by(VERBATIM.c.id)))

    def texts(self) -> list[str]:
        return [row.text for row in self.rows()]

    def reasons(self) -> dict[str, str]:
        with self.store.reading() as conn:
            found = reading_status.status_page(conn, StatusFilters(kind="feedback"), page=1, size=10)
        return {row.name or row.item: row.reason for row in found.rows}


@pytest.fixture
def bench(running: Running, store: Store) -> Any:
    made = Bench(running, store)
    yield made
    made.microsoft.close()


@SQLITE
def test_a_customer_s_own_words_come_in_once_and_everybody_else_s_stay_out(bench: Bench) -> None:
    bench.declare(AVIS, HELP)
    bench.write("tor", QUOTED, AVIS, HELP, subject="Réclamation 4711")
    bench.write("eva", "<html><body><p>Un grand merci, nous sommes ravis !</p><p>-- </p><p>Eva</p></body></html>")
    bench.write("stranger@ailleurs.example", "Votre produit est trop cher.")
    bench.write("omar", "Un client mécontent, à rappeler.")
    bench.write("news", "Nos offres du mois.")
    bench.write("paul", "Je suis absent.", headers=(("Auto-Submitted", "auto-replied"),))
    bench.write("paul", "Nos nouveautés.", headers=(("List-Unsubscribe", "<mailto:x@granit.example>"),))
    bench.write("paul", "")
    bench.write("paul", "-----BEGIN PGP MESSAGE-----\nhQEMA\n-----END PGP MESSAGE-----")
    bench.write("paul", "Le 3 juin 2026, Avis <avis@fjord.example> a écrit :\n> Bonjour")
    bench.write("tor", "Il y a trop longtemps.", at=NOW.replace(year=2024))

    assert bench.sync().troubles == ()
    assert sorted(bench.texts()) == sorted(
        [ANGRY, "Un grand merci, nous sommes ravis !", "Votre produit est trop cher."]
    )
    tor = next(row for row in bench.rows() if ANGRY in row.text)
    assert (tor.source, tor.address, tor.emotion) == ("mailbox", "tor@nordlys.example", "anger")
    assert tor.account_id is not None
    assert tor.contact_guid is not None
    assert all("4711" not in str(value) for row in bench.rows() for value in row)
    before = bench.rows()

    assert bench.sync().written == 0
    bench.running.organisation.expire_tokens()
    assert bench.sync().troubles == ()
    assert bench.rows() == before  # a full round finds the same

    bench.running.organisation.delete_mail(bench.write("tor", "Retirez cela, c'est décevant."))
    bench.running.organisation.move(bench.write("eva", "Très satisfaite."), AVIS, "archive")
    assert bench.sync().troubles == ()
    gone = bench.write("tor", "Je suis déçu du délai.")
    bench.sync()
    bench.running.organisation.delete_mail(gone)
    bench.sync()
    assert {"Très satisfaite.", "Je suis déçu du délai."} <= set(bench.texts())  # what was heard stays
    assert "Retirez cela, c'est décevant." not in bench.texts()


@SQLITE
def test_bodies_are_asked_for_in_declared_mailboxes_alone_and_the_second_token_is_for_them_alone(
    running: Running, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(running, store, sources="mail,calendar,tasks,calls,crm")
    asked: list[tuple[str, str, str]] = []
    send = requests.Session.send

    def watched(self: Any, request: Any, **options: Any) -> Any:
        token = str(request.headers.get("Authorization", "")).removeprefix("Bearer ")
        if token:
            claims = token.split(".")[1]
            app = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["appid"]
            wanted = unquote(request.url) + str(request.headers.get("Prefer", ""))
            asked.append((str(app), unquote(urlsplit(request.url).path), wanted.lower()))
        return send(self, request, **options)

    monkeypatch.setattr("requests.Session.send", watched)
    bench.declare(AVIS)
    bench.write("tor", ANGRY, AVIS, HELP)
    assert bench.sync().troubles == ()

    second = bench.running.feedback_client_id
    users = {one.mail: one.id for one in bench.running.organisation.directory}
    of_second = [path for app, path, _ in asked if app == second]
    assert of_second
    assert all(path.startswith(f"/v1.0/users/{users[AVIS]}/mailFolders") for path in of_second)
    naming = [(app, path) for app, path, wanted in asked if "body" in wanted]
    assert naming
    assert all(app == second and f"/users/{users[AVIS]}/" in path for app, path in naming)
    assert bench.texts() == [ANGRY]


@SQLITE
def test_who_is_left_out_or_erased_leaves_no_trace(bench: Bench) -> None:
    bench.declare(AVIS, exclusions=Exclusions(domains=("granit.example",)))
    bench.write("paul", "Paul n'est pas content.")
    bench.write("eva", "Paul (paul@granit.example) vous le dira : c'est raté.")
    bench.write("tor", ANGRY)
    bench.sync()
    assert bench.texts() == [ANGRY]

    bench.declare(AVIS)
    bench.sync()
    bench.sync()
    assert len(bench.texts()) == 3  # let in again, it is read anew

    erase(bench.house, "eva@nordlys.example", by="test")
    bench.running.organisation.expire_tokens()
    bench.sync()
    assert sorted(bench.texts()) == sorted([ANGRY, "Paul n'est pas content."])  # nobody erased comes back

    bench.declare(AVIS, exclusions=Exclusions(domains=("nordlys.example",)))
    bench.sync()
    assert bench.texts() == ["Paul n'est pas content."]


def test_a_withdrawn_mailbox_is_forgotten_and_its_texts_stay_or_go_as_the_rules_say(bench: Bench) -> None:
    bench.declare(AVIS, HELP)
    bench.write("tor", ANGRY, AVIS, HELP)
    bench.write("eva", "Très satisfaite.", AVIS)
    bench.sync()
    bench.declare(HELP, keep=True)
    bench.write("tor", "Personne ne lit plus ceci.", AVIS)
    bench.sync()
    assert sorted(bench.texts()) == sorted([ANGRY, "Très satisfaite."])
    assert list(bench.reasons()) == [HELP.title()]

    bench.declare(AVIS, HELP)
    bench.sync()
    assert len(bench.texts()) == 3
    bench.declare(HELP, "nobody@fjord.example", keep=False)
    bench.sync()
    assert bench.texts() == [ANGRY]  # the other mailbox holds it too


@SQLITE
def test_what_is_not_allowed_stops_the_feedback_mailboxes_alone(bench: Bench, store: Store) -> None:
    organisation = bench.running.organisation
    bench.declare(AVIS, HELP, "nobody@fjord.example")
    organisation.feedback.mailboxes = {AVIS}
    bench.write("tor", ANGRY, AVIS, HELP)
    report = bench.sync()
    assert bench.texts() == [ANGRY]
    assert bench.reasons() == {AVIS.title(): "", HELP.title(): "not_permitted", "unknown": "feedback_unknown"}
    assert {trouble.key.partition("/")[0] for trouble in report.troubles} == {"feedback"}

    organisation.set_mailbox(AVIS, MailboxState.UNAVAILABLE)
    bench.sync()
    assert bench.reasons()[AVIS.title()] == "no_mailbox"
    organisation.set_mailbox(AVIS, MailboxState.AVAILABLE)

    bench.running.services.feedback.roles = ("Mail.Read",)
    bench.microsoft.close()
    for changes, reason in (
        ({}, "feedback_too_wide"),
        ({"feedback_client_secret": "wrong"}, "feedback_wrong_secret"),
        ({"feedback_client_id": ""}, "feedback_not_configured"),
    ):
        other = Bench(bench.running, store, **changes)
        report = other.sync()
        other.microsoft.close()
        assert other.reasons()[AVIS.title()] == reason
        assert {trouble.key.partition("/")[0] for trouble in report.troubles} == {"feedback"}
        assert all("RELATIONSHIP_CLIENT" not in trouble.next_step for trouble in report.troubles)
    assert bench.texts() == [ANGRY]
