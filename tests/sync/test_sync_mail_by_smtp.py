"""The way out for the service's own mail: a raw mail server that keeps the bytes, with and without TLS."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import AuthResult
from mail_server import Sink, mail_server

from relationship.config import Config
from relationship.errors import FixSettings, Reconnect, RelationshipError, TryLater
from relationship.sync.outward.mail_out import BySmtp, ServiceMail

SENDER = "liens@fjord.example"


def config(**changes: Any) -> Config:
    return Config(_env_file=None, **{"mode": "test", **changes})


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
    ((sender, _, _),) = handler.got
    ((to, mail),) = handler.mails()
    assert (sender, to) == ("liens@fjord.example", ["bruno@fjord.example"])
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
    ((sender, to, raw),) = handler.got
    assert (sender, to) == ("liens@fjord.example", ["bruno@fjord.example"])
    headers = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    names = {line.partition(b":")[0].decode().lower() for line in headers if line[:1] not in b" \t"}
    assert names <= KNOWN_HEADERS


@pytest.mark.parametrize("to", ["bruno@fjord.example\r\nBcc: x@y.example", "bruno@fjord.example, x@y.example"])
def test_a24_an_address_that_is_more_than_one_goes_nowhere(sink: tuple[Sink, Config], to: str) -> None:
    handler, settings = sink
    with pytest.raises((RelationshipError, ValueError)):
        BySmtp(settings).send(ServiceMail(to, "Rappel", "Texte", "fr"))
    assert handler.got == []


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
    assert len(taken.got) == 2


def test_a_mail_server_whose_certificate_is_not_trusted_gets_nothing(certificate: tuple[ssl.SSLContext, Path]) -> None:
    taken = Sink()
    with mail_server(taken, tls_context=certificate[0]) as port, pytest.raises(FixSettings) as told:
        BySmtp(config(smtp_url=f"smtp://127.0.0.1:{port}?starttls", mail_from=SENDER)).send(
            ServiceMail("bruno@fjord.example", "Rappel", "Texte", "fr")
        )
    assert told.value.code == "untrusted_certificate"
    assert taken.got == []


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
