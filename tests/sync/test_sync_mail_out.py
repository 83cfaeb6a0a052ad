"""The way out for mail: a raw SMTP sink, Microsoft Graph and the CRM of the simulated organisation over TLS."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import msal
import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography.fernet import Fernet
from sync_world import config_for, world

from relationship.clock import real_clock
from relationship.config import Config
from relationship.errors import FixSettings, Reconnect, RelationshipError, TryLater
from relationship.store.database import Store
from relationship.store.sources.tokens import TokenVault
from relationship.sync.outward.mail_out import ByCrm, ByMsgraph, BySmtp, Delivery, SellerMail, ServiceMail
from relationship.sync.wire import delegated
from relationship.sync.wire.auth import Credentials
from relationship.sync.wire.delegated import MAIL, Consents
from relationship.sync.wire.sessions import open_session
from simulator import identity
from simulator.entra import Grant
from simulator.faults import Fault, FaultKind
from simulator.server import Running, start

SENDER = "liens@fjord.example"
KEY = "6a1f0c52-7d1e-4b7e-9a55-0c6d2f1b8e11"


def config(**changes: Any) -> Config:
    return Config(_env_file=None, **{"mode": "test", **changes})


# The service's own mail


@dataclass
class Sink:
    """A mail server that takes everything and keeps the bytes."""

    raw: list[bytes] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.raw.append(envelope.content)
        self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        return "250 OK"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


@contextmanager
def mail_server(handler: Sink, **words: Any) -> Iterator[int]:
    """The port of a mail server that listens until the block ends."""
    controller = Controller(handler, hostname="127.0.0.1", port=free_port(), **words)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@pytest.fixture
def sink() -> Iterator[tuple[Sink, Config]]:
    handler = Sink()
    with mail_server(handler) as port:
        yield handler, config(smtp_url=f"smtp://127.0.0.1:{port}", mail_from="Liens <liens@fjord.example>")


def test_a_mail_of_the_service_reaches_one_person_as_plain_text(sink: tuple[Sink, Config]) -> None:
    handler, settings = sink
    BySmtp(settings).send(
        ServiceMail("bruno@fjord.example", "Rappel\u00a0: une présentation", "Bonjour é\n\n.\nFin\n", "fr", "reminder")
    )
    (raw,) = handler.raw
    mail = message_from_bytes(raw, policy=default)
    assert handler.envelopes == [("liens@fjord.example", ["bruno@fjord.example"])]
    assert (mail["To"], mail["From"], mail["Subject"]) == (
        "bruno@fjord.example", "Liens <liens@fjord.example>", "Rappel : une présentation",
    )  # fmt: skip
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().replace("\r\n", "\n") == "Bonjour é\n\n.\nFin\n"
    assert mail["Auto-Submitted"] == "auto-generated"


KNOWN_HEADERS = {
    "from", "to", "subject", "date", "message-id", "auto-submitted", "x-auto-response-suppress", "content-language",
    "x-relationship", "content-type", "content-transfer-encoding", "mime-version", "x-peer", "x-mailfrom", "x-rcptto",
}  # fmt: skip


@pytest.mark.parametrize(
    "attack",
    [
        "Rappel\r\nBcc: x@elsewhere.example",
        "Rappel\nX-Injected: 1",
        "Rappel\r\n\r\nnew body",
        "Rappel\u2028Bcc: x@elsewhere.example",
        "Rappel\x0b\x0cBcc: x@elsewhere.example",
        "=?utf-8?q?=0D=0ABcc:_x@elsewhere.example?=",
        "é" * 300 + "\r\nBcc: x@elsewhere.example",
    ],
)
def test_a24_no_subject_and_no_text_adds_a_header_or_a_recipient(sink: tuple[Sink, Config], attack: str) -> None:
    handler, settings = sink
    BySmtp(settings).send(ServiceMail("bruno@fjord.example", attack, f"{attack}\r\n.\r\nRCPT TO:<x@y.example>", "fr"))
    assert handler.envelopes == [("liens@fjord.example", ["bruno@fjord.example"])]
    (raw,) = handler.raw
    headers = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    names = {line.partition(b":")[0].decode().lower() for line in headers if line[:1] not in b" \t"}
    assert names <= KNOWN_HEADERS


@pytest.mark.parametrize("to", ["bruno@fjord.example\r\nBcc: x@y.example", "bruno@fjord.example, x@y.example"])
def test_a24_an_address_that_is_more_than_one_goes_nowhere(sink: tuple[Sink, Config], to: str) -> None:
    handler, settings = sink
    with pytest.raises((RelationshipError, ValueError)):
        BySmtp(settings).send(ServiceMail(to, "Rappel", "Texte", "fr"))
    assert handler.raw == []


def test_without_a_mail_server_the_next_step_is_named() -> None:
    with pytest.raises(FixSettings, match="No mail server"):
        BySmtp(config())


def test_a_mail_server_that_is_away_is_told_without_an_address() -> None:
    settings = config(smtp_url="smtp://127.0.0.1:9", mail_from="liens@fjord.example")
    with pytest.raises(TryLater) as told:
        BySmtp(settings).send(ServiceMail("bruno@fjord.example", "Rappel", "Texte", "fr"))
    assert "@" not in str(told.value)


def test_a_mail_server_that_refuses_the_password_is_told() -> None:
    def never(*_: object) -> AuthResult:
        return AuthResult(success=False, handled=False)

    with mail_server(Sink(), authenticator=never, auth_require_tls=False, auth_required=True) as port:
        settings = config(smtp_url=f"smtp://user:wrong@127.0.0.1:{port}", mail_from="liens@fjord.example")
        with pytest.raises(Reconnect):
            BySmtp(settings).send(ServiceMail("bruno@fjord.example", "Rappel", "Texte", "fr"))


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    """What a mail server shows, and the file of the authority that made it."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return context, tmp_path / "ca.pem"


def test_smtps_and_starttls_encrypt_the_whole_way(certificate: tuple[ssl.SSLContext, Path]) -> None:
    context, ca_file = certificate
    taken = Sink()
    mail = ServiceMail("bruno@fjord.example", "Rappel", "Texte", "fr")
    with mail_server(taken, ssl_context=context) as port:
        BySmtp(config(smtp_url=f"smtps://127.0.0.1:{port}", mail_from=SENDER, ca_file=ca_file)).send(mail)
    with mail_server(taken, tls_context=context, require_starttls=True) as port:
        BySmtp(config(smtp_url=f"smtp://127.0.0.1:{port}?starttls", mail_from=SENDER, ca_file=ca_file)).send(mail)
        with pytest.raises(TryLater):
            BySmtp(config(smtp_url=f"smtp://127.0.0.1:{port}", mail_from=SENDER, ca_file=ca_file)).send(mail)
    assert len(taken.raw) == 2


def test_a_mail_server_whose_certificate_is_not_trusted_gets_nothing(certificate: tuple[ssl.SSLContext, Path]) -> None:
    taken = Sink()
    with mail_server(taken, tls_context=certificate[0]) as port, pytest.raises(FixSettings) as told:
        BySmtp(config(smtp_url=f"smtp://127.0.0.1:{port}?starttls", mail_from=SENDER)).send(
            ServiceMail("bruno@fjord.example", "Rappel", "Texte", "fr")
        )
    assert told.value.code == "untrusted_certificate"
    assert taken.raw == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"smtp_url": "http://mail.example"},
        {"smtp_url": "smtp://"},
        {"smtp_url": "smtp://mail.example/path"},
        {"smtp_url": "smtp://mail.example?verify=no"},
        {"mail_from": "nobody"},
        {"mail_from": "a@b.example, c@d.example"},
        {"mail_from": "a@b.example\r\nBcc: c@d.example"},
    ],
)
def test_a_wrong_setting_of_the_mail_server_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        config(**wrong)


def test_in_production_no_password_crosses_the_network_in_the_clear() -> None:
    with pytest.raises(ValueError, match="in the clear"):
        config(mode="production", smtp_url="smtp://user:secret@mail.example")
    config(mode="production", smtp_url="smtp://user:secret@mail.example?starttls")
    config(mode="production", smtp_url="smtps://user:secret@mail.example")


# As the seller


@pytest.fixture(scope="module")
def microsoft() -> Iterator[Running]:
    with start(world()) as running:
        yield running


@dataclass
class Seller:
    """Ines, who sends to Omar, and the simulated organisation that takes it."""

    running: Running
    settings: Config
    consents: Consents
    vault: TokenVault
    store: Store

    @property
    def key(self) -> str:
        return self.running.organisation.user("ines").id

    def mail(self) -> SellerMail:
        return SellerMail(
            KEY, self.key, identity.system_user("ines"), "omar@fjord.example", identity.system_user("omar"),
            "Présentation", "Bonjour Omar,\n\nMerci !\n",
        )  # fmt: skip

    def consent(self, scope: str = "https://graph.microsoft.com/Mail.Send") -> None:
        """What a finished consent leaves: msal's cache after the code was exchanged."""
        cache = msal.SerializableTokenCache()
        user = self.running.organisation.user("ines")
        with open_session(self.settings.ca_file) as session:
            app = delegated.application(self.settings, cache, session)
            flow = app.initiate_auth_code_flow([scope], redirect_uri="http://localhost/auth/callback")
            asked = {name: values[0] for name, values in parse_qs(urlsplit(flow["auth_uri"]).query).items()}
            grant = Grant(user, (), asked["scope"], asked["redirect_uri"], asked["nonce"], asked["code_challenge"])
            code = self.running.services.entra.grant_code(grant)
            found = app.acquire_token_by_auth_code_flow(flow, {"code": code, "state": asked["state"]})
        assert "access_token" in found, found
        self.consents.keep(self.key, cache.serialize(), at=real_clock())

    def post(self) -> ByMsgraph:
        return ByMsgraph(self.settings, self.consents.tokens_of)


@pytest.fixture
def seller(microsoft: Running, store: Store) -> Iterator[Seller]:
    settings = config_for(microsoft)
    vault = TokenVault([Fernet.generate_key().decode()])
    microsoft.organisation.handed.clear()
    microsoft.services.crm.handed.clear()
    yield Seller(microsoft, settings, Consents(settings, store, vault), vault, store)
    microsoft.services.faults.clear()


def test_a_seller_who_gave_the_right_sends_in_his_own_name(seller: Seller) -> None:
    seller.consent()
    assert seller.post().send(seller.mail()) is Delivery.LEFT
    (handed,) = seller.running.organisation.handed
    assert (handed.sender, handed.to, handed.subject) == (seller.key, ("omar@fjord.example",), "Présentation")
    assert handed.text == "Bonjour Omar,\n\nMerci !\n"
    assert handed.headers == (("x-relationship-introduction", KEY),)


def test_without_the_right_nothing_is_sent_and_the_next_step_is_named(seller: Seller) -> None:
    with pytest.raises(Reconnect) as refused:
        seller.post().send(seller.mail())
    assert refused.value.code == "mail_consent_missing"
    assert seller.running.organisation.handed == []


def test_another_right_is_not_enough(seller: Seller) -> None:
    seller.consent(scope="https://graph.microsoft.com/User.Read")
    with pytest.raises(Reconnect):
        seller.post().send(seller.mail())
    assert seller.running.organisation.handed == []


def test_a_right_that_was_taken_back_at_microsoft_is_forgotten_here(seller: Seller) -> None:
    seller.consent()
    seller.running.services.faults.add(Fault(FaultKind.UNAUTHORISED, path="me/sendMail"))
    seller.running.services.entra._refresh_tokens.clear()
    with pytest.raises(Reconnect):
        seller.post().send(seller.mail())
    assert not seller.consents.has(seller.key)


def test_a_token_that_was_refused_is_renewed_once_and_the_mail_sent_once(seller: Seller) -> None:
    seller.consent()
    seller.running.services.faults.add(Fault(FaultKind.UNAUTHORISED, path="me/sendMail"))
    assert seller.post().send(seller.mail()) is Delivery.LEFT
    assert len(seller.running.organisation.handed) == 1


def test_a30_the_right_is_kept_encrypted_and_of_no_use_to_anybody_else(seller: Seller) -> None:
    seller.consent()
    with seller.store.transaction() as conn:
        body = conn.exec_driver_sql("SELECT body FROM token_cache").scalar_one()
        assert b"refresh" not in bytes(body).lower()
        conn.exec_driver_sql(f"UPDATE token_cache SET key = '{MAIL.caches}somebody-else'")
    assert not seller.consents.has("somebody-else")
    assert not seller.consents.has(seller.key)


@pytest.mark.parametrize(
    ("fault", "handed"),
    [
        (Fault(FaultKind.LOST, path="me/sendMail"), 1),
        (Fault(FaultKind.RESET, path="me/sendMail"), 0),
        (Fault(FaultKind.UNAVAILABLE, path="me/sendMail"), 0),
        (Fault(FaultKind.HTML, path="me/sendMail", status=502), 0),
        (Fault(FaultKind.HTML, path="me/sendMail", status=200), 0),
    ],
)
def test_an_answer_that_says_nothing_leaves_a_doubt_and_nothing_is_sent_twice(
    seller: Seller, fault: Fault, handed: int
) -> None:
    seller.consent()
    seller.running.services.faults.add(fault)
    assert seller.post().send(seller.mail()) is Delivery.UNKNOWN
    assert len(seller.running.organisation.handed) == handed


def test_when_microsoft_asks_for_patience_nothing_left_and_the_wait_is_told(seller: Seller) -> None:
    seller.consent()
    seller.running.services.faults.add(Fault(FaultKind.THROTTLED, path="me/sendMail", retry_after="17"))
    with pytest.raises(TryLater) as refused:
        seller.post().send(seller.mail())
    assert refused.value.wait_seconds == 17
    assert seller.running.organisation.handed == []


def test_what_microsoft_refuses_did_not_leave(seller: Seller) -> None:
    seller.consent()
    fault = Fault(FaultKind.REFUSED, path="me/sendMail", status=403, code="ErrorAccessDenied")
    seller.running.services.faults.add(fault)
    with pytest.raises(Reconnect):
        seller.post().send(seller.mail())


# By the CRM


def by_crm(seller: Seller) -> ByCrm:
    return ByCrm(seller.settings, Credentials(seller.settings).source(seller.settings.dataverse_url))


def test_the_crm_sends_an_email_activity_of_the_seller(seller: Seller) -> None:
    mail = fresh(seller)
    assert by_crm(seller).send(mail) is Delivery.LEFT
    (handed,) = seller.running.services.crm.handed
    assert (handed.sender, handed.to, handed.subject) == (seller.key, ("omar@fjord.example",), "Présentation")
    assert seller.running.services.crm.row("email", mail.key)["statuscode"] == 3


def test_the_crm_never_sends_the_same_request_twice(seller: Seller) -> None:
    mail = fresh(seller)
    for _ in range(3):
        assert by_crm(seller).send(mail) is Delivery.LEFT
    assert len(seller.running.services.crm.handed) == 1


@pytest.mark.parametrize(
    ("path", "kind", "delivery", "handed"),
    [
        ("SendEmail", FaultKind.LOST, Delivery.LEFT, 1),
        ("SendEmail", FaultKind.UNAVAILABLE, Delivery.UNKNOWN, 0),
        ("/emails$", FaultKind.LOST, Delivery.UNKNOWN, 0),
        ("/emails$", FaultKind.RESET, Delivery.UNKNOWN, 0),
    ],
)
def test_after_a_lost_answer_the_crm_is_asked_whether_it_left(
    seller: Seller, path: str, kind: FaultKind, delivery: Delivery, handed: int
) -> None:
    mail = fresh(seller)
    seller.running.services.faults.add(Fault(kind, path=path))
    assert by_crm(seller).send(mail) is delivery
    assert len(seller.running.services.crm.handed) == handed


def test_somebody_outside_the_crm_cannot_send_by_it(seller: Seller) -> None:
    mail = SellerMail(KEY, seller.key, "", "omar@fjord.example", "", "Présentation", "Bonjour")
    with pytest.raises(FixSettings) as refused:
        by_crm(seller).send(mail)
    assert refused.value.code == "crm_user_missing"


def fresh(seller: Seller) -> SellerMail:
    """A mail with a key of its own: the organisation lives on from test to test."""
    return replace(seller.mail(), key=str(uuid4()))
